import type { Context } from "hono";
import type { Actor, AppTypes } from "../../ground/deps.ts";
import type { Scope } from "../../ground/http/auth.ts";
import type { Formats } from "../../ground/language/formats.ts";
import type { Api } from "./api-load.ts";

/** What every page of the desk has at hand. */
export interface Desk {
  /** Who looks at it. */
  actor: Actor;
  /** The name that their session has. */
  name: string;
  sessionId: string;
  /** The public API, asked as they themselves could. */
  api: Api;
  formats: Formats;
  /** Of the request. */
  url: URL;
  /** ms UTC. */
  now: number;
  /** Stores that they may see, by name; none where their key may not read stores. */
  stores: readonly StoreBrief[];
  /** The one that the address names by `store=`; `null`: all of them. */
  store: StoreBrief | null;
  /** In which times are told: of the store, else of the only or first one, else UTC. */
  timezone: string;
  /** Whether their key has a scope. */
  may: (scope: Scope) => boolean;
}

/** What pages need of a store. */
export interface StoreBrief {
  id: string;
  name: string;
  currency: string;
  timezone: string;
}

declare module "hono" {
  // What hono's contexts carry under /admin, behind `admit`.
  interface ContextVariableMap {
    desk: Desk | undefined;
  }
}

/** The desk of a request. Throws an `Error` outside of /admin, which is a fault of the program. */
export function deskOf(c: Context<AppTypes>): Desk {
  const desk = (c as Context).get("desk");
  if (desk === undefined) throw new Error("no desk: the route is not under /admin");
  return desk;
}
