import { Problem, type ProblemCode } from "../../ground/http/problem.ts";
import { detailOf } from "./inbox-store.ts";
import type { Refusal } from "./read-order.ts";

/** The codes of refusals that have a problem of their own; any other is a value at fault. */
const PROBLEM_CODES: Readonly<Record<string, ProblemCode>> = {
  malformed: "malformed_json",
  too_deep: "too_deep",
  too_many_events: "too_many_events",
};

/** The problem (400, 413, 422) by which a server hears that what it reported is refused. */
export function problemOfRefusal(refused: Refusal): Problem {
  const own = refused.path === "" ? PROBLEM_CODES[refused.code] : undefined;
  if (own !== undefined) return new Problem(own, refused.detail);
  return new Problem("validation_failed", detailOf(refused), [{ path: refused.path, message: refused.detail }]);
}
