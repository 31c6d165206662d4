import { describe, expect, it } from "vitest";
import { commissionBody, planBody } from "../../../src/desk/plans/body.ts";
import { earnedBy } from "../../../src/desk/plans/sample.ts";

const DAY = "2026-11-30";
const TEN = { type: "percentage", value: "10" };

describe("DSH-3: what a sample order would earn", () => {
  it.each([
    ["of what was sold, without tax and shipping", TEN, { total: "119", tax: "19", shipping: "0" }, 10_00],
    ["by the tier of the month", { ...TEN, tiers: [{ from: "500", value: "15" }] }, { salesBefore: "500" }, 15_00],
    ["by an exception", { ...TEN, special: [{ type: "percentage", value: 5, products: ["A"] }] }, { sku: "a" }, 5_00],
    [
      "by the piece",
      { ...TEN, special: [{ type: "fixed", value: 2, categories: ["x"] }] },
      { category: "X", quantity: 3 },
      6_00,
    ],
    ["at most", { ...TEN, capPerOrder: 4 }, {}, 4_00],
    ["for new customers alone", { ...TEN, newCustomersOnly: true }, { customer: "returning" as const }, 0],
    ["less what was refunded", TEN, { refunded: "50" }, 5_00],
    ["a fixed amount", { type: "fixed", value: 7.5, currency: "EUR" }, {}, 7_50],
  ])("%s", (_name, commission, order, amountMinor) => {
    expect(earnedBy(commission, order, "EUR", DAY)).toMatchObject({ earned: { amountMinor, currency: "EUR" } });
  });

  it("says what it can't reckon with", () => {
    expect(earnedBy({ ...TEN, value: "x" }, {}, "EUR", DAY)).toMatchObject({ faults: [{ path: "commission.value" }] });
    expect(earnedBy(TEN, { total: "1.234" }, "EUR", DAY)).toMatchObject({ faults: [{ path: "order.total" }] });
    expect(earnedBy({}, {}, "EUR", DAY)).toMatchObject({ faults: [{ path: "commission.value" }] });
    expect(earnedBy({ ...TEN, payIn: "USD" }, {}, "EUR", DAY)).toMatchObject({
      earned: { amountMinor: null, reason: "rate_missing" },
    });
  });
});

describe("DSH-3: a plan's form", () => {
  it("leaves out what is empty, and its own fields", () => {
    const read = {
      name: "A",
      noCodes: true,
      preview: { campaign: "x" },
      discount: { type: "percentage", value: "10", currency: "EUR" },
      limits: { oncePerCustomer: false, products: [], categories: ["c"], minimum: { type: "quantity", value: "2" } },
      utm: { source: "", medium: "creator" },
      commission: { type: "percentage", holdDays: 30 },
    };
    expect(planBody(read, true)).toEqual({
      name: "A",
      codePattern: null,
      discount: { type: "percentage", value: "10" },
      limits: { categories: ["c"], minimum: { type: "quantity", value: 2 } },
      utm: { medium: "creator" },
    });
    expect(planBody({ commission: { type: "percentage", value: null } }, false)).toHaveProperty(
      "commission.value",
      null,
    );
  });

  it("gives only amounts a currency", () => {
    const special = [
      { type: "percentage", value: "5", currency: "EUR" },
      { type: "fixed", value: "5", currency: "EUR" },
    ];
    expect(commissionBody({ type: "percentage", value: "1", currency: "EUR", special })).toEqual({
      type: "percentage",
      value: "1",
      special: [{ type: "percentage", value: "5" }, special[1]],
    });
  });
});
