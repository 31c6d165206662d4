import { env, exports } from "cloudflare:workers";
import Papa from "papaparse";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  payoutEntry,
  payoutExport,
  payoutLine,
  payoutPreview,
  payoutSchema,
} from "../../../src/books/payout/schema.ts";
import { markDue } from "../../../src/journal/due/write-settlement.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { id, insertStore, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { book } from "../money-fixtures.ts";
import { DAY, insertShop, LEA, ZOE } from "../../sales/order-fixtures.ts";
import { auditedOn, balance, draft, iso, lockTo, putOrder, step } from "../payout-fixtures.ts";

const NOBODY = "pay_0000000000000zzz";
/** In the period that these tests lock. */
const BOOKED = NOW - 10 * DAY;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertShop();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function expectEmpty(body: Record<string, unknown> = {}): Promise<void> {
  const answer = await api("POST", "/payouts", { storeId: STORE, ...body });
  expect(problemOf(answer)).toMatchObject({ status: 409, code: "payout_empty" });
}

async function expectProblem(path: string, body: unknown, code: string): Promise<void> {
  expect(problemOf(await api("POST", path, body)), path).toMatchObject({ status: 409, code });
}

/** What a draft would pay each creator, minor units, and by how many entries. */
async function preview(body: Record<string, unknown> = {}): Promise<Record<string, [number, number]>> {
  const { lines } = bodyOf(payoutPreview, await api("POST", "/payouts/preview", { storeId: STORE, ...body }));
  return Object.fromEntries(lines.map((line) => [line.creatorId, [line.amount.amountMinor, line.entries]]));
}

/** The entries that a run has, by their numbers in the ledger. */
async function entriesOf(payoutId: string): Promise<number[]> {
  const { results } = await env.DB.prepare(
    "SELECT entry_seq FROM payout_entries WHERE payout_id = ?1 ORDER BY entry_seq",
  )
    .bind(payoutId)
    .all<{ entry_seq: number }>();
  return results.map((row) => row.entry_seq);
}

/** Payments in the ledger, in the order of their booking. */
async function payments() {
  const { results } = await env.DB.prepare(
    `SELECT key, creator_id AS creatorId, amount_minor AS amountMinor, currency, payout_id AS payoutId, reason, actor, time
     FROM ledger WHERE type = 'payout' ORDER BY seq`,
  ).all();
  return results;
}

describe("who may", () => {
  test.each([
    ["GET", "/payouts", "orders:read"],
    ["POST", "/payouts", "orders:write"],
    ["POST", "/payouts/preview", "orders:read"],
    ["GET", `/payouts/${NOBODY}`, "orders:read"],
    ["GET", `/payouts/${NOBODY}/lines`, "orders:read"],
    ["GET", `/payouts/${NOBODY}/entries`, "orders:read"],
    ["GET", `/payouts/${NOBODY}/export`, "orders:read"],
    ["POST", `/payouts/${NOBODY}/pay`, "orders:write"],
    ["POST", `/payouts/${NOBODY}/cancel`, "orders:write"],
    ["POST", `/payouts/${NOBODY}/reverse`, "orders:write"],
  ] as const)("%s %s needs %s", async (method, path, scope) => expectGuarded(method, path, scope));

  test.each([
    ["GET", ""],
    ["GET", "/lines"],
    ["GET", "/entries"],
    ["GET", "/export"],
    ["POST", "/pay"],
    ["POST", "/cancel"],
    ["POST", "/reverse"],
  ])("%s a run%s is 404 where there is none", async (method, path) => {
    const body = method === "POST" && path !== "/pay" ? { reason: "a mistake" } : undefined;
    expect(problemOf(await api(method, `/payouts/${NOBODY}${path}`, body)).code).toBe("not_found");
  });
});

describe("a draft", () => {
  test("has what locked periods owe each creator, and shows it", async () => {
    await env.DB.prepare("UPDATE creators SET external_id = 'L-1' WHERE id = ?1").bind(LEA).run();
    const orderId = await putOrder();
    const first = await book({ amountMinor: 1000, orderId, time: BOOKED });
    const second = await book({ type: "adjustment", amountMinor: -200, orderId, time: BOOKED });
    const third = await book({ type: "bonus", creatorId: ZOE, amountMinor: 50, time: BOOKED });
    await book({ amountMinor: 7, time: NOW });
    await lockTo(NOW);

    const run = await draft({ note: "November" });
    expect(run).toMatchObject({ storeId: STORE, currency: "EUR", status: "draft", note: "November", holdDays: 0 });
    expect(run).toMatchObject({ total: { amountMinor: 850, currency: "EUR" }, creators: 2, entries: 3 });
    expect(run).toMatchObject({ minimum: { amountMinor: 0, currency: "EUR" }, createdAt: iso(NOW) });
    expect(run).toMatchObject({ createdBy: "bootstrap", reference: null, paidAt: null, closedAt: null });
    expect(run.lines).toEqual([
      {
        creatorId: ZOE,
        name: "Zoe Martin 2",
        email: "lea2@creator.example",
        externalId: null,
        amount: { amountMinor: 50, currency: "EUR" },
        entries: 1,
        method: null,
        proposalId: null,
        reference: `WM-${run.id.slice(4).toUpperCase()}-1`,
      },
      {
        creatorId: LEA,
        name: "Lea Martin 1",
        email: "lea1@creator.example",
        externalId: "L-1",
        amount: { amountMinor: 800, currency: "EUR" },
        entries: 2,
        method: null,
        proposalId: null,
        reference: `WM-${run.id.slice(4).toUpperCase()}-2`,
      },
    ]);
    const { lines, waiting, ...payout } = run;
    expect(bodyOf(payoutSchema, await api("GET", `/payouts/${run.id}`))).toEqual(payout);
    // What is booked at the end of the period isn't in it.
    expect(waiting).toMatchObject([{ code: "period_open", amount: { amountMinor: 7, currency: "EUR" }, creators: 1 }]);
    expect(await pagesOf(payoutLine, `/payouts/${run.id}/lines?limit=1`)).toEqual(lines.map((line) => [line]));
    expect(await entriesOf(run.id)).toEqual([first, second, third]);

    const pages = await pagesOf(payoutEntry, `/payouts/${run.id}/entries?limit=2`);
    expect(pages.map((page) => page.length)).toEqual([2, 1]);
    expect(pages.flat()).toMatchObject([
      { creatorId: LEA, orderId, type: "accrual", amount: { amountMinor: 1000, currency: "EUR" }, reason: "test" },
      { creatorId: LEA, orderId, type: "adjustment", amount: { amountMinor: -200 }, time: iso(BOOKED) },
      { creatorId: ZOE, orderId: null, type: "bonus", amount: { amountMinor: 50 } },
    ]);
    expect(await auditedOn(run.id)).toEqual(["create"]);
    // It owes as before: a draft pays nobody.
    expect([await balance(LEA), await balance(ZOE)]).toEqual([807, 50]);
  });

  test("can be seen before, without being made", async () => {
    await book({ amountMinor: 1234, time: BOOKED });
    await lockTo(NOW);
    const answer = await api("POST", "/payouts/preview", { storeId: STORE, minimum: "12.34", holdDays: 3 });
    const shown = bodyOf(payoutPreview, answer);
    expect(shown).toMatchObject({
      minimum: { amountMinor: 1234, currency: "EUR" },
      holdDays: 3,
      creators: 1,
      entries: 1,
    });
    expect(await payoutTables()).toEqual([0, 0, 0]);
    const lines = shown.lines.map((line) => ({ ...line, reference: expect.any(String) as string }));
    expect(await draft({ minimum: "12.34", holdDays: 3 })).toMatchObject({ ...shown, lines });
    expect(shown.lines.map(({ reference }) => reference)).toEqual([null]);
    expect(problemOf(await api("POST", "/payouts/preview", { storeId: STORE })).code).toBe("payout_empty");
  });

  test("takes nothing of a period that is open, and nothing twice", async () => {
    await expectEmpty();
    await book({ time: BOOKED });
    await expectEmpty();
    await lockTo(BOOKED);
    await expectEmpty();
    await lockTo(BOOKED + 1);
    await draft();
    await expectEmpty();
  });

  test("leaves out who is owed less than the minimum, until more has come together", async () => {
    await book({ amountMinor: 2499, time: BOOKED });
    await book({ amountMinor: 2500, time: BOOKED, creatorId: ZOE });
    await lockTo(NOW - DAY);
    expect(await preview({ minimum: "25.00" })).toEqual({ [ZOE]: [2500, 1] });
    expect(await preview({ minimum: 24.99 })).toEqual({ [ZOE]: [2500, 1], [LEA]: [2499, 1] });
    await step((await draft({ minimum: 25 })).id, "pay");
    await expectEmpty({ minimum: 25 });
    await book({ amountMinor: 1, time: NOW - DAY });
    await lockTo(NOW);
    expect(await preview({ minimum: 25 })).toEqual({ [LEA]: [2500, 2] });
  });

  test("holds back what was booked less than the hold ago", async () => {
    await book({ amountMinor: 100, time: NOW - 14 * DAY });
    await book({ amountMinor: 20, time: NOW - 14 * DAY + 1 });
    await lockTo(NOW);
    expect(await preview({ holdDays: 14 })).toEqual({ [LEA]: [100, 1] });
    expect(await preview()).toEqual({ [LEA]: [120, 2] });
    vi.setSystemTime(NOW + 1);
    expect(await preview({ holdDays: 14 })).toEqual({ [LEA]: [120, 2] });
  });

  test("carries what a creator owes over to the next run", async () => {
    await book({ amountMinor: 300, time: BOOKED });
    await book({ type: "clawback", amountMinor: -500, orderId: await putOrder(), time: BOOKED });
    await book({ amountMinor: 40, time: BOOKED, creatorId: ZOE });
    await lockTo(NOW - DAY);
    const run = await draft();
    expect(run.lines).toMatchObject([{ creatorId: ZOE, amount: { amountMinor: 40 } }]);
    await book({ amountMinor: 200, time: NOW - DAY });
    await lockTo(NOW - 1);
    await expectEmpty();
    await book({ amountMinor: 1, time: NOW - 1 });
    await lockTo(NOW);
    expect(await preview()).toEqual({ [LEA]: [1, 4] });
  });

  test("is of one currency, the store's unless told otherwise", async () => {
    await book({ amountMinor: 100, time: BOOKED });
    await book({ amountMinor: 2000, currency: "JPY", time: BOOKED });
    await book({ amountMinor: -5000, currency: "USD", time: BOOKED });
    await lockTo(NOW);
    expect(await preview()).toEqual({ [LEA]: [100, 1] });
    expect(await preview({ currency: "JPY", minimum: 2000 })).toEqual({ [LEA]: [2000, 1] });
    await expectEmpty({ currency: "JPY", minimum: 2001 });
    await expectEmpty({ currency: "USD" });
    const run = await draft({ currency: "JPY" });
    await step(run.id, "pay");
    expect([await balance(LEA, "JPY"), await balance(LEA), await balance(LEA, "USD")]).toEqual([0, 100, -5000]);
  });

  test("is of one store", async () => {
    const other = id("str", 2);
    await insertStore({ id: other });
    await book({ amountMinor: 100, time: BOOKED });
    await book({ amountMinor: 30, time: BOOKED, storeId: other });
    await lockTo(NOW, other);
    await expectEmpty();
    expect(await preview({ storeId: other })).toEqual({ [LEA]: [30, 1] });
    await lockTo(NOW);
    expect(await preview()).toEqual({ [LEA]: [100, 1] });
  });

  test("can be narrowed to creators", async () => {
    await book({ amountMinor: 100, time: BOOKED });
    await book({ amountMinor: 50, time: BOOKED, creatorId: ZOE });
    await lockTo(NOW);
    expect(await preview({ creatorIds: [ZOE, ZOE] })).toEqual({ [ZOE]: [50, 1] });
    await step((await draft({ creatorIds: [ZOE] })).id, "pay");
    expect(await preview()).toEqual({ [LEA]: [100, 1] });
    await expectEmpty({ creatorIds: [ZOE] });
  });

  test("leaves orders out that wait to be settled", async () => {
    const waiting = await putOrder();
    await book({ amountMinor: 100, orderId: waiting, time: BOOKED });
    await lockTo(NOW);
    await env.DB.batch(markDue({ d1: env.DB }, [waiting]));
    expect((await api("POST", "/payouts/preview", { storeId: STORE })).status).toBe(409);
    await env.DB.prepare("DELETE FROM settlements_due").run();
    expect((await api("POST", "/payouts/preview", { storeId: STORE })).status).toBe(200);
  });

  test("leaves disputed orders out, with all of their entries", async () => {
    const disputed = await putOrder({ status: "disputed" });
    await book({ amountMinor: 100, orderId: disputed, time: BOOKED });
    await book({ amountMinor: -10, orderId: disputed, time: BOOKED });
    await book({ amountMinor: 7, orderId: await putOrder({ status: "declined" }), time: BOOKED });
    await lockTo(NOW);
    expect(await preview()).toEqual({ [LEA]: [7, 1] });
    await env.DB.prepare("UPDATE orders SET status = 'approved' WHERE id = ?1").bind(disputed).run();
    expect(await preview()).toEqual({ [LEA]: [97, 3] });
  });

  test("takes along what was taken back of the same order since, for the same creator", async () => {
    const [mine, other] = [await putOrder(), await putOrder()];
    const taken = [
      await book({ amountMinor: 1000, orderId: mine, time: BOOKED }),
      await book({ type: "adjustment", amountMinor: -300, orderId: mine, time: NOW }),
    ];
    // More of the same order waits for its own lock; so does what other orders, or other creators, owe.
    await book({ type: "adjustment", amountMinor: 50, orderId: mine, time: NOW });
    await book({ type: "clawback", amountMinor: -1, orderId: other, time: NOW });
    await book({ type: "adjustment", amountMinor: -2, orderId: mine, creatorId: ZOE, time: NOW });
    taken.push(await book({ type: "bonus", amountMinor: 60, creatorId: ZOE, time: BOOKED }));
    await lockTo(NOW);
    const run = await draft();
    expect(run.lines).toMatchObject([
      { creatorId: ZOE, amount: { amountMinor: 60 }, entries: 1 },
      { creatorId: LEA, amount: { amountMinor: 700 }, entries: 2 },
    ]);
    expect(await entriesOf(run.id)).toEqual(taken);
  });

  test("takes along corrections by hand since, too", async () => {
    await book({ type: "bonus", amountMinor: 100, time: BOOKED });
    await book({ type: "bonus", amountMinor: -90, time: NOW });
    await lockTo(NOW);
    expect(await preview()).toEqual({ [LEA]: [10, 2] });
  });

  test("is empty where all that is owed was taken back since", async () => {
    const orderId = await putOrder();
    await book({ amountMinor: 1000, orderId, time: BOOKED });
    await book({ type: "reversal", amountMinor: -1000, orderId, time: NOW });
    await lockTo(NOW);
    await expectEmpty();
  });

  test.each([
    ["an entry is booked", async (orderId: string) => book({ amountMinor: -10, orderId, time: NOW }), [90, 2]],
    ["a period is locked", async () => lockTo(NOW), [105, 2]],
  ])("is planned anew if %s in between", async (_what, happen, [amountMinor, entries]) => {
    const orderId = await putOrder();
    await book({ amountMinor: 100, orderId, time: BOOKED });
    await book({ amountMinor: 5, time: BOOKED + DAY });
    await lockTo(BOOKED + 1);
    beforeNextWrite(async () => happen(orderId));
    const run = await draft();
    expect(run.lines).toMatchObject([{ creatorId: LEA, amount: { amountMinor }, entries }]);
    expect((await pagesOf(payoutLine, `/payouts/${run.id}/lines?limit=50`)).flat()).toEqual(run.lines);
    expect(await auditedOn(run.id)).toEqual(["create"]);
  });

  test("is planned anew if an order is disputed in between", async () => {
    const orderId = await putOrder();
    await book({ amountMinor: 100, orderId, time: BOOKED });
    await book({ amountMinor: 5, creatorId: ZOE, time: BOOKED });
    await lockTo(NOW);
    const dispute = () => env.DB.prepare("UPDATE orders SET status = 'disputed' WHERE id = ?1").bind(orderId).run();
    beforeNextWrite(dispute);
    expect((await draft()).lines).toMatchObject([{ creatorId: ZOE, amount: { amountMinor: 5 } }]);
  });

  test("is planned anew if another creator comes to be owed in between", async () => {
    await book({ amountMinor: 100, time: BOOKED });
    await book({ amountMinor: 5, creatorId: ZOE, time: BOOKED + DAY });
    await lockTo(BOOKED + 1);
    beforeNextWrite(() => lockTo(NOW));
    expect(await draft()).toMatchObject({ creators: 2, total: { amountMinor: 105 } });
  });

  test("is planned anew if the same sum comes about for other creators", async () => {
    const orderId = await putOrder();
    await book({ amountMinor: 100, orderId, time: BOOKED });
    await lockTo(NOW - DAY);
    beforeNextWrite(async () => {
      await env.DB.prepare("UPDATE orders SET status = 'disputed' WHERE id = ?1").bind(orderId).run();
      await book({ amountMinor: 100, creatorId: ZOE, time: NOW - DAY });
      await lockTo(NOW);
    });
    expect((await draft()).lines).toMatchObject([{ creatorId: ZOE, amount: { amountMinor: 100 } }]);
  });

  test("shares no entry with another that is made at the same moment", async () => {
    const seq = await book({ amountMinor: 100, time: BOOKED });
    await lockTo(NOW);
    let first = "";
    beforeNextWrite(async () => (first = (await draft()).id));
    await expectEmpty();
    expect(await entriesOf(first)).toEqual([seq]);
    expect(await payoutTables()).toEqual([1, 1, 1]);
  });

  test("is made once for an Idempotency-Key", async () => {
    await book({ time: BOOKED });
    await lockTo(NOW);
    const key = { "Idempotency-Key": "november" };
    const answers = [
      await api("POST", "/payouts", { storeId: STORE }, key),
      await api("POST", "/payouts", { storeId: STORE }, key),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    expect(await payoutTables()).toEqual([1, 1, 1]);
  });

  test.each([
    ["storeId", { storeId: id("str", 9) }],
    ["currency", { currency: "XXQ" }],
    ["minimum", { minimum: "0.001" }],
    ["minimum", { minimum: -1 }],
    ["minimum", { minimum: "1.5", currency: "JPY" }],
    ["holdDays", { holdDays: 366 }],
    ["creatorIds.1", { creatorIds: [LEA, id("crt", 9)] }],
  ])("names a %s that can't be", async (path, body) => {
    await book({ time: BOOKED });
    await lockTo(NOW);
    for (const target of ["/payouts", "/payouts/preview"]) {
      expectInvalid(await api("POST", target, { storeId: STORE, ...body }), path);
    }
  });
});

/** How many runs, lines and entries of runs there are. */
async function payoutTables(): Promise<number[]> {
  const tables = ["payouts", "payout_lines", "payout_entries"].map((table) =>
    env.DB.prepare(`SELECT count(*) AS n FROM ${table}`),
  );
  return (await env.DB.batch<{ n: number }>(tables)).map(({ results }) => results[0]?.n ?? Number.NaN);
}

describe("paying", () => {
  test("books one entry a creator, once", async () => {
    await book({ amountMinor: 800, time: BOOKED });
    await book({ amountMinor: 50, time: BOOKED, creatorId: ZOE });
    await lockTo(NOW - DAY);
    const run = await draft();
    const { lines: _lines, waiting: _waiting, ...before } = run;
    const paid = await step(run.id, "pay", { reference: "SEPA 2026-11" });
    expect(paid).toEqual({ ...before, status: "paid", paidAt: iso(NOW), reference: "SEPA 2026-11" });
    expect(bodyOf(payoutSchema, await api("GET", `/payouts/${run.id}`))).toEqual(paid);
    const shared = {
      currency: "EUR",
      payoutId: run.id,
      reason: "paid out: SEPA 2026-11",
      actor: "bootstrap",
      time: NOW,
    };
    const booked = [
      { ...shared, key: `payout:${run.id}:${LEA}`, creatorId: LEA, amountMinor: -800 },
      { ...shared, key: `payout:${run.id}:${ZOE}`, creatorId: ZOE, amountMinor: -50 },
    ];
    expect(await payments()).toEqual(booked);
    expect([await balance(LEA), await balance(ZOE)]).toEqual([0, 0]);

    await expectProblem(`/payouts/${run.id}/pay`, undefined, "payout_not_draft");
    await expectProblem(`/payouts/${run.id}/cancel`, { reason: "a mistake" }, "payout_not_draft");
    expect(await payments()).toEqual(booked);
    await expectEmpty();
    expect(await auditedOn(run.id)).toEqual(["create", "pay"]);
  });

  test("happens once when two ask at the same moment", async () => {
    await book({ amountMinor: 800, time: BOOKED });
    await lockTo(NOW);
    const { id: payoutId } = await draft();
    beforeNextWrite(() => step(payoutId, "pay", { reference: "first" }));
    await expectProblem(`/payouts/${payoutId}/pay`, { reference: "second" }, "payout_not_draft");
    expect(await payments()).toMatchObject([{ amountMinor: -800, reason: "paid out: first" }]);
  });

  test("happens once for an Idempotency-Key, and answers the same again", async () => {
    await book({ time: BOOKED });
    await lockTo(NOW);
    const { id: payoutId } = await draft();
    const pay = () => api("POST", `/payouts/${payoutId}/pay`, undefined, { "Idempotency-Key": "pay" });
    const [first, second] = [await pay(), await pay()];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body).toEqual(first.body);
    expect(await payments()).toMatchObject([{ amountMinor: -1000, reason: "paid out" }]);
  });

  test("never books into a locked period, whatever the clock says", async () => {
    await book({ time: BOOKED });
    await lockTo(NOW - 1);
    const { id: payoutId } = await draft();
    await lockTo(NOW);
    // Another machine's clock may be behind.
    vi.setSystemTime(NOW - 5);
    await step(payoutId, "pay");
    expect(await payments()).toMatchObject([{ time: NOW }]);
    await step(payoutId, "reverse");
    expect(await payments()).toMatchObject([{ time: NOW }, { time: NOW }]);
  });

  test("pays what was drafted, whatever is booked since; that is for the next run", async () => {
    const orderId = await putOrder();
    await book({ amountMinor: 1000, orderId, time: BOOKED });
    await lockTo(NOW - 1);
    const run = await draft();
    await book({ type: "reversal", amountMinor: -1000, orderId, time: NOW - 1 });
    await step(run.id, "pay");
    expect(await balance(LEA)).toBe(-1000);
    await lockTo(NOW);
    await expectEmpty();
  });

  test("pays creators who were deleted, too", async () => {
    await book({ amountMinor: 800, time: BOOKED });
    await lockTo(NOW);
    await env.DB.prepare("UPDATE creators SET deleted_at = 1").run();
    const run = await draft();
    expect(run.lines).toMatchObject([{ creatorId: LEA, name: "Lea Martin 1" }]);
    await step(run.id, "pay");
    expect(await balance(LEA)).toBe(0);
  });
});

describe("taking a run back", () => {
  test("a draft that is cancelled frees its entries, and says why", async () => {
    const seq = await book({ amountMinor: 800, time: BOOKED });
    await lockTo(NOW);
    const run = await draft();
    const { lines: _lines, waiting: _waiting, ...before } = run;
    const cancelled = await step(run.id, "cancel", { reason: "wrong minimum" });
    expect(cancelled).toEqual({ ...before, status: "cancelled", closedAt: iso(NOW), closedReason: "wrong minimum" });
    expect(await payments()).toEqual([]);
    for (const action of ["pay", "cancel"]) {
      await expectProblem(
        `/payouts/${run.id}/${action}`,
        { ...(action === "cancel" && { reason: "x" }) },
        "payout_not_draft",
      );
    }
    await expectProblem(`/payouts/${run.id}/reverse`, { reason: "x" }, "payout_not_paid");
    const again = await draft();
    expect(await entriesOf(again.id)).toEqual([seq]);
    // What it had stays to be read.
    expect(await entriesOf(run.id)).toEqual([seq]);
    expect(await auditedOn(run.id)).toEqual(["create", "cancel"]);
  });

  test("a payment is undone by entries against it alone, and can be made again in another run", async () => {
    await book({ amountMinor: 800, time: BOOKED });
    await book({ amountMinor: 50, time: BOOKED, creatorId: ZOE });
    await lockTo(NOW - DAY);
    const run = await draft();
    await expectProblem(`/payouts/${run.id}/reverse`, { reason: "x" }, "payout_not_paid");
    await step(run.id, "pay", { reference: "SEPA" });
    expect([await balance(LEA), await balance(ZOE)]).toEqual([0, 0]);
    vi.setSystemTime(NOW + 5);
    const reversed = await step(run.id, "reverse", { reason: "bounced" });
    expect(reversed).toMatchObject({ status: "reversed", closedAt: iso(NOW + 5), closedReason: "bounced" });
    expect(reversed).toMatchObject({ paidAt: iso(NOW), reference: "SEPA" });
    expect((await payments()).slice(2)).toMatchObject([
      { key: `payout:${run.id}:${LEA}:reversed`, amountMinor: 800, reason: "bounced", payoutId: run.id, time: NOW + 5 },
      { key: `payout:${run.id}:${ZOE}:reversed`, amountMinor: 50, creatorId: ZOE },
    ]);
    expect([await balance(LEA), await balance(ZOE)]).toEqual([800, 50]);
    await expectProblem(`/payouts/${run.id}/reverse`, { reason: "x" }, "payout_not_paid");
    await expectProblem(`/payouts/${run.id}/pay`, undefined, "payout_not_draft");

    // Payments and what undoes them are no earnings: a lock makes neither payable.
    await lockTo(NOW + 1);
    const again = await draft();
    expect(again).toMatchObject({ total: { amountMinor: 850 }, entries: 2 });
    expect(await entriesOf(again.id)).toEqual(await entriesOf(run.id));
    await step(again.id, "pay");
    expect([await balance(LEA), await balance(ZOE)]).toEqual([0, 0]);
    expect(await auditedOn(run.id)).toEqual(["create", "pay", "reverse"]);
  });

  test.each([
    ["cancel", "pay", "payout_not_draft"],
    ["pay", "cancel", "payout_not_draft"],
  ] as const)("%s that comes in between wins over %s", async (first, second, code) => {
    await book({ amountMinor: 800, time: BOOKED });
    await lockTo(NOW);
    const { id: payoutId } = await draft();
    beforeNextWrite(() => step(payoutId, first));
    await expectProblem(`/payouts/${payoutId}/${second}`, second === "pay" ? undefined : { reason: "x" }, code);
    expect(await balance(LEA)).toBe(first === "pay" ? 0 : 800);
  });

  test("a payment is undone once when two ask at the same moment", async () => {
    await book({ amountMinor: 800, time: BOOKED });
    await lockTo(NOW);
    const { id: payoutId } = await draft();
    await step(payoutId, "pay");
    beforeNextWrite(() => step(payoutId, "reverse"));
    await expectProblem(`/payouts/${payoutId}/reverse`, { reason: "x" }, "payout_not_paid");
    expect(await balance(LEA)).toBe(800);
  });
});

describe("lists", () => {
  test("runs by store and status, from new to old", async () => {
    const other = id("str", 2);
    await insertStore({ id: other });
    const runs: string[] = [];
    for (const [index, storeId] of [STORE, STORE, other].entries()) {
      await book({ storeId, amountMinor: index + 1, time: BOOKED + index });
      await lockTo(BOOKED + index + 1, storeId);
      runs.push((await draft({ storeId })).id);
    }
    await step(runs[1] ?? "", "pay");
    const idsOf = async (filter: string) =>
      (await pagesOf(payoutSchema, `/payouts?limit=1${filter}`)).flat().map((run) => run.id);
    expect(await idsOf("")).toEqual(runs.toReversed());
    expect(await idsOf(`&store=${STORE}`)).toEqual([runs[1], runs[0]]);
    expect(await idsOf("&status=draft")).toEqual([runs[2], runs[0]]);
    expect(await idsOf(`&store=${STORE}&status=paid`)).toEqual([runs[1]]);
    const [latest] = (await pagesOf(payoutSchema, "/payouts?limit=50")).flat();
    expect(latest).toMatchObject({ total: { amountMinor: 3 }, creators: 1, entries: 1 });
  });
});

describe("the export", () => {
  async function download(payoutId: string, query = ""): Promise<Response> {
    return exports.default.fetch(`https://go.brand.example/api/v1/payouts/${payoutId}/export${query}`, {
      headers: { authorization: `Bearer ${env.ADMIN_API_KEY}` },
    });
  }

  test("is CSV that no spreadsheet runs, with amounts in major units", async () => {
    await env.DB.prepare(
      "UPDATE creators SET first_name = '=cmd|''/C calc''!A0', last_name = 'a \"b\", c', external_id = '+1' WHERE id = ?1",
    )
      .bind(LEA)
      .run();
    await book({ amountMinor: 123_405, time: BOOKED });
    await book({ amountMinor: 5, time: BOOKED, creatorId: ZOE });
    await lockTo(NOW);
    const { id: payoutId } = await draft({ referencePrefix: "linen" });
    await step(payoutId, "pay", { reference: "@SEPA" });
    const stem = `linen-${payoutId.slice(4).toUpperCase()}`;
    const response = await download(payoutId);
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${payoutId}.csv"`);
    const text = await response.text();
    expect(text.endsWith("\r\n")).toBe(true);
    expect(Papa.parse<string[]>(text.trimEnd()).data).toEqual([
      ["creatorId", "externalId", "name", "email", "amount", "currency", "reference", "payoutId"].concat(
        "lineReference",
        "method",
      ),
      [ZOE, "", "Zoe Martin 2", "lea2@creator.example", "0.05", "EUR", "'@SEPA", payoutId, `${stem}-1`, ""],
      [
        LEA,
        "'+1",
        `'=cmd|'/C calc'!A0 a "b", c`,
        "lea1@creator.example",
        "1234.05",
        "EUR",
        "'@SEPA",
        payoutId,
        `${stem}-2`,
        "",
      ],
    ]);
  });

  test("has the decimals of its currency", async () => {
    await book({ amountMinor: 1250, currency: "JPY", time: BOOKED });
    await book({ amountMinor: 777, currency: "KWD", time: BOOKED });
    await lockTo(NOW);
    const amounts: (string | undefined)[] = [];
    for (const currency of ["JPY", "KWD"]) {
      const { id: payoutId } = await draft({ currency });
      amounts.push(Papa.parse<string[]>(await (await download(payoutId)).text()).data[1]?.[4]);
    }
    expect(amounts).toEqual(["1250", "0.777"]);
  });

  test("is JSON if asked", async () => {
    await book({ amountMinor: 800, time: BOOKED });
    await lockTo(NOW);
    const run = await draft();
    const response = await download(run.id, "?format=json");
    const { waiting: _waiting, ...kept } = run;
    expect(payoutExport.parse(await response.json())).toEqual(kept);
  });

  test("of another format is refused", async () => {
    expectInvalid(await api("GET", `/payouts/${NOBODY}/export?format=xls`), "format");
  });

  test("has every line, also of a run with more creators than one page", async () => {
    const total = 1203;
    await insertMany(total, total);
    const run = await draft();
    expect(run).toMatchObject({ creators: total, entries: total, total: { amountMinor: total * 100 } });
    expect(run.lines).toHaveLength(1000);
    const rows = Papa.parse<string[]>((await (await download(run.id)).text()).trimEnd()).data.slice(1);
    expect(new Set(rows.map(([creatorId]) => creatorId)).size).toBe(total);
    expect(rows).toHaveLength(total);
    const { lines } = payoutExport.parse(await (await download(run.id, "?format=json")).json());
    expect(lines).toHaveLength(total);
    expect(lines.slice(0, 1000)).toEqual(run.lines);
  });
});

/** Books entries of 1.00 for as many creators, in turn, in a period that is locked then. */
async function insertMany(entries: number, creators: number): Promise<void> {
  const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)";
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO creators (id, first_name, last_name, handles, created_at, updated_at)
       ${numbers} SELECT printf('crt_%016d', 10000 + i), 'Lea', i, '{}', 0, 0 FROM n`,
    ).bind(creators),
    env.DB.prepare(
      `INSERT INTO ledger (id, key, store_id, creator_id, type, amount_minor, currency, reason, actor, time)
       ${numbers} SELECT printf('led_%016d', i), 'many:' || i, ?2, printf('crt_%016d', 10001 + i % ?3), 'accrual', 100,
         'EUR', 'test', 'rule', ?4 FROM n`,
    ).bind(entries, STORE, creators, BOOKED),
  ]);
  await lockTo(NOW);
}

test("a run of 100,000 entries is drafted, paid and undone in a few statements each", async () => {
  const [entries, creators] = [100_000, 300];
  await insertMany(entries, creators);
  const batches = vi.spyOn(env.DB, "batch");
  const run = await draft();
  expect(run).toMatchObject({ entries, creators, total: { amountMinor: entries * 100, currency: "EUR" } });
  await step(run.id, "pay");
  expect(await env.DB.prepare("SELECT sum(amount_minor) AS sum FROM ledger").first()).toEqual({ sum: 0 });
  await step(run.id, "reverse");
  for (const [statements] of batches.mock.calls) expect(statements.length).toBeLessThan(12);
  expect(await env.DB.prepare("SELECT sum(amount_minor) AS sum FROM ledger").first()).toEqual({ sum: entries * 100 });
  expect((await draft()).entries).toBe(entries);
});
