import { isCustomers, type Judged } from "./eligible.ts";
import type { Touch } from "../../ground/model/attribution.ts";

/**
 * Whether claims contradict each other: whether one alone would credit others than another alone. `eligible`
 * are the touches that count, from early to late, none of them confirmed; `judged` are all. What one browser
 * says together, such as a click and a code, is one claim, which the store's policy decides. `ownersBy` says
 * whom touches credit.
 */
export function isContested<Counting extends Touch>(
  eligible: readonly Counting[],
  judged: readonly Judged[],
  ownersBy: (some: readonly Counting[]) => readonly string[],
): boolean {
  const claimsOf = new Map<string, ReadonlySet<string>>();
  // Two texts of one code are one touch, which either claim names.
  const counting = judged.filter(({ reasonCode }) => reasonCode === null || reasonCode === "duplicate");
  for (const [id, alike] of Map.groupBy(counting, ({ touch }) => touch.id)) {
    claimsOf.set(id, new Set(alike.flatMap(({ touch: { claims = [] } }) => claims)));
  }
  const claims = new Set(eligible.flatMap(({ id }) => [...(claimsOf.get(id) ?? [])]));
  const outcomes = new Set<string>();
  for (const claim of claims) {
    // An earlier click or call of the same customer belongs to no claim: it stands beside each.
    const own = eligible.filter(({ id, kind }) => isCustomers(kind) || claimsOf.get(id)?.has(claim) === true);
    outcomes.add(JSON.stringify(ownersBy(own).toSorted()));
  }
  return outcomes.size > 1;
}
