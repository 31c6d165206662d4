import type { Hono } from "hono";
import type { AppTypes } from "./deps.ts";
import type { NewId } from "./id.ts";
import type { Config } from "./config.ts";

/** Some routes of a wing, loaded by the first request that may be theirs. */
export interface Routing {
  /** Where the router is put. */
  at: "/" | "/api/v1" | "/t" | "/creator" | "/webhooks" | "/admin";
  /**
   * How the paths of its routes begin below `at`, in whole segments: `/links`, `/links/:id/simulate`. A request to any
   * other path doesn't load it, so all of its routes have to begin so. One that ends in `/$` is the whole path.
   */
  begins: readonly string[];
  load: () => Promise<Hono<AppTypes>>;
}

/** A router that is loaded, and where it is put. */
export interface Placed {
  at: Routing["at"];
  router: Hono<AppTypes>;
}

/** What a wing answers. */
export type Routes = readonly Routing[];

/** Work to be done at `now` (ms UTC). It may be missed, doubled and repeated. */
export type Job = (env: Env, now: number) => Promise<unknown>;

/** Jobs in the order in which they run, by the names that alarms and the log know them by. */
export type Jobs = Readonly<Record<string, Job>>;

/** What an isolate has for the consumer of a queue. */
export interface Consuming {
  config: Config;
  newId: NewId;
}

/** Takes one delivery of a queue: acknowledges its messages or has them come again. */
export type Consumer = (batch: MessageBatch<string>, env: Env, isolate: Consuming) => Promise<void>;

/** The consumers of queues by the names that `wrangler.toml` has, each loaded when its queue brings something. */
export type Queues = Readonly<Record<string, () => Promise<Consumer>>>;

/** Routes of the admin API (see {@link Routing}). */
export function api(begins: readonly string[], load: Routing["load"]): Routing {
  return { at: "/api/v1", begins, load };
}
