import { clearAlarm, raiseAlarm } from "./journal/alarm/raise.ts";
import { archiveBacklog, archiveClicks } from "./clicks/archive/run.ts";
import { tidyInbox } from "./sales/capture/inbox.ts";
import { processInbox } from "./sales/capture/process.ts";
import { destroySalts } from "./clicks/click/salt.ts";
import { raiseLeakAlarms } from "./programme/code/watch.ts";
import { dayOf } from "./edge/click/visitor.ts";
import { readConfig } from "./ground/config.ts";
import { eraseDeleted } from "./programme/creator/erase.ts";
import { RETRIES } from "./ground/db/retries.ts";
import { retryIdempotent } from "./ground/db/retry.ts";
import { replayWaiting } from "./operate/dead-letter/replay.ts";
import { takeUpLetters } from "./operate/dead-letter/take-up.ts";
import { checkAnalytics } from "./operate/drift/analytics.ts";
import { checkRollups } from "./operate/drift/rollup.ts";
import { errorText } from "./ground/error-text.ts";
import { generate } from "./programme/generation/run.ts";
import { IDEMPOTENCY_LIFE_MS } from "./ground/http/idempotency.ts";
import { watchContested } from "./sales/order/contested.ts";
import { settleOrders } from "./books/ledger/settle.ts";
import { syncStandby } from "./links/link/standby.ts";
import { tidyReconciliations } from "./books/reconcile/tidy.ts";
import { reconcile } from "./books/reconcile/work.ts";
import { rollUpOrders } from "./reports/rollup/orders.ts";
import { rebuildRollups } from "./reports/rollup/rebuild.ts";
import { rollUpClicks } from "./reports/rollup/run.ts";
import { deliverWebhooks } from "./operate/webhook/deliver.ts";
import { tidyWebhooks } from "./operate/webhook/tidy.ts";

/** Work to be done at `now` (ms UTC). It may be missed, doubled and repeated. */
type Job = (env: Env, now: number) => Promise<unknown>;

/** What is done every minute. */
const MINUTELY: Readonly<Record<string, Job>> = {
  roll_up_clicks: (env, now) => rollUpClicks(env.DB, now),
  process_inbox: (env, now) => processInbox(env, now),
  settle_orders: (env, now) => settleOrders(env, now),
  rebuild_rollups: (env, now) => rebuildRollups(env.DB, now),
  roll_up_orders: (env, now) => rollUpOrders(env.DB, now),
  watch_contested: (env, now) => watchContested(env.DB, now),
  reconcile: (env, now) => reconcile(env, now),
  generate_codes: (env, now) => generate(env, now),
  sync_standby: (env, now) => (env.LINKS ? syncStandby(env, now) : Promise.resolve()),
  archive_backlog: (env, now) => archiveBacklog(env, readConfig(env), now),
  deliver_webhooks: (env) => deliverWebhooks(env),
};

/** The night's work in its order: days are compared before their clicks may leave the log. */
const NIGHTLY: Readonly<Record<string, Job>> = {
  take_up_dead_letters: (env, now) => takeUpLetters(env, now),
  replay_dead_letters: (env, now) => replayWaiting(env.DB, readConfig(env), now),
  housekeeping: (env, now) =>
    env.DB.batch([
      destroySalts(env.DB, dayOf(now)),
      env.DB.prepare("DELETE FROM idempotency_keys WHERE created_at <= ?1").bind(now - IDEMPOTENCY_LIFE_MS),
      ...tidyInbox(env.DB, now),
    ]),
  erase_creators: (env, now) => eraseDeleted(env.DB, now),
  tidy_reconciliations: (env, now) => tidyReconciliations(env.DB, now),
  tidy_webhooks: (env, now) => tidyWebhooks(env.DB, now),
  check_rollups: (env, now) => checkRollups(env.DB, now),
  check_analytics: (env, now) => checkAnalytics(env.DB, readConfig(env), now),
  watch_codes: (env, now) => raiseLeakAlarms(env.DB, now),
  archive_clicks: (env, now) => archiveClicks(env, readConfig(env), now),
};

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
export async function runJobs(jobs: Readonly<Record<string, Job>>, env: Env, now: number): Promise<void> {
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
