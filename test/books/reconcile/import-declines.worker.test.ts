import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "@hono/zod-openapi";
import { settleDue } from "../../../src/books/ledger/settle-run.ts";
import type { EvidenceData } from "../../../src/ground/model/evidence.ts";
import { orderDetail } from "../../../src/sales/order/schema.ts";
import { orderStep } from "../../../src/sales/order/review-schema.ts";
import { declineOrders } from "../../../src/books/reconcile/decline-run.ts";
import { discrepancySchema, reconciliationDetail } from "../../../src/books/reconcile/schema.ts";
import { reconcile } from "../../../src/books/reconcile/run.ts";
import { api, bodyOf, pagesOf } from "../../ground/api.ts";
import { postOrder } from "../../sales/capture-fixtures.ts";
import { id, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { claimed, confirmed, DAY, HOUR, insertShop, LEA, record, recordDeps } from "../../sales/order-fixtures.ts";
import { balance, draft, lockTo, step } from "../payout-fixtures.ts";
import { tenPercent } from "../../programme/rule-fixtures.ts";
import { allEvents, createEndpoint } from "../../operate/webhook-fixtures.ts";

const SOLD = {
  currency: "EUR",
  totalMinor: 10_000,
  status: "paid",
  placedAt: NOW - HOUR,
  codes: ["LEA10"],
} satisfies EvidenceData;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  // Approved by hand alone.
  await insertShop({ commission: tenPercent({ holdDays: null }) });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The shop's server reports the order at a time (ms UTC), and the books follow. Answers the order's id. */
async function report(time: number, data: Parameters<typeof confirmed>[0] = {}, values = {}): Promise<string> {
  vi.setSystemTime(Math.max(time, Date.now()));
  const one = confirmed({ ...SOLD, ...data }, { receivedAt: time, sourceTime: time, ...values });
  const [orderId = ""] = (await record([one], undefined, recordDeps(env.DB, Date.now()))).values();
  await settleDue(recordDeps(env.DB, Date.now()));
  return orderId;
}

/** Works off what the export is in for: behind its answer, or else here. */
async function done(reconciliation: string) {
  for (;;) {
    const found = bodyOf(reconciliationDetail, await api("GET", `/reconciliations/${reconciliation}`));
    if (found.status === "ready" || found.status === "failed") return found;
    await reconcile(env, Date.now(), { id: reconciliation });
    await scheduler.wait(5);
  }
}

const exportOf = (...orderIds: string[]): string =>
  [
    "order_id,placed_at,currency,total,status",
    ...orderIds.map((orderId) => `${orderId},${new Date(NOW - HOUR).toISOString()},EUR,100.00,paid`),
  ].join("\n");

/** Uploads an export at a time (ms UTC). Answers the reconciliation's id and its classes. */
async function upload(time: number, ...orderIds: string[]) {
  vi.setSystemTime(time);
  const headers = { "content-type": "text/csv" };
  const answer = await api("POST", `/reconciliations?store=${STORE}`, exportOf(...orderIds), headers);
  const { id: reconciliation } = bodyOf(reconciliationDetail, answer);
  return { reconciliation, counts: (await done(reconciliation)).counts };
}

/** Applies what an export found, of each row. Answers what came of it. */
async function apply(reconciliation: string, name: string) {
  const body = { classes: [name], confirmUnmatched: true };
  expect((await api("POST", `/reconciliations/${reconciliation}/apply`, body)).status).toBe(202);
  await done(reconciliation);
  const path = `/reconciliations/${reconciliation}/discrepancies?limit=50&class=${name}`;
  return (await pagesOf(discrepancySchema, path)).flat().map(({ outcome }) => outcome);
}

/** Has an export that lacks the order applied at a time (ms UTC). Answers the reconciliation's id. */
async function lackAt(time: number): Promise<string> {
  const { reconciliation } = await upload(time, "9");
  expect(await apply(reconciliation, "missing_in_store")).toEqual(["declined"]);
  return reconciliation;
}

const read = async (orderId: string) => bodyOf(orderDetail, await api("GET", `/orders/${orderId}`));

async function take(action: string, orderId: string): Promise<void> {
  expect((await api("POST", `/orders/${orderId}/${action}`, { reason: "Agreed" })).status).toBe(200);
}

async function historyOf(orderId: string) {
  const answer = await api("GET", `/orders/${orderId}/history`);
  return bodyOf(z.object({ data: z.array(orderStep) }), answer).data;
}

test("G2-6: a decline by an import is taken back by what the shop's server reports later", async () => {
  await createEndpoint();
  const orderId = await report(NOW);
  await take("approve", orderId);
  const reconciliation = await lackAt(NOW + HOUR);
  expect(await read(orderId)).toMatchObject({
    status: "declined",
    review: { decision: "declined", actor: "bootstrap", reconciliationId: reconciliation },
  });
  expect(await balance(LEA)).toBe(0);
  expect((await upload(NOW + 2 * HOUR, "1001")).counts).toEqual({ status_mismatch: 1 });

  await report(NOW + 3 * HOUR);
  const taken = await read(orderId);
  expect(taken).toMatchObject({ status: "approved", review: { decision: "approved", reconciliationId: null } });
  expect(await balance(LEA)).toBe(1000);
  expect((await historyOf(orderId)).slice(-2)).toMatchObject([
    { cause: "admin", from: "approved", to: "declined", reason: `not in the store's export ${reconciliation}` },
    { cause: "source", from: "declined", to: "approved", reason: "The shop's server reported it again." },
  ]);
  expect((await allEvents()).map(({ type }) => type)).toEqual([
    "order.attributed",
    "order.approved",
    "order.declined",
    "order.approved",
  ]);
  // It isn't declined once more by the same export, and is missing from another as before.
  expect(await apply(reconciliation, "missing_in_store")).toEqual(["declined"]);
  expect((await read(orderId)).status).toBe("approved");
  expect((await upload(NOW + 4 * HOUR, "1001")).counts).toEqual({ matched: 1 });
  await lackAt(NOW + 5 * HOUR);
  expect((await read(orderId)).status).toBe("declined");
});

test("G2-6: the same over HTTP", async () => {
  const orderId = await report(NOW);
  await lackAt(NOW + HOUR);
  expect((await read(orderId)).status).toBe("declined");
  vi.setSystemTime(NOW + 2 * HOUR);
  await env.DB.prepare("UPDATE stores SET key = 'shop'").run();
  const rotated = await api("POST", `/stores/${STORE}/rotate-secret`);
  const { secret } = bodyOf(z.object({ secret: z.string() }), rotated);
  const body = { orderId: "1001", currency: "EUR", amount: "100.00", status: "paid" };
  const answer = await postOrder({ key: "shop", secret }, body);
  expect(answer.status, await answer.text()).toBeLessThan(300);
  expect(await read(orderId)).toMatchObject({ status: "pending", review: null });
});

test("G2-6: what says nothing new takes no decline back: what was told before, late or again, claims, or a hand's", async () => {
  const orderId = await report(NOW, { updatedAt: NOW }, { hash: "a".repeat(64) });
  await lackAt(NOW + HOUR);
  await report(NOW + 2 * HOUR, { updatedAt: NOW }, { hash: "a".repeat(64) });
  await report(NOW + 2 * HOUR, { totalMinor: 9_000 }, { sourceTime: NOW + HOUR });
  await record([claimed({ currency: "EUR", totalMinor: 10_000 }, { receivedAt: NOW + 4 * HOUR })]);
  expect((await read(orderId)).status).toBe("declined");

  await report(NOW + 5 * HOUR);
  expect((await read(orderId)).status).toBe("pending");
  await take("decline", orderId);
  await report(NOW + 6 * HOUR);
  expect(await read(orderId)).toMatchObject({ status: "declined", review: { reconciliationId: null } });
});

test("G2-6: what was decided by hand before an import declined it holds again", async () => {
  const orderId = await report(NOW);
  await take("dispute", orderId);
  await lackAt(NOW + HOUR);
  expect((await read(orderId)).status).toBe("declined");
  await report(NOW + 2 * HOUR);
  expect(await read(orderId)).toMatchObject({ status: "disputed", review: { decision: "disputed" } });
});

test("G2-6: an import's decline can be approved by hand, which no earlier word undoes", async () => {
  const orderId = await report(NOW);
  await lackAt(NOW + HOUR);
  await take("approve", orderId);
  await report(NOW + 2 * HOUR, { status: "cancelled" });
  await report(NOW + 3 * HOUR);
  expect(await read(orderId)).toMatchObject({ status: "approved", review: { decision: "approved" } });
});

test("G2-6: a later export that has the order takes the decline back, be it a file of before", async () => {
  const first = await upload(NOW, "1001");
  expect(await apply(first.reconciliation, "missing_in_tracker")).toEqual(["recorded"]);
  const [orderId = ""] = (await record([confirmed(SOLD, { receivedAt: NOW + 1 })])).values();
  await lackAt(NOW + HOUR);
  // What was uploaded earlier says nothing of what is missing since.
  const { counts, reconciliation } = await upload(NOW + 2 * HOUR, "1001");
  expect(counts).toEqual({ status_mismatch: 1 });
  expect((await read(orderId)).status).toBe("declined");
  expect(await apply(reconciliation, "status_mismatch")).toEqual(["recorded"]);
  expect((await read(orderId)).status).toBe("pending");
  expect((await historyOf(orderId)).at(-1)).toMatchObject({
    cause: "source",
    from: "declined",
    reason: "A later export of the store has it.",
  });
  const { evidence } = await read(orderId);
  const again = await upload(NOW + 3 * HOUR, "1001");
  expect(again.counts).toEqual({ matched: 1 });
  await apply(again.reconciliation, "matched");
  // But for when it was said last.
  const bare = (all: typeof evidence) => all.map(({ sourceTime: _time, ...one }) => one);
  expect(bare((await read(orderId)).evidence)).toEqual(bare(evidence));
});

test("G2-6: the same report once more, as of later, takes an import's decline back", async () => {
  const orderId = await report(NOW, {}, { hash: "a".repeat(64) });
  await lackAt(NOW + HOUR);
  expect((await read(orderId)).status).toBe("declined");
  await report(NOW + 2 * HOUR, {}, { hash: "a".repeat(64) });
  expect((await read(orderId)).status).toBe("pending");
});

test("G2-6: an export declines nothing that the shop told of since it came", async () => {
  const orderId = await report(NOW);
  const { reconciliation } = await upload(NOW + HOUR, "9");
  await report(NOW + 2 * HOUR);
  expect(await apply(reconciliation, "missing_in_store")).toEqual(["refused: The shop's server reported it since."]);
  expect((await read(orderId)).status).toBe("pending");

  const lacking = await upload(NOW + 3 * HOUR, "9");
  const having = await upload(NOW + 4 * HOUR, "1001");
  await apply(having.reconciliation, "matched");
  expect(await apply(lacking.reconciliation, "missing_in_store")).toEqual(["refused: A later export has it."]);
  expect((await read(orderId)).status).toBe("pending");
});

test("G2-6: a locked, paid order is claimed back, also in a draft run, and owed again once the server reports it", async () => {
  const orderId = await report(NOW);
  await take("approve", orderId);
  vi.setSystemTime(NOW + DAY);
  await lockTo(NOW + HOUR);
  const paid = await draft();
  await step(paid.id, "pay");
  expect((await read(orderId)).status).toBe("paid");

  await lackAt(NOW + 2 * DAY);
  expect(await balance(LEA)).toBe(-1000);
  // Another order, so that the claw-back is in a draft run.
  const other = await report(NOW + 2 * DAY, { totalMinor: 30_000 }, { externalId: "1002" });
  await take("approve", other);
  vi.setSystemTime(NOW + 3 * DAY);
  await lockTo(NOW + 3 * DAY - HOUR);
  const run = await draft();
  expect(run.lines).toMatchObject([{ amount: { amountMinor: 2000 } }]);

  await report(NOW + 4 * DAY);
  // The draft stays as it was made: what is owed anew is an entry of its own.
  expect(await read(orderId)).toMatchObject({ status: "paid" });
  expect(await balance(LEA)).toBe(3000);
  await step(run.id, "pay");
  expect(await balance(LEA)).toBe(1000);
  vi.setSystemTime(NOW + 5 * DAY);
  await lockTo(NOW + 5 * DAY - HOUR);
  const last = await draft();
  expect(last.lines).toMatchObject([{ amount: { amountMinor: 1000 } }]);
});

test("G2-6: exports and reports come to the same in whatever order they are worked off", async () => {
  const reported = (time: number) => (externalId: string) =>
    record([confirmed({ ...SOLD, refundedMinor: time }, { externalId, receivedAt: NOW + time })]);
  const lacked = (asOf: number) => async (_externalId: string, orderId: string) => {
    const lacking = { reconciliationId: id("rec", asOf), asOf: NOW + asOf, actor: "bootstrap", at: NOW + 30 };
    await declineOrders(recordDeps(), [orderId], lacking);
  };
  const plays = [
    ["declined", reported(5), reported(10), lacked(10)],
    ["pending", reported(5), reported(15), lacked(10)],
    ["declined", lacked(10), lacked(20), reported(15)],
    ["pending", lacked(20), reported(25), lacked(10)],
  ] as const;
  for (const [play, [status, ...steps]] of plays.entries()) {
    for (const [turn, order] of permutations(steps).entries()) {
      const externalId = `${play}-${turn}`;
      const [orderId = ""] = (await record([confirmed(SOLD, { externalId, receivedAt: NOW })])).values();
      for (const one of order) await one(externalId, orderId);
      expect((await read(orderId)).status, externalId).toBe(status);
    }
  }
});

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}
