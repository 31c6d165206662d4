import type { NumberBinding } from "../../ground/model/call.ts";
import type { NumberView } from "./present.ts";
import type { BindingRow, NumberRow } from "./store.ts";

/** A binding that isn't written yet. */
export type NewBinding = Omit<BindingRow, "seq">;

/** What a number is to be bound to, and what its pages' number is there. */
export interface Bound extends NumberBinding {
  /** Of the pool, if it is one; else the number keeps its own. */
  target: string | null;
}

/** A number as it is and as it is to be: written by one piece, whatever changes of it. */
export interface Move {
  before: NumberView;
  after: NumberView;
  /** When what it was bound to ends, ms UTC; `null`: it goes on, or there is nothing. */
  endsAt: number | null;
  /** The binding that begins. */
  begins: NewBinding | null;
}

/** Whether a number is bound to just this. */
export function isBoundTo(open: NumberBinding | null, bound: NumberBinding | null): boolean {
  if (open === null || bound === null) return open === bound;
  return (
    open.poolId === bound.poolId &&
    open.channel === bound.channel &&
    open.creatorId === bound.creatorId &&
    open.campaignId === bound.campaignId &&
    open.linkId === bound.linkId &&
    open.offline === bound.offline
  );
}

/** What a binding of `actor`'s that begins at `startsAt` (ms UTC) says. */
export function bindingFor(
  { id, storeId, number }: NumberRow,
  { poolId, channel, creatorId, campaignId, linkId, offline }: Bound,
  startsAt: number,
  actor: string,
): NewBinding {
  const source = { poolId, channel, creatorId, campaignId, linkId, offline };
  return { numberId: id, storeId, number, ...source, startsAt, endsAt: null, actor };
}

/** A number with fields that are written anew at `now` (ms UTC), bound to what it is bound to. */
export function edited(view: NumberView, changes: Partial<NumberRow>, now: number): Move {
  return { before: view, after: { ...view, row: nextRow(view.row, changes, now) }, endsAt: null, begins: null };
}

/**
 * A number that is bound to something else from `now` (ms UTC) on, `null`: to nothing. The binding before ends where the
 * next begins, however clocks differ, so that of any moment one of them is told at most. `heldMs`: for so long a pool
 * that it comes into waits, for pages may still show it for what it stood for.
 */
export function rebound(
  view: NumberView,
  bound: Bound | null,
  { now, actor, heldMs = 0 }: { now: number; actor: string; heldMs?: number },
): Move {
  const { row, open } = view;
  const at = Math.max(now, open?.startsAt ?? 0, row.updatedAt);
  const wasShown = open !== null && open.poolId === null && !open.offline && row.target !== null;
  const changes: Partial<NumberRow> = {
    poolId: bound?.poolId ?? null,
    ...(bound?.poolId != null && {
      target: bound.target,
      ...(wasShown && { freeAt: Math.max(row.freeAt, at + heldMs) }),
    }),
  };
  const after = nextRow(row, changes, at);
  const begins = bound === null ? null : bindingFor(after, bound, at, actor);
  return {
    before: view,
    after: { row: after, open: begins, timezone: view.timezone },
    endsAt: open === null ? null : at,
    begins,
  };
}

function nextRow(row: NumberRow, changes: Partial<NumberRow>, now: number): NumberRow {
  return { ...row, ...changes, version: row.version + 1, updatedAt: Math.max(now, row.updatedAt) };
}
