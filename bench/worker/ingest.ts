import { ingestClicks } from "../../src/clicks/click/ingest.ts";
import type { ClickMessage } from "../../src/edge/click/message.ts";
import { readConfig } from "../../src/ground/config.ts";
import { rollUpClicks } from "../../src/reports/rollup/run.ts";
import { clickMessages } from "../clicks.ts";

/** Clicks of one call, as one queue message carries them. */
const BATCH = 200;

/** Links that the clicks of a filled log spread over. */
const FILLED_LINKS = 1_000;

/** Columns of the click log but for its key. */
const COLUMNS = [
  ..."id link_id time bucket reason visitor_key window_start unique_of_day country region city colo".split(" "),
  ..."device browser os language referrer_host source utm_source utm_medium utm_campaign utm_term".split(" "),
  ..."utm_content consent consent_source ingested_at".split(" "),
];

interface BenchEnv {
  DB: D1Database;
  HISTORY: D1Database;
}

let messages: ClickMessage[] = [];
let rows: Record<string, unknown>[] = [];

type Step = (env: BenchEnv, argument: (name: string) => number) => Promise<number>;

/** What the benchmark asks for: one step a request, so that it can time each by itself. */
const STEPS: Readonly<Record<string, Step>> = {
  /** Makes the clicks of a slice. */
  prepare: async (_env, argument) => {
    messages = clickMessages(argument("seed"), argument("clicks"));
    return messages.length;
  },

  /** Writes them as the queue's consumer does. */
  ingest: async ({ DB }) => {
    const config = readConfig({});
    for (const batch of batchesOf(messages)) await ingestClicks(DB, config, batch, Date.now());
    return messages.length;
  },

  /** Fetches the rows that came of them. */
  read: async ({ DB }) => {
    const ids = JSON.stringify(messages.map(({ id }) => id));
    const read = await DB.prepare(
      `SELECT ${COLUMNS.join()} FROM clicks WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY seq`,
    )
      .bind(ids)
      .all();
    rows = read.results;
    return rows.length;
  },

  /** Writes the same rows into a table of the same columns, with no index but its key. */
  bare: async ({ DB }) => {
    const insert = DB.prepare(
      `INSERT INTO bare_clicks (${COLUMNS.join()})
       SELECT ${COLUMNS.map((name) => `value ->> '${name}'`).join()} FROM json_each(?1)`,
    );
    for (const batch of batchesOf(rows)) await insert.bind(JSON.stringify(batch)).run();
    return rows.length;
  },

  createBare: async ({ DB }) => {
    await DB.prepare(`CREATE TABLE bare_clicks (seq INTEGER PRIMARY KEY AUTOINCREMENT, ${COLUMNS.join()})`).run();
    return 0;
  },

  /** Adds `clicks` numbered from `from` on to a log, spread over `hours` from `hour` on. */
  fill: async (env, argument) => {
    const added = await databaseOf(env, argument)
      .prepare(
        `WITH RECURSIVE numbers (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?1 + ?2)
         INSERT INTO clicks (seq, id, link_id, time, bucket, reason, visitor_key, window_start, unique_of_day, country,
           device, source, consent, consent_source, ingested_at)
         SELECT n, printf('clk_%020d', n), 'lnk_' || (n * 7919 % ${FILLED_LINKS}),
           (?3 + n % ?4) * 3600000 + n % 3600000, iif(n % 10 = 0, 'bot', 'counted'), 'bench', printf('%016d', n),
           (?3 + n % ?4) * 3600000, n % 10 <> 0, 'DE', 'mobile', 'social', 'implied', 'policy', 0
         FROM numbers`,
      )
      .bind(argument("from"), argument("clicks"), argument("hour"), argument("hours"))
      .run();
    return added.meta.changes;
  },

  /** One run of the roll-up, as the cron starts it. */
  rollUp: (env, argument) => rollUpClicks(databaseOf(env, argument), Date.now()),

  /** How many clicks have been rolled up. */
  rolledUp: async (env, argument) =>
    (await databaseOf(env, argument)
      .prepare("SELECT sum(counted + bot) AS sum FROM click_hours")
      .first<number>("sum")) ?? 0,

  /** Takes the clicks numbered from `from` on, all since `hour`, out of the log and its hours. */
  remove: async (env, argument) => {
    const db = databaseOf(env, argument);
    await db.batch([
      db.prepare("DELETE FROM clicks WHERE seq >= ?1").bind(argument("from")),
      db.prepare("DELETE FROM click_hours WHERE hour >= ?1 * 3600000").bind(argument("hour")),
      db.prepare("UPDATE watermarks SET value = min(value, ?1 - 1) WHERE name = 'clicks'").bind(argument("from")),
    ]);
    return 0;
  },
};

export default {
  async fetch(request: Request, env: BenchEnv): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const step = STEPS[pathname.slice(1)];
    if (step === undefined) return new Response(null, { status: 404 });
    return Response.json(await step(env, (name) => Number(searchParams.get(name))));
  },
};

function databaseOf(env: BenchEnv, argument: (name: string) => number): D1Database {
  return argument("history") === 1 ? env.HISTORY : env.DB;
}

function* batchesOf<T>(items: readonly T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}
