import type { OrderAmounts, SourceStatus } from "./evidence.ts";

/** One order as a store's export has it. */
export interface ReconciledRow extends OrderAmounts {
  externalId: string;
  /** ms UTC; `null`: the export doesn't say. So with all that follows. */
  placedAt: number | null;
  /** ISO 4217; amounts are in its minor units. */
  currency: string;
  totalMinor: number;
  status: SourceStatus | null;
  codes: string[];
  /** The status as it stands there, if nobody knows what it means. */
  unknownStatus?: string;
  /** The most that the goods can have come to, where the export has them before discounts and doesn't add up. */
  subtotalLimitMinor?: number;
  /** If the export doesn't name the order's currency: its amounts as decimals of that currency. */
  unnamed?: UnnamedAmounts;
  /** While a file is received: the time with the day first, where `placedAt` is that with the month first. */
  dayFirst?: number;
}

/** Amounts in a currency that isn't named: plain decimals. */
export interface UnnamedAmounts {
  total: string;
  refunded: string | null;
}

/** What comparing a row with what was tracked comes to. */
export const ROW_CLASSES = [
  "matched",
  "missing_in_tracker",
  "missing_in_store",
  "amount_mismatch",
  "currency_mismatch",
  "status_mismatch",
  "duplicate",
  "code_without_conversion",
  "refund_not_applied",
  "late_after_lock",
  "unknown_status",
  "not_comparable",
  "tracked_twice",
  "unclear_extent",
  "unreadable",
] as const;

/** One of {@link ROW_CLASSES}. */
export type RowClass = (typeof ROW_CLASSES)[number];

/**
 * A field in which the store and the tracker differ; `order`: only one of them has it. Amounts are in minor
 * units of the side's own currency.
 */
export interface Difference {
  field: "order" | "currency" | "total" | "subtotal" | "refunded" | "status";
  store: string | number | null;
  tracker: string | number | null;
}
