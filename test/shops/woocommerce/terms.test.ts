import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeOf, couponOf, termsChangeAt, termsOf } from "../../../src/shops/woocommerce/terms.ts";
import { specOf } from "../code-fixtures.ts";
import { STORE } from "./open-shop.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");

describe("the terms of a coupon", () => {
  it("are all that the spec says", () => {
    const spec = specOf("Anna10", {
      limits: {
        totalUses: 100,
        oncePerCustomer: true,
        minimum: { type: "cartValue", amountMinor: 2500 },
        products: ["31", "7", "31"],
        categories: ["9"],
      },
      startsAt: Date.parse("2026-06-02T00:00:00Z"),
      endsAt: Date.parse("2026-07-01T00:00:00Z"),
    });
    expect(termsOf(spec, NOW)).toEqual({
      title: "Spring (Anna10)",
      status: "draft",
      discount_type: "percent",
      amount: "10.00",
      usage_limit: "100",
      usage_limit_per_user: "1",
      minimum_amount: "25.00",
      product_ids: "7,31",
      product_categories: "9",
      date_expires: "2026-06-30T23:59:59",
      individual_use: "true",
    });
    expect(couponOf(spec, NOW, STORE)).toEqual({
      code: "Anna10",
      description: "Spring (Anna10)",
      status: "draft",
      discount_type: "percent",
      amount: "10.00",
      usage_limit: 100,
      usage_limit_per_user: 1,
      minimum_amount: "25.00",
      product_ids: [31, 7, 31],
      product_categories: [9],
      date_expires: "2026-06-30T23:59:59Z",
      individual_use: true,
      meta_data: [{ key: "_waymark_store", value: STORE }],
    });
  });

  it("that hold no limit say so, since what is null is left alone (SHP-22)", () => {
    const body = couponOf(specOf("Anna10"), NOW, STORE);
    expect(Object.values(body)).not.toContain(null);
    expect(body).toMatchObject({
      usage_limit: 0,
      usage_limit_per_user: 0,
      minimum_amount: "0",
      product_ids: [],
      product_categories: [],
      date_expires: "",
    });
  });

  it.each([
    [1250, "12.50"],
    [1, "0.01"],
    [0, "0.00"],
    [10_000, "100.00"],
  ])("have %i hundredths of a per cent as %s", (basisPoints, amount) => {
    const spec = specOf("A", { discount: { type: "percentage", basisPoints } });
    expect(termsOf(spec, NOW)["amount"]).toBe(amount);
  });

  it.each([
    ["EUR", 550, "5.50", "5.50"],
    ["JPY", 550, "550", "550.00"],
    ["KWD", 5505, "5.505", "5.51"],
    ["KWD", 999_999, "999.999", "1000.00"],
  ])(
    "have an amount in %s as it is said, and as the shop shows it, with two decimals (SHP-14)",
    (currency, amountMinor, said, shown) => {
      const spec = specOf("A", { currency, discount: { type: "fixed", amountMinor, currency } });
      expect(couponOf(spec, NOW, STORE)).toMatchObject({ discount_type: "fixed_cart", amount: said });
      expect(termsOf(spec, NOW)).toMatchObject({ discount_type: "fixed_cart", amount: shown });
    },
  );

  it("begin by themselves: a draft is published at the start", () => {
    const startsAt = NOW + 5_000;
    const spec = specOf("A", { startsAt });
    expect(termsOf(spec, NOW)["status"]).toBe("draft");
    expect(termsChangeAt(spec, NOW)).toBe(startsAt);
    expect(termsOf(spec, startsAt)["status"]).toBe("publish");
    expect(termsChangeAt(spec, startsAt)).toBeNull();
    expect(termsChangeAt(specOf("A"), NOW)).toBeNull();
  });

  it.each([
    ["2026-07-01T00:00:00.000Z", "2026-06-30T23:59:59"],
    ["2026-07-01T00:00:00.001Z", "2026-07-01T00:00:00"],
    ["2026-07-01T00:00:59.999Z", "2026-07-01T00:00:59"],
  ])("end with the last second before %s, through which a coupon holds", (end, said) => {
    expect(termsOf(specOf("A", { endsAt: Date.parse(end) }), NOW)["date_expires"]).toBe(said);
  });

  it.each([
    ["a minimum quantity", { limits: { minimum: { type: "quantity" as const, quantity: 2 } } }],
    ["products that are no ids", { limits: { products: ["gid://shopify/Product/1"] } }],
    ["categories that are no ids", { limits: { categories: ["shoes"] } }],
    ["a discount in another currency", { discount: { type: "fixed" as const, amountMinor: 100, currency: "USD" } }],
  ])("can't be %s", (_what, more) => {
    expect(() => couponOf(specOf("A", more), NOW, STORE)).toThrow(
      expect.objectContaining({ code: "refused", passing: false }),
    );
  });

  it("keep of a title what WordPress keeps", () => {
    const title = String.raw`Tom's <b>Spring</b> & "Co" \ (code_1)`;
    expect(termsOf(specOf("A", { title }), NOW)["title"]).toBe(`Tom's bSpring/b & "Co" (code_1)`);
    expect(codeOf({ id: 1, code: "a", description: `Tom&#039;s &amp; &quot;Co&quot;` })?.terms["title"]).toBe(
      `Tom's & "Co"`,
    );
  });
});

describe("a coupon as the shop shows it", () => {
  const coupon = {
    id: 719,
    code: "anna10",
    status: "publish",
    description: "",
    discount_type: "percent",
    amount: "10.00",
    usage_limit: null,
    usage_limit_per_user: null,
    minimum_amount: "0.00",
    product_ids: [],
    product_categories: [],
    date_expires: null,
    date_expires_gmt: null,
    individual_use: true,
  };

  it("has the terms that it was made of", () => {
    expect(codeOf(coupon)).toEqual({
      externalId: "719",
      text: "anna10",
      terms: termsOf(specOf("Anna10", { title: "" }), NOW),
    });
  });

  it.each([
    ["amount", "15.00"],
    ["usage_limit", 5],
    ["usage_limit_per_user", 1],
    ["minimum_amount", "1.00"],
    ["product_ids", [3]],
    ["product_categories", [3]],
    ["date_expires_gmt", "2026-06-30T22:00:00"],
    ["individual_use", false],
    ["status", "draft"],
    ["status", "pending"],
    ["discount_type", "fixed_product"],
    ["description", "mine"],
    ["amount", null],
    ["amount", "-1"],
  ])("shows that somebody has changed its %s to %j (SHP-22)", (field, value) => {
    const terms = codeOf({ ...coupon, [field]: value })?.terms;
    expect(terms).not.toEqual(termsOf(specOf("Anna10", { title: "" }), NOW));
  });

  it.each([[null], [[]], [{ ...coupon, status: "trash" }], [{ ...coupon, id: null }], [{ ...coupon, code: " " }]])(
    "is none: %j",
    (value) => {
      expect(codeOf(value)).toBeNull();
    },
  );

  it("is compared by what any amount, limit and end come to", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.nat(),
        fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }),
        (basisPoints, uses, end) => {
          const spec = specOf("A", {
            discount: { type: "percentage", basisPoints },
            limits: { totalUses: uses },
            endsAt: end.getTime() + 1000,
          });
          const body = couponOf(spec, NOW, STORE);
          const shown = { ...body, id: 1, date_expires_gmt: String(body["date_expires"]).slice(0, -1) };
          expect(codeOf(shown)?.terms).toEqual(termsOf(spec, NOW));
        },
      ),
    );
  });
});
