import { readConfig } from "../ground/config.ts";
import { forgetIdempotencyKeys } from "../ground/http/idempotency.ts";
import type { Jobs } from "../ground/wing.ts";
import { replayWaiting } from "./dead-letter/replay.ts";
import { takeUpLetters } from "./dead-letter/take-up.ts";
import { checkAnalytics } from "./drift/analytics.ts";
import { checkRollups } from "./drift/rollup.ts";
import { deliverWebhooks } from "./webhook/deliver.ts";
import { tidyWebhooks } from "./webhook/tidy.ts";

/** What the wing does every minute. */
export const minutely: Jobs = {
  deliver_webhooks: (env) => deliverWebhooks(env),
};

/** What the wing does every night. */
export const nightly: Jobs = {
  take_up_dead_letters: (env, now) => takeUpLetters(env, now),
  replay_dead_letters: (env, now) => replayWaiting(env.DB, readConfig(env), now),
  forget_idempotency_keys: (env, now) => forgetIdempotencyKeys(env.DB, now).run(),
  tidy_webhooks: (env, now) => tidyWebhooks(env.DB, now),
  check_rollups: (env, now) => checkRollups(env.DB, now),
  check_analytics: (env, now) => checkAnalytics(env.DB, readConfig(env), now),
};
