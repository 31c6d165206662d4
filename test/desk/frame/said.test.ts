import { Hono } from "hono";
import { jsx } from "hono/jsx";
import { describe, expect, it } from "vitest";
import { Said } from "../../../src/desk/frame/parts.tsx";
import { deskRoutes } from "../../../src/desk/routes.ts";
import type { AppTypes } from "../../../src/ground/deps.ts";
import { ID_PREFIXES } from "../../../src/ground/id.ts";

const SOURCES = import.meta.glob<string>(
  "../../../src/{books,conversions,sales,shops,visits,calls,links,programme}/**/*.ts",
  {
    query: "?raw",
    import: "default",
    eager: true,
  },
);

/** What ids of the places that the API's texts name begin with. */
const PREFIXES: Readonly<Record<string, string>> = {
  "conversion-definitions": ID_PREFIXES.definition,
  periods: ID_PREFIXES.period,
  "tagging-plans": ID_PREFIXES.taggingPlan,
};

/** Every request that a text of the API says is to be made, with an id where it has one. */
function waysInSources(): string[] {
  // Where a text has the beginning of its ways in a name, that is the one of a definition.
  const texts = Object.values(SOURCES).map((text) =>
    text.replaceAll("POST ${path}/", "POST /api/v1/conversion-definitions/${id}/").replaceAll(/\/\*\*.*?\*\//gs, ""),
  );
  const found = texts.flatMap(
    (text) => text.match(/(?:POST|DELETE) \/api\/v1\/[a-z-]+(?:\/\$\{[\w.]+\}(?:\/[a-z-]+)?)?/g) ?? [],
  );
  return [...new Set(found)].map((way) => {
    const prefix = PREFIXES[way.split("/")[3] ?? ""] ?? "xxx_";
    return way.replace(/\$\{[\w.]+\}/, `${prefix}0000000000000000`);
  });
}

const htmlOf = (text: string): string => String(jsx(Said, { text }));

describe("DSH-3: what the API says is to be asked of it", () => {
  it("leads to a page that the desk has, whichever text says it", async () => {
    const desk = new Hono<AppTypes>();
    for (const { at, load } of deskRoutes) desk.route(at, await load());
    const answers = (path: string): boolean =>
      desk.router
        .match("GET", path)[0]
        .some(([[, { method, path: route }]]) => method === "GET" && !route.endsWith(":id"));
    expect(answers("/admin/periods/per_0000000000000000/nothing")).toBe(false);
    const ways = waysInSources();
    expect(ways.length).toBeGreaterThan(5);
    const lost = ways.filter((way) => {
      const [, path] = /^<a href="([^"]+)">the page [^<]+<\/a>$/.exec(htmlOf(way)) ?? [];
      return path === undefined || !answers(path);
    });
    expect(lost).toEqual([]);
  });

  it("leads nowhere else, whatever somebody wrote into it", () => {
    for (const text of [
      "POST /api/v1//evil.example",
      "POST /api/v1/links/../../logout",
      "POST https://evil.example/api/v1/links",
      "GET /api/v1/links",
      "DELETE /api/v1/links",
      'POST /api/v1/links"><script>',
      "POST /api/v1/links/xxx_0000000000000000/delete",
    ]) {
      const html = htmlOf(`Named ${text}.`);
      expect(html.match(/href="(?!\/admin\/[a-z-]+\/new")[^"]*"/), text).toBeNull();
      expect(html, text).not.toContain("<script");
    }
  });
});
