import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { clickLogs } from "../../../src/clicks/log/logs-store.ts";
import { packClicks } from "../../../src/clicks/pack/run.ts";
import { setDirection } from "../../../src/clicks/pack/store.ts";
import { readConfig } from "../../../src/ground/config.ts";
import { Problem } from "../../../src/ground/http/problem.ts";
import { type Interval, reportRange, reportSpan } from "../../../src/ground/time/range.ts";
import type { Dimension } from "../../../src/reports/report/dimension.ts";
import { readSpan } from "../../../src/reports/report/load-log.ts";
import { readPage } from "../../../src/reports/report/load-pages.ts";
import { readTraffic } from "../../../src/reports/report/load-traffic.ts";
import type { PageQuery } from "../../../src/reports/report/page-statement.ts";
import { rollUpOrders } from "../../../src/reports/rollup/orders-run.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { clickMessage } from "../../clicks/click-message.ts";
import { bindClickDatabases } from "../../clicks/databases-fixtures.ts";
import { ingestAll } from "../../clicks/log-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { id, insertStore, NOW, STORE } from "../../programme/generation-fixtures.ts";

const LINK = id("lnk", 1);
const OTHER = id("lnk", 2);
const NOON = Date.UTC(2026, 10, 10, 12);
const config = readConfig({});

beforeEach(async () => {
  await insertStore({});
  await insertLink({ id: LINK, storeId: STORE });
  await insertLink({ id: OTHER, storeId: STORE });
});

let clicks = 0;

/** Clicks of as many visitors, a second apart; the click ids. */
async function arrive(
  count: number,
  parts: { linkId?: string; time?: number; country?: string } = {},
): Promise<string[]> {
  const { linkId = LINK, time = NOON, ...others } = parts;
  const messages = Array.from({ length: count }, (_none, index) =>
    clickMessage({ id: `clk_${(clicks += 1)}`, linkId, time: time + index * 1000, pseudonym: null, ...others }),
  );
  await ingestAll(config, messages, NOW);
  return messages.map((message) => message.id);
}

function asked(dimension: Dimension, from: string, to: string, interval: Interval = "total"): PageQuery<Dimension> {
  const span = reportSpan(from, to, { interval, today: "", now: NOW });
  if (span === null) throw new Error("no span");
  return {
    dimension,
    filter: {},
    interval,
    periods: [{ span, previous: 0, shift: 0 }],
    confirmedOnly: true,
    always: null,
    sort: { by: "name", descending: false },
    limit: 100,
    offset: 0,
    after: null,
    currency: null,
  };
}

const DAY = ["2026-11-10", "2026-11-10"] as const;

type Name = "clicks" | "conversions";

async function read(query: PageQuery<Dimension>, name: Name = "clicks", DB = env.DB): Promise<Record<string, number>> {
  const { rows } = await readPage({ env: { ...env, DB }, now: () => NOW }, query);
  return Object.fromEntries(rows.map((row) => [row.key, row[name]]));
}

/** The database, in which something comes right before sums are read beside what was read of the log, so many times. */
function meanwhile(come: () => Promise<unknown>, times: number): D1Database {
  let [came, isRead] = [0, false];
  return new Proxy(env.DB, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (name === "prepare") {
        return (sql: string) => {
          isRead ||= sql.endsWith(" AS stands");
          return target.prepare(sql);
        };
      }
      if (name !== "batch") return typeof value === "function" ? (value.bind(target) as unknown) : value;
      return async (statements: D1PreparedStatement[]) => {
        if (isRead && came < times) {
          came += 1;
          await come();
        }
        isRead = false;
        return target.batch(statements);
      };
    },
  });
}

/** The database, in which something comes once, after the rows of a span were read and before its batches are. */
function beforeBatches(come: () => Promise<unknown>): D1Database {
  let hasCome = false;
  const late = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get(target, name) {
        const value = Reflect.get(target, name) as (...values: unknown[]) => unknown;
        if (name === "bind") return (...values: unknown[]) => late(target.bind(...values));
        return async (...values: unknown[]) => {
          if (!hasCome) {
            hasCome = true;
            await come();
          }
          return value.apply(target, values);
        };
      },
    });
  return new Proxy(env.DB, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (name !== "prepare") return typeof value === "function" ? (value.bind(target) as unknown) : value;
      return (sql: string) => {
        const statement = target.prepare(sql);
        return /from "click_batches" where \(earliest/.test(sql) ? late(statement) : statement;
      };
    },
  });
}

describe("a report beside a log that goes on", () => {
  it.each([0, 1, 3])("counts what isn't rolled up once, with %d databases beside the first", async (databases) => {
    if (databases > 0) await bindClickDatabases(databases);
    await arrive(3);
    await arrive(2, { linkId: OTHER });
    const all = asked("links", ...DAY);
    expect(await read(all)).toEqual({ [LINK]: 3, [OTHER]: 2 });
    const DB = meanwhile(() => rollUpClicks(env, NOW), 1);
    expect(await read(all, "clicks", DB)).toEqual({ [LINK]: 3, [OTHER]: 2 });
    expect(await read(all)).toEqual({ [LINK]: 3, [OTHER]: 2 });
  });

  it("counts traffic once", async () => {
    await arrive(3);
    const range = reportRange(...DAY, NOW);
    if (range === null) throw new Error("no range");
    const DB = meanwhile(() => rollUpClicks(env, NOW), 1);
    const { total } = await readTraffic({ env: { ...env, DB }, now: () => NOW }, range, {}, "total");
    expect(total).toMatchObject({ requests: 3, counted: 3 });
  });

  it("gives up with a 503 where roll-ups always come in between", async () => {
    await arrive(1);
    const comes = async () => {
      await arrive(1);
      await rollUpClicks(env, NOW);
    };
    const reading = read(asked("links", ...DAY), "clicks", meanwhile(comes, 99));
    await expect(reading).rejects.toMatchObject({ code: "unavailable", headers: { "Retry-After": "2" } });
  });

  it("rolls up first where more waits than can be added up", async () => {
    for (let sent = 0; sent < 20_500; sent += 4_100) await arrive(4_100, { time: NOON + sent });
    expect(await read(asked("links", ...DAY))).toEqual({ [LINK]: 20_500 });
    const mark = await env.DB.prepare("SELECT value FROM watermarks WHERE name = 'clicks'").first<number>("value");
    expect(mark).toBeGreaterThan(0);
  });

  it("counts what a span cuts through once, also while clicks become rows, or are packed", async () => {
    await arrive(3);
    await rollUpClicks(env, NOW);
    await arrive(2, { time: NOON + 60_000 });
    const cut = asked("links", "2026-11-10T11:59:59Z", "2026-11-10T12:01:00.500Z");
    expect(await read(cut)).toEqual({ [LINK]: 4 });
    for (const direction of ["rows", "packed"] as const) {
      const move = async () => {
        await setDirection(env.DB, direction, 0).run();
        expect((await packClicks(env.DB, config, NOW)).clicks).toBe(3);
      };
      expect(await read(cut, "clicks", beforeBatches(move)), direction).toEqual({ [LINK]: 4 });
      expect(await read(cut)).toEqual({ [LINK]: 4 });
    }
  });

  it("takes back what a late click took the place of", async () => {
    const visitor = { pseudonym: "a", linkId: LINK };
    await ingestAll(config, [clickMessage({ id: "clk_first", time: NOON + 60_000, ...visitor })], NOW);
    await rollUpClicks(env, NOW);
    await ingestAll(config, [clickMessage({ id: "clk_late", time: NOON, country: "FR", ...visitor })], NOW);
    for (const isRolledUp of [false, true]) {
      if (isRolledUp) await rollUpClicks(env, NOW);
      expect(await read(asked("links", ...DAY))).toEqual({ [LINK]: 1 });
      expect(await read(asked("countries", ...DAY))).toEqual({ FR: 1 });
      expect(await read(asked("links", "2026-11-10T11:30:00Z", "2026-11-10T12:00:30Z"))).toEqual({ [LINK]: 1 });
    }
  });

  it("says that clicks are too many to be read one by one, and what to ask for", async () => {
    await arrive(4);
    const found: string[] = [];
    const add = ({ linkId }: { linkId: string }) => void found.push(linkId);
    const span = { from: NOON, to: NOON + 4_000 };
    const logs = await clickLogs(env, NOW);
    await readSpan(logs, span, { left: 4, way: "" }, add);
    expect(found).toEqual([LINK, LINK, LINK, LINK]);
    const refused = await readSpan(logs, span, { left: 3, way: "must be full hours" }, add).catch((error) => error);
    expect(refused).toBeInstanceOf(Problem);
    expect(refused).toMatchObject({
      code: "too_many_clicks",
      message: "from and to must be full hours",
      fields: [{ path: "from" }, { path: "to" }],
    });
  });
});

describe("a report on what orders came by", () => {
  /** An order that a click decided, which is of no country by itself. */
  async function order(number: number, clickId: string, time: number): Promise<void> {
    await env.DB.prepare(
      `INSERT INTO orders (id, store_id, external_id, status, trust, currency, total_minor, codes, test, placed_at, policy,
         touches, explanation, shares, method, version, created_at, updated_at)
       VALUES (?1, ?2, ?1, 'approved', 'confirmed', 'EUR', 100, '[]', 0, ?3, '{}', ?4, '{}', ?5, 'click', 1, 0, 0)
       ON CONFLICT (id) DO UPDATE SET touches = excluded.touches`,
    )
      .bind(
        id("ord", number),
        STORE,
        NOON,
        JSON.stringify([{ id: clickId, kind: "click", time, linkId: LINK }]),
        JSON.stringify([{ creatorId: id("crt", 1), linkId: LINK, amountMinor: 100 }]),
      )
      .run();
  }

  const byCountry = (DB = env.DB) => read(asked("countries", ...DAY), "conversions", DB);

  it.each([0, 3])("finds the click in whatever database it is, of %d", async (databases) => {
    if (databases > 0) await bindClickDatabases(databases);
    const [clickId = ""] = await arrive(1, { country: "AT" });
    await order(1, clickId, NOON);
    for (const step of ["waiting", "rolled up"]) {
      if (step === "rolled up") {
        await rollUpClicks(env, NOW);
        await rollUpOrders(env, NOW);
      }
      expect(await byCountry(), step).toMatchObject({ AT: 1 });
    }
  });

  it("knows a click that came after its order was rolled up, at once", async () => {
    await order(1, "clk_99", NOON);
    await rollUpOrders(env, NOW);
    expect(await byCountry()).toEqual({ "": 1 });
    await ingestAll(config, [clickMessage({ id: "clk_99", linkId: LINK, time: NOON, country: "AT" })], NOW);
    expect(await byCountry()).toEqual({ AT: 1 });
    await rollUpClicks(env, NOW);
    expect(await byCountry()).toEqual({ AT: 1 });
    await rollUpOrders(env, NOW);
    expect(await byCountry()).toEqual({ AT: 1 });
  });

  it("looks anew where an order comes by another click meanwhile", async () => {
    const [first = ""] = await arrive(1, { country: "AT" });
    const [second = ""] = await arrive(1, { country: "CH", time: NOON + 1 });
    await order(1, first, NOON);
    expect(await byCountry(meanwhile(() => order(1, second, NOON + 1), 1))).toMatchObject({ CH: 1, AT: 0 });
  });
});
