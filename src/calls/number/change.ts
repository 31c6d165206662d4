import type { Deps } from "../../ground/deps.ts";
import { deleted, unchanged } from "../../ground/http/change.ts";
import type { AuditEntry, Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import { edited, isBoundTo, type Move, rebound } from "./bound.ts";
import { checkNumber, ownTarget } from "./create-change.ts";
import { clearEnding } from "./expiring-run.ts";
import { loadBound } from "./load-bound.ts";
import { existingNumber } from "./numbers-store.ts";
import { type NumberView, numberRecord, presentNumber } from "./present.ts";
import type { NumberBind, NumberPatch, PhoneNumber } from "./schema.ts";
import { writeMoves } from "./write.ts";

const MINUTE_MS = 60_000;

/** What the audit log gets of numbers that moved: each as it was and as it is. */
export function auditOf(moves: readonly Move[]): AuditEntry[] {
  return moves.map(({ before, after }) => ({
    action: "update",
    entity: "phoneNumber",
    entityId: after.row.id,
    before: numberRecord(before),
    after: numberRecord(after),
  }));
}

function changed(deps: Deps, move: Move): Change<PhoneNumber> {
  return {
    statements: writeMoves(deps.d1, [move]),
    audit: auditOf([move]),
    status: 200,
    body: presentNumber(move.after, deps.now()),
  };
}

/** Plans a change of a number's fields; what it is bound to stays. Throws a `Problem` (404, 422). */
export async function planPatch(deps: Deps, id: string, patch: NumberPatch): Promise<Change<PhoneNumber>> {
  const view = await existingNumber(deps, id);
  if (patch.target !== undefined && view.row.poolId !== null && patch.target !== view.row.target) {
    throw Problem.invalid("target", "is its pool's as long as it is in one");
  }
  const move = edited(view, patch, deps.now());
  checkNumber(move.after.row);
  const change = changed(deps, move);
  const otherEnd = patch.rentedUntil !== undefined && patch.rentedUntil !== view.row.rentedUntil;
  return otherEnd ? { ...change, statements: [...change.statements, clearEnding(deps.d1, id, deps.now())] } : change;
}

/** Plans what a number is bound to by `actor` from now on. Throws a `Problem` (404, 409, 422). */
export async function planBind(
  deps: Deps,
  actor: string,
  id: string,
  { replaces, ...asked }: NumberBind,
): Promise<Change<PhoneNumber>> {
  const view = await existingNumber(deps, id);
  const [bound] = await loadBound(deps, view.row.storeId, [asked]);
  if (bound === undefined || bound instanceof Problem) throw bound ?? new Error("no binding was read");
  if (bound.poolId !== null && bound.target === view.row.number) throw ownTarget("poolId");
  if (isBoundTo(view.open, bound)) return unchanged(presentNumber(view, deps.now()));
  if (view.open !== null && !replaces) throw boundAlready(view);
  const heldMs = bound.poolId === null ? 0 : await quarantineOf(deps, bound.poolId);
  return changed(deps, rebound(view, bound, { now: deps.now(), actor, heldMs }));
}

/** For so long nobody gets a number of this pool's that a page may still show, ms. */
async function quarantineOf({ d1 }: Deps, poolId: string): Promise<number> {
  const pool = await d1
    .prepare("SELECT quarantine_minutes AS minutes FROM number_pools WHERE id = ?1")
    .bind(poolId)
    .first<{ minutes: number }>();
  return (pool?.minutes ?? 0) * MINUTE_MS;
}

/** The problem of a number that would be taken from what it stands for. */
export function boundAlready({ row, open }: NumberView): Problem {
  const what = [open?.poolId, open?.linkId, open?.creatorId, open?.campaignId].find((id) => id != null);
  return new Problem(
    "number_bound",
    `${row.number} is bound to ${what ?? open?.channel ?? "nothing"}. Send "replaces": true to take it from there; its calls so far stay where they are.`,
  );
}

/** Plans that a number stands for nothing from now on. Throws a `Problem` (404). */
export async function planUnbind(deps: Deps, actor: string, id: string): Promise<Change<PhoneNumber>> {
  const view = await existingNumber(deps, id);
  if (view.open === null) return unchanged(presentNumber(view, deps.now()));
  return changed(deps, rebound(view, null, { now: deps.now(), actor }));
}

/** Plans that a number goes; its history and its calls stay, and it may be registered again. Throws a `Problem` (404). */
export async function planRemoval(deps: Deps, actor: string, id: string): Promise<Change<null>> {
  const view = await existingNumber(deps, id);
  const move = rebound(view, null, { now: deps.now(), actor });
  const gone = { ...move.after, row: { ...move.after.row, deletedAt: move.after.row.updatedAt } };
  return {
    ...deleted("phoneNumber", numberRecord(view)),
    statements: [...writeMoves(deps.d1, [{ ...move, after: gone }]), clearEnding(deps.d1, id, deps.now())],
  };
}
