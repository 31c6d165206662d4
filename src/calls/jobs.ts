import type { Jobs } from "../ground/wing.ts";
import { tellCallsDue } from "./call/due-run.ts";
import { recordPendingCalls } from "./call/record-run.ts";
import { tidyCalls } from "./call/tidy-run.ts";
import { recordDeals } from "./deal/record-run.ts";
import { forgetNetworks, tidyLeases } from "./lease/tidy-run.ts";
import { watchRentals } from "./number/expiring-run.ts";
import { watchPools } from "./pool/exhausted-run.ts";

/** What is done every minute. */
export const minutely: Jobs = {
  record_calls: (env, now) => recordPendingCalls(env, now),
  record_deals: (env, now) => recordDeals(env, now),
  tell_calls: (env, now) => tellCallsDue(env, now),
  watch_pools: (env, now) => watchPools(env.DB, now),
  forget_networks: (env, now) => forgetNetworks(env.DB, now),
};

/** What is done at night. */
export const nightly: Jobs = {
  watch_rentals: (env, now) => watchRentals(env.DB, now),
  tidy_calls: (env, now) => tidyCalls(env.DB, now),
  tidy_leases: (env, now) => tidyLeases(env.DB, now),
};
