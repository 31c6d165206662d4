import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { alarmSchema } from "../../../src/journal/alarm/schema.ts";
import { archiveClicks } from "../../../src/clicks/archive/run.ts";
import { readConfig } from "../../../src/ground/config.ts";
import { runCron } from "../../../src/cron.ts";
import { checkAnalytics } from "../../../src/operate/drift/analytics-run.ts";
import { allowedDrift, driftQuery } from "../../../src/operate/drift/query.ts";
import { checkRollups, goOnChecking } from "../../../src/operate/drift/rollup-run.ts";
import { askRebuild } from "../../../src/journal/due/write-rebuild.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { rebuildRollups } from "../../../src/reports/rollup/rebuild-run.ts";
import { closeDays } from "../../../src/reports/rollup/months-run.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { api, bodyOf, holding } from "../../ground/api.ts";
import { CUTOFF, DAY, HOUR, log, NIGHT, openAlarms, visitAt, WEEK } from "../../clicks/archive-fixtures.ts";
import { bindClickDatabases } from "../../clicks/databases-fixtures.ts";
import { boundLogs } from "../../../src/clicks/log/logs-store.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { insertStore } from "../../programme/generation-fixtures.ts";

const LINK = "lnk_0000000000000001";
/** 2026-11-20, the day that closed last. */
const YESTERDAY = Date.UTC(2026, 10, 20);
const CLOSED = Array.from({ length: 8 }, (_none, index) => YESTERDAY - index * DAY);

const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10);

async function alarms() {
  return bodyOf(pageOf(alarmSchema), await api("GET", "/alarms?open=true")).data;
}

/** Adds to a column of the roll-up behind its back. */
async function tamper(hour: number, column: string, by = 1): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO click_hours VALUES (?1, ?2, 0, 0, 0, 0, 0, 0, 0, 0)
     ON CONFLICT (link_id, hour) DO NOTHING`,
  )
    .bind(LINK, hour)
    .run();
  await env.DB.prepare(`UPDATE click_hours SET ${column} = ${column} + ?3 WHERE link_id = ?1 AND hour = ?2`)
    .bind(LINK, hour, by)
    .run();
}

/** Answers as the SQL API does: 64-bit integers as text. */
function answerWith(counts: Record<number, number>) {
  const data = Object.entries(counts).map(([day, requests]) => ({ day: String(Number(day) / 86_400_000), requests }));
  return vi
    .spyOn(globalThis, "fetch")
    .mockImplementation(() => Promise.resolve(Response.json({ meta: [], data, rows: data.length })));
}

/** A part of a database that sees nothing of a spy on it. */
function own(db: D1Database, name: string | symbol, batch: D1Database["batch"]): unknown {
  if (name === "batch") return batch;
  const value = Reflect.get(db, name) as unknown;
  return typeof value === "function" ? (value.bind(db) as unknown) : value;
}

async function metric(): Promise<string | undefined> {
  const response = await exports.default.fetch("https://go.brand.example/metrics", {
    headers: holding(env.ADMIN_API_KEY),
  });
  return (await response.text()).split("\n").find((line) => line.startsWith("waymark_click_drift "));
}

/** Puts sums into the roll-up. */
async function count(day: number, counted: number): Promise<void> {
  await env.DB.prepare("INSERT INTO click_hours VALUES (?1, ?2, ?3, 7, 1, 1, 1, 1, 1, 0)")
    .bind(LINK, day + 5 * HOUR, counted - 5)
    .run();
}

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the drift of roll-ups", () => {
  beforeEach(async () => {
    await log(
      ...CLOSED.flatMap((day) => [
        visitAt(`clk_${day}a`, day + 30_000),
        visitAt(`clk_${day}b`, day + DAY - 1, { bucket: "head" }),
        visitAt(`clk_${day}c`, day + 30_001, { pseudonym: `clk_${day}a`, linkId: "lnk_0000000000000002" }),
        visitAt(`clk_${day}d`, day + 30_002, { pseudonym: `clk_${day}a` }),
      ]),
    );
    await rollUpClicks(env, NIGHT);
  });

  it("is none after any roll-up, nor for clicks that none has read, nor for a click that came late", async () => {
    await checkRollups(env, NIGHT);
    await log(visitAt("clk_unread", YESTERDAY), visitAt("clk_late", YESTERDAY + 1, { pseudonym: `clk_${YESTERDAY}a` }));
    await checkRollups(env, NIGHT);
    await rollUpClicks(env, NIGHT);
    await checkRollups(env, NIGHT);
    expect(await alarms()).toEqual([]);
  });

  it.each(["counted", "unique_of_day", "bot", "prefetch", "head", "embedded", "duplicate", "inactive"])(
    "is seen in %s, either way",
    async (column) => {
      await tamper(YESTERDAY, column);
      await checkRollups(env, NIGHT);
      expect((await alarms()).map(({ subject }) => subject)).toEqual(["2026-11-20"]);
      await tamper(YESTERDAY, column, -2);
      await checkRollups(env, NIGHT);
      expect(await alarms()).toMatchObject([{ detail: { first: [{ logMinusRollup: { [column]: 1 } }] } }]);
    },
  );

  it("raises an alarm a day that names the hours, until the day agrees again", async () => {
    const untouched = await env.DB.prepare("SELECT * FROM click_hours ORDER BY 1, 2").all();
    await tamper(YESTERDAY + 5 * HOUR, "bot", 3);
    await tamper(YESTERDAY - DAY, "counted");
    await checkRollups(env, NIGHT);
    expect(await openAlarms()).toEqual(["rollup_drift 2026-11-19", "rollup_drift 2026-11-20"]);
    const named = (await alarms()).find(({ subject }) => subject === "2026-11-20");
    expect(named?.detail).toEqual({
      differingHours: 1,
      first: [
        {
          linkId: LINK,
          hour: "2026-11-20T05:00:00.000Z",
          logMinusRollup: {
            counted: 0,
            unique_of_day: 0,
            bot: -3,
            prefetch: 0,
            head: 0,
            embedded: 0,
            duplicate: 0,
            inactive: 0,
          },
        },
      ],
    });

    await env.DB.prepare("DELETE FROM click_hours WHERE hour = ?1")
      .bind(YESTERDAY + 5 * HOUR)
      .run();
    await tamper(YESTERDAY - DAY, "counted", -1);
    await checkRollups(env, NIGHT);
    expect(await alarms()).toEqual([]);
    expect(await env.DB.prepare("SELECT * FROM click_hours ORDER BY 1, 2").all()).toMatchObject({
      results: untouched.results,
    });
  });

  it("is seen in a lost click and in an hour that the roll-up lost", async () => {
    await env.DB.prepare("DELETE FROM click_batches WHERE earliest BETWEEN ?1 AND ?1 + 60000").bind(YESTERDAY).run();
    await env.DB.prepare("DELETE FROM click_hours WHERE hour = ?1")
      .bind(YESTERDAY - DAY)
      .run();
    await checkRollups(env, NIGHT);
    expect(await openAlarms()).toEqual(["rollup_drift 2026-11-19", "rollup_drift 2026-11-20"]);
    expect(await alarms()).toContainEqual(
      expect.objectContaining({ detail: expect.objectContaining({ differingHours: 2 }) }),
    );
  });

  it("is looked for in as many runs as it takes, and ends in the same alarms", async () => {
    await tamper(YESTERDAY + 5 * HOUR, "bot", 3);
    await tamper(YESTERDAY - 2 * DAY, "counted");
    // Seven days are left to the minutes after the night.
    await checkRollups(env, NIGHT, 0);
    expect(await openAlarms()).toEqual([]);
    for (let run = 0; run < 2; run++) await goOnChecking(env, NIGHT);
    expect(await openAlarms()).toEqual(["rollup_drift 2026-11-18", "rollup_drift 2026-11-20"]);
    // The next day begins, and isn't closed yet.
    await tamper(YESTERDAY + DAY, "bot");
    await goOnChecking(env, NIGHT + DAY);
    expect(await openAlarms()).toEqual(["rollup_drift 2026-11-18", "rollup_drift 2026-11-20"]);
  });

  it("is looked for again where clicks are rolled up in the middle", async () => {
    await log(visitAt("clk_unread", YESTERDAY + HOUR));
    const batch = env.DB.batch.bind(env.DB);
    let rollUps = 0;
    vi.spyOn(env.DB, "batch").mockImplementation(async (statements: D1PreparedStatement[]) => {
      // The question about the sums: by then the log was read.
      if (statements.length === 2 && rollUps === 0) {
        rollUps += 1;
        await rollUpClicks({ ...env, DB: new Proxy(env.DB, { get: (db, name) => own(db, name, batch) }) }, NIGHT);
      }
      return batch(statements);
    });
    await checkRollups(env, NIGHT);
    expect(rollUps).toBe(1);
    expect(await alarms()).toEqual([]);
  });

  it("is none in several databases, and seen in each of them", async () => {
    await bindClickDatabases(4);
    await log(...Array.from({ length: 12 }, (_none, n) => visitAt(`clk_x${n}`, YESTERDAY, { linkId: `lnk_x${n}` })));
    await rollUpClicks(env, NIGHT);
    await log(...Array.from({ length: 12 }, (_none, n) => visitAt(`clk_y${n}`, YESTERDAY, { linkId: `lnk_x${n}` })));
    await checkRollups(env, NIGHT);
    expect(await alarms()).toEqual([]);
    for (const d1 of boundLogs(env)) {
      const lost = await d1
        .prepare("SELECT * FROM click_batches WHERE earliest BETWEEN ?1 AND ?2 ORDER BY seq LIMIT 1")
        .bind(YESTERDAY, YESTERDAY + DAY)
        .first();
      await d1.prepare("DELETE FROM click_batches WHERE seq = ?1").bind(lost?.["seq"]).run();
      await checkRollups(env, NIGHT);
      expect(await openAlarms()).toEqual(["rollup_drift 2026-11-20"]);
      await d1
        .prepare(
          `INSERT INTO click_batches (${Object.keys(lost ?? {}).join()}) VALUES (${Object.keys(lost ?? {})
            .map(() => "?")
            .join()})`,
        )
        .bind(...Object.values(lost ?? {}))
        .run();
      await checkRollups(env, NIGHT);
      expect(await alarms()).toEqual([]);
    }
  });

  it("is looked for on closed days alone", async () => {
    await tamper(YESTERDAY + DAY, "counted");
    await tamper(YESTERDAY - 8 * DAY, "counted");
    await checkRollups(env, NIGHT);
    expect(await alarms()).toEqual([]);
  });

  it("is checked at night before a day's clicks leave, and not on a day whose clicks have left", async () => {
    const nightly = { ...env, CLICK_RETENTION_DAYS: "7" } as unknown as Env;
    await tamper(CUTOFF - DAY, "counted");
    await runCron("17 3 * * *", nightly, NIGHT);
    expect(await openAlarms()).toEqual(["rollup_drift 2026-11-13"]);
    await api("POST", `/alarms/${(await alarms())[0]?.id}/resolve`);
    expect(await archiveClicks(env, WEEK, NIGHT)).toEqual({ files: 0, rows: 0 });
    await runCron("17 3 * * *", nightly, NIGHT);
    expect(await alarms()).toEqual([]);
  });
});

describe("the drift of days", () => {
  const STORE = "str_0000000000000001";

  beforeEach(async () => {
    await insertStore({ id: STORE, timezone: "Pacific/Apia" });
    await insertLink({ id: LINK, storeId: STORE });
    await log(
      // Midnight is at 11:00 UTC.
      visitAt("clk_1", YESTERDAY + 11 * HOUR - 1),
      visitAt("clk_2", YESTERDAY + 11 * HOUR),
      visitAt("clk_3", YESTERDAY + 12 * HOUR, { linkId: "lnk_0000000000000002" }),
      visitAt("clk_4", YESTERDAY - 13 * HOUR),
    );
    await rollUpClicks(env, NIGHT);
    // The months have these days: totals go by them.
    await closeDays(env, NIGHT + 3 * DAY);
    await insertFact({ order: 1, day: "2026-11-20", commissionCurrency: "EUR" });
    await insertFact({ order: 2, day: "2026-11-20", commissionCurrency: "USD" });
    await rollUpFacts();
  });

  /** Puts a fact into the database, and the order that it is of. */
  async function insertFact(fact: { order: number; day: string; commissionCurrency: string }): Promise<void> {
    const orderId = `ord_${String(fact.order).padStart(16, "0")}`;
    await env.DB.prepare(
      `INSERT INTO orders (id, store_id, external_id, status, trust, codes, test, placed_at, policy, touches, explanation,
         shares, version, created_at, updated_at)
       VALUES (?1, ?2, ?1, 'pending', 'confirmed', '[]', 0, ?3, '{}', '[]', '{}', '[]', 1, 0, 0)`,
    )
      .bind(orderId, STORE, YESTERDAY)
      .run();
    await env.DB.prepare(
      `INSERT INTO order_facts VALUES (?1, ?2, 'crt_1', '', '', '', '', 'DE', '', '', 'code', 0, ?3, ?4, 'EUR', 1, 1000, 0, 100, ?5, '')`,
    )
      .bind(orderId, STORE, YESTERDAY, fact.day, fact.commissionCurrency)
      .run();
  }

  async function rollUpFacts(): Promise<void> {
    await env.DB.prepare("INSERT INTO rollup_rebuilds VALUES (?1, '', 'orders', 'str_', 0, 0)").bind(STORE).run();
    await rebuildRollups(env, NIGHT);
  }

  it("is none after any roll-up, nor for clicks that none has read", async () => {
    await log(visitAt("clk_unread", YESTERDAY));
    await checkRollups(env, NIGHT);
    expect(await alarms()).toEqual([]);
  });

  it("is seen where days begin within an hour, by what the log has of it", async () => {
    await env.DB.prepare("UPDATE stores SET timezone = 'Asia/Kolkata'").run();
    const midnight = YESTERDAY - 5.5 * HOUR;
    await log(visitAt("clk_5", midnight - 1), visitAt("clk_6", midnight), visitAt("clk_7", midnight + DAY - 1));
    await askRebuild(env.DB, STORE, "asked", NIGHT).run();
    await rollUpClicks(env, NIGHT);
    await rebuildRollups(env, NIGHT);
    await env.DB.prepare("DELETE FROM order_rollups_due").run();
    await checkRollups(env, NIGHT);
    expect(await openAlarms()).toEqual([]);
    await env.DB.prepare("UPDATE click_days SET counted = counted + 1 WHERE link_id = ?1 AND day = '2026-11-20'")
      .bind(LINK)
      .run();
    await checkRollups(env, NIGHT);
    expect(await alarms()).toMatchObject([
      { subject: "2026-11-20", detail: { firstDays: [{ linkId: LINK, counted: -1, uniqueOfDay: 0 }] } },
    ]);
  });

  it("names the links of a local day that differ, and how", async () => {
    await env.DB.prepare("UPDATE click_days SET counted = counted + 2 WHERE link_id = ?1 AND day = '2026-11-20'")
      .bind(LINK)
      .run();
    await checkRollups(env, NIGHT);
    expect(await alarms()).toMatchObject([
      {
        kind: "rollup_drift",
        subject: "2026-11-20",
        detail: { differingDays: 1, firstDays: [{ linkId: LINK, counted: -2, uniqueOfDay: 0 }] },
      },
    ]);
    await env.DB.prepare("UPDATE click_days SET counted = counted - 2 WHERE link_id = ?1 AND day = '2026-11-20'")
      .bind(LINK)
      .run();
    await checkRollups(env, NIGHT);
    expect(await alarms()).toEqual([]);
  });

  it.each([
    "UPDATE click_days SET unique_of_day = 0 WHERE day = '2026-11-20'",
    "DELETE FROM click_days WHERE day = '2026-11-20'",
    "INSERT INTO click_days VALUES ('lnk_0000000000000009', '2026-11-20', 1, 1, NULL)",
    "UPDATE order_days SET conversions = 3 WHERE currency = 'EUR'",
    "UPDATE order_days SET gross_minor = 2 WHERE currency = 'EUR'",
    "UPDATE order_days SET refunded_minor = 2 WHERE currency = 'EUR'",
    "UPDATE order_days SET commission_minor = 2 WHERE currency = 'USD'",
    "UPDATE order_days SET country = 'FR'",
    "DELETE FROM order_days",
    "DELETE FROM order_facts",
    "UPDATE order_facts SET refunded_minor = 1",
  ])("is seen after %s", async (sql) => {
    await env.DB.prepare(sql).run();
    await checkRollups(env, NIGHT);
    expect(await openAlarms()).toEqual(["rollup_drift 2026-11-20"]);
  });

  it.each([
    "UPDATE report_totals SET uniques = uniques + 1 WHERE dim = 'campaigns'",
    "UPDATE report_totals SET gross_minor = gross_minor + 1 WHERE dim = 'creators'",
    "UPDATE report_totals SET store_id = 'str_9' WHERE dim = 'creators'",
    "DELETE FROM report_totals WHERE dim = 'all'",
    "INSERT INTO report_totals (dim, key, store_id, currency, clicks) VALUES ('plans', 'pln_9', '', '', 1)",
  ])("is seen of totals after %s, unless they are made anew", async (sql) => {
    await checkRollups(env, NIGHT);
    expect(await alarms()).toEqual([]);
    await env.DB.prepare(sql).run();
    await checkRollups(env, NIGHT);
    expect(await openAlarms()).toEqual(["rollup_drift totals"]);
    expect(await alarms()).toMatchObject([{ detail: { differingTotals: expect.any(Number) as number } }]);
    await askRebuild(env.DB, "", "asked", NIGHT).run();
    await rebuildRollups(env, NIGHT);
    await checkRollups(env, NIGHT + 1);
    expect(await openAlarms()).toEqual([]);
  });

  it("names the sums of orders that differ, each currency for itself", async () => {
    await env.DB.prepare("UPDATE order_days SET commission_minor = commission_minor + 7 WHERE currency = 'USD'").run();
    await checkRollups(env, NIGHT);
    expect(await alarms()).toMatchObject([
      {
        detail: {
          differingOrderDays: 1,
          firstOrderDays: [
            { store_id: STORE, creator_id: "crt_1", currency: "USD", commission_minor: -7, gross_minor: 0 },
          ],
        },
      },
    ]);
  });

  it("isn't looked for while days are made anew, nor where clicks have left", async () => {
    await env.DB.prepare("DELETE FROM click_days").run();
    await env.DB.prepare("INSERT INTO rollup_rebuilds VALUES ('', '', 'clicks', '', 0, 0)").run();
    await checkRollups(env, NIGHT);
    expect(await alarms()).toEqual([]);
    await env.DB.prepare("DELETE FROM rollup_rebuilds").run();
    await env.DB.prepare(`INSERT INTO click_archives (key, first_seq, last_seq, rows, bytes, sha256, earliest, latest, created_at, verified_at, deleted_at)
       VALUES ('k', 1, 1, 1, 1, '', ?1, ?1, 0, 0, 0)`)
      .bind(YESTERDAY - 14 * HOUR)
      .run();
    await checkRollups(env, NIGHT);
    expect(await alarms()).toEqual([]);
  });
});

describe("the drift from Analytics Engine", () => {
  const ACCOUNT = "0123456789abcdef0123456789abcdef";
  const config = readConfig({ ANALYTICS_ACCOUNT_ID: ACCOUNT, ANALYTICS_API_TOKEN: "secret-token" });

  it("asks the account's SQL API for the requests of the closed days, and tells nobody the token", async () => {
    const fetch = answerWith({});
    await checkAnalytics(env, config, NIGHT);
    expect(fetch).toHaveBeenCalledOnce();
    const [url, init] = fetch.mock.calls[0] ?? [];
    expect(url).toBe(`https://api.cloudflare.com/client/v4/accounts/${ACCOUNT}/analytics_engine/sql`);
    expect(init).toMatchObject({ method: "POST", headers: { Authorization: "Bearer secret-token" } });
    expect(init?.body).toBe(driftQuery(YESTERDAY - 7 * DAY, YESTERDAY + DAY));
    expect(init?.body)
      .toBe(`SELECT intDiv(toUInt32(timestamp), 86400) AS day, sum(_sample_interval * double1) AS requests
FROM waymark_clicks
WHERE timestamp >= toDateTime('2026-11-13 00:00:00') AND timestamp < toDateTime('2026-11-21 00:00:00')
GROUP BY day
FORMAT JSON`);
  });

  it("asks nobody where no account is named", async () => {
    const fetch = answerWith({});
    await checkAnalytics(env, readConfig({}), NIGHT);
    expect(fetch).not.toHaveBeenCalled();
    expect(await metric()).toBeUndefined();
  });

  it("counts every bucket, and the clicks that no roll-up has read", async () => {
    await count(YESTERDAY, 1_000);
    await log(...Array.from({ length: 20 }, (_none, index) => visitAt(`clk_${index}`, YESTERDAY + index)));
    answerWith({ [YESTERDAY]: 1_020 });
    await checkAnalytics(env, config, NIGHT);
    expect(await metric()).toBe("waymark_click_drift 0");
    await rollUpClicks(env, NIGHT);
    await checkAnalytics(env, config, NIGHT);
    expect(await metric()).toBe("waymark_click_drift 0");
  });

  it.each([
    [1_000, 1_010, []],
    [1_000, 1_011, ["click_drift 2026-11-20"]],
    [1_011, 1_000, ["click_drift 2026-11-20"]],
    [0, 11, ["click_drift 2026-11-20"]],
    [100_000, 100_500, []],
    [100_000, 99_400, ["click_drift 2026-11-20"]],
  ])("of a ledger of %d from a count of %d raises %j", async (ledger, analytics, raised) => {
    if (ledger > 0) await count(YESTERDAY, ledger);
    answerWith({ [YESTERDAY]: analytics });
    await checkAnalytics(env, config, NIGHT);
    expect(await openAlarms()).toEqual(raised);
    expect(await metric()).toBe(`waymark_click_drift ${analytics - ledger}`);
  });

  it("is an alarm with its numbers that ends when a late delivery closes the gap", async () => {
    await count(YESTERDAY - DAY, 1_000);
    answerWith({ [YESTERDAY - DAY]: 1_200 });
    await checkAnalytics(env, config, NIGHT);
    expect(await alarms()).toMatchObject([
      {
        kind: "click_drift",
        subject: dateOf(YESTERDAY - DAY),
        detail: { ledger: 1_000, analytics: 1_200, difference: 200, allowed: 10 },
      },
    ]);
    await log(...Array.from({ length: 195 }, (_none, index) => visitAt(`clk_${index}`, YESTERDAY - DAY + index)));
    await checkAnalytics(env, config, NIGHT + DAY);
    expect(await alarms()).toEqual([]);
  });

  it("allows ten requests or half a percent of the larger count", () => {
    expect(allowedDrift(0, 0)).toBe(10);
    expect(allowedDrift(2_000, 1)).toBe(10);
    expect(allowedDrift(1, 4_000)).toBe(20);
  });

  it.each([
    ["an error", () => Promise.resolve(new Response("Authentication error", { status: 403 })), "403"],
    ["no connection", () => Promise.reject(new TypeError("Network connection lost.")), "Network connection lost"],
    ["a page", () => Promise.resolve(new Response("<html>")), "JSON"],
    ["no data", () => Promise.resolve(Response.json({ errors: [] })), "no data"],
    ["other rows", () => Promise.resolve(Response.json({ data: [{ n: 1 }] })), "another form"],
  ])("is unchecked after %s, which is an alarm until the next answer", async (_name, answer, message) => {
    vi.spyOn(globalThis, "fetch").mockImplementation(answer);
    await checkAnalytics(env, config, NIGHT);
    const [alarm] = await alarms();
    expect(alarm).toMatchObject({ kind: "drift_unchecked", detail: { message: expect.stringContaining(message) } });
    expect(JSON.stringify(alarm)).not.toContain("secret-token");
    answerWith({});
    await checkAnalytics(env, config, NIGHT);
    expect(await alarms()).toEqual([]);
  });
});
