import { parse, TYPE, type MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { describe, expect, it } from "vitest";
import { LANGUAGES } from "../../../src/ground/language/language.ts";

const FILES = import.meta.glob<Record<string, Record<string, string>>>("../../../src/**/words/{en,fr,de,es}.ts", {
  eager: true,
});
const SOURCES = import.meta.glob<string>("../../../src/**/*.{ts,tsx}", {
  eager: true,
  query: "?raw",
  import: "default",
});

const families = [...new Set(Object.keys(FILES).map((path) => path.replace(/\/words\/..\.ts$/, "")))].toSorted();

/** The messages of a family in a language. */
function wordsOf(family: string, language: string): Record<string, string> {
  return FILES[`${family}/words/${language}.ts`]?.[language.toUpperCase()] ?? {};
}

/** What a message takes: names of arguments with how they are written, of tags, and the plurals with their branches. */
function shapeOf(text: string): { takes: string[]; plurals: { name: string; branches: string[] }[] } {
  const takes = new Set<string>();
  const plurals: { name: string; branches: string[] }[] = [];
  const walk = (elements: readonly MessageFormatElement[]): void => {
    for (const element of elements) {
      if (element.type === TYPE.literal || element.type === TYPE.pound) continue;
      if (element.type === TYPE.tag) {
        takes.add(`<${element.value}>`);
        walk(element.children);
      } else if (element.type === TYPE.plural) {
        takes.add(`${element.value}: ${element.pluralType ?? ""}`);
        plurals.push({ name: element.value, branches: Object.keys(element.options) });
        for (const { value } of Object.values(element.options)) walk(value);
      } else if (element.type === TYPE.select) {
        takes.add(`${element.value}: ${Object.keys(element.options).toSorted().join("|")}`);
        for (const { value } of Object.values(element.options)) walk(value);
      } else takes.add(`${element.value}: ${TYPE[element.type]}`);
    }
  };
  walk(parse(text));
  return { takes: [...takes].toSorted(), plurals };
}

/** Texts that are the same in another language as in English, and rightly so. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  fr: ["Pages", "Conversions", "Commission"],
  de: ["Links", "Conversions"],
  es: [],
};

describe("messages in people's languages", () => {
  it("finds the families", () => {
    expect(families.length).toBeGreaterThan(0);
  });

  it.each(families)("%s has every message in every language, with the same arguments and tags", (family) => {
    const english = wordsOf(family, "en");
    for (const language of LANGUAGES) {
      const words = wordsOf(family, language);
      expect(Object.keys(words), language).toEqual(Object.keys(english));
      for (const [key, text] of Object.entries(words)) {
        expect(shapeOf(text).takes, `${language} ${key}`).toEqual(shapeOf(english[key] ?? "").takes);
      }
    }
  });

  it.each(families)(
    "%s has each plural that a language's rules know but the rare ones, and none that they don't",
    (family) => {
      for (const language of LANGUAGES) {
        const known = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
        for (const [key, text] of Object.entries(wordsOf(family, language))) {
          for (const { branches } of shapeOf(text).plurals) {
            const named = branches.filter((branch) => !branch.startsWith("="));
            expect(named, `${language} ${key}`).toEqual(expect.arrayContaining(["one", "other"]));
            expect(known, `${language} ${key}`).toEqual(expect.arrayContaining(named));
          }
        }
      }
    },
  );

  it.each(families)(
    "%s leaves nothing in English, nothing empty, and no straight apostrophe, which quotes in ICU",
    (family) => {
      const english = wordsOf(family, "en");
      for (const language of LANGUAGES) {
        for (const [key, text] of Object.entries(wordsOf(family, language))) {
          expect(text.trim(), `${language} ${key}`).toBe(text);
          expect(text, `${language} ${key}`).not.toBe("");
          expect(text, `${language} ${key}`).not.toContain("'");
          if (language === "en" || !/\p{L}{2}/u.test(text.replaceAll(/\{[^{}]*\}|<[^>]*>/g, ""))) continue;
          if (text === english[key]) expect(SAME[language], `${language} ${key}`).toContain(text);
        }
      }
    },
  );

  it.each(families)("%s has no message that nobody says", (family) => {
    const wing = /^.*\/src\/[^/]+\//.exec(family)?.[0] ?? family;
    // Kinds of things are listed there, for all wings.
    const model = wing.replace(/[^/]+\/$/, "ground/model/");
    const code = Object.entries(SOURCES)
      .filter(([path]) => (path.startsWith(wing) || path.startsWith(model)) && !path.includes("/words/"))
      .map(([, text]) => text)
      .join("\n");
    for (const key of Object.keys(wordsOf(family, "en"))) {
      expect(new RegExp(`(?:"${key}"|\\b${key}[,:])`).test(code), key).toBe(true);
    }
  });
});
