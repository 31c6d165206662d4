import { dateOf } from "../../clicks/archive/format.ts";
import { clickTotals, CLICKS_OF_STORE, TOTAL_KEY, TOTAL_SUMS } from "../../clicks/click/totals.ts";
import { eachLink } from "../../ground/db/each-link.ts";
import { FACT_COLUMNS } from "../../reports/rollup/facts.ts";
import type { ClickLog } from "../../clicks/log/logs-store.ts";
import { atOneState, loadLinks } from "../../reports/rollup/load-sums.ts";
import { keyColumns, ORDER_DAYS, ORDER_SUMS, orderTotals, sumFacts } from "../../reports/rollup/order-sums.ts";
import { DAY_MS, hoursOfDay } from "./days.ts";
import { type Differences, readAll } from "./load-hours.ts";

const HOUR_MS = 3_600_000;

/** Differing rows that an alarm names. */
const NAMED_ROWS = 20;

/** Local days begin and end so long before and after those of UTC, at most. */
const FARTHEST_MS = 14 * 3_600_000;

/** The span (ms UTC) that holds the local days of all zones whose date is that of a UTC day, given its start. */
export function localSpan(day: number): [from: number, to: number] {
  return [day - FARTHEST_MS, day + DAY_MS + FARTHEST_MS];
}

/**
 * Counted clicks of the local day `?3`, as what they are of minus roll-up: of hours that are wholly in it, those of each zone
 * as `?4` lists them; of others, what the log has, which is `?5`. While days are made anew there is nothing to compare.
 */
const DAYS = `
WITH RECURSIVE ${eachLink("hourly", "click_hours")},
${eachLink("summed", "click_days")},
whole AS MATERIALIZED (SELECT value ->> 0 AS zone, value ->> 1 AS hour FROM json_each(?4)),
both AS (
  SELECT h.link_id, h.counted, h.unique_of_day
  FROM hourly CROSS JOIN click_hours h ON h.link_id = hourly.id AND h.hour >= ?1 AND h.hour < ?2
  WHERE EXISTS (SELECT 1 FROM whole w WHERE w.hour = h.hour AND w.zone = coalesce(
    (SELECT st.timezone FROM links li JOIN stores st ON st.id = li.store_id WHERE li.id = h.link_id), 'UTC'))
  UNION ALL
  SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?5)
  UNION ALL
  SELECT d.link_id, -d.counted, -d.unique_of_day FROM summed CROSS JOIN click_days d ON d.link_id = summed.id AND d.day = ?3
),
differing AS (
  SELECT link_id AS linkId, sum(counted) AS counted, sum(unique_of_day) AS uniqueOfDay FROM both
  WHERE NOT EXISTS (SELECT 1 FROM rollup_rebuilds) GROUP BY 1 HAVING sum(counted) <> 0 OR sum(unique_of_day) <> 0
)
SELECT *, count(*) OVER () AS rows FROM differing ORDER BY linkId LIMIT ${NAMED_ROWS}`;

const FACTS_OF_DAY = `SELECT ${FACT_COLUMNS.map((name) => `f.${name}`).join(", ")}, 1 AS sign
  FROM stores st CROSS JOIN order_facts f ON f.store_id = st.id AND f.placed_at >= ?1 AND f.placed_at < ?2
  WHERE f.day = ?3`;

/** Sums of the orders of the local day `?3`, as facts minus roll-up. */
const ORDERS = `
WITH both AS (
  SELECT * FROM (${sumFacts(ORDER_DAYS, FACTS_OF_DAY)})
  UNION ALL
  SELECT ${keyColumns(ORDER_DAYS)}, ${ORDER_SUMS.map((name) => `-${name}`).join(", ")}
  FROM order_days WHERE store_id IN (SELECT id FROM stores) AND day = ?3
),
differing AS (
  SELECT ${keyColumns(ORDER_DAYS)}, ${ORDER_SUMS.map((name) => `sum(${name}) AS ${name}`).join(", ")} FROM both
  GROUP BY ${keyColumns(ORDER_DAYS)} HAVING ${ORDER_SUMS.map((name) => `sum(${name}) <> 0`).join(" OR ")}
)
SELECT *, count(*) OVER () AS rows FROM differing ORDER BY ${keyColumns(ORDER_DAYS)} LIMIT ${NAMED_ROWS}`;

const SALES = TOTAL_SUMS.filter((name) => name !== "clicks" && name !== "uniques");
const zeros = (names: readonly string[]): string => names.map(() => "0").join(", ");
const less = (names: readonly string[]): string => names.map((name) => `-${name}`).join(", ");

/**
 * Totals of the store `?1`, as months, and the days that they don't have yet, minus totals. In which currency clicks stand hangs on what their store's was.
 * While totals are made anew there is nothing to compare.
 */
const TOTALS = `
WITH both AS (
  SELECT dim, key, store_id, '' AS currency, ${["clicks", "uniques", ...SALES.map((name) => `0 AS ${name}`)].join(", ")}
  FROM (${clickTotals(CLICKS_OF_STORE)})
  UNION ALL
  SELECT ${TOTAL_KEY}, 0, 0, ${SALES.join(", ")} FROM (${orderTotals("SELECT * FROM order_months WHERE store_id = ?1")})
  UNION ALL
  SELECT dim, key, store_id, '', -clicks, -uniques, ${zeros(SALES)} FROM report_totals WHERE store_id = ?1
  UNION ALL
  SELECT ${TOTAL_KEY}, 0, 0, ${less(SALES)} FROM report_totals WHERE store_id = ?1
),
differing AS (
  SELECT ${TOTAL_KEY}, ${TOTAL_SUMS.map((name) => `sum(${name}) AS ${name}`).join(", ")} FROM both
  WHERE NOT EXISTS (SELECT 1 FROM rollup_rebuilds)
  GROUP BY ${TOTAL_KEY} HAVING ${TOTAL_SUMS.map((name) => `sum(${name}) <> 0`).join(" OR ")}
)
SELECT *, count(*) OVER () AS rows FROM differing ORDER BY ${TOTAL_KEY} LIMIT ${NAMED_ROWS}`;

/**
 * The links whose counted clicks of a day differ between the roll-up by day and what it is of: that by hour, and the log
 * where a day of a zone begins within an hour. `day` is the start of the UTC day of that date (ms). `null`: clicks were
 * rolled up all the while. Throws what D1 throws.
 */
export async function differingDays(
  d1: D1Database,
  logs: readonly ClickLog[],
  day: number,
): Promise<Differences | null> {
  const date = dateOf(day);
  const [from, to] = localSpan(day);
  const zones = await d1.prepare("SELECT 'UTC' AS zone UNION SELECT timezone FROM stores").all<{ zone: string }>();
  const { whole, cut } = hoursOfDay(
    zones.results.map(({ zone }) => zone),
    date,
    { from, to },
  );
  const rows = await atOneState<NumberedRow>(d1, async (state) => {
    const ofLog = new Map<string, [counted: number, unique: number]>();
    for (const [hour, inZones] of cut) {
      const pages = (await readAll(logs, { from: hour, to: hour + HOUR_MS }, state)) ?? [];
      const counted = pages.flat().filter(({ counts }) => counts.counted !== 0 || counts.uniqueOfDay !== 0);
      const { dayOf, zoneOf } = await loadLinks(
        d1,
        counted.map(({ linkId }) => linkId),
      );
      for (const { linkId, time, counts } of counted) {
        if (!inZones.has(zoneOf(linkId)) || dayOf(linkId, time) !== date) continue;
        const [sum, unique] = ofLog.get(linkId) ?? [0, 0];
        ofLog.set(linkId, [sum + counts.counted, unique + counts.uniqueOfDay]);
      }
    }
    const others = JSON.stringify([...ofLog].map(([linkId, sums]) => [linkId, ...sums]));
    return d1.prepare(DAYS).bind(from, to, date, JSON.stringify(whole), others);
  });
  return rows === null ? null : named(rows);
}

/** The same for the sums of orders and the facts that they are of. */
export function differingOrders(d1: D1Database, day: number): Promise<Differences> {
  return differences(d1, ORDERS, ...localSpan(day), dateOf(day));
}

/** The totals that differ from the months that they are of, store by store. Throws what D1 throws. */
export async function differingTotals(d1: D1Database): Promise<Differences> {
  const stores = await d1.prepare("SELECT id FROM stores ORDER BY id").all<{ id: string }>();
  const all: Differences = { count: 0, first: [] };
  for (const store of ["", ...stores.results.map(({ id }) => id)]) {
    const { count, first } = await differences(d1, TOTALS, store);
    all.count += count;
    all.first = [...all.first, ...first].slice(0, NAMED_ROWS);
  }
  return all;
}

async function differences(d1: D1Database, sql: string, ...values: (string | number)[]): Promise<Differences> {
  const { results } = await d1
    .prepare(sql)
    .bind(...values)
    .all<NumberedRow>();
  return named(results);
}

/** A row that says how many there are. */
type NumberedRow = Record<string, unknown> & { rows: number };

function named(rows: readonly NumberedRow[]): Differences {
  return { count: rows[0]?.rows ?? 0, first: rows.map(({ rows: _rows, ...row }) => row) };
}
