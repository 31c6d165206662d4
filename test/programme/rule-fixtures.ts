import { env } from "cloudflare:workers";
import type { Commission } from "../../src/ground/model/plan.ts";
import { PLAIN_RULE } from "./plain-rule.ts";

/** A commission of 10 per cent; only what a test is about is given. */
export function tenPercent(values: Partial<Extract<Commission, { type: "percentage" }>> = {}): Commission {
  return {
    type: "percentage",
    basisPoints: 1_000,
    ...PLAIN_RULE,
    ...values,
  };
}

/** Puts a version of a plan's commission into the database: the first, in force from the beginning, unless told otherwise. */
export async function insertVersion(
  planId: string,
  commission: Commission,
  { version = 1, effectiveFrom = 0 } = {},
): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO plan_rules (plan_id, version, rule, effective_from, reason, actor, created_at)
     VALUES (?1, ?2, ?3, ?4, NULL, 'bootstrap', 0)`,
  )
    .bind(planId, version, JSON.stringify(commission), effectiveFrom)
    .run();
}
