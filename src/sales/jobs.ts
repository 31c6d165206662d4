import type { Jobs } from "../ground/wing.ts";
import { tidyInbox } from "./capture/inbox-store.ts";
import { processInbox } from "./capture/process-run.ts";
import { watchContested } from "./order/contested-run.ts";

/** What the wing does every minute. */
export const minutely: Jobs = {
  process_inbox: (env, now) => processInbox(env, now),
  watch_contested: (env, now) => watchContested(env.DB, now),
};

/** What the wing does every night. */
export const nightly: Jobs = {
  tidy_inbox: (env, now) => env.DB.batch(tidyInbox(env.DB, now)),
};
