import type { Deps } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { UntakenBehaviour } from "../../ground/model/visit.ts";
import type { SplitEvents } from "./behaviour.ts";
import type { Reporting } from "./report.ts";
import { countryOf, originOf, originProblem } from "./request.ts";

/**
 * Hands on what is told under a tagging plan, and answers what of it can't be taken. Throws a `Problem` (429), unless
 * something else came with it.
 */
export async function behave(
  deps: Deps,
  request: Request,
  { store, receivedAt }: Reporting,
  { others, behaviour }: SplitEvents,
): Promise<UntakenBehaviour[]> {
  const rejectAll = (code: string): UntakenBehaviour[] => behaviour.map(({ index }) => ({ index, code }));
  if (behaviour.length === 0) return [];
  if (store === null) return rejectAll("unknown_store");
  const misplaced = originProblem(originOf(request), store.origins);
  if (misplaced !== null) return rejectAll(misplaced.code);
  try {
    return await deps.behave({
      store,
      headers: request.headers,
      country: countryOf(request),
      receivedAt,
      events: behaviour,
    });
  } catch (error) {
    // An order must not be lost for it.
    if (error instanceof Problem && others.length > 0) return rejectAll(error.code);
    throw error;
  }
}
