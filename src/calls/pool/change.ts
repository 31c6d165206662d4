import type { Deps } from "../../ground/deps.ts";
import { created, deleted, updated } from "../../ground/http/change.ts";
import type { Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import { type Bound, edited, isBoundTo, type Move, rebound } from "../number/bound.ts";
import { auditOf, boundAlready } from "../number/change.ts";
import { ownTarget, storeOf } from "../number/create-change.ts";
import { findNumbers, numbersOfPool } from "../number/numbers-store.ts";
import type { NumberView } from "../number/present.ts";
import { writeMoves } from "../number/write.ts";
import { clearExhausted } from "./exhausted-run.ts";
import { presentPool } from "./present.ts";
import type { ListedPool, NewPool, PoolPatch } from "./schema.ts";
import { existingPool, insertPool, type PoolRow, updatePool } from "./store.ts";

const MINUTE_MS = 60_000;

/** What the unique index says of a second pool for a number on a store's pages. */
const POOL_TAKEN = { "number_pools.store_id, number_pools.target": { code: "pool_taken", path: "target" } } as const;

/** Plans a new pool with numbers of the store's. Throws a `Problem` (409, 422). */
export async function planPool(
  deps: Deps,
  actor: string,
  { numberIds, replaces, ...given }: NewPool,
): Promise<Change<ListedPool>> {
  await storeOf(deps, given.storeId);
  const now = deps.now();
  const row: PoolRow = {
    id: deps.newId("numberPool"),
    ...given,
    exhaustedAt: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
  const moves = (await wanted(deps, row, numberIds)).map((view) => joined(row, view, { now, actor, replaces }));
  const change = created("numberPool", presentPool(row, idsOf(moves)));
  return {
    ...change,
    audit: [...change.audit, ...auditOf(moves)],
    statements: [...insertPool(deps, row), ...writeMoves(deps.d1, moves)],
    conflicts: POOL_TAKEN,
  };
}

/**
 * Plans a change of a pool. Its numbers follow: those that leave stand for nothing, and where its channel is another
 * they are bound anew, so that calls before count for what they did. Throws a `Problem` (404, 409, 422).
 */
export async function planPatch(
  deps: Deps,
  actor: string,
  id: string,
  { numberIds, replaces, ...changes }: PoolPatch,
): Promise<Change<ListedPool>> {
  const before = await existingPool(deps, id);
  const now = Math.max(deps.now(), before.updatedAt);
  const after: PoolRow = { ...before, ...changes, version: before.version + 1, updatedAt: now };
  const members = await numbersOfPool(deps, id);
  const staying = numberIds === undefined ? members : await wanted(deps, after, numberIds);
  const kept = new Set(staying.map(({ row }) => row.id));
  const moves = [
    ...members.filter(({ row }) => !kept.has(row.id)).map((view) => rebound(view, null, { now, actor })),
    ...staying.map((view) => joined(after, view, { now, actor, replaces })),
  ].filter(({ before: was, after: is }) => was !== is);
  const change = updated("numberPool", presentPool(before, viewIds(members)), presentPool(after, viewIds(staying)));
  return {
    ...change,
    audit: [...change.audit, ...auditOf(moves)],
    statements: [...updatePool(deps, before, after, viewIds(members)), ...writeMoves(deps.d1, moves)],
    conflicts: POOL_TAKEN,
  };
}

/** Plans that a pool goes; its numbers stand for nothing from then on. Throws a `Problem` (404). */
export async function planRemoval(deps: Deps, actor: string, id: string): Promise<Change<null>> {
  const row = await existingPool(deps, id);
  const now = Math.max(deps.now(), row.updatedAt);
  const members = await numbersOfPool(deps, id);
  const moves = members.map((view) => rebound(view, null, { now, actor }));
  const change = deleted("numberPool", presentPool(row, viewIds(members)));
  const after = { ...row, version: row.version + 1, updatedAt: now, deletedAt: now };
  return {
    ...change,
    audit: [...change.audit, ...auditOf(moves)],
    statements: [
      ...updatePool(deps, row, after, viewIds(members)),
      ...writeMoves(deps.d1, moves),
      clearExhausted(deps.d1, id, now),
    ],
  };
}

/** The numbers that are to be in a pool, once each, in the order of their ids. Throws a `Problem` (422). */
async function wanted(deps: Deps, { storeId, target }: PoolRow, numberIds: readonly string[]): Promise<NumberView[]> {
  const found = await findNumbers(deps, [...new Set(numberIds)]);
  for (const [index, id] of numberIds.entries()) {
    const view = found.get(id);
    if (view?.row.storeId !== storeId) throw Problem.invalid(`numberIds.${index}`, "is no number of the store's");
    if (view.row.number === target) throw ownTarget(`numberIds.${index}`);
  }
  return [...found.values()].toSorted((one, other) => (one.row.id < other.row.id ? -1 : 1));
}

/** A number as it is in a pool; one that is in it as it should be doesn't move. Throws a `Problem` (409). */
function joined(
  { id, channel, target, quarantineMinutes }: PoolRow,
  view: NumberView,
  { now, actor, replaces }: { now: number; actor: string; replaces: boolean },
): Move {
  const bound: Bound = {
    poolId: id,
    channel,
    target,
    creatorId: null,
    campaignId: null,
    linkId: null,
    offline: false,
  };
  if (isBoundTo(view.open, bound)) {
    const isStill = view.row.target === target;
    return isStill ? { before: view, after: view, endsAt: null, begins: null } : edited(view, { target }, now);
  }
  if (view.open !== null && view.row.poolId !== id && !replaces) throw boundAlready(view);
  return rebound(view, bound, { now, actor, heldMs: quarantineMinutes * MINUTE_MS });
}

function idsOf(moves: readonly Move[]): string[] {
  return viewIds(moves.map(({ after }) => after));
}

function viewIds(views: readonly NumberView[]): string[] {
  return views.map(({ row }) => row.id);
}
