import { type Contribution, contributionOf, contributionsOf } from "../../clicks/log/contribution.ts";
import { type ClickLogs, clickLogs } from "../../clicks/log/logs-store.ts";
import { clicksBetween } from "../../clicks/log/read-store.ts";
import { type LogTail, MARKS, readTail, ROWS_ENDS } from "../../clicks/log/tail-store.ts";
import type { Deps } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { DAY_MS, type Span, timesOf } from "../../ground/time/range.ts";
import { areLookedFor, decidingClicks } from "../rollup/facts.ts";
import { type DecidingRow, findDeciding } from "../rollup/load-deciding.ts";
import { rollUpOrders } from "../rollup/orders-run.ts";
import { rollUpClicks } from "../rollup/run.ts";
import { momentSource } from "./clicks.ts";
import type { CountQuery } from "./count.ts";
import { type Cuts, cutsOf } from "./cuts.ts";
import { DIMENSION_SQL } from "./dimension.ts";
import { namedIn } from "./filter.ts";
import { ClickCounts, type LogCounts } from "./log-counts.ts";
import { changedOrders, type DecidedOrders } from "./orders.ts";
import type { Logged } from "./page-statement.ts";

/** Clicks that wait to be rolled up at most while reports add them up themselves: four times as many as are usual. */
const MOST_WAITING = 20_000;

/** Orders whose deciding clicks a report looks for at most; more of them are rolled up first. */
const MOST_DECIDED = 2_000;

/** How long a report rolls up orders, ms. */
const ORDERS_MS = 5_000;

/** Clicks that a report reads one by one at most: about a second's work. Their sums are far below what D1 takes. */
const MOST_CLICKS = 500_000;

/** Rows that these may come to: some megabytes, of a hundred that one may send. */
const MOST_ROWS = 100_000;

/** Times that something is done anew that came to nothing since others changed what it went by. */
export const MOST_TRIES = 5;

/** The 503 of a report that others' work came in between of too often. */
export function tooBusy(): Problem {
  return new Problem("unavailable", "Clicks or orders are being rolled up just now. Please try again.", [], {
    "Retry-After": "2",
  });
}

/** What isn't rolled up yet, of which there is no more than a report can add up. Throws a `Problem` (503) if there is. */
export async function readWaiting(env: Env, logs: ClickLogs, now: number): Promise<LogTail> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const tail = await readTail(logs, MOST_WAITING);
    if (tail !== null) return tail;
    await rollUpClicks(env, now);
  }
  throw tooBusy();
}

/** What each click, or correction, of a tail adds to the sums. */
export function* contributionsIn({ rows, batches }: LogTail): Generator<Contribution> {
  for (const row of rows) yield contributionOf(row);
  for (const batch of batches) yield* contributionsOf(batch);
}

/** What a caller asked for that can't be read click by click. */
interface Spending {
  /** Clicks that may still be read. */
  left: number;
  /** What to ask for instead. */
  way: string;
}

/**
 * Adds up the clicks of a span as they count now, rolled up or not, in all databases. Throws a `Problem` (422) if they
 * are too many.
 */
export async function readSpan(
  logs: ClickLogs,
  span: Span,
  spending: Spending,
  add: (click: Contribution) => void,
): Promise<void> {
  for (const log of logs.all) {
    for await (const clicks of clicksBetween(log, span)) {
      spending.left -= clicks.length;
      if (spending.left < 0) throw tooManyClicks(spending.way);
      for (const click of clicks) add(contributionOf(click));
    }
  }
}

/** What a report may spend on reading clicks one by one. */
export const spendingOf = (way: string): Spending => ({ left: MOST_CLICKS, way });

function tooManyClicks(message: string): Problem {
  return new Problem(
    "too_many_clicks",
    `from and to ${message}`,
    ["from", "to"].map((path) => ({ path, message })),
  );
}

/** Reports that read the log, in the order of their queries, and how to see that nothing came in between. */
export interface ReportLog {
  of: readonly Logged[];
  /**
   * Statement with a column `stands`: 1 if what was read of the log is right beside what is rolled up. It belongs into
   * the transaction that reads this.
   */
  stands: () => D1PreparedStatement;
}

/**
 * Reads what reports need of the log: what isn't rolled up yet, what their spans cut through, and the clicks that
 * decided orders which changed. Throws a `Problem`: 422 where a span cuts through too much, 503 where too much waits;
 * and what D1 throws.
 */
export async function readLog(
  { env, now }: Pick<Deps, "env" | "now">,
  queries: readonly CountQuery[],
): Promise<ReportLog> {
  const logs = await clickLogs(env, now());
  const [tail, zones] = await Promise.all([readWaiting(env, logs, now()), zonesOf(env.DB, queries)]);
  const waiting = [...contributionsIn(tail)];
  const counts: LogCounts[] = [];
  for (const [index, query] of queries.entries()) {
    counts.push({ tail: countTail(query, waiting), cuts: await readCuts(logs, query, zones[index] ?? []) });
  }
  const isSplit = queries.map(({ dimension }) => DIMENSION_SQL[dimension].split !== null);
  const decided = isSplit.includes(true) ? await readDecided(env, logs, waiting, now()) : null;
  const hasCuts = counts.some(({ cuts }) => cuts.some(({ log }) => log.length > 0));
  return {
    of: counts.map((own, index) => ({ counts: own, decided: isSplit[index] === true ? decided : null })),
    stands: () => {
      const conditions = [`${MARKS} = ?1`];
      const values = [tail.marks];
      if (hasCuts) {
        values.push(tail.rowsEnds);
        conditions.push(`${ROWS_ENDS} = ?${values.length}`);
      }
      if (decided !== null) {
        values.push(decided.came, decided.clicks);
        conditions.push(areLookedFor(changedOrders(`?${values.length - 1}`), `?${values.length}`));
      }
      return env.DB.prepare(`SELECT ${conditions.join(" AND ")} AS stands`).bind(...values);
    },
  };
}

function countTail(query: CountQuery, waiting: readonly Contribution[]): string[] {
  // Local days are a day from UTC's at most.
  const times = query.periods.map(({ span }) => timesOf(span));
  const [from, to] = [
    Math.min(...times.map((time) => time.from)) - DAY_MS,
    Math.max(...times.map((time) => time.to)) + DAY_MS,
  ];
  const { link } = query.filter;
  const asked = link === undefined ? null : new Set(namedIn(link));
  const counts = new ClickCounts(query);
  for (const click of waiting) {
    if (click.time >= from && click.time < to && asked?.has(click.linkId) !== false) counts.add(click);
  }
  return counts.texts();
}

/** What of a query is to be asked otherwise, where it cuts through too many clicks. */
const WAYS: Readonly<Record<ReturnType<typeof momentSource>, string>> = {
  hours: "must be full hours (UTC): there are too many clicks beside them",
  days: "must be where a day begins in each store's time zone: there are too many clicks beside",
  log: "must be closer together: of country, device or source by the hour, each click is read",
};

async function readCuts(logs: ClickLogs, query: CountQuery, zones: readonly string[]): Promise<LogCounts["cuts"]> {
  const spending = spendingOf(WAYS[momentSource(query)]);
  const cuts: LogCounts["cuts"][number][] = [];
  for (const { span } of query.periods) {
    const { log, hours }: Cuts = span.by === "days" ? { log: [], hours: null } : cutsOf(query, span, zones);
    const counts = new ClickCounts(query);
    for (const part of log) {
      await readSpan(logs, part, spending, (click) => counts.add(click));
      if (counts.size > MOST_ROWS) throw tooManyClicks(spending.way);
    }
    cuts.push({ log: counts.texts(), hours });
  }
  return cuts;
}

/** The time zones that the days of each query's clicks are of, as far as it needs them. */
async function zonesOf(d1: D1Database, queries: readonly CountQuery[]): Promise<string[][]> {
  const needs = queries.map(
    (query) => momentSource(query) === "days" && query.periods.some(({ span }) => span.by === "moments"),
  );
  if (!needs.includes(true)) return queries.map(() => []);
  const found = await d1.batch<{ zone: string }>(
    queries.map(({ filter: { store = null } }) => d1.prepare(ZONES).bind(store)),
  );
  return queries.map((_query, index) => found[index]?.results.map(({ zone }) => zone) ?? []);
}

/** Links without a store are in UTC. */
const ZONES = `SELECT 'UTC' AS zone WHERE ?1 IS NULL AND EXISTS (SELECT 1 FROM links WHERE store_id IS NULL)
  UNION SELECT timezone FROM stores WHERE ?1 IS NULL OR id = ?1`;

/** See {@link DecidedOrders}: clicks that have come are known, the others are looked for. */
async function readDecided(
  env: Env,
  logs: ClickLogs,
  waiting: readonly Contribution[],
  now: number,
): Promise<DecidedOrders> {
  const clicks = new Map(waiting.flatMap((click) => (click.id === null ? [] : [[click.id, click] as const])));
  const ids = JSON.stringify([...clicks.keys()]);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const [came, deciding] = await env.DB.batch<{ id: string } & DecidingRow>([
      env.DB.prepare(
        "SELECT DISTINCT awaits AS id FROM order_facts WHERE awaits <> '' AND awaits IN (SELECT value FROM json_each(?1))",
      ).bind(ids),
      env.DB.prepare(`${decidingClicks(changedOrders("?1"))} LIMIT ${MOST_DECIDED + 1}`).bind(ids),
    ]);
    const rows = deciding?.results ?? [];
    if (rows.length <= MOST_DECIDED) {
      return {
        came: JSON.stringify(came?.results.map(({ id }) => id)),
        clicks: JSON.stringify(await findDeciding(logs, rows, clicks)),
      };
    }
    await rollUpOrders(env, now, { timeMs: ORDERS_MS });
  }
  throw tooBusy();
}
