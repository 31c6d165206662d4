import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readOrder } from "../../../src/shops/magento/read-order.ts";
import { anItem, anOrder } from "./order-fixtures.ts";
import { orderOf } from "./open-shop.ts";

const cents = fc.integer({ min: 0, max: 10_000_000 });

/** An amount as floats have it: what is left of a sum. */
const drifted = (minor: number, noise: number): number => minor / 100 + noise - noise;

describe("any order of Magento", () => {
  test("SHP-12, SHP-14: comes to the cent, whatever floats make of its amounts and however its products are written", () => {
    const line = fc.record({
      row: cents,
      share: fc.integer({ min: 0, max: 100 }),
      quantity: fc.integer({ min: 1, max: 20 }),
      noise: fc.constantFrom(0, 0.1, 0.3, 1e3),
      type: fc.constantFrom("simple", "configurable", "bundle"),
    });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), cents, (lines, shipping) => {
        let goods = 0n;
        const items = lines.flatMap(({ row, share, quantity, noise, type }, at) => {
          const discount = Math.floor((row * share) / 100);
          goods += BigInt(row - discount);
          const money = { row_total: drifted(row, noise), discount_amount: drifted(discount, noise) };
          const own = anItem({
            item_id: at * 10 + 1,
            product_type: type,
            sku: `S${at}`,
            qty_ordered: quantity,
            ...money,
          });
          const child = (n: number, more: Record<string, unknown>) =>
            anItem({ item_id: at * 10 + n, parent_item_id: at * 10 + 1, sku: `S${at}-${n}`, qty_ordered: 1, ...more });
          if (type === "configurable") return [own, child(2, { row_total: 0, discount_amount: 0 })];
          if (type === "bundle") {
            const [half, off] = [Math.floor(row / 2), Math.floor(discount / 2)];
            return [
              { ...own, discount_amount: 0 },
              child(2, { row_total: half / 100, discount_amount: off / 100 }),
              child(3, { row_total: (row - half) / 100, discount_amount: (discount - off) / 100 }),
            ];
          }
          return [own];
        });
        const order = orderOf(readOrder(anOrder({ items, shipping_amount: shipping / 100 }), [], "wm_click"));
        const minor = (text: string): bigint => BigInt(text.replace(".", ""));
        expect(minor(order.goods)).toBe(goods);
        expect(minor(order.shipping)).toBe(BigInt(shipping));
        const ofItems = order.items.reduce((sum, { quantity, price }) => sum + BigInt(quantity) * minor(price), 0n);
        // Half of a bundle may be below nothing by a cent of its discount.
        if (!order.warnings.includes("negative_line")) expect(ofItems).toBe(goods);
        expect(order.warnings).not.toContain("rounded");
      }),
      { numRuns: 300 },
    );
  });

  test("is read, or told why it can't be, without anything of a person", () => {
    const fields = Object.keys(anOrder());
    const memo = fc.dictionary(fc.constantFrom("state", "grand_total", "order_currency_code"), fc.jsonValue());
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), fc.array(memo), (field, value, memos) => {
        const reading = readOrder(anOrder({ [field]: value }), memos, "wm_click");
        if (reading.kind === "unreadable") {
          expect(JSON.stringify(reading)).not.toContain("shopper.example");
          expect(reading.path).not.toBe("");
        }
      }),
      { numRuns: 500 },
    );
  });
});
