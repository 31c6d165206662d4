import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ADDED_CHARACTERS, characterSource, collidingKeys, settleCodes } from "../../../src/programme/code/settle.ts";
import { codeKey, codeProblem } from "../../../src/programme/code/text.ts";
import type { CodeRules } from "../../../src/ground/model/provider.ts";

const RULES: CodeRules = { minLength: 3, maxLength: 8, alphabet: "A-Za-z0-9_-" };

/** Draws the characters of a text, over and over. */
function drawing(text: string): () => string {
  let drawn = 0;
  return () => text.charAt(drawn++ % text.length);
}

const wantedOf = (...bases: string[]) => bases.map((base, index) => ({ key: String(index), base }));
const settle = (bases: string[], taken: string[], draw = "ABCDEF", rules = RULES) => [
  ...settleCodes(wantedOf(...bases), new Set(taken), drawing(draw), rules).values(),
];

describe("settling codes", () => {
  it("UPF-52 keeps a base that is free", () => {
    expect(settle(["LEA10", "tom10"], ["other"])).toEqual(["LEA10", "tom10"]);
  });

  it("UPF-53 adds a random character to a taken one, whatever its case, and one more while that is taken", () => {
    expect(settle(["Lea10"], ["lea10"])).toEqual(["Lea10A"]);
    expect(settle(["Lea10"], ["lea10", "lea10a", "lea10ab"])).toEqual(["Lea10ABC"]);
  });

  it("UPF-52 gives the base to the first who wants it", () => {
    expect(settle(["LEA10", "lea10", "LEA10"], [])).toEqual(["LEA10", "lea10A", "LEA10B"]);
  });

  it("makes room for the characters it adds", () => {
    expect(settle(["LONGNAME"], ["longname"])).toEqual(["LONGNAMA"]);
    expect(settle(["LONGNAMEX"], ["longname", "longnama"])).toEqual(["LONGNAAB"]);
  });

  it("fills up a base that is too short", () => {
    expect(settle(["", "A"], [])).toEqual(["ABC", "ADE"]);
  });

  it("gives up where nothing is free", () => {
    expect(() => settle(["AAA"], ["aaa"], "A", { ...RULES, maxLength: 3 })).toThrow(/no free code/);
  });

  it("UPF-52, UPF-53 always gives codes that differ, are free and are allowed; bases are kept where they can be", () => {
    const base = fc.string({ unit: fc.constantFrom("a", "A", "b", "B", "1", "-"), maxLength: 10 });
    const character = fc.infiniteStream(fc.constantFrom(...ADDED_CHARACTERS.split("")));
    fc.assert(
      fc.property(fc.array(base, { maxLength: 20 }), fc.array(base), character, (bases, others, stream) => {
        const taken = new Set(others.map(codeKey));
        const draw = () => stream.next().value;
        const settled = settleCodes(wantedOf(...bases), taken, draw, RULES);
        const keys = [...settled.values()].map(codeKey);
        expect([...settled.keys()]).toEqual(bases.map((_base, index) => String(index)));
        expect(new Set(keys).size).toBe(bases.length);
        const given = new Set<string>();
        for (const [index, wanted] of bases.entries()) {
          const text = settled.get(String(index)) ?? "";
          expect(taken.has(codeKey(text))).toBe(false);
          expect(codeProblem(text, RULES)).toBeNull();
          const whole = wanted.slice(0, RULES.maxLength);
          const free = !taken.has(codeKey(whole)) && !given.has(codeKey(whole));
          expect(text === whole).toBe(free && whole.length >= RULES.minLength);
          given.add(codeKey(text));
        }
      }),
    );
  });

  it("gives as many bases away whatever the order is", () => {
    const base = fc.constantFrom("LEA10", "lea10", "TOM10", "ANN10", "ann10");
    const orders = fc
      .array(base, { maxLength: 10 })
      .chain((bases) =>
        fc.tuple(
          fc.constant(bases),
          fc.shuffledSubarray(bases, { minLength: bases.length }),
          fc.infiniteStream(fc.constantFrom(...ADDED_CHARACTERS.split(""))),
        ),
      );
    fc.assert(
      fc.property(orders, ([bases, shuffled, stream]) => {
        const kept = (order: string[]): string[] =>
          [...settleCodes(wantedOf(...order), new Set(["tom10"]), () => stream.next().value, RULES).values()]
            .map(codeKey)
            .filter((key) => order.some((one) => codeKey(one) === key))
            .toSorted();
        expect(kept(shuffled)).toEqual(kept(bases));
      }),
    );
  });

  it("tells which were taken after all", () => {
    const settled = new Map([
      ["a", "LEA10"],
      ["b", "TOM10"],
    ]);
    expect(collidingKeys(settled, new Set(["tom10", "x"]))).toEqual(["b"]);
  });
});

describe("a random character", () => {
  it("is never one that people mistake for another", () => {
    expect(ADDED_CHARACTERS).not.toMatch(/[0O1IL]/);
    expect(new Set(ADDED_CHARACTERS).size).toBe(ADDED_CHARACTERS.length);
  });

  it("is any of them equally likely", () => {
    let byte = 0;
    const draw = characterSource((bytes) => {
      bytes[0] = byte++ % 256;
    });
    const counts = Map.groupBy(Array.from({ length: 248 }, draw), (character) => character);
    expect(counts.size).toBe(31);
    expect(new Set([...counts.values()].map((drawn) => drawn.length))).toEqual(new Set([8]));
    // The bytes past the last whole round are drawn again.
    expect(draw()).toBe(ADDED_CHARACTERS.charAt(0));
    expect(byte).toBe(257);
  });
});
