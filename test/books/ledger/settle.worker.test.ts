import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runCron } from "../../../src/cron.ts";
import { markDue } from "../../../src/journal/due/write-settlement.ts";
import { settleDue } from "../../../src/books/ledger/settle-run.ts";
import { markOrdersSince } from "../../../src/programme/plan/rule-store.ts";
import { api } from "../../ground/api.ts";
import { openAlarms } from "../../clicks/archive-fixtures.ts";
import { putLock, putRun } from "../books-fixtures.ts";
import { postOrder, reports } from "../../sales/capture-fixtures.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { createStore } from "../../programme/fixtures.ts";
import { failingAfter, NOW, PLAN, STORE } from "../../programme/generation-fixtures.ts";
import { book } from "../money-fixtures.ts";
import { claimed, DAY, HOUR, insertShop, LEA, record, ZOE } from "../../sales/order-fixtures.ts";
import { insertVersion, tenPercent } from "../../programme/rule-fixtures.ts";
import {
  booked,
  entries,
  kept,
  orderRow,
  PLACED,
  putRate,
  queue,
  settleAll,
  settleDeps,
  settleMarked,
  shopSays,
} from "../settle-fixtures.ts";

const COMMISSION = `INSERT INTO order_commissions`;

/** A new version of the plan's rule, in force from a time on, with the orders that it is for due. */
async function changeRule(values: Parameters<typeof tenPercent>[0], version = 2, effectiveFrom = 0): Promise<void> {
  await insertVersion(PLAN, tenPercent(values), { version, effectiveFrom });
  await markOrdersSince({ d1: env.DB }, PLAN, effectiveFrom).run();
}

async function attribute(orderId: string, body: Record<string, unknown>): Promise<void> {
  const answer = await api("POST", `/orders/${orderId}/attribute`, { reason: "Agreed by phone", ...body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  await settleMarked();
}

/** What all creators have, by currency, minor units. */
async function sums(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { creator_id, currency, amount_minor } of await entries()) {
    const name = `${creator_id === LEA ? "Lea" : "Zoe"} ${currency}`;
    found[name] = (found[name] ?? 0) + amount_minor;
  }
  return found;
}

beforeEach(async () => {
  await insertShop();
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("an order", () => {
  it("has its estimate at once, is approved when its hold period is over, and is booked then", async () => {
    const orderId = await shopSays("1001");
    await settleAll(NOW - 1);
    expect(await orderRow(orderId)).toMatchObject({ status: "pending", dueAt: NOW, approvedAt: null });
    expect(await kept(orderId)).toMatchObject([
      { creator_id: LEA, plan_id: PLAN, rule_version: 1, month: "2026-10", currency: "EUR", amount_minor: 1000 },
    ]);
    expect([await entries(), await queue()]).toEqual([[], []]);
    const { version } = await orderRow(orderId);

    await settleAll(NOW);
    expect(await orderRow(orderId)).toMatchObject({
      status: "approved",
      approvedAt: NOW,
      dueAt: null,
      version: version + 1,
      updatedAt: NOW,
    });
    expect(await entries()).toMatchObject([
      {
        key: `${orderId}:${LEA}:EUR:0`,
        order_id: orderId,
        creator_id: LEA,
        type: "accrual",
        amount_minor: 1000,
        currency: "EUR",
        plan_id: PLAN,
        rule_version: 1,
        original_currency: null,
        rate: null,
        reason: "The commission is approved.",
        actor: "rule",
        time: NOW,
      },
    ]);
    const { results } = await env.DB.prepare("SELECT * FROM order_history WHERE to_status = 'approved'").all();
    expect(results).toMatchObject([
      {
        order_id: orderId,
        time: NOW,
        from_status: "pending",
        cause: "rule",
        actor: null,
        reason: "The hold period is over.",
      },
    ]);
  });

  it("is settled again without a trace", async () => {
    const orderId = await shopSays("1001");
    await settleAll();
    const before = [await orderRow(orderId), await kept(orderId), await entries()];
    await env.DB.batch(markDue({ d1: env.DB }, [orderId]));
    await settleAll(NOW + DAY);
    expect([await orderRow(orderId), await kept(orderId), await entries()]).toEqual(before);
    expect(await queue()).toEqual([]);
  });

  it("that only browsers tell of earns nothing yet, and says why", async () => {
    const ids = await record([claimed({ currency: "EUR", totalMinor: 10_000, codes: ["LEA10"] })]);
    const orderId = ids.get("1001") ?? "";
    await settleAll(NOW + 90 * DAY);
    expect(await orderRow(orderId)).toMatchObject({ status: "received", dueAt: null });
    expect(await kept(orderId)).toMatchObject([
      { amount_minor: null, sales_minor: 0, note: { reasonCode: "unconfirmed" } },
    ]);
    expect(await entries()).toEqual([]);
  });

  it("of before the migration has its confirmed amounts read from its evidence, and kept", async () => {
    const orderId = await shopSays("1001");
    const gone = await shopSays("1002", { status: "refunded" });
    await env.DB.prepare("UPDATE orders SET confirmed = NULL, status = 'pending'").run();
    await settleAll();
    expect(await orderRow(orderId)).toMatchObject({
      status: "approved",
      confirmed: { currency: "EUR", totalMinor: 10_000 },
    });
    expect(await orderRow(gone)).toMatchObject({ status: "declined", confirmed: { totalMinor: 10_000 } });
    expect(await booked()).toEqual(["accrual 1000"]);
    expect(await queue()).toEqual([]);
  });

  it("is settled behind the answer to its report", async () => {
    const store = await createStore();
    await postOrder(store, { orderId: "1", amount: "10.00", currency: "EUR" });
    const row = await env.DB.prepare("SELECT id, status FROM orders WHERE store_id = ?1").bind(store.id).first();
    expect(row).toMatchObject({ status: "orphan" });
    expect(await queue()).toEqual([]);
  });

  it("stays reported while it can't be settled", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const store = await createStore();
    const prepare = env.DB.prepare.bind(env.DB);
    vi.spyOn(env.DB, "prepare").mockImplementation((text) => {
      if (text.includes("FROM settlements_due d")) throw new Error("D1_ERROR: Network connection lost.");
      return prepare(text);
    });
    expect((await postOrder(store, { orderId: "1", amount: "10.00", currency: "EUR" })).status).toBe(202);
    vi.restoreAllMocks();
    expect(await reports()).toMatchObject([{ verdict: "used" }]);
    expect(await queue()).toHaveLength(1);
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("settling_left_to_cron"));
  });
});

describe("what becomes of an approved order is booked as the difference", () => {
  it("when it is refunded in part, and then wholly", async () => {
    const orderId = await shopSays("1001");
    await settleAll();
    await shopSays("1001", { refundedMinor: 2_500 });
    await settleMarked(NOW + HOUR);
    await shopSays("1001", { refundedMinor: 10_000 });
    await settleMarked(NOW + 2 * HOUR);
    expect(await booked()).toEqual(["accrual 1000", "adjustment -250", "reversal -750"]);
    expect((await entries()).map(({ time }) => time)).toEqual([NOW, NOW + HOUR, NOW + 2 * HOUR]);
    expect(await orderRow(orderId)).toMatchObject({ status: "declined", approvedAt: NOW });
    expect(await kept(orderId)).toEqual([]);
  });

  it("when it is refunded after it was paid: it is taken back", async () => {
    const orderId = await shopSays("1001");
    await settleAll();
    const seq = await env.DB.prepare("SELECT seq FROM ledger").first<number>("seq");
    await putRun("paid", orderId, [seq ?? 0]);
    await shopSays("1001", { refundedMinor: 2_500 });
    await settleMarked();
    await shopSays("1001", { status: "cancelled" });
    await settleMarked();
    expect(await booked()).toEqual(["accrual 1000", "clawback -250", "clawback -750"]);
  });

  it("and a run that is a draft, cancelled or undone pays nothing", async () => {
    for (const [index, status] of (["draft", "cancelled", "reversed"] as const).entries()) {
      const orderId = await shopSays(status);
      await settleAll();
      const seq = await env.DB.prepare("SELECT max(seq) AS seq FROM ledger").first<number>("seq");
      await putRun(status, orderId, [seq ?? 0], { createdAt: NOW + index });
      await shopSays(status, { status: "cancelled" });
      await settleMarked();
      expect(await booked(orderId)).toEqual(["accrual 1000", "reversal -1000"]);
    }
  });

  it("when it is cancelled and taken up again, without another hold period", async () => {
    const orderId = await shopSays("1001");
    await settleAll();
    await shopSays("1001", { status: "cancelled" });
    await settleMarked();
    await shopSays("1001", { status: "paid" });
    await settleMarked();
    expect(await booked()).toEqual(["accrual 1000", "reversal -1000", "adjustment 1000"]);
    expect((await entries()).map(({ key }) => key)).toEqual([0, 1, 2].map((n) => `${orderId}:${LEA}:EUR:${n}`));
    expect(await orderRow(orderId)).toMatchObject({ status: "approved", approvedAt: NOW });
  });

  it("when its amount goes from A to B and back to A: three entries", async () => {
    await shopSays("1001");
    await settleAll();
    await shopSays("1001", { totalMinor: 5_000 });
    await settleMarked();
    await shopSays("1001", { totalMinor: 10_000 });
    await settleMarked();
    expect(await booked()).toEqual(["accrual 1000", "adjustment -500", "adjustment 500"]);
  });

  it("when it is credited to another creator: what was one's is the other's", async () => {
    const orderId = await shopSays("1001");
    await settleAll();
    await attribute(orderId, { creatorId: ZOE, planId: PLAN });
    expect(await sums()).toEqual({ "Lea EUR": 0, "Zoe EUR": 1000 });
    expect(await kept(orderId)).toMatchObject([{ creator_id: ZOE, amount_minor: 1000 }]);
    await attribute(orderId, { creatorId: null });
    expect(await sums()).toEqual({ "Lea EUR": 0, "Zoe EUR": 0 });
    expect(await kept(orderId)).toEqual([]);
    await attribute(orderId, { rule: true });
    expect(await sums()).toEqual({ "Lea EUR": 1000, "Zoe EUR": 0 });
  });

  it("when its plan's rule changes for the past, by the version in force when it was placed", async () => {
    const early = await shopSays("1001", { placedAt: PLACED - DAY });
    const late = await shopSays("1002");
    await settleAll();
    await changeRule({ basisPoints: 2_000 }, 2, PLACED);
    await settleMarked();
    expect([await booked(early), await booked(late)]).toEqual([["accrual 1000"], ["accrual 1000", "adjustment 1000"]]);
    expect((await entries(late)).map((entry) => entry.rule_version)).toEqual([1, 2]);
  });

  it("but a bonus that names it is no part of it", async () => {
    const orderId = await shopSays("1001");
    await settleAll();
    await book({ type: "bonus", amountMinor: 77, orderId });
    await shopSays("1001", { status: "cancelled" });
    await settleMarked();
    expect(await booked()).toEqual(["accrual 1000", "bonus 77", "reversal -1000"]);
  });
});

describe("months with tiers and caps", () => {
  it("give later orders of the month their tier, and give it anew when an earlier one changes", async () => {
    await changeRule({ tiers: [{ fromMinor: 15_000, value: 2_000 }] });
    const ids: string[] = [];
    for (let day = 0; day < 4; day++) ids.push(await shopSays(`10${day}`, { placedAt: PLACED - 5 * DAY + day * DAY }));
    await settleAll();
    const amounts = async () => (await Promise.all(ids.map((id) => kept(id)))).map(([row]) => row?.amount_minor);
    expect(await amounts()).toEqual([1000, 1000, 2000, 2000]);

    await shopSays("100", { status: "cancelled" });
    await settleMarked();
    expect(await amounts()).toEqual([undefined, 1000, 1000, 2000]);
    expect(await booked(ids[2])).toEqual(["accrual 2000", "adjustment -1000"]);
    expect(await queue()).toEqual([]);

    // One that arrives late, but was placed first.
    await shopSays("99", { placedAt: PLACED - 6 * DAY, totalMinor: 15_000 });
    await settleAll();
    expect(await amounts()).toEqual([undefined, 2000, 2000, 2000]);
    expect(await sums()).toEqual({ "Lea EUR": 1500 + 6000 });
  });

  it("follow a change of the store's time zone", async () => {
    await changeRule({ holdDays: 0 });
    const order = await shopSays("1", { placedAt: Date.UTC(2026, 9, 31, 12) });
    await settleAll();
    expect((await kept(order)).map(({ month }) => month)).toEqual(["2026-10"]);
    expect((await api("PATCH", `/stores/${STORE}`, { name: "Shop" })).status).toBe(200);
    expect(await queue()).toEqual([]);
    expect((await api("PATCH", `/stores/${STORE}`, { timezone: "Pacific/Auckland" })).status).toBe(200);
    await settleAll();
    expect((await kept(order)).map(({ month }) => month)).toEqual(["2026-11"]);
  });

  it("begin anew each month of the store's time zone, for each creator and plan", async () => {
    await env.DB.prepare("UPDATE stores SET timezone = 'Pacific/Auckland'").run();
    await changeRule({ tiers: [{ fromMinor: 1, value: 2_000 }], holdDays: 0 });
    const october = Date.UTC(2026, 9, 31, 10, 59);
    const first = await shopSays("1", { placedAt: october - HOUR });
    const second = await shopSays("2", { placedAt: october });
    const next = await shopSays("3", { placedAt: october + 2 * 60_000 });
    const zoes = await shopSays("4", { placedAt: october, codes: ["ZOE10"] });
    await settleAll();
    const told = await Promise.all([first, second, next, zoes].map((id) => kept(id)));
    expect(told.map(([row]) => [row?.month, row?.amount_minor])).toEqual([
      ["2026-10", 1000],
      ["2026-10", 2000],
      ["2026-11", 1000],
      ["2026-10", 1000],
    ]);
  });

  it("pay a creator no more than the cap, whichever order is heard of first", async () => {
    await changeRule({ capPerCreatorMinor: 1_500 });
    const later = await shopSays("2", { placedAt: PLACED });
    await settleAll();
    const first = await shopSays("1", { placedAt: PLACED - DAY });
    await settleAll();
    const last = await shopSays("3", { placedAt: PLACED + 1, totalMinor: 1 });
    await settleAll(NOW + DAY);
    expect(await Promise.all([first, later, last].map((id) => booked(id)))).toEqual([
      ["accrual 1000"],
      ["accrual 1000", "adjustment -500"],
      [],
    ]);
    // What counts against the cap is not what the cap left.
    expect(await kept(later)).toMatchObject([{ amount_minor: 500, uncapped_minor: 1000 }]);
  });

  it("pay a creator no more than the cap by orders that are settled together", async () => {
    await changeRule({ capPerCreatorMinor: 1_500 });
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) ids.push(await shopSays(`${index}`, { placedAt: PLACED - HOUR + index }));
    await settleAll();
    expect(await Promise.all(ids.map((orderId) => booked(orderId)))).toEqual([["accrual 1000"], ["accrual 500"], []]);
    expect(await queue()).toEqual([]);
  });

  it("don't count what an order of the same group was before", async () => {
    await changeRule({ tiers: [{ fromMinor: 10_000, value: 2_000 }] });
    const [first, second] = [await shopSays("1", { placedAt: PLACED - HOUR }), await shopSays("2")];
    await settleAll();
    await env.DB.prepare("UPDATE orders SET shares = replace(shares, ?1, ?2) WHERE id = ?3")
      .bind(LEA, ZOE, first)
      .run();
    await env.DB.batch(markDue({ d1: env.DB }, [first, second]));
    await settleAll();
    expect(await booked(second)).toEqual(["accrual 2000", "adjustment -1000"]);
    expect(await sums()).toEqual({ "Lea EUR": 1000, "Zoe EUR": 1000 });
  });

  it("ask for nothing anew where the plan goes by no month", async () => {
    await shopSays("2", { placedAt: PLACED });
    await settleAll();
    await shopSays("1", { placedAt: PLACED - DAY });
    const deps = settleDeps();
    const [{ order_id: only } = { order_id: "" }] = await queue();
    await settleDue(deps, { ids: [only] });
    expect(await queue()).toEqual([]);
  });

  it("are right over many groups in whatever order they are due", async () => {
    await changeRule({ tiers: [{ fromMinor: 50_000, value: 2_000 }], holdDays: 0 });
    const orders = Array.from({ length: 230 }, (_none, index) => index);
    for (const index of orders.toReversed()) {
      await shopSays(`${index}`, { placedAt: PLACED + index * 1000, totalMinor: 1_000 });
    }
    await settleAll();
    expect(await queue()).toEqual([]);
    const row = await env.DB.prepare(
      "SELECT sum(amount_minor) AS sum, max(n) AS most FROM (SELECT sum(amount_minor) AS amount_minor, count(*) AS n FROM ledger GROUP BY order_id)",
    ).first();
    expect(row).toEqual({ sum: 50 * 100 + 180 * 200, most: 1 });
  });
});

it("of before the migration that turn out to be declined make room for new customers", async () => {
  await changeRule({ newCustomersOnly: true });
  await shopSays("1", { customerHash: "ann", placedAt: PLACED - DAY, status: "refunded" });
  const second = await shopSays("2", { customerHash: "ann" });
  await env.DB.prepare("UPDATE orders SET confirmed = NULL, status = 'pending'").run();
  await settleAll();
  expect(await booked(second)).toEqual(["accrual 1000"]);
  expect(await queue()).toEqual([]);
});

describe("commissions for new customers only", () => {
  beforeEach(() => changeRule({ newCustomersOnly: true }));

  const by = (customerHash: string | undefined, placedAt = PLACED) => ({ customerHash, placedAt });

  it("are for the first order of a customer in the store", async () => {
    const first = await shopSays("1", by("ann", PLACED - DAY));
    const second = await shopSays("2", by("ann"));
    const other = await shopSays("3", by("bob"));
    const unknown = await shopSays("4", by(undefined));
    await settleAll();
    const told = await Promise.all([first, second, other, unknown].map((id) => kept(id)));
    expect(told.map(([row]) => [row?.amount_minor, row?.note.reasonCode])).toEqual([
      [1000, null],
      [0, "returning_customer"],
      [1000, null],
      [0, "customer_unknown"],
    ]);
  });

  it("are taken back when an earlier order arrives late, and given back when it is cancelled", async () => {
    const second = await shopSays("2", by("ann"));
    await settleAll();
    const first = await shopSays("1", by("ann", PLACED - DAY));
    await settleAll();
    expect([await booked(first), await booked(second)]).toEqual([["accrual 1000"], ["accrual 1000", "reversal -1000"]]);
    await shopSays("1", { ...by("ann", PLACED - DAY), status: "cancelled" });
    await settleAll();
    expect((await booked(second)).at(-1)).toBe("adjustment 1000");
  });

  it("look at orders that nobody is credited with, but not at claims, tests and declined ones", async () => {
    await record([
      claimed({ codes: ["LEA10"], customerHash: "ann" }, { externalId: "claim", receivedAt: PLACED - DAY }),
    ]);
    await shopSays("test", { ...by("ann", PLACED - DAY), test: true });
    await shopSays("off", { ...by("ann", PLACED - DAY), status: "cancelled" });
    await shopSays("orphan", { ...by("bob", PLACED - DAY), codes: [] });
    const [ann, bob] = [await shopSays("1", by("ann")), await shopSays("2", by("bob"))];
    await settleAll();
    expect([(await kept(ann))[0]?.amount_minor, (await kept(bob))[0]?.amount_minor]).toEqual([1000, 0]);
  });
});

describe("another currency", () => {
  beforeEach(() => changeRule({ payIn: "USD" }));

  it("isn't booked while its rate is missing, and is once it was entered", async () => {
    const orderId = await shopSays("1001");
    await settleAll();
    expect(await orderRow(orderId)).toMatchObject({ status: "approved" });
    expect(await kept(orderId)).toMatchObject([
      { amount_minor: null, rate_pair: "EUR/USD", note: { reasonCode: "rate_missing" } },
    ]);
    expect(await entries()).toEqual([]);

    const date = new Date(PLACED - 3 * DAY).toISOString().slice(0, 10);
    const rates = [{ from: "EUR", to: "USD", date, rate: "1.0842", source: "ECB" }];
    expect((await api("POST", "/exchange-rates", { rates })).status).toBe(200);
    await settleMarked();
    expect(await entries()).toMatchObject([
      {
        amount_minor: 1084,
        currency: "USD",
        original_currency: "EUR",
        rate: "1.0842",
        rate_date: date,
        rate_source: "ECB",
      },
    ]);
  });

  it("is divided by the opposite rate, which is shown as such", async () => {
    await putRate("USD", "EUR", new Date(PLACED).toISOString().slice(0, 10), "0.8");
    const orderId = await shopSays("1001");
    await settleAll();
    expect(await entries(orderId)).toMatchObject([{ amount_minor: 1250, currency: "USD", rate: "1/0.8" }]);
  });

  it("keeps what is booked while the rate of a change is missing", async () => {
    await putRate("EUR", "USD", new Date(PLACED).toISOString().slice(0, 10), "1.5");
    const orderId = await shopSays("1001");
    await settleAll();
    await changeRule({ payIn: "JPY" }, 3);
    await settleMarked();
    expect(await booked(orderId)).toEqual(["accrual 1500"]);
  });
});

describe("locked periods", () => {
  it("take no entry: it is booked where the last one ends", async () => {
    await shopSays("1001");
    await settleAll();
    await putLock(NOW + DAY, { fromAt: 0 });
    await shopSays("1001", { status: "cancelled" });
    await settleMarked(NOW + HOUR);
    expect((await entries()).map(({ type, time }) => [type, time])).toEqual([
      ["accrual", NOW],
      ["reversal", NOW + DAY],
    ]);
  });

  it("that are locked between reading and writing have the order settled anew", async () => {
    const orderId = await shopSays("1001");
    beforeNextWrite(() => putLock(NOW + DAY, { fromAt: 0 }), COMMISSION);
    await settleAll();
    expect(await entries()).toMatchObject([{ type: "accrual", time: NOW + DAY }]);
    expect(await orderRow(orderId)).toMatchObject({ approvedAt: NOW + DAY });
    expect(await queue()).toEqual([]);
  });
});

describe("what happens between reading and writing", () => {
  it("is seen: an order that changed", async () => {
    const orderId = await shopSays("1001");
    beforeNextWrite(() => shopSays("1001", { totalMinor: 20_000 }), COMMISSION);
    await settleAll();
    expect(await booked()).toEqual(["accrual 2000"]);
    expect(await orderRow(orderId)).toMatchObject({ status: "approved", totalMinor: 20_000 });
    expect(await queue()).toEqual([]);
  });

  it("is seen: a rule that changed", async () => {
    const orderId = await shopSays("1001");
    beforeNextWrite(() => changeRule({ basisPoints: 2_000 }), COMMISSION);
    await settleAll();
    expect(await kept(orderId)).toMatchObject([{ amount_minor: 2000, rule_version: 2 }]);
    expect(await booked()).toEqual(["accrual 2000"]);
  });

  it("is seen: a rule that changed after another run had settled the order, however often it was marked", async () => {
    const orderId = await shopSays("1001");
    beforeNextWrite(async () => {
      await env.DB.prepare("UPDATE settlements_due SET next_at = 0").run();
      await settleAll(NOW - 1);
      expect(await queue()).toEqual([]);
      await changeRule({ basisPoints: 2_000 });
      await env.DB.batch(markDue({ d1: env.DB }, [orderId]));
    }, COMMISSION);
    await settleAll(NOW - 1);
    expect(await kept(orderId)).toMatchObject([{ amount_minor: 2000, rule_version: 2 }]);
  });

  it("is seen: an earlier order of the month, for the first time", async () => {
    await changeRule({ tiers: [{ fromMinor: 10_000, value: 2_000 }] });
    const later = await shopSays("2");
    beforeNextWrite(async () => {
      await shopSays("1", { placedAt: PLACED - DAY });
      await settleAll();
    }, COMMISSION);
    await settleAll();
    await settleAll();
    expect(await kept(later)).toMatchObject([{ amount_minor: 2000 }]);
    expect(await sums()).toEqual({ "Lea EUR": 3000 });
  });

  it("is seen: a rate that was entered for what has no row yet", async () => {
    await changeRule({ payIn: "USD" });
    await shopSays("1001");
    const date = new Date(PLACED).toISOString().slice(0, 10);
    const rates = [{ from: "EUR", to: "USD", date, rate: "2", source: "ECB" }];
    beforeNextWrite(async () => expect((await api("POST", "/exchange-rates", { rates })).status).toBe(200), COMMISSION);
    await settleAll();
    expect(await booked()).toEqual(["accrual 2000"]);
  });

  it("is seen: a payment of what is to be taken back", async () => {
    const orderId = await shopSays("1001");
    await settleAll();
    const seq = await env.DB.prepare("SELECT seq FROM ledger").first<number>("seq");
    await shopSays("1001", { status: "cancelled" });
    beforeNextWrite(() => putRun("paid", orderId, [seq ?? 0]), "INSERT INTO ledger");
    await settleMarked();
    expect(await booked()).toEqual(["accrual 1000", "clawback -1000"]);
  });
});

describe("a run", () => {
  it("beside itself, again and by the cron books everything once", async () => {
    for (let index = 0; index < 12; index++) await shopSays(`${index}`);
    await Promise.all([settleAll(), settleMarked(), settleAll(), runCron("* * * * *", env, NOW)]);
    await settleAll();
    expect(await booked()).toEqual(Array(12).fill("accrual 1000"));
    expect(await queue()).toEqual([]);
  });

  it("that loses the answer of its write has written it once", async () => {
    await shopSays("1001");
    await expect(settleDue(settleDeps(NOW, failingAfter(1, true)))).rejects.toThrow("Network connection lost");
    await settleAll(NOW + HOUR);
    expect(await booked()).toEqual(["accrual 1000"]);
  });

  it("whose write fails leaves nothing half done, and another makes up for it", async () => {
    const orderId = await shopSays("1001");
    await expect(settleDue(settleDeps(NOW, failingAfter(1)))).rejects.toThrow("Network connection lost");
    expect(await orderRow(orderId)).toMatchObject({ status: "pending", dueAt: null });
    expect([await kept(orderId), await entries()]).toEqual([[], []]);
    await settleAll(NOW + 60_000);
    expect(await booked()).toEqual(["accrual 1000"]);
  });

  it("is held up by no order that can't be settled, which is put off with an alarm that its success resolves", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const ids: string[] = [];
    for (let index = 0; index < 7; index++) ids.push(await shopSays(`${index}`));
    const poison = ids[3] ?? "";
    // From then on they are also found by when they are to be approved.
    await settleAll(NOW - 1);
    await env.DB.prepare(
      `CREATE TRIGGER poison BEFORE INSERT ON ledger WHEN NEW.order_id = '${poison}'
       BEGIN SELECT RAISE(ABORT, 'poisoned'); END`,
    ).run();
    let now = NOW;
    const pauses: number[] = [];
    for (let run = 0; run < 11; run++) {
      await settleAll(now);
      const [left, ...others] = await queue();
      expect([left?.order_id, others]).toEqual([poison, []]);
      pauses.push((left?.next_at ?? 0) - now);
      // Not a moment before.
      await settleAll((left?.next_at ?? 0) - 1);
      expect((await queue())[0]?.attempts).toBe(run + 1);
      now = left?.next_at ?? 0;
    }
    expect(pauses.slice(0, 4)).toEqual([1, 2, 4, 8].map((minutes) => minutes * 60_000));
    expect(pauses.slice(-2)).toEqual([6 * HOUR, 6 * HOUR]);
    expect(await booked()).toEqual(Array(6).fill("accrual 1000"));
    expect(await openAlarms()).toEqual([`settlement_failed ${poison}`]);
    expect(log.mock.calls.map(([line]) => JSON.parse(String(line)))).toContainEqual({
      event: "order_not_settled",
      orderId: poison,
      message: expect.stringContaining("poisoned"),
    });

    await env.DB.prepare("DROP TRIGGER poison").run();
    await settleAll(now);
    expect([await openAlarms(), await queue()]).toEqual([[], []]);
    expect(await booked(poison)).toEqual(["accrual 1000"]);
  });

  it("isn't stopped by what it can't read", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const broken = await shopSays("1");
    await shopSays("2");
    await env.DB.prepare("UPDATE orders SET shares = '{' WHERE id = ?1").bind(broken).run();
    await settleAll();
    expect(await booked()).toEqual(["accrual 1000"]);
    expect((await queue()).map(({ order_id }) => order_id)).toEqual([broken]);
  });

  it("lets go of what is no order any more", async () => {
    await env.DB.batch(markDue({ d1: env.DB }, ["ord_0000000000000000"]));
    await settleAll();
    expect(await queue()).toEqual([]);
  });

  it("settles only what it is asked for, and ends in time", async () => {
    const [one, two] = [await shopSays("1"), await shopSays("2")];
    await settleDue(settleDeps(), { timeMs: 0 });
    expect(await entries()).toEqual([]);
    await settleDue(settleDeps(), { ids: [one] });
    expect((await queue()).map(({ order_id }) => order_id)).toEqual([two]);
  });

  it("needs few queries for many orders", async () => {
    await changeRule({ tiers: [{ fromMinor: 1, value: 2_000 }], newCustomersOnly: true, payIn: "USD" });
    for (let index = 0; index < 60; index++) {
      await shopSays(`${index}`, { customerHash: `c${index}`, placedAt: PLACED + index });
    }
    await env.DB.prepare("UPDATE settlements_due SET next_at = 0").run();
    const prepare = vi.spyOn(env.DB, "prepare");
    await settleMarked(NOW + DAY);
    expect(await queue()).toEqual([]);
    expect(prepare.mock.calls.length).toBeLessThan(30);
  });

  it("shows its lag in /metrics", async () => {
    const read = async () => {
      const response = await exports.default.fetch("https://go.brand.example/metrics", {
        headers: { authorization: `Bearer ${env.ADMIN_API_KEY}` },
      });
      return (await response.text()).split("\n").filter((line) => line.startsWith("waymark_settlement"));
    };
    await settleAll(Date.now() - 60_000);
    await shopSays("1");
    await shopSays("2");
    // A run that ends before all is settled: its time is up at once.
    let clock = Date.now();
    const clocks = vi.spyOn(Date, "now").mockImplementation(() => (clock += 30_000));
    await settleAll(clock);
    clocks.mockRestore();
    expect(await queue()).toHaveLength(2);
    await env.DB.prepare(
      "UPDATE settlements_due SET next_at = ?1 WHERE order_id = (SELECT max(order_id) FROM settlements_due)",
    )
      .bind(Date.now() + DAY)
      .run();
    const [due, putOff, lag] = await read();
    expect([due, putOff]).toEqual(["waymark_settlements_due 1", "waymark_settlements_put_off 1"]);
    expect(Number(lag?.split(" ")[1])).toBeGreaterThanOrEqual(60);
    await settleAll(Date.now());
    expect(await read()).toEqual([
      "waymark_settlements_due 0",
      "waymark_settlements_put_off 1",
      "waymark_settlement_lag_seconds 0",
    ]);
  });
});

it("UPF-47 an order is paid once, to its owner alone", async () => {
  const orderId = await shopSays("1001", { codes: ["LEA10", "ZOE10"] });
  await settleAll();
  await settleAll();
  const paid = await entries(orderId);
  expect(paid).toHaveLength(1);
  expect(paid[0]?.creator_id).toBe((await orderRow(orderId)).creatorId);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM ledger WHERE store_id = ?1").bind(STORE).first("n")).toBe(1);
});
