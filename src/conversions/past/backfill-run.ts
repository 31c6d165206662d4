import { readConfig } from "../../ground/config.ts";
import { errorText } from "../../ground/error-text.ts";
import type { ConsentSetting } from "../../ground/model/link.ts";
import type { CountDeps } from "../count/plan-run.ts";
import { conversionsByKey, definitionsById } from "../count/load-ground.ts";
import { writeItems } from "../count/record-run.ts";
import { countDepsOf, type EvaluateEnv } from "../due-run.ts";
import { type BackfillRow, cancelBackfill, moveBackfill, runningBackfills } from "./backfill-store.ts";
import { firstPlace, loadPage, type Place, type Stretch } from "./page-load.ts";

/** Rows that are looked at to count at most: somebody waits for it. */
const MOST_COUNTED = 20_000;

/** A run ends long before the cron begins the next. */
const TIME_MS = 15_000;

/** What applying a definition to the past would make. */
export interface Counted {
  conversions: number;
  /** Whether there is more to look at than is counted. */
  isLeast: boolean;
}

/** The policy that holds for a store's shoppers. */
export async function policyOfStore(env: EvaluateEnv, storeId: string): Promise<ConsentSetting> {
  const own = await env.DB.prepare("SELECT consent_policy AS own FROM stores WHERE id = ?1")
    .bind(storeId)
    .first<ConsentSetting | null>("own");
  return own ?? readConfig(env).consentPolicy;
}

/** Counts what a definition would make of the past, without what it made already. Writes nothing. */
export async function countPast(deps: CountDeps, stretch: Stretch): Promise<Counted> {
  const keys = new Set<string>();
  let seen = 0;
  for (let place = firstPlace(stretch.definition); place !== null;) {
    if (seen >= MOST_COUNTED) return { conversions: keys.size, isLeast: true };
    const page = await loadPage(deps, stretch, place);
    const asked = page.items.map(({ definition, key }) => ({ definitionId: definition.id, key }));
    const known = await conversionsByKey(deps, asked);
    for (const { definitionId, key } of asked) if (!known.has(`${definitionId} ${key}`)) keys.add(key);
    seen += page.seen;
    place = page.next;
  }
  return { conversions: keys.size, isLeast: false };
}

/**
 * The cron's job at `now` (ms UTC): applies definitions to the past, page by page. It may be doubled, run beside itself
 * and die at any point: an event counts once. Throws what D1 throws.
 */
export async function runBackfills(env: EvaluateEnv, now: number, timeMs = TIME_MS): Promise<void> {
  const endAt = Date.now() + timeMs;
  const deps = await countDepsOf(env, now);
  const running = await runningBackfills(deps);
  const definitions = await definitionsById(
    deps,
    running.map(({ definitionId }) => definitionId),
  );
  // What comes with a click id can't be credited without the keys.
  if (deps.keys === null) return;
  const failures: unknown[] = [];
  for (const backfill of running) {
    const definition = definitions.get(backfill.definitionId);
    if (definition?.status !== "active") {
      await cancelBackfill(env.DB, backfill.definitionId, now);
      continue;
    }
    try {
      const policy = await policyOfStore(env, definition.storeId);
      await applied(deps, { definition, policy, from: backfill.fromAt, to: backfill.toAt }, backfill, endAt);
    } catch (error) {
      // One that can't be done holds up no other.
      const { definitionId } = backfill;
      console.error(JSON.stringify({ event: "backfill_failed", definitionId, message: errorText(error) }));
      failures.push(error);
    }
    if (Date.now() >= endAt) break;
  }
  if (failures.length > 0) throw failures[0];
}

async function applied(deps: CountDeps, stretch: Stretch, backfill: BackfillRow, endAt: number): Promise<void> {
  let at: BackfillRow = backfill;
  while (Date.now() < endAt) {
    const page = await loadPage(deps, stretch, at.cursor as Place);
    await writeItems(deps, stretch.definition.storeId, page.items);
    // Somebody else has it, or it was begun anew.
    if (!(await moveBackfill(deps.d1, at, page.next, page.seen, deps.now()))) return;
    if (page.next === null) return;
    at = { ...at, cursor: page.next };
  }
}
