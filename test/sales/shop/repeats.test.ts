import { expect, it } from "vitest";
import { Repeats } from "../../../src/sales/shop/repeats.ts";

it("knows a store's messages by their names, and none without one", () => {
  const repeats = new Repeats();
  repeats.add("str_1", "msg_1");
  repeats.add("str_1", null);
  expect(repeats.has("str_1", "msg_1")).toBe(true);
  expect(repeats.has("str_2", "msg_1")).toBe(false);
  expect(repeats.has("str_1", "msg_2")).toBe(false);
  expect(repeats.has("str_1", null)).toBe(false);
});

it("forgets the oldest, so that it doesn't grow", () => {
  const repeats = new Repeats();
  for (let at = 0; at <= 5_000; at++) repeats.add("str_1", `msg_${at}`);
  expect([0, 1, 5_000].map((at) => repeats.has("str_1", `msg_${at}`))).toEqual([false, true, true]);
});
