import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_BLOCKLIST } from "../../../src/edge/block/match.ts";
import { compileLink, foldName } from "../../../src/edge/link/compile.ts";
import { destinationOf } from "../../../src/edge/link/destination.ts";
import type { LinkRecord } from "../../../src/edge/link/link.ts";
import { linkRecord } from "./link-record.ts";

const TOKEN = "T".repeat(56);

function link(parts: Partial<LinkRecord>) {
  const variables = { slug: "lea", username: "léa&co", creator: "Léa Moreau" };
  const context = { defaultConsent: "deferred", blocklist: EMPTY_BLOCKLIST } as const;
  return compileLink(linkRecord({ variables, ...parts }), context).own;
}

describe("a click's destination", () => {
  it("is the link's URL, UTMs, click id and the visitor's own query, in that order, with the fragment last", () => {
    const compiled = link({
      url: "https://shop.example/sale?size=m#top",
      utm: { source: "instagram", medium: "creator" },
    });
    expect(destinationOf(compiled, TOKEN, "fbclid=x&color=red")).toBe(
      `https://shop.example/sale?size=m&utm_source=instagram&utm_medium=creator&wm_click=${TOKEN}&fbclid=x&color=red#top`,
    );
  });

  it("keeps the names of its own owner, whatever names another link's owner has put together", () => {
    link({ url: "https://shop.example/?utm_campaign%26utm_source=1" });
    const compiled = link({ url: "https://shop.example/", utm: { source: "lea", campaign: "spring" } });
    expect(destinationOf(compiled, null, "utm_source=evil")).toBe(
      "https://shop.example/?utm_source=lea&utm_campaign=spring",
    );
  });

  it("fills variables, encoded where they stand", () => {
    const compiled = link({
      url: "https://shop.example/{{username}}?by={{creator}}&click={{click_id}}#{{slug}}",
      utm: { source: "{{username}}", campaign: "summer & sun", content: "{{click_id}}" },
    });
    expect(destinationOf(compiled, TOKEN, "")).toBe(
      `https://shop.example/l%C3%A9a%26co?by=L%C3%A9a%20Moreau&click=${TOKEN}&utm_source=l%C3%A9a%26co&utm_campaign=summer%20%26%20sun&utm_content=${TOKEN}&wm_click=${TOKEN}#lea`,
    );
    expect(compiled.utm).toEqual({ source: "léa&co", campaign: "summer & sun", content: "" });
  });

  it("leaves out a UTM parameter whose variables have no value", () => {
    expect(destinationOf(link({ utm: { source: "{{code}}", medium: "creator" } }), null, "")).toBe(
      "https://shop.example/?utm_medium=creator",
    );
  });

  it("repeats no parameter that the destination has already", () => {
    const compiled = link({
      url: "https://shop.example/?utm_source=mail&wm_click=fixed",
      utm: { source: "instagram" },
    });
    expect(destinationOf(compiled, TOKEN, "utm_source=evil&wm_click=evil")).toBe(
      "https://shop.example/?utm_source=mail&wm_click=fixed",
    );
  });

  it("carries no trace of a click id where none may travel", () => {
    const compiled = link({ url: "https://shop.example/x?click={{click_id}}#{{click_id}}" });
    expect(destinationOf(compiled, null, "wm_click=stolen")).toBe("https://shop.example/x?click=#");
  });

  it.each([
    "utm_source=evil",
    "UTM_SOURCE=evil",
    "utm%5Fsource=evil",
    "utm.source=evil",
    "utm%20source=evil",
    "+utm_source=evil",
    "utm_source[]=evil",
    "utm_source%5B0%5D=evil",
    "utm_source",
    "a=1;utm_source=evil",
    "&&utm_source=evil",
  ])("does not let a visitor override the owner's utm_source by %s", (query) => {
    const location = destinationOf(link({ utm: { source: "instagram" } }), TOKEN, query);
    // As shops' servers read it: PHP's folding, and `;` as a separator.
    const pairs = new URL(location).search.slice(1).split(/[&;]/);
    const names = pairs.map((pair) => foldName(pair.split("=")[0] ?? ""));
    expect(names.filter((name) => name === "utm_source")).toHaveLength(1);
    expect(new URL(location).searchParams.get("utm_source")).toBe("instagram");
  });

  it("keeps the owner's values and every free pair, whatever the visitor's query", () => {
    const compiled = link({ url: "https://shop.example/p?id=7&ref=lea#f", utm: { source: "ig", campaign: "spring" } });
    const names = fc.oneof(
      fc.constantFrom("id", "ref", "utm_source", "UTM_Campaign", "wm_click", "fbclid", "q"),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.string())), (pairs) => {
        const location = new URL(destinationOf(compiled, TOKEN, new URLSearchParams(pairs).toString()));
        expect(location.origin + location.pathname + location.hash).toBe("https://shop.example/p#f");
        for (const [name, value] of [
          ["id", "7"],
          ["ref", "lea"],
          ["utm_source", "ig"],
          ["utm_campaign", "spring"],
          ["wm_click", TOKEN],
        ] as const) {
          expect(location.searchParams.getAll(name)).toEqual([value]);
        }
        const free = pairs.filter(([name]) => !compiled.owned.has(foldName(encodeURIComponent(name))));
        for (const [name, value] of free) expect(location.searchParams.getAll(name)).toContain(value.toWellFormed());
      }),
    );
  });

  it("never leaves the link's origin nor breaks a header, whatever the visitor's query", () => {
    const compiled = link({});
    fc.assert(
      fc.property(fc.webQueryParameters(), fc.string(), (query, noise) => {
        const asRequested = new URL(`https://go.example/lea?${query}${encodeURI(noise.toWellFormed())}`).search.slice(
          1,
        );
        const location = destinationOf(compiled, TOKEN, asRequested);
        expect(location.startsWith(`https://shop.example/?wm_click=${TOKEN}`)).toBe(true);
        expect(location).not.toMatch(/[\r\n\0]/);
      }),
    );
  });
});
