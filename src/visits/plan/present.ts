import { isoOf } from "../../ground/http/fields.ts";
import type { ListedTaggingPlan } from "./schema.ts";
import type { PlanRow } from "./store.ts";

/** A plan as the API shows it, without what pages carry because of it. */
export function presentPlan(row: PlanRow): ListedTaggingPlan {
  const { engagement, scroll, heatmap, aliases } = row.pages;
  return {
    id: row.id,
    storeId: row.storeId,
    name: row.name,
    status: row.status,
    version: row.number,
    pages: { engagement, scroll, heatmap, aliases: [...aliases] },
    rules: row.rules.map(({ extensions, ...rule }) => ({ ...rule, extensions: [...extensions] })),
    checkout: { ...row.checkout, steps: [...row.checkout.steps] },
    visitMinutes: row.visitMinutes,
    copiedFrom: row.copiedFrom,
    activatedAt: isoOf(row.activatedAt),
    retiredAt: isoOf(row.retiredAt),
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}
