import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";
import { dateOf } from "../../clicks/archive/format.ts";
import { clickLogs } from "../../clicks/log/logs-store.ts";
import { readTailDays } from "../../clicks/log/waiting-store.ts";
import type { AnalyticsAccess, Config } from "../../ground/config.ts";
import { eachLink } from "../../ground/db/each-link.ts";
import { errorText } from "../../ground/error-text.ts";
import { atOneState } from "../../reports/rollup/load-sums.ts";
import { closedDays, DAY_MS } from "./days.ts";
import { allowedDrift, driftQuery, readAnswer } from "./query.ts";

/** Cloudflare's own limit for such a query is lower. */
const TIMEOUT_MS = 30_000;

/** Subject of the alarm that nothing could be compared. */
const SOURCE = "analytics_engine";

/** Requests by day, from the roll-up. */
const HOURS = `
WITH RECURSIVE ${eachLink("summed", "click_hours")}
SELECT h.hour - h.hour % ${DAY_MS} AS day,
  sum(h.counted + h.bot + h.prefetch + h.head + h.embedded + h.duplicate + h.inactive) AS requests
FROM summed CROSS JOIN click_hours h ON h.link_id = summed.id AND h.hour >= ?1 AND h.hour < ?2 GROUP BY 1`;

/**
 * Compares the requests of the closed days with the count that Analytics Engine took at the edge,
 * before anything could go wrong on the way to the log. A difference beyond what sampling explains
 * raises the alarm `click_drift` of that day; a comparison that failed raises `drift_unchecked`.
 * Without access to the account nothing is compared. Throws what D1 throws.
 */
export async function checkAnalytics(env: Env, config: Config, now: number): Promise<void> {
  const db = env.DB;
  if (config.analytics === null) return;
  const days = closedDays(now);
  const [first] = days;
  const last = days.at(-1);
  if (first === undefined || last === undefined) return;
  const span = [first, last + DAY_MS] as const;

  let counted: Map<number, number>;
  try {
    counted = readAnswer(await ask(config.analytics, driftQuery(...span)));
  } catch (error) {
    await raiseAlarm(db, { kind: "drift_unchecked", subject: SOURCE, detail: { message: errorText(error) } }, now);
    return;
  }
  await clearAlarm(db, "drift_unchecked", SOURCE, now);

  const logged = await loggedRequests(env, now, ...span);
  for (const day of days) {
    const [ledger, analytics] = [logged.get(day) ?? 0, counted.get(day) ?? 0];
    const allowed = allowedDrift(ledger, analytics);
    if (Math.abs(analytics - ledger) > allowed) {
      const detail = { ledger, analytics, difference: analytics - ledger, allowed };
      await raiseAlarm(db, { kind: "click_drift", subject: dateOf(day), detail }, now);
    } else {
      await clearAlarm(db, "click_drift", dateOf(day), now);
    }
  }
  await keepDrift(db, (counted.get(last) ?? 0) - (logged.get(last) ?? 0), now);
}

/** Requests by the start of their day (ms UTC), with those that no roll-up has read yet. */
async function loggedRequests(env: Env, now: number, from: number, to: number): Promise<Map<number, number>> {
  const { all } = await clickLogs(env, now);
  let waiting: Map<number, number>[] = [];
  const hours = await atOneState<{ day: number; requests: number }>(env.DB, async ({ marks }) => {
    waiting = await Promise.all(all.map((log) => readTailDays(log, marks.get(log.number) ?? 0, { from, to })));
    return env.DB.prepare(HOURS).bind(from, to);
  });
  if (hours === null) throw new Error("clicks were rolled up again and again while they were counted");
  const logged = new Map(hours.map(({ day, requests }) => [day, requests]));
  for (const days of waiting) for (const [day, clicks] of days) logged.set(day, (logged.get(day) ?? 0) + clicks);
  return logged;
}

async function ask({ accountId, token }: AnalyticsAccess, sql: string): Promise<unknown> {
  const response = await fetch(`https://api.cloudflare.com/client/v4/accounts/${accountId}/analytics_engine/sql`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    body: sql,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) {
    // The start of the answer says what is wrong; it repeats no secret of the request.
    throw new Error(`HTTP ${response.status}: ${(await response.text()).slice(0, 200)}`);
  }
  return response.json();
}

/** Remembers yesterday's difference (Analytics Engine minus ledger) for `/metrics`. */
async function keepDrift(db: D1Database, difference: number, now: number): Promise<void> {
  await db
    .prepare(
      `INSERT INTO watermarks (name, value, updated_at) VALUES ('click_drift', ?1, ?2)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    )
    .bind(difference, now)
    .run();
}
