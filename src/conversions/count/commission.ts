import type { conversionCommissions, conversionRates } from "../../ground/db/schema/conversion.ts";
import type { Share } from "../../ground/model/attribution.ts";
import { claimedAtOf } from "../../sales/order/judge.ts";
import { portions } from "./value.ts";
import type { ConversionRow } from "./work.ts";

/** What a plan pays for a conversion, from when on. */
export type RateRow = Pick<
  typeof conversionRates.$inferSelect,
  "planId" | "definitionId" | "effectiveFrom" | "amountMinor" | "currency" | "holdDays"
>;

/** What a creator earns by a conversion. */
export type CommissionRow = typeof conversionCommissions.$inferSelect;

/** What a conversion earns altogether. */
export interface Earned {
  commission: ConversionRow["commission"];
  dueAt: number | null;
  rows: CommissionRow[];
}

const DAY_MS = 86_400_000;

/**
 * When a conversion happened as far as money goes, ms UTC: by a server's word, where there is one. A browser that tells of
 * it long before must neither use up the days that somebody has to look at it, nor choose what is paid.
 */
function earnedAt({ time, confirmedAt }: ConversionRow): number {
  return confirmedAt ?? time;
}

/** What a plan pays for a conversion of a definition by when it happened; `null`: nothing. */
function rateAt(rates: readonly RateRow[], planId: string | null, row: ConversionRow): RateRow | null {
  const { definitionId } = row;
  let latest: RateRow | null = null;
  for (const rate of rates) {
    if (rate.planId !== planId || rate.definitionId !== definitionId || rate.effectiveFrom > earnedAt(row)) continue;
    if (latest === null || rate.effectiveFrom > latest.effectiveFrom) latest = rate;
  }
  return latest !== null && latest.amountMinor > 0 ? latest : null;
}

/**
 * What a conversion earns its creators by what their plans paid when it happened. What is applied to the past earns
 * nothing, nor does what doesn't count, or is nobody's. A decision on it stands whatever becomes of it: what is owed by
 * it then follows from whether it counts. It is due by itself only if a server confirms it, and each of its plans says
 * when.
 */
export function earnedBy(row: ConversionRow, rates: readonly RateRow[]): Earned {
  const isDecided = row.commission === "approved" || row.commission === "declined";
  if (row.origin === "backfill" || (row.uncounted !== null && !isDecided)) {
    return { commission: "none", dueAt: null, rows: [] };
  }
  const earning = row.shares.flatMap((share) => {
    const rate = rateAt(rates, share.planId, row);
    return rate === null ? [] : [{ share, rate }];
  });
  const rows = [...Map.groupBy(earning, ({ share }) => share.planId).values()].flatMap((ofPlan) => rowsOf(row, ofPlan));
  if (isDecided) return { commission: row.commission, dueAt: row.dueAt, rows };
  if (rows.length === 0) return { commission: "none", dueAt: null, rows };
  const holds = rows.flatMap(({ holdDays }) => holdDays ?? []);
  const isDue = row.trust === "confirmed" && holds.length === rows.length;
  if (!isDue) return { commission: "pending", dueAt: null, rows };
  // Whoever claims the credit late has it looked at for as long.
  const at = earnedAt(row);
  const from = row.method === "manual" ? at : Math.max(at, claimedAtOf(row.shares, row.explanation) ?? 0);
  return { commission: "pending", dueAt: from + Math.max(...holds) * DAY_MS, rows };
}

/** Of the creators under one plan: all of what it pays, if all of the conversion is theirs. */
function rowsOf({ id }: ConversionRow, earning: readonly { share: Share; rate: RateRow }[]): CommissionRow[] {
  const [first] = earning;
  if (first === undefined) return [];
  const { planId, amountMinor, currency, holdDays } = first.rate;
  const parts = portions(
    amountMinor,
    earning.map(({ share }) => share.weight),
  );
  return earning.flatMap(({ share: { creatorId } }, index) => {
    const part = parts[index] ?? 0;
    return part === 0 ? [] : [{ conversionId: id, creatorId, planId, amountMinor: part, currency, holdDays }];
  });
}
