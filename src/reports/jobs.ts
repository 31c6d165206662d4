import type { Jobs } from "../ground/wing.ts";
import { rollUpOrders } from "./rollup/orders-run.ts";
import { rebuildRollups } from "./rollup/rebuild-run.ts";
import { rollUpClicks } from "./rollup/run.ts";

/** What the wing does every minute. */
export const minutely: Jobs = {
  roll_up_clicks: (env, now) => rollUpClicks(env.DB, now),
  rebuild_rollups: (env, now) => rebuildRollups(env.DB, now),
  roll_up_orders: (env, now) => rollUpOrders(env, now),
};
