import { isoOf } from "../../ground/http/fields.ts";
import { type ConversionShare, hindranceOf } from "./decide.ts";
import type { LoadedConversion } from "./load.ts";
import type { ConversionCommission } from "./schema.ts";

/** What creators earn by a conversion, as the API shows it. */
export function presentConversionCommission(
  row: LoadedConversion,
  shares: readonly ConversionShare[],
): ConversionCommission {
  const { review } = row;
  return {
    id: row.id,
    definitionId: row.definitionId,
    storeId: row.storeId,
    time: isoOf(row.time),
    trust: row.trust,
    origin: row.origin,
    state: row.commission,
    hindrance: hindranceOf(row),
    dueAt: isoOf(row.dueAt),
    approvedAt: isoOf(row.approvedAt),
    review: review === null ? null : { ...review, at: isoOf(review.at) },
    commissions: shares.map(({ creatorId, planId, amountMinor, currency, holdDays }) => ({
      creatorId,
      planId,
      amount: { amountMinor, currency },
      holdDays,
    })),
  };
}
