import type { Jobs } from "../ground/wing.ts";
import { tidyInbox } from "./capture/inbox-store.ts";
import { processInbox } from "./capture/process-run.ts";
import { watchContested } from "./order/contested-run.ts";
import { fetchOrders } from "./shop/fetch-run.ts";
import { pollShops } from "./shop/poll-run.ts";
import { watchReuse } from "./shop/reused-run.ts";
import { syncShops } from "./shop/sync-run.ts";

/** What the wing does every minute. */
export const minutely: Jobs = {
  process_inbox: (env, now) => processInbox(env, now),
  fetch_shop_orders: (env, now) => fetchOrders(env, now),
  poll_shops: (env, now) => pollShops(env, now),
  sync_shops: (env, now) => syncShops(env, now),
  watch_contested: (env, now) => watchContested(env.DB, now),
};

/** What the wing does every night. */
export const nightly: Jobs = {
  tidy_inbox: (env, now) => env.DB.batch(tidyInbox(env.DB, now)),
  watch_reuse: (env, now) => watchReuse(env.DB, now),
};
