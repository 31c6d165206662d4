import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConfirmedAmounts } from "../../../src/ground/model/evidence.ts";
import { absent, classify, type RowContext, type TrackedOrder } from "../../../src/books/reconcile/classify.ts";
import { ROW_CLASSES, type ReconciledRow } from "../../../src/ground/model/reconciliation.ts";

const PLACED_AT = Date.UTC(2026, 10, 20, 9);

const ROW: ReconciledRow = {
  externalId: "1001",
  placedAt: PLACED_AT,
  currency: "EUR",
  totalMinor: 4990,
  subtotalMinor: 4500,
  discountMinor: null,
  shippingMinor: 490,
  taxMinor: null,
  refundedMinor: 0,
  status: "paid",
  codes: [],
};

const AMOUNTS = { currency: "EUR", totalMinor: 4990, subtotalMinor: 4500, refundedMinor: null };
const CONFIRMED: ConfirmedAmounts = {
  ...AMOUNTS,
  discountMinor: null,
  shippingMinor: null,
  taxMinor: null,
  items: null,
};

/** The same order, as the store's server reported it. */
const ORDER: TrackedOrder = {
  trust: "confirmed",
  sourceStatus: "paid",
  ...AMOUNTS,
  confirmed: CONFIRMED,
  placedAt: PLACED_AT,
  declined: false,
};

/** The same order, as a browser claimed it. */
const CLAIMED: TrackedOrder = { ...ORDER, trust: "claimed", sourceStatus: null, confirmed: null };

const CONTEXT: RowContext = { duplicate: false, knownCode: false, lockedTo: 0 };

/** Gives an order other confirmed amounts. */
const withConfirmed = (amounts: Partial<ConfirmedAmounts>): TrackedOrder => ({
  ...ORDER,
  confirmed: { ...CONFIRMED, ...amounts },
});

describe("a row without an order", () => {
  const differences = [{ field: "order", store: "1001", tracker: null }];

  test.each([
    ["is missing", {}, "missing_in_tracker"],
    ["with a creator's code is a conversion that was lost", { knownCode: true }, "code_without_conversion"],
    [
      "from before the last lock comes late, whatever its codes",
      { knownCode: true, lockedTo: PLACED_AT + 1 },
      "late_after_lock",
    ],
    ["from the moment of the lock is in the open period", { lockedTo: PLACED_AT }, "missing_in_tracker"],
  ])("%s", (_what, context, expected) => {
    expect(classify(ROW, null, { ...CONTEXT, ...context })).toEqual({ class: expected, differences });
  });

  test("and without a time can't be said to come late", () => {
    expect(classify({ ...ROW, placedAt: null }, null, { ...CONTEXT, lockedTo: PLACED_AT + 1 }).class).toBe(
      "missing_in_tracker",
    );
  });

  test("that comes again is a duplicate", () => {
    expect(classify(ROW, null, { duplicate: true, knownCode: true, lockedTo: PLACED_AT + 1 })).toEqual({
      class: "duplicate",
      differences: [],
    });
  });
});

test("a row that can't be read is nothing else", () => {
  for (const order of [null, ORDER]) {
    expect(classify(null, order, { duplicate: true, knownCode: true, lockedTo: PLACED_AT + 1 })).toEqual({
      class: "unreadable",
      differences: [],
    });
  }
});

test("a row that comes again is a duplicate, whether it says the same or not", () => {
  for (const row of [ROW, { ...ROW, totalMinor: 1 }]) {
    expect(classify(row, ORDER, { ...CONTEXT, duplicate: true })).toEqual({ class: "duplicate", differences: [] });
  }
});

describe("a row beside its order", () => {
  test.each([
    ["says the same", ROW, ORDER],
    ["says no refund, of which nobody heard", { ...ROW, refundedMinor: 0 }, ORDER],
    ["says nothing of refunds", { ...ROW, refundedMinor: null }, withConfirmed({ refundedMinor: 990 })],
    ["says nothing of a subtotal", { ...ROW, subtotalMinor: null }, ORDER],
    ["has a subtotal that wasn't tracked", ROW, withConfirmed({ subtotalMinor: null })],
    ["says nothing of the status", { ...ROW, status: null }, ORDER],
    ["names a code", { ...ROW, codes: ["LEA10"] }, ORDER],
    ["was free", { ...ROW, totalMinor: 0, subtotalMinor: 0 }, withConfirmed({ totalMinor: 0, subtotalMinor: 0 })],
    ["has another time", { ...ROW, placedAt: PLACED_AT - 5_000_000 }, ORDER],
    ["was claimed alike, and isn't paid yet", { ...ROW, status: "pending" as const }, CLAIMED],
    ["was claimed alike, and has no status", { ...ROW, status: null }, CLAIMED],
    ["was reported without a status", ROW, { ...ORDER, sourceStatus: null }],
    ["is tracked otherwise by browsers alone", ROW, { ...ORDER, totalMinor: 1, currency: "USD", subtotalMinor: 7 }],
    [
      "was refunded in part, which one calls paid and the other refunded",
      { ...ROW, refundedMinor: 990 },
      { ...withConfirmed({ refundedMinor: 990 }), sourceStatus: "refunded" as const },
    ],
    [
      "was refunded, which one says by the amount and the other by the word",
      { ...ROW, refundedMinor: 4990 },
      { ...withConfirmed({ refundedMinor: 4990 }), sourceStatus: "refunded" as const },
    ],
  ])("that %s matches", (_what, row, order) => {
    expect(classify(row, order, { ...CONTEXT, lockedTo: PLACED_AT + 1 })).toEqual({
      class: "matched",
      differences: [],
    });
  });

  test.each([
    [
      "in another currency",
      { currency: "USD" },
      ORDER,
      "currency_mismatch",
      [{ field: "currency", store: "USD", tracker: "EUR" }],
    ],
    [
      "with another total",
      { totalMinor: 5000 },
      ORDER,
      "amount_mismatch",
      [{ field: "total", store: 5000, tracker: 4990 }],
    ],
    [
      "with another subtotal",
      { subtotalMinor: 1 },
      ORDER,
      "amount_mismatch",
      [{ field: "subtotal", store: 1, tracker: 4500 }],
    ],
    [
      "refunded in part",
      { refundedMinor: 990 },
      ORDER,
      "refund_not_applied",
      [{ field: "refunded", store: 990, tracker: 0 }],
    ],
    [
      "refunded for more",
      { refundedMinor: 990 },
      withConfirmed({ refundedMinor: 500 }),
      "refund_not_applied",
      [{ field: "refunded", store: 990, tracker: 500 }],
    ],
    [
      "refunded for less",
      { refundedMinor: 500 },
      withConfirmed({ refundedMinor: 990 }),
      "amount_mismatch",
      [{ field: "refunded", store: 500, tracker: 990 }],
    ],
    [
      "refunded for all of it",
      { refundedMinor: 4990 },
      ORDER,
      "refund_not_applied",
      [
        { field: "refunded", store: 4990, tracker: 0 },
        { field: "status", store: "refunded", tracker: "paid" },
      ],
    ],
    [
      "refunded without an amount",
      { status: "refunded", refundedMinor: null },
      ORDER,
      "status_mismatch",
      [{ field: "status", store: "refunded", tracker: "paid" }],
    ],
    [
      "cancelled",
      { status: "cancelled" },
      ORDER,
      "status_mismatch",
      [{ field: "status", store: "cancelled", tracker: "paid" }],
    ],
    [
      "cancelled, of which no status was heard",
      { status: "cancelled" },
      { ...ORDER, sourceStatus: null },
      "status_mismatch",
      [{ field: "status", store: "cancelled", tracker: null }],
    ],
    [
      "not paid",
      { status: "pending" },
      ORDER,
      "status_mismatch",
      [{ field: "status", store: "pending", tracker: "paid" }],
    ],
    [
      "paid, and cancelled by what was heard",
      {},
      { ...ORDER, sourceStatus: "cancelled" },
      "status_mismatch",
      [{ field: "status", store: "paid", tracker: "cancelled" }],
    ],
    ["paid, and only claimed", {}, CLAIMED, "status_mismatch", [{ field: "status", store: "paid", tracker: null }]],
    [
      "that was claimed with another total",
      { status: null },
      { ...CLAIMED, totalMinor: 1 },
      "amount_mismatch",
      [{ field: "total", store: 4990, tracker: 1 }],
    ],
    [
      "that was claimed without any amount",
      { status: null },
      { ...CLAIMED, currency: null, totalMinor: null, subtotalMinor: null },
      "amount_mismatch",
      [{ field: "total", store: 4990, tracker: null }],
    ],
    [
      "in another currency, with other amounts, refunded and cancelled: all is told, the currency counts",
      { currency: "USD", totalMinor: 5, subtotalMinor: 4, refundedMinor: 3, status: "cancelled" },
      ORDER,
      "currency_mismatch",
      [
        { field: "currency", store: "USD", tracker: "EUR" },
        { field: "total", store: 5, tracker: 4990 },
        { field: "subtotal", store: 4, tracker: 4500 },
        { field: "refunded", store: 3, tracker: 0 },
        { field: "status", store: "cancelled", tracker: "paid" },
      ],
    ],
    [
      "refunded, with another total: the refund counts",
      { totalMinor: 5000, refundedMinor: 3 },
      ORDER,
      "refund_not_applied",
      [
        { field: "total", store: 5000, tracker: 4990 },
        { field: "refunded", store: 3, tracker: 0 },
      ],
    ],
    [
      "cancelled, with another subtotal: the amount counts",
      { subtotalMinor: 1, status: "cancelled" },
      ORDER,
      "amount_mismatch",
      [
        { field: "subtotal", store: 1, tracker: 4500 },
        { field: "status", store: "cancelled", tracker: "paid" },
      ],
    ],
  ] as const)("%s", (_what, row, order, expected, differences) => {
    expect(classify({ ...ROW, ...row }, order, CONTEXT)).toEqual({ class: expected, differences });
    // The same before the last lock: what differs is told all the same.
    const late = { class: "late_after_lock", differences };
    expect(classify({ ...ROW, ...row }, order, { ...CONTEXT, lockedTo: PLACED_AT + 1 })).toEqual(late);
  });

  test("comes late by when the order was placed, not by what the row says", () => {
    const row = { ...ROW, totalMinor: 1, placedAt: PLACED_AT - 10 };
    expect(classify(row, ORDER, { ...CONTEXT, lockedTo: PLACED_AT }).class).toBe("amount_mismatch");
  });

  test("is never without a class, nor in one without a difference", () => {
    const amount = fc.option(fc.nat(3));
    const status = fc.constantFrom("pending", "paid", "cancelled", "refunded", null);
    const currency = fc.constantFrom("EUR", "USD");
    fc.assert(
      fc.property(
        fc.record({ currency, totalMinor: fc.nat(3), subtotalMinor: amount, refundedMinor: amount, status }),
        fc.record({
          currency,
          totalMinor: fc.nat(3),
          subtotalMinor: amount,
          refundedMinor: amount,
          sourceStatus: status,
        }),
        fc.boolean(),
        (row, { sourceStatus, ...amounts }, claimed) => {
          const order: TrackedOrder = {
            ...(claimed ? CLAIMED : ORDER),
            ...amounts,
            sourceStatus,
            confirmed: claimed ? null : { ...CONFIRMED, ...amounts },
          };
          const found = classify({ ...ROW, ...row }, order, CONTEXT);
          expect(ROW_CLASSES).toContain(found.class);
          expect(found.class === "matched").toBe(found.differences.length === 0);
          for (const { store, tracker } of found.differences) expect(store).not.toBe(tracker);
        },
      ),
    );
  });
});

describe("an export that names no currency (G-19)", () => {
  const unnamed = { total: "10000.0000", refunded: "5000.0000" };
  const magento: ReconciledRow = {
    ...ROW,
    totalMinor: 6700,
    subtotalMinor: null,
    shippingMinor: 700,
    refundedMinor: null,
    unnamed,
  };
  const yen = withConfirmed({ currency: "JPY", totalMinor: 10_000, subtotalMinor: 8000, refundedMinor: 5000 });

  test("is compared in the currency of the order, and applied in it", () => {
    const { row, ...found } = classify(magento, yen, CONTEXT);
    expect(found).toEqual({ class: "matched", differences: [] });
    expect(row).toMatchObject({ currency: "JPY", totalMinor: 10_000, refundedMinor: 5000, shippingMinor: null });
    const other = classify(magento, withConfirmed({ currency: "JPY", totalMinor: 9000, refundedMinor: 5000 }), CONTEXT);
    expect(other).toMatchObject({
      class: "amount_mismatch",
      differences: [{ field: "total", store: 10_000, tracker: 9000 }],
      row: { currency: "JPY", totalMinor: 10_000 },
    });
  });

  test("is never of another currency than the order", () => {
    const row = { ...ROW, refundedMinor: 0, unnamed: { total: "49.90", refunded: null } };
    expect(classify(row, withConfirmed({ currency: "USD" }), CONTEXT)).toMatchObject({ class: "matched" });
    // Fils that dollars don't have.
    const dinars = { ...row, unnamed: { total: "49.905", refunded: null } };
    expect(classify(dinars, withConfirmed({ currency: "USD" }), CONTEXT).class).toBe("not_comparable");
  });

  test("has a refund that nobody can compare, or record", () => {
    const order = { ...withConfirmed({ totalMinor: 6700, subtotalMinor: null }), totalMinor: 6700 };
    const differences = [{ field: "refunded", store: "5000.0000", tracker: null }];
    expect(classify(magento, order, CONTEXT)).toEqual({ class: "not_comparable", differences });
    expect(classify(magento, null, CONTEXT).class).toBe("not_comparable");
    // One that is known already is let be.
    const refunded = withConfirmed({ totalMinor: 6700, subtotalMinor: null, refundedMinor: 3350 });
    expect(classify(magento, refunded, CONTEXT).class).toBe("matched");
  });
});

test("a status that nobody knows is a class of its own, whatever else differs (G-20)", () => {
  for (const order of [
    null,
    ORDER,
    CLAIMED,
    { ...ORDER, totalMinor: 1, confirmed: { ...CONFIRMED, currency: "USD" } },
  ]) {
    const found = classify({ ...ROW, status: null, unknownStatus: "Storniert?" }, order, {
      ...CONTEXT,
      lockedTo: PLACED_AT + 1,
    });
    expect(found.class).toBe("unknown_status");
    expect(found.differences.at(-1)).toMatchObject({ field: "status", store: "Storniert?" });
  }
});

test("an order that was declined by hand is not paid, though both say so", () => {
  expect(classify(ROW, { ...ORDER, declined: true }, CONTEXT)).toEqual({
    class: "status_mismatch",
    differences: [{ field: "status", store: "paid", tracker: "declined" }],
  });
  const cancelled = { ...ORDER, declined: true, sourceStatus: "cancelled" } as const;
  expect(classify({ ...ROW, status: "cancelled" }, cancelled, CONTEXT).class).toBe("matched");
});

describe("an order that the export lacks", () => {
  test("is told with what was confirmed of it, or else what was claimed", () => {
    expect(absent({ ...ORDER, totalMinor: 1, externalId: "7" }, "missing_in_store")).toEqual({
      class: "missing_in_store",
      differences: [
        { field: "order", store: null, tracker: "7" },
        { field: "currency", store: null, tracker: "EUR" },
        { field: "total", store: null, tracker: 4990 },
      ],
    });
    expect(absent({ ...CLAIMED, totalMinor: 1, externalId: "7" }, "missing_in_store").differences).toContainEqual({
      field: "total",
      store: null,
      tracker: 1,
    });
  });

  test("may have no amount", () => {
    expect(
      absent({ currency: null, totalMinor: null, confirmed: null, externalId: "7" }, "unclear_extent").differences,
    ).toEqual([{ field: "order", store: null, tracker: "7" }]);
  });
});
