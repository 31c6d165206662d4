import { describe, expect, test } from "vitest";
import type { ConfirmedAmounts } from "../../../src/ground/model/evidence.ts";
import { refusalText } from "../../../src/sales/order/refusal.ts";
import type { Review } from "../../../src/ground/model/order.ts";
import {
  refuseStep,
  type ReviewAction,
  type ShownStatus,
  type StateFacts,
  stateOf,
  type StepRefusal,
} from "../../../src/sales/order/state.ts";

const amounts = (totalMinor: number, refundedMinor: number | null = null): ConfirmedAmounts => ({
  currency: "EUR",
  totalMinor,
  subtotalMinor: null,
  discountMinor: null,
  shippingMinor: null,
  taxMinor: null,
  refundedMinor,
  items: null,
});

const review = (decision: Review["decision"]): Review => ({ decision, reason: "x", actor: "bootstrap", at: 5 });

const REVIEW = review("declined");

/** An order that a server confirmed and somebody is credited with. */
const PENDING: StateFacts = {
  test: false,
  trust: "confirmed",
  sourceStatus: "paid",
  confirmed: amounts(1000),
  owned: true,
  contested: false,
  review: null,
  approvedAt: null,
};

describe("an order stands at", () => {
  test.each<[ReturnType<typeof stateOf>, string, Partial<StateFacts>]>([
    ["pending", "a server confirmed it", {}],
    ["pending", "it did so without a total", { confirmed: null, sourceStatus: null }],
    ["received", "only a browser told of it", { trust: "claimed", confirmed: null, sourceStatus: null }],
    ["received", "the same, and it was approved once", { trust: "claimed", confirmed: null, approvedAt: 5 }],
    ["approved", "its commission was approved", { approvedAt: 5 }],
    ["approved", "by hand", { approvedAt: 5, review: review("approved") }],
    ["approved", "at the beginning of time", { approvedAt: 0 }],
    ["contested", "browsers claim it for different creators", { owned: false, contested: true }],
    ["contested", "and no server does", { owned: false, contested: true, trust: "claimed", confirmed: null }],
    ["declined", "contested, it was declined by hand", { owned: false, contested: true, review: review("declined") }],
    ["declined", "contested, the shop cancelled it", { owned: false, contested: true, sourceStatus: "cancelled" }],
    ["orphan", "nobody is credited", { owned: false }],
    ["orphan", "nobody is, though it was approved", { owned: false, approvedAt: 5, review: review("disputed") }],
    ["declined", "the shop cancelled it", { sourceStatus: "cancelled" }],
    ["declined", "also without an owner", { sourceStatus: "cancelled", owned: false }],
    ["declined", "whoever approved it", { sourceStatus: "cancelled", approvedAt: 5, review: review("approved") }],
    ["declined", "all was refunded", { sourceStatus: "refunded" }],
    ["declined", "the same with its amount", { confirmed: amounts(1000, 1000) }],
    ["declined", "and more than that", { confirmed: amounts(1000, 1200) }],
    ["declined", "refunded without any amount", { sourceStatus: "refunded", confirmed: null }],
    ["pending", "a part was refunded", { sourceStatus: "refunded", confirmed: amounts(1000, 999) }],
    ["pending", "nothing of a free order can be refunded", { confirmed: amounts(0, 0) }],
    ["declined", "it was declined by hand", { review: review("declined") }],
    ["declined", "after it was approved", { review: review("declined"), approvedAt: 5 }],
    ["declined", "before a server confirmed it", { review: review("declined"), trust: "claimed", confirmed: null }],
    ["disputed", "it was disputed", { review: review("disputed"), approvedAt: 5 }],
    ["disputed", "before it was approved", { review: review("disputed") }],
    ["test", "it is a test, whatever else", { test: true, sourceStatus: "cancelled", approvedAt: 5, owned: false }],
  ])("%s: %s", (status, _why, facts) => {
    expect(stateOf({ ...PENDING, ...facts })).toBe(status);
  });

  test("where it stood, once the shop takes it up again", () => {
    const approved = { ...PENDING, approvedAt: 5, review: review("approved") };
    expect(stateOf({ ...approved, sourceStatus: "cancelled" })).toBe("declined");
    expect(stateOf({ ...approved, sourceStatus: "paid" })).toBe("approved");
  });
});

/** What a step from each state comes to; `null`: it is legal. What was declined was declined by hand. */
const STEPS: Readonly<Record<ShownStatus, Readonly<Record<ReviewAction, StepRefusal | null>>>> = {
  received: { approve: "order_unconfirmed", decline: null, dispute: "illegal_step" },
  contested: { approve: "order_contested", decline: null, dispute: "illegal_step" },
  pending: { approve: null, decline: null, dispute: null },
  approved: { approve: "illegal_step", decline: null, dispute: null },
  locked: { approve: "illegal_step", decline: null, dispute: null },
  payable: { approve: "illegal_step", decline: "order_in_payout", dispute: "order_in_payout" },
  paid: { approve: "illegal_step", decline: null, dispute: "illegal_step" },
  disputed: { approve: null, decline: null, dispute: "illegal_step" },
  declined: { approve: null, decline: "illegal_step", dispute: "illegal_step" },
  orphan: { approve: "illegal_step", decline: "illegal_step", dispute: "illegal_step" },
  test: { approve: "illegal_step", decline: "illegal_step", dispute: "illegal_step" },
};

const CASES = Object.entries(STEPS).flatMap(([status, steps]) =>
  Object.entries(steps).map(([action, refusal]) => ({ status, action, refusal })),
) as { status: ShownStatus; action: ReviewAction; refusal: StepRefusal | null }[];

describe("a step by hand", () => {
  test.each(CASES)("$action from $status: $refusal", ({ status, action, refusal }) => {
    const review = status === "declined" ? REVIEW : null;
    const facts = { ...PENDING, contested: status === "contested", review };
    expect(refuseStep(action, status, facts)).toBe(refusal);
  });

  test("approves nothing that is contested, though it was declined first", () => {
    expect(refuseStep("approve", "declined", { ...PENDING, contested: true, review: REVIEW })).toBe("order_contested");
  });

  test.each(["pending", "disputed", "declined"] as const)(
    "approves nothing that no server named a total of: %s",
    (status) => {
      const facts = { ...PENDING, confirmed: null, review: review("declined") };
      expect(refuseStep("approve", status, facts)).toBe("order_unconfirmed");
      expect(refuseStep("decline", "pending", facts)).toBeNull();
      expect(refuseStep("dispute", "pending", facts)).toBeNull();
    },
  );

  test("approves nothing that the shop took back, whoever declined it besides", () => {
    const byHand = { ...PENDING, review: review("declined") };
    expect(refuseStep("approve", "declined", { ...byHand, sourceStatus: "cancelled" })).toBe("illegal_step");
    expect(refuseStep("approve", "declined", { ...byHand, confirmed: amounts(1000, 1000) })).toBe("illegal_step");
    expect(refuseStep("approve", "declined", { ...byHand, sourceStatus: "refunded" })).toBe("illegal_step");
    expect(refuseStep("approve", "declined", { ...byHand, confirmed: amounts(1000, 999) })).toBeNull();
    for (const other of [null, review("approved"), review("disputed")]) {
      expect(refuseStep("approve", "declined", { ...byHand, review: other })).toBe("illegal_step");
    }
  });

  test("that is refused says what to do, in words for that case", () => {
    const refused = CASES.flatMap(({ status, action, refusal }) =>
      refusal === null ? [] : [{ status, action, refusal }],
    );
    const texts = refused.map(({ status, action, refusal }) => [
      `${action} ${status}`,
      refusalText(refusal, action, status, "pay_1"),
    ]);
    expect(Object.fromEntries(texts)).toEqual({
      "approve received": expect.stringContaining("once the store reports it"),
      "dispute received": expect.stringContaining("Decline it, or wait"),
      "approve contested": expect.stringContaining("Say whose it is"),
      "dispute contested": expect.stringContaining("says whose it is"),
      "approve approved": expect.stringContaining("approved already"),
      "approve locked": expect.stringContaining("approved already"),
      "approve payable": expect.stringContaining("approved already"),
      "decline payable": expect.stringMatching(/draft payout run pay_1.*Cancel the run/),
      "dispute payable": expect.stringMatching(/draft payout run pay_1.*Cancel the run/),
      "approve paid": expect.stringContaining("paid already"),
      "dispute paid": expect.stringContaining("Decline it"),
      "dispute disputed": expect.stringContaining("disputed already"),
      "decline declined": expect.stringContaining("declined already"),
      "dispute declined": expect.stringContaining("approve it first"),
      "approve orphan": expect.stringContaining("Attribute it"),
      "decline orphan": expect.stringContaining("Attribute it"),
      "dispute orphan": expect.stringContaining("Attribute it"),
      "approve test": expect.stringContaining("test"),
      "decline test": expect.stringContaining("test"),
      "dispute test": expect.stringContaining("test"),
    });
    expect(refusalText("illegal_step", "approve", "declined", null)).toContain("cancelled or refunded");
  });
});
