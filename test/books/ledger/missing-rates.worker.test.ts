import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { orderCommissionSchema } from "../../../src/books/ledger/schema.ts";
import { orderSchema } from "../../../src/sales/order/schema.ts";
import { payoutPreview } from "../../../src/books/payout/schema.ts";
import { markOrdersSince } from "../../../src/programme/plan/rule-store.ts";
import { reportOf, ROW_SCHEMAS } from "../../../src/reports/report/schema.ts";
import { rollUpOrders } from "../../../src/reports/rollup/orders-run.ts";
import { api, bodyOf, problemOf } from "../../ground/api.ts";
import { noteOf, putCommission } from "../books-fixtures.ts";
import { NOW, PLAN, STORE } from "../../programme/generation-fixtures.ts";
import { book } from "../money-fixtures.ts";
import { DAY, HOUR, insertShop, LEA, ZOE } from "../../sales/order-fixtures.ts";
import { balance, draft, lockTo, putOrder, step } from "../payout-fixtures.ts";
import { createGuest, createShop, join, look, NOON, sell, textOf } from "../../portal/portal-fixtures.ts";
import { insertVersion, tenPercent } from "../../programme/rule-fixtures.ts";
import { booked, entries, PLACED, settleAll, settleMarked, shopSays } from "../settle-fixtures.ts";

/** The first day of these tests; the store is in UTC. */
const FIRST = PLACED - 5 * DAY;
/** When orders are settled: before the lock. */
const SETTLED = NOW - DAY;

const eur = (amountMinor: number) => ({ amountMinor, currency: "EUR" });

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

let version = 1;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  version = 1;
  await insertShop();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A new version of the plan's rule, for all orders there are. */
async function changeRule(values: Parameters<typeof tenPercent>[0]): Promise<void> {
  version += 1;
  await insertVersion(PLAN, tenPercent({ holdDays: 0, ...values }), { version });
  await markOrdersSince({ d1: env.DB }, PLAN, 0).run();
}

/** Enters a rate by the API, and has what hangs on it settled. */
async function enter(from: string, to: string, date: string, rate: string, now = SETTLED): Promise<void> {
  const answer = await api("POST", "/exchange-rates", { rates: [{ from, to, date, rate, source: "ECB" }] });
  expect(answer.status).toBe(200);
  await settleMarked(now);
}

const explained = async (orderId: string) => {
  const { commissions } = bodyOf(orderCommissionSchema, await api("GET", `/orders/${orderId}/commission`));
  if (commissions[0] === undefined) throw new Error("no commission");
  return commissions[0];
};

const shown = async (orderId: string) => bodyOf(orderSchema, await api("GET", `/orders/${orderId}`));

const preview = async (body: Record<string, unknown> = {}) =>
  bodyOf(payoutPreview, await api("POST", "/payouts/preview", { storeId: STORE, ...body }));

describe("orders after one that waits for a rate", () => {
  test("G2-7: say that their tier was worked out without it, and get theirs when the rate comes", async () => {
    await changeRule({ tiers: [{ fromMinor: 15_000, value: 2_000 }] });
    const waiting = await shopSays("1", { currency: "USD", placedAt: FIRST });
    const [second, third] = [
      await shopSays("2", { placedAt: FIRST + DAY }),
      await shopSays("3", { placedAt: FIRST + 2 * DAY }),
    ];
    await settleAll(SETTLED);
    const missing = `USD/EUR ${day(FIRST)}`;
    expect(await explained(waiting)).toMatchObject({
      amount: null,
      sales: eur(0),
      note: { reasonCode: "rate_missing", missingRates: [missing], uncounted: ["sales", "uncapped"], without: null },
    });
    const without = { count: 1, orders: [{ orderId: waiting, missingRates: [missing] }] };
    for (const later of [second, third]) {
      expect(await explained(later)).toMatchObject({
        amount: eur(1000),
        note: { reasonCode: null, missingRates: [], uncounted: [], without },
      });
    }

    await enter("USD", "EUR", day(FIRST), "0.9");
    expect(await explained(waiting)).toMatchObject({ sales: eur(9_000), note: { missingRates: [], uncounted: [] } });
    for (const later of [second, third]) expect((await explained(later)).note.without).toBeNull();
    expect(await Promise.all([waiting, second, third].map((id) => booked(id)))).toEqual([
      ["accrual 1000"],
      ["accrual 1000"],
      ["accrual 1000", "adjustment 1000"],
    ]);
  });

  test("G2-7: were paid more than the cap leaves, which is clawed back in the open period when the rate comes", async () => {
    await changeRule({ capPerCreatorMinor: 1_500 });
    const waiting = await shopSays("1", { currency: "USD", placedAt: FIRST });
    const [second, third] = [
      await shopSays("2", { placedAt: FIRST + DAY }),
      await shopSays("3", { placedAt: FIRST + 2 * DAY }),
    ];
    await settleAll(SETTLED);
    expect((await explained(third)).note.without).toMatchObject({ count: 1 });
    await lockTo(NOW);
    await step((await draft()).id, "pay");
    expect(await balance(LEA)).toBe(0);

    // A clock behind the lock books where the period ends.
    await enter("USD", "EUR", day(FIRST), "1", NOW - HOUR);
    expect(await Promise.all([waiting, second, third].map((id) => booked(id)))).toEqual([
      ["accrual 1000"],
      ["accrual 1000", "clawback -500"],
      ["accrual 500", "clawback -500"],
    ]);
    const late = (await entries()).filter(({ type, currency }) => type === "clawback" || currency === "USD");
    expect(late.map(({ time }) => time)).toEqual([NOW, NOW, NOW]);
    // What the cap allows in all, in the currencies that it is owed in.
    expect([await balance(LEA), await balance(LEA, "USD")]).toEqual([-1000, 1000]);
  });

  test("G2-7: name the first ten of many that wait, and count all, wherever they were settled", async () => {
    await changeRule({ tiers: [{ fromMinor: 1_000_000, value: 2_000 }] });
    const waiting: string[] = [];
    for (let index = 0; index < 6; index++) {
      waiting.push(await shopSays(`a${index}`, { currency: "USD", placedAt: FIRST + 2 * index }));
    }
    const last = await shopSays("last", { placedAt: FIRST + DAY });
    await settleAll(SETTLED);
    const more: string[] = [];
    for (let index = 0; index < 6; index++) {
      more.push(await shopSays(`b${index}`, { currency: "GBP", placedAt: FIRST + 2 * index + 1 }));
    }
    await settleAll(SETTLED);
    const { without } = (await explained(last)).note;
    const inOrder = waiting.flatMap((id, index) => [id, more[index]]);
    expect(without?.count).toBe(12);
    expect(without?.orders.map(({ orderId }) => orderId)).toEqual(inOrder.slice(0, 10));
    expect(without?.orders[1]?.missingRates).toEqual([`GBP/EUR ${day(FIRST)}`]);

    await enter("USD", "EUR", day(FIRST), "0.9");
    expect((await explained(last)).note.without).toEqual({
      count: 6,
      orders: more.map((orderId) => ({ orderId, missingRates: [`GBP/EUR ${day(FIRST)}`] })),
    });
  });

  test("G2-7: say nothing of it where what waits is nothing that they go by", async () => {
    // A fixed commission in the store's currency is known, and so is what it counts against the cap.
    await insertVersion(
      PLAN,
      {
        ...tenPercent({ holdDays: 0, capPerCreatorMinor: 1_000 }),
        type: "fixed",
        amountMinor: 700,
        currency: "EUR",
      } as never,
      { version: 2 },
    );
    const dollars = await shopSays("1", { currency: "USD", placedAt: FIRST });
    const later = await shopSays("2", { placedAt: FIRST + DAY });
    const nextMonth = await shopSays("3", { currency: "USD", placedAt: FIRST + 20 * DAY });
    const zoes = await shopSays("4", { placedAt: FIRST + DAY, codes: ["ZOE10"] });
    await settleAll(SETTLED);
    expect(await explained(dollars)).toMatchObject({ amount: eur(700), note: { uncounted: ["sales"] } });
    expect(await explained(later)).toMatchObject({ amount: eur(300), note: { without: null } });
    for (const other of [nextMonth, zoes]) expect((await explained(other)).note.without).toBeNull();
  });

  test("G2-7: follow where one comes to wait, and where it is none any more", async () => {
    await changeRule({ capPerCreatorMinor: 1_500 });
    const [first, later] = [
      await shopSays("1", { placedAt: FIRST }),
      await shopSays("2", { placedAt: FIRST + DAY, totalMinor: 20_000 }),
    ];
    await settleAll(SETTLED);
    expect(await explained(later)).toMatchObject({ amount: eur(500), note: { without: null } });
    // The shop corrects the currency, of which there is no rate.
    await shopSays("1", { placedAt: FIRST, currency: "USD" });
    await settleAll(SETTLED);
    expect(await explained(later)).toMatchObject({ amount: eur(1_500), note: { without: { count: 1 } } });
    await shopSays("1", { placedAt: FIRST, currency: "USD", status: "cancelled" });
    await settleAll(SETTLED);
    expect((await explained(later)).note.without).toBeNull();
    expect(await booked(first)).toEqual(["accrual 1000", "reversal -1000"]);
  });
});

describe("a commission that came to wait for a rate", () => {
  test("G2-7: is held as it is booked, says so with the way out, and is adjusted when the rate comes", async () => {
    const orderId = await shopSays("1");
    await changeRule({});
    await settleAll(SETTLED);
    const zoes = await shopSays("2", { codes: ["ZOE10"], totalMinor: 5_000, placedAt: PLACED - 20 * DAY });
    await settleAll(SETTLED);
    version += 1;
    const yen = tenPercent({ holdDays: 0, payIn: "JPY" });
    await insertVersion(PLAN, yen, { version, effectiveFrom: PLACED - DAY });
    await markOrdersSince({ d1: env.DB }, PLAN, PLACED - DAY).run();
    await settleMarked(SETTLED);
    await lockTo(NOW);

    const missing = `EUR/JPY ${day(PLACED)}`;
    expect(await balance(LEA)).toBe(1000);
    expect(await shown(orderId)).toMatchObject({
      status: "locked",
      commission: {
        shares: [{ amount: null, reasonCode: "rate_missing", missingRates: [missing], booked: eur(1000) }],
        total: null,
      },
    });
    expect(await preview()).toMatchObject({
      lines: [{ creatorId: ZOE, amount: eur(500) }],
      waiting: [
        {
          code: "rate_missing",
          amount: eur(1000),
          creators: 1,
          detail: `10.00 EUR of one creator is for orders whose commission can't be said now, since an exchange rate is missing. Enter it with POST /api/v1/exchange-rates: ${missing}.`,
        },
      ],
    });
    const run = await draft();
    expect(run.lines.map(({ creatorId }) => creatorId)).toEqual([ZOE]);
    await step(run.id, "pay");
    const refused = problemOf(await api("POST", "/payouts", { storeId: STORE }));
    expect(refused).toMatchObject({ status: 409, code: "payout_empty" });
    expect(refused.detail).toContain(missing);

    await enter("EUR", "JPY", day(PLACED), "160");
    expect(await booked(orderId)).toEqual(["accrual 1000", "reversal -1000", "accrual 1600"]);
    expect(await shown(orderId)).toMatchObject({
      commission: { shares: [{ missingRates: [], booked: { amountMinor: 1600, currency: "JPY" } }] },
    });
    expect([await balance(LEA), await balance(LEA, "JPY")]).toEqual([0, 1600]);
    vi.setSystemTime(NOW + HOUR);
    await lockTo(NOW + HOUR);
    expect((await preview({ currency: "JPY" })).lines).toMatchObject([{ creatorId: LEA }]);
    expect(await booked(zoes)).toEqual(["accrual 500"]);
  });

  test("G2-7: is paid by the draft that it was in before, and held once that is given up", async () => {
    const [one, two] = [await shopSays("1"), await shopSays("2", { codes: ["ZOE10"] })];
    await changeRule({});
    await settleAll(SETTLED);
    await lockTo(NOW);
    const [first, second] = [await draft({ creatorIds: [LEA] }), await draft({ creatorIds: [ZOE] })];
    await changeRule({ payIn: "JPY" });
    await settleMarked(NOW);
    expect(await shown(one)).toMatchObject({
      status: "payable",
      commission: { shares: [{ amount: null, booked: eur(1000) }] },
    });
    await step(first.id, "pay");
    await step(second.id, "cancel");
    expect(problemOf(await api("POST", "/payouts/preview", { storeId: STORE })).detail).toMatch(
      /exchange rate is missing/,
    );
    expect([await balance(LEA), await balance(ZOE)]).toEqual([0, 1000]);

    await enter("EUR", "JPY", day(PLACED), "160", NOW);
    // What was paid in euros is clawed back in euros, and owed in yen.
    expect(await booked(one)).toEqual(["accrual 1000", "clawback -1000", "accrual 1600"]);
    expect(await booked(two)).toEqual(["accrual 1000", "reversal -1000", "accrual 1600"]);
    expect([await balance(LEA), await balance(ZOE)]).toEqual([-1000, 0]);
    expect([await balance(LEA, "JPY"), await balance(ZOE, "JPY")]).toEqual([1600, 1600]);
  });

  test("G2-7: holds all that is booked of it, and nothing of others who share the order", async () => {
    const orderId = await putOrder();
    const waits = { ...noteOf("rate_missing"), missingRates: [`EUR/JPY ${day(NOW)}`, `EUR/USD ${day(NOW)}`] };
    await putCommission(orderId, { creatorId: LEA, currency: "JPY", amountMinor: null, note: waits });
    await putCommission(orderId, { creatorId: ZOE, amountMinor: 50 });
    for (const [creatorId, amountMinor] of [
      [LEA, 100],
      [LEA, -30],
      [ZOE, 50],
    ] as const) {
      await book({ creatorId, amountMinor, orderId, time: NOW - DAY });
    }
    await book({ creatorId: LEA, amountMinor: 7, time: NOW - DAY });
    await lockTo(NOW);
    const { lines, waiting } = await preview();
    expect(lines.map(({ creatorId, amount }) => [creatorId, amount.amountMinor])).toEqual([
      [ZOE, 50],
      [LEA, 7],
    ]);
    expect(waiting).toMatchObject([{ code: "rate_missing", amount: eur(70), creators: 1 }]);
    expect(waiting[0]?.detail).toContain(`EUR/JPY ${day(NOW)}, EUR/USD ${day(NOW)}.`);
    // One that waits to be settled isn't known to be unsaid still, nor one that is disputed.
    await env.DB.prepare("UPDATE orders SET status = 'disputed' WHERE id = ?1").bind(orderId).run();
    expect((await preview()).waiting.map(({ code }) => code)).toEqual(["disputed"]);
  });

  test("G2-7: is taken back and paid no more once the order is declined, rate or none", async () => {
    const orderId = await shopSays("1");
    await changeRule({});
    await settleAll(SETTLED);
    await changeRule({ payIn: "JPY" });
    await settleMarked(SETTLED);
    await shopSays("1", { status: "cancelled" });
    await settleMarked(SETTLED);
    expect(await booked(orderId)).toEqual(["accrual 1000", "reversal -1000"]);
    await lockTo(NOW);
    expect(problemOf(await api("POST", "/payouts/preview", { storeId: STORE })).detail).not.toMatch(/rate/);
  });
});

describe("reports", () => {
  const creators = reportOf(ROW_SCHEMAS.creators);
  const totals = async () => {
    const path = `/reports/creators?store=${STORE}&from=${day(FIRST)}&to=${day(NOW)}&sort=-waitingCommissions`;
    return bodyOf(creators, await api("GET", path));
  };

  test("G2-7: count the commissions that wait, and have them once the rate is there", async () => {
    await changeRule({ capPerOrderMinor: 5_000 });
    await shopSays("1", { currency: "USD", placedAt: FIRST });
    await shopSays("2", { currency: "USD", placedAt: FIRST + DAY, codes: ["ZOE10"] });
    await shopSays("3", { currency: "USD", placedAt: FIRST + DAY, codes: ["ZOE10"] });
    await shopSays("4", { placedAt: FIRST });
    await settleAll(SETTLED);
    for (const isRolledUp of [false, true]) {
      if (isRolledUp) await rollUpOrders(env, NOW);
      const { data, total } = await totals();
      expect(total).toMatchObject({ conversions: 4, waitingCommissions: 3, currency: "EUR", commissionMinor: 1000 });
      expect(data.map((row) => [row.creatorId, row.waitingCommissions, row.commissionMinor])).toEqual([
        [ZOE, 2, 0],
        [LEA, 1, 1000],
      ]);
      expect(total.otherCurrencies).toMatchObject([{ currency: "USD", conversions: 3, commissionMinor: 0 }]);
    }
    await enter("USD", "EUR", day(FIRST), "0.9");
    for (const isRolledUp of [false, true]) {
      if (isRolledUp) await rollUpOrders(env, NOW);
      const { total } = await totals();
      expect(total).toMatchObject({ waitingCommissions: 0, commissionMinor: 1000 });
      expect(total.otherCurrencies).toMatchObject([{ currency: "USD", conversions: 3, commissionMinor: 3000 }]);
    }
    const { results } = await env.DB.prepare("SELECT DISTINCT currency FROM order_days ORDER BY 1").all();
    expect(results).toEqual([{ currency: "EUR" }, { currency: "USD" }]);
  });

  test("G2-7: never are in the currency of what can't be said", async () => {
    await changeRule({ payIn: "JPY" });
    await shopSays("1", { placedAt: FIRST });
    await settleAll(SETTLED);
    await rollUpOrders(env, NOW);
    const path = `/reports/creators?from=${day(FIRST)}&to=${day(NOW)}`;
    expect(bodyOf(creators, await api("GET", path)).total).toMatchObject({
      currency: "EUR",
      waitingCommissions: 1,
      otherCurrencies: [],
    });
  });

  test("G2-7: a creator's own page and file say how many commissions wait", async () => {
    vi.setSystemTime(NOON);
    const shop = await createShop();
    const lea = await createGuest();
    const spring = await join(shop, lea.id, { name: "Spring" });
    const { planId } = (await api("GET", `/campaigns/${spring.campaignId}`)).body as { planId: string };
    await insertVersion(planId, tenPercent({ holdDays: 0, payIn: "JPY" }), { version: 2 });
    await sell(shop, spring.code, NOON - DAY);
    const text = textOf((await look(lea.path)).text);
    expect(text).toContain("1 commission waits for an exchange rate. It counts here once the shop enters it.");
    expect(text).toContain("Sales 1");
    await env.DB.prepare("INSERT INTO exchange_rates VALUES ('EUR', 'JPY', ?1, '160', 'ECB', 'bootstrap', 0)")
      .bind(day(NOON - DAY))
      .run();
    await markOrdersSince({ d1: env.DB }, planId, 0).run();
    await settleMarked(NOON);
    expect(textOf((await look(lea.path)).text)).not.toContain("exchange rate");
  });
});
