import type { Deps } from "../../ground/deps.ts";
import { created } from "../../ground/http/change.ts";
import type { Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import { findStore, type StoreRow } from "../../programme/store/store.ts";
import { type Bound, bindingFor, type NewBinding } from "./bound.ts";
import { type AskedBinding, loadBound } from "./load-bound.ts";
import { type Left, leftOf } from "./numbers-store.ts";
import { numberRecord, presentNumber } from "./present.ts";
import type { NewNumber, PhoneNumber } from "./schema.ts";
import type { NumberRow } from "./store.ts";
import { insertNumbers } from "./write.ts";

/** A number ready to be written, or why it can't be. */
export type PlannedNumber = { row: NumberRow; open: NewBinding | null } | { problem: Problem };

/** What the unique index says of a number that somebody else registered in the same moment. */
export const NUMBER_TAKEN = { "phone_numbers.number": { code: "number_taken", path: "number" } } as const;

const NOTHING = { channel: null, creatorId: null, campaignId: null, linkId: null, offline: false, poolId: null };

/** The store with this id. Throws a `Problem` (422) that names `storeId` if there is none. */
export async function storeOf(deps: Deps, storeId: string): Promise<StoreRow> {
  const store = await findStore(deps, storeId);
  if (store === null) throw Problem.invalid("storeId", "is no store's");
  return store;
}

/** Plans a new number of `actor`'s. Throws a `Problem` (409, 422). */
export async function planNumber(deps: Deps, actor: string, given: NewNumber): Promise<Change<PhoneNumber>> {
  const { timezone } = await storeOf(deps, given.storeId);
  const [planned] = await planNumbers(deps, actor, given.storeId, [given]);
  if (planned === undefined || "problem" in planned) throw planned?.problem ?? new Error("no number was planned");
  const view = { ...planned, timezone };
  return {
    audit: created("phoneNumber", numberRecord(view)).audit,
    status: 201,
    body: presentNumber(view, deps.now()),
    statements: insertNumbers(deps.d1, given.storeId, [planned.row], planned.open === null ? [] : [planned.open]),
    conflicts: NUMBER_TAKEN,
  };
}

/**
 * Plans new numbers of a store's; one's fault doesn't touch the others. A number that was somebody else's before begins
 * anew: with a binding that starts behind the last one's end, and in no page before it has left theirs.
 */
export async function planNumbers(
  deps: Deps,
  actor: string,
  storeId: string,
  given: readonly Omit<NewNumber, "storeId">[],
): Promise<PlannedNumber[]> {
  const asked = given.map(({ binding, poolId }): AskedBinding => ({ ...NOTHING, ...binding, poolId }));
  const [bound, left] = await Promise.all([
    loadBound(deps, storeId, asked, "binding"),
    leftOf(
      deps,
      given.map(({ number }) => number),
    ),
  ]);
  const earlier = new Set<string>();
  return given.map((one, index): PlannedNumber => {
    try {
      const bindsTo = one.binding === null && one.poolId === null ? null : (bound[index] ?? null);
      if (earlier.has(one.number)) throw taken("It stands in the file twice.");
      const planned = planOne(deps, { storeId, actor }, one, { bindsTo, left: left.get(one.number) });
      earlier.add(one.number);
      return planned;
    } catch (error) {
      if (error instanceof Problem) return { problem: error };
      throw error;
    }
  });
}

function planOne(
  deps: Deps,
  { storeId, actor }: { storeId: string; actor: string },
  given: Omit<NewNumber, "storeId">,
  { bindsTo, left }: { bindsTo: Bound | Problem | null; left: Left | undefined },
): { row: NumberRow; open: NewBinding | null } {
  if (left?.taken === true) {
    throw taken(`${given.number} is registered already, by this store or another. DELETE frees it.`);
  }
  checkNumber(given);
  if (bindsTo instanceof Problem) throw bindsTo;
  const now = Math.max(deps.now(), left?.endedAt ?? 0);
  const row = { ...rowOf(deps, storeId, given, now), freeAt: left?.freeAt ?? 0 };
  if (bindsTo === null) return { row, open: null };
  if (bindsTo.poolId !== null) {
    if (given.target !== null && given.target !== bindsTo.target) {
      throw Problem.invalid("target", "is another than its pool's: leave it out");
    }
    if (bindsTo.target === given.number) throw ownTarget("number");
    row.poolId = bindsTo.poolId;
    row.target = bindsTo.target;
  }
  return { row, open: bindingFor(row, bindsTo, now, actor) };
}

/** The problem of a number that is to be in the pool which stands in for it. */
export function ownTarget(path: string): Problem {
  return Problem.invalid(path, "is the number on the pages itself: everybody sees it, so it tells of nobody");
}

/** Throws a `Problem` (422) where the fields of a number don't fit each other. */
export function checkNumber({
  number,
  forwardsTo,
  rentedFrom,
  rentedUntil,
}: Pick<NumberRow, "number" | "forwardsTo" | "rentedFrom" | "rentedUntil">): void {
  if (forwardsTo === number) throw Problem.invalid("forwardsTo", "is the number itself: calls would go in a circle");
  if (rentedFrom !== null && rentedUntil !== null && rentedUntil < rentedFrom) {
    throw Problem.invalid("rentedUntil", "must not be before rentedFrom");
  }
}

function taken(detail: string): Problem {
  return new Problem("number_taken", detail, [{ path: "number", message: "is taken" }]);
}

function rowOf(deps: Deps, storeId: string, given: Omit<NewNumber, "storeId">, now: number): NumberRow {
  return {
    id: deps.newId("phoneNumber"),
    storeId,
    number: given.number,
    label: given.label ?? given.number,
    target: given.target,
    poolId: null,
    forwardsTo: given.forwardsTo,
    rentedFrom: given.rentedFrom,
    rentedUntil: given.rentedUntil,
    freeAt: 0,
    version: 1,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
}
