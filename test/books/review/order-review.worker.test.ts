import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { settleOrders } from "../../../src/books/ledger/settle-run.ts";
import { orderDetail, orderSchema } from "../../../src/sales/order/schema.ts";
import type { ReviewAction, ShownStatus } from "../../../src/sales/order/state.ts";
import { api, bodyOf, expectInvalid, holding, pagesOf, problemOf } from "../../ground/api.ts";
import { putApproval, putLock, putRun } from "../../books/books-fixtures.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { createKey, expectGuarded } from "../../operate/key-fixtures.ts";
import { id, NOW, PLAN } from "../../programme/generation-fixtures.ts";
import { book } from "../money-fixtures.ts";
import {
  allRows,
  claimed,
  clickOn,
  confirmed,
  DAY,
  insertShop,
  LEA,
  LEA_LINK,
  ZOE_LINK,
  recordOne,
  ZOE,
} from "../../sales/order-fixtures.ts";
import { balance } from "../payout-fixtures.ts";
import { insertVersion, tenPercent } from "../../programme/rule-fixtures.ts";

const TOTAL = { currency: "EUR", totalMinor: 1001 };
const OWNED = { ...TOTAL, clicks: [clickOn(LEA_LINK)] };
const eur = (amountMinor: number) => ({ amountMinor, currency: "EUR" });

/** Approved by hand alone, or else the day on which tests run would make a difference. */
beforeEach(() => insertShop({ commission: tenPercent({ holdDays: null }) }));

afterEach(() => {
  vi.restoreAllMocks();
});

const take = async (action: ReviewAction, orderId: string, reason = "Agreed", headers?: Record<string, string>) =>
  api("POST", `/orders/${orderId}/${action}`, { reason }, headers);
const taken = async (action: ReviewAction, orderId: string, reason?: string) =>
  bodyOf(orderSchema, await take(action, orderId, reason));
const read = async (orderId: string) => bodyOf(orderDetail, await api("GET", `/orders/${orderId}`));
const pending = async () => recordOne(confirmed(OWNED));

/** What the ledger has of an order, as `type amount`. */
async function booked(orderId: string): Promise<string[]> {
  const { results } = await env.DB.prepare("SELECT type, amount_minor FROM ledger WHERE order_id = ?1 ORDER BY seq")
    .bind(orderId)
    .all<{ type: string; amount_minor: number }>();
  return results.map((row) => `${row.type} ${row.amount_minor}`);
}

/** What leads to an order that stands there. Answers its id. */
const ORDER_AT: Readonly<Record<ShownStatus | "cancelled", () => Promise<string>>> = {
  received: async () => recordOne(claimed(OWNED)),
  contested: async () =>
    recordOne(confirmed(TOTAL), claimed({ clicks: [clickOn(LEA_LINK)] }), claimed({ clicks: [clickOn(ZOE_LINK)] })),
  pending,
  approved: async () => {
    const orderId = await pending();
    await putApproval(orderId);
    return orderId;
  },
  locked: async () => {
    const orderId = await ORDER_AT.approved();
    await putLock(NOW + 1);
    return orderId;
  },
  payable: async () => {
    const orderId = await pending();
    const seq = await putApproval(orderId);
    await putLock(NOW + 1);
    await putRun("draft", orderId, [seq]);
    return orderId;
  },
  paid: async () => {
    const orderId = await pending();
    const seq = await putApproval(orderId);
    await putLock(NOW + 1);
    await putRun("paid", orderId, [seq]);
    return orderId;
  },
  disputed: async () => {
    const orderId = await pending();
    await taken("dispute", orderId);
    return orderId;
  },
  declined: async () => {
    const orderId = await pending();
    await taken("decline", orderId);
    return orderId;
  },
  cancelled: async () => recordOne(confirmed({ ...OWNED, status: "cancelled" })),
  orphan: async () => recordOne(confirmed(TOTAL)),
  test: async () => recordOne(confirmed({ ...OWNED, test: true })),
};

const [APPROVE, DECLINE, DISPUTE] = ["approved", "declined", "disputed"] as const;

/** What approving, declining and disputing come to: where the order stands then, or why not. */
const OUTCOMES: [keyof typeof ORDER_AT, string, string, string][] = [
  ["received", "order_unconfirmed", DECLINE, "illegal_step"],
  ["contested", "order_contested", DECLINE, "illegal_step"],
  ["pending", APPROVE, DECLINE, DISPUTE],
  ["approved", "illegal_step", DECLINE, DISPUTE],
  ["locked", "illegal_step", DECLINE, DISPUTE],
  ["payable", "illegal_step", "order_in_payout", "order_in_payout"],
  ["paid", "illegal_step", DECLINE, "illegal_step"],
  ["disputed", APPROVE, DECLINE, "illegal_step"],
  ["declined", APPROVE, "illegal_step", "illegal_step"],
  ["cancelled", "illegal_step", "illegal_step", "illegal_step"],
  ["orphan", "illegal_step", "illegal_step", "illegal_step"],
  ["test", "illegal_step", "illegal_step", "illegal_step"],
];

const STEPS = OUTCOMES.flatMap(([from, ...outcomes]) =>
  (["approve", "decline", "dispute"] as const).map((action, index) => [action, from, outcomes[index] ?? ""] as const),
);

test.each(STEPS)("to %s an order that is %s: %s", async (action, from, outcome) => {
  const orderId = await ORDER_AT[from]();
  const before = await read(orderId);
  expect(before.status).toBe(from === "cancelled" ? "declined" : from);
  if (outcome === APPROVE || outcome === DECLINE || outcome === DISPUTE) {
    expect((await taken(action, orderId)).status).toBe(outcome);
    expect((await read(orderId)).status).toBe(outcome);
    return;
  }
  const problem = problemOf(await take(action, orderId));
  expect(problem).toMatchObject({ status: 409, code: outcome });
  expect(await read(orderId)).toEqual(before);
});

describe("approving", () => {
  test("books what is owed, and is kept with its reason", async () => {
    const orderId = await pending();
    const { key, id: keyId } = await createKey(["orders:write"]);
    const start = Date.now();
    const answer = bodyOf(orderSchema, await take("approve", orderId, "Goods were kept", holding(key)));
    const review = { decision: "approved", reason: "Goods were kept", actor: keyId };
    expect(answer).toMatchObject({ id: orderId, status: "approved", review, approvalDueAt: null });
    expect(Date.parse(answer.approvedAt ?? "")).toBeGreaterThanOrEqual(start);
    expect(answer.review?.at).toBe(answer.approvedAt);
    const order = await read(orderId);
    expect(order).toMatchObject({ status: "approved", approvedAt: answer.approvedAt, review: answer.review });
    expect(order.commission).toMatchObject({ total: eur(100), shares: [{ creatorId: LEA, booked: eur(100) }] });
    expect(await booked(orderId)).toEqual(["accrual 100"]);
    expect((await allRows()).order_history.at(-1)).toMatchObject({
      order_id: orderId,
      time: Date.parse(answer.approvedAt ?? ""),
      from_status: "pending",
      to_status: "approved",
      cause: "admin",
      actor: keyId,
      reason: "Goods were kept",
    });
    const [entry] = (await pagesOf(auditSchema, `/audit?entityId=${orderId}&limit=50`)).flat();
    expect(entry).toMatchObject({
      action: "approve",
      entity: "order",
      actor: keyId,
      before: { status: "pending", review: null },
      after: { status: "approved", review },
    });
  });

  test("ends the wait for the rule", async () => {
    await insertVersion(PLAN, tenPercent({ holdDays: 365 }), { version: 2 });
    const orderId = await pending();
    await settleOrders(env, NOW);
    expect((await read(orderId)).approvalDueAt).toBe(new Date(NOW + 365 * DAY).toISOString());
    expect((await taken("approve", orderId)).approvalDueAt).toBeNull();
    expect((await read(orderId)).approvalDueAt).toBeNull();
  });

  test("counts from the end of what is locked", async () => {
    const orderId = await pending();
    const end = Date.now() + DAY;
    await putLock(end);
    expect(await taken("approve", orderId)).toMatchObject({
      status: "approved",
      approvedAt: new Date(end).toISOString(),
    });
    expect((await read(orderId)).status).toBe("approved");
  });

  test("counts from the end of what was locked at the last moment", async () => {
    const orderId = await pending();
    const end = Date.now() + DAY;
    beforeNextWrite(() => putLock(end));
    expect((await taken("approve", orderId)).approvedAt).toBe(new Date(end).toISOString());
  });

  test("again counts from when it was approved first", async () => {
    const orderId = await ORDER_AT.locked();
    await taken("dispute", orderId, "Looks odd");
    expect(await booked(orderId)).toEqual(["accrual 100"]);
    const again = await taken("approve", orderId, "It is fine");
    expect(again).toMatchObject({ status: "locked", approvedAt: new Date(NOW).toISOString() });
    expect(again.review).toMatchObject({ decision: "approved", reason: "It is fine", actor: "bootstrap" });
    expect((await read(orderId)).status).toBe("locked");
    expect(await booked(orderId)).toEqual(["accrual 100"]);
  });

  test("of an order that nobody named a total of is refused, also after it was declined or disputed", async () => {
    const orderId = await recordOne(confirmed({ clicks: [clickOn(LEA_LINK)] }));
    expect(problemOf(await take("approve", orderId)).code).toBe("order_unconfirmed");
    await taken("dispute", orderId);
    expect(problemOf(await take("approve", orderId)).code).toBe("order_unconfirmed");
    await taken("decline", orderId);
    expect(problemOf(await take("approve", orderId)).code).toBe("order_unconfirmed");
    await recordOne(confirmed(TOTAL));
    expect((await taken("approve", orderId)).status).toBe("approved");
  });
});

describe("declining", () => {
  test("books back what was booked, until it is approved again", async () => {
    const orderId = await pending();
    await taken("approve", orderId);
    expect(await taken("decline", orderId, "Fraud")).toMatchObject({ status: "declined", commission: null });
    expect(await booked(orderId)).toEqual(["accrual 100", "reversal -100"]);
    await taken("approve", orderId, "No fraud");
    expect((await booked(orderId)).slice(2).map((entry) => entry.split(" ")[1])).toEqual(["100"]);
  });

  test("claims back what was paid", async () => {
    const orderId = await ORDER_AT.paid();
    expect((await taken("decline", orderId)).status).toBe("declined");
    expect(await booked(orderId)).toEqual(["accrual 100", "clawback -100"]);
  });

  test("waits for the draft run that an adjustment of what was paid is in", async () => {
    const orderId = await ORDER_AT.paid();
    const runId = await putRun("draft", orderId, [await book({ orderId, amountMinor: 5, time: NOW + 1 })]);
    const problem = problemOf(await take("decline", orderId));
    expect(problem).toMatchObject({ status: 409, code: "order_in_payout" });
    expect(problem.detail).toContain(runId);
  });

  test("stays, whatever the shop says", async () => {
    const orderId = await pending();
    await taken("decline", orderId);
    await recordOne(confirmed({ ...TOTAL, status: "paid" }));
    expect((await read(orderId)).status).toBe("declined");
  });
});

describe("disputing", () => {
  test("leaves what is booked, and names its reason", async () => {
    const orderId = await pending();
    await taken("approve", orderId);
    const order = await taken("dispute", orderId, "Looks odd");
    expect(order).toMatchObject({ status: "disputed", review: { decision: "disputed", reason: "Looks odd" } });
    expect(order.approvedAt).not.toBeNull();
    expect(order.commission).toMatchObject({ shares: [{ booked: eur(100) }] });
    expect(await booked(orderId)).toEqual(["accrual 100"]);
  });
});

describe("at the last moment", () => {
  test("a payout run may take the order first", async () => {
    const orderId = await pending();
    const seq = await putApproval(orderId);
    let runId = "";
    beforeNextWrite(async () => {
      runId = await putRun("draft", orderId, [seq]);
    });
    const problem = problemOf(await take("dispute", orderId));
    expect(problem).toMatchObject({ status: 409, code: "order_in_payout" });
    expect(problem.detail).toContain(runId);
    expect((await allRows()).orders).toMatchObject([{ status: "approved", review: null }]);
  });

  test("a payout run may take the adjustment of a paid order first", async () => {
    const orderId = await ORDER_AT.paid();
    const seq = await book({ orderId, amountMinor: 5, time: NOW + 1 });
    beforeNextWrite(() => putRun("draft", orderId, [seq]));
    expect(problemOf(await take("decline", orderId)).code).toBe("order_in_payout");
  });

  test("it may be paid first", async () => {
    const orderId = await pending();
    const seq = await putApproval(orderId);
    beforeNextWrite(() => putRun("paid", orderId, [seq]));
    expect(problemOf(await take("dispute", orderId)).code).toBe("illegal_step");
  });

  test("the shop may cancel the order first", async () => {
    const orderId = await pending();
    beforeNextWrite(() => recordOne(confirmed({ status: "cancelled" }, { sourceTime: NOW + 1 })));
    expect(problemOf(await take("approve", orderId)).code).toBe("illegal_step");
    expect(await booked(orderId)).toEqual([]);
  });

  test("the shop may name another total first, which is what is booked then", async () => {
    const orderId = await pending();
    beforeNextWrite(() => recordOne(confirmed({ ...TOTAL, totalMinor: 2000 }, { sourceTime: NOW + 1 })));
    expect(await taken("approve", orderId)).toMatchObject({ status: "approved", total: eur(2000) });
    expect((await read(orderId)).total).toEqual(eur(2000));
    expect(await booked(orderId)).toEqual(["accrual 200"]);
  });

  test("another admin may come first", async () => {
    const orderId = await pending();
    beforeNextWrite(() => take("approve", orderId, "first"));
    expect((await taken("decline", orderId, "second")).review?.reason).toBe("second");
    const { order_history: history } = await allRows();
    expect(history.map((row) => row["to_status"])).toEqual(["pending", "approved", "declined"]);
  });
});

test("a decision stands where settling fails: the cron makes up for it", async () => {
  const orderId = await pending();
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  const prepare = env.DB.prepare.bind(env.DB);
  const away = vi.spyOn(env.DB, "prepare").mockImplementation((text) => {
    if (text.includes("FROM settlements_due")) throw new Error("D1 is away");
    return prepare(text);
  });
  expect((await taken("approve", orderId)).status).toBe("approved");
  expect(error).not.toHaveBeenCalled();
  expect(JSON.parse(String(warn.mock.lastCall?.[0]))).toMatchObject({
    event: "settling_left_to_cron",
    orderIds: [orderId],
    message: expect.stringContaining("D1 is away"),
  });
  away.mockRestore();
  expect((await allRows()).settlements_due).toMatchObject([{ order_id: orderId, next_at: 0 }]);
  expect(await booked(orderId)).toEqual([]);
  await settleOrders(env, Date.now());
  expect(await booked(orderId)).toEqual(["accrual 100"]);
});

describe("an owner by hand", () => {
  test("G2-5: is refused while a draft run has the commission: paying it would pay whom it was made for", async () => {
    const orderId = await ORDER_AT.payable();
    const before = await allRows();
    for (const body of [
      { creatorId: ZOE, reason: "x" },
      { creatorId: null, reason: "x" },
      { rule: true, reason: "x" },
    ]) {
      expect(problemOf(await api("POST", `/orders/${orderId}/attribute`, body))).toMatchObject({
        status: 409,
        code: "order_in_payout",
      });
    }
    expect(await allRows()).toEqual(before);
  });

  test("G2-5: is taken once the run is paid", async () => {
    const orderId = await ORDER_AT.paid();
    expect((await api("POST", `/orders/${orderId}/attribute`, { creatorId: ZOE, reason: "x" })).status).toBe(200);
  });

  test("is kept in the history with its reason where it changes where the order stands", async () => {
    const orderId = await recordOne(confirmed(TOTAL));
    const attribute = async (body: Record<string, unknown>) =>
      bodyOf(orderSchema, await api("POST", `/orders/${orderId}/attribute`, body));
    await attribute({ creatorId: LEA, reason: "Told on the phone" });
    await attribute({ creatorId: ZOE, reason: "The other one" });
    await attribute({ rule: true, reason: "Neither" });
    const hand = { cause: "admin", actor: "bootstrap" };
    expect((await allRows()).order_history.slice(1)).toMatchObject([
      { ...hand, from_status: "orphan", to_status: "pending", reason: "Told on the phone" },
      { ...hand, from_status: "pending", to_status: "orphan", reason: "Neither" },
    ]);
  });

  test("moves what is booked, and leaves the approval", async () => {
    const orderId = await ORDER_AT.locked();
    const owner = { creatorId: ZOE, planId: PLAN, reason: "It was her" };
    const order = bodyOf(orderSchema, await api("POST", `/orders/${orderId}/attribute`, owner));
    expect(order).toMatchObject({ status: "locked", commission: null, approvedAt: new Date(NOW).toISOString() });
    expect([await balance(LEA), await balance(ZOE)]).toEqual([0, 100]);
    expect((await read(orderId)).commission).toMatchObject({ shares: [{ creatorId: ZOE, booked: eur(100) }] });
    await api("POST", `/orders/${orderId}/attribute`, { creatorId: null, reason: "Nobody" });
    expect(await read(orderId)).toMatchObject({ status: "orphan", commission: null });
    expect([await balance(LEA), await balance(ZOE)]).toEqual([0, 0]);
    const again = bodyOf(orderSchema, await api("POST", `/orders/${orderId}/attribute`, owner));
    expect(again.status).toBe("locked");
  });
});

describe.each(["approve", "decline", "dispute"] as const)("POST /orders/{id}/%s", (action) => {
  test("needs its scope, an order, and a reason", async () => {
    const orderId = await pending();
    await expectGuarded("POST", `/orders/${id("ord", 1)}/${action}`, "orders:write");
    expect(problemOf(await take(action, id("ord", 1)))).toMatchObject({ status: 404, code: "not_found" });
    expectInvalid(await take(action, "1001"), "id");
    expectInvalid(await take(action, orderId, " "), "reason");
    expectInvalid(await take(action, orderId, "x".repeat(501)), "reason");
    expectInvalid(await api("POST", `/orders/${orderId}/${action}`, { reason: "x", at: "now" }), "at");
    expectInvalid(await api("POST", `/orders/${orderId}/${action}`, {}), "reason");
    expect((await allRows()).orders).toMatchObject([{ version: 1, status: "pending" }]);
  });

  test("answers a repeated request as before", async () => {
    const orderId = await pending();
    const headers = { "idempotency-key": "once" };
    const first = await take(action, orderId, "x", headers);
    expect(first.status).toBe(200);
    expect((await take(action, orderId, "x", headers)).body).toEqual(first.body);
    expect((await allRows()).order_history).toHaveLength(2);
  });
});
