import type { Counted } from "./dimension.ts";
import type { ReportFilter } from "./filter.ts";
import { HOUR_MS, type ReportInterval, type ReportSpan } from "../../ground/time/range.ts";

/** Numbers of a row that are no amounts, in the order in which they are shown. */
export const COUNTS = [
  "clicks",
  "uniqueClicks",
  "conversions",
  "claimedConversions",
  "linkConversions",
  "codeConversions",
  "callConversions",
  "codeUses",
  "waitingCommissions",
] as const;

/** What is counted, by what, and when. */
export interface CountQuery<Of extends Counted = Counted> {
  dimension: Of;
  filter: ReportFilter;
  interval: ReportInterval;
  /** The report's own, and the one that it is compared with. */
  periods: readonly [Period, ...Period[]];
  /** Whether orders that only browsers tell of stand beside the sums alone, and not in them too. */
  confirmedOnly: boolean;
}

/** A span that is counted in. */
export interface Period {
  span: ReportSpan;
  /** 1 for the span that the report's own is compared with. */
  previous: 0 | 1;
  /** How far its rows are moved to stand beside the report's own: days, or ms where rows are hours. */
  shift: number;
}

/**
 * SQL of the start of the interval that something is in: an hour as ms UTC, a local day (2026-11-22) or month
 * (2026-11), or an empty text for the whole span. `time` and `day` are SQL of when it was.
 */
export function startOf(interval: ReportInterval, { shift }: Period, { time = "", day = "" }): string {
  if (interval === "total") return "''";
  if (interval === "hour") return `${time} - ${time} % ${HOUR_MS} + ${shift}`;
  const moved = shift === 0 ? day : `date(${day}, '+${shift} days')`;
  return interval === "day" ? moved : `substr(${moved}, 1, 7)`;
}
