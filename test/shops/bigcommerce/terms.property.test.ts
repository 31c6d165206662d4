import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeBody, codeOf, promotionOf, termsOf } from "../../../src/shops/bigcommerce/terms.ts";
import type { CodeSpec } from "../../../src/shops/platform.ts";
import { specOf } from "./open-shop.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");

const ids = fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 999 }).map(String), { minLength: 1, maxLength: 4 }), {
  nil: undefined,
});
const minimum = fc.oneof(
  fc.constant(undefined),
  fc.record({ type: fc.constant("cartValue" as const), amountMinor: fc.integer({ min: 1, max: 100_000 }) }),
  fc.record({ type: fc.constant("quantity" as const), quantity: fc.integer({ min: 1, max: 50 }) }),
);
const time = fc.option(fc.integer({ min: NOW, max: NOW + 40_000_000_000 }));

/** Any code that a plan may ask for. */
const specs: fc.Arbitrary<CodeSpec> = fc
  .record({
    discount: fc.oneof(
      fc.record({ type: fc.constant("percentage" as const), basisPoints: fc.integer({ min: 1, max: 10_000 }) }),
      fc.record({
        type: fc.constant("fixed" as const),
        amountMinor: fc.integer({ min: 1, max: 100_000 }),
        currency: fc.constant("EUR"),
      }),
    ),
    limits: fc.record({
      totalUses: fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined }),
      oncePerCustomer: fc.option(fc.boolean(), { nil: undefined }),
      minimum,
      products: ids,
      categories: ids,
    }),
    startsAt: time,
    endsAt: time,
  })
  .map((more) => specOf("Anna10", more as Partial<CodeSpec>));

/** A promotion as the shop shows it: amounts with zeros, fields that nobody said. */
function shown(spec: CodeSpec): Record<string, unknown> {
  const body = JSON.parse(JSON.stringify(promotionOf(spec)), (name, value: unknown) =>
    name.endsWith("_amount") || name === "minimum_spend" ? Number(value).toFixed(4) : value,
  ) as Record<string, unknown>;
  const customer = { group_ids: [], minimum_order_count: 0, excluded_group_ids: [], segments: null };
  return { ...body, id: 7, customer, channels: [], shipping_address: null, schedule: null, notifications: [] };
}

describe("the terms of a promotion", () => {
  it("are read as they were written, whatever the plan asks for (UPF-17, UPF-18, UPF-19, UPF-20, UPF-21)", () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const code = codeOf(shown(spec), { id: 9, ...codeBody(spec) });
        expect(code).toEqual({ externalId: "7", text: "Anna10", terms: termsOf(spec) });
      }),
    );
  });

  it("are none of what is no promotion, without a throw", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), (value, code) => {
        const found = codeOf(value, code);
        if (found !== null) expect(found.externalId).toMatch(/^\d+$/);
      }),
    );
    expect(codeOf(null, null)).toBeNull();
    expect(codeOf({ name: "x" }, null)).toBeNull();
  });

  it("have a discount of products taken off them together, not off each, as elsewhere", () => {
    const discount = { type: "fixed", amountMinor: 500, currency: "EUR" } as const;
    const { rules } = promotionOf(specOf("A10", { discount, limits: { products: ["3"], categories: ["4"] } }));
    expect(rules).toMatchObject([
      { action: { cart_items: { as_total: true, items: { or: [{ products: [3] }, { categories: [4] }] } } } },
    ]);
    const each = codeOf(
      { id: 7, rules: [{ action: { cart_items: { discount: {}, items: { products: [3] } } } }] },
      null,
    );
    expect(each?.terms["others"]).toBe("for each item");
  });

  it("count pieces of anything where no products are named: a minimum alone would have no effect", () => {
    const spec = specOf("A10", { limits: { minimum: { type: "quantity", quantity: 3 } } });
    expect(promotionOf(spec)["rules"]).toMatchObject([
      { condition: { cart: { minimum_quantity: 3, items: { not: { products: [0] } } } } },
    ]);
  });

  it("show that somebody has pieces of other products counted", () => {
    const spec = specOf("A10", { limits: { minimum: { type: "quantity", quantity: 3 }, products: ["3"] } });
    const promotion = shown(spec) as { rules: { condition: { cart: { items: unknown } } }[] };
    expect(codeOf(promotion, null)?.terms["others"]).toBe("");
    for (const rule of promotion.rules) rule.condition.cart.items = { products: [4] };
    expect(codeOf(promotion, null)?.terms["others"]).toBe("a minimum of other products");
  });

  it("neither begin nor end too soon within a second", () => {
    const terms = termsOf(specOf("A10", { startsAt: NOW + 1, endsAt: NOW + 1 }));
    expect([terms["start_date"], terms["end_date"]]).toEqual([
      "2026-06-01T12:00:01+00:00",
      "2026-06-01T12:00:01+00:00",
    ]);
  });
});
