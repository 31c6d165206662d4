import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CartEvent } from "../../../src/ground/model/visit.ts";
import type { CartOrder } from "../../../src/visits/cart/rounds.ts";
import { CART_STATES, cartsOf } from "../../../src/visits/cart/state.ts";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

const cart = (minute: number, quantity = 1, valueMinor: number | null = 1000): CartEvent => ({
  time: minute * MINUTE,
  kind: "cart",
  items: quantity,
  valueMinor,
  currency: "EUR",
});
const step = (minute: number, name: string): CartEvent => ({ time: minute * MINUTE, kind: "step", step: name });
const bought = (minute: number, orderId = "1001"): CartEvent => ({ time: minute * MINUTE, kind: "bought", orderId });
const order = (minute: number, values: Partial<CartOrder> = {}): CartOrder => ({
  externalId: "1001",
  placedAt: minute * MINUTE,
  ofContact: false,
  ...values,
});

/** What a cart with these events has come to after so many minutes: its states, in order. */
const states = (
  events: CartEvent[],
  { at = 1000, orders = [], replacedAt = null }: { at?: number; orders?: CartOrder[]; replacedAt?: number | null } = {},
) => cartsOf({ events, replacedAt }, orders, at * MINUTE, 30).map(({ state }) => state);

describe("DIX-7: what a cart has come to", () => {
  test("is open for as long as something is done, then abandoned; an empty one is none", () => {
    expect(states([cart(0)], { at: 29 })).toEqual(["open"]);
    expect(states([cart(0)], { at: 30 })).toEqual(["abandoned"]);
    expect(states([cart(0), step(25, "address")], { at: 54 })).toEqual(["open"]);
    expect(states([cart(0), cart(5, 0)])).toEqual(["empty"]);
    expect(states([step(0, "address")])).toEqual(["empty"]);
    expect(states([cart(0), cart(5, 0), cart(900)], { at: 929 })).toEqual(["open"]);
  });

  test("is bought in time, or recovered days later, by the page's word and the order's", () => {
    expect(states([cart(0), step(10, "pay"), bought(12)], { orders: [order(12)] })).toEqual(["bought"]);
    // The shop empties it; the page of thanks is a step, and is loaded again.
    const rest = [cart(13, 0), step(13, "thanks"), step(20, "thanks"), cart(21, 0)];
    expect(states([cart(0), bought(12), ...rest], { orders: [order(12)] })).toEqual(["bought"]);
    const later = 3 * 1440;
    expect(
      states([cart(0), step(later, "pay"), bought(later + 2)], { at: later + 9, orders: [order(later + 2)] }),
    ).toEqual(["recovered"]);
    // Whoever was silent while it was empty had nothing to abandon.
    expect(states([cart(0), cart(1, 0), cart(500), bought(505)], { orders: [order(505)] })).toEqual(["bought"]);
    // A word of the page alone is no order: forged, or not reported yet.
    expect(states([cart(0), bought(12)])).toEqual(["abandoned"]);
    expect(states([cart(0), bought(12)], { at: 20 })).toEqual(["open"]);
  });

  test("is bought on another device, if it is known whose it is, and since it began", () => {
    const elsewhere = { externalId: "2002", ofContact: true };
    expect(states([cart(100)], { orders: [order(110, elsewhere)] })).toEqual(["bought"]);
    expect(states([cart(100)], { orders: [order(800, elsewhere)] })).toEqual(["recovered"]);
    expect(states([cart(100)], { orders: [order(99, elsewhere)] })).toEqual(["abandoned"]);
    expect(states([cart(100), cart(101, 0)], { orders: [order(110, elsewhere)] })).toEqual(["empty"]);
    // What the page named is told of by the contact as well: one order, one cart.
    const both = [order(112), order(112, { ofContact: true })];
    expect(states([cart(100), bought(113), cart(900)], { at: 929, orders: both })).toEqual(["bought", "open"]);
  });

  test("under one key are several, if the shop has one for a browser", () => {
    const events = [cart(0), bought(10, "1"), cart(11, 0), cart(500), cart(600, 2)];
    expect(states(events, { orders: [order(10, { externalId: "1" })] })).toEqual(["bought", "abandoned"]);
    expect(states([cart(0), bought(10, "forged"), cart(500)])).toEqual(["replaced", "abandoned"]);
    const twice = [step(0, "pay"), bought(5, "1"), step(700, "address"), step(701, "pay"), bought(702, "2")];
    const orders = [order(5, { externalId: "1" }), order(702, { externalId: "2" })];
    expect(states(twice, { orders })).toEqual(["bought", "bought"]);
  });

  test("is replaced by a later one of its visitor, unless it was bought itself", () => {
    expect(states([cart(0)], { replacedAt: 200 * MINUTE })).toEqual(["replaced"]);
    expect(states([cart(0), bought(9)], { replacedAt: 200 * MINUTE, orders: [order(9)] })).toEqual(["bought"]);
    const elsewhere = order(300, { externalId: "2002", ofContact: true });
    expect(states([cart(0)], { replacedAt: 200 * MINUTE, orders: [elsewhere] })).toEqual(["replaced"]);
  });

  test("says when, what was in it, and its steps", () => {
    const [standing] = cartsOf(
      {
        events: [cart(0, 1, 500), step(2, "address"), cart(3, 2, 900), step(4, "address"), bought(90), cart(91, 0, 0)],
        replacedAt: null,
      },
      [order(95)],
      2 * DAY,
      30,
    );
    expect(standing).toEqual({
      state: "recovered",
      underWay: false,
      beganAt: 0,
      silentSince: 90 * MINUTE,
      abandonedAt: 34 * MINUTE,
      boughtAt: 90 * MINUTE,
      orderExternalId: "1001",
      items: 2,
      valueMinor: 900,
      currency: "EUR",
      steps: [{ name: "address", at: 2 * MINUTE }],
    });
  });

  const event = fc.oneof(
    fc.tuple(fc.nat(300), fc.nat(2)).map(([minute, quantity]) => cart(minute, quantity)),
    fc.tuple(fc.nat(300), fc.constantFrom("address", "pay")).map(([minute, name]) => step(minute, name)),
    fc.tuple(fc.nat(300), fc.constantFrom("1", "2")).map(([minute, id]) => bought(minute, id)),
  );
  const placed = fc
    .record({ externalId: fc.constantFrom("1", "2", "3", "4"), minute: fc.nat(300), ofContact: fc.boolean() })
    .map(({ minute, ...values }) => order(minute, values));

  test("comes to the same in whatever order it is told, and time alone only abandons", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(event, { minLength: 1, maxLength: 9, selector: (one) => JSON.stringify(one) }),
        fc.uniqueArray(placed, { maxLength: 4, selector: ({ externalId }) => externalId }),
        fc.option(fc.nat(400 * MINUTE)),
        fc.nat(),
        (events, orders, replacedAt, turn) => {
          const now = 400 * MINUTE;
          const found = cartsOf({ events, replacedAt }, orders, now, 30);
          const cut = turn % events.length;
          const turned = [...events.slice(cut), ...events.slice(0, cut)].toReversed();
          expect(cartsOf({ events: turned, replacedAt }, orders.toReversed(), now, 30)).toEqual(found);
          for (const { state, abandonedAt, boughtAt } of found) {
            expect(CART_STATES).toContain(state);
            expect(boughtAt !== null).toBe(state === "bought" || state === "recovered");
            if (state === "abandoned" || state === "recovered") expect(abandonedAt).not.toBeNull();
            if (state === "bought") expect(abandonedAt).toBeNull();
          }
          const later = cartsOf({ events, replacedAt }, orders, now + DAY, 30).map(({ state }) => state);
          expect(later).toEqual(found.map(({ state }) => (state === "open" ? "abandoned" : state)));
        },
      ),
      { numRuns: 300 },
    );
  });
});
