import { describe, expect, test } from "vitest";
import { type MissedOrder, missesOf, type OwnTouch, spellingsOf, typedNumber } from "../../../src/portal/orders/ask.ts";
import { maskedNumber, maskedPhone } from "../../../src/portal/orders/mask.ts";
import { type OrderFacts, orderStanding } from "../../../src/portal/orders/order-standing.ts";
import { callStanding, type ConversionFacts, conversionStanding } from "../../../src/portal/orders/other-standing.ts";
import { cursorOf, placeIn } from "../../../src/portal/orders/query.ts";
import { type BookedPart, bookedStanding, type Standing } from "../../../src/portal/orders/standing.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY = 86_400_000;
const TEN = { currency: "EUR", minor: 1000 };

const part = (values: Partial<BookedPart> = {}): BookedPart => ({
  ...TEN,
  stage: "booked",
  paidAt: null,
  reference: null,
  periodEnd: null,
  isClawback: false,
  ...values,
});

/** A standing in short: its state, its amounts, and the codes of its reasons. */
const short = ({ state, amounts, reasons }: Standing): string =>
  [state, ...amounts.map(({ minor, currency }) => `${minor} ${currency}`), ...reasons.map(({ code }) => code)].join(
    " ",
  );

const order = (values: Partial<OrderFacts>) =>
  short(
    orderStanding(
      {
        status: "pending",
        sourceStatus: "paid",
        isRefunded: false,
        isCredited: true,
        review: null,
        dueAt: NOW + DAY,
        isUnsettled: false,
        expected: TEN,
        reasonCode: null,
        refundedMinor: 0,
        booked: [],
        ...values,
      },
      NOW,
    ),
  );

const declined = (lack: boolean) => ({
  decision: "declined" as const,
  reason: "private",
  actor: "key_1",
  at: NOW,
  lack: lack ? { reconciliationId: "rec_0000000000000001", asOf: NOW, toldAt: null, instead: null } : null,
});

describe("an order stands", () => {
  test.each<[string, Partial<OrderFacts>]>([
    ["waiting 1000 EUR held", {}],
    ["waiting 1000 EUR dueNow", { dueAt: NOW }],
    ["waiting 1000 EUR byHand", { dueAt: null }],
    ["waiting reckoning", { dueAt: null, isUnsettled: true }],
    ["waiting held rateMissing", { expected: null, reasonCode: "rate_missing" }],
    ["waiting 1000 EUR held partRefunded", { refundedMinor: 5 }],
    ["counted 0 EUR returningCustomer", { expected: { ...TEN, minor: 0 }, reasonCode: "returning_customer" }],
    ["waiting confirming", { status: "received", expected: null, reasonCode: "unconfirmed" }],
    ["waiting contested", { status: "contested", isCredited: false }],
    ["waiting 1000 EUR disputed", { status: "disputed" }],
    ["waiting 700 EUR disputed", { status: "disputed", booked: [part({ minor: 700 })] }],
    ["waiting 1000 EUR reckoning", { status: "approved", isUnsettled: true }],
    ["waiting rateMissing", { status: "approved", expected: null, reasonCode: "rate_missing" }],
    ["counted 1000 EUR nothingLeft", { status: "approved" }],
    ["approved 1000 EUR periodOpen", { status: "approved", booked: [part()] }],
    ["approved 1000 EUR periodUntil", { status: "approved", booked: [part({ periodEnd: NOW })] }],
    [
      "approved 1000 EUR periodClosed rateMissing",
      { status: "approved", booked: [part({ stage: "closed" })], expected: null, reasonCode: "rate_missing" },
    ],
    ["reversed 0 EUR nothingLeft", { status: "approved", booked: [part({ minor: 0 })] }],
    ["declined cancelled", { status: "declined", sourceStatus: "cancelled" }],
    ["declined refunded", { status: "declined", isRefunded: true, review: declined(false), refundedMinor: 100 }],
    ["declined refused", { status: "declined", review: declined(false) }],
    ["declined lacking", { status: "declined", review: declined(true) }],
    ["declined testOrder", { status: "test", sourceStatus: "cancelled" }],
    [
      "reversed 0 EUR cancelled clawedBack",
      {
        status: "declined",
        sourceStatus: "cancelled",
        booked: [part({ stage: "paid" }), part({ minor: -1000, isClawback: true })],
      },
    ],
    ["reversed 0 EUR reassigned", { isCredited: false, booked: [part({ minor: 0 })] }],
  ])("%s", (expected, facts) => {
    expect(order(facts)).toBe(expected);
  });
});

test("what was paid says when and as what, and what came since", () => {
  const paid = part({ stage: "paid", paidAt: NOW, reference: "WM-1" });
  expect(bookedStanding([paid])).toEqual({
    state: "paid",
    amounts: [TEN],
    reasons: [{ code: "paidOn", at: NOW, reference: "WM-1" }],
  });
  expect(short(bookedStanding([paid, part({ minor: 200 })]))).toBe("paid 1200 EUR paidOn paidMore");
  expect(short(bookedStanding([paid, part({ minor: -200, isClawback: true })]))).toBe("paid 800 EUR paidOn paidLess");
  // Of two currencies that one which came to nothing isn't shown.
  expect(short(bookedStanding([part({ currency: "USD", minor: 0 }), part({ stage: "draft" })]))).toBe(
    "approved 1000 EUR inDraft",
  );
});

describe("a conversion stands", () => {
  const conversion = (values: Partial<ConversionFacts>) =>
    short(
      conversionStanding(
        {
          trust: "confirmed",
          isPast: false,
          uncounted: null,
          contested: false,
          isCredited: true,
          commission: "pending",
          dueAt: NOW + DAY,
          isUnsettled: false,
          expected: TEN,
          booked: [],
          ...values,
        },
        NOW,
      ),
    );

  test.each<[string, Partial<ConversionFacts>]>([
    ["waiting 1000 EUR heldOther", {}],
    ["waiting 1000 EUR confirming", { trust: "claimed", dueAt: null }],
    ["waiting 1000 EUR byHand", { dueAt: null }],
    ["waiting contested", { contested: true, isCredited: false }],
    ["counted unpaid", { expected: null, commission: "none" }],
    ["counted unpaid", { isPast: true }],
    ["uncounted overLimit", { uncounted: "limit" }],
    ["reversed 0 EUR withdrawn", { uncounted: "withdrawn", commission: "approved", booked: [part({ minor: 0 })] }],
    ["declined refused", { commission: "declined" }],
    ["approved 1000 EUR periodOpen", { commission: "approved", booked: [part()] }],
    ["waiting 1000 EUR reckoning", { commission: "approved" }],
  ])("%s", (expected, facts) => {
    expect(conversion(facts)).toBe(expected);
  });
});

test("a call counts, or it is said why not", () => {
  const of = (values: Partial<Parameters<typeof callStanding>[0]>) =>
    short(callStanding({ status: "completed", isOutbound: false, qualified: false, ...values }));
  expect(of({ qualified: true })).toBe("counted qualified");
  expect(of({ qualified: true, isOutbound: true })).toBe("uncounted outbound");
  expect(of({})).toBe("uncounted tooShort");
  expect(of({ status: "busy" })).toBe("uncounted unanswered");
  expect(of({ status: "voicemail" })).toBe("uncounted voicemail");
  expect(of({ status: "ringing" })).toBe("waiting ongoing");
});

test("no more than the end of a number is shown, and never more than half of it", () => {
  expect(["A-10042", "1042", "123", "1", "", "\u202e4\u20602\u200b0 42", "👩🏽‍🚀77"].map(maskedNumber)).toEqual([
    "…042",
    "…42",
    "…3",
    "…",
    "…",
    "…42",
    "…77",
  ]);
  expect(["+33612345642", "+12125550199", null].map(maskedPhone)).toEqual(["+33 … 42", "+1 … 99", "…"]);
});

test("a cursor is a place and nothing else", () => {
  const place = { time: NOW, id: "ord_0000000000000042" };
  expect(placeIn(cursorOf(place))).toEqual(place);
  for (const forged of [undefined, "", "!", btoa("b1:1:ord_1"), btoa("b1:1e3:ord_0000000000000042")]) {
    expect(placeIn(forged)).toBeNull();
  }
});

describe("an order is somebody else's", () => {
  const touch = (values: Partial<OwnTouch> = {}): OwnTouch => ({
    kind: "click",
    time: NOW - 3 * DAY,
    reasonCode: null,
    planEndsAt: null,
    ...values,
  });
  const misses = (values: Partial<MissedOrder>) =>
    missesOf({ placedAt: NOW, rule: "last_click", isByHand: false, windowDays: 30, touches: [touch()], ...values });

  test.each<[object[], Partial<MissedOrder>]>([
    [[{ code: "openedLater", days: 3 }], {}],
    [[{ code: "openedEarlier", days: 3 }], { rule: "first_click" }],
    [[{ code: "codeFirst" }], { rule: "code_priority" }],
    [[{ code: "otherCode" }], { rule: "code_wins", touches: [touch({ kind: "code", time: NOW })] }],
    [[{ code: "linkFirst" }], { rule: "link_wins", touches: [touch({ kind: "code", time: NOW })] }],
    [
      [{ code: "tooLong", days: 40, window: 30 }],
      { touches: [touch({ time: NOW - 40.5 * DAY, reasonCode: "outside_window" })] },
    ],
    [[{ code: "openedAfter" }], { touches: [touch({ time: NOW + DAY, reasonCode: "outside_window" })] }],
    [[{ code: "planEnded" }], { touches: [touch({ reasonCode: "plan_not_active", planEndsAt: NOW - DAY })] }],
    [[{ code: "planNotStarted" }], { touches: [touch({ reasonCode: "plan_not_active" })] }],
    [[{ code: "ownPurchase" }], { touches: [touch({ reasonCode: "self_purchase" })] }],
    [[{ code: "byHandElsewhere" }], { isByHand: true }],
  ])("%j", (expected, values) => {
    expect(misses(values)).toEqual(expected);
  });

  test("each reason once, what nearly decided first", () => {
    const touches = [
      touch({ time: NOW - 50 * DAY, reasonCode: "outside_window" }),
      touch({ time: NOW - 40 * DAY, reasonCode: "outside_window" }),
      touch({ kind: "code", time: NOW, reasonCode: "code_retired" }),
      touch(),
    ];
    expect(misses({ touches }).map(({ code }) => code)).toEqual(["openedLater", "codeOver", "tooLong"]);
  });
});

test("a number is read as people copy it", () => {
  expect(["  #1042 ", "# 1042", "10\n42", null, "#"].map(typedNumber)).toEqual(["1042", "1042", "10 42", "", ""]);
  expect(spellingsOf("1042")).toEqual(["1042", "#1042"]);
});
