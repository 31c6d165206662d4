import * as fc from "fast-check";
import { Fraction } from "fraction.js";
import { describe, expect, it } from "vitest";
import type { CommissionShare, ShareCommission } from "../../../src/books/ledger/commission.ts";
import { roundHalfEven, sumOf } from "../../../src/ground/money/exact.ts";
import type { ConfirmedAmounts } from "../../../src/ground/model/evidence.ts";
import type { Commission, SpecialRate } from "../../../src/ground/model/plan.ts";
import { commissions, fixed, item, order, percent, rate, share } from "./commission-fixtures.ts";

const RUNS = { numRuns: 300 };
const currencyArb = fc.constantFrom("EUR", "EUR", "EUR", "USD", "JPY", "KWD");
const amountArb = fc.oneof(fc.nat(200), fc.nat(1_000_000));
const maybe = (arb: fc.Arbitrary<number>) => fc.option(arb, { nil: null, freq: 2 });

/** A rate between every two currencies of these tests. */
const RATES = [
  rate("EUR", "USD", "1.0834"),
  rate("EUR", "JPY", "168.21"),
  rate("EUR", "KWD", "0.3321"),
  rate("USD", "JPY", "155.3"),
  rate("USD", "KWD", "0.3069"),
  rate("JPY", "KWD", "0.00197"),
];

const itemArb = fc
  .tuple(amountArb, fc.constantFrom("hats", "shoes", "gift card"), fc.constantFrom(0, 1, 2, 7, 0.3))
  .map(([price, category, quantity]) => item(price, category, quantity));

const orderArb: fc.Arbitrary<ConfirmedAmounts> = fc
  .record({
    currency: currencyArb,
    subtotalMinor: maybe(amountArb),
    shippingMinor: maybe(fc.nat(1_000)),
    taxMinor: maybe(fc.nat(2_000)),
    refundedMinor: maybe(amountArb),
    items: fc.option(fc.array(itemArb, { maxLength: 4 }), { nil: null }),
  })
  .chain((values) => amountArb.map((total) => order(total, values)));

const valueArb = (currency: string) =>
  fc.oneof(
    fc.nat(10_000).map((basisPoints) => ({ type: "percentage" as const, basisPoints })),
    fc.nat(2_000).map((amountMinor) => ({ type: "fixed" as const, amountMinor, currency })),
  );
const specialArb: fc.Arbitrary<SpecialRate> = fc
  .tuple(valueArb("EUR"), fc.constantFrom("hats", "gift card"))
  .map(([value, category]) => ({ ...value, products: [], categories: [category] }));

const ruleArb: fc.Arbitrary<Commission> = fc
  .record({
    value: fc.tuple(fc.boolean(), fc.nat(10_000)),
    special: fc.array(specialArb, { maxLength: 2 }),
    tier: fc.option(fc.nat(10_000), { nil: null }),
    capPerOrderMinor: maybe(fc.nat(3_000)),
    capPerCreatorMinor: maybe(fc.nat(3_000)),
    newCustomersOnly: fc.boolean(),
    includeTax: fc.boolean(),
    includeShipping: fc.boolean(),
    payIn: fc.option(currencyArb, { nil: null }),
  })
  .map(({ value: [isFixed, value], tier, ...rest }) => {
    const parts = { ...rest, tiers: tier === null ? [] : [{ fromMinor: 500, value: tier }] };
    return isFixed ? fixed(value, parts) : percent(value / 100, parts);
  });

/** Shares of an order whose weights add up to the whole. */
const sharesArb: fc.Arbitrary<CommissionShare[]> = fc
  .array(
    fc.record({ part: fc.integer({ min: 1, max: 5 }), rule: ruleArb, sales: fc.nat(1_000), earned: fc.nat(4_000) }),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => {
    const denominator = parts.reduce((sum, { part }) => sum + part, 0);
    return parts.map(({ part, rule, sales, earned }) =>
      share(rule, { weight: { numerator: part, denominator }, salesBeforeMinor: sales, earnedBeforeMinor: earned }),
    );
  });

const inputArb = fc.record({ confirmed: orderArb, shares: sharesArb, customer: fc.constantFrom("new", "returning") });

/** Sums by currency. */
function totals(results: readonly ShareCommission[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { currency, amountMinor } of results) {
    sums.set(currency ?? "", (sums.get(currency ?? "") ?? 0) + (amountMinor ?? Number.NaN));
  }
  return sums;
}

const among = ({
  confirmed,
  shares,
  customer,
}: {
  confirmed: ConfirmedAmounts;
  shares: CommissionShare[];
  customer: "new" | "returning";
}) => commissions(confirmed, shares, { customer, rates: RATES });

describe("commissions", () => {
  it("are whole and never negative, and known wherever all rates are", () => {
    fc.assert(
      fc.property(inputArb, (input) => {
        for (const { amountMinor, salesMinor, uncappedMinor } of among(input)) {
          for (const amount of [amountMinor, salesMinor, uncappedMinor]) {
            expect(Number.isSafeInteger(amount) && amount !== null && amount >= 0, String(amount)).toBe(true);
          }
        }
      }),
      RUNS,
    );
  });

  it("are never more than the caps, in the store's currency", () => {
    fc.assert(
      fc.property(inputArb, ({ confirmed, shares, customer }) => {
        const own = shares.map((one) => {
          if (one.rule === null) throw new Error("every share has a rule");
          return { ...one, rule: { version: 1, commission: { ...one.rule.commission, payIn: null } } };
        });
        const results = among({ confirmed: { ...confirmed, currency: "EUR" }, shares: own, customer });
        for (const [index, { amountMinor, uncappedMinor }] of results.entries()) {
          const { weight, rule, earnedBeforeMinor } = own[index] ?? share(null);
          const { capPerOrderMinor = null, capPerCreatorMinor = null } = rule?.commission ?? {};
          if (capPerOrderMinor !== null) {
            const most = new Fraction(capPerOrderMinor).mul(weight.numerator, weight.denominator).ceil();
            expect(most.gte(amountMinor ?? Number.NaN)).toBe(true);
            expect(most.gte(uncappedMinor)).toBe(true);
          }
          if (capPerCreatorMinor !== null) {
            expect(amountMinor).toBeLessThanOrEqual(Math.max(0, capPerCreatorMinor - earnedBeforeMinor));
          }
        }
      }),
      RUNS,
    );
  });

  it("never grow with a refund, and are gone with the last cent", () => {
    fc.assert(
      fc.property(inputArb, fc.nat(), fc.nat(), ({ confirmed, shares, customer }, a, b) => {
        const total = confirmed.totalMinor;
        const refunded = (refundedMinor: number) =>
          totals(among({ confirmed: { ...confirmed, refundedMinor }, shares, customer }));
        const [less, more] = [Math.min(a, b) % (total + 1), Math.max(a, b) % (total + 1)].toSorted((x, y) => x - y);
        const [before, after] = [refunded(less ?? 0), refunded(more ?? 0)];
        for (const [currency, sum] of after) expect(sum).toBeLessThanOrEqual(before.get(currency) ?? Number.NaN);
        if (total > 0) for (const sum of refunded(total).values()) expect(sum).toBe(0);
      }),
      RUNS,
    );
  });

  it("add up, in each currency, to the rounded sum of what is exact", () => {
    fc.assert(
      fc.property(inputArb, ({ confirmed, shares, customer }) => {
        const results = among({ confirmed, shares, customer });
        const byCurrency = Map.groupBy(results, ({ currency }) => currency);
        for (const group of byCurrency.values()) {
          const exact = sumOf(group.map(({ note }) => new Fraction(note.sum?.exact ?? "0")));
          const sum = group.reduce((total, { amountMinor }) => total + (amountMinor ?? Number.NaN), 0);
          expect(sum).toBe(roundHalfEven(exact));
        }
      }),
      RUNS,
    );
  });

  it("of one rule are what they are of one creator, however many share the order", () => {
    fc.assert(
      fc.property(orderArb, ruleArb, fc.integer({ min: 1, max: 9 }), (confirmed, rule, count) => {
        // A creator's own cap and rounding to other currencies' units go by each one's share.
        const plain: Commission = { ...rule, capPerCreatorMinor: null };
        const one = commissions(confirmed, [share(plain)], { rates: RATES });
        const weight = { numerator: 1, denominator: count };
        const many = commissions(
          confirmed,
          Array.from({ length: count }, () => share(plain, { weight })),
          { rates: RATES },
        );
        expect(totals(many)).toEqual(totals(one));
        const salesOf = (results: readonly ShareCommission[]) =>
          results.reduce((sum, { salesMinor }) => sum + salesMinor, 0);
        expect(salesOf(many)).toBe(salesOf(one));
        // Nobody gets more than a unit more than another.
        const amounts = many.map(({ amountMinor }) => amountMinor ?? Number.NaN);
        expect(Math.max(...amounts) - Math.min(...amounts)).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
  });

  it("hang on rates alone where their currencies differ, and on no rate that isn't there", () => {
    fc.assert(
      fc.property(inputArb, ({ confirmed, shares, customer }) => {
        const [known, unknown] = [among({ confirmed, shares, customer }), commissions(confirmed, shares, { customer })];
        for (const [index, result] of unknown.entries()) {
          expect(result.amountMinor === null).toBe(result.note.reasonCode === "rate_missing");
          if (result.amountMinor === null) expect(result.ratePair).not.toBeNull();
          if (result.ratePair === null) {
            expect(result.note).toEqual(known[index]?.note);
            expect(known[index]?.ratePair).toBeNull();
          }
        }
      }),
      RUNS,
    );
  });
});
