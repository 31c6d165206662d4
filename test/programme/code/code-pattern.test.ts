import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandPattern, patternProblem, type Profile, profileGaps } from "../../../src/programme/code/pattern.ts";
import { codeProblem } from "../../../src/programme/code/text.ts";
import type { CodeRules } from "../../../src/ground/model/provider.ts";

const RULES: CodeRules = { minLength: 3, maxLength: 20, alphabet: "A-Za-z0-9_-" };
const CONTEXT = { campaign: "Summer Sale", plan: "Été 10 %", year: 2026 };

function profile(parts: Partial<Profile> = {}): Profile {
  return {
    firstName: "Léa",
    lastName: "Martin",
    email: "lea@creator.example",
    handles: { instagram: "lea.makes" },
    ...parts,
  };
}

function expand(pattern: string, parts: Partial<Profile> = {}, rules: CodeRules = RULES): string {
  return expandPattern(pattern, profile(parts), CONTEXT, rules);
}

describe("a pattern of codes", () => {
  it("UPF-11 takes variables and filters", () => {
    expect(patternProblem("{{username|upper|max:8}}-{{ year }}")).toBeNull();
    expect(expand("{{username|upper|max:8}}-{{ year }}")).toBe("LEAMAKES-2026");
    expect(expand("{{firstName}}_{{lastName|lower}}")).toBe("Lea_martin");
    expect(expand("{{campaign|alnum}}")).toBe("SummerSale");
    expect(expand("{{plan}}")).toBe("Ete10");
    expect(expand("{{handle.bluesky|max:4}}", { handles: { bluesky: "a-b-c-d" } })).toBe("a-b-");
    expect(expand("{{handle.bluesky|alnum|max:4}}", { handles: { bluesky: "@a-b-c-d" } })).toBe("abcd");
  });

  it("UPF-12 makes {{username}}10OFF of the first handle, else of the name", () => {
    expect(expand("{{username}}10OFF")).toBe("leamakes10OFF");
    expect(expand("{{username}}10OFF", { handles: { youtube: "yt", tiktok: "tt" } })).toBe("tt10OFF");
    expect(expand("{{username}}10OFF", { handles: {} })).toBe("leamartin10OFF");
  });

  it.each([
    ["instagram"],
    ["tiktok"],
    ["youtube"],
    ["facebook"],
    ["x"],
    ["twitter"],
    ["pinterest"],
    ["snapchat"],
    ["twitch"],
    ["threads"],
    ["linkedin"],
  ])("knows the handle on %s", (network) => {
    expect(expand(`{{${network}}}`, { handles: { [network]: "@there" } })).toBe("there");
    expect(expand(`{{handle.${network}}}`, { handles: { [network]: "there" } })).toBe("there");
  });

  it.each([
    ["Łukasz", "Lukasz"],
    ["Ünal", "Unal"],
    ["北京", "BeiJing"],
    ["Мария", "Mariya"],
    ["O'Neil-Søren", "ONeil-Soren"],
    ["\u0001\u202e", ""],
    ["\ud83d", ""],
  ])("writes %s as %s", (firstName, text) => {
    expect(expand("{{firstName}}", { firstName })).toBe(text);
  });

  it.each([
    ["", /letter, a digit or a variable/],
    ["%-%", /letter, a digit or a variable/],
    ["{{nobody}}", /no such variable/],
    ["{{}}", /no such variable/],
    ["{{handle.}}", /no such variable/],
    ["{{handle.X}}", /no such variable/],
    ["{{constructor}}", /no such variable/],
    ["{{username", /other braces/],
    ["{{username}}}", /other braces/],
    ["{username}", /other braces/],
    ["A}}", /other braces/],
    ["{{username|shout}}", /filter "shout"/],
    ["{{username|}}", /filter ""/],
    ["{{username|upper:3}}", /filter "upper:3"/],
    ["{{username|max}}", /1 to 64/],
    ["{{username|max:0}}", /1 to 64/],
    ["{{username|max:65}}", /1 to 64/],
    ["{{username|max:-1}}", /1 to 64/],
    ["x".repeat(201), /200 characters/],
  ])("may not be %j", (pattern, problem) => {
    expect(patternProblem(pattern)).toMatch(problem);
  });

  it.each(["SAVE10", "é", "{{username|max:1}}", "{{username|max:64}}", "x".repeat(200)])("may be %j", (pattern) => {
    expect(patternProblem(pattern)).toBeNull();
  });

  it("that can't be used is not expanded", () => {
    expect(() => expand("{{nobody}}")).toThrow(/no such variable/);
  });
});

const VARIABLES = ["username", "firstName", "lastName", "campaign", "plan", "year", "tiktok", "handle.other"];
const filters = fc.array(
  fc.oneof(
    fc.constantFrom("upper", "lower", "alnum"),
    fc.integer({ min: 1, max: 64 }).map((count) => `max:${count}`),
  ),
  { maxLength: 4 },
);
const patterns = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 6 }).map((text) => text.replaceAll(/[{}]/g, "")),
      fc.tuple(fc.constantFrom(...VARIABLES), filters).map(([name, words]) => `{{${[name, ...words].join("|")}}}`),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => `A${parts.join("")}`)
  .filter((pattern) => pattern.length <= 200);
const anyText = fc.string({ unit: "binary", maxLength: 30 });
const profiles = fc.record({
  firstName: anyText,
  lastName: anyText,
  email: fc.option(anyText),
  handles: fc.dictionary(fc.constantFrom("instagram", "tiktok", "other", "zzz"), anyText),
});

describe("an expanded pattern", () => {
  it("UPF-11 is of the provider's alphabet and length, and always the same, whoever the creator is", () => {
    fc.assert(
      fc.property(patterns, profiles, fc.integer({ min: 1, max: 64 }), (pattern, someone, maxLength) => {
        const rules = { ...RULES, minLength: 0, maxLength };
        expect(patternProblem(pattern)).toBeNull();
        const text = expandPattern(pattern, someone, CONTEXT, rules);
        if (text !== "") expect(codeProblem(text, rules)).toBeNull();
        expect(expandPattern(pattern, someone, CONTEXT, rules)).toBe(text);
      }),
    );
  });

  it("has its filters applied from left to right", () => {
    const oneByOne = (text: string, word: string): string => {
      if (word === "upper") return text.toUpperCase();
      if (word === "lower") return text.toLowerCase();
      return word === "alnum" ? text.replaceAll(/[^a-z0-9]/gi, "") : text.slice(0, Number(word.slice(4)));
    };
    const rules = { ...RULES, maxLength: 1000 };
    fc.assert(
      fc.property(profiles, filters, (someone, words) => {
        const plain = expandPattern("{{firstName}}", someone, CONTEXT, rules);
        const filtered = expandPattern(`{{${["firstName", ...words].join("|")}}}`, someone, CONTEXT, rules);
        expect(filtered).toBe(words.reduce(oneByOne, plain));
      }),
    );
  });

  it("is cut to what the provider takes", () => {
    expect(expand("{{username}}10OFF", { handles: { x: "a".repeat(40) } })).toBe("a".repeat(20));
  });
});

describe("a profile", () => {
  const gapsOf = (pattern: string | null, parts: Partial<Profile>) =>
    profileGaps(pattern, profile(parts)).map(({ code }) => code);

  it("has no gap when all is there", () => {
    expect(gapsOf("{{instagram}}10", {})).toEqual([]);
    expect(gapsOf(null, { handles: {} })).toEqual([]);
    expect(gapsOf("{{username}}10", { handles: {} })).toEqual([]);
  });

  it("UPF-60 lacks names and e-mail address whatever the pattern is", () => {
    expect(gapsOf(null, { firstName: " ", lastName: "", email: null })).toEqual([
      "missing_first_name",
      "missing_last_name",
      "missing_email",
    ]);
    expect(gapsOf("SAVE", { email: " " })).toEqual(["missing_email"]);
  });

  it("UPF-60 lacks the handle on each network that the pattern names", () => {
    const gaps = profileGaps("{{tiktok}}{{tiktok|upper}}{{handle.bluesky}}{{instagram}}", profile());
    expect(gaps.map(({ code }) => code)).toEqual(["missing_handle", "missing_handle"]);
    expect(gaps.map(({ detail }) => detail).join(" ")).toMatch(/tiktok.*bluesky/);
    expect(gapsOf("{{handle.constructor}}", {})).toEqual(["missing_handle"]);
    expect(gapsOf("{{tiktok}}", { handles: { tiktok: "@" } })).toEqual(["missing_handle"]);
  });
});
