import type { SourceStatus } from "../order/evidence.ts";

/** One order as a store's export has it. */
export interface ReconciledRow {
  externalId: string;
  /** ms UTC; `null`: the export doesn't say. So with all that follows. */
  placedAt: number | null;
  /** ISO 4217; amounts are in its minor units. */
  currency: string;
  totalMinor: number;
  subtotalMinor: number | null;
  discountMinor: number | null;
  shippingMinor: number | null;
  taxMinor: number | null;
  refundedMinor: number | null;
  status: SourceStatus | null;
  codes: string[];
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
