import { brokenOff } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { dueDeletions, putOffDeletion, removableOf, removeConversions, removeDefinition } from "./delete-store.ts";

/** Conversions that one batch removes. */
const BATCH = 500;

/** Batches of one run. */
const MAX_BATCHES = 100;

/** After which a definition is looked at again that waits for the books, ms. */
const PAUSE_MS = 60_000;

/**
 * Removes what is left of deleted definitions, in bounded batches; what isn't done is left to the next run. `ids`: of
 * these alone. A conversion whose commission was decided on and isn't booked yet waits for the books. May be missed,
 * doubled and interrupted.
 */
export async function purgeDefinitions(
  deps: Pick<Deps, "d1">,
  now: number,
  { ids = null, batches = MAX_BATCHES }: { ids?: readonly string[] | null; batches?: number } = {},
): Promise<void> {
  let left = batches;
  for (const id of await dueDeletions(deps, now, ids)) {
    left = await purgeOne(deps, now, id, left);
    if (left <= 0) return;
  }
}

/** Removes one definition as far as so many batches go; answers how many are left. */
async function purgeOne(deps: Pick<Deps, "d1">, now: number, id: string, batches: number): Promise<number> {
  for (let left = batches; left > 0; left -= 1) {
    const removable = await removableOf(deps, id, BATCH);
    const isEnd = removable.length === 0;
    try {
      await deps.d1.batch(isEnd ? removeDefinition(deps, id) : removeConversions(deps, removable));
      if (isEnd) return left - 1;
    } catch (error) {
      if (!brokenOff(error)) throw error;
      if (!isEnd) continue; // One was decided on meanwhile: the others go.
      await putOffDeletion(deps, id, now + PAUSE_MS);
      return left - 1;
    }
  }
  return 0;
}

/** Batches of a request: what is more is left to the cron. */
const BATCHES_AT_ONCE = 20;

/** The same behind a request's change, which stands whatever becomes of this: the cron makes up for what fails. */
export async function purgeAtOnce(deps: Pick<Deps, "d1" | "now">, ids: readonly string[]): Promise<void> {
  try {
    await purgeDefinitions(deps, deps.now(), { ids, batches: BATCHES_AT_ONCE });
  } catch (error) {
    console.error(JSON.stringify({ event: "definitions_not_purged", message: errorText(error) }));
  }
}
