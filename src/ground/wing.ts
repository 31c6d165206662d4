import type { Hono } from "hono";
import type { AppTypes } from "./deps.ts";
import type { NewId } from "./id.ts";
import type { Config } from "./config.ts";

/** What a wing answers: its routers by the path that all of a router's routes begin with. */
export type Routes = readonly { at: "/" | "/api/v1" | "/t" | "/creator"; router: Hono<AppTypes> }[];

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

/** Routers of the admin API. */
export function api(...routers: Hono<AppTypes>[]): Routes {
  return routers.map((router) => ({ at: "/api/v1", router }));
}
