import * as books from "./books/jobs.ts";
import * as calls from "./calls/jobs.ts";
import * as clicks from "./clicks/jobs.ts";
import * as conversions from "./conversions/jobs.ts";
import * as desk from "./desk/jobs.ts";
import { RETRIES } from "./ground/db/retries.ts";
import { retryIdempotent } from "./ground/db/retry.ts";
import { errorText } from "./ground/error-text.ts";
import type { Jobs } from "./ground/wing.ts";
import { clearAlarm, raiseAlarm } from "./journal/alarm/store.ts";
import * as links from "./links/jobs.ts";
import * as operate from "./operate/jobs.ts";
import * as programme from "./programme/jobs.ts";
import * as reports from "./reports/jobs.ts";
import * as sales from "./sales/jobs.ts";
import * as shops from "./shops/jobs.ts";
import * as visits from "./visits/jobs.ts";

/** Every minute: first what somebody waits for, orders with their commissions and sums, then what may take its time. */
const MINUTELY = inTurn(
  sales.minutely,
  conversions.minutely,
  books.minutely,
  reports.minutely,
  visits.minutely,
  calls.minutely,
  programme.minutely,
  shops.minutely,
  links.minutely,
  clicks.minutely,
  operate.minutely,
);

/** At night against the way of the data, so that days are compared before their clicks may leave the log. */
const NIGHTLY = inTurn(
  operate.nightly,
  reports.nightly,
  books.nightly,
  calls.nightly,
  visits.nightly,
  conversions.nightly,
  sales.nightly,
  shops.nightly,
  programme.nightly,
  clicks.nightly,
  desk.nightly,
);

/** What each cron expression of `wrangler.toml` does, at `now` (ms UTC). All may be missed or doubled. */
export const CRONS: Readonly<Record<string, (env: Env, now: number) => Promise<void>>> = {
  "* * * * *": (env, now) => runJobs(MINUTELY, env, now),
  "17 3 * * *": (env, now) => runJobs(NIGHTLY, env, now),
};

/** Runs a cron trigger. Throws for an expression that has no entry, so that none is ignored in silence. */
export async function runCron(cron: string, env: Env, now: number): Promise<void> {
  const run = CRONS[cron];
  if (run === undefined) throw new Error(`no handler for the cron ${cron}`);
  await run(env, now);
}

/**
 * Runs jobs one after another, each whatever became of the others. A job that fails raises the alarm
 * `cron_failed`, which its next success resolves. Throws at the end if any failed, so that Cloudflare
 * shows the run as failed too.
 */
export async function runJobs(jobs: Jobs, env: Env, now: number): Promise<void> {
  const failures: string[] = [];
  for (const [name, job] of Object.entries(jobs)) {
    try {
      // What D1 drops in passing is no reason to wake anybody.
      await retryIdempotent(() => job(env, now), RETRIES);
      await clearAlarm(env.DB, "cron_failed", name, now);
    } catch (error) {
      const message = errorText(error);
      failures.push(`${name}: ${message}`);
      console.error(JSON.stringify({ event: "cron_failed", job: name, message }));
      // The database may be what failed; the log has it already.
      await raiseAlarm(env.DB, { kind: "cron_failed", subject: name, detail: { message } }, now).catch(() => {});
    }
  }
  if (failures.length > 0) throw new Error(failures.join("; "));
}

/** The jobs of several wings, one wing after another. Throws an `Error` if two have one name: the alarm of either would be the other's. */
function inTurn(...wings: readonly Jobs[]): Jobs {
  const jobs = wings.flatMap((wing) => Object.entries(wing));
  if (new Set(jobs.map(([name]) => name)).size < jobs.length) throw new Error("two jobs have one name");
  return Object.fromEntries(jobs);
}
