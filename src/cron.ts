import { destroySalts } from "./click/salt.ts";
import { dayOf } from "./click/visitor.ts";
import { readConfig } from "./config.ts";
import { replayWaiting } from "./dead-letter/replay.ts";
import { IDEMPOTENCY_LIFE_MS } from "./http/idempotency.ts";
import { rollUpClicks } from "./rollup/run.ts";

/** What each cron expression of `wrangler.toml` does, at `now` (ms UTC). All may be missed or doubled. */
export const CRONS: Readonly<Record<string, (env: Env, now: number) => Promise<void>>> = {
  "* * * * *": async (env, now) => {
    await rollUpClicks(env.DB, now);
  },
  "17 3 * * *": async (env, now) => {
    await replayWaiting(env.DB, readConfig(env), now);
    await env.DB.batch([
      destroySalts(env.DB, dayOf(now)),
      env.DB.prepare("DELETE FROM idempotency_keys WHERE created_at <= ?1").bind(now - IDEMPOTENCY_LIFE_MS),
    ]);
  },
};

/** Runs a cron trigger. Throws for an expression that has no entry, so that none is ignored in silence. */
export async function runCron(cron: string, env: Env, now: number): Promise<void> {
  const run = CRONS[cron];
  if (run === undefined) throw new Error(`no handler for the cron ${cron}`);
  await run(env, now);
}
