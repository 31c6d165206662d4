import { mustAllow, type Scope } from "../../ground/http/auth.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Desk } from "../frame/desk-load.ts";

/** What somebody's key needs to do something. */
export interface Needs {
  scope: Scope;
  /** Scopes that it takes beside that one. */
  also?: readonly Scope[];
  /** It is of no one store: keys that are limited to some can't do it. */
  allStores?: boolean;
}

/** Whether somebody may do it, as far as their key tells: the API decides. */
export function mayDo(desk: Desk, { scope, also = [], allStores }: Needs): boolean {
  return [scope, ...also].every((each) => desk.may(each)) && (allStores !== true || desk.actor.storeIds === null);
}

/** Throws a `Problem` (403) unless somebody may do it, as far as their key tells. */
export function mustDo(desk: Desk, { scope, also = [], allStores }: Needs): void {
  mustAllow(desk.actor, [scope, ...also]);
  if (allStores === true && desk.actor.storeIds !== null) {
    throw new Problem("forbidden", "This is of no one store: it takes a key of all stores.");
  }
}
