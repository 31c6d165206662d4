import type { Actor, Deps } from "../../ground/deps.ts";
import type { Change } from "../../ground/http/commit.ts";
import { msOf } from "../../ground/http/fields.ts";
import { Problem } from "../../ground/http/problem.ts";
import { minorOf } from "../../ground/money/amount.ts";
import { mostOfOrder, mostText } from "../../ground/money/bound.ts";
import { existingPlan } from "../../programme/plan/store.ts";
import type { ConversionRate, NewConversionRate } from "./rate-schema.ts";
import {
  definitionMustStand,
  definitionName,
  insertRates,
  presentRate,
  type RateHistory,
  type RateRow,
  ratesOf,
} from "./rate-store.ts";

/** A rate by what it is of. */
interface RateOf {
  planId: string;
  definitionId: string;
}

/** The rate that a plan has for a definition. Throws a `Problem` (404) where there is no such plan or rate. */
export async function existingRate(deps: Deps, { planId, definitionId }: RateOf): Promise<RateHistory> {
  await existingPlan(deps, planId);
  const [rate] = await ratesOf(deps, planId, definitionId);
  if (rate === undefined) throw new Problem("not_found", `The plan ${planId} has no rate for ${definitionId}.`);
  return rate;
}

/**
 * Plans what a plan pays for conversions of a definition of its store from a time on. Throws a `Problem`: 404 for a plan
 * or a definition that there isn't, 422 for an amount or a time that can't be.
 */
export async function planRate(
  deps: Deps,
  actor: Actor,
  of: RateOf,
  given: NewConversionRate,
): Promise<Change<ConversionRate>> {
  const { planId, definitionId } = of;
  const { store } = await existingPlan(deps, planId);
  const [name, [before]] = await Promise.all([
    definitionName(deps, definitionId, store.id),
    ratesOf(deps, planId, definitionId),
  ]);
  // Another store's definition is none here: its plans are paid by somebody else.
  if (name === null) throw new Problem("not_found", `The plan's store has no definition ${definitionId}.`);
  const now = deps.now();
  const currency = given.currency ?? store.currency;
  const from = msOf(given.effectiveFrom) ?? now;
  if (from < now) throw Problem.invalid("effectiveFrom", "must not be in the past: what has happened earns what held");
  const row: RateRow = {
    ...of,
    effectiveFrom: freeFrom(before?.versions ?? [], from),
    amountMinor: amountOf(given.amount, currency),
    currency,
    holdDays: given.holdDays,
    actor: actor.id,
    createdAt: now,
  };
  const after: RateHistory = { definitionId, name, versions: latestFirst([...(before?.versions ?? []), row]) };
  const body = presentRate(planId, after, now);
  return {
    statements: [
      definitionMustStand(deps, definitionId, store.id),
      ...insertRates(deps, [row], of, before?.versions.length ?? 0),
    ],
    audit: [
      {
        action: before === undefined ? "create" : "update",
        entity: "conversionRate",
        entityId: planId,
        before: before === undefined ? null : presentRate(planId, before, now),
        after: body,
      },
    ],
    status: 200,
    body,
  };
}

/**
 * Plans that a plan pays nothing for conversions of a definition from now on, whatever was to begin later. Throws a
 * `Problem` (404) where there is no such plan or rate.
 */
export async function planRateEnd(deps: Deps, actor: Actor, of: RateOf): Promise<Change<null>> {
  const before = await existingRate(deps, of);
  const now = deps.now();
  // Versions stay as they are: what is to begin later ends as it begins.
  const begins = [now, ...before.versions.flatMap(({ effectiveFrom: from }) => (from > now ? [from] : []))];
  const rows = [...new Set(begins.map((from) => freeFrom(before.versions, from)))].flatMap(
    (effectiveFrom): RateRow[] => {
      const held = before.versions.find((version) => version.effectiveFrom < effectiveFrom);
      if (held === undefined || held.amountMinor === 0) return [];
      return [{ ...held, effectiveFrom, amountMinor: 0, actor: actor.id, createdAt: now }];
    },
  );
  const shown = presentRate(of.planId, before, now);
  const after = presentRate(of.planId, { ...before, versions: latestFirst([...before.versions, ...rows]) }, now);
  return {
    statements: rows.length === 0 ? [] : insertRates(deps, rows, of, before.versions.length),
    audit:
      rows.length === 0
        ? []
        : [{ action: "delete", entity: "conversionRate", entityId: of.planId, before: shown, after }],
    status: 204,
    body: null,
  };
}

/** The first moment from a time (ms UTC) on at which no version begins. */
function freeFrom(versions: readonly RateRow[], time: number): number {
  const taken = new Set(versions.map(({ effectiveFrom }) => effectiveFrom));
  let free = time;
  while (taken.has(free)) free += 1;
  return free;
}

function latestFirst(versions: readonly RateRow[]): RateRow[] {
  return versions.toSorted((a, b) => b.effectiveFrom - a.effectiveFrom);
}

/** An amount in major units in minor units. Throws a `Problem` (422). */
function amountOf(amount: string | number, currency: string): number {
  const minor = minorOf(amount, currency);
  if (minor === null) throw Problem.invalid("amount", `must be an amount in ${currency} with its decimals at most`);
  if (minor === 0) throw Problem.invalid("amount", "must be more than 0: delete the rate to pay nothing");
  if (minor > mostOfOrder(currency)) throw Problem.invalid("amount", `must be ${mostText(currency)} at most`);
  return minor;
}
