import { addToClickTotals, CLICKS_OF_STORE } from "../../clicks/click/totals.ts";
import { readCounted } from "../../clicks/log/counted-store.ts";
import { type ClickLog, clickLogs } from "../../clicks/log/logs-store.ts";
import type { LogSpan } from "../../clicks/log/read-store.ts";
import { brokenOff, mustHold } from "../../ground/db/premise.ts";
import type { rollupRebuilds } from "../../ground/db/schema/rollup.ts";
import { sumClicks } from "./click-sums.ts";
import { FACT_COLUMNS } from "./facts.ts";
import { addDays, loadDays, loadLinks, loadState } from "./load-sums.ts";
import { addToOrderSums, addToOrderTotals, ORDER_DAYS, ORDER_MONTHS, sumFacts } from "./order-sums.ts";
import { replaceLinkSums } from "./replace-links-store.ts";
import { ALL_READ, doneText, isOfScope, type RollupState } from "./state.ts";
import { ensureStoreZones } from "../../ground/time/zones-store.ts";
import { addToHoursAnew, mustBeAt, putDays } from "./write-sums.ts";

/** How much is done at once. */
export interface RebuildLimits {
  /** Batches of the log read at once. */
  batches?: number;
  /** Links looked at, and the clicks of those that are done, in one transaction; a link with more is done alone. */
  links?: number;
  clicks?: number;
  /** Orders marked in one transaction. */
  orders?: number;
  /** No transaction is begun after this long, ms. */
  timeMs?: number;
}

/** A row of the table of rebuilds. */
export type RebuildRow = typeof rollupRebuilds.$inferSelect;

/** A transaction of this size takes about a second, far below D1's limit of 30 s. */
const LIMITS = {
  batches: 100,
  links: 200,
  clicks: 50_000,
  orders: 5_000,
  timeMs: 10_000,
} satisfies Required<RebuildLimits>;

/** Ids of links begin with it: a rebuild of that scope is of one link's clicks. */
const LINK = "lnk_";

/** Where orders are all marked, the sums and totals of stores follow; ids of stores come after those of orders. */
const STORE = "str_";

const NEXT = `SELECT store_id AS storeId, reason, step, done, requested_at AS requestedAt, updated_at AS updatedAt
  FROM rollup_rebuilds ORDER BY requested_at, store_id LIMIT 1`;

/**
 * Makes roll-ups anew that this was asked for, the oldest request first: it reads the log once, a span of time after another,
 * then makes the days, months and splits of each link of what it read, then the facts of the orders, which are marked due,
 * and the sums of all facts of a store with its totals. Each part is one transaction that says how far it got: a run that
 * dies is taken up by the next, and two runs at once do no harm. Meanwhile roll-ups go on, and add what is new to what was
 * read as well. `now` is ms UTC. Throws what D1 throws.
 */
export async function rebuildRollups(env: Env, now: number, limits: RebuildLimits = {}): Promise<void> {
  const d1 = env.DB;
  const all = { ...LIMITS, ...limits };
  const endAt = Date.now() + all.timeMs;
  await ensureStoreZones(d1);
  const { all: logs } = await clickLogs(env, now);
  do {
    const state = await loadState(d1);
    const row = await d1.prepare(NEXT).first<RebuildRow>();
    if (row === null) return;
    const part =
      row.step === "clicks" ? nextClicks(d1, logs, row, state, now, all) : nextOfOrders(d1, row, now, all.orders);
    try {
      await d1.batch([mustStand(d1, row), ...(await part)]);
    } catch (error) {
      // Somebody else did this part, or it was asked for anew, or clicks were rolled up: that run goes on, or the next one.
      if (brokenOff(error)) return;
      throw error;
    }
  } while (Date.now() < endAt);
}

async function nextClicks(
  d1: D1Database,
  logs: readonly ClickLog[],
  row: RebuildRow,
  state: RollupState,
  now: number,
  limits: Required<RebuildLimits>,
): Promise<D1PreparedStatement[]> {
  const premise = [mustBeAt(d1, state), d1.prepare(COUNT_PART).bind(now)];
  if (!row.done.startsWith(ALL_READ))
    return [...premise, ...(await nextSpan(d1, logs, row, state, now, limits.batches))];
  const ids = await nextLinks(d1, row, limits);
  const last = ids.at(-1);
  if (last !== undefined) {
    return [...premise, ...(await replaceLinkSums(d1, ids)), moveOn(d1, row, { step: "clicks", done: last }, now)];
  }
  return [
    ...premise,
    ...forgetRead(d1),
    // Orders count by their own store, whatever becomes of a link.
    row.storeId.startsWith(LINK) ? finish(d1, row) : moveOn(d1, row, { step: "orders", done: "" }, now),
  ];
}

/** Whoever planned to write sums by what there was before breaks off. */
const COUNT_PART = `INSERT INTO watermarks (name, value, updated_at) VALUES ('click_rebuilds', 1, ?1)
  ON CONFLICT (name) DO UPDATE SET value = value + 1, updated_at = excluded.updated_at`;

/** What is left of another rebuild, or of this one. */
function forgetRead(d1: D1Database): D1PreparedStatement[] {
  return ["click_days_anew", "click_hours_anew"].map((table) => d1.prepare(`DELETE FROM ${table}`));
}

/** Reads the next span of the log, and adds what it has to what was read before. */
async function nextSpan(
  d1: D1Database,
  logs: readonly ClickLog[],
  row: RebuildRow,
  state: RollupState,
  now: number,
  batches: number,
): Promise<D1PreparedStatement[]> {
  const begins = row.done === "";
  const { log: number, time } = state.anew ?? { log: 0, time: 0 };
  const log = logs[number];
  if (log === undefined) throw new Error(`the database ${number} of the click log isn't bound`);
  const { from, to } = await boundsOf(d1, row.storeId);
  const span = { from: Math.max(from, time), to };
  const { contributions, next } = await readCounted(log, span, state.marks.get(number) ?? 0, batches);
  const counting = contributions.filter(({ counts }) => counts.counted !== 0 || counts.uniqueOfDay !== 0);
  const near = row.storeId.startsWith(LINK) ? counting.filter(({ linkId }) => linkId === row.storeId) : counting;
  const { storeOf, dayOf } = await loadLinks(
    d1,
    near.map(({ linkId }) => linkId),
  );
  const { hours, days } = sumClicks(
    near.filter(({ linkId }) => isOfScope(row.storeId, linkId, storeOf(linkId))),
    dayOf,
  );
  const isLast = next === null && number === logs.length - 1;
  const done = isLast ? ALL_READ : doneText(next === null ? { log: number + 1, time: 0 } : { log: number, time: next });
  return [
    ...(begins ? forgetRead(d1) : []),
    ...addToHoursAnew(d1, hours),
    ...putDays(d1, "click_days_anew", addDays(begins ? new Map() : await loadDays(d1, "click_days_anew", days), days)),
    moveOn(d1, row, { step: "clicks", done }, now),
  ];
}

const HOUR_MS = 3_600_000;

/** The time that clicks of a rebuild's links are of. Nothing is rolled up that isn't in an hour. */
async function boundsOf(d1: D1Database, scope: string): Promise<LogSpan> {
  const all = { from: 0, to: Number.MAX_SAFE_INTEGER };
  if (scope === "") return all;
  const hour = (which: "min" | "max") => `(SELECT ${which}(hour) FROM click_hours WHERE link_id = l.id)`;
  const links = scope.startsWith(LINK) ? "(SELECT ?1 AS id) l" : "links l WHERE l.store_id = ?1";
  const bounds = await d1
    .prepare(`SELECT min(earliest) AS earliest, max(latest) AS latest
      FROM (SELECT ${hour("min")} AS earliest, ${hour("max")} AS latest FROM ${links})`)
    .bind(scope)
    .first<{ earliest: number | null; latest: number | null }>();
  return bounds?.earliest == null || bounds.latest === null
    ? { from: 0, to: 0 }
    : { from: bounds.earliest, to: bounds.latest + HOUR_MS };
}

async function nextOfOrders(
  d1: D1Database,
  row: RebuildRow,
  now: number,
  orders: number,
): Promise<D1PreparedStatement[]> {
  if (row.done < STORE) return nextOrders(d1, row, now, orders);
  const storeId = await d1
    .prepare("SELECT min(id) AS id FROM stores WHERE id > ?1 AND (?2 = '' OR id = ?2)")
    .bind(row.done, row.storeId)
    .first<string>("id");
  // Links without a store have totals of their own.
  const storeless = row.storeId === "" && row.done === STORE ? replaceTotals(d1, "") : [];
  if (storeId === null) return [...storeless, finish(d1, row)];
  return [
    ...storeless,
    ...replaceOrderSums(d1, storeId),
    ...replaceTotals(d1, storeId),
    moveOn(d1, row, { step: "orders", done: storeId }, now),
  ];
}

/** SQL: the id of the next link after `id` of which there are sums. */
const linkAfter = (id: string): string => `(SELECT min(id) FROM (
  SELECT min(link_id) AS id FROM click_hours WHERE link_id > ${id}
  UNION ALL SELECT min(link_id) FROM click_days WHERE link_id > ${id}
  UNION ALL SELECT min(link_id) FROM click_splits WHERE link_id > ${id}
  UNION ALL SELECT min(link_id) FROM click_days_anew WHERE link_id > ${id}))`;

/** Links that came to another store since are made anew by themselves. */
const IS_ITS_TURN = "NOT EXISTS (SELECT 1 FROM rollup_rebuilds r WHERE r.store_id = id)";

const LINKS_OF_ALL = `WITH RECURSIVE summed(id) AS (
  SELECT ${linkAfter("?2")}
  UNION ALL SELECT ${linkAfter("summed.id")} FROM summed WHERE summed.id IS NOT NULL
)
SELECT id FROM summed WHERE id IS NOT NULL AND ${IS_ITS_TURN} LIMIT ?3`;

const LINKS_OF_STORE = `SELECT id FROM links WHERE store_id = ?1 AND id > ?2 AND ${IS_ITS_TURN} ORDER BY id LIMIT ?3`;

/** The links whose turn it is, in the order of their ids. */
async function nextLinks(
  d1: D1Database,
  { storeId, done }: RebuildRow,
  limits: Required<RebuildLimits>,
): Promise<string[]> {
  if (storeId.startsWith(LINK)) return done === ALL_READ ? [storeId] : [];
  const { results } = await d1
    .prepare(
      `SELECT id, (SELECT coalesce(sum(counted), 0) FROM click_hours WHERE link_id = id) AS clicks
       FROM (${storeId === "" ? LINKS_OF_ALL : LINKS_OF_STORE})`,
    )
    .bind(storeId, done, limits.links)
    .all<{ id: string; clicks: number }>();
  let clicks = 0;
  const fitting = results.findIndex((link) => (clicks += link.clicks) > limits.clicks);
  return results.slice(0, fitting === -1 ? results.length : Math.max(fitting, 1)).map(({ id }) => id);
}

/** Orders are found by their ids: a store's index would be sorted anew each time. */
const ORDERS = "SELECT id FROM orders WHERE id > ?1 AND (?2 = '' OR +store_id = ?2) ORDER BY id LIMIT ?3";

async function nextOrders(d1: D1Database, row: RebuildRow, now: number, limit: number): Promise<D1PreparedStatement[]> {
  const last = await d1
    .prepare(`SELECT max(id) AS id FROM (${ORDERS})`)
    .bind(row.done, row.storeId, limit)
    .first<string>("id");
  if (last === null) return [moveOn(d1, row, { step: "orders", done: STORE }, now)];
  return [
    d1
      .prepare(
        `INSERT INTO order_rollups_due (order_id, mark) SELECT id, 1 FROM (${ORDERS}) WHERE id <= ?4
         ON CONFLICT (order_id) DO UPDATE SET mark = mark + 1`,
      )
      .bind(row.done, row.storeId, limit, last),
    moveOn(d1, row, { step: "orders", done: last }, now),
  ];
}

/** Orders that are due are in the sums as in the facts: as they were. */
function replaceOrderSums(d1: D1Database, storeId: string): D1PreparedStatement[] {
  const source = `SELECT ${FACT_COLUMNS.join(", ")}, 1 AS sign FROM order_facts WHERE store_id = ?1`;
  return [ORDER_DAYS, ORDER_MONTHS].flatMap((sums) => [
    d1.prepare(`DELETE FROM ${sums.table} WHERE store_id = ?1`).bind(storeId),
    d1.prepare(addToOrderSums(sums, "", sumFacts(sums, source))).bind(storeId),
  ]);
}

/**
 * The totals of a store (`''`: of what has none) from the months: 10,000 links of two years take some tenths of a
 * second.
 */
function replaceTotals(d1: D1Database, storeId: string): D1PreparedStatement[] {
  return [
    "DELETE FROM report_totals WHERE store_id = ?1",
    addToClickTotals("", CLICKS_OF_STORE),
    addToOrderTotals("", "SELECT * FROM order_months WHERE store_id = ?1"),
  ].map((sql) => d1.prepare(sql).bind(storeId));
}

/** A rebuild that was asked for anew meanwhile begins anew: nothing of this part is written then. */
function mustStand(d1: D1Database, { storeId, step, done, requestedAt }: RebuildRow): D1PreparedStatement {
  return mustHold(
    d1,
    "EXISTS (SELECT 1 FROM rollup_rebuilds WHERE store_id = ?1 AND step = ?2 AND done = ?3 AND requested_at = ?4)",
    storeId,
    step,
    done,
    requestedAt,
  );
}

function moveOn(
  d1: D1Database,
  { storeId }: RebuildRow,
  { step, done }: Pick<RebuildRow, "step" | "done">,
  now: number,
): D1PreparedStatement {
  return d1
    .prepare("UPDATE rollup_rebuilds SET step = ?2, done = ?3, updated_at = ?4 WHERE store_id = ?1")
    .bind(storeId, step, done, now);
}

function finish(d1: D1Database, { storeId }: RebuildRow): D1PreparedStatement {
  return d1.prepare("DELETE FROM rollup_rebuilds WHERE store_id = ?1").bind(storeId);
}
