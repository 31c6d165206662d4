import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import * as z from "../../../src/ground/http/zod.ts";
import { recordDeals } from "../../../src/calls/deal/record-run.ts";
import { enteredDeal, listedDeal } from "../../../src/calls/deal/schema.ts";
import { orderDetail, orderExplanation } from "../../../src/sales/order/schema.ts";
import { settleDue } from "../../../src/books/ledger/settle-run.ts";
import { booked, settleAll, settleDeps } from "../../books/settle-fixtures.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { id } from "../../programme/generation-fixtures.ts";
import { confirmed, DAY, HOUR, insertShop, LEA, record } from "../../sales/order-fixtures.ts";
import type { CallRow } from "../call-rows.ts";
import { leaCall } from "../credit-fixtures.ts";

let call: CallRow;

beforeEach(async () => {
  await insertShop();
  call = await leaCall({ startedAt: Date.now() - HOUR });
});

const enter = async (body: unknown, callId = call.id, headers = {}) =>
  api("POST", `/calls/${callId}/deal`, body, headers);
const entered = async (body: unknown) => bodyOf(enteredDeal, await enter(body));
const deals = async (callId = call.id) =>
  bodyOf(z.object({ data: z.array(listedDeal) }), await api("GET", `/calls/${callId}/deals`)).data;
const orderOf = async (externalId: string) => {
  const [row] = (
    await env.DB.prepare("SELECT id FROM orders WHERE external_id = ?1").bind(externalId).all<{ id: string }>()
  ).results;
  return row === undefined ? null : bodyOf(orderDetail, await api("GET", `/orders/${row.id}`));
};
const rows = async (table: string) =>
  (await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n")) ?? 0;
const SOLD = { amount: "100.00", currency: "EUR" };

describe("POST /calls/{id}/deal", () => {
  it("makes an order of the call, credited to whoever it came by and paid by the usual rules (BX-15)", async () => {
    expect(await entered(SOLD)).toMatchObject({
      callId: call.id,
      orderExternalId: `call-${call.id}`,
      amount: { amountMinor: 10_000, currency: "EUR" },
      cancelled: false,
      warnings: [],
    });
    const order = await orderOf(`call-${call.id}`);
    expect(order).toMatchObject({
      status: "pending",
      trust: "confirmed",
      total: { amountMinor: 10_000 },
      attribution: { creatorId: LEA, method: "call" },
      commission: { total: { amountMinor: 1_000, currency: "EUR" } },
    });
    expect(order?.evidence).toMatchObject([
      { source: "call", trust: "confirmed", inboxId: null, data: { callIds: [call.id], customer: false } },
    ]);
    const explained = bodyOf(orderExplanation, await api("GET", `/orders/${order?.id ?? ""}/explanation`));
    expect(explained.decision).toMatch(
      /^\S.*'s number was called 1 hour before the order, the only call in the window/,
    );
    expect(explained.candidates[0]?.touch).toMatchObject({ kind: "call", callId: call.id, channel: "tv" });
    expect(await deals()).toMatchObject([{ orderId: order?.id, orderExternalId: `call-${call.id}` }]);

    await settleAll(Date.now() + 40 * DAY);
    expect(await booked()).toEqual(["accrual 1000"]);
    const { data } = (await api("GET", "/audit?entity=deal")).body as { data: { action: string; entityId: string }[] };
    expect(data).toMatchObject([{ action: "create", entityId: call.id }]);
  });

  it("comes no earlier than its call, whose carrier's clock may be ahead (BX-15)", async () => {
    const ahead = await leaCall({ startedAt: Date.now() + 20_000 });
    const { placedAt } = bodyOf(enteredDeal, await enter(SOLD, ahead.id));
    expect(Date.parse(placedAt)).toBe(ahead.startedAt);
  });

  it("said again changes nothing, with another amount is the later word, and taken back costs what it brought", async () => {
    const first = await entered(SOLD);
    expect(await entered(SOLD)).toEqual(first);
    const key = { "Idempotency-Key": "deal-1" };
    const answers = [await enter(SOLD, call.id, key), await enter(SOLD, call.id, key)];
    expect(answers.map(({ body }) => body)).toEqual([first, first]);
    expect([await rows("call_deals"), await rows("order_evidence"), await rows("audit_log")]).toEqual([1, 1, 1]);
    await settleAll(Date.now() + 40 * DAY);

    await Promise.all([enter({ ...SOLD, amount: 80 }), enter({ ...SOLD, amount: 80 })]);
    expect(await rows("call_deals")).toBe(2);
    expect(await orderOf(first.orderExternalId)).toMatchObject({ total: { amountMinor: 8_000 }, status: "approved" });
    expect(await entered({ cancelled: true })).toMatchObject({ cancelled: true, amount: { amountMinor: 8_000 } });
    expect(await orderOf(first.orderExternalId)).toMatchObject({ status: "declined", sourceStatus: "cancelled" });
    await settleDue(settleDeps(Date.now() + 41 * DAY));
    expect((await booked()).toSorted()).toEqual(["accrual 1000", "adjustment -200", "reversal -800"]);
    // What was said first, once more, is the last word by then.
    await entered({ cancelled: false, ...SOLD });
    expect(await orderOf(first.orderExternalId)).toMatchObject({ total: { amountMinor: 10_000 }, status: "approved" });
    const { data } = (await api("GET", "/audit?entity=deal")).body as { data: { action: string }[] };
    expect(data.map(({ action }) => action)).toEqual(["update", "cancel", "update", "create"]);
  });

  it("of an order of the shop's is evidence of it: the shop's own word of amount, time and status goes before it", async () => {
    const placedAt = Date.now() - HOUR / 2;
    const shop = { currency: "EUR", totalMinor: 5_000, placedAt, status: "paid" } as const;
    const at = { receivedAt: Date.now() - 1_000, sourceTime: Date.now() - 1_000 };
    expect(await entered({ orderId: "1001" })).toMatchObject({ warnings: [{ code: "no_amount" }] });
    expect(await orderOf("1001")).toMatchObject({ total: null, attribution: { method: "call" } });
    await record([confirmed(shop, at)]);
    expect(await entered({ orderId: "1001", ...SOLD })).toMatchObject({ warnings: [{ code: "amount_unused" }] });
    expect(await orderOf("1001")).toMatchObject({
      total: { amountMinor: 5_000 },
      placedAt: new Date(placedAt).toISOString(),
      status: "pending",
      attribution: { creatorId: LEA, method: "call" },
    });
    // That it wasn't the call after all leaves the order to the shop.
    await entered({ orderId: "1001", cancelled: true });
    expect(await orderOf("1001")).toMatchObject({ status: "orphan", sourceStatus: "paid", attribution: null });
  });

  it("warns of what may not be meant, and takes it all the same", async () => {
    const missed = await leaCall({
      startedAt: Date.now() - HOUR,
      status: "missed",
      qualified: false,
      callerHash: null,
    });
    const warnings = async (callId: string, body: unknown) =>
      bodyOf(enteredDeal, await enter(body, callId)).warnings.map(({ code }) => code);
    expect(await warnings(missed.id, SOLD)).toEqual(["call_missed"]);
    expect(await orderOf(`call-${missed.id}`)).toMatchObject({ attribution: { creatorId: LEA, method: "call" } });
    expect(await warnings(missed.id, { ...SOLD, orderId: "7" })).toEqual(["call_missed", "other_deals"]);
    const outbound = await leaCall({ startedAt: Date.now() - HOUR, direction: "outbound", callerHash: "them" });
    expect(await warnings(outbound.id, SOLD)).toEqual(["outbound_call"]);
    expect(await orderOf(`call-${outbound.id}`)).toMatchObject({ status: "orphan", attribution: null });
    const tv = await leaCall({ startedAt: Date.now() - HOUR, creatorId: null, campaignId: null, callerHash: null });
    expect(await warnings(tv.id, SOLD)).toEqual(["no_creator"]);
  });

  it("keeps who bought as a hash, and refuses what can't be", async () => {
    await entered({ ...SOLD, customerId: "anna@shopper.example" });
    const dump = JSON.stringify((await env.DB.prepare("SELECT * FROM call_deals").all()).results);
    expect(dump).not.toContain("anna");
    expect(await orderOf(`call-${call.id}`)).toMatchObject({ evidence: [{ data: { customer: true } }] });
    expect(problemOf(await enter(SOLD, id("cal", 99_999)))).toMatchObject({ status: 404 });
    const other = await leaCall({ startedAt: Date.now() - HOUR });
    expectInvalid(await enter({}, other.id), "amount");
    expectInvalid(await enter({ cancelled: true }, other.id), "cancelled");
    expectInvalid(await enter({ ...SOLD, amount: "1.001" }), "amount");
    expectInvalid(await enter({ ...SOLD, placedAt: new Date(Date.now() - 2 * HOUR).toISOString() }), "placedAt");
    expectInvalid(await enter({ ...SOLD, placedAt: new Date(Date.now() + HOUR).toISOString() }), "placedAt");
  });

  it("that couldn't be recorded at once is by the cron, once", async () => {
    await env.DB.exec(
      "CREATE TRIGGER no_orders BEFORE INSERT ON orders BEGIN SELECT RAISE(ABORT, 'database is locked'); END",
    );
    expect(await enter(SOLD)).toMatchObject({ status: 200 });
    expect(await deals()).toMatchObject([{ orderId: null }]);
    await env.DB.exec("DROP TRIGGER no_orders");
    await recordDeals(env, Date.now());
    await recordDeals(env, Date.now());
    expect(await deals()).toMatchObject([{ orderId: (await orderOf(`call-${call.id}`))?.id }]);
    expect(await rows("order_evidence")).toBe(1);
  });
});
