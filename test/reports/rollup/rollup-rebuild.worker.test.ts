import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { archiveClicks } from "../../../src/clicks/archive/run.ts";
import { runCron } from "../../../src/cron.ts";
import { rebuildRollups, type RebuildLimits } from "../../../src/reports/rollup/rebuild-run.ts";
import { rollUpOrders } from "../../../src/reports/rollup/orders-run.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { rebuildSchema, rollupsSchema } from "../../../src/reports/rollup/schema.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { archived, CUTOFF, log, NIGHT, visitAt, WEEK } from "../../clicks/archive-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { failingAfter, id, insertStore, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { DAY, HOUR, insertShop, LEA_LINK } from "../../sales/order-fixtures.ts";
import {
  clickSums,
  finishRollups,
  orderSums,
  putClick,
  recountClicks,
  recountOrders,
  type Row,
  splitsAsRows,
} from "../rollup-fixtures.ts";
import { PLACED, settleMarked, shopSays } from "../../books/settle-fixtures.ts";

const [FIRST, SECOND, THIRD] = [id("lnk", 1), id("lnk", 2), id("lnk", 3)];
const OTHER_STORE = id("str", 2);

/** Links of two stores and of none, each with clicks on several days, rolled up. */
async function insertHistory(): Promise<void> {
  await insertStore({ timezone: "Europe/Berlin" });
  await insertStore({ id: OTHER_STORE, timezone: "UTC" });
  await insertLink({ id: FIRST, storeId: STORE });
  await insertLink({ id: SECOND, storeId: OTHER_STORE });
  await insertLink({ id: THIRD });
  for (let n = 0; n < 12; n++) {
    await log(
      ...[FIRST, SECOND, THIRD, id("lnk", 4)].map((linkId, index) =>
        visitAt(`clk_${n}_${index}`, CUTOFF - 2 * DAY + n * 9 * HOUR, { linkId, country: n % 3 === 0 ? "FR" : "DE" }),
      ),
    );
  }
  await rollUpClicks(env, NIGHT);
}

const rebuilds = async () => bodyOf(rollupsSchema, await api("GET", "/rollups")).rebuilds;
const ask = (body?: object) => api("POST", "/rollups/rebuild", body);
const counts = (rows: Row[] = []): number => rows.reduce((sum, row) => sum + Number(row["counted"]), 0);

/** Makes sums wrong, and adds some that nothing is behind. */
async function damage(): Promise<void> {
  await env.DB.batch(
    [
      "UPDATE click_days SET counted = counted + 3",
      "DELETE FROM click_months",
      `UPDATE click_days SET splits = replace(splits, '"DE"', '"X"')`,
      "INSERT OR IGNORE INTO click_days VALUES ('lnk_0000000000000009', '2026-01-01', 5, 5, NULL)",
      "INSERT OR IGNORE INTO click_days_anew VALUES ('lnk_0000000000000001', '2026-01-01', 5, 5, NULL)",
      "INSERT OR IGNORE INTO click_splits VALUES ('lnk_0000000000000001', '2026-01-01', 'device', 'mobile', 5, 5)",
    ].map((sql) => env.DB.prepare(sql)),
  );
}

describe("a rebuild of the roll-ups of clicks", () => {
  beforeEach(insertHistory);

  it("ends in the tables that the clicks give, whatever was there before", async () => {
    const before = await clickSums();
    expect(before).toEqual(await recountClicks());
    await damage();
    await ask();
    await finishRollups();
    expect(await clickSums()).toEqual(before);
  });

  it("of a store leaves the others alone", async () => {
    const before = await clickSums();
    await env.DB.prepare("UPDATE click_days SET counted = counted + 3").run();
    await ask({ storeId: STORE });
    await finishRollups();
    const wrong = (await clickSums())["click_days"] ?? [];
    const right = before["click_days"] ?? [];
    const of = (rows: Row[], linkId: string) => rows.filter((row) => row["link_id"] === linkId);
    expect(of(wrong, FIRST)).toEqual(of(right, FIRST));
    expect(counts(of(wrong, SECOND))).toBeGreaterThan(counts(of(right, SECOND)));
  });

  it.each([{ links: 1 }, { clicks: 1 }, { links: 2, clicks: 30 }] satisfies RebuildLimits[])(
    "is done in parts of %j, each once, wherever runs die",
    async (limits) => {
      const before = await clickSums();
      for (let batch = 1; batch <= 5; batch++) {
        await damage();
        await ask();
        for (const answerLost of [false, true]) {
          await rebuildRollups({ ...env, DB: failingAfter(batch, answerLost) }, NOW, limits).catch(() => {});
        }
        await Promise.all([rebuildRollups(env, NOW, limits), rebuildRollups(env, NOW, limits)]);
        await finishRollups();
        expect(await clickSums()).toEqual(before);
      }
    },
  );

  it("ends in time, and the next run goes on", async () => {
    await damage();
    await ask();
    // The log is read first.
    await rebuildRollups(env, NOW, { links: 1, timeMs: 0 });
    expect(await rebuilds()).toMatchObject([{ step: "clicks", done: 0, total: 3 }]);
    await rebuildRollups(env, NOW, { links: 1, timeMs: 0 });
    expect(await rebuilds()).toMatchObject([{ step: "clicks", done: 1, total: 3 }]);
    await rebuildRollups(env, NOW, { links: 1, timeMs: 0 });
    expect(await rebuilds()).toMatchObject([{ step: "clicks", done: 2, total: 3 }]);
    await finishRollups();
    expect(await rebuilds()).toEqual([]);
    expect(await clickSums()).toEqual(await recountClicks());
  });

  it("leaves clicks to the roll-up that it has not read", async () => {
    await log(visitAt("clk_unread", CUTOFF, { linkId: FIRST }));
    const before = await clickSums();
    await damage();
    await ask();
    await rebuildRollups(env, NOW);
    expect(await clickSums()).toEqual(before);
    await rollUpClicks(env, NOW);
    expect(await clickSums()).toEqual(await recountClicks());
  });

  it.each([false, true])("keeps what archived clicks were, and counts them by their hours: %j", async (asRows) => {
    const before = await clickSums();
    if (asRows) await splitsAsRows();
    await archiveClicks(env, WEEK, NIGHT);
    const gone = await archived();
    expect(gone.length).toBeGreaterThan(8);
    await ask();
    await finishRollups();
    expect(await clickSums()).toEqual(before);
    await env.DB.batch(
      ["UPDATE click_days SET counted = 7, unique_of_day = 0", "DELETE FROM click_months"].map((sql) =>
        env.DB.prepare(sql),
      ),
    );
    await ask();
    await finishRollups();
    expect(await clickSums()).toEqual(before);
  });

  it("says of archived clicks that were never split that nothing is known", async () => {
    const { click_days } = await clickSums();
    await archiveClicks(env, WEEK, NIGHT);
    for (const table of ["click_days", "click_months", "click_splits"])
      await env.DB.prepare(`DELETE FROM ${table}`).run();
    await ask();
    await finishRollups();
    const after = await clickSums();
    expect(after["click_days"]).toEqual(click_days);
    const gone = await archived();
    for (const dim of ["country", "device", "source"]) {
      const rows = after["click_splits"]?.filter((row) => row["dim"] === dim) ?? [];
      expect(counts(rows)).toBe(counts(click_days));
      expect(counts(rows.filter(({ value }) => value === ""))).toBe(gone.length);
    }
  });

  it("is done by the minute's cron for clicks that were rolled up before there were days", async () => {
    for (const table of ["click_days", "click_months", "click_splits"])
      await env.DB.prepare(`DELETE FROM ${table}`).run();
    await env.DB.prepare("INSERT INTO rollup_rebuilds VALUES ('', 'new roll-ups', 'clicks', '', 0, 0)").run();
    await runCron("* * * * *", env, NIGHT);
    expect(await rebuilds()).toEqual([]);
    expect(await clickSums()).toEqual(await recountClicks());
  });
});

describe("another time zone", () => {
  beforeEach(insertHistory);

  it("of a store has its days made anew", async () => {
    await shopOrders();
    const answer = await api("PATCH", `/stores/${STORE}`, { timezone: "Asia/Kolkata" });
    expect(answer.status).toBe(200);
    expect(await rebuilds()).toMatchObject([
      { storeId: STORE, linkId: null, reason: "The time zone was Europe/Berlin.", step: "clicks", done: 0, total: 3 },
    ]);
    expect(await clickSums()).not.toEqual(await recountClicks());
    await finishRollups();
    expect(await clickSums()).toEqual(await recountClicks());
    expect(await orderSums()).toEqual(await recountOrders());
  });

  it("begins a rebuild anew that is under way", async () => {
    await api("PATCH", `/stores/${OTHER_STORE}`, { timezone: "Asia/Tokyo" });
    for (let run = 0; run < 2; run++) await rebuildRollups(env, NOW, { timeMs: 0 });
    expect(await rebuilds()).toMatchObject([{ done: 1 }]);
    await api("PATCH", `/stores/${OTHER_STORE}`, { timezone: "America/New_York" });
    expect(await rebuilds()).toMatchObject([{ done: 0, reason: "The time zone was Asia/Tokyo." }]);
    await finishRollups();
    expect(await clickSums()).toEqual(await recountClicks());
  });

  it("that is set while a part is done has that part done anew", async () => {
    await ask({ storeId: STORE });
    const batch = env.DB.batch.bind(env.DB);
    const spy = vi.spyOn(env.DB, "batch").mockImplementationOnce(async (statements: D1PreparedStatement[]) => {
      await api("PATCH", `/stores/${STORE}`, { timezone: "Pacific/Apia" });
      await env.DB.prepare("UPDATE rollup_rebuilds SET requested_at = requested_at + 1").run();
      return batch(statements);
    });
    await rebuildRollups(env, NOW);
    expect(await rebuilds()).toMatchObject([{ step: "clicks", done: 0 }]);
    spy.mockRestore();
    await finishRollups();
    expect(await clickSums()).toEqual(await recountClicks());
  });

  it("asks for nothing where it stays", async () => {
    await api("PATCH", `/stores/${STORE}`, { timezone: "Europe/Berlin", name: "Other" });
    expect(await rebuilds()).toEqual([]);
  });

  it("is that of the store that a link comes to", async () => {
    await api("PATCH", `/links/${SECOND}`, { storeId: STORE });
    expect(await rebuilds()).toMatchObject([
      { storeId: null, linkId: SECOND, reason: "The link came to another store.", done: 0, total: 1 },
    ]);
    await finishRollups();
    expect(await clickSums()).toEqual(await recountClicks());
    await api("PATCH", `/links/${SECOND}`, { storeId: null });
    expect(await rebuilds()).toMatchObject([{ linkId: SECOND }]);
    await finishRollups();
    expect(await clickSums()).toEqual(await recountClicks());
  });

  it("is that of a store whose rebuild the link leaves behind", async () => {
    await api("PATCH", `/stores/${STORE}`, { timezone: "Asia/Tokyo" });
    await api("PATCH", `/stores/${OTHER_STORE}`, { timezone: "Asia/Tokyo" });
    await api("PATCH", `/links/${SECOND}`, { storeId: STORE });
    await env.DB.prepare("DELETE FROM rollup_rebuilds WHERE store_id = ?1").bind(STORE).run();
    await finishRollups();
    const of = (rows: Row[] = []) => rows.filter((row) => row["link_id"] === SECOND);
    expect(of((await clickSums())["click_days"])).toEqual(of((await recountClicks())["click_days"]));
  });

  it("is not asked for where a link stays in its store", async () => {
    await api("PATCH", `/links/${SECOND}`, { storeId: OTHER_STORE, url: "https://shop.example/other" });
    expect(await rebuilds()).toEqual([]);
  });

  it("loses and doubles no archived click, and all splits of a day sum up to it", async () => {
    const total = counts((await clickSums())["click_days"]);
    await archiveClicks(env, WEEK, NIGHT);
    for (const timezone of ["Asia/Tokyo", "America/New_York", "Europe/Berlin"]) {
      await api("PATCH", `/stores/${STORE}`, { timezone });
      await finishRollups();
      const after = await clickSums();
      expect(counts(after["click_days"])).toBe(total);
      const { click_days = [], click_splits = [] } = after;
      for (const day of click_days) {
        for (const dim of ["country", "device", "source"]) {
          const rows = click_splits.filter(
            (row) => row["dim"] === dim && row["link_id"] === day["link_id"] && row["day"] === day["day"],
          );
          expect(counts(rows)).toBe(day["counted"]);
        }
      }
      expect(click_days).toEqual((await recountClicks((await archived()) as unknown as Row[]))["click_days"]);
    }
  });

  it("is known before the store has it", async () => {
    await createStore({ timezone: "Asia/Kolkata" });
    const zones = await env.DB.prepare("SELECT zone FROM zone_offsets WHERE zone = 'Asia/Kolkata'").all();
    expect(zones.results).toHaveLength(1);
  });
});

async function shopOrders(): Promise<void> {
  await env.DB.prepare("DELETE FROM links").run();
  await env.DB.prepare("DELETE FROM stores").run();
  await insertShop();
  await env.DB.prepare("UPDATE stores SET timezone = 'Europe/Berlin'").run();
  await insertLink({ id: FIRST, storeId: STORE });
  for (let n = 0; n < 4; n++) await shopSays(`200${n}`, { placedAt: PLACED + n * 7 * HOUR });
  await settleMarked();
  await rollUpOrders(env, NOW);
}

describe("a rebuild of the roll-ups of orders", () => {
  beforeEach(async () => {
    await insertShop();
    await putClick({ id: "clk_1", linkId: LEA_LINK, time: PLACED - HOUR });
    for (let n = 0; n < 5; n++) {
      const clicks = [{ clickId: "clk_1", linkId: LEA_LINK, time: PLACED - HOUR }];
      await shopSays(`100${n}`, { placedAt: PLACED + n * DAY, codes: n === 0 ? [] : ["ZOE10"], clicks });
    }
    await settleMarked();
    await rollUpClicks(env, NOW);
    await rollUpOrders(env, NOW);
  });

  it.each([1, 2, 5_000])("makes facts and sums anew, %d orders at a time", async (orders) => {
    const before = await orderSums();
    expect(before).toEqual(await recountOrders());
    await env.DB.batch(
      [
        "UPDATE order_facts SET gross_minor = gross_minor + 1, country = 'XX' WHERE rowid % 2",
        "UPDATE order_days SET conversions = 7",
        "DELETE FROM order_months",
        "INSERT INTO order_days SELECT store_id, 'crt_x', '', '', '', '', '', '', '', '', 0, day, 'USD', 1, 1, 1, 1 FROM order_days",
      ].map((sql) => env.DB.prepare(sql)),
    );
    await ask({ storeId: STORE });
    for (let batch = 2; batch <= 6; batch++) {
      await rebuildRollups({ ...env, DB: failingAfter(batch) }, NOW, { orders }).catch(() => {});
    }
    await finishRollups();
    expect(await orderSums()).toEqual(before);
  });

  it("of one store marks no order of another", async () => {
    await insertStore({ id: OTHER_STORE });
    await ask({ storeId: OTHER_STORE });
    await rebuildRollups(env, NOW);
    expect((await env.DB.prepare("SELECT * FROM order_rollups_due").all()).results).toEqual([]);
    expect(await rebuilds()).toEqual([]);
  });

  it("shows how many orders are done", async () => {
    await ask({ storeId: STORE });
    for (let part = 0; part < 5; part++) await rebuildRollups(env, NOW, { orders: 2, timeMs: 0 });
    expect(await rebuilds()).toMatchObject([{ step: "orders", done: 4, total: 5 }]);
  });

  it("keeps the device of a click that has left the log", async () => {
    const before = await orderSums();
    await env.DB.prepare("DELETE FROM click_rows").run();
    await ask();
    await finishRollups();
    expect(await orderSums()).toEqual(before);
  });
});

describe("/rollups", () => {
  beforeEach(insertHistory);

  it("shows how far they are", async () => {
    const now = Date.now();
    await env.DB.prepare("UPDATE click_batches SET ingested_at = ?1")
      .bind(now - 90_000)
      .run();
    const last = await env.DB.prepare("SELECT value FROM watermarks WHERE name = 'clicks'").first<number>("value");
    await env.DB.prepare(
      "UPDATE watermarks SET value = (SELECT max(seq) - 1 FROM click_batches) WHERE name = 'clicks'",
    ).run();
    const { clicks, orders, rebuilds: none } = bodyOf(rollupsSchema, await api("GET", "/rollups"));
    expect(clicks).toMatchObject({ waiting: 4, ranAt: new Date(NIGHT).toISOString() });
    expect(clicks.watermark).toBeLessThan(last ?? 0);
    expect(clicks.databases).toEqual([
      { name: "DB", watermark: clicks.watermark, waiting: 4, lagSeconds: clicks.lagSeconds },
    ]);
    expect(clicks.lagSeconds).toBeGreaterThanOrEqual(90);
    expect(clicks.lagSeconds).toBeLessThan(150);
    expect(orders).toEqual({ waiting: 0, lagSeconds: 0, ranAt: null });
    expect(none).toEqual([]);
  });

  it("shows how long orders wait, as /metrics does", async () => {
    const metric = async () => {
      const { exports } = await import("cloudflare:workers");
      const headers = { authorization: `Bearer ${env.ADMIN_API_KEY}` };
      const text = await (await exports.default.fetch("https://go.brand.example/metrics", { headers })).text();
      return text.split("\n").filter((line) => line.startsWith("waymark_order_rollup"));
    };
    expect(await metric()).toEqual(["waymark_order_rollups_due 0"]);
    const now = Date.now();
    await rollUpOrders(env, now - 120_000);
    expect(await metric()).toEqual(["waymark_order_rollups_due 0", "waymark_order_rollup_lag_seconds 0"]);
    await env.DB.prepare("INSERT INTO order_rollups_due VALUES ('ord_1', 1)").run();
    const [due, lag] = await metric();
    expect(due).toBe("waymark_order_rollups_due 1");
    expect(Number(lag?.split(" ")[1])).toBeGreaterThanOrEqual(120);
    const { orders } = bodyOf(rollupsSchema, await api("GET", "/rollups"));
    expect(orders).toMatchObject({ waiting: 1, ranAt: new Date(now - 120_000).toISOString() });
    expect(orders.lagSeconds).toBeGreaterThanOrEqual(120);
  });

  it("takes a rebuild of a store, or of all, with a reason, and audits it", async () => {
    const answer = await ask({ storeId: STORE, reason: "The sums looked wrong." });
    expect(answer.status).toBe(202);
    expect(bodyOf(rebuildSchema, answer)).toMatchObject({
      storeId: STORE,
      reason: "The sums looked wrong.",
      step: "clicks",
      done: 0,
      total: 1,
    });
    expect(bodyOf(rebuildSchema, await ask())).toMatchObject({ storeId: null, reason: "It was asked for.", total: 3 });
    expect((await rebuilds()).map(({ storeId }) => storeId)).toEqual(expect.arrayContaining([STORE, null]));
    const { results } = await env.DB.prepare(
      "SELECT action, entity, entity_id FROM audit_log WHERE entity = 'rollup_rebuild' ORDER BY entity_id",
    ).all();
    expect(results).toEqual([
      { action: "create", entity: "rollup_rebuild", entity_id: "all" },
      { action: "create", entity: "rollup_rebuild", entity_id: STORE },
    ]);
  });

  it("refuses a rebuild while one of that store, or of all, is under way", async () => {
    await ask({ storeId: STORE });
    expect(problemOf(await ask({ storeId: STORE }))).toMatchObject({ status: 409, code: "rebuild_busy" });
    expect((await ask({ storeId: OTHER_STORE })).status).toBe(202);
    expect((await ask()).status).toBe(202);
    await rebuildRollups(env, NOW);
    await ask();
    expect(problemOf(await ask({ storeId: STORE }))).toMatchObject({ status: 409, code: "rebuild_busy" });
    expect(problemOf(await ask())).toMatchObject({ status: 409, code: "rebuild_busy" });
  });

  it("refuses one of two that come at once", async () => {
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 409, 409]);
  });

  it("refuses a store that there never was, and knows one that was deleted", async () => {
    expectInvalid(await ask({ storeId: id("str", 77) }), "storeId");
    await env.DB.prepare("UPDATE stores SET deleted_at = 1").run();
    expect((await ask({ storeId: STORE })).status).toBe(202);
  });

  it("is guarded", async () => {
    await expectGuarded("GET", "/rollups", "settings:read");
    await expectGuarded("POST", "/rollups/rebuild", "settings:write");
  });
});
