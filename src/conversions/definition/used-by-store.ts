import type { Deps } from "../../ground/deps.ts";
import type { WholeDefinition } from "./schema.ts";
import { STANDING } from "./store.ts";

/** What a definition is used by. */
export type UsedBy = WholeDefinition["usedBy"];

/** The definitions that wait for a definition's conversions, and the plans that pay for them at `now` (ms UTC). */
export async function usedBy({ d1 }: Pick<Deps, "d1">, id: string, now: number): Promise<UsedBy> {
  const [definitions, plans] = await d1.batch([
    d1
      .prepare(
        `SELECT d.id, d.name, d.status FROM conversion_definitions d
         WHERE d.store_id = (SELECT store_id FROM conversion_definitions WHERE id = ?1) AND d.listens GLOB '*,conversion,*'
           AND ${STANDING} AND EXISTS (SELECT 1 FROM json_each(d.triggers) t WHERE t.value ->> 'definitionId' = ?1)
         ORDER BY d.id`,
      )
      .bind(id),
    d1
      .prepare(
        `SELECT p.id, p.name, r.amount_minor AS amountMinor, r.currency FROM conversion_rates r
         JOIN tracking_plans p ON p.id = r.plan_id AND p.deleted_at IS NULL
         WHERE r.definition_id = ?1 AND r.amount_minor > 0 AND r.effective_from = (
           SELECT max(x.effective_from) FROM conversion_rates x
           WHERE x.plan_id = r.plan_id AND x.definition_id = r.definition_id AND x.effective_from <= ?2)
         ORDER BY p.id`,
      )
      .bind(id, now),
  ]);
  const rates = (plans?.results ?? []) as { id: string; name: string; amountMinor: number; currency: string }[];
  return {
    definitions: (definitions?.results ?? []) as UsedBy["definitions"],
    plans: rates.map(({ amountMinor, currency, ...plan }) => ({ ...plan, rate: { amountMinor, currency } })),
  };
}
