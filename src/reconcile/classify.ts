import type { ConfirmedAmounts, SourceStatus, Trust } from "../order/evidence.ts";
import type { Difference, ReconciledRow, RowClass } from "./row.ts";

/** What a comparison looks at of an order that is tracked. Amounts: minor units of `currency`. */
export interface TrackedOrder {
  trust: Trust;
  sourceStatus: SourceStatus | null;
  /** ISO 4217; this and what follows is what all evidence says, browsers' too. */
  currency: string | null;
  totalMinor: number | null;
  subtotalMinor: number | null;
  refundedMinor: number | null;
  /** Is compared instead, if there is any. */
  confirmed: ConfirmedAmounts | null;
  /** ms UTC. */
  placedAt: number;
}

/** What a row alone doesn't tell. */
export interface RowContext {
  /** Whether an earlier row of the file has the same order. */
  duplicate: boolean;
  /** Whether one of its codes is, or was, a creator's code of the store. */
  knownCode: boolean;
  /** The end of the store's last locked period, ms UTC; 0: nothing is locked. */
  lockedTo: number;
}

/** What comparing comes to. */
export interface Comparison {
  class: RowClass;
  /** All of them, whichever gave the class. */
  differences: Difference[];
}

/** The class that a difference gives; what comes first, wins. */
const CLASS_OF = [
  ["currency", "currency_mismatch"],
  ["refunded", "refund_not_applied"],
  ["total", "amount_mismatch"],
  ["subtotal", "amount_mismatch"],
  ["status", "status_mismatch"],
] as const satisfies readonly (readonly [Difference["field"], RowClass])[];

/**
 * Compares a row of an export with the order that is tracked. `row` is `null` if it can't be read, `order` if
 * there is none.
 */
export function classify(row: ReconciledRow | null, order: TrackedOrder | null, context: RowContext): Comparison {
  if (row === null) return { class: "unreadable", differences: [] };
  if (context.duplicate) return { class: "duplicate", differences: [] };
  if (order === null) {
    const late = row.placedAt !== null && row.placedAt < context.lockedTo;
    return {
      class: late ? "late_after_lock" : context.knownCode ? "code_without_conversion" : "missing_in_tracker",
      differences: [{ field: "order", store: row.externalId, tracker: null }],
    };
  }
  const differences = differencesOf(row, order);
  const first = CLASS_OF.find(([field]) => differences.some((difference) => classifies(difference, field)));
  if (first === undefined) return { class: "matched", differences: [] };
  return { class: order.placedAt < context.lockedTo ? "late_after_lock" : first[1], differences };
}

/** What is told of an order that the export lacks. */
export function missingInStore(
  order: Pick<TrackedOrder, "currency" | "totalMinor" | "confirmed"> & { externalId: string },
): Comparison {
  const { currency, totalMinor } = order.confirmed ?? order;
  return {
    class: "missing_in_store",
    differences: [
      { field: "order", store: null, tracker: order.externalId },
      ...(currency === null || totalMinor === null
        ? []
        : [
            { field: "currency" as const, store: null, tracker: currency },
            { field: "total" as const, store: null, tracker: totalMinor },
          ]),
    ],
  };
}

/** A refund that only the tracker knows of isn't one that was not applied. */
function classifies({ field, store, tracker }: Difference, as: Difference["field"]): boolean {
  if (field !== "refunded") return field === as;
  return as === (Number(store) > Number(tracker) ? "refunded" : "total");
}

function differencesOf(row: ReconciledRow, order: TrackedOrder): Difference[] {
  const { currency, totalMinor, subtotalMinor, refundedMinor } = order.confirmed ?? order;
  const differences: Difference[] = [];
  const compare = (field: Difference["field"], store: Difference["store"], tracker: Difference["tracker"]): void => {
    if (store !== tracker) differences.push({ field, store, tracker });
  };
  if (currency !== null) compare("currency", row.currency, currency);
  compare("total", row.totalMinor, totalMinor);
  if (row.subtotalMinor !== null && subtotalMinor !== null) compare("subtotal", row.subtotalMinor, subtotalMinor);
  // Nobody who says nothing of a refund says that there was one.
  if (row.refundedMinor !== null) compare("refunded", row.refundedMinor, refundedMinor ?? 0);
  const status = statusDifference(row, order);
  return status === null ? differences : [...differences, status];
}

function statusDifference(row: ReconciledRow, order: TrackedOrder): Difference | null {
  const store = standing(row.status, row);
  if (store === null) return null;
  const tracker = standing(order.sourceStatus, order.confirmed);
  const difference: Difference = { field: "status", store, tracker };
  if (tracker !== null) return store === tracker ? null : difference;
  // A server that says nothing of the status reports what was sold; a browser alone only claims it.
  const taken = order.trust === "confirmed" ? ["pending", "paid"] : ["pending"];
  return taken.includes(store) ? null : difference;
}

/** Where an order stands by its status and its refunds: one that was given back in part is paid. */
function standing(
  status: SourceStatus | null,
  amounts: Pick<ConfirmedAmounts, "totalMinor" | "refundedMinor"> | null,
): SourceStatus | null {
  if (status === "cancelled" || status === "pending") return status;
  if (amounts === null || amounts.refundedMinor === null) return status;
  const wholly = amounts.totalMinor > 0 && amounts.refundedMinor >= amounts.totalMinor;
  if (wholly) return "refunded";
  return status === "refunded" ? "paid" : status;
}
