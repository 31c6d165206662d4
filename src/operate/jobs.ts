import { readConfig } from "../ground/config.ts";
import { forgetIdempotencyKeys } from "../ground/http/idempotency.ts";
import type { Jobs } from "../ground/wing.ts";
import { replayWaiting } from "./dead-letter/replay-run.ts";
import { takeUpLetters } from "./dead-letter/take-up-run.ts";
import { checkAnalytics } from "./drift/analytics-run.ts";
import { checkRollups, goOnChecking } from "./drift/rollup-run.ts";
import { deliverWebhooks } from "./webhook/deliver-run.ts";
import { tidyWebhooks } from "./webhook/tidy-run.ts";

/** What the wing does every minute. */
export const minutely: Jobs = {
  deliver_webhooks: (env) => deliverWebhooks(env),
  check_rollups_on: (env, now) => goOnChecking(env, now),
};

/** What the wing does every night. */
export const nightly: Jobs = {
  take_up_dead_letters: (env, now) => takeUpLetters(env, now),
  replay_dead_letters: (env, now) => replayWaiting(env, readConfig(env), now),
  forget_idempotency_keys: (env, now) => forgetIdempotencyKeys(env.DB, now).run(),
  tidy_webhooks: (env, now) => tidyWebhooks(env.DB, now),
  check_rollups: (env, now) => checkRollups(env, now),
  check_analytics: (env, now) => checkAnalytics(env, readConfig(env), now),
};
