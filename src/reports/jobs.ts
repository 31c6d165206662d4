import type { Jobs } from "../ground/wing.ts";
import { copyHours } from "./rollup/hours-run.ts";
import { closeDays } from "./rollup/months-run.ts";
import { rollUpOrders } from "./rollup/orders-run.ts";
import { rebuildRollups } from "./rollup/rebuild-run.ts";
import { rollUpClicks, rollUpWaiting } from "./rollup/run.ts";

/** What the wing does every minute. */
export const minutely: Jobs = {
  roll_up_clicks: (env, now) => rollUpWaiting(env, now),
  copy_hours: (env) => copyHours(env.DB),
  rebuild_rollups: (env, now) => rebuildRollups(env, now),
  roll_up_orders: (env, now) => rollUpOrders(env, now),
};

/** What the wing does every night. */
export const nightly: Jobs = {
  // Of a small shop, too, no click waits any longer for company.
  roll_up_rest: (env, now) => rollUpClicks(env, now),
  close_days: (env, now) => closeDays(env, now),
};
