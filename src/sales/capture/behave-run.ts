import type { Deps } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { UntakenBehaviour } from "../../ground/model/visit.ts";
import type { SplitEvents } from "./behaviour.ts";
import type { Reporting } from "./report.ts";
import { countryOf, originOf, originProblem } from "./request.ts";

/**
 * Hands on what is told under a tagging plan, and of numbers that were shown, and answers what of it can't be taken. Throws
 * a `Problem` (429), unless something else came with it.
 */
export async function behave(
  deps: Deps,
  request: Request,
  reporting: Reporting,
  { others, behaviour, numbers }: SplitEvents,
): Promise<UntakenBehaviour[]> {
  const handOn = (events: typeof behaviour, take: Deps["behave"]) =>
    handedOn(request, reporting, { events, take, isAlone: others.length === 0 });
  return [...(await handOn(behaviour, deps.behave)), ...(await handOn(numbers, deps.numbersShown))];
}

/** Some events, and who takes them. */
interface Handing {
  events: SplitEvents["behaviour"];
  take: Deps["behave"];
  /** Nothing that must not be lost came with them. */
  isAlone: boolean;
}

async function handedOn(
  request: Request,
  { store, receivedAt }: Reporting,
  { events, take, isAlone }: Handing,
): Promise<UntakenBehaviour[]> {
  const rejectAll = (code: string): UntakenBehaviour[] => events.map(({ index }) => ({ index, code }));
  if (events.length === 0) return [];
  if (store === null) return rejectAll("unknown_store");
  const misplaced = originProblem(originOf(request), store.origins);
  if (misplaced !== null) return rejectAll(misplaced.code);
  try {
    return await take({
      store,
      headers: request.headers,
      country: countryOf(request),
      receivedAt,
      events,
    });
  } catch (error) {
    // An order must not be lost for it.
    if (error instanceof Problem && !isAlone) return rejectAll(error.code);
    throw error;
  }
}
