import { clickLogs } from "../../clicks/log/logs-store.ts";
import { MARKS } from "../../clicks/log/tail-store.ts";
import { brokenOff, mustHold } from "../../ground/db/premise.ts";
import { areLookedFor, decidingClicks, FACT_COLUMNS, facts } from "./facts.ts";
import { type DecidingRow, findDeciding } from "./load-deciding.ts";
import {
  addToOrderSums,
  addToOrderTotals,
  dropEmptyOrderSums,
  dropEmptyOrderTotals,
  ORDER_DAYS,
  ORDER_MONTHS,
  sumFacts,
} from "./order-sums.ts";
import { ensureStoreZones } from "../../ground/time/zones-store.ts";

/** How much one run does. */
export interface OrderRollupLimits {
  /** Orders in one transaction. */
  chunk?: number;
  /** No chunk is begun after this long, ms. */
  timeMs?: number;
}

/** Rolling up as many takes a tenth of a second, far below D1's limit of 30 s. */
const CHUNK_ORDERS = 500;

/** A run ends long before the cron begins the next. */
const TIME_MS = 20_000;

/** Times that a chunk is begun anew, since what it went by has changed, before the rest is left to the next run. */
const MOST_TRIES = 5;

const FIRST_DUE = "SELECT order_id FROM order_rollups_due ORDER BY order_id LIMIT ?1";

/** The chunk: what is due up to the last of the first. New orders have later ids. */
const CHUNK = "SELECT order_id FROM order_rollups_due WHERE order_id <= ?1";
const COLUMNS = FACT_COLUMNS.join(", ");

/** Columns of the indexes of facts. Of these, only the time can change. */
const INDEXED: ReadonlySet<string> = new Set(["order_id", "store_id", "creator_id", "placed_at"]);

/** Facts of the chunk's orders as they were rolled up, and as they are. */
const WERE = `SELECT ${COLUMNS} FROM order_facts WHERE order_id IN (${CHUNK})`;
const ARE = facts(`o.id IN (${CHUNK})`, "?2");

/** What the chunk changes; what stays as it is cancels out. */
const CHANGES = `WITH changes AS MATERIALIZED (
  SELECT *, 1 AS sign FROM (${ARE}) UNION ALL SELECT *, -1 FROM (${WERE}))`;
const CHANGED = "SELECT * FROM changes";

/** The order of these matters: sums move by what facts were, and what becomes of them is looked up by it. */
const ROLL_UP = [
  ...[ORDER_DAYS, ORDER_MONTHS].flatMap((sums) => [
    addToOrderSums(sums, CHANGES, sumFacts(sums, CHANGED)),
    dropEmptyOrderSums(sums, "", sumFacts(sums, `SELECT *, 1 AS sign FROM (${WERE})`)),
  ]),
  addToOrderTotals(CHANGES, sumFacts(ORDER_MONTHS, CHANGED)),
  dropEmptyOrderTotals(WERE),
  // Rows that stay as they are aren't written, nor are indexes: they go by when an order was placed.
  `INSERT INTO order_facts (${COLUMNS}) ${ARE} EXCEPT ${WERE} ON CONFLICT (order_id, creator_id) DO UPDATE SET
     ${FACT_COLUMNS.filter((name) => !INDEXED.has(name))
       .map((name) => `${name} = excluded.${name}`)
       .join(", ")}`,
  `UPDATE order_facts SET placed_at = o.placed_at FROM orders o
     WHERE order_id IN (${CHUNK}) AND o.id = order_id AND order_facts.placed_at <> o.placed_at`,
  `DELETE FROM order_facts WHERE order_id IN (${CHUNK})
     AND (order_id, creator_id) NOT IN (SELECT order_id, creator_id FROM (${ARE}))`,
  `DELETE FROM order_rollups_due WHERE order_id IN (${CHUNK})`,
];

/**
 * Turns the orders that are due into facts, and moves their days, months and totals by the difference, a chunk in one
 * transaction: a run that dies has done whole chunks, two runs at once take turns, and an order that changes
 * while it is rolled up is due again. Cost follows the changed orders alone. `now` is ms UTC. Returns the
 * number of chunks. Throws what D1 throws.
 */
export async function rollUpOrders(
  env: Env,
  now: number,
  { chunk = CHUNK_ORDERS, timeMs = TIME_MS }: OrderRollupLimits = {},
): Promise<number> {
  const endAt = Date.now() + timeMs;
  await ensureStoreZones(env.DB);
  for (let [done, tries] = [0, 0]; ;) {
    const rest = await rollUpChunk(env, now, chunk);
    [done, tries] = rest === "as before" ? [done, tries + 1] : [done + 1, 0];
    if (rest === "none" || tries === MOST_TRIES || Date.now() >= endAt) return done;
  }
}

/** What is due after a chunk. */
interface Due {
  waiting: number;
}

/**
 * Rolls up the first orders that are due. The clicks that decided them are looked for before, in whatever database of
 * the log they are. Nothing is written, and all is as it was before, if an order came by another click meanwhile, or
 * clicks were rolled up and one that wasn't found may be among them: no fact would await it any more in vain.
 */
async function rollUpChunk(env: Env, now: number, chunk: number): Promise<"none" | "some" | "as before"> {
  const d1 = env.DB;
  const [first, deciding] = await d1.batch<{ last: string | null; marks: string } & DecidingRow>([
    d1.prepare(`SELECT max(order_id) AS last, ${MARKS} AS marks FROM (${FIRST_DUE})`).bind(chunk),
    d1.prepare(decidingClicks(`o.id IN (${FIRST_DUE})`)).bind(chunk),
  ]);
  const { last = null, marks = "" } = first?.results[0] ?? {};
  const clicks = await findDeciding(await clickLogs(env, now), deciding?.results ?? []);
  const json = JSON.stringify(clicks);
  const isAnyMissing = clicks.some((click) => click.length === 1);
  try {
    const results = await d1.batch<Due>([
      mustHold(d1, areLookedFor(`o.id IN (${CHUNK})`, "?2"), last ?? "", json),
      ...(isAnyMissing ? [mustHold(d1, `${MARKS} = ?1`, marks)] : []),
      ...ROLL_UP.map((sql) => d1.prepare(sql).bind(last ?? "", ...(sql.includes("?2") ? [json] : []))),
      d1.prepare(KEEP_TIME).bind(now),
      d1.prepare("SELECT EXISTS (SELECT 1 FROM order_rollups_due) AS waiting"),
    ]);
    return results.at(-1)?.results[0]?.waiting === 1 ? "some" : "none";
  } catch (error) {
    if (brokenOff(error)) return "as before";
    throw error;
  }
}

/** For the lag that can be seen: when nothing was left to be rolled up. */
const KEEP_TIME = `INSERT INTO watermarks (name, value, updated_at)
  SELECT 'orders', ?1, ?1 WHERE NOT EXISTS (SELECT 1 FROM order_rollups_due)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`;
