import type { Deps } from "../../ground/deps.ts";
import { boundedSum } from "../../ground/money/sum.ts";
import type { ComingRow } from "./coming.ts";

/** One look at the creator's own entries: the entries of a store may be many times as many. */
export const COMING = `WITH closed AS MATERIALIZED (
    SELECT s.value AS store_id, coalesce(max(p.to_at) FILTER (WHERE p.locked_at IS NOT NULL), 0) AS locked_to,
      min(p.to_at) FILTER (WHERE p.locked_at IS NULL) AS ends_at
    FROM json_each(?2) s LEFT JOIN periods p ON p.store_id = s.value GROUP BY 1
  ), drafts AS MATERIALIZED (
    SELECT p.store_id, p.currency, ${boundedSum("sum(n.amount_minor)")} AS minor
    FROM payout_lines n CROSS JOIN payouts p ON p.id = n.payout_id AND p.status = 'draft'
    WHERE n.creator_id = ?1 GROUP BY 1, 2
  )
  SELECT l.store_id AS storeId, l.currency, iif(c.ends_at > ?3, c.ends_at, NULL) AS endsAt,
    ${boundedSum("coalesce(sum(l.amount_minor) FILTER (WHERE l.type <> 'payout' AND l.time >= c.locked_to), 0)")} AS openMinor,
    coalesce((SELECT minor FROM drafts d WHERE d.store_id = l.store_id AND d.currency = l.currency), 0) AS draftMinor
  FROM ledger l CROSS JOIN closed c ON c.store_id = l.store_id WHERE l.creator_id = ?1 GROUP BY 1, 2`;

/**
 * What a creator's next payouts are made of, by store and currency, as far as it is cheap to say: of the stores `storeIds`
 * alone, at `now` (ms UTC). Throws what D1 throws.
 */
export async function readComing(
  { d1 }: Pick<Deps, "d1">,
  creatorId: string,
  storeIds: readonly string[],
  now: number,
): Promise<ComingRow[]> {
  const { results } = await d1.prepare(COMING).bind(creatorId, JSON.stringify(storeIds), now).all<ComingRow>();
  return results;
}
