import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InactiveReason } from "../../../src/edge/click/decide.ts";
import { INACTIVE } from "../../../src/edge/pages/problem-page.ts";
import { type LinkView, previewBody, previewTitle } from "../../../src/edge/pages/preview-body.ts";
import { pageWords } from "../../../src/edge/pages/words.ts";
import { type Language, LANGUAGES } from "../../../src/ground/language/language.ts";

const REASONS = [null, ...(Object.keys(INACTIVE) as InactiveReason[])];

const HARMLESS: LinkView = {
  shortHost: "go.brand.example",
  slug: "lea",
  reason: null,
  destination: "https://shop.example/sale",
  fallbackUrl: null,
  varies: false,
  creator: "Lea",
  consent: { policy: "deferred", source: "region" },
};

async function bodyOf(view: LinkView, language: Language, place: string): Promise<string> {
  const say = await pageWords(language);
  const way = { place, url: "https://shop.example/" };
  return String(await previewBody(view, way, { say, language, query: "", kept: "" }));
}

/** The tags of a page with the names of their attributes. */
function tagsOf(page: string): string[] {
  return page.replaceAll(/"[^"]*"/g, '""').match(/<[^>]*>/g) ?? [];
}

const anyText = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '"><script>alert(1)</script>',
    "' onmouseover=alert(1) x='",
    "</p><img src=x>",
    "{name}",
    "<b>",
    "&amp;",
  ),
);

/** As a link's address may come to be: parsed, of any host, path, query and fragment. */
const anyUrl = fc
  .tuple(
    fc.constantFrom("https:", "http:"),
    fc.constantFrom("evil.example", "a.b.evil.co.uk", "bücher.example", "аррӏе.example", "192.0.2.1", "[2001:db8::1]"),
    anyText,
    anyText,
    anyText,
  )
  .map(([scheme, host, path, query, fragment]) => {
    const url = new URL(`${scheme}//${host}/`);
    url.pathname = path;
    url.search = query;
    url.hash = fragment;
    return url.href;
  });

const anyView: fc.Arbitrary<LinkView> = fc.record({
  shortHost: fc.constantFrom("go.brand.example", "127.0.0.1:8787"),
  slug: fc.constantFrom("lea", "Été", "日本"),
  reason: fc.constantFrom(...REASONS),
  destination: fc.option(anyUrl),
  fallbackUrl: fc.option(anyUrl),
  varies: fc.boolean(),
  creator: fc.option(anyText),
  consent: fc.constantFrom<LinkView["consent"][]>(
    { policy: "strict", source: "opt_out" },
    { policy: "strict", source: "gpc" },
    { policy: "deferred", source: "region" },
    { policy: "implied", source: "policy" },
  ),
});

describe("the page of a link, in any state, for any address and language", () => {
  it("has no markup but its own, and leads nowhere but by the web", async () => {
    await fc.assert(
      fc.asyncProperty(anyView, anyText, fc.constantFrom(...LANGUAGES), async (view, place, language) => {
        const page = await bodyOf(view, language, place);
        const plain = (url: string | null): string | null => (url === null ? null : `${new URL(url).origin}/`);
        const harmless = {
          ...view,
          creator: view.creator === null ? null : "Lea",
          destination: plain(view.destination),
          fallbackUrl: plain(view.fallbackUrl),
        };
        expect(tagsOf(page)).toEqual(tagsOf(await bodyOf(harmless, language, "Shop")));
        for (const [, href = ""] of page.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^(?:https?:\/\/|\/[^/])/);
      }),
      { numRuns: 300 },
    );
  });

  it("says that it leads to something only while it does, and names no address that was taken back or does harm", async () => {
    await fc.assert(
      fc.asyncProperty(anyView, fc.constantFrom(...LANGUAGES), async (view, language) => {
        const say = await pageWords(language);
        const page = await bodyOf(view, language, "Shop");
        const leads = say("leadsTo", { link: "|" })
          .split("|")
          .filter((part) => part.trim() !== "");
        const says = leads.every((part) => page.includes(part.trim()));
        expect(says).toBe(view.reason === null);
        expect(previewTitle(view) === "preview").toBe(view.reason === null);
        // Onward there is a way only for who may go it.
        expect(page.includes(say("proceed"))).toBe(view.reason === null || view.fallbackUrl !== null);
        if (view.reason === null || view.destination === null) return;
        expect(page.replaceAll(view.fallbackUrl ?? "|", "")).not.toContain(`href="${view.destination}"`);
        const told = view.reason === "ended" || view.reason === "used_up";
        const { host } = new URL(view.destination);
        if (view.fallbackUrl === null) expect(page.includes(host)).toBe(told);
      }),
      { numRuns: 300 },
    );
  });

  it.each(LANGUAGES)("is small, in %s", async (language) => {
    for (const reason of REASONS) {
      const page = await bodyOf({ ...HARMLESS, reason }, language, "Linen & Co");
      expect(new TextEncoder().encode(page).length).toBeLessThan(5_000);
    }
  });

  it("lets the part of the host stand out that somebody had to register", async () => {
    const hostIn = async (destination: string) =>
      /<p class="host">(.*?)<\/p>/s.exec(await bodyOf({ ...HARMLESS, destination }, "en", "Shop"))?.[1];
    expect(await hostIn("https://paypal.com.secure.evil.co.uk:8443/x")).toBe(
      "paypal.com.secure.<b>evil.co.uk</b>:8443",
    );
    expect(await hostIn("https://lea.myshopify.com/")).toBe("<b>lea.myshopify.com</b>");
    expect(await hostIn("https://192.0.2.1/")).toBe("<b>192.0.2.1</b>");
    const page = await bodyOf({ ...HARMLESS, destination: "http://xn--bcher-kva.example/" }, "en", "Shop");
    expect(page).toContain("<b>xn--bcher-kva.example</b>");
    expect(page).toContain("Read as bücher.example");
    expect(page).toContain("not encrypted");
    expect(await bodyOf({ ...HARMLESS, destination: "https://аррӏе.com/" }, "en", "Shop")).toContain(
      "may look like others",
    );
  });
});
