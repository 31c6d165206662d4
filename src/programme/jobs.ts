import type { Jobs } from "../ground/wing.ts";
import { raiseLeakAlarms } from "./code/watch-run.ts";
import { eraseDeleted } from "./creator/erase-store.ts";
import { generate } from "./generation/run.ts";

/** What the wing does every minute. */
export const minutely: Jobs = {
  generate_codes: (env, now) => generate(env, now),
};

/** What the wing does every night. */
export const nightly: Jobs = {
  erase_creators: (env, now) => eraseDeleted(env, now),
  watch_codes: (env, now) => raiseLeakAlarms(env, now),
};
