import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SHOWN_WAITING, type Waiting, withoutOf } from "../../../src/books/ledger/without.ts";
import type { Counting } from "../../../src/ground/model/commission.ts";

const waits = (orderId: string, placedAt: number, uncounted: Counting[] = ["sales"]): Waiting => ({
  uncounted,
  count: 1,
  orders: [{ orderId, placedAt, missingRates: ["USD/EUR 2026-11-22"] }],
});

/** The first of some orders, as they are read of a span of a month. */
const together = (orders: readonly Waiting[]): Waiting => ({
  uncounted: ["sales"],
  count: orders.length,
  orders: orders
    .flatMap((one) => one.orders)
    .toSorted((a, b) => a.placedAt - b.placedAt || (a.orderId < b.orderId ? -1 : 1))
    .slice(0, SHOWN_WAITING),
});

describe("what a commission was worked out without", () => {
  it("G2-7: is what it hangs on, as it was placed", () => {
    const waiting = [waits("b", 2), waits("c", 1, ["uncapped"]), waits("a", 2, ["sales", "uncapped"])];
    const named = (goesBy: Counting[]) => withoutOf(waiting, goesBy)?.orders.map(({ orderId }) => orderId);
    expect(named(["sales"])).toEqual(["a", "b"]);
    expect(named(["uncapped"])).toEqual(["c", "a"]);
    expect(named(["sales", "uncapped"])).toEqual(["c", "a", "b"]);
    expect(withoutOf(waiting, [])).toBeNull();
    expect(withoutOf([], ["sales"])).toBeNull();
  });

  it("G2-7: is the same in however many parts it is read", () => {
    const order = fc.record({ orderId: fc.uuid(), placedAt: fc.nat({ max: 5 }), part: fc.nat({ max: 3 }) });
    fc.assert(
      fc.property(fc.uniqueArray(order, { selector: ({ orderId }) => orderId, maxLength: 40 }), (drawn) => {
        const all = drawn.map(({ orderId, placedAt }) => waits(orderId, placedAt));
        const parts = [0, 1, 2, 3].map((part) => together(all.filter((_one, index) => drawn[index]?.part === part)));
        const read = withoutOf(
          parts.filter(({ count }) => count > 0),
          ["sales"],
        );
        expect(read).toEqual(withoutOf(all, ["sales"]));
        expect(read?.count ?? 0).toBe(drawn.length);
        expect(read?.orders.length ?? 0).toBe(Math.min(drawn.length, SHOWN_WAITING));
      }),
    );
  });
});
