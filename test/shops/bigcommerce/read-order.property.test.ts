import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readOrder } from "../../../src/shops/bigcommerce/read-order.ts";
import { bigOrder, consignments, line, refund } from "./order-fixtures.ts";

const money = fc.oneof(
  fc.double().map(String),
  fc.bigInt().map(String),
  fc.constantFrom("1e400", "-0.0000", "0x10", "1_000", "٣"),
);

/** An order of which some fields are anything. */
const hostile = fc
  .dictionary(fc.constantFrom(...Object.keys(bigOrder())), fc.oneof(fc.jsonValue(), money), { maxKeys: 6 })
  .map((changes) => bigOrder(changes));

const hostileLine = fc
  .dictionary(fc.constantFrom(...Object.keys(line())), fc.oneof(fc.jsonValue(), money), { maxKeys: 4 })
  .map((changes) => bigOrder({ consignments: consignments([line(changes), line()]) }));

describe("whatever BigCommerce answers", () => {
  it("is no amount where it is a thing that has no text", () => {
    const strange = line({ total_tax: { toString: 0 } });
    const reading = readOrder(bigOrder({ consignments: consignments([strange, line()]) }), {
      coupons: [],
      refunds: [],
    });
    expect(reading).toMatchObject({ path: "line_items.1.amount" });
  });

  it("is read without a throw, and never as an amount below 0", () => {
    const orders = fc.oneof(fc.jsonValue(), hostile, hostileLine);
    const lists = fc.array(
      fc.oneof(
        fc.jsonValue(),
        money.map((amount) => refund(amount)),
      ),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(orders, lists, lists, (value, coupons, refunds) => {
        const reading = readOrder(value, { coupons, refunds });
        if (reading.kind !== "order") return;
        const { total, goods, giftCards, discount, shipping, tax, refunded, items } = reading.order;
        const prices = items.map(({ price }) => price);
        for (const amount of [total, goods, giftCards, discount, shipping, tax, refunded, ...prices]) {
          expect(amount).toMatch(/^\d+(\.\d+)?$/);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("leaves nothing of a person but whom to hash and a country", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^P[a-z]{12}$/), fc.constantFrom("48,79", "48.7900"), (mark, total) => {
        const person = { first_name: mark, last_name: mark, street_1: mark, city: mark, phone: mark, company: mark };
        const reading = readOrder(
          bigOrder({
            billing_address: { ...person, country_iso2: mark, email: `${mark}@example.org` },
            customer_message: mark,
            staff_notes: mark,
            ip_address: mark,
            credit_card_type: mark,
            total_inc_tax: total,
            consignments: consignments([line({ product_options: [{ value: mark }], wrapping_message: mark })]),
          }),
          { coupons: [], refunds: [refund(1, false, { reason: mark })] },
        );
        expect(JSON.stringify(reading.kind === "order" ? reading.order : reading)).not.toContain(mark);
        if (reading.kind === "order")
          expect(reading.customer).toEqual({ id: "88", email: `${mark}@example.org`, phone: null });
      }),
    );
  });

  it("has items that add up to its goods, where nothing had to be rounded", () => {
    const lines = fc.array(fc.tuple(fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(lines, (given) => {
        const said = given.map(([minor, quantity]) =>
          line({ discounted_total_inc_tax: (minor / 100).toFixed(4), total_tax: "0.0000", quantity }),
        );
        const reading = readOrder(bigOrder({ consignments: consignments(said) }), { coupons: [], refunds: [] });
        if (reading.kind !== "order") throw new Error(reading.kind);
        const { items, goods } = reading.order;
        const sum = items.reduce((so, { price, quantity }) => so + Math.round(Number(price) * 100) * quantity, 0);
        expect(sum).toBe(Math.round(Number(goods) * 100));
      }),
    );
  });

  it("is one report in whichever order its fields and refunds come (SHP-1)", () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 5 });
    fc.assert(
      fc.property(amounts, fc.func(fc.nat()), (given, place) => {
        const refunds = given.map((minor) => refund(minor / 100));
        const shuffled = Object.fromEntries(Object.entries(bigOrder()).toSorted((a, b) => place(a[0]) - place(b[0])));
        expect(JSON.stringify(readOrder(shuffled, { coupons: [], refunds: refunds.toReversed() }))).toBe(
          JSON.stringify(readOrder(bigOrder(), { coupons: [], refunds })),
        );
      }),
    );
  });
});
