import type { Jobs } from "../ground/wing.ts";
import { syncDueShops } from "./code/due-run.ts";
import { forgetSigning } from "./connection/end-store.ts";
import { checkShops } from "./connection/health-run.ts";

/** What the wing does every minute. */
export const minutely: Jobs = {
  sync_codes: (env, now) => syncDueShops(env, now),
  check_shops: (env) => checkShops(env),
};

/** What the wing does every night. */
export const nightly: Jobs = {
  forget_shop_secrets: (env, now) => forgetSigning(env.DB, now),
};
