import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { z } from "@hono/zod-openapi";
import { settleOrders } from "../../../src/books/ledger/settle-run.ts";
import { orderStep } from "../../../src/sales/order/review-schema.ts";
import { api, bodyOf, problemOf } from "../../ground/api.ts";
import { putApproval, putLock, putRun } from "../../books/books-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { id, insertStore, NOW, PLAN } from "../../programme/generation-fixtures.ts";
import { book } from "../../books/money-fixtures.ts";
import { claimed, clickOn, confirmed, DAY, insertShop, LEA_LINK, recordOne } from "../order-fixtures.ts";
import { draft, lockTo, step } from "../../books/payout-fixtures.ts";
import { insertVersion, tenPercent } from "../../programme/rule-fixtures.ts";

const OWNED = { currency: "EUR", totalMinor: 1001, clicks: [clickOn(LEA_LINK)] };

const history = async (orderId: string) =>
  bodyOf(z.object({ data: z.array(orderStep) }), await api("GET", `/orders/${orderId}/history`)).data;
const told = async (orderId: string) =>
  (await history(orderId)).map(({ from, to, cause }) => `${cause}: ${from} > ${to}`);
const take = async (action: string, orderId: string, reason: string) =>
  bodyOf(z.unknown(), await api("POST", `/orders/${orderId}/${action}`, { reason }));

beforeEach(() => insertShop({ commission: tenPercent({ holdDays: null }) }));

test("an order tells every step that it took, with what moved it", async () => {
  const orderId = await recordOne(claimed(OWNED));
  await recordOne(confirmed({ ...OWNED, status: "paid" }));
  await take("approve", orderId, "Kept");
  // Approved at a moment of its own: what ends before it doesn't lock it.
  const { approvedAt } = (await api("GET", `/orders/${orderId}`)).body as { approvedAt: string };
  await lockTo(Date.parse(approvedAt) - 1);
  expect(await told(orderId)).toHaveLength(3);
  // Booked a moment later, and a period can be locked once it is over.
  const end = ((await env.DB.prepare("SELECT max(time) AS time FROM ledger").first<{ time: number }>())?.time ?? 0) + 1;
  while (Date.now() <= end) await scheduler.wait(1);
  const period = await lockTo(end);
  const cancelled = await draft();
  await step(cancelled.id, "cancel", { reason: "Too early" });
  const paid = await draft();
  await step(paid.id, "pay");
  await step(paid.id, "reverse", { reason: "Bounced" });
  await take("dispute", orderId, "Looks odd");
  await take("approve", orderId, "Fine");

  const bare = { actor: null, reason: null, periodId: null, payoutId: null };
  const shop = { ...bare, cause: "source" };
  const hand = { ...bare, cause: "admin", actor: "bootstrap" };
  const run = { ...bare, cause: "payout" };
  const steps = await history(orderId);
  expect(steps).toMatchObject([
    { ...shop, from: null, to: "received", time: new Date(NOW).toISOString() },
    { ...shop, from: "received", to: "pending" },
    { ...hand, from: "pending", to: "approved", reason: "Kept", time: approvedAt },
    { ...bare, cause: "period", from: "approved", to: "locked", actor: "bootstrap", periodId: period.id },
    { ...run, from: "locked", to: "payable", actor: "bootstrap", payoutId: cancelled.id, time: cancelled.createdAt },
    { ...run, from: "payable", to: "locked", reason: "Too early", payoutId: cancelled.id },
    { ...run, from: "locked", to: "payable", actor: "bootstrap", payoutId: paid.id },
    { ...run, from: "payable", to: "paid", payoutId: paid.id },
    { ...run, from: "paid", to: "locked", reason: "Bounced", payoutId: paid.id },
    { ...hand, from: "locked", to: "disputed", reason: "Looks odd" },
    { ...hand, from: "disputed", to: "locked", reason: "Fine" },
  ]);
  expect(steps[3]?.time).toBe(period.lockedAt);
  await lockTo(end + 1);
  expect(await history(orderId)).toEqual(steps);
});

test("an order tells that a rule approved it", async () => {
  await insertVersion(PLAN, tenPercent({ holdDays: 14 }), { version: 2 });
  const orderId = await recordOne(confirmed(OWNED));
  await settleOrders(env, NOW + 13 * DAY);
  expect(await told(orderId)).toEqual(["source: null > pending"]);
  const shown = async () => (await api("GET", `/orders/${orderId}`)).body as Record<string, unknown>;
  expect(await shown()).toMatchObject({
    status: "pending",
    approvedAt: null,
    approvalDueAt: new Date(NOW + 14 * DAY).toISOString(),
  });
  await settleOrders(env, NOW + 14 * DAY);
  expect(await told(orderId)).toEqual(["source: null > pending", "rule: pending > approved"]);
  expect(await shown()).toMatchObject({
    status: "approved",
    approvedAt: new Date(NOW + 14 * DAY).toISOString(),
    approvalDueAt: null,
    review: null,
  });
  expect((await history(orderId))[1]).toMatchObject({ actor: null, time: new Date(NOW + 14 * DAY).toISOString() });
});

test("an order tells nothing of runs and periods that others are in", async () => {
  const orderId = await recordOne(confirmed(OWNED));
  const other = await recordOne(confirmed(OWNED, { externalId: "1002" }));
  await take("approve", orderId, "Kept");
  await insertStore({ id: id("str", 2) });
  await putLock(Date.now() + DAY, { storeId: id("str", 2) });
  await putRun("paid", other, [await putApproval(other), await book()], { paidAt: Date.now() + 1 });
  expect(await told(orderId)).toEqual(["source: null > pending", "admin: pending > approved"]);
});

test("GET /orders/{id}/history needs its scope and an order", async () => {
  await expectGuarded("GET", `/orders/${id("ord", 1)}/history`, "orders:read");
  expect(problemOf(await api("GET", `/orders/${id("ord", 1)}/history`))).toMatchObject({
    status: 404,
    code: "not_found",
  });
});
