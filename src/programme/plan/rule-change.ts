import type { Actor, Deps } from "../../ground/deps.ts";
import type { Change } from "../../ground/http/commit.ts";
import { isoOf, msOf } from "../../ground/http/fields.ts";
import { refuseFaults } from "./create-change.ts";
import { presentCommission } from "./commission-terms.ts";
import type { AddedRule, NewRule, ShownRule } from "./rule-schema.ts";
import { countOrdersSince, insertRule, markOrdersSince, nextVersion, type RuleRow } from "./rule-store.ts";
import { existingPlan, presentPlan, storeMustStand, updatePlan } from "./store.ts";
import { readTerms } from "./terms.ts";

/**
 * Plans a new version of a plan's commission: it becomes the plan's, and the orders that it reaches are
 * computed anew. Throws a `Problem`: 404 or 422.
 */
export async function planRule(deps: Deps, actor: Actor, id: string, given: NewRule): Promise<Change<AddedRule>> {
  const { plan: before, store } = await existingPlan(deps, id);
  const { terms, faults } = readTerms({ commission: given.commission }, store.currency);
  refuseFaults(faults);
  const { commission = before.commission } = terms;
  // Later than the change before, even within a millisecond: two versions at once are told apart by it.
  const now = Math.max(deps.now(), before.updatedAt + 1);
  const row: RuleRow = {
    planId: id,
    version: await nextVersion(deps, id),
    rule: commission,
    effectiveFrom: msOf(given.effectiveFrom) ?? now,
    reason: given.reason,
    actor: actor.id,
    createdAt: now,
  };
  const rule = presentRule(row, store.currency);
  const after = { ...before, commission, updatedAt: now };
  return {
    statements: [
      storeMustStand(deps, store),
      ...updatePlan(deps, before, { commission, updatedAt: now }),
      insertRule(deps, row),
      markOrdersSince(deps, id, row.effectiveFrom),
    ],
    audit: [
      {
        action: "update",
        entity: "plan",
        entityId: id,
        before: presentPlan(before, store.currency),
        after: presentPlan(after, store.currency),
      },
      { action: "create", entity: "commission_rule", entityId: id, before: null, after: rule },
    ],
    status: 201,
    body: { ...rule, ordersDue: await countOrdersSince(deps, id, row.effectiveFrom) },
  };
}

/** A version as the API shows it; `currency` is the store's. */
export function presentRule(row: RuleRow, currency: string): ShownRule {
  return {
    version: row.version,
    commission: presentCommission(row.rule, currency),
    effectiveFrom: isoOf(row.effectiveFrom),
    reason: row.reason,
    actor: row.actor,
    createdAt: isoOf(row.createdAt),
  };
}
