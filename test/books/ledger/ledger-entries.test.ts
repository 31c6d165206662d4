import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entriesFor, type Owed, type Recorded } from "../../../src/books/ledger/entries.ts";

const ORDER = "ord_1";

const owed = (values: Partial<Owed> = {}): Owed => ({
  creatorId: "lea",
  currency: "EUR",
  amountMinor: 1000,
  planId: "pln_1",
  ruleVersion: 2,
  originalCurrency: null,
  rate: null,
  ...values,
});

const recorded = (values: Partial<Recorded> = {}): Recorded => ({
  creatorId: "lea",
  currency: "EUR",
  sumMinor: 1000,
  count: 1,
  paid: false,
  ...values,
});

const book = (wanted: Owed[], known: Recorded[] = [], why = "Gone.") => entriesFor(ORDER, wanted, known, why);

describe("an entry", () => {
  it("is an accrual where nothing is recorded, with all that it came from", () => {
    const rate = { from: "USD", to: "EUR", date: "2026-11-20", rate: "0.9", source: "ECB", inverse: false };
    expect(book([owed({ originalCurrency: "USD", rate })])).toEqual([
      {
        key: "ord_1:lea:EUR:0",
        creatorId: "lea",
        type: "accrual",
        amountMinor: 1000,
        currency: "EUR",
        planId: "pln_1",
        ruleVersion: 2,
        originalCurrency: "USD",
        rate,
        reason: "The commission is approved.",
      },
    ]);
  });

  it.each([
    ["more than booked", 1200, recorded(), "adjustment", 200, "The commission is 12.00 EUR now; 10.00 EUR was booked."],
    ["less", 700, recorded(), "adjustment", -300, "The commission is 7.00 EUR now; 10.00 EUR was booked."],
    ["nothing", 0, recorded(), "reversal", -1000, "The commission is 0.00 EUR now; 10.00 EUR was booked."],
    [
      "less than paid",
      700,
      recorded({ paid: true }),
      "clawback",
      -300,
      "The commission is 7.00 EUR now; 10.00 EUR was booked and paid.",
    ],
    [
      "nothing of what was paid",
      0,
      recorded({ paid: true }),
      "clawback",
      -1000,
      "The commission is 0.00 EUR now; 10.00 EUR was booked and paid.",
    ],
    [
      "more than paid",
      1200,
      recorded({ paid: true }),
      "adjustment",
      200,
      "The commission is 12.00 EUR now; 10.00 EUR was booked.",
    ],
    [
      "again what was taken back",
      1000,
      recorded({ sumMinor: 0, count: 2 }),
      "adjustment",
      1000,
      "The commission is 10.00 EUR now; 0.00 EUR was booked.",
    ],
    [
      "something where the books are below 0",
      100,
      recorded({ sumMinor: -50 }),
      "adjustment",
      150,
      "The commission is 1.00 EUR now; -0.50 EUR was booked.",
    ],
  ])("of %s has its type, difference and reason", (_what, target, known, type, amountMinor, reason) => {
    expect(book([owed({ amountMinor: target })], [known])).toMatchObject([
      { type, amountMinor, reason, key: `ord_1:lea:EUR:${known.count}` },
    ]);
  });

  it("isn't made where nothing differs, and where nothing is owed and nothing recorded", () => {
    expect(book([owed()], [recorded()])).toEqual([]);
    expect(book([owed({ amountMinor: 0 })])).toEqual([]);
    expect(book([], [recorded({ sumMinor: 0, count: 2 })])).toEqual([]);
  });

  it("takes back all of a creator who isn't owed anything, with the reason given", () => {
    expect(book([owed({ creatorId: "zoe" })], [recorded()], "The shop cancelled the order.")).toMatchObject([
      { creatorId: "lea", type: "reversal", amountMinor: -1000, reason: "The shop cancelled the order.", planId: null },
      { creatorId: "zoe", type: "accrual", amountMinor: 1000 },
    ]);
  });

  it("moves to another currency by two entries", () => {
    expect(book([owed({ currency: "USD", amountMinor: 1100 })], [recorded()])).toMatchObject([
      { key: "ord_1:lea:EUR:1", currency: "EUR", type: "reversal", amountMinor: -1000 },
      { key: "ord_1:lea:USD:0", currency: "USD", type: "accrual", amountMinor: 1100 },
    ]);
  });

  it("isn't made while the commission can't be said: what is recorded stays, in every currency", () => {
    const unsaid = owed({ amountMinor: null, currency: null });
    expect(book([unsaid], [recorded(), recorded({ currency: "USD" })])).toEqual([]);
    expect(book([owed({ amountMinor: null })], [recorded()])).toEqual([]);
    expect(book([unsaid, owed({ creatorId: "zoe" })], [recorded()])).toMatchObject([{ creatorId: "zoe" }]);
  });
});

const creator = fc.constantFrom("lea", "zoe", "mia");
const currency = fc.constantFrom("EUR", "JPY");
const group = (one: { creatorId: string; currency: string | null }) => `${one.creatorId}:${one.currency}`;
const owedLists = fc.uniqueArray(
  fc.record({ creatorId: creator, currency, amountMinor: fc.nat(5_000) }).map((values) => owed(values)),
  { selector: ({ creatorId }) => creatorId },
);

/** What is recorded once entries are booked. */
function booked(known: readonly Recorded[], entries: ReturnType<typeof book>): Recorded[] {
  const sums = new Map(known.map((one) => [group(one), one]));
  for (const { creatorId, currency, amountMinor } of entries) {
    const key = group({ creatorId, currency });
    const was = sums.get(key) ?? recorded({ creatorId, currency, sumMinor: 0, count: 0 });
    sums.set(key, { ...was, sumMinor: was.sumMinor + amountMinor, count: was.count + 1 });
  }
  return [...sums.values()];
}

describe("booking", () => {
  it("has recorded what is owed, whatever was recorded, and books nothing the second time", () => {
    fc.assert(
      fc.property(fc.array(owedLists, { minLength: 1, maxLength: 6 }), (steps) => {
        let known: Recorded[] = [];
        const keys: string[] = [];
        for (const wanted of steps) {
          const entries = book(wanted, known);
          keys.push(...entries.map(({ key }) => key));
          known = booked(known, entries);
          const target = new Map(wanted.map((one) => [group(one), one.amountMinor]));
          for (const one of known) expect(one.sumMinor).toBe(target.get(group(one)) ?? 0);
          expect(known.reduce((sum, { sumMinor }) => sum + sumMinor, 0)).toBe(
            wanted.reduce((sum, { amountMinor }) => sum + (amountMinor ?? 0), 0),
          );
          expect(book(wanted, known)).toEqual([]);
        }
        expect(new Set(keys).size, "no entry has another's key").toBe(keys.length);
      }),
    );
  });

  it("makes no difference between orders of creators", () => {
    fc.assert(
      fc.property(owedLists, owedLists, (before, wanted) => {
        const known = booked([], book(before));
        expect(book(wanted.toReversed(), known.toReversed())).toEqual(book(wanted, known));
      }),
    );
  });
});
