import { asc, eq, sql } from "drizzle-orm";
import { recordDepsOf } from "../../sales/order/record-deps-run.ts";
import type { ConfigVariables } from "../../ground/config.ts";
import { brokenOff } from "../../ground/db/premise.ts";
import { storageFailure } from "../../ground/db/retry.ts";
import { reconciliations } from "../../ground/db/schema/money.ts";
import { stores } from "../../ground/db/schema/store.ts";
import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { settleDue } from "../ledger/settle-run.ts";
import type { RecordDeps } from "../../sales/order/record-run.ts";
import { lockedTo } from "../period/store.ts";
import type { StoreRow } from "../../programme/store/store.ts";
import { applyPage } from "./apply-run.ts";
import { comparePage } from "./compare-run.ts";
import type { ReconciliationRow } from "./store.ts";
import { failReconciliation } from "./write.ts";

/** What working reconciliations off needs. */
export type WorkEnv = Pick<Env, "DB"> & ConfigVariables;

/** How much one run does. */
export interface WorkLimits {
  /** Only this one. */
  id?: string;
  /** No page is begun after this long, ms. */
  timeMs?: number;
}

/** A run ends long before the cron begins the next. */
const TIME_MS = 20_000;

/** An upload that nothing was heard of for this long broke off, ms. */
const BROKEN_OFF_MS = 900_000;

/** Reconciliations that one run begins. */
const MAX_OPEN = 50;

/**
 * Works reconciliations off at `now` (ms UTC): compares what was received, applies what was selected, and
 * gives up what was never received whole. It may be doubled, run beside itself and die at any point: each
 * page is done once. One that can't be compared is marked as failed, and one that can't be applied goes on with
 * the next run; neither holds up another. Throws what stopped the latter, and what D1 throws when it is busy
 * or gone.
 */
export async function reconcile(env: WorkEnv, now: number, { id, timeMs = TIME_MS }: WorkLimits = {}): Promise<void> {
  const { DB: d1 } = env;
  const deps: RecordDeps = recordDepsOf(env, now);
  if (id === undefined) await giveUpUploads(d1, now);
  const endAt = Date.now() + timeMs;
  const faults: unknown[] = [];
  for (const { row, store } of await openReconciliations(deps, id)) {
    try {
      await workOff(deps, store, row, endAt);
    } catch (error) {
      // Another run works on it.
      if (brokenOff(error)) continue;
      if (storageFailure(error) !== "permanent") throw error;
      console.error(JSON.stringify({ event: "reconciliation_failed", id: row.id, message: errorText(error) }));
      const failure = "Something went wrong on our side, and was logged.";
      // What is applied in part stays so, for somebody to look at, and goes on with the next run.
      if (row.status === "applying") faults.push(error);
      else await failReconciliation(deps, row.id, "classifying", failure, now).run();
    }
    if (Date.now() >= endAt) break;
  }
  if (faults.length > 0) throw faults[0];
}

/** How long work goes on behind an answer, ms; the cron has the rest. */
const BEHIND_MS = 8_000;

/** Works one reconciliation off behind an answer, as far as it comes: the cron makes up for what fails here. */
export function workBehind({ env, now, waitUntil }: Pick<Deps, "env" | "now" | "waitUntil">, id: string): void {
  const work = reconcile(env, now(), { id, timeMs: BEHIND_MS }).catch((error: unknown) => {
    console.warn(JSON.stringify({ event: "reconciliation_waits", id, message: errorText(error) }));
  });
  waitUntil(work);
}

/** Those that wait for a run, the one that waits longest first. */
async function openReconciliations(
  { db }: Pick<RecordDeps, "db">,
  id: string | undefined,
): Promise<{ row: ReconciliationRow; store: StoreRow }[]> {
  return db
    .select({ row: reconciliations, store: stores })
    .from(reconciliations)
    .innerJoin(stores, eq(stores.id, reconciliations.storeId))
    .where(
      // The condition of the index, to the letter.
      sql`reconciliations.status IN ('receiving', 'classifying', 'applying') AND reconciliations.status <> 'receiving'
        AND ${id === undefined ? sql`TRUE` : eq(reconciliations.id, id)}`,
    )
    .orderBy(asc(reconciliations.updatedAt))
    .limit(MAX_OPEN);
}

async function workOff(deps: RecordDeps, store: StoreRow, row: ReconciliationRow, endAt: number): Promise<void> {
  const now = deps.now();
  const locked = row.status === "classifying" ? ((await lockedTo(deps, [store.id])).get(store.id) ?? 0) : 0;
  let at = row;
  do {
    at = at.status === "applying" ? await applyPage(deps, store, at, now) : await comparePage(deps, at, locked, now);
    if (at.status === "ready") break;
  } while (Date.now() < endAt);
  if (row.status === "applying" && at.status === "ready") {
    await settleDue(deps, { timeMs: Math.max(0, endAt - Date.now()) });
  }
}

async function giveUpUploads(d1: D1Database, now: number): Promise<void> {
  await d1
    .prepare(
      `UPDATE reconciliations SET status = 'failed', failure = 'The upload broke off after ' || rows || ' rows.',
         updated_at = ?1
       WHERE status IN ('receiving', 'classifying', 'applying') AND status = 'receiving' AND updated_at <= ?2`,
    )
    .bind(now, now - BROKEN_OFF_MS)
    .run();
}
