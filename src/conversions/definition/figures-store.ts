import type { Deps } from "../../ground/deps.ts";
import { boundedSum } from "../../ground/money/sum.ts";
import type { ListedDefinition } from "./schema.ts";
import type { ShownRow } from "./store.ts";

/** What a definition came to lately. */
type Figures = ListedDefinition["last30Days"];

const DAY_MS = 86_400_000;

/** SQL: that the subject of a conversion is somebody who can be told from others, as reports have it. */
export const TOLD_APART = "substr(subject, 1, 2) IN ('c:', 'v:', 'h:')";

/** How far the figures of the list go back, ms. */
const LATELY_MS = 30 * DAY_MS;

const NOTHING: Figures = { conversions: 0, converters: 0, valueMinor: 0, notToldApart: 0 };

/**
 * What the definitions of a page came to in the 30 days before `now` (ms UTC), by id: one statement, over what their
 * stores recorded in that time. Values in minor units of each one's currency.
 */
export async function figuresOf(
  { d1 }: Pick<Deps, "d1">,
  shown: readonly ShownRow[],
  now: number,
): Promise<(id: string) => Figures> {
  if (shown.length === 0) return () => NOTHING;
  const { results } = await d1
    .prepare(
      `SELECT definition_id AS id, count(*) AS conversions, count(DISTINCT iif(${TOLD_APART}, subject, NULL)) AS converters,
         ${boundedSum("coalesce(sum(value_minor), 0)")} AS valueMinor,
         sum(NOT ${TOLD_APART}) AS notToldApart
       FROM conversions
       WHERE store_id IN (SELECT value FROM json_each(?1)) AND time > ?3 AND time <= ?4
         AND +definition_id IN (SELECT value FROM json_each(?2)) AND uncounted IS NULL
       GROUP BY definition_id`,
    )
    .bind(
      JSON.stringify([...new Set(shown.map(({ row }) => row.storeId))]),
      JSON.stringify(shown.map(({ row }) => row.id)),
      now - LATELY_MS,
      now,
    )
    .all<Figures & { id: string }>();
  const byId = new Map(results.map(({ id, ...figures }) => [id, figures]));
  return (id) => byId.get(id) ?? NOTHING;
}
