import { dateOf, startOfDay } from "../../clicks/archive/format.ts";
import { type ClickLog, clickLogs } from "../../clicks/log/logs-store.ts";
import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";
import { closedDays, DAY_MS } from "./days.ts";
import { differingHours } from "./load-hours.ts";
import { differingDays, differingOrders, differingTotals, localSpan } from "./load-sums.ts";

/** No hours are compared after so long, ms: in a run by night, and in one of those that go on with it. */
const NIGHT_MS = 15_000;
const MINUTE_MS = 8_000;

/** How far a check is. */
interface Progress {
  /** What is compared next, ms UTC: the start of a day, or of an hour of one that is begun. */
  at: number;
  /** The end of the last day to be compared. */
  end: number;
  /** Hours of the day that is begun that differ so far. */
  differing: number;
}

/**
 * Counts each closed day again, and compares with the roll-ups: the hours of clicks with the log, as far as it has all of
 * the clicks, local days with these, and the days of orders with their facts. A difference raises the alarm `rollup_drift`
 * of that day and mends nothing: either may be the right one. An alarm whose day agrees is resolved. The totals are compared
 * with the months of links and orders likewise, under {@link TOTALS}. What doesn't fit into `timeMs` is left to
 * {@link goOnChecking}. `now` is ms UTC. Throws what D1 throws.
 */
export async function checkRollups(env: Env, now: number, timeMs = NIGHT_MS): Promise<void> {
  const endAt = Date.now() + timeMs;
  const totals = await differingTotals(env.DB);
  if (totals.count > 0) {
    const detail = { differingTotals: totals.count, firstTotals: totals.first };
    await raiseAlarm(env.DB, { kind: "rollup_drift", subject: TOTALS, detail }, now);
  } else {
    await clearAlarm(env.DB, "rollup_drift", TOTALS, now);
  }
  const end = startOfDay(now);
  const [first = end] = closedDays(now);
  const known = await readProgress(env.DB);
  // What the night before has not come to is come to now.
  const isUnderWay = known !== null && known.at < known.end && known.at > first;
  await goOn(env, isUnderWay ? { ...known, end } : { at: first, end, differing: 0 }, now, endAt);
}

/** Goes on with a check that a night has begun. `now` is ms UTC. Throws what D1 throws. */
export async function goOnChecking(env: Env, now: number): Promise<void> {
  const known = await readProgress(env.DB);
  if (known !== null && known.at < known.end) await goOn(env, known, now, Date.now() + MINUTE_MS);
}

/** What the alarm is about where it is of no day. */
const TOTALS = "totals";

async function goOn(env: Env, begin: Progress, now: number, endAt: number): Promise<void> {
  const { all: logs } = await clickLogs(env, now);
  let progress = begin;
  do {
    const next = await checkOn(env.DB, logs, progress, now);
    // Clicks are rolled up all the while: the next minute tries again.
    if (next === null) break;
    progress = next;
    await keepProgress(env.DB, progress, now);
  } while (progress.at < progress.end && Date.now() < endAt);
  if (progress === begin) await keepProgress(env.DB, progress, now);
}

/** Compares the next hours and, with the last of a day, the day. */
async function checkOn(
  d1: D1Database,
  logs: readonly ClickLog[],
  { at, end, differing }: Progress,
  now: number,
): Promise<Progress | null> {
  const day = startOfDay(at);
  const isLogged = await logHas(d1, [day, day + DAY_MS]);
  const hours = isLogged
    ? await differingHours(d1, logs, { from: at, to: day + DAY_MS })
    : { ...NONE, to: day + DAY_MS };
  if (hours === null) return null;
  const found = differing + hours.count;
  const detail = found > 0 ? { differingHours: found, first: hours.first } : {};
  if (hours.to < day + DAY_MS) {
    if (hours.count > 0) await raiseAlarm(d1, { kind: "rollup_drift", subject: dateOf(day), detail }, now);
    return { at: hours.to, end, differing: found };
  }
  const days = (await logHas(d1, localSpan(day))) ? await differingDays(d1, logs, day) : NONE;
  if (days === null) return null;
  const orders = await differingOrders(d1, day);
  const all = {
    ...detail,
    ...(days.count > 0 && { differingDays: days.count, firstDays: days.first }),
    ...(orders.count > 0 && { differingOrderDays: orders.count, firstOrderDays: orders.first }),
  };
  if (Object.keys(all).length > 0) {
    await raiseAlarm(d1, { kind: "rollup_drift", subject: dateOf(day), detail: all }, now);
  } else if (isLogged) {
    await clearAlarm(d1, "rollup_drift", dateOf(day), now);
  }
  return { at: day + DAY_MS, end, differing: 0 };
}

const NONE = { count: 0, first: [] };

/** Whether no click of a span (ms UTC) has left the log. */
async function logHas(d1: D1Database, span: readonly [from: number, to: number]): Promise<boolean> {
  const archived = await d1
    .prepare("SELECT EXISTS (SELECT 1 FROM click_archives WHERE earliest < ?2 AND latest >= ?1) AS found")
    .bind(...span)
    .first<number>("found");
  return archived !== 1;
}

/** How far the last check is, or was; `null`: there was none. */
async function readProgress(d1: D1Database): Promise<Progress | null> {
  const row = await d1
    .prepare(
      `SELECT (SELECT value FROM watermarks WHERE name = 'check_at') AS at,
         (SELECT value FROM watermarks WHERE name = 'check_end') AS "end",
         (SELECT value FROM watermarks WHERE name = 'check_differing') AS differing`,
    )
    .first<Record<keyof Progress, number | null>>();
  if (row?.at == null || row.end === null || row.differing === null) return null;
  return { at: row.at, end: row.end, differing: row.differing };
}

async function keepProgress(d1: D1Database, { at, end, differing }: Progress, now: number): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO watermarks (name, value, updated_at)
       VALUES ('check_at', ?1, ?4), ('check_end', ?2, ?4), ('check_differing', ?3, ?4)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    )
    .bind(at, end, differing, now)
    .run();
}
