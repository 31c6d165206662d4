import { packJson } from "../../ground/db/pack.ts";
import type { Cart } from "../cart/fold.ts";
import { packRows } from "./pack.ts";
import { writeRoom } from "./room-store.ts";
import type { Merge, SumTable } from "./sum-rows.ts";
import { waitingRows } from "./sum-rows.ts";
import { type Contribution, MAX_ZONES } from "./sums.ts";

/** How old what is kept as the latest gets before another takes its place, ms: pages look alike from view to view. */
const LATEST_AGE_MS = 3_600_000;

/** SQL: the sums of two objects of counts, the one in the row and the one that is added. */
function countsOf(kind: string): string {
  return `json((SELECT json_group_object(key, n) FROM (SELECT key, sum(value) AS n FROM (
    SELECT key, value FROM json_each(heat_days.counts, '$.${kind}') UNION ALL
    SELECT key, value FROM json_each(excluded.counts, '$.${kind}')) GROUP BY key ORDER BY n DESC LIMIT ${MAX_ZONES})))`;
}

/** SQL: a column's value with the one that is added. */
const MERGED: Readonly<Record<Merge, (column: string) => string>> = {
  sum: (column) => `${column} + excluded.${column}`,
  least: (column) => `min(${column}, excluded.${column})`,
  most: (column) => `max(${column}, excluded.${column})`,
  latest: (column) => `excluded.${column}`,
  counts: () => `json_object('cells', ${countsOf("cells")}, 'elements', ${countsOf("elements")},
    'scroll', ${countsOf("scroll")}, 'rage', ${countsOf("rage")})`,
};

/** Statements that add rows to those of a table: each the values of the keys and of the other columns. */
export function addRows(
  d1: D1Database,
  { table, keys, columns }: SumTable,
  rows: readonly unknown[],
): D1PreparedStatement[] {
  const names = [...keys, ...Object.keys(columns)];
  // Of an object its JSON is taken.
  const values = names.map((_column, place) => `value ->> ${place}`);
  const changes = Object.entries(columns).map(([column, merge]) => `${column} = ${MERGED[merge](column)}`);
  const last = names.at(-1) ?? "";
  const where = columns[last] === "latest" ? ` WHERE excluded.${last} > ${last} + ${LATEST_AGE_MS}` : "";
  const sql = `INSERT INTO ${table} (${names.join(", ")}) SELECT ${values.join(", ")} FROM json_each(?1) WHERE true
    ON CONFLICT (${keys.join(", ")}) DO UPDATE SET ${changes.join(", ")}${where}`;
  return packJson(rows).map((json) => d1.prepare(sql).bind(json));
}

/** Visitors who weren't there that day before: to be run before their days are written. */
const NEW_VISITORS = `INSERT INTO page_sums
    (store_id, span, page, consent, views, entries, nexts, engaged_ms, engaged, scroll, visitors)
  SELECT value ->> 0, value ->> 3, '', 'granted', 0, 0, 0, 0, 0, 0, count(*) FROM json_each(?1)
  WHERE NOT EXISTS (SELECT 1 FROM visitor_days d
    WHERE d.store_id = value ->> 0 AND d.visitor_hash = value ->> 1 AND d.day = value ->> 2)
  GROUP BY 1, 2
  ON CONFLICT (store_id, span, page, consent) DO UPDATE SET visitors = coalesce(visitors, 0) + excluded.visitors`;

const VISITOR_DAYS = `INSERT INTO visitor_days (store_id, visitor_hash, day)
  SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1) WHERE true
  ON CONFLICT (store_id, visitor_hash, day) DO NOTHING`;

const LOG = "INSERT INTO visit_log (store_id, earliest, latest, count, facts) VALUES (?1, ?2, ?3, ?4, ?5)";

const WAITING = "INSERT INTO visit_sums_waiting (written_at, events, sums) VALUES (?1, ?2, ?3)";

/** Statements that log what events come to at `now` (ms UTC), carts aside, and have it wait to be added to the sums. */
export function writeContribution(d1: D1Database, added: Contribution, now: number): D1PreparedStatement[] {
  const days = added.visitorDays.map(({ storeId, visitorHash, day, hour }) => [storeId, visitorHash, day, hour]);
  const rows = [...added.log].flatMap(([storeId, logged]) => packRows(logged).map((row) => ({ storeId, ...row })));
  const events = added.quality.reduce((sum, { count }) => sum + count, 0);
  return [
    ...packJson(waitingRows(added)).map((json, pack) => d1.prepare(WAITING).bind(now, pack === 0 ? events : 0, json)),
    ...packJson(days).flatMap((json) => [d1.prepare(NEW_VISITORS).bind(json), d1.prepare(VISITOR_DAYS).bind(json)]),
    ...rows.map(({ storeId, earliest, latest, count, facts }) =>
      d1.prepare(LOG).bind(storeId, earliest, latest, count, facts),
    ),
    ...writeRoom(d1, added, rows, now),
  ];
}

/** Whether anybody was told of a cart isn't ours. */
const CART = `INSERT INTO carts (store_id, cart_key, visitor_hash, events, first_at, last_at, items, value_minor, currency,
    step, order_external_id, source)
  SELECT value ->> 'storeId', value ->> 'cartKey', value ->> 'visitorHash', value ->> 'events', value ->> 'firstAt',
    value ->> 'lastAt', value ->> 'items', value ->> 'valueMinor', value ->> 'currency', value ->> 'step',
    value ->> 'orderExternalId', value ->> 'source' FROM json_each(?1) WHERE true
  ON CONFLICT (store_id, cart_key) DO UPDATE SET visitor_hash = excluded.visitor_hash, events = excluded.events,
    first_at = excluded.first_at, last_at = excluded.last_at, items = excluded.items,
    value_minor = excluded.value_minor, currency = excluded.currency, step = excluded.step,
    order_external_id = excluded.order_external_id, source = excluded.source`;

/** Statements that write carts as they are now. */
export function writeCarts(d1: D1Database, carts: readonly Cart[]): D1PreparedStatement[] {
  return packJson(carts).map((json) => d1.prepare(CART).bind(json));
}
