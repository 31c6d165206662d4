import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { balancesSchema, entrySchema, orderCommissionSchema } from "../../../src/books/ledger/schema.ts";
import { MOST_SUM } from "../../../src/ground/money/sum.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { putLock, putRun } from "../books-fixtures.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { id, insertStore, NOW, PLAN, STORE } from "../../programme/generation-fixtures.ts";
import { book } from "../money-fixtures.ts";
import { DAY, HOUR, insertShop, LEA, ZOE } from "../../sales/order-fixtures.ts";
import { insertVersion, tenPercent } from "../../programme/rule-fixtures.ts";
import { orderRow, PLACED, putRate, settleAll, settleMarked, shopSays } from "../settle-fixtures.ts";

const OTHER_STORE = id("str", 2);
const NOWHERE = "ord_0000000000000000";

const iso = (time: number) => new Date(time).toISOString();
const eur = (amountMinor: number) => ({ amountMinor, currency: "EUR" });
const usd = (amountMinor: number) => ({ amountMinor, currency: "USD" });

async function list(query = "") {
  return bodyOf(pageOf(entrySchema), await api("GET", `/ledger${query}`)).data;
}

const amounts = async (query: string) => (await list(query)).map(({ amount }) => amount.amountMinor);

async function balances(query = "") {
  return bodyOf(balancesSchema, await api("GET", `/ledger/balances${query}`));
}

const bonus = (values: Record<string, unknown> = {}) =>
  api("POST", "/ledger", {
    type: "bonus",
    creatorId: LEA,
    storeId: STORE,
    amount: "25.50",
    currency: "EUR",
    reason: "A good month",
    ...values,
  });

beforeEach(async () => {
  await insertShop();
  await insertStore({ id: OTHER_STORE });
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("GET /ledger", () => {
  it("shows an entry with its order, its reason and how it was converted", async () => {
    await insertVersion(PLAN, tenPercent({ payIn: "USD" }), { version: 2 });
    await putRate("EUR", "USD", iso(PLACED).slice(0, 10), "1.0842");
    const orderId = await shopSays("1001");
    await settleAll();
    expect(await list()).toEqual([
      {
        id: expect.stringMatching(/^led_/),
        type: "accrual",
        amount: usd(1084),
        storeId: STORE,
        creatorId: LEA,
        orderId,
        conversionId: null,
        payoutId: null,
        planId: PLAN,
        ruleVersion: 2,
        conversion: { from: "EUR", rate: "1.0842", date: iso(PLACED).slice(0, 10), source: "ECB" },
        reason: "The commission is approved.",
        reportRows: null,
        actor: "rule",
        time: iso(NOW),
      },
    ]);
  });

  it("is filtered by each of its filters, and by all together", async () => {
    const orderId = await shopSays("1001");
    const seq = await book({ amountMinor: 1, orderId });
    const runId = await putRun("paid", orderId, [seq]);
    await book({ amountMinor: 2, creatorId: ZOE });
    await book({ amountMinor: 3, storeId: OTHER_STORE, time: NOW + 1 });
    await book({ amountMinor: 4, currency: "USD", type: "bonus", time: NOW + HOUR });
    await env.DB.prepare(
      `INSERT INTO ledger (id, key, store_id, creator_id, type, amount_minor, currency, payout_id, reason, actor, time)
       VALUES ('led_0000000000000005', 'x', ?1, ?2, 'payout', -1, 'EUR', ?3, 'Paid', 'bootstrap', ?4)`,
    )
      .bind(STORE, LEA, runId, NOW + DAY)
      .run();
    expect(await amounts("")).toEqual([-1, 4, 3, 2, 1]);
    expect(await amounts(`?creator=${ZOE}`)).toEqual([2]);
    expect(await amounts(`?store=${OTHER_STORE}`)).toEqual([3]);
    expect(await amounts(`?order=${orderId}`)).toEqual([1]);
    expect(await amounts(`?payout=${runId}`)).toEqual([-1, 1]);
    expect((await list(`?payout=${runId}`)).map(({ payoutId }) => payoutId)).toEqual([runId, runId]);
    expect(await amounts("?type=bonus")).toEqual([4]);
    expect(await amounts("?currency=USD")).toEqual([4]);
    expect(await amounts(`?from=${iso(NOW + 1)}&to=${iso(NOW + HOUR)}`)).toEqual([3]);
    expect(await amounts(`?creator=${LEA}&currency=EUR&type=accrual&store=${STORE}`)).toEqual([1]);
    expectInvalid(await api("GET", "/ledger?currency=eur"), "currency");
    expectInvalid(await api("GET", "/ledger?type=gift"), "type");
    expectInvalid(await api("GET", "/ledger?cursor=x"), "cursor");
  });

  it("goes by pages", async () => {
    for (let amountMinor = 1; amountMinor <= 5; amountMinor++) await book({ amountMinor });
    const pages = await pagesOf(entrySchema, "/ledger?limit=2");
    expect(pages.map((page) => page.map(({ amount }) => amount.amountMinor))).toEqual([[5, 4], [3, 2], [1]]);
  });
});

describe("POST /ledger", () => {
  it("books a bonus, which is in the audit log", async () => {
    const entry = bodyOf(entrySchema, await bonus());
    expect(entry).toMatchObject({
      type: "bonus",
      amount: eur(2550),
      actor: "bootstrap",
      reason: "A good month",
      orderId: null,
    });
    expect(await list()).toEqual([entry]);
    expect((await api("GET", `/audit?entityId=${entry.id}`)).body).toMatchObject({
      data: [{ action: "create", entity: "ledgerEntry", before: null, after: entry }],
    });
  });

  it.each([
    ["-0.01", "EUR", -1],
    [-12.5, "EUR", -1250],
    ["1500", "JPY", 1500],
    ["1.234", "KWD", 1234],
  ])("takes %s %s to the last decimal", async (amount, currency, amountMinor) => {
    expect(bodyOf(entrySchema, await bonus({ amount, currency })).amount).toEqual({ amountMinor, currency });
  });

  it("G2-1: refuses more than an order may come to", async () => {
    expect((await bonus({ amount: "10000000.00" })).status).toBe(201);
    expect((await bonus({ amount: -10_000_000 })).status).toBe(201);
    for (const amount of ["10000000.01", "-10000000.01", "90071992547409.91"]) {
      const answer = await bonus({ amount });
      expectInvalid(answer, "amount");
      expect(JSON.stringify(answer.body)).toContain("10000000.00 EUR at most");
    }
    expect((await bonus({ amount: "10000000.01", currency: "HUF" })).status).toBe(201);
  });

  it("refuses what is no amount, and names it", async () => {
    for (const amount of ["0", "0.00", -0, "-0", "1.001", "--1", "1e3", "", "- 1", "10000000000.01", "NaN"]) {
      expectInvalid(await bonus({ amount }), "amount");
    }
    expectInvalid(await bonus({ amount: "1.5", currency: "JPY" }), "amount");
    expectInvalid(await bonus({ currency: "XXQ" }), "currency");
    expectInvalid(await bonus({ type: "accrual" }), "type");
    expect(await list()).toEqual([]);
  });

  it("refuses what refers to nothing, and an order of another store", async () => {
    expectInvalid(await bonus({ creatorId: id("crt", 99) }), "creatorId");
    expectInvalid(await bonus({ storeId: id("str", 99) }), "storeId");
    expectInvalid(await bonus({ orderId: NOWHERE }), "orderId");
    const orderId = await shopSays("1001");
    expectInvalid(await bonus({ orderId, storeId: OTHER_STORE }), "orderId");
    expect(bodyOf(entrySchema, await bonus({ orderId })).orderId).toBe(orderId);
  });

  it("may be for a creator who was deleted", async () => {
    await env.DB.prepare("UPDATE creators SET deleted_at = 1").run();
    expect((await bonus()).status).toBe(201);
  });

  it("is booked where the last locked period ends, also if it is locked at the last moment", async () => {
    const end = Date.now() + DAY;
    beforeNextWrite(() => putLock(end, { fromAt: 0 }));
    expect(bodyOf(entrySchema, await bonus()).time).toBe(iso(end));
    expect(bodyOf(entrySchema, await bonus({ storeId: OTHER_STORE })).time).not.toBe(iso(end));
  });
});

describe("GET /ledger/balances", () => {
  it("has the sum of each creator and currency, what was paid, and what isn't approved yet", async () => {
    await shopSays("1001");
    await settleMarked();
    await shopSays("1002", { placedAt: NOW, totalMinor: 7_000, codes: ["ZOE10"] });
    await settleAll();
    await book({ amountMinor: 500, creatorId: ZOE, currency: "USD" });
    await book({ type: "payout", amountMinor: -400 });
    expect(await balances()).toEqual({
      data: [
        { creatorId: ZOE, currency: "EUR", balance: eur(0), earned: eur(0), paid: eur(0), unapproved: eur(700) },
        { creatorId: ZOE, currency: "USD", balance: usd(500), earned: usd(500), paid: usd(0), unapproved: usd(0) },
        { creatorId: LEA, currency: "EUR", balance: eur(600), earned: eur(1000), paid: eur(400), unapproved: eur(0) },
      ],
      nextCursor: null,
      totals: [
        {
          currency: "EUR",
          balance: eur(600),
          earned: eur(1000),
          paid: eur(400),
          unapproved: eur(700),
          converted: null,
        },
        { currency: "USD", balance: usd(500), earned: usd(500), paid: usd(0), unapproved: usd(0), converted: null },
      ],
      total: null,
      missingRates: [],
    });
  });

  it("is that of any moment, without estimates, and of one creator or store", async () => {
    await shopSays("1001", { placedAt: NOW });
    await settleAll();
    await book({ amountMinor: 1, time: NOW });
    await book({ amountMinor: 10, time: NOW + 1, storeId: OTHER_STORE });
    await book({ amountMinor: 100, time: NOW + 2, creatorId: ZOE });
    const sum = async (query: string) => (await balances(query)).totals.map(({ balance }) => balance.amountMinor);
    expect(await sum(`?at=${iso(NOW - 1)}`)).toEqual([]);
    expect(await sum(`?at=${iso(NOW)}`)).toEqual([1]);
    expect(await sum(`?at=${iso(NOW + 1)}`)).toEqual([11]);
    expect(await sum("")).toEqual([111]);
    expect(await sum(`?creator=${LEA}`)).toEqual([11]);
    expect(await sum(`?store=${STORE}`)).toEqual([101]);
    const [past] = (await balances(`?at=${iso(NOW)}`)).data;
    const [now] = (await balances(`?creator=${LEA}`)).data;
    expect([past?.unapproved, now?.unapproved]).toEqual([null, eur(1000)]);
    expect((await balances(`?store=${OTHER_STORE}`)).data.map(({ unapproved }) => unapproved)).toEqual([eur(0)]);
    expect((await balances(`?creator=${ZOE}`)).data.map(({ unapproved }) => unapproved)).toEqual([eur(0)]);
  });

  it("counts as unapproved only what is pending", async () => {
    const orderId = await shopSays("1001", { placedAt: NOW });
    await settleAll();
    await env.DB.prepare("UPDATE orders SET status = 'disputed' WHERE id = ?1").bind(orderId).run();
    expect((await balances()).data).toEqual([]);
    expect(await orderRow(orderId)).toMatchObject({ status: "disputed" });
  });

  it("converts totals by the rates of the day, rounding once", async () => {
    await book({ amountMinor: 1, currency: "JPY" });
    await book({ amountMinor: 1, currency: "USD" });
    await book({ amountMinor: -3, currency: "EUR" });
    await putRate("JPY", "EUR", "2026-11-14", "0.005");
    await putRate("EUR", "USD", "2026-11-20", "2");
    const { totals, total, missingRates } = await balances(`?in=EUR&at=${iso(NOW)}`);
    expect(totals.map(({ converted }) => converted)).toEqual([
      { amount: eur(-3), rate: null, date: null, source: null },
      { amount: eur(0), rate: "0.005", date: "2026-11-14", source: "ECB" },
      { amount: eur(0), rate: "1/2", date: "2026-11-20", source: "ECB" },
    ]);
    // −3 + 0.5 + 0.5, none of which was rounded before.
    expect([total, missingRates]).toEqual([eur(-2), []]);
  });

  it("says which rates are missing, and makes none up", async () => {
    await book({ amountMinor: 100, currency: "EUR" });
    await book({ amountMinor: 100, currency: "USD" });
    await putRate("USD", "EUR", "2026-11-12", "0.9");
    const { totals, total, missingRates } = await balances(`?in=EUR&at=${iso(NOW)}`);
    expect(totals.map(({ converted }) => converted?.amount ?? null)).toEqual([eur(100), null]);
    expect([total, missingRates]).toEqual([null, ["USD/EUR 2026-11-20"]]);
    expectInvalid(await api("GET", "/ledger/balances?in=XXQ"), "in");
    expect((await balances(`?creator=${ZOE}&in=EUR`)).total).toEqual(eur(0));
  });

  it("goes by pages of whole creators, with the totals of all", async () => {
    await book({ amountMinor: 1, currency: "EUR" });
    await book({ amountMinor: 2, currency: "USD" });
    await book({ amountMinor: 3, creatorId: ZOE });
    const first = await balances("?limit=1");
    const second = await balances(`?limit=1&cursor=${first.nextCursor}`);
    expect(first.data.map(({ creatorId }) => creatorId)).toEqual([ZOE]);
    expect(second.data.map(({ creatorId, currency }) => [creatorId, currency])).toEqual([
      [LEA, "EUR"],
      [LEA, "USD"],
    ]);
    expect(second.nextCursor).toBeNull();
    expect([first.totals, second.totals].map(([total]) => total?.balance)).toEqual([eur(4), eur(4)]);
  });

  it("G2-1: ends sums where a number isn't exact any more, and says no other there", async () => {
    await book({ amountMinor: MOST_SUM - 1 });
    const amounts = async () => {
      const { data, totals, total } = await balances("?in=EUR");
      return [data[0]?.balance, data[0]?.earned, totals[0]?.balance, totals[0]?.converted?.amount, total];
    };
    expect(await amounts()).toEqual(Array(5).fill(eur(MOST_SUM - 1)));
    await book({ amountMinor: MOST_SUM });
    expect(await amounts()).toEqual(Array(5).fill(eur(MOST_SUM)));
    // What another owes makes no exact sum of it.
    await book({ amountMinor: -7, creatorId: ZOE });
    expect((await balances("?in=EUR")).total).toEqual(eur(MOST_SUM));
    await book({ amountMinor: -MOST_SUM });
    expect((await balances("?in=EUR")).total).toEqual(eur(MOST_SUM - 8));
  });
});

describe("GET /orders/{id}/commission", () => {
  it("shows how each commission came about, and what was booked", async () => {
    const orderId = await shopSays("1001", { taxMinor: 1_000, refundedMinor: 2_500 });
    await settleAll();
    await bonus({ orderId });
    const shown = bodyOf(orderCommissionSchema, await api("GET", `/orders/${orderId}/commission`));
    expect(shown.commissions).toMatchObject([
      {
        creatorId: LEA,
        planId: PLAN,
        ruleVersion: 1,
        amount: eur(675),
        sales: eur(6_750),
        uncapped: eur(675),
        note: {
          reasonCode: null,
          sum: { base: { totalMinor: 10_000, taxMinor: 1_000 }, refundedMinor: 2_500, exact: "675" },
        },
        updatedAt: iso(NOW),
      },
    ]);
    expect(shown.entries.map(({ type, amount }) => [type, amount])).toEqual([
      ["accrual", eur(675)],
      ["bonus", eur(2550)],
    ]);
  });

  it("says why there is none", async () => {
    const orderId = await shopSays("1001", { currency: "EUR", totalMinor: undefined });
    await settleAll();
    const shown = bodyOf(orderCommissionSchema, await api("GET", `/orders/${orderId}/commission`));
    expect(shown).toMatchObject({ commissions: [{ amount: null, note: { reasonCode: "unconfirmed" } }], entries: [] });
    expect(problemOf(await api("GET", `/orders/${NOWHERE}/commission`))).toMatchObject({
      status: 404,
      code: "not_found",
    });
  });
});

it("needs orders:read to read the books and orders:write to book", async () => {
  await expectGuarded("GET", "/ledger", "orders:read");
  await expectGuarded("GET", "/ledger/balances", "orders:read");
  await expectGuarded("GET", `/orders/${NOWHERE}/commission`, "orders:read");
  await expectGuarded("POST", "/ledger", "orders:write");
});
