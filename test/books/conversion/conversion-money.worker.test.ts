import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { settleConversions } from "../../../src/books/conversion/settle-run.ts";
import { bookedCommission, conversionCommission } from "../../../src/books/conversion/schema.ts";
import { balancesSchema, entrySchema } from "../../../src/books/ledger/schema.ts";
import { payoutEntry } from "../../../src/books/payout/schema.ts";
import { alarmSchema } from "../../../src/journal/alarm/schema.ts";
import type { DefinitionRow } from "../../../src/conversions/definition/store.ts";
import { api, bodyOf, pagesOf, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { changeConversion, earned, putConversion, shareOf } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { DAY, insertShop, LEA, ZOE } from "../../sales/order-fixtures.ts";
import { allEvents, createEndpoint } from "../../operate/webhook-fixtures.ts";
import { auditedOn, balance, draft, lockTo, step } from "../payout-fixtures.ts";

let lead: DefinitionRow;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertShop();
  lead = await define({ storeId: STORE, name: "Lead" });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const settleAll = (now = Date.now()) => settleConversions(env, now);

/** Puts a conversion that earns Lea 5.00 EUR, two weeks ago unless told otherwise. */
const put = (values: Partial<Parameters<typeof putConversion>[0]> = {}) => {
  const time = values.time ?? NOW - 14 * DAY;
  return putConversion({
    definitionId: lead.id,
    earns: [earned()],
    time,
    dueAt: values.trust === "claimed" ? null : time + 14 * DAY,
    ...values,
  });
};

const take = (action: "approve" | "decline", id: string, body?: unknown) =>
  api("POST", `/conversions/${id}/${action}`, body);

async function taken(action: "approve" | "decline", id: string, body?: unknown) {
  return bodyOf(conversionCommission, await take(action, id, body));
}

/** Types and amounts of what was booked, of one conversion if it is named. */
async function booked(conversionId: string | null = null): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT type, amount_minor FROM ledger WHERE conversion_id IS NOT NULL AND (?1 IS NULL OR conversion_id = ?1) ORDER BY seq",
  )
    .bind(conversionId)
    .all<{ type: string; amount_minor: number }>();
  return results.map((row) => `${row.type} ${row.amount_minor}`);
}

const show = async (id: string) => bodyOf(bookedCommission, await api("GET", `/conversions/${id}/commission`));

async function dueRows(): Promise<unknown[]> {
  return (await env.DB.prepare("SELECT id, attempts FROM conversions_due WHERE kind = 'settlement'").all()).results;
}

describe("ACX-10: by the rule", () => {
  test("what a server confirmed is approved when its hold is over, and booked once", async () => {
    const id = await put({ time: NOW - 13 * DAY });
    await settleAll();
    expect(await show(id)).toMatchObject({ state: "pending", hindrance: null, approvedAt: null, entries: [] });
    await settleAll(NOW + DAY);
    await settleAll(NOW + DAY);
    const shown = await show(id);
    expect(shown).toMatchObject({
      state: "approved",
      dueAt: null,
      approvedAt: new Date(NOW + DAY).toISOString(),
      review: null,
      entries: [{ type: "accrual", amount: { amountMinor: 500, currency: "EUR" }, conversionId: id, orderId: null }],
    });
    const { results } = await env.DB.prepare("SELECT key FROM ledger").all();
    expect(results).toEqual([{ key: `conversion:${id}:${LEA}:EUR:0` }]);
    expect(await dueRows()).toEqual([]);
  });

  test("shares of several creators are booked each", async () => {
    const half = { numerator: 1, denominator: 2 };
    await put({
      shares: [shareOf({ weight: half }), shareOf({ creatorId: ZOE, weight: half })],
      earns: [earned({ amountMinor: 251 }), earned({ creatorId: ZOE, amountMinor: 250 })],
    });
    await settleAll();
    expect([await balance(LEA), await balance(ZOE)]).toEqual([251, 250]);
  });

  test.each([
    ["of the past", { origin: "backfill" }],
    ["over the limit", { uncounted: "limit" }],
    ["undone", { uncounted: "withdrawn" }],
    ["contested", { contested: true }],
    ["nobody's", { shares: [] }],
    ["that only a browser tells of", { trust: "claimed", dueAt: NOW - DAY }],
    ["of a rate without a hold", { earns: [earned({ holdDays: null })], dueAt: null }],
  ] as const)("nothing is approved %s, however due it is", async (_what, values) => {
    const id = await put(values as Partial<Parameters<typeof putConversion>[0]>);
    await settleAll(NOW + 100 * DAY);
    await settleAll(NOW + 100 * DAY);
    expect((await show(id)).state).toBe("pending");
    expect(await booked()).toEqual([]);
    expect((await show(id)).dueAt).toBeNull();
  });

  test("one that comes to count again is due as counting says", async () => {
    const id = await put({ uncounted: "limit" });
    await settleAll();
    expect((await show(id)).dueAt).toBeNull();
    await changeConversion(id, { uncounted: null, dueAt: NOW + DAY });
    await settleAll();
    expect(await booked(id)).toEqual([]);
    await settleAll(NOW + DAY);
    expect(await booked(id)).toEqual(["accrual 500"]);
  });

  test("withdrawn is booked back, and forth where that is taken back", async () => {
    const id = await put();
    await settleAll();
    await changeConversion(id, { uncounted: "withdrawn" });
    await settleAll();
    await changeConversion(id, { uncounted: null });
    await settleAll();
    expect(await booked(id)).toEqual(["accrual 500", "reversal -500", "adjustment 500"]);
    expect((await show(id)).entries[1]?.reason).toBe("What made the conversion is undone.");
  });

  test("one that is somebody else's by now is booked over", async () => {
    const id = await put();
    await settleAll();
    await env.DB.prepare("UPDATE conversion_commissions SET creator_id = ?1").bind(ZOE).run();
    await changeConversion(id, { shares: [shareOf({ creatorId: ZOE })] });
    await settleAll();
    expect([await balance(LEA), await balance(ZOE)]).toEqual([0, 500]);
  });
});

describe("ACX-10: by hand", () => {
  test("a claim is owed by approval alone, and who approved it is kept", async () => {
    const id = await put({ trust: "claimed" });
    await settleAll(NOW + 100 * DAY);
    expect(await booked()).toEqual([]);
    const answer = await taken("approve", id, { reason: "Called back" });
    const review = { decision: "approved", reason: "Called back", actor: "bootstrap" };
    expect(answer).toMatchObject({
      state: "approved",
      trust: "claimed",
      review,
      approvedAt: new Date(NOW).toISOString(),
    });
    expect(await booked(id)).toEqual(["accrual 500"]);
    expect(await auditedOn(id)).toEqual(["approve"]);
  });

  test("a decision needs no reason and no body, and outranks the rule", async () => {
    const id = await put();
    expect((await taken("decline", id)).review).toMatchObject({ decision: "declined", reason: null });
    await settleAll(NOW + 100 * DAY);
    expect(await booked()).toEqual([]);
    await taken("approve", id, {});
    expect(await booked()).toEqual(["accrual 500"]);
    await taken("decline", id, { reason: "Fraud" });
    expect(await booked()).toEqual(["accrual 500", "reversal -500"]);
    expect((await show(id)).entries[1]?.reason).toBe("The conversion was declined: Fraud");
  });

  test("stands where counting looks at it anew", async () => {
    const id = await put();
    await taken("decline", id);
    await changeConversion(id, { commission: "pending", dueAt: NOW - DAY });
    await settleAll();
    expect((await show(id)).state).toBe("declined");
    expect(await booked()).toEqual([]);
  });

  test.each([
    ["backfill", { origin: "backfill" }, "before its definition"],
    ["limit", { uncounted: "limit" }, "lets count"],
    ["withdrawn", { uncounted: "withdrawn" }, "is undone"],
    ["contested", { contested: true }, "different creators"],
    ["uncredited", { shares: [] }, "Nobody"],
    ["no_rate", { earns: [] }, "No plan paid"],
  ] as const)("%s can't be approved, and is told why", async (hindrance, values, words) => {
    const id = await put(values as Partial<Parameters<typeof putConversion>[0]>);
    expect((await show(id)).hindrance).toBe(hindrance);
    const problem = problemOf(await take("approve", id));
    expect(problem).toMatchObject({ status: 409, code: "conversion_unpayable" });
    expect(problem.detail).toContain(words);
    await settleAll();
    expect(await booked()).toEqual([]);
  });

  test("twice is refused, also at once: it is booked once", async () => {
    const id = await put({ trust: "claimed" });
    const answers = await Promise.all([take("approve", id), take("approve", id), take("approve", id)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    expect(problemOf(await take("approve", id)).code).toBe("conversion_decided");
    expect(await booked(id)).toEqual(["accrual 500"]);
    await taken("decline", id);
    expect(problemOf(await take("decline", id)).code).toBe("conversion_decided");
    expect(problemOf(await take("approve", "cvn_0000000000000zzz")).code).toBe("not_found");
  });

  test("what is undone at the last moment is not approved", async () => {
    const id = await put({ trust: "claimed" });
    beforeNextWrite(() => changeConversion(id, { uncounted: "withdrawn" }));
    expect(problemOf(await take("approve", id)).code).toBe("conversion_unpayable");
    await settleAll();
    expect(await booked()).toEqual([]);
  });
});

describe("periods and payout runs", () => {
  test("nothing is booked into what is locked, and only what is locked is paid", async () => {
    const id = await put();
    await lockTo(NOW - 60_000);
    await settleAll();
    expect(problemOf(await api("POST", "/payouts", { storeId: STORE })).detail).toContain("no locked period");
    vi.setSystemTime(NOW + DAY);
    await lockTo(NOW + DAY);
    vi.setSystemTime(NOW + DAY + 1);
    const second = await put();
    await settleAll(NOW);
    expect((await show(second)).entries[0]?.time).toBe(new Date(NOW + DAY).toISOString());
    const run = await draft();
    expect(run).toMatchObject({ total: { amountMinor: 500 }, entries: 1 });
    const [paid = []] = await pagesOf(payoutEntry, `/payouts/${run.id}/entries?limit=10`);
    expect(paid).toMatchObject([{ conversionId: id, orderId: null, type: "accrual" }]);
  });

  test("a draft holds a decision up; what was paid is clawed back", async () => {
    const id = await put();
    await settleAll();
    vi.setSystemTime(NOW + DAY);
    await lockTo(NOW + DAY);
    const run = await draft();
    expect(problemOf(await take("decline", id))).toMatchObject({ status: 409, code: "conversion_in_payout" });
    await step(run.id, "pay");
    await taken("decline", id);
    expect(await booked(id)).toEqual(["accrual 500", "clawback -500"]);
    expect(await balance(LEA)).toBe(-500);
  });

  test("one that waits to be settled waits for a later run, and what was found to be too much goes with its own", async () => {
    const [first, second] = [await put(), await put()];
    await settleAll();
    vi.setSystemTime(NOW + DAY);
    await lockTo(NOW + DAY);
    await changeConversion(first, { uncounted: "withdrawn" });
    const preview = (await api("POST", "/payouts/preview", { storeId: STORE })).body;
    expect(preview).toMatchObject({ total: { amountMinor: 500 }, entries: 1, waiting: [{ code: "unsettled" }] });
    await settleAll();
    // The reversal is in no locked period, and goes with the accrual that it undoes: nothing is left of that.
    expect(await draft()).toMatchObject({ total: { amountMinor: 500 }, entries: 3 });
    expect((await show(second)).entries[0]?.payoutId).not.toBeNull();
  });

  test("what is pending is shown beside the balance", async () => {
    await put({ time: NOW });
    await put({ time: NOW, uncounted: "limit" });
    await put({ time: NOW, origin: "backfill" });
    const { data } = bodyOf(balancesSchema, await api("GET", `/ledger/balances?creator=${LEA}&store=${STORE}`));
    expect(data).toMatchObject([{ balance: { amountMinor: 0 }, unapproved: { amountMinor: 500 } }]);
  });
});

describe("AC-31–33: what is deleted", () => {
  test("leaves the ledger as it is, and is not booked again", async () => {
    const id = await put();
    await settleAll();
    await env.DB.batch([
      env.DB.prepare("DELETE FROM conversion_commissions"),
      env.DB.prepare("UPDATE conversions SET uncounted = 'withdrawn', version = version + 1"),
      env.DB.prepare("DELETE FROM conversions"),
      env.DB.prepare("DELETE FROM conversion_definitions"),
    ]);
    expect(await dueRows()).toHaveLength(1);
    await settleAll();
    expect(await dueRows()).toEqual([]);
    expect(await booked()).toEqual(["accrual 500"]);
    const [entries = []] = await pagesOf(entrySchema, `/ledger?conversion=${id}&limit=10`);
    expect(entries).toMatchObject([{ conversionId: id, amount: { amountMinor: 500 } }]);
    expect(problemOf(await api("GET", `/conversions/${id}/commission`)).status).toBe(404);
  });
});

test("one that can't be settled is put off with an alarm, and holds up no other", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const broken = await put({ earns: [earned({ amountMinor: 10_000_000_000 })] });
  const id = await put();
  await settleAll();
  expect(await booked()).toEqual(["accrual 500"]);
  const [alarms = []] = await pagesOf(alarmSchema, "/alarms?open=true");
  expect(alarms).toMatchObject([{ kind: "settlement_failed", subject: broken }]);
  expect(await dueRows()).toEqual([{ id: broken, attempts: 1 }]);
  await settleAll();
  expect(await dueRows()).toEqual([{ id: broken, attempts: 1 }]);
  await env.DB.prepare("UPDATE conversion_commissions SET amount_minor = 7 WHERE conversion_id = ?1")
    .bind(broken)
    .run();
  await settleAll(NOW + DAY);
  expect(await booked(broken)).toEqual(["accrual 7"]);
  expect((await pagesOf(alarmSchema, "/alarms?open=true"))[0]).toEqual([]);
  expect(await booked(id)).toEqual(["accrual 500"]);
});

test("events tell of conversions that count, and of no others", async () => {
  await createEndpoint();
  const id = await put();
  await put({ uncounted: "limit" });
  await put({ origin: "backfill" });
  await settleAll();
  expect((await allEvents()).map(({ type, subjectId }) => [type, subjectId])).toEqual([
    ["conversion.recorded", id],
    ["conversion.approved", id],
  ]);
});
