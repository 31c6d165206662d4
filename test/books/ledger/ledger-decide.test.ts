import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Share } from "../../../src/ground/model/attribution.ts";
import type { ShareCommission } from "../../../src/books/ledger/commission.ts";
import { type EarnedShare, type OrderFacts, settle, type Settling } from "../../../src/books/ledger/decide.ts";
import type { Recorded } from "../../../src/books/ledger/entries.ts";
import type { ConfirmedAmounts } from "../../../src/ground/model/evidence.ts";
import type { Commission } from "../../../src/ground/model/plan.ts";
import { PLAIN_RULE } from "../../programme/plain-rule.ts";

const DAY = 86_400_000;
const PLACED = Date.UTC(2026, 10, 1, 12);
const DUE = PLACED + 30 * DAY;

const CONFIRMED: ConfirmedAmounts = {
  currency: "EUR",
  totalMinor: 10_000,
  subtotalMinor: null,
  discountMinor: null,
  shippingMinor: null,
  taxMinor: null,
  refundedMinor: null,
  items: null,
};

const share = (creatorId: string, planId: string | null = "pln_1"): Share => ({
  creatorId,
  campaignId: "cmp_1",
  planId,
  linkId: null,
  codeId: null,
  weight: { numerator: 1, denominator: 1 },
  amountMinor: null,
});

const order = (values: Partial<OrderFacts> = {}): OrderFacts => ({
  id: "ord_1",
  storeId: "str_1",
  placedAt: PLACED,
  importedOnly: false,
  shares: [share("lea")],
  test: false,
  trust: "confirmed",
  sourceStatus: null,
  confirmed: CONFIRMED,
  contested: false,
  claimedAt: null,
  review: null,
  approvedAt: null,
  ...values,
});

const rule = (values: Partial<Commission> = {}): Commission => ({
  type: "percentage",
  basisPoints: 1000,
  ...PLAIN_RULE,
  ...(values as object),
});

const commission = (values: Partial<ShareCommission> = {}): ShareCommission => ({
  creatorId: "lea",
  currency: "EUR",
  amountMinor: 1000,
  salesMinor: 10_000,
  uncappedMinor: 1000,
  ratePair: null,
  rate: null,
  originalCurrency: null,
  note: { reasonCode: null, sum: null },
  ...values,
});

const earned = (values: Partial<ShareCommission> = {}, ruled: Commission | null = rule()): EarnedShare => ({
  rule: ruled === null ? null : { version: 3, commission: ruled },
  commission: commission(values),
});

const review = (decision: "approved" | "declined" | "disputed") => ({
  decision,
  reason: "Agreed",
  actor: "key",
  at: 0,
});

const at = (now: number, lockedTo = 0) => ({ now, lockedTo, month: "2026-11" });

describe("a pending order", () => {
  it("waits its hold period from the claim that the credit rests on, if that came later", () => {
    const due = (claimedAt: number | null) => settle(order({ claimedAt }), [earned()], [], at(PLACED)).dueAt;
    expect([due(null), due(PLACED - DAY), due(PLACED + DAY)]).toEqual([DUE, DUE, DUE + DAY]);
  });

  it("is due when its hold period is over, and approved by the rule from that moment on", () => {
    expect(settle(order(), [earned()], [], at(DUE - 1))).toMatchObject({
      status: "pending",
      approvedAt: null,
      dueAt: DUE,
      entries: [],
    });
    expect(settle(order(), [earned()], [], at(DUE))).toMatchObject({
      status: "approved",
      approvedAt: DUE,
      dueAt: null,
      bookedAt: DUE,
      entries: [{ type: "accrual", amountMinor: 1000 }],
    });
  });

  it.each([
    ["the longest of its shares'", [rule({ holdDays: 10 }), rule({ holdDays: 45 })], PLACED + 45 * DAY],
    ["it, whichever share it is of", [rule({ holdDays: 45 }), rule({ holdDays: 10 })], PLACED + 45 * DAY],
    ["never, if a share is approved by hand alone", [rule({ holdDays: 10 }), rule({ holdDays: null })], null],
    ["30 days where a share has no plan", [rule({ holdDays: 10 }), null], DUE],
    ["at once with 0 days", [rule({ holdDays: 0 }), rule({ holdDays: 0 })], PLACED],
  ])("waits for %s", (_what, rules, dueAt) => {
    const two = order({ shares: [share("lea"), share("zoe")] });
    const shares = rules.map((ruled, index) => earned({ creatorId: index === 0 ? "lea" : "zoe" }, ruled));
    expect(settle(two, shares, [], at(PLACED - 1))).toMatchObject({ status: "pending", dueAt });
  });

  it("isn't approved by rule without a confirmed amount, or if nothing but imports tells of it", () => {
    for (const values of [{ confirmed: null }, { importedOnly: true }]) {
      expect(settle(order(values), [earned()], [], at(DUE + DAY))).toMatchObject({ status: "pending", dueAt: null });
    }
  });

  it("counts as approved, and its entries as booked, where the last locked period ends", () => {
    expect(settle(order(), [earned()], [], at(DUE, DUE + 5))).toMatchObject({
      approvedAt: DUE + 5,
      bookedAt: DUE + 5,
    });
    // A lock is no reason to wait, nor to hurry.
    expect(settle(order(), [earned()], [], at(DUE - 1, DUE + 5)).status).toBe("pending");
  });
});

describe("rows", () => {
  it("have all that an admin or a later order needs", () => {
    const note = { reasonCode: null, sum: null };
    expect(settle(order(), [earned({ ratePair: "EUR/USD" })], [], at(PLACED)).rows).toEqual([
      {
        orderId: "ord_1",
        creatorId: "lea",
        storeId: "str_1",
        planId: "pln_1",
        campaignId: "cmp_1",
        ruleVersion: 3,
        placedAt: PLACED,
        month: "2026-11",
        currency: "EUR",
        amountMinor: 1000,
        salesMinor: 10_000,
        uncappedMinor: 1000,
        ratePair: "EUR/USD",
        note,
        updatedAt: PLACED,
      },
    ]);
  });

  it.each([
    ["received", { trust: "claimed" as const, confirmed: null }, 1],
    ["pending", {}, 1],
    ["approved", { approvedAt: DUE }, 1],
    ["disputed", { review: review("disputed") }, 1],
    ["declined", { sourceStatus: "cancelled" as const }, 0],
    ["test", { test: true }, 0],
    ["orphan", { shares: [] }, 0],
  ])("of an order that stands at %s", (status, values, rows) => {
    const facts = order(values);
    const settling = settle(facts, facts.shares.length === 0 ? [] : [earned()], [], at(PLACED));
    expect(settling.status).toBe(status);
    expect(settling.rows).toHaveLength(rows);
  });
});

describe("what is booked", () => {
  const known: Recorded[] = [{ creatorId: "lea", currency: "EUR", sumMinor: 1000, count: 1, paid: false }];

  it.each([
    ["cancelled by the shop", { sourceStatus: "cancelled" as const }, "The shop cancelled the order."],
    ["refunded", { sourceStatus: "refunded" as const }, "The order was refunded."],
    ["refunded by amount", { confirmed: { ...CONFIRMED, refundedMinor: 10_000 } }, "The order was refunded."],
    ["declined by hand", { review: review("declined") }, "The order was declined: Agreed"],
    ["a test", { test: true }, "The order is a test."],
    ["nobody's", { shares: [] }, "Nobody is credited with the order now."],
    ["not approved", { approvedAt: null, placedAt: DUE }, "The order is not approved."],
    ["another's", { shares: [share("zoe")] }, /^The order is not credited to this creator now/],
  ])("is taken back once the order is %s, with the reason", (_what, values, reason) => {
    const facts = order({ approvedAt: DUE, ...values });
    const shares = facts.shares.map(({ creatorId }) => earned({ creatorId }));
    const { entries } = settle(facts, shares, known, at(DUE));
    expect(entries.find(({ creatorId }) => creatorId === "lea")).toMatchObject({
      type: "reversal",
      amountMinor: -1000,
      reason: expect.stringMatching(reason),
    });
  });

  it("stays while it is disputed after its approval", () => {
    expect(settle(order({ approvedAt: DUE, review: review("disputed") }), [earned()], known, at(DUE)).entries).toEqual(
      [],
    );
  });

  it("isn't booked while it is disputed before", () => {
    expect(settle(order({ review: review("disputed") }), [earned()], [], at(DUE)).entries).toEqual([]);
  });

  it("stays as it is while a rate is missing, but is taken back from a cancelled order", () => {
    const missing = earned({ amountMinor: null, note: { reasonCode: "rate_missing", sum: null } });
    expect(settle(order({ approvedAt: DUE }), [missing], known, at(DUE)).entries).toEqual([]);
    expect(
      settle(order({ approvedAt: DUE, sourceStatus: "cancelled" }), [missing], known, at(DUE)).entries,
    ).toMatchObject([{ type: "reversal", amountMinor: -1000 }]);
  });

  it("is approved all the same while a rate is missing, and booked once it is there", () => {
    const missing = earned({ amountMinor: null, note: { reasonCode: "rate_missing", sum: null } });
    expect(settle(order(), [missing], [], at(DUE))).toMatchObject({ status: "approved", approvedAt: DUE, entries: [] });
  });
});

const creators = ["lea", "zoe", "mia"] as const;

/** Any order of up to three creators with what they earn. */
const anyOrder = fc
  .record({
    shares: fc.uniqueArray(fc.record({ creatorId: fc.constantFrom(...creators), amountMinor: fc.nat(9_000) }), {
      selector: ({ creatorId }) => creatorId,
    }),
    sourceStatus: fc.constantFrom(null, "paid" as const, "cancelled" as const, "refunded" as const),
    review: fc.constantFrom(null, review("approved"), review("declined"), review("disputed")),
    test: fc.boolean(),
    approvedAt: fc.constantFrom(null, DUE),
    placedAt: fc.constantFrom(PLACED, DUE),
  })
  .map(({ shares, ...values }) => ({
    facts: order({ ...values, shares: shares.map(({ creatorId }) => share(creatorId)) }),
    shares: shares.map((values) => earned(values)),
  }));

/** What is recorded once a settling's entries are booked. */
function booked(known: readonly Recorded[], { entries }: Settling): Recorded[] {
  return creators.flatMap((creatorId): Recorded[] => {
    const was = known.find((one) => one.creatorId === creatorId);
    const own = entries.filter((entry) => entry.creatorId === creatorId);
    const count = (was?.count ?? 0) + own.length;
    const sumMinor = own.reduce((sum, { amountMinor }) => sum + amountMinor, was?.sumMinor ?? 0);
    return count === 0 ? [] : [{ creatorId, currency: "EUR", sumMinor, count, paid: false }];
  });
}

describe("any order, whatever became of it before", () => {
  it("has booked what is owed, and nothing more when it is settled again", () => {
    fc.assert(
      fc.property(fc.array(anyOrder, { minLength: 1, maxLength: 5 }), (states) => {
        let known: Recorded[] = [];
        for (const { facts, shares } of states) {
          const settling = settle(facts, shares, known, at(DUE));
          known = booked(known, settling);
          const isOwed = settling.approvedAt !== null && ["approved", "disputed"].includes(settling.status);
          for (const creatorId of creators) {
            const own = shares.find((one) => one.commission.creatorId === creatorId)?.commission.amountMinor ?? 0;
            const sum = known.find((one) => one.creatorId === creatorId)?.sumMinor ?? 0;
            expect(sum).toBe(isOwed ? own : 0);
          }
          const { approvedAt, status } = settling;
          const again = settle({ ...facts, approvedAt }, shares, known, at(DUE + DAY));
          expect(again).toMatchObject({ entries: [], status, approvedAt });
        }
      }),
    );
  });

  it("comes to the same in whatever order its creators are", () => {
    fc.assert(
      fc.property(anyOrder, anyOrder, (first, { facts, shares }) => {
        const known = booked([], settle(first.facts, first.shares, [], at(DUE)));
        const forth = settle(facts, shares, known, at(DUE));
        const back = settle(
          { ...facts, shares: facts.shares.toReversed() },
          shares.toReversed(),
          known.toReversed(),
          at(DUE),
        );
        expect({ ...back, rows: back.rows.toReversed() }).toEqual(forth);
      }),
    );
  });
});
