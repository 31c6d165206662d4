import type { Problem } from "../../ground/http/problem.ts";
import type { Filled } from "./read.ts";

/**
 * The idempotency key of a form that is shown: the same for as long as it wasn't taken, and a new one where that was used up
 * by what the form said before, or else it could never be sent again.
 */
export function onceFor(filled: Filled, problem: Problem | null): string {
  const own = filled.get("_once")?.at(-1);
  return own === undefined || own === "" || problem?.code === "idempotency_key_reused" ? crypto.randomUUID() : own;
}
