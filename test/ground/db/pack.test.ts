import { describe, expect, test } from "vitest";
import { packJson } from "../../../src/ground/db/pack.ts";

/** D1's limit of a bound parameter, bytes. */
const LIMIT = 2_000_000;

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

describe("rows packed for D1", () => {
  test("are all there, in order, in texts that it takes", () => {
    const rows = Array.from({ length: 500 }, (_none, index) => ({ index, text: "ł\u0001".repeat(index * 8) }));
    const packs = packJson(rows);
    expect(packs.length).toBeGreaterThan(2);
    expect(packs.flatMap((pack) => JSON.parse(pack) as unknown[])).toEqual(rows);
    for (const pack of packs) expect(bytesOf(pack)).toBeLessThan(LIMIT);
  });

  test("are one text if they are few, and none if there are none", () => {
    expect(packJson([1, "a", null])).toEqual(['[1,"a",null]']);
    expect(packJson([])).toEqual([]);
  });

  test("have one to themselves if they are large", () => {
    const large = "x".repeat(1_500_000);
    expect(packJson([1, large, 2]).map((pack) => JSON.parse(pack) as unknown[])).toEqual([[1], [large], [2]]);
  });
});
