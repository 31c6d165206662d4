import type { Jobs } from "../ground/wing.ts";
import { settleConversions } from "./conversion/settle-run.ts";
import { settleOrders } from "./ledger/settle-run.ts";
import { tidyReconciliations } from "./reconcile/tidy-run.ts";
import { reconcile } from "./reconcile/run.ts";

/** What the wing does every minute. */
export const minutely: Jobs = {
  settle_orders: (env, now) => settleOrders(env, now),
  settle_conversions: (env, now) => settleConversions(env, now),
  reconcile: (env, now) => reconcile(env, now),
};

/** What the wing does every night. */
export const nightly: Jobs = {
  tidy_reconciliations: (env, now) => tidyReconciliations(env.DB, now),
};
