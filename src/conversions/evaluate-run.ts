import type { ProcessEnv } from "../sales/capture/process-run.ts";
import { countDepsOf, evaluateDue } from "./due-run.ts";
import { evaluateEvents, type EvaluateLimits } from "./event/evaluate-run.ts";
import { evaluateDueContacts } from "./segment/due-run.ts";

/** How long contacts are looked at behind an answer, ms. */
const CONTACTS_MS = 5_000;

/**
 * What is done behind an answer at `now` (ms UTC) for stores with definitions: events of these rows of the inbox first,
 * then contacts of which something changed, then what orders and conversions have made due. What is left is done by the
 * cron. Throws what D1 throws.
 */
export async function evaluateBehind(env: ProcessEnv, now: number, limits: EvaluateLimits): Promise<void> {
  await evaluateEvents(env, now, limits);
  await evaluateDueContacts(await countDepsOf(env, now), { timeMs: CONTACTS_MS });
  const { ids: _ids, ...others } = limits;
  await evaluateDue(env, now, others);
}
