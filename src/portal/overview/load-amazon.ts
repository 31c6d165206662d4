import { FIGURE_SUMS } from "../../ground/db/amazon-figures.ts";
import type { Deps } from "../../ground/deps.ts";
import type { DaySpan } from "../../ground/time/range.ts";
import type { CurrencyFigures } from "../../reports/amazon/load-amazon.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";
import { openStores } from "../frame/stores.ts";

/** Amazon's figures on the page. */
export interface PortalAmazon {
  /** By currency. */
  figures: readonly CurrencyFigures[];
  /** The last day of the span that they have: 2026-11-22. */
  last: string;
}

/**
 * What Amazon says of a creator's links in a span; `null`: nothing. A tag doesn't tell for which campaign somebody came,
 * so a store's figures are shown where none of the creator's campaigns there hides its numbers. Throws what D1 throws.
 */
export async function readPortalAmazon(
  { d1 }: Pick<Deps, "d1">,
  creatorId: string,
  campaigns: readonly Pick<PortalCampaign, "visible" | "store">[],
  { first, last }: DaySpan,
): Promise<PortalAmazon | null> {
  const stores = openStores(campaigns);
  if (stores.length === 0) return null;
  const { results } = await d1
    .prepare(
      `SELECT r.currency, max(r.day) AS last, ${FIGURE_SUMS} FROM attribution_sources s
       JOIN attribution_rows r ON r.source_id = s.id
       WHERE s.creator_id = ?1 AND s.store_id IN (SELECT value FROM json_each(?2)) AND r.day BETWEEN ?3 AND ?4
       GROUP BY r.currency ORDER BY r.currency`,
    )
    .bind(creatorId, JSON.stringify(stores), first, last)
    .all<CurrencyFigures & { last: string }>();
  const latest = results
    .map((row) => row.last)
    .toSorted()
    .at(-1);
  return latest === undefined ? null : { figures: results, last: latest };
}
