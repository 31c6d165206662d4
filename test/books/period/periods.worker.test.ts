import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { periodSchema } from "../../../src/books/period/schema.ts";
import { lockedTo } from "../../../src/books/period/store.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { id, insertStore, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { book } from "../money-fixtures.ts";
import { DAY, insertShop, ZOE } from "../../sales/order-fixtures.ts";
import { addPeriod, auditedOn, expectRefused, iso, lockTo, putOrder } from "../payout-fixtures.ts";

const OTHER_STORE = id("str", 2);
const NOBODY = "per_0000000000000zzz";

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertShop();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function readPeriod(periodId: string) {
  return bodyOf(periodSchema, await api("GET", `/periods/${periodId}`));
}

async function expectProblem(method: string, path: string, body: unknown, code: string): Promise<void> {
  expect(problemOf(await api(method, path, body)).code, `${method} ${path}`).toBe(code);
}

describe("who may", () => {
  test.each([
    ["GET", "/periods", "orders:read"],
    ["POST", "/periods", "orders:write"],
    ["GET", `/periods/${NOBODY}`, "orders:read"],
    ["PATCH", `/periods/${NOBODY}`, "orders:write"],
    ["DELETE", `/periods/${NOBODY}`, "orders:write"],
    ["POST", `/periods/${NOBODY}/lock`, "orders:write"],
  ] as const)("%s %s needs %s", async (method, path, scope) => expectGuarded(method, path, scope));

  test.each([
    ["GET", `/periods/${NOBODY}`],
    ["PATCH", `/periods/${NOBODY}`],
    ["DELETE", `/periods/${NOBODY}`],
    ["POST", `/periods/${NOBODY}/lock`],
  ])("%s %s is 404 where there is no period", async (method, path) => {
    await expectProblem(method, path, method === "PATCH" ? { note: "Q3" } : undefined, "not_found");
  });
});

describe("periods follow one another", () => {
  test("the first begins at the beginning, each other where the last one ended", async () => {
    const first = await addPeriod(NOW - 2 * DAY, { note: "October" });
    expect(first).toMatchObject({ storeId: STORE, from: null, to: iso(NOW - 2 * DAY), note: "October" });
    expect(first).toMatchObject({ lockedAt: null, lockedBy: null, totals: [], openIssues: 0, createdAt: iso(NOW) });
    const second = await addPeriod(NOW + DAY);
    expect(second).toMatchObject({ from: first.to, to: iso(NOW + DAY), note: null });
    expect(await readPeriod(second.id)).toEqual(second);
    expect(await auditedOn(second.id)).toEqual(["create"]);
  });

  test("each store has its own", async () => {
    await insertStore({ id: OTHER_STORE });
    await addPeriod(NOW);
    expect((await addPeriod(NOW - DAY, { storeId: OTHER_STORE })).from).toBeNull();
  });

  test("a deleted store's books go on", async () => {
    await env.DB.prepare("UPDATE stores SET deleted_at = 1 WHERE id = ?1").bind(STORE).run();
    expect((await lockTo(NOW)).lockedAt).toBe(iso(NOW));
  });

  test("a store that never was is named", async () => {
    expectInvalid(await api("POST", "/periods", { storeId: OTHER_STORE, to: iso(NOW) }), "storeId");
  });

  test("one that ends where the last one ended, or before, is refused", async () => {
    await addPeriod(NOW);
    for (const to of [NOW, NOW - 1]) {
      await expectProblem("POST", "/periods", { storeId: STORE, to: iso(to) }, "period_order");
    }
    await expectProblem("POST", "/periods", { storeId: STORE, to: "1970-01-01T00:00:00Z" }, "period_order");
  });

  test("two that begin at once leave no gap and don't overlap", async () => {
    beforeNextWrite(() => addPeriod(NOW - DAY));
    expect((await addPeriod(NOW)).from).toBe(iso(NOW - DAY));
    beforeNextWrite(() => addPeriod(NOW + 2 * DAY));
    await expectProblem("POST", "/periods", { storeId: STORE, to: iso(NOW + DAY) }, "period_order");
  });

  test("are listed from new to old, of one store or of all", async () => {
    await insertStore({ id: OTHER_STORE });
    const other = await addPeriod(NOW, { storeId: OTHER_STORE });
    const mine = [await addPeriod(NOW - DAY), await addPeriod(NOW), await addPeriod(NOW + DAY)];
    const pages = await pagesOf(periodSchema, `/periods?store=${STORE}&limit=2`);
    expect(pages.map((page) => page.length)).toEqual([2, 1]);
    expect(pages.flat()).toEqual(mine.toReversed());
    expect((await pagesOf(periodSchema, "/periods?limit=50")).flat()).toEqual([...mine.toReversed(), other]);
  });
});

describe("an open period", () => {
  test("takes another note, none, and another end", async () => {
    const period = await addPeriod(NOW, { note: "Q3" });
    const path = `/periods/${period.id}`;
    const moved = bodyOf(periodSchema, await api("PATCH", path, { to: iso(NOW + DAY) }));
    expect(moved).toEqual({ ...period, to: iso(NOW + DAY) });
    expect(bodyOf(periodSchema, await api("PATCH", path, { note: null }))).toEqual({ ...moved, note: null });
    expect(await readPeriod(period.id)).toEqual({ ...moved, note: null });
    expect(await auditedOn(period.id)).toEqual(["create", "update", "update"]);
  });

  test("keeps what each of two changes at the same moment wrote", async () => {
    const { id: periodId } = await addPeriod(NOW);
    beforeNextWrite(() => api("PATCH", `/periods/${periodId}`, { to: iso(NOW + DAY) }));
    expect((await api("PATCH", `/periods/${periodId}`, { note: "Q3" })).status).toBe(200);
    expect(await readPeriod(periodId)).toMatchObject({ to: iso(NOW + DAY), note: "Q3" });
  });

  test("that another follows keeps its end and stays, but takes a note", async () => {
    const first = await addPeriod(NOW - DAY);
    const second = await addPeriod(NOW);
    await expectProblem("PATCH", `/periods/${first.id}`, { to: iso(NOW - 2 * DAY) }, "period_order");
    await expectProblem("DELETE", `/periods/${first.id}`, undefined, "period_order");
    expect((await api("PATCH", `/periods/${first.id}`, { note: "Q3" })).status).toBe(200);
    expect((await api("DELETE", `/periods/${second.id}`)).status).toBe(204);
    expect((await api("DELETE", `/periods/${first.id}`)).status).toBe(204);
    expect((await api("GET", `/periods?store=${STORE}`)).body).toEqual({ data: [], nextCursor: null });
    expect(await auditedOn(first.id)).toEqual(["create", "update", "delete"]);
  });

  test("doesn't end before it begins", async () => {
    await addPeriod(NOW - DAY);
    const { id: periodId } = await addPeriod(NOW);
    await expectProblem("PATCH", `/periods/${periodId}`, { to: iso(NOW - DAY) }, "period_order");
  });

  test.each([
    ["PATCH", { to: iso(NOW + DAY) }],
    ["DELETE", undefined],
  ])("that is followed in between is refused a %s", async (method, body) => {
    const { id: periodId } = await addPeriod(NOW);
    beforeNextWrite(() => addPeriod(NOW + 1));
    await expectProblem(method, `/periods/${periodId}`, body, "period_order");
    expect((await readPeriod(periodId)).to).toBe(iso(NOW));
  });

  test.each([
    ["PATCH", { note: "Q3" }],
    ["DELETE", undefined],
  ])("that is locked in between is refused a %s", async (method, body) => {
    const { id: periodId } = await addPeriod(NOW);
    beforeNextWrite(() => api("POST", `/periods/${periodId}/lock`));
    await expectProblem(method, `/periods/${periodId}`, body, "period_locked");
    expect(await readPeriod(periodId)).toMatchObject({ note: null, lockedAt: iso(NOW) });
  });
});

describe("a lock", () => {
  test("is for good, and says who locked when", async () => {
    const { id: periodId } = await addPeriod(NOW, { note: "Q3" });
    const path = `/periods/${periodId}`;
    const locked = bodyOf(periodSchema, await api("POST", `${path}/lock`));
    expect(locked).toMatchObject({ lockedAt: iso(NOW), lockedBy: "bootstrap", note: "Q3" });
    await expectProblem("POST", `${path}/lock`, { note: "again" }, "period_locked");
    await expectProblem("PATCH", path, { note: "again" }, "period_locked");
    await expectProblem("PATCH", path, { to: iso(NOW + DAY) }, "period_locked");
    await expectProblem("DELETE", path, undefined, "period_locked");
    expect(await readPeriod(periodId)).toEqual(locked);
    expect(await auditedOn(periodId)).toEqual(["create", "lock"]);
  });

  test("may bring a note", async () => {
    const { id: periodId } = await addPeriod(NOW, { note: "Q3" });
    const answer = await api("POST", `/periods/${periodId}/lock`, { note: "reconciled" });
    expect(bodyOf(periodSchema, answer).note).toBe("reconciled");
    expect((await readPeriod(periodId)).note).toBe("reconciled");
  });

  test("waits for the end of the period", async () => {
    const { id: periodId } = await addPeriod(NOW + 1);
    await expectProblem("POST", `/periods/${periodId}/lock`, undefined, "period_not_over");
    vi.setSystemTime(NOW + 1);
    expect((await api("POST", `/periods/${periodId}/lock`)).status).toBe(200);
  });

  test("comes after those of the periods before", async () => {
    const first = await addPeriod(NOW - DAY);
    const second = await addPeriod(NOW);
    await expectProblem("POST", `/periods/${second.id}/lock`, undefined, "period_order");
    expect((await api("POST", `/periods/${first.id}/lock`)).status).toBe(200);
    expect((await api("POST", `/periods/${second.id}/lock`)).status).toBe(200);
  });

  test("happens once when two ask at the same moment", async () => {
    const { id: periodId } = await addPeriod(NOW);
    beforeNextWrite(() => api("POST", `/periods/${periodId}/lock`, { note: "first" }));
    await expectProblem("POST", `/periods/${periodId}/lock`, { note: "second" }, "period_locked");
    expect((await readPeriod(periodId)).note).toBe("first");
  });

  test("holds for the end that was asked for: one that moves in between is looked at anew", async () => {
    const { id: periodId } = await addPeriod(NOW);
    beforeNextWrite(() => api("PATCH", `/periods/${periodId}`, { to: iso(NOW + DAY) }));
    await expectProblem("POST", `/periods/${periodId}/lock`, undefined, "period_not_over");
  });

  test("answers with the totals as they stay, also where an entry is booked in between", async () => {
    const { id: periodId } = await addPeriod(NOW);
    await book({ amountMinor: 100, time: NOW - 1 });
    beforeNextWrite(() => book({ amountMinor: 23, time: NOW - 1 }));
    const locked = bodyOf(periodSchema, await api("POST", `/periods/${periodId}/lock`));
    expect(locked.totals).toMatchObject([{ sumMinor: 123, entries: 2 }]);
    expect(await readPeriod(periodId)).toEqual(locked);
  });

  test("moves the end of what is locked: lockedTo", async () => {
    await insertStore({ id: OTHER_STORE });
    const ends = () => lockedTo({ d1: env.DB }, [STORE, OTHER_STORE, STORE]);
    await lockTo(NOW - DAY);
    await addPeriod(NOW);
    expect([...(await ends())]).toEqual([[STORE, NOW - DAY]]);
    await lockTo(NOW - 2 * DAY, OTHER_STORE);
    expect(await ends()).toEqual(
      new Map([
        [STORE, NOW - DAY],
        [OTHER_STORE, NOW - 2 * DAY],
      ]),
    );
    expect(await lockedTo({ d1: env.DB }, [])).toEqual(new Map());
  });
});

describe("what a period has", () => {
  test("totals by currency and type of what was booked from its beginning to its end", async () => {
    await insertStore({ id: OTHER_STORE });
    const first = await addPeriod(NOW - DAY);
    const second = await addPeriod(NOW);
    await book({ amountMinor: 7, time: NOW - DAY - 1 });
    const booked = [
      ["accrual", 1000],
      ["accrual", 200],
      ["adjustment", -30],
      ["reversal", -200],
      ["clawback", -15],
      ["bonus", 50],
      ["payout", -400],
    ] as const;
    for (const [type, amountMinor] of booked) await book({ type, amountMinor, time: NOW - DAY, creatorId: ZOE });
    await book({ amountMinor: 5, currency: "USD", time: NOW - 1 });
    await book({ amountMinor: 9, time: NOW });
    await book({ amountMinor: 11, time: NOW - 1, storeId: OTHER_STORE });
    const none = { accruedMinor: 0, adjustedMinor: 0, reversedMinor: 0, clawedBackMinor: 0, bonusesMinor: 0 };
    expect((await readPeriod(second.id)).totals).toEqual([
      {
        currency: "EUR",
        accruedMinor: 1200,
        adjustedMinor: -30,
        reversedMinor: -200,
        clawedBackMinor: -15,
        bonusesMinor: 50,
        paidMinor: -400,
        sumMinor: 605,
        entries: 7,
      },
      { ...none, currency: "USD", accruedMinor: 5, paidMinor: 0, sumMinor: 5, entries: 1 },
    ]);
    const [listedSecond, listedFirst] = (await pagesOf(periodSchema, `/periods?store=${STORE}&limit=50`)).flat();
    expect(listedFirst?.totals).toMatchObject([{ sumMinor: 7, entries: 1 }]);
    expect(listedSecond).toEqual(await readPeriod(second.id));
    expect((await readPeriod(first.id)).totals).toEqual(listedFirst?.totals);
  });

  test("as many open issues as orders of the time are received, pending or disputed", async () => {
    await addPeriod(NOW - DAY);
    const { id: periodId } = await addPeriod(NOW);
    const statuses = ["received", "pending", "disputed", "approved", "declined", "orphan", "test"] as const;
    for (const status of statuses) await putOrder({ status, placedAt: NOW - DAY });
    await putOrder({ status: "pending", placedAt: NOW - DAY - 1 });
    await putOrder({ status: "pending", placedAt: NOW });
    expect((await readPeriod(periodId)).openIssues).toBe(3);
  });
});

test("the database itself refuses every change of a rule's version", async () => {
  const refusal = "versions of a rule are append-only";
  await expectRefused("UPDATE plan_rules SET effective_from = 1", refusal);
  await expectRefused("DELETE FROM plan_rules", refusal);
  await expectRefused(
    "INSERT OR REPLACE INTO plan_rules SELECT plan_id, version, '{}', 0, NULL, actor, 0 FROM plan_rules",
    "UNIQUE constraint failed: plan_rules.plan_id, plan_rules.version",
  );
  expect(await env.DB.prepare("SELECT count(*) AS n FROM plan_rules WHERE rule <> '{}'").first("n")).toBe(1);
});

describe("the database itself refuses", () => {
  beforeEach(async () => {
    await book({ amountMinor: 100, time: NOW - DAY });
    await lockTo(NOW - 1);
  });

  test("every change of the ledger", async () => {
    await expectRefused("UPDATE ledger SET amount_minor = 1", "the ledger is append-only");
    await expectRefused("UPDATE ledger SET reason = reason", "the ledger is append-only");
    await expectRefused("DELETE FROM ledger", "the ledger is append-only");
    for (const same of ["seq", "id", "key"]) {
      // In the open period, where nothing else would refuse it.
      const fields = `${same === "seq" ? "seq" : "NULL"}, ${same === "id" ? "id" : "'led_x'"}, ${same === "key" ? "key" : "'x'"}`;
      await expectRefused(
        `INSERT OR REPLACE INTO ledger (seq, id, key, store_id, creator_id, type, amount_minor, currency, reason, actor, time)
         SELECT ${fields}, store_id, creator_id, type, 1, currency, reason, actor, ${NOW} FROM ledger`,
        "UNIQUE constraint failed: ledger.key",
      );
    }
    const row = await env.DB.prepare("SELECT count(*) AS n, sum(amount_minor) AS sum FROM ledger").first();
    expect(row).toEqual({ n: 1, sum: 100 });
  });

  test("an entry in a locked period, and takes one at its end", async () => {
    await expect(book({ time: NOW - 2 })).rejects.toThrow("the period is locked");
    await expect(book({ time: 0 })).rejects.toThrow("the period is locked");
    await book({ time: NOW - 1 });
    await insertStore({ id: OTHER_STORE });
    await book({ time: 0, storeId: OTHER_STORE });
  });

  test("every change of a locked period, but none of an open one", async () => {
    const { id: open } = await addPeriod(NOW);
    const locked = "WHERE locked_at IS NOT NULL";
    for (const set of ["to_at = to_at + 1", "from_at = 1", "locked_at = NULL", "note = 'x'"]) {
      await expectRefused(`UPDATE periods SET ${set} ${locked}`, "the period is locked");
    }
    await expectRefused(`DELETE FROM periods ${locked}`, "the period is locked");
    for (const [same, fields] of [
      ["id", "id, store_id, from_at + 7, to_at + 7"],
      ["from_at", "'per_x', store_id, from_at, to_at + 7"],
      ["to_at", "'per_x', store_id, from_at + 7, to_at"],
    ]) {
      await expectRefused(
        `INSERT OR REPLACE INTO periods (id, store_id, from_at, to_at, created_at)
         SELECT ${fields}, 0 FROM periods ${locked} /* ${same} */`,
        "the period is locked",
      );
    }
    expect(await lockedTo({ d1: env.DB }, [STORE])).toEqual(new Map([[STORE, NOW - 1]]));
    await env.DB.prepare("UPDATE periods SET note = 'x' WHERE id = ?1").bind(open).run();
    await env.DB.prepare("DELETE FROM periods WHERE id = ?1").bind(open).run();
  });
});
