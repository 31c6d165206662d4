import { env } from "cloudflare:workers";
import { vi } from "vitest";
import type { ClickMessage } from "../../../src/edge/click/message.ts";
import { runCron } from "../../../src/cron.ts";
import { logDatabases } from "../../clicks/databases-fixtures.ts";
import type { Deliveries } from "./delivery.ts";
import type { Outcome } from "./table.ts";
import { clickIdOf, isRedirected, type TestRequest } from "./traffic.ts";
import { START, type World } from "./world.ts";

/** When the crons of `wrangler.toml` run: the minute after the traffic, and the night after that day. */
const MINUTE = START + 3_600_000;
const NIGHT = Date.UTC(2026, 10, 21, 3, 17);

/** Enough for any queue to run dry once nothing fails any more. */
const ROUNDS = 100;

/** What the database holds of a scenario in the end. */
export interface Settled {
  outcome: Outcome;
  /** Rows by bucket. */
  buckets: Record<string, number>;
  /** Open alarms, as `kind subject`, once everything was restored. */
  alarms: string[];
}

/**
 * Lets everything work again and all that waits arrive: queues, dead letters, roll-up and the night's
 * checks; then ingests what only the Worker's own log has, and counts.
 */
export async function settle(
  scenario: string,
  world: World,
  deliveries: Deliveries,
  requests: readonly TestRequest[],
): Promise<Settled> {
  world.heal();
  await world.endIsolates();
  const consumer = world.isolate().bindings;
  await deliveries.run(consumer, ROUNDS);
  await runCrons(world);
  const drift = await driftAlarm();

  const before = (await loggedClicks()).length;
  // As an operator would: the clicks of each event as a message to the queue.
  world.queued.push(...unloggedClicks(world.errors).map((clicks) => JSON.stringify({ v: 1, clicks })));
  await deliveries.run(consumer, ROUNDS);
  if (deliveries.waiting > 0) throw new Error(`${deliveries.waiting} messages were never acknowledged`);
  await runCrons(world);

  const results = await loggedClicks();
  const rolledUp = await env.DB.prepare(
    "SELECT coalesce(sum(counted + bot + prefetch + head + embedded + duplicate + inactive), 0) AS n FROM click_hours",
  ).first<number>("n");
  const buckets: Record<string, number> = {};
  for (const { bucket } of results) buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  const redirected = requests.filter(isRedirected);
  const ids = new Set(results.map(({ id }) => id));
  const missing = redirected.map(clickIdOf).filter((id) => id !== null && !ids.has(id)).length;
  // Not every redirect carries its click's id, so a loss may only show in the sum.
  const lost = Math.max(missing, redirected.length - ids.size);
  const outcome: Outcome = {
    scenario,
    requests: requests.length,
    redirected: redirected.length,
    logged: results.length,
    lost,
    doubled: Math.max(results.length, rolledUp ?? 0) - (redirected.length - lost),
    restored: results.length - before,
    deliveries: deliveries.count,
    deadLetters: deliveries.dead,
    drift,
  };
  return { outcome, buckets, alarms: await openAlarms() };
}

/** The clicks that events in the Worker's own log hold, one list an event. */
function unloggedClicks(lines: readonly string[]): ClickMessage[][] {
  return lines
    .filter((line) => line.includes('"clicks_unlogged"'))
    .map((line) => (JSON.parse(line) as { clicks: ClickMessage[] }).clicks);
}

/** Runs both crons, with Analytics Engine's answer made of the points that it took. */
async function runCrons(world: World): Promise<void> {
  const bindings = { ...env, ANALYTICS_ACCOUNT_ID: "0".repeat(32), ANALYTICS_API_TOKEN: "token" } as unknown as Env;
  // 64-bit integers come as text.
  const data = [{ day: String(Math.floor(START / 86_400_000)), requests: String(world.points.length) }];
  const fetch = vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json({ meta: [], data }));
  try {
    await runCron("* * * * *", bindings, MINUTE);
    await runCron("17 3 * * *", bindings, NIGHT);
  } finally {
    fetch.mockRestore();
  }
}

async function driftAlarm(): Promise<number | null> {
  const detail = await env.DB.prepare(
    "SELECT detail FROM alarms WHERE kind = 'click_drift' AND resolved_at IS NULL",
  ).first<string>("detail");
  return detail === null ? null : (JSON.parse(detail) as { difference: number }).difference;
}

async function openAlarms(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT kind || ' ' || subject AS alarm FROM alarms WHERE resolved_at IS NULL ORDER BY 1",
  ).all<{ alarm: string }>();
  return results.map(({ alarm }) => alarm);
}

/** All clicks of all databases of the log. */
export async function loggedClicks(): Promise<{ id: string; bucket: string }[]> {
  const found = await Promise.all(
    logDatabases().map((d1) => d1.prepare("SELECT id, bucket FROM clicks").all<{ id: string; bucket: string }>()),
  );
  return found.flatMap(({ results }) => results);
}
