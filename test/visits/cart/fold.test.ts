import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CartEvent } from "../../../src/ground/model/visit.ts";
import { type Cart, type CartTold, mergedCart } from "../../../src/visits/cart/fold.ts";

const KEY = { storeId: "str_1", cartKey: "cart_1" };

const event: fc.Arbitrary<CartEvent> = fc.nat(400).chain((time) =>
  fc.oneof(
    fc.constantFrom(1, 2).map((quantity): CartEvent => ({
      kind: "cart",
      time,
      items: quantity,
      valueMinor: 100,
      currency: "EUR",
    })),
    fc.constantFrom("shipping", "payment").map((step): CartEvent => ({ kind: "step", time, step })),
    fc.constantFrom("1", "2").map((orderId): CartEvent => ({ kind: "bought", time, orderId })),
  ),
);

const told: fc.Arbitrary<CartTold> = fc.record({
  event,
  visitorHash: fc.constantFrom("a", "b"),
  source: fc.constantFrom("direct", "search Google"),
});

/** Folds parts one after another. */
function folded(parts: readonly (readonly CartTold[])[]): Cart | null {
  return parts.reduce<Cart | null>((cart, part) => mergedCart(KEY, cart, part), null);
}

describe("a cart", () => {
  it("DIX-7: follows from the set of what was told of it, in whichever order, parts and repetition", () => {
    fc.assert(
      fc.property(
        fc
          .array(told, { minLength: 1, maxLength: 400 })
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.nat(50))),
        ([all, shuffled, size]) => {
          const parts = Array.from({ length: Math.ceil(shuffled.length / (size + 1)) }, (_none, part) =>
            shuffled.slice(part * (size + 1), (part + 1) * (size + 1)),
          );
          const cart = folded([...parts, parts[0] ?? []]);
          expect(cart).toEqual(folded([all]));
          expect(cart?.events.length).toBeLessThanOrEqual(200);
          expect(cart?.firstAt).toBe(Math.min(...all.map((one) => one.event.time)));
          expect(cart?.lastAt).toBe(Math.max(...all.map((one) => one.event.time)));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is none of which nothing was told", () => {
    expect(mergedCart(KEY, null, [])).toBeNull();
  });
});
