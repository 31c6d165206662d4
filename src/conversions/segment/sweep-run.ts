import { changesWithTime } from "./condition.ts";
import { errorText } from "../../ground/error-text.ts";
import type { CountDeps } from "../count/plan-run.ts";
import { countDepsOf } from "../due-run.ts";
import { haveWait } from "./due-store.ts";
import { evaluateSegments } from "./evaluate-run.ts";
import { beginSweeps, contactsAfter, moveSweep, type OpenSweep, openSweeps, putSweepLast } from "./sweep-store.ts";

/** Contacts looked at together. */
const PAGE = 1_000;

/** A run ends long before the cron begins the next. */
const TIME_MS = 20_000;

const DAY_MS = 86_400_000;

/** How much one run does. */
export interface SweepLimits {
  /** No page is begun after this long, ms. */
  timeMs?: number;
  page?: number;
}

/**
 * Looks at all contacts of stores that activated a definition with segments, and each day at those of definitions
 * that time alone may have a contact meet; `now` is ms UTC. It goes on where the last run ended, and may be doubled
 * and die at any point. Rows are written for who meets a segment, and for how far it came. Throws what D1 throws.
 */
export async function sweepSegments(env: Env, now: number, limits: SweepLimits = {}): Promise<void> {
  await beginSweeps(env.DB, now);
  const sweeps = await openSweeps(env.DB);
  if (sweeps.length === 0) return;
  const deps = await countDepsOf(env, now);
  const endAt = Date.now() + (limits.timeMs ?? TIME_MS);
  const failures: unknown[] = [];
  for (const sweep of sweeps) {
    try {
      if (!(await sweepOn(deps, sweep, endAt, limits.page ?? PAGE))) break;
    } catch (error) {
      // One that can't be done holds up no other: it comes after them from now on.
      console.error(
        JSON.stringify({ event: "sweep_failed", definitionId: sweep.definition.id, message: errorText(error) }),
      );
      failures.push(error);
      await putSweepLast(env.DB, sweep, now);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Goes on with a sweep until it is done (`true`), or the time is over. */
async function sweepOn(deps: CountDeps, sweep: OpenSweep, endAt: number, page: number): Promise<boolean> {
  const { definition } = sweep;
  for (let at = sweep; ;) {
    if (Date.now() >= endAt) return false;
    const ids = await contactsAfter(deps.d1, definition.storeId, at.cursor, page);
    const { made, failed } = await evaluateSegments(deps, definition.storeId, [definition], ids);
    if (failed.length > 0) await haveWait(deps.d1, definition.storeId, failed, deps.now());
    const last = ids.length < page ? null : (ids.at(-1) ?? null);
    const moved = { cursor: last, made, nextAt: last === null ? nextSweep(sweep) : null };
    // Somebody else is at it, and goes on.
    if (!(await moveSweep(deps.d1, at, moved, deps.now())) || last === null) return true;
    at = { ...at, cursor: last };
  }
}

function nextSweep({ definition, startedAt }: OpenSweep): number | null {
  const changes = definition.triggers.some((trigger) => trigger.type === "segment" && changesWithTime(trigger.all));
  return changes ? startedAt + DAY_MS : null;
}
