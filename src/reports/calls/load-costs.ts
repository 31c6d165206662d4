import type { DaySpan } from "../../ground/time/range.ts";
import type { SpreadCost } from "../../calls/cost/spread.ts";

/** What a store's channels cost on days of a span, and on others, as it was entered. Throws what D1 throws. */
export async function costsIn(
  d1: D1Database,
  storeId: string,
  { first, last }: Pick<DaySpan, "first" | "last">,
): Promise<SpreadCost[]> {
  const { results } = await d1
    .prepare(
      `SELECT channel, currency, amount_minor AS amountMinor, from_day AS fromDay, to_day AS toDay FROM channel_costs
       WHERE store_id = ?1 AND deleted_at IS NULL AND from_day <= ?3 AND to_day >= ?2 ORDER BY id`,
    )
    .bind(storeId, first, last)
    .all<SpreadCost>();
  return results;
}
