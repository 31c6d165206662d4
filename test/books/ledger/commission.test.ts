import { describe, expect, it } from "vitest";
import type { Commission, SpecialRate } from "../../../src/ground/model/plan.ts";
import { commissions, DAY, earned, evenly, fixed, item, order, percent, rate, share } from "./commission-fixtures.ts";

const amountsOf = (shares: readonly { amountMinor: number | null }[]) => shares.map(({ amountMinor }) => amountMinor);

describe("the base", () => {
  const whole = { taxMinor: 1_900, shippingMinor: 490, subtotalMinor: 10_000 };

  it.each([
    ["has neither tax nor shipping", {}, whole, 1_000],
    ["has tax, if that earns", { includeTax: true }, whole, 1_190],
    ["has shipping, if that earns", { includeShipping: true }, whole, 1_049],
    ["has both", { includeTax: true, includeShipping: true }, whole, 1_239],
    ["is no more than the subtotal", {}, { ...whole, subtotalMinor: 9_000 }, 900],
    ["may be less than the subtotal, which may be before discounts", {}, { ...whole, subtotalMinor: 12_000 }, 1_000],
    ["goes by no subtotal if tax earns", { includeTax: true }, { ...whole, subtotalMinor: 9_000 }, 1_190],
    ["goes by no subtotal if shipping earns", { includeShipping: true }, { ...whole, subtotalMinor: 9_000 }, 1_049],
    ["takes what is unknown for nothing", {}, {}, 1_239],
    ["is never below nothing", {}, { taxMinor: 12_000, shippingMinor: 1_000 }, 0],
  ])("%s", (_what, parts, values, amount) => {
    expect(earned(order(12_390, values), percent(10, parts)).amountMinor).toBe(amount);
  });

  it("is each share's own, by its own rule", () => {
    const half = { weight: { numerator: 1, denominator: 2 } };
    const shares = [share(percent(10), half), share(percent(10, { includeTax: true }), half)];
    expect(amountsOf(commissions(order(11_900, { taxMinor: 1_900 }), shares))).toEqual([500, 595]);
  });
});

describe("tiers", () => {
  const tiers = [
    { fromMinor: 100_000, value: 1_500 },
    { fromMinor: 200_000, value: 2_000 },
  ];
  it.each([
    [0, 1_000],
    [99_999, 1_000],
    [100_000, 1_500],
    [199_999, 1_500],
    [200_000, 2_000],
    [900_000, 2_000],
  ])("after sales of %i earn %i", (salesBeforeMinor, amount) => {
    const { amountMinor, note } = earned(order(10_000), percent(10, { tiers }), { salesBeforeMinor });
    expect(amountMinor).toBe(amount);
    expect(note.sum?.general).toMatchObject({ value: amount, salesBeforeMinor });
  });

  it("go by each creator's own sales", () => {
    const [one, other] = evenly(percent(10, { tiers }), 2);
    if (one === undefined || other === undefined) throw new Error("two shares were expected");
    const shares = commissions(order(10_000), [one, { ...other, salesBeforeMinor: 100_000 }]);
    expect(amountsOf(shares)).toEqual([500, 750]);
  });

  it("of amounts take the amount's place", () => {
    const rule = fixed(500, { tiers: [{ fromMinor: 1_000, value: 800 }] });
    expect(earned(order(10_000), rule, { salesBeforeMinor: 1_000 }).amountMinor).toBe(800);
    expect(earned(order(10_000), rule, { salesBeforeMinor: 999 }).note.sum?.general.tierFromMinor).toBeNull();
  });

  it("leave special rates as they are", () => {
    const special: SpecialRate[] = [{ type: "percentage", basisPoints: 100, products: [], categories: ["hats"] }];
    const items = [item(5_000, "hats"), item(5_000, "shoes")];
    const rule = percent(10, { tiers, special });
    expect(earned(order(10_000, { items }), rule, { salesBeforeMinor: 100_000 }).amountMinor).toBe(50 + 750);
  });
});

describe("sales, by which the tiers of later orders go", () => {
  it("are the base, net of refunds, in the store's currency", () => {
    const confirmed = order(12_000, { currency: "USD", taxMinor: 2_000, refundedMinor: 3_000 });
    expect(earned(confirmed, percent(10), { rates: [rate("USD", "EUR", "0.8")] }).salesMinor).toBe(6_000);
  });

  it("are split as the order is, to the cent", () => {
    expect(commissions(order(10_000), evenly(percent(10), 3)).map(({ salesMinor }) => salesMinor)).toEqual([
      3_334, 3_333, 3_333,
    ]);
  });

  it("are known of all orders, or the tier of none can be told", () => {
    const dollars = order(10_000, { currency: "USD" });
    const unknown = earned(dollars, percent(10, { tiers: [{ fromMinor: 1, value: 1 }] }));
    expect(unknown).toMatchObject({ amountMinor: null, salesMinor: 0, ratePair: "EUR/USD", currency: "USD" });
    expect(unknown.note.reasonCode).toBe("rate_missing");
    // Without tiers, none is needed; but those of another version may count them.
    expect(earned(dollars, percent(10))).toMatchObject({ amountMinor: 1_000, salesMinor: 0, ratePair: "EUR/USD" });
  });
});

describe("special rates", () => {
  const hats = (parts: Partial<SpecialRate> = {}): SpecialRate =>
    ({ type: "percentage", basisPoints: 2_000, products: [], categories: ["Hats"], ...parts }) as SpecialRate;
  const perPiece = hats({ type: "fixed", amountMinor: 150, currency: "EUR" });
  const items = [item(3_000, "hats", 2), item(4_000, "shoes")];

  it.each<[string, Commission, number]>([
    ["of a percentage, beside one", percent(10, { special: [hats()] }), 1_200 + 400],
    ["of a percentage, beside an amount", fixed(500, { special: [hats()] }), 1_200 + 500],
    ["of an amount a piece, beside a percentage", percent(10, { special: [perPiece] }), 300 + 400],
    ["of an amount a piece, beside an amount", fixed(500, { special: [perPiece] }), 300 + 500],
    [
      "by SKU, whatever its case",
      percent(10, { special: [hats({ products: ["SKU-Shoes"], categories: [] })] }),
      800 + 600,
    ],
    ["by SKU or category", percent(10, { special: [hats({ products: ["sku-shoes"] })] }), 2_000],
    ["of which none matches", percent(10, { special: [hats({ categories: ["hat"] })] }), 1_000],
    ["of which the first that matches holds", percent(10, { special: [perPiece, hats()] }), 300 + 400],
    ["each for its own", percent(10, { special: [hats({ categories: ["shoes"], basisPoints: 0 }), hats()] }), 1_200],
  ])("%s", (_what, rule, amount) => {
    expect(earned(order(10_000, { items }), rule).amountMinor).toBe(amount);
  });

  it("for all items leave the general amount nothing to be earned by", () => {
    const all = [item(3_000, "hats")];
    expect(earned(order(3_000, { items: all }), fixed(500, { special: [hats()] })).amountMinor).toBe(600);
    // An item that was taken out of the order is no item.
    const emptied = [...all, item(4_000, "shoes", 0)];
    expect(earned(order(3_000, { items: emptied }), fixed(500, { special: [hats()] })).amountMinor).toBe(600);
  });

  it.each([null, []])("hold for nothing while items are %j", (unknown) => {
    expect(earned(order(10_000, { items: unknown }), percent(10, { special: [hats()] })).amountMinor).toBe(1_000);
    expect(earned(order(10_000, { items: unknown }), fixed(500, { special: [hats()] })).amountMinor).toBe(500);
  });

  it("are of their part of the base: a discount on the order is borne by all items", () => {
    // 60 % of 81.00 at 20 %, 40 % at 10 %.
    expect(earned(order(8_100, { items }), percent(10, { special: [hats()] })).amountMinor).toBe(972 + 324);
  });

  it("are split by pieces where all is free, and by weight where that is sold", () => {
    const free = [item(0, "hats", 3), item(0, "shoes")];
    expect(earned(order(1_000, { items: free }), percent(10, { special: [hats()] })).amountMinor).toBe(150 + 25);
    // 0.3 kg and 0.7 kg, neither of which a number holds exactly.
    const byWeight = [item(1_000, "hats", 0.3), item(1_000, "shoes", 0.7)];
    const weighed = earned(order(1_000, { items: byWeight }), percent(10, { special: [perPiece] }));
    expect(weighed.amountMinor).toBe(45 + 70);
    expect(weighed.note.sum?.special).toEqual([
      { index: 0, type: "fixed", value: 150, of: "300", quantity: "3/10", earns: "45" },
    ]);
  });

  it("count pieces to the last gram", () => {
    const special = [hats({ type: "fixed", amountMinor: 1_000, currency: "EUR" })];
    const heavy = order(1_000, { items: [item(1, "hats", 99_999.999)] });
    expect(earned(heavy, percent(10, { special })).amountMinor).toBe(99_999_999);
  });

  it("in another currency are converted to the commission's, by the rate of the day or not at all", () => {
    const inDollars = hats({ type: "fixed", amountMinor: 250, currency: "USD" });
    const rule = percent(10, { special: [inDollars] });
    const rates = [rate("EUR", "USD", "1.25")];
    expect(earned(order(10_000, { items }), rule, { rates })).toMatchObject({
      amountMinor: 400 + 400,
      ratePair: "EUR/USD",
      rate: null,
      originalCurrency: null,
    });
    const missing = earned(order(10_000, { items }), rule);
    expect(missing).toMatchObject({ amountMinor: null, ratePair: "EUR/USD", uncappedMinor: 0, salesMinor: 10_000 });
    expect(missing.note).toMatchObject({
      reasonCode: "rate_missing",
      sum: { whole: null, share: null, exact: null, special: [{ earns: null }] },
    });
    // A percentage of an order in dollars, beside an amount in euros.
    const dollars = order(10_000, { currency: "USD", items });
    expect(earned(dollars, fixed(500, { special: [hats()] }), { rates }).amountMinor).toBe(960 + 500);
  });
});

describe("a refund", () => {
  it("scales all alike: special rates, amounts an order and amounts a piece", () => {
    const special: SpecialRate[] = [
      { type: "fixed", amountMinor: 100, currency: "EUR", products: ["sku-hats"], categories: [] },
    ];
    const items = [item(5_000, "hats", 1), item(5_000, "shoes")];
    const confirmed = order(10_000, { items, refundedMinor: 2_500 });
    expect(earned(confirmed, fixed(300, { special })).amountMinor).toBe(300);
  });

  it("is of the total, with tax and shipping", () => {
    const confirmed = order(11_900, { taxMinor: 1_900, refundedMinor: 5_950 });
    expect(earned(confirmed, percent(10))).toMatchObject({ amountMinor: 500, salesMinor: 5_000 });
  });
});

describe("caps", () => {
  it.each([
    ["for an order, above", 1_001, null, 0, 1_000, 1_000],
    ["for an order, as much", 1_000, null, 0, 1_000, 1_000],
    ["for an order, below", 999, null, 0, 999, 999],
    ["for an order, nothing", 0, null, 0, 0, 0],
    ["for a creator, above", null, 1_001, 0, 1_000, 1_000],
    ["for a creator, partly used", null, 1_500, 900, 600, 1_000],
    ["for a creator, used up", null, 1_500, 1_500, 0, 1_000],
    ["for a creator, more than used up", null, 1_500, 9_000, 0, 1_000],
    ["for both: what counts for the creator is what the order's leaves", 800, 1_000, 500, 500, 800],
  ])("%s", (_what, capPerOrderMinor, capPerCreatorMinor, earnedBeforeMinor, amount, uncapped) => {
    const rule = percent(10, { capPerOrderMinor, capPerCreatorMinor });
    const result = earned(order(10_000), rule, { earnedBeforeMinor });
    expect(result).toMatchObject({ amountMinor: amount, uncappedMinor: uncapped });
  });

  it("are noted where they make it less, and only there", () => {
    const rule = percent(10, { capPerOrderMinor: 900, capPerCreatorMinor: 1_000 });
    expect(earned(order(10_000), rule).note.sum?.caps).toEqual([{ cap: "order", capMinor: 900, leaves: "900" }]);
    expect(earned(order(10_000), rule, { earnedBeforeMinor: 600 }).note.sum?.caps).toEqual([
      { cap: "order", capMinor: 900, leaves: "900" },
      { cap: "creator", capMinor: 1_000, leaves: "400" },
    ]);
    expect(earned(order(9_000), rule).note.sum?.caps).toEqual([]);
  });

  it("for an order are one for all who share it", () => {
    const shares = commissions(order(100_000), evenly(percent(10, { capPerOrderMinor: 1_000 }), 3));
    expect(amountsOf(shares)).toEqual([334, 333, 333]);
    expect(shares.map(({ uncappedMinor }) => uncappedMinor)).toEqual([334, 333, 333]);
  });

  it("come after refunds: half of what is capped at most remains if half of it would", () => {
    const rule = percent(10, { capPerOrderMinor: 600 });
    expect(earned(order(10_000, { refundedMinor: 5_000 }), rule).amountMinor).toBe(500);
  });

  it("are in the store's currency, by the rate of the day or not at all", () => {
    const dollars = order(10_000, { currency: "USD" });
    const rates = [rate("USD", "EUR", "0.8")];
    const perOrder = percent(10, { capPerOrderMinor: 400 });
    const capped = earned(dollars, perOrder, { rates });
    expect(capped).toMatchObject({ amountMinor: 500, currency: "USD", uncappedMinor: 400, ratePair: "EUR/USD" });
    const perCreator = percent(10, { capPerCreatorMinor: 1_000 });
    expect(earned(dollars, perCreator, { rates, earnedBeforeMinor: 600 })).toMatchObject({
      amountMinor: 500,
      uncappedMinor: 800,
    });
    for (const rule of [perOrder, perCreator]) {
      expect(earned(dollars, rule)).toMatchObject({
        amountMinor: null,
        uncappedMinor: 0,
        ratePair: "EUR/USD",
        note: { reasonCode: "rate_missing", sum: { share: "1000", exact: null } },
      });
    }
    // What is nothing needs no rate to be below a cap.
    const refunded = order(10_000, { currency: "USD", refundedMinor: 10_000 });
    expect(earned(refunded, perOrder)).toMatchObject({ amountMinor: 0, uncappedMinor: 0, note: { reasonCode: null } });
  });
});

describe("new customers only", () => {
  const rule = percent(10, { newCustomersOnly: true });

  it.each([
    ["new", 1_000, null, 10_000],
    ["returning", 0, "returning_customer", 0],
    ["unknown", 0, "customer_unknown", 0],
  ] as const)("a customer who is %s earns %i", (customer, amount, reasonCode, sales) => {
    const result = earned(order(10_000), rule, { customer });
    expect(result).toMatchObject({
      amountMinor: amount,
      currency: "EUR",
      uncappedMinor: amount,
      salesMinor: sales,
      note: { reasonCode },
    });
    expect(result.note.sum === null).toBe(reasonCode !== null);
    expect(earned(order(10_000), percent(10), { customer }).amountMinor).toBe(1_000);
  });

  it.each([
    [percent(10, { newCustomersOnly: true }), "USD"],
    [percent(10, { newCustomersOnly: true, payIn: "GBP" }), "GBP"],
    [fixed(500, { newCustomersOnly: true }), "EUR"],
  ])("nothing is in the currency that something would be in", (commission, currency) => {
    const dollars = order(10_000, { currency: "USD" });
    expect(earned(dollars, commission, { customer: "returning" })).toMatchObject({ amountMinor: 0, currency });
  });
});

describe("paying in another currency", () => {
  const rule = percent(10, { payIn: "USD" });

  it("keeps the rate, its day and what it was converted from", () => {
    const used = rate("EUR", "USD", "1.0834", "2026-11-20");
    const result = earned(order(10_000), rule, { rates: [used] });
    expect(result).toMatchObject({
      amountMinor: 1_083,
      currency: "USD",
      originalCurrency: "EUR",
      rate: used,
      ratePair: "EUR/USD",
      // What counts for the month is in the store's currency.
      uncappedMinor: 1_000,
      salesMinor: 10_000,
      note: { reasonCode: null, sum: { exact: "1083 2/5", share: "1000", currency: "EUR", rates: [used] } },
    });
  });

  it("goes by the opposite rate, exactly", () => {
    expect(earned(order(10_000), rule, { rates: [rate("USD", "EUR", "0.3")] })).toMatchObject({
      amountMinor: 3_333,
      rate: { from: "EUR", to: "USD", rate: "0.3", inverse: true },
    });
  });

  it("is not paid at all while the rate is missing, and never at 1", () => {
    for (const rates of [[], [rate("EUR", "USD", "1.1", "2026-11-14")], [rate("EUR", "USD", "1.1", "2026-11-23")]]) {
      expect(earned(order(10_000), rule, { rates })).toMatchObject({
        amountMinor: null,
        currency: "USD",
        rate: null,
        originalCurrency: null,
        ratePair: "EUR/USD",
        uncappedMinor: 1_000,
        note: { reasonCode: "rate_missing" },
      });
    }
  });

  it("needs no rate for its own currency, nor for nothing", () => {
    const dollars = order(10_000, { currency: "USD" });
    const own = { rate: null, originalCurrency: null };
    expect(earned(dollars, rule, { storeCurrency: "USD" })).toMatchObject({
      amountMinor: 1_000,
      ratePair: null,
      ...own,
    });
    const nothing = order(10_000, { refundedMinor: 10_000 });
    expect(earned(nothing, rule)).toMatchObject({ amountMinor: 0, currency: "USD", ratePair: null, ...own });
    expect(earned(order(10_000), fixed(500, { payIn: "USD" }, "USD"))).toMatchObject({ amountMinor: 500, ...own });
  });

  it("names every pair that it hangs on", () => {
    const pounds = order(10_000, { currency: "GBP" });
    const capped = percent(10, { payIn: "EUR", capPerOrderMinor: 600 });
    const [toDollars, toEuros] = [rate("GBP", "USD", "1.2"), rate("GBP", "EUR", "1.3")];
    const storeCurrency = "USD";
    const ratePair = "EUR/GBP GBP/USD";
    const known = earned(pounds, capped, { storeCurrency, rates: [toDollars, toEuros] });
    expect(known).toMatchObject({ amountMinor: 650, ratePair, rate: toEuros });
    expect(known.note.sum?.rates).toEqual([toDollars, toEuros]);
    expect(earned(pounds, capped, { storeCurrency, rates: [toDollars] })).toMatchObject({
      amountMinor: null,
      uncappedMinor: 600,
      ratePair,
    });
  });

  it("rounds the shares of each currency together, and no others with them", () => {
    const third = { weight: { numerator: 1, denominator: 3 } };
    const shares = [share(percent(10), third), share(rule, third), share(percent(10), third)];
    const results = commissions(order(1_000), shares, { rates: [rate("EUR", "USD", "1")] });
    expect(results.map(({ amountMinor, currency }) => [amountMinor, currency])).toEqual([
      [34, "EUR"],
      [33, "USD"],
      [33, "EUR"],
    ]);
  });
});

describe("shares", () => {
  it("add up to the rounded whole: a cent among three is one creator's", () => {
    expect(amountsOf(commissions(order(1), evenly(percent(100), 3)))).toEqual([1, 0, 0]);
    expect(amountsOf(commissions(order(10_000), evenly(percent(10), 3)))).toEqual([334, 333, 333]);
    expect(amountsOf(commissions(order(10_000), evenly(fixed(500), 3)))).toEqual([167, 167, 166]);
  });

  it("go by their weights, and come in their order", () => {
    const [a, b] = [
      share(percent(10), { weight: { numerator: 3, denominator: 10 } }),
      share(percent(20), { weight: { numerator: 7, denominator: 10 } }),
    ];
    const results = commissions(order(999), [a, b]);
    // 29.97 and 139.86.
    expect(results.map(({ creatorId, amountMinor }) => [creatorId, amountMinor])).toEqual([
      [a.creatorId, 30],
      [b.creatorId, 140],
    ]);
    expect(commissions(order(999), [])).toEqual([]);
  });

  it("without a plan earn nothing, beside others that do", () => {
    const half = { weight: { numerator: 1, denominator: 2 } };
    const [without, other] = commissions(order(10_000, { currency: "USD" }), [
      share(null, half),
      share(percent(10), half),
    ]);
    expect(without).toMatchObject({
      amountMinor: 0,
      currency: "USD",
      salesMinor: 0,
      uncappedMinor: 0,
      ratePair: null,
      note: { reasonCode: "no_plan", sum: null },
    });
    expect(other?.amountMinor).toBe(500);
  });

  it("of an order that no server confirmed can't be told", () => {
    const results = commissions(null, [share(percent(10)), share(null)]);
    for (const result of results) {
      expect(result).toMatchObject({
        amountMinor: null,
        currency: null,
        salesMinor: 0,
        uncappedMinor: 0,
        ratePair: null,
        rate: null,
        originalCurrency: null,
        note: { reasonCode: "unconfirmed", sum: null },
      });
    }
  });

  it("past what a number holds exactly are refused, not made up", () => {
    const items = [item(1, "hats", 9_007_199_254_740)];
    const special: SpecialRate[] = [
      { type: "fixed", amountMinor: 10_000, currency: "EUR", products: [], categories: ["hats"] },
    ];
    expect(() => earned(order(100, { items }), percent(1, { special }))).toThrow(RangeError);
  });
});

it("a note has the whole sum, to be followed by hand", () => {
  const special: SpecialRate[] = [
    { type: "percentage", basisPoints: 0, products: [], categories: ["gift card"] },
    { type: "fixed", amountMinor: 50, currency: "EUR", products: ["sku-hats"], categories: [] },
  ];
  const rule = percent(10, {
    special,
    tiers: [{ fromMinor: 5_000, value: 1_250 }],
    capPerOrderMinor: 500,
    payIn: "USD",
  });
  const items = [item(2_000, "gift card"), item(1_000, "hats", 2), item(6_000, "shoes")];
  const confirmed = order(12_390, {
    taxMinor: 1_900,
    shippingMinor: 490,
    subtotalMinor: 9_000,
    refundedMinor: 4_130,
    items,
  });
  const used = rate("EUR", "USD", "1.1");
  const weight = { numerator: 1, denominator: 2 };
  const result = earned(confirmed, rule, { weight, salesBeforeMinor: 7_000, rates: [used] });
  expect(result.note).toEqual({
    reasonCode: null,
    sum: {
      orderCurrency: "EUR",
      base: { totalMinor: 12_390, taxMinor: 1_900, shippingMinor: 490, subtotalMinor: 9_000, baseMinor: 9_000 },
      general: {
        type: "percentage",
        value: 1_250,
        tierFromMinor: 5_000,
        salesBeforeMinor: 7_000,
        of: "5400",
        earns: "675",
      },
      special: [
        { index: 0, type: "percentage", value: 0, of: "1800", quantity: "1", earns: "0" },
        { index: 1, type: "fixed", value: 50, of: "1800", quantity: "2", earns: "100" },
      ],
      currency: "EUR",
      whole: "775",
      weight,
      refundedMinor: 4_130,
      // 775 × 1/2 × 8260/12390.
      share: "258 1/3",
      caps: [{ cap: "order", capMinor: 500, leaves: "250" }],
      exact: "275",
      rates: [used],
    },
    missingRates: [],
    uncounted: [],
    without: null,
  });
  expect(result).toMatchObject({ amountMinor: 275, currency: "USD", uncappedMinor: 250, salesMinor: 3_000 });
});

describe("a missing rate", () => {
  const dollars = order(10_000, { currency: "USD" });

  it("G2-7: is named with its day, and so is what can't be counted for want of it", () => {
    const { note } = earned(dollars, percent(10, { capPerOrderMinor: 500 }));
    expect(note).toMatchObject({
      reasonCode: "rate_missing",
      missingRates: [`USD/EUR ${DAY}`],
      uncounted: ["sales", "uncapped"],
    });
    // What is paid needs none, but what it counts for would.
    expect(earned(dollars, percent(10)).note).toMatchObject({ reasonCode: null, uncounted: ["sales", "uncapped"] });
    expect(earned(dollars, fixed(500)).note.uncounted).toEqual(["sales"]);
    expect(earned(order(10_000), fixed(500, {}, "USD")).note.uncounted).toEqual(["uncapped"]);
    // What is counted is known where only what is paid can't be said.
    const paidInYen = earned(order(10_000), percent(10, { payIn: "JPY" }));
    expect(paidInYen).toMatchObject({ amountMinor: null, salesMinor: 10_000, uncappedMinor: 1_000 });
    expect(paidInYen.note).toMatchObject({ missingRates: [`EUR/JPY ${DAY}`], uncounted: [] });
  });

  it("G2-7: is named together with all others that the commission will need", () => {
    const special: SpecialRate[] = [
      { type: "fixed", amountMinor: 100, currency: "GBP", products: [], categories: ["hats"] },
    ];
    const rule = percent(10, { special, payIn: "JPY", capPerOrderMinor: 500 });
    const { note } = earned(order(10_000, { currency: "USD", items: [item(5_000, "hats")] }), rule);
    expect(note.missingRates).toEqual([`GBP/USD ${DAY}`, `USD/EUR ${DAY}`, `USD/JPY ${DAY}`]);
  });

  it("G2-7: of none is nobody told where nothing is converted", () => {
    expect(earned(order(10_000), percent(10, { capPerCreatorMinor: 1 })).note).toMatchObject({
      missingRates: [],
      uncounted: [],
    });
    expect(earned(order(10_000, { currency: "USD", refundedMinor: 10_000 }), percent(10)).note.missingRates).toEqual(
      [],
    );
  });
});

it("rates are asked for the order's day", () => {
  const asked: string[][] = [];
  earned(order(10_000), percent(10, { payIn: "USD" }), {
    rateOf: (from, to, day) => {
      asked.push([from, to, day]);
      return null;
    },
  });
  expect(asked).toEqual([["EUR", "USD", DAY]]);
});
