import { dayOf } from "../edge/click/visitor.ts";
import { readConfig } from "../ground/config.ts";
import type { Jobs } from "../ground/wing.ts";
import { archiveBacklog, archiveClicks } from "./archive/run.ts";
import { destroySalts } from "./click/salt-store.ts";
import { forgetVisits } from "./log/forget-run.ts";
import { packClicks } from "./pack/run.ts";

/** What the wing does every minute. */
export const minutely: Jobs = {
  pack_clicks: (env, now) => packClicks(env.DB, readConfig(env), now),
  archive_backlog: (env, now) => archiveBacklog(env, readConfig(env), now),
};

/** What the wing does every night. */
export const nightly: Jobs = {
  destroy_salts: (env, now) => destroySalts(env.DB, dayOf(now)).run(),
  forget_visits: (env, now) => forgetVisits(env, now),
  archive_clicks: (env, now) => archiveClicks(env, readConfig(env), now),
};
