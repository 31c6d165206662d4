import type { Jobs } from "../ground/wing.ts";
import { pruneNews } from "./link/news-store.ts";
import { syncStandby } from "./link/standby-store.ts";

/** What the wing does every minute. */
export const minutely: Jobs = {
  sync_standby: (env, now) => (env.LINKS ? syncStandby(env, now) : Promise.resolve()),
  prune_news: (env) => pruneNews(env.DB),
};
