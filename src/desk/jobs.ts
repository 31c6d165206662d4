import type { Jobs } from "../ground/wing.ts";
import { tidySessions } from "./session/store.ts";

/** What the wing does every night. */
export const nightly: Jobs = {
  tidy_sessions: (env, now) => tidySessions(env.DB, now),
};
