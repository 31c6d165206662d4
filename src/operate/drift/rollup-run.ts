import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";
import { dateOf } from "../../clicks/archive/format.ts";
import { eachLink } from "../../ground/db/each-link.ts";
import { closedDays, DAY_MS } from "./days.ts";
import { type Differences, differingDays, differingOrders, differingTotals, localSpan } from "./load-sums.ts";

const HOUR_MS = 3_600_000;

const COUNTS = ["counted", "unique_of_day", "bot", "prefetch", "head", "embedded", "duplicate", "inactive"] as const;

/** Differing hours that an alarm names: enough to see what kind of day it was. */
const NAMED_HOURS = 20;

/**
 * The hours from `?1` to before `?2` whose sums differ from the log, as log minus roll-up, in one
 * statement so that neither a roll-up nor a late click can come in between. Clicks that no roll-up has
 * read are in neither count.
 */
const DIFFERENCES = `
WITH RECURSIVE ${eachLink("logged", "clicks")},
${eachLink("summed", "click_hours")},
mark AS MATERIALIZED (SELECT coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0) AS seq),
both AS (
  SELECT c.link_id, c.time - c.time % ${HOUR_MS} AS hour,
    ${COUNTS.map((name) => (name === "unique_of_day" ? `c.${name}` : `(c.bucket = '${name}') AS ${name}`)).join(", ")}
  FROM logged CROSS JOIN clicks c ON c.link_id = logged.id AND c.time >= ?1 AND c.time < ?2
  WHERE c.seq <= (SELECT seq FROM mark)
  UNION ALL
  SELECT h.link_id, h.hour, ${COUNTS.map((name) => `-h.${name}`).join(", ")}
  FROM summed CROSS JOIN click_hours h ON h.link_id = summed.id AND h.hour >= ?1 AND h.hour < ?2
),
differing AS (
  SELECT link_id, hour, ${COUNTS.map((name) => `sum(${name}) AS ${name}`).join(", ")} FROM both GROUP BY 1, 2
  HAVING ${COUNTS.map((name) => `sum(${name}) <> 0`).join(" OR ")}
)
SELECT *, count(*) OVER () AS hours FROM differing ORDER BY hour, link_id LIMIT ${NAMED_HOURS}`;

type Difference = Record<(typeof COUNTS)[number], number> & { link_id: string; hour: number; hours: number };

/**
 * Counts each closed day again, and compares with the roll-ups: the hours and local days of clicks with the
 * log, as far as it has all of the clicks, and the days of orders with their facts. A difference raises the
 * alarm `rollup_drift` of that day and mends nothing: either may be the right one. An alarm whose day agrees
 * is resolved. The totals are compared with the months of links and orders likewise, under {@link TOTALS}. Throws what
 * D1 throws.
 */
export async function checkRollups(db: D1Database, now: number): Promise<void> {
  for (const day of closedDays(now)) {
    const isLogged = await logHas(db, [day, day + DAY_MS]);
    const hours = isLogged ? await differingHours(db, day) : {};
    const days = (await logHas(db, localSpan(day))) ? await differingDays(db, day) : NONE;
    const orders = await differingOrders(db, day);
    const detail = {
      ...hours,
      ...(days.count > 0 && { differingDays: days.count, firstDays: days.first }),
      ...(orders.count > 0 && { differingOrderDays: orders.count, firstOrderDays: orders.first }),
    };
    if (Object.keys(detail).length > 0) {
      await raiseAlarm(db, { kind: "rollup_drift", subject: dateOf(day), detail }, now);
    } else if (isLogged) {
      await clearAlarm(db, "rollup_drift", dateOf(day), now);
    }
  }
  const totals = await differingTotals(db);
  if (totals.count > 0) {
    const detail = { differingTotals: totals.count, firstTotals: totals.first };
    await raiseAlarm(db, { kind: "rollup_drift", subject: TOTALS, detail }, now);
  } else {
    await clearAlarm(db, "rollup_drift", TOTALS, now);
  }
}

/** What the alarm is about where it is of no day. */
const TOTALS = "totals";

const NONE: Differences = { count: 0, first: [] };

/** Whether no click of a span (ms UTC) has left the log. */
async function logHas(db: D1Database, span: readonly [from: number, to: number]): Promise<boolean> {
  const archived = await db
    .prepare("SELECT EXISTS (SELECT 1 FROM click_archives WHERE earliest < ?2 AND latest >= ?1) AS found")
    .bind(...span)
    .first<number>("found");
  return archived !== 1;
}

/** What the hours of a day differ in, for the alarm; nothing if they agree. */
async function differingHours(db: D1Database, day: number): Promise<Record<string, unknown>> {
  const { results } = await db
    .prepare(DIFFERENCES)
    .bind(day, day + DAY_MS)
    .all<Difference>();
  const [first] = results;
  if (first === undefined) return {};
  const named = results.map(({ link_id, hour, hours: _hours, ...logMinusRollup }) => ({
    linkId: link_id,
    hour: new Date(hour).toISOString(),
    logMinusRollup,
  }));
  return { differingHours: first.hours, first: named };
}
