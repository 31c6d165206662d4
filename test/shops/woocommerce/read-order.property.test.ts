import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMessage } from "../../../src/shops/woocommerce/message.ts";
import { readOrder } from "../../../src/shops/woocommerce/read-order.ts";
import { line, wooOrder } from "./order-fixtures.ts";

const FIELDS = Object.keys(wooOrder());

/** An order of which some fields are anything. */
const hostile = fc
  .dictionary(fc.constantFrom(...FIELDS, "gift_cards", "billing_period"), fc.oneof(fc.jsonValue(), moneyText()), {
    maxKeys: 6,
  })
  .map((changes) => wooOrder(changes));

function moneyText() {
  return fc.oneof(
    fc.double().map(String),
    fc.bigInt().map(String),
    fc.constantFrom("1e400", "-0", "0x10", "1_000", "٣"),
  );
}

describe("whatever a shop sends", () => {
  it("is read without a throw, and never as an amount below 0", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), hostile), fc.option(fc.array(fc.jsonValue())), (value, refunds) => {
        const reading = readOrder(value, "wm_click", refunds);
        if (reading.kind !== "order") return;
        const { total, goods, giftCards, discount, shipping, tax, refunded, items } = reading.order;
        for (const amount of [
          total,
          goods,
          giftCards,
          discount,
          shipping,
          tax,
          refunded,
          ...items.map(({ price }) => price),
        ]) {
          expect(amount).toMatch(/^\d+(\.\d+)?$/);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("is a message without a throw, byte for byte", () => {
    const topics = fc.constantFrom(
      "order.created",
      "order.updated",
      "order.deleted",
      "order.restored",
      "product.updated",
      "",
    );
    const bodies = fc.oneof(
      fc.uint8Array(),
      fc
        .oneof(
          fc.json(),
          hostile.map((order) => JSON.stringify(order)),
        )
        .map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(topics, bodies, (topic, body) => {
        const headers = new Headers(topic === "" ? {} : { "x-wc-webhook-topic": topic });
        expect(readMessage(headers, body, "wm_click").topic).toBe(topic);
      }),
      { numRuns: 1_000 },
    );
  });

  it("leaves nothing of a person but whom to hash and a country", () => {
    const marks = fc.stringMatching(/^[a-z]{12}$/).map((mark) => `P${mark}`);
    const address = (mark: string) => ({
      first_name: mark,
      last_name: mark,
      company: mark,
      address_1: mark,
      city: mark,
      postcode: mark,
      country: mark,
      phone: mark,
    });
    fc.assert(
      fc.property(marks, fc.boolean(), fc.constantFrom("1,50", "10.00"), (mark, isRefunded, total) => {
        const reading = readOrder(
          wooOrder({
            billing: { ...address(mark), email: `${mark}@example.org` },
            shipping: address(mark),
            customer_note: mark,
            customer_ip_address: mark,
            customer_user_agent: mark,
            transaction_id: mark,
            order_key: mark,
            payment_method_title: mark,
            meta_data: [{ id: 1, key: "_billing_vat", value: mark }],
            refunds: isRefunded ? [{ id: 1, reason: mark, total: "-1.00" }] : [],
            line_items: [line({ meta_data: [{ id: 1, key: "engraving", value: mark }] })],
            total,
          }),
          "wm_click",
        );
        const kept = reading.kind === "order" ? reading.order : reading;
        expect(JSON.stringify(kept)).not.toContain(mark);
        if (reading.kind === "order")
          expect(reading.customer).toEqual({ id: "88", email: `${mark}@example.org`, phone: null });
      }),
    );
  });

  it("is one report however its objects and lists of refunds are ordered (SHP-1)", () => {
    const refunds = fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 5 });
    fc.assert(
      fc.property(refunds, fc.func(fc.nat()), (amounts, order) => {
        const list = amounts.map((minor, id) => ({ id: id + 1, total: `-${(minor / 100).toFixed(2)}` }));
        const shuffled = Object.fromEntries(
          Object.entries(wooOrder({ refunds: list.toReversed() })).toSorted((a, b) => order(a[0]) - order(b[0])),
        );
        expect(JSON.stringify(readOrder(shuffled, "c"))).toBe(
          JSON.stringify(readOrder(wooOrder({ refunds: list }), "c")),
        );
      }),
    );
  });
});
