import { STANDING } from "../../conversions/definition/store.ts";
import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import type { conversionRates } from "../../ground/db/schema/conversion.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { type ConversionRate, SHOWN_VERSIONS } from "./rate-schema.ts";

/** A version of what a plan pays for a definition's conversions. */
export type RateRow = typeof conversionRates.$inferSelect;

/** The versions of one rate, the latest first, and what its definition is called; `null`: it was deleted. */
export interface RateHistory {
  definitionId: string;
  name: string | null;
  versions: RateRow[];
}

/** The rates of a plan, of one definition if one is named, by the definitions' ids. */
export async function ratesOf(
  { d1 }: Pick<Deps, "d1">,
  planId: string,
  definitionId: string | null = null,
): Promise<RateHistory[]> {
  const { results } = await d1
    .prepare(
      `SELECT r.plan_id AS planId, r.definition_id AS definitionId, r.effective_from AS effectiveFrom,
         r.amount_minor AS amountMinor, r.currency, r.hold_days AS holdDays, r.actor, r.created_at AS createdAt, d.name
       FROM conversion_rates r LEFT JOIN conversion_definitions d ON d.id = r.definition_id AND ${STANDING}
       WHERE r.plan_id = ?1 AND (?2 IS NULL OR r.definition_id = ?2)
       ORDER BY r.definition_id, r.effective_from DESC`,
    )
    .bind(planId, definitionId)
    .all<RateRow & { name: string | null }>();
  return [...Map.groupBy(results, (row) => row.definitionId)].map(([id, rows]) => ({
    definitionId: id,
    name: rows[0]?.name ?? null,
    versions: rows.map(({ name: _name, ...row }) => row),
  }));
}

/** What a store's definition of this id is called; `null`: the store has none of it. */
export async function definitionName(
  { d1 }: Pick<Deps, "d1">,
  definitionId: string,
  storeId: string,
): Promise<string | null> {
  return d1
    .prepare(`SELECT d.name FROM conversion_definitions d WHERE d.id = ?1 AND d.store_id = ?2 AND ${STANDING}`)
    .bind(definitionId, storeId)
    .first<string>("name");
}

/**
 * Statements that add versions of one rate. They break their batch off if there are others by now than the `known`,
 * or the plan is gone. What is there is never changed.
 */
export function insertRates(
  { d1 }: Pick<Deps, "d1">,
  rows: readonly RateRow[],
  { planId, definitionId }: Pick<RateRow, "planId" | "definitionId">,
  known: number,
): D1PreparedStatement[] {
  return [
    mustHold(
      d1,
      `(SELECT count(*) FROM conversion_rates WHERE plan_id = ?1 AND definition_id = ?2) = ?3
         AND EXISTS (SELECT 1 FROM tracking_plans WHERE id = ?1 AND deleted_at IS NULL)`,
      planId,
      definitionId,
      known,
    ),
    ...packJson(rows).map((json) =>
      d1
        .prepare(
          `INSERT INTO conversion_rates
             (plan_id, definition_id, effective_from, amount_minor, currency, hold_days, actor, created_at)
           SELECT value ->> 'planId', value ->> 'definitionId', value ->> 'effectiveFrom', value ->> 'amountMinor',
             value ->> 'currency', value ->> 'holdDays', value ->> 'actor', value ->> 'createdAt' FROM json_each(?1)`,
        )
        .bind(json),
    ),
  ];
}

/** Statement that breaks its batch off if the store's definition was deleted meanwhile. */
export function definitionMustStand(
  { d1 }: Pick<Deps, "d1">,
  definitionId: string,
  storeId: string,
): D1PreparedStatement {
  return mustHold(
    d1,
    `EXISTS (SELECT 1 FROM conversion_definitions d WHERE d.id = ?1 AND d.store_id = ?2 AND ${STANDING})`,
    definitionId,
    storeId,
  );
}

/** A rate as the API shows it at `now` (ms UTC). */
export function presentRate(
  planId: string,
  { definitionId, name, versions }: RateHistory,
  now: number,
): ConversionRate {
  const current = versions.find(({ effectiveFrom }) => effectiveFrom <= now);
  return {
    planId,
    definitionId,
    name,
    current: current === undefined || current.amountMinor === 0 ? null : presentVersion(current),
    versions: versions.slice(0, SHOWN_VERSIONS).map(presentVersion),
  };
}

function presentVersion({ amountMinor, currency, holdDays, effectiveFrom, actor, createdAt }: RateRow) {
  return {
    amount: { amountMinor, currency },
    holdDays,
    effectiveFrom: isoOf(effectiveFrom),
    actor,
    createdAt: isoOf(createdAt),
  };
}
