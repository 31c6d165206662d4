import { eq } from "drizzle-orm";
import { stores } from "../../ground/db/schema/store.ts";
import type { Actor, Deps } from "../../ground/deps.ts";
import { created, deleted, updated } from "../../ground/http/change.ts";
import { endMsOf } from "../../ground/http/fields.ts";
import type { Change } from "../../ground/http/commit.ts";
import { orNotFound, Problem } from "../../ground/http/problem.ts";
import type { NewPeriod, Period, PeriodPatch } from "./schema.ts";
import {
  deletePeriod,
  findPeriod,
  insertPeriod,
  lastPeriod,
  lockPeriod,
  openBefore,
  type PeriodRow,
  presentPeriod,
  updatePeriod,
} from "./store.ts";
import { booksOf } from "./load-totals.ts";

/** The period with this id. Throws a `Problem` (404) if there is none. */
export const existingPeriod = orNotFound("period", findPeriod);

/** A period as it is, with what the books have of it. */
export async function showPeriod(deps: Deps, row: PeriodRow): Promise<Period> {
  return presentPeriod(row, (await booksOf(deps, [row]))(row.id));
}

/**
 * Plans a period that begins where the store's last one ended. Throws a `Problem`: 422 for a store that
 * there never was, 409 for an end that isn't after the last one's.
 */
export async function planPeriod(deps: Deps, { storeId, to, note }: NewPeriod): Promise<Change<Period>> {
  // A deleted store's books go on: its creators are still owed.
  const [store] = await deps.db.select({ id: stores.id }).from(stores).where(eq(stores.id, storeId));
  if (store === undefined) throw Problem.invalid("storeId", "is no store's");
  const fromAt = (await lastPeriod(deps, storeId))?.toAt ?? 0;
  const row: PeriodRow = {
    id: deps.newId("period"),
    storeId,
    fromAt,
    toAt: endAfter(fromAt, to),
    note,
    lockedAt: null,
    lockedBy: null,
    createdAt: deps.now(),
  };
  const body = await showPeriod(deps, row);
  return { ...created("period", body), statements: insertPeriod(deps, row) };
}

/** Plans another note or end of an open period. Throws a `Problem`: 404, or 409 for what can't be changed. */
export async function planPeriodChange(deps: Deps, id: string, patch: PeriodPatch): Promise<Change<Period>> {
  const before = await existingPeriod(deps, id);
  refuseLocked(before);
  const changes = { note: patch.note, toAt: patch.to === undefined ? undefined : endAfter(before.fromAt, patch.to) };
  if (changes.toAt !== undefined) await refuseFollowed(deps, before);
  const after: PeriodRow = {
    ...before,
    ...(changes.note !== undefined && { note: changes.note }),
    ...(changes.toAt !== undefined && { toAt: changes.toAt }),
  };
  const body = await showPeriod(deps, after);
  return {
    ...updated("period", await showPeriod(deps, before), body),
    statements: updatePeriod(deps, before, changes),
  };
}

/** Plans that the store's last period goes, if it is open. Throws a `Problem`: 404, or 409 for any other. */
export async function planPeriodDeletion(deps: Deps, id: string): Promise<Change<null>> {
  const row = await existingPeriod(deps, id);
  refuseLocked(row);
  await refuseFollowed(deps, row);
  return { ...deleted("period", await showPeriod(deps, row)), statements: deletePeriod(deps, row) };
}

/**
 * Plans the lock of a period, which is for good. Its answer has the totals as they stay. Throws a `Problem`:
 * 404, or 409 for one that is locked, isn't over, or comes after an open one.
 */
export async function planPeriodLock(
  deps: Deps,
  actor: Actor,
  id: string,
  note: string | null | undefined,
): Promise<Change<Period>> {
  const before = await existingPeriod(deps, id);
  refuseLocked(before);
  if (await openBefore(deps, before)) throw new Problem("period_order", "Lock the periods before it first.");
  const now = deps.now();
  if (before.toAt > now) throw new Problem("period_not_over", "It can be locked when it has ended.");
  const books = (await booksOf(deps, [before]))(id);
  const after: PeriodRow = {
    ...before,
    ...(note !== undefined && { note }),
    lockedAt: now,
    lockedBy: actor.id,
  };
  const entries = books.totals.reduce((sum, total) => sum + total.entries, 0);
  const body = presentPeriod(after, books);
  return {
    ...updated("period", presentPeriod(before, books), body, "lock"),
    statements: lockPeriod(deps, after, entries),
  };
}

function refuseLocked(row: PeriodRow): void {
  if (row.lockedAt !== null) throw new Problem("period_locked", "A lock is for good.");
}

async function refuseFollowed(deps: Deps, row: PeriodRow): Promise<void> {
  if ((await lastPeriod(deps, row.storeId))?.id !== row.id) {
    throw new Problem("period_order", "Another period follows: only the store's last one can end elsewhere or go.");
  }
}

/** An end as ms UTC. Throws a `Problem` (409) unless it is after `fromAt`. */
function endAfter(fromAt: number, to: string): number {
  const toAt = endMsOf(to);
  if (toAt <= fromAt) throw new Problem("period_order", "A period ends after it begins, where the last one ended.");
  return toAt;
}
