import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LinkRule } from "../../../src/ground/model/link.ts";
import { chooseRule, deviceClasses, type Visitor } from "../../../src/edge/rules/rules.ts";
import { acceptedLanguages } from "../../../src/ground/language/accepted.ts";

const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148";
const NOON = Date.UTC(2026, 6, 1, 12);

const visitor = (parts: Partial<Visitor> = {}): Visitor => ({
  country: "DE",
  region: "Bavaria",
  devices: deviceClasses(IPHONE),
  languages: ["de-at", "en"],
  now: NOON,
  draw: 50,
  ...parts,
});

const rule = (when: LinkRule["when"]): LinkRule => ({ when, url: "https://shop.example/" });
const chosen = (rules: LinkRule[], parts: Partial<Visitor> = {}) => chooseRule(rules, visitor(parts)).index;

describe("targeting rules", () => {
  it.each<[string, LinkRule["when"], Partial<Visitor>, boolean]>([
    ["a country", { country: ["AT", "DE"] }, {}, true],
    ["another country", { country: ["AT"] }, {}, false],
    ["an unknown country", { country: ["DE"] }, { country: null }, false],
    ["a region, whatever its case", { region: ["bavaria"] }, {}, true],
    ["another region", { region: ["Hesse"] }, {}, false],
    ["an operating system", { device: ["ios"] }, {}, true],
    ["a device class", { device: ["desktop", "mobile"] }, {}, true],
    ["another device", { device: ["android"] }, {}, false],
    ["a language", { language: ["de"] }, {}, true],
    ["a variety of a language", { language: ["de-AT"] }, {}, true],
    ["another variety", { language: ["de-CH"] }, {}, false],
    ["a language that isn't the first", { language: ["en"] }, {}, false],
    ["no language at all", { language: ["en"] }, { languages: [] }, false],
    ["hours", { hours: { from: "09:00", to: "17:00", timezone: "UTC" } }, {}, true],
    ["hours elsewhere", { hours: { from: "09:00", to: "13:00", timezone: "Europe/Berlin" } }, {}, false],
    ["hours up to but not at their end", { hours: { from: "09:00", to: "12:00", timezone: "UTC" } }, {}, false],
    [
      "hours across midnight, late",
      { hours: { from: "22:00", to: "06:00", timezone: "UTC" } },
      { now: Date.UTC(2026, 6, 1, 23) },
      true,
    ],
    [
      "hours across midnight, early",
      { hours: { from: "22:00", to: "06:00", timezone: "UTC" } },
      { now: Date.UTC(2026, 6, 1, 5, 59) },
      true,
    ],
    ["hours across midnight, by day", { hours: { from: "22:00", to: "06:00", timezone: "UTC" } }, {}, false],
    ["no condition", {}, {}, true],
    ["all of several conditions", { country: ["DE"], device: ["ios"], language: ["de"] }, {}, true],
    ["only some of several conditions", { country: ["DE"], device: ["android"], language: ["de"] }, {}, false],
  ])("%s", (_name, when, parts, fits) => {
    expect(chosen([rule(when)], parts)).toBe(fits ? 0 : null);
  });

  it("the first that fits wins", () => {
    expect(chosen([rule({ country: ["AT"] }), rule({ device: ["ios"] }), rule({})])).toBe(1);
  });

  it("weights share the visitors that reach them, and the rest go on", () => {
    const rules = [
      rule({ weight: 30 }),
      rule({ weight: 20, country: ["AT"] }),
      rule({ weight: 30 }),
      rule({ device: ["ios"] }),
    ];
    expect(chosen(rules, { draw: 0 })).toBe(0);
    expect(chosen(rules, { draw: 29.9 })).toBe(0);
    expect(chosen(rules, { draw: 30 })).toBe(2);
    expect(chosen(rules, { draw: 59.9 })).toBe(2);
    expect(chosen(rules, { draw: 60 })).toBe(3);
    expect(chosen(rules, { draw: 60, devices: new Set(["desktop"]) })).toBeNull();
  });

  it("weights are met exactly over all places that a visitor may have", () => {
    const weights = fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(weights, (shares) => {
        const rules = shares.map((weight) => rule({ weight }));
        const counts = new Map<number | null, number>();
        for (let draw = 0; draw < 100; draw++) {
          const index = chosen(rules, { draw });
          counts.set(index, (counts.get(index) ?? 0) + 1);
        }
        for (const [index, weight] of shares.entries()) expect(counts.get(index)).toBe(weight);
        expect(counts.get(null) ?? 0).toBe(100 - shares.reduce((sum, weight) => sum + weight, 0));
      }),
    );
  });

  it("gives a reason for every rule it looked at", () => {
    const { trace, index } = chooseRule([rule({ country: ["AT"] }), rule({ weight: 10 }), rule({})], visitor());
    expect(index).toBe(2);
    expect(trace).toMatchObject([
      { index: 0, matched: false, reason: "country: DE is not one of AT" },
      { index: 1, matched: false },
      { index: 2, matched: true },
    ]);
  });
});

describe("reading a visitor", () => {
  it.each([
    [IPHONE, ["ios", "mobile"]],
    ["Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X)", ["ios", "tablet"]],
    [
      "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36",
      ["android", "mobile"],
    ],
    ["Mozilla/5.0 (Linux; Android 15; SM-X710) AppleWebKit/537.36 Chrome/140 Safari/537.36", ["android", "tablet"]],
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64)", ["windows", "desktop"]],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", ["macos", "desktop"]],
    ["Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)", ["chromeos", "desktop"]],
    ["Mozilla/5.0 (X11; Linux x86_64)", ["linux", "desktop"]],
    ["", ["desktop"]],
  ])("%s is %j", (userAgent, classes) => {
    expect([...deviceClasses(userAgent)].toSorted()).toEqual([...classes].toSorted());
  });

  it.each([
    ["de-AT,de;q=0.9,en;q=0.8", ["de-at", "de", "en"]],
    ["en;q=0.5, fr", ["fr", "en"]],
    ["en;q=0, de", ["de"]],
    ["*", []],
    ["<script>", []],
    [null, []],
  ])("the languages of %j", (header, languages) => {
    expect(acceptedLanguages(header)).toEqual(languages);
  });

  it("never fails on a strange header", () => {
    fc.assert(
      fc.property(fc.string(), (text) => Array.isArray(acceptedLanguages(text)) && deviceClasses(text).size > 0),
    );
  });
});
