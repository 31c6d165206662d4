import { html } from "hono/html";
import { describe, expect, it } from "vitest";
import type { Html } from "../../../src/ground/http/html.ts";
import { languageFor, localeFor } from "../../../src/ground/language/language.ts";
import { MAX_KEPT, messages, sayerOf } from "../../../src/ground/language/say.ts";

const WORDS = {
  plain: "Nothing to fill in",
  orders: "{count, plural, one {# order of {name}} other {# orders of {name}}}",
  way: "Go to <link>{shop}, at once</link> or stay.",
} as const;

describe("what is said", () => {
  const say = sayerOf<typeof WORDS>(WORDS, "en");
  const link = (inner: unknown) => html`<a href="/x">${inner}</a>`;

  it("fills in arguments, and counts by the language's plurals", () => {
    expect(say("plain")).toBe("Nothing to fill in");
    expect(say("orders", { count: 1, name: "Léa" })).toBe("1 order of Léa");
    expect(say("orders", { count: 1234, name: "Léa" })).toBe("1,234 orders of Léa");
    const french = sayerOf<typeof WORDS>(
      { ...WORDS, orders: "{count, plural, one {# fois {name}} other {# fois {name}s}}" },
      "fr",
    );
    expect(french("orders", { count: 0, name: "x" })).toBe("0 fois x");
  });

  it("writes numbers as the reader's country does", () => {
    const said = (locale: string) => sayerOf<typeof WORDS>(WORDS, "es", locale)("orders", { count: 12345, name: "x" });
    expect(said("es")).toBe("12.345 orders of x");
    expect(said("es-MX")).toBe("12,345 orders of x");
  });

  it("makes tags HTML, takes HTML as an argument and escapes the rest", async () => {
    const text = async (said: Html) => (await said).toString();
    const said = await text(say.html("way", { shop: "<b>Linen</b> & Co", link }));
    expect(said).toBe('Go to <a href="/x">&lt;b&gt;Linen&lt;/b&gt; &amp; Co, at once</a> or stay.');
    expect(await text(say.html("way", { shop: html`<b>Linen</b>`, link }))).toContain("<b>Linen</b>, at once</a>");
    expect(await text(say.html("plain"))).toBe("Nothing to fill in");
  });

  it("is kept ready, also once somebody made up countries without end", async () => {
    const load = async () => WORDS;
    const said = messages<typeof WORDS>({ en: load, fr: load, de: load, es: load });
    for (let n = 0; n < 2 * MAX_KEPT + 1; n++) {
      await said("fr", `fr-${String.fromCodePoint(65 + (n % 26))}${String.fromCodePoint(65 + Math.floor(n / 26))}`);
    }
    expect(await said("fr")).toBe(await said("fr"));
  });

  it("throws for an argument that is missing, so that a test sees it", () => {
    expect(() => (say as unknown as (key: string) => string)("orders")).toThrow();
  });
});

describe("the language of a page", () => {
  it.each([
    [{ asked: "fr", kept: "de", accepted: "es" }, "fr"],
    [{ asked: "xx", kept: "de", accepted: "es" }, "de"],
    [{ asked: null, kept: null, accepted: "pt-BR,es-MX;q=0.8,fr;q=0.9" }, "fr"],
    [{ asked: null, kept: null, accepted: "pt,it" }, "en"],
    [{ asked: undefined, accepted: undefined }, "en"],
    [{ asked: "__proto__", kept: "constructor", accepted: "toString" }, "en"],
  ] as const)("%o: %s", (signs, language) => {
    expect(languageFor(signs)).toBe(language);
  });

  it("writes numbers as the browser's country does, where it speaks that language", () => {
    expect(localeFor("de", "en-US,de-ch;q=0.8")).toBe("de-CH");
    expect(localeFor("fr", "de-CH")).toBe("fr");
    expect(localeFor("es", null)).toBe("es");
  });
});
