import { env } from "cloudflare:workers";
import { openDatabase } from "../../src/ground/db/client.ts";
import { taggingPlans } from "../../src/ground/db/schema/visit.ts";
import type { PlanRow } from "../../src/visits/plan/store.ts";

/** A tagging plan as it is kept: a draft that asks for nothing, unless told otherwise. */
export function planRow(overrides: Partial<PlanRow> & { storeId: string }): PlanRow {
  return {
    id: "tgp_0000000000000001",
    name: "Shop",
    status: "draft",
    number: 1,
    pages: { engagement: false, scroll: false, heatmap: false, aliases: [] },
    rules: [],
    checkout: { steps: [], abandonedAfterMinutes: 30 },
    visitMinutes: 30,
    copiedFrom: null,
    activatedAt: null,
    retiredAt: null,
    version: 1,
    createdAt: 0,
    updatedAt: 0,
    ...overrides,
  };
}

/** Puts such a plan into the database. */
export async function putTaggingPlan(overrides: Partial<PlanRow> & { storeId: string }): Promise<PlanRow> {
  const row = planRow(overrides);
  await openDatabase(env.DB).insert(taggingPlans).values(row);
  return row;
}
