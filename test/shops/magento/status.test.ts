import { expect, test } from "vitest";
import { readState } from "../../../src/shops/magento/status.ts";

test.each([
  ["new", "pending"],
  ["pending_payment", "pending"],
  ["payment_review", "pending"],
  ["holded", "pending"],
  ["processing", "paid"],
  ["complete", "paid"],
  ["closed", "refunded"],
  ["canceled", "cancelled"],
] as const)("SHP-4: an order in the state %s is %s, whatever was paid", (state, status) => {
  expect(readState(state, true)).toEqual({ status, custom: false });
  expect(readState(state, false)).toEqual({ status, custom: false });
});

test("a state that an extension made up goes by the money", () => {
  expect(readState("awaiting_pickup", true)).toEqual({ status: "paid", custom: true });
  expect(readState("awaiting_pickup", false)).toEqual({ status: "pending", custom: true });
  // No word of JavaScript's own is a state.
  expect(readState("constructor", false)).toEqual({ status: "pending", custom: true });
});
