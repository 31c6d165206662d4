import type { Jobs } from "../ground/wing.ts";
import { syncStandby } from "./link/standby-store.ts";

/** What the wing does every minute. */
export const minutely: Jobs = {
  sync_standby: (env, now) => (env.LINKS ? syncStandby(env, now) : Promise.resolve()),
};
