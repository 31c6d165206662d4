import { dayOf } from "../edge/click/visitor.ts";
import { readConfig } from "../ground/config.ts";
import type { Jobs } from "../ground/wing.ts";
import { archiveBacklog, archiveClicks } from "./archive/run.ts";
import { destroySalts } from "./click/salt-store.ts";

/** What the wing does every minute. */
export const minutely: Jobs = {
  archive_backlog: (env, now) => archiveBacklog(env, readConfig(env), now),
};

/** What the wing does every night. */
export const nightly: Jobs = {
  destroy_salts: (env, now) => destroySalts(env.DB, dayOf(now)).run(),
  archive_clicks: (env, now) => archiveClicks(env, readConfig(env), now),
};
