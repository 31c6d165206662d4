import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { ingestAll, wipeLog } from "../../clicks/log-fixtures.ts";
import { readConfig } from "../../../src/ground/config.ts";
import { runCron } from "../../../src/cron.ts";
import type { AttributionSettings } from "../../../src/ground/model/attribution.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { rollUpOrders } from "../../../src/reports/rollup/orders-run.ts";
import { ensureStoreZones } from "../../../src/ground/time/zones-store.ts";
import { api } from "../../ground/api.ts";
import { clickMessage } from "../../clicks/click-message.ts";
import { bindClickDatabases } from "../../clicks/databases-fixtures.ts";
import { CAMPAIGN, failingAfter, NOW, PLAN, STORE } from "../../programme/generation-fixtures.ts";
import {
  claimed,
  clickOn,
  confirmed,
  DAY,
  HOUR,
  insertShop,
  LEA,
  LEA_CODE,
  LEA_LINK,
  POLICY,
  record,
  recordOne,
  ZOE,
  ZOE_LINK,
} from "../../sales/order-fixtures.ts";
import { orderSums, putClick, recountOrders, type Row, sumsOfFacts } from "../rollup-fixtures.ts";
import { PLACED, settleAll, settleMarked, shopSays } from "../../books/settle-fixtures.ts";

const facts = async (): Promise<Row[]> => (await orderSums())["order_facts"] ?? [];
const days = async (): Promise<Row[]> => (await orderSums())["order_days"] ?? [];

/** Rolls up, and compares all with what the orders say. */
async function rollUp(): Promise<void> {
  await rollUpOrders(env, NOW);
  expect(await orderSums()).toEqual(await recountOrders());
}

async function due(): Promise<number> {
  return (await env.DB.prepare("SELECT count(*) AS n FROM order_rollups_due").first<number>("n")) ?? -1;
}

const SPLIT: AttributionSettings = { ...POLICY, model: "split" };

beforeEach(async () => {
  await insertShop();
});

describe("the roll-up of orders", () => {
  it("makes a fact of an order, with all that it is sorted by", async () => {
    const click = clickOn(LEA_LINK, PLACED - HOUR);
    await putClick({ id: click.clickId, linkId: LEA_LINK, time: click.time, device: "tablet", source: "email" });
    const orderId = await shopSays("1001", { codes: [], clicks: [click], country: "AT", refundedMinor: 500 });
    await settleMarked();
    await rollUp();
    expect(await facts()).toEqual([
      {
        order_id: orderId,
        store_id: STORE,
        creator_id: LEA,
        campaign_id: CAMPAIGN,
        plan_id: PLAN,
        link_id: LEA_LINK,
        code_id: "",
        country: "AT",
        device: "tablet",
        source: "email",
        method: "click",
        claimed: 0,
        placed_at: PLACED,
        day: "2026-10-21",
        currency: "EUR",
        conversions: 1,
        gross_minor: 10_000,
        refunded_minor: 500,
        commission_minor: 950,
        commission_currency: "EUR",
      },
    ]);
    expect(await days()).toHaveLength(1);
    expect(await due()).toBe(0);
  });

  it("counts an order by code without device and source, and one that only a browser told of apart", async () => {
    await shopSays("1001");
    await recordOne(
      claimed({ currency: "EUR", totalMinor: 700, placedAt: PLACED, codes: ["LEA10"] }, { externalId: "1002" }),
    );
    await rollUp();
    expect(await facts()).toMatchObject([
      { claimed: 0, method: "code", code_id: LEA_CODE, link_id: "", device: "", source: "" },
      { claimed: 1, gross_minor: 700, commission_minor: 0 },
    ]);
    expect(await days()).toHaveLength(2);
  });

  it("counts an order without an amount in the store's currency", async () => {
    await recordOne(claimed({ placedAt: PLACED, codes: ["LEA10"] }));
    await rollUp();
    expect(await days()).toMatchObject([{ currency: "EUR", conversions: 1, gross_minor: 0 }]);
  });

  it("splits amount and refund so that the parts sum up, and counts one conversion", async () => {
    const clicks = [clickOn(LEA_LINK, PLACED - 2 * HOUR), clickOn(ZOE_LINK, PLACED - HOUR)];
    const said = { currency: "EUR", totalMinor: 1001, refundedMinor: 333, placedAt: PLACED, clicks };
    await record([confirmed(said)], SPLIT);
    await rollUp();
    const rows = await facts();
    expect(
      rows.map((row) => [row["creator_id"], row["conversions"], row["gross_minor"], row["refunded_minor"]]),
    ).toEqual(
      expect.arrayContaining([
        [ZOE, 1, 501, 167],
        [LEA, 0, 500, 166],
      ]),
    );
    expect(rows).toHaveLength(2);
  });

  it("sums a commission in its own currency", async () => {
    await shopSays("1001", { currency: "USD" });
    await settleMarked();
    await rollUp();
    await env.DB.prepare("UPDATE order_commissions SET currency = 'EUR', amount_minor = 500").run();
    await rollUp();
    const rows = await days();
    expect(rows.find((row) => row["currency"] === "USD")).toMatchObject({ gross_minor: 10_000, commission_minor: 0 });
    expect(rows.find((row) => row["currency"] === "EUR")).toMatchObject({
      conversions: 0,
      gross_minor: 0,
      commission_minor: 500,
    });
  });

  it("leaves out what is a test, nobody's, or declined", async () => {
    await shopSays("1001", { test: true });
    await shopSays("1002", { codes: [] });
    await shopSays("1003", { status: "cancelled" });
    await rollUp();
    expect(await orderSums()).toEqual({ order_facts: [], order_days: [], order_months: [] });
    expect(await due()).toBe(0);
  });

  it.each([
    ["a refund", { refundedMinor: 4_000 }],
    ["a cancellation", { status: "cancelled" as const }],
    ["another amount", { totalMinor: 5_000 }],
    ["another currency", { currency: "USD" }],
    ["another creator", { codes: ["ZOE10"] }],
    ["another country", { country: "FR" }],
  ])("moves the numbers of the day on which an order was placed after %s", async (_what, change) => {
    const orderId = await shopSays("1001", { country: "DE" });
    await shopSays("1002", { country: "DE" });
    await settleMarked();
    await rollUp();
    const before = await orderSums();
    if ("codes" in change) {
      await api("POST", `/orders/${orderId}/attribute`, { creatorId: ZOE, reason: "Hers." });
    } else await shopSays("1001", { country: "DE", ...change });
    expect(await due()).toBe(1);
    await settleMarked();
    await rollUp();
    expect(await orderSums()).not.toEqual(before);
    expect(new Set((await days()).map((row) => row["day"]))).toEqual(new Set(["2026-10-21"]));
  });

  it("takes a declined order out, and puts it back when it is approved after all", async () => {
    const orderId = await shopSays("1001");
    await settleAll();
    await rollUp();
    const before = await orderSums();
    await api("POST", `/orders/${orderId}/decline`, { reason: "Fraud." });
    await rollUp();
    expect(await orderSums()).toEqual({ order_facts: [], order_days: [], order_months: [] });
    await api("POST", `/orders/${orderId}/approve`, { reason: "No fraud." });
    await settleAll();
    await rollUp();
    expect(await orderSums()).toEqual(before);
  });

  it("writes no sum where what an order counts for stays", async () => {
    const orderId = await shopSays("1001");
    await settleMarked();
    await rollUp();
    await env.DB.prepare("UPDATE orders SET status = 'disputed' WHERE id = ?1").bind(orderId).run();
    for (const table of ["order_days", "order_months", "order_facts"]) {
      for (const what of ["INSERT", "UPDATE", "DELETE"]) {
        await env.DB.prepare(
          `CREATE TRIGGER no_${what}_${table} BEFORE ${what} ON ${table} BEGIN SELECT RAISE(ABORT, 'written'); END`,
        ).run();
      }
    }
    expect(await due()).toBe(1);
    await rollUp();
    expect(await due()).toBe(0);
  });

  describe("of a click that leaves the log", () => {
    const click = clickOn(LEA_LINK, PLACED - HOUR);

    beforeEach(async () => {
      await putClick({ id: click.clickId, linkId: LEA_LINK, time: click.time, device: "desktop", source: "search" });
    });

    const archive = () => wipeLog();

    it("keeps the device and the source", async () => {
      await shopSays("1001", { codes: [], clicks: [click] });
      await rollUp();
      await archive();
      await shopSays("1001", { codes: [], clicks: [click], refundedMinor: 100 });
      await rollUpOrders(env, NOW);
      expect(await facts()).toMatchObject([{ device: "desktop", source: "search", refunded_minor: 100 }]);
      expect(await days()).toMatchObject([{ device: "desktop", source: "search", refunded_minor: 100 }]);
    });

    it("doesn't know them where it was rolled up too late", async () => {
      await archive();
      await shopSays("1001", { codes: [], clicks: [click] });
      await rollUpOrders(env, NOW);
      expect(await facts()).toMatchObject([{ device: "", source: "" }]);
    });

    it("doesn't take them for another link of the same creator", async () => {
      const orderId = await shopSays("1001", { codes: [], clicks: [click] });
      await rollUp();
      await archive();
      await env.DB.prepare("UPDATE orders SET shares = json_set(shares, '$[0].linkId', ?2) WHERE id = ?1")
        .bind(orderId, ZOE_LINK)
        .run();
      await rollUpOrders(env, NOW);
      expect(await facts()).toMatchObject([{ link_id: ZOE_LINK, device: "", source: "" }]);
    });
  });

  it("has the device of a click that comes after its order was rolled up, and of no other", async () => {
    const click = clickOn(LEA_LINK, PLACED - HOUR);
    const arrive = (clickId: string) =>
      ingestAll(readConfig({}), [clickMessage({ id: clickId, linkId: LEA_LINK, time: click.time })], NOW);
    await shopSays("1001", { codes: [], clicks: [click] });
    await rollUp();
    expect(await facts()).toMatchObject([{ device: "", source: "" }]);
    await arrive("clk_another");
    await rollUpClicks(env, NOW);
    expect(await due()).toBe(0);
    await arrive(click.clickId);
    await rollUpClicks(env, NOW);
    expect(await due()).toBe(1);
    await rollUp();
    expect(await facts()).toMatchObject([{ device: "mobile", source: "social" }]);
    // Once it is known, nothing waits for it any more.
    await wipeLog();
    await arrive(click.clickId);
    await rollUpClicks(env, NOW);
    expect(await due()).toBe(0);
  });

  it("misses no click that is rolled up while it is looked for", async () => {
    const click = clickOn(LEA_LINK, PLACED - HOUR);
    await shopSays("1001", { codes: [], clicks: [click] });
    await ensureStoreZones(env.DB);
    let batches = 0;
    const comes = new Proxy(env.DB, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (name !== "batch") return typeof value === "function" ? (value.bind(target) as unknown) : value;
        return async (statements: D1PreparedStatement[]) => {
          batches += 1;
          // The first says what is due, the second looks for its click, the third writes what it counts for.
          if (batches === 3) {
            await ingestAll(
              readConfig({}),
              [clickMessage({ id: click.clickId, linkId: LEA_LINK, time: click.time })],
              NOW,
            );
            await rollUpClicks(env, NOW);
          }
          return target.batch(statements);
        };
      },
    });
    await rollUpOrders({ ...env, DB: comes }, NOW);
    expect(batches).toBe(6);
    expect(await facts()).toMatchObject([{ device: "mobile", source: "social" }]);
  });

  it.each([0, 3])("finds clicks in whatever database of the log they are, of %d", async (databases) => {
    if (databases > 0) await bindClickDatabases(databases);
    const clicks = [LEA_LINK, ZOE_LINK].map((linkId) => clickOn(linkId, PLACED - HOUR));
    await ingestAll(
      readConfig({}),
      clicks.map(({ clickId, linkId, time }) => clickMessage({ id: clickId, linkId, time })),
      NOW,
    );
    for (const [index, click] of clicks.entries()) await shopSays(`100${index}`, { codes: [], clicks: [click] });
    await rollUp();
    expect(await facts()).toMatchObject([{ device: "mobile" }, { device: "mobile" }]);
  });

  it("takes the device of the latest of several clicks on the link, not of another link", async () => {
    const clicks = [
      clickOn(LEA_LINK, PLACED - 3 * HOUR),
      clickOn(LEA_LINK, PLACED - 2 * HOUR),
      clickOn(ZOE_LINK, PLACED - 5 * HOUR),
    ];
    for (const [index, { clickId, linkId, time }] of clicks.entries()) {
      await putClick({ id: clickId, linkId, time, device: ["mobile", "tablet", "desktop"][index] ?? "" });
    }
    await shopSays("1001", { codes: [], clicks });
    await rollUp();
    expect(await facts()).toMatchObject([{ creator_id: LEA, device: "tablet" }]);
  });

  it("has days and months of the store's time zone", async () => {
    await env.DB.prepare("UPDATE stores SET timezone = 'Asia/Kolkata'").run();
    await shopSays("1001", { placedAt: Date.UTC(2026, 9, 31, 18, 29, 59) });
    await shopSays("1002", { placedAt: Date.UTC(2026, 9, 31, 18, 30) });
    await rollUp();
    expect((await facts()).map((row) => String(row["day"])).toSorted((a, b) => a.localeCompare(b))).toEqual([
      "2026-10-31",
      "2026-11-01",
    ]);
    const months = (await orderSums())["order_months"] ?? [];
    expect(months.map((row) => String(row["month"])).toSorted((a, b) => a.localeCompare(b))).toEqual([
      "2026-10",
      "2026-11",
    ]);
  });

  describe("of many orders", () => {
    beforeEach(async () => {
      for (let n = 1; n <= 5; n++)
        await shopSays(`100${n}`, { placedAt: PLACED + n * DAY, codes: [n % 2 ? "LEA10" : "ZOE10"] });
      await settleMarked();
    });

    it("works in chunks, and tells how many", async () => {
      expect(await rollUpOrders(env, NOW, { chunk: 2 })).toBe(3);
      expect(await orderSums()).toEqual(await recountOrders());
    });

    it("ends in time, and the next run goes on", async () => {
      expect(await rollUpOrders(env, NOW, { chunk: 2, timeMs: 0 })).toBe(1);
      expect(await due()).toBe(3);
      const { order_facts = [], ...sums } = await orderSums();
      expect(order_facts).toHaveLength(2);
      expect(sums).toEqual(sumsOfFacts(order_facts));
      await rollUp();
    });

    it("counts each once when runs overlap", async () => {
      await Promise.all([1, 2, 500].map((chunk) => rollUpOrders(env, NOW, { chunk })));
      expect(await orderSums()).toEqual(await recountOrders());
    });

    it.each([1, 2, 3, 4])("goes on after a run that died before its batch %d, or lost its answer", async (batch) => {
      for (const answerLost of [false, true]) {
        await rollUpOrders({ ...env, DB: failingAfter(batch, answerLost) }, NOW, { chunk: 2 }).catch(() => {});
      }
      await rollUp();
    });

    it("is done by the minute's cron after orders are settled", async () => {
      await env.DB.prepare(
        "INSERT INTO settlements_due SELECT id, 1, 0, 0 FROM orders WHERE true ON CONFLICT DO NOTHING",
      ).run();
      await runCron("* * * * *", env, NOW);
      expect(await due()).toBe(0);
      expect(await orderSums()).toEqual(await recountOrders());
      expect((await facts()).every((row) => row["commission_minor"] === 1000)).toBe(true);
    });
  });
});
