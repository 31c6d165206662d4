import { assert, json, jsonValue, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { numericId, parseLongIds } from "../../../src/shops/shopify/json.ts";

describe("parseLongIds", () => {
  test("whole numbers past 2^53 are texts of their digits, also in lists; nothing else is touched", () => {
    const raw = String.raw`{"id":820982911946154508,"ids":[1,-820982911946154508],"note":"id: 820982911946154508, \"1234567890123456789\"","n":0.1234567890123456789,"e":1e5,"s":123456789012345}`;
    expect(parseLongIds(raw)).toEqual({
      id: "820982911946154508",
      ids: [1, "-820982911946154508"],
      note: 'id: 820982911946154508, "1234567890123456789"',
      n: 0.123_456_789_012_345_68,
      e: 100_000,
      s: 123_456_789_012_345,
    });
  });

  test("JSON without such numbers reads as ever", () => {
    assert(
      property(json({ maxDepth: 2 }), (text) => {
        const value: unknown = JSON.parse(text);
        const hasLong = /\d{16}/.test(text);
        if (!hasLong) expect(parseLongIds(text)).toEqual(value);
      }),
    );
    assert(
      property(jsonValue({ maxDepth: 2 }), (value) => {
        const text = JSON.stringify([JSON.stringify(value)]);
        expect(parseLongIds(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test("what has no end takes no longer than what has one", () => {
    for (const text of [
      `"${String.raw`\"`.repeat(300_000)}`,
      `"${"\\".repeat(300_001)}`,
      '"'.repeat(300_001),
      "1".repeat(300_000),
    ]) {
      expect(() => parseLongIds(`[1234567890123456,${text}.`)).toThrow(SyntaxError);
    }
  });
});

test("numericId", () => {
  expect(
    ["gid://shopify/Order/450789469", "450789469", 450_789_469, "gid://shopify/LineItem/7?x=1"].map(numericId),
  ).toEqual(["450789469", "450789469", "450789469", "7"]);
  for (const none of [
    820_982_911_946_154_500,
    "0",
    "-1",
    "1.5",
    "x",
    "",
    null,
    undefined,
    {},
    "gid://shopify/Order/",
  ]) {
    expect(numericId(none)).toBeNull();
  }
});
