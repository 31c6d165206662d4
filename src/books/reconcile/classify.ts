import { minorOf } from "../../ground/money/amount.ts";
import type { ConfirmedAmounts, SourceStatus, Trust } from "../../ground/model/evidence.ts";
import type { Difference, ReconciledRow, RowClass } from "../../ground/model/reconciliation.ts";

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
  /** Whether its commission is declined, by hand or by what the shop said. */
  declined: boolean;
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
  /** The row in the order's currency, where the export names none and had to be taken for the store's. */
  row?: ReconciledRow;
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
  return order === null ? untracked(row, context) : tracked(row, order, context);
}

function untracked(row: ReconciledRow, { knownCode, lockedTo }: RowContext): Comparison {
  const differences: Difference[] = [{ field: "order", store: row.externalId, tracker: null }];
  if (row.unknownStatus !== undefined) {
    differences.push({ field: "status", store: row.unknownStatus, tracker: null });
    return { class: "unknown_status", differences };
  }
  const refunded = unnamedRefund(row);
  if (refunded !== null) {
    return {
      class: "not_comparable",
      differences: [...differences, { field: "refunded", store: refunded, tracker: null }],
    };
  }
  const late = row.placedAt !== null && row.placedAt < lockedTo;
  return {
    class: late ? "late_after_lock" : knownCode ? "code_without_conversion" : "missing_in_tracker",
    differences,
  };
}

function tracked(given: ReconciledRow, order: TrackedOrder, { lockedTo }: RowContext): Comparison {
  const amounts = order.confirmed ?? order;
  const row = inCurrencyOf(amounts.currency, given);
  if (row === null) {
    const store = given.unnamed?.total ?? null;
    return { class: "not_comparable", differences: [{ field: "total", store, tracker: amounts.totalMinor }] };
  }
  const converted = row === given ? {} : { row };
  const differences = differencesOf(row, order);
  if (row.unknownStatus !== undefined) {
    differences.push({ field: "status", store: row.unknownStatus, tracker: order.sourceStatus });
    return { class: "unknown_status", differences, ...converted };
  }
  const refunded = unnamedRefund(row);
  if (refunded !== null && (amounts.refundedMinor ?? 0) === 0) {
    differences.push({ field: "refunded", store: refunded, tracker: amounts.refundedMinor });
    return { class: "not_comparable", differences, ...converted };
  }
  const first = CLASS_OF.find(([field]) => differences.some((difference) => classifies(difference, field)));
  if (first === undefined) return { class: "matched", differences: [], ...converted };
  return { class: order.placedAt < lockedTo ? "late_after_lock" : first[1], differences, ...converted };
}

/**
 * A row in the currency of the order that is tracked: of an export that doesn't name it, the amounts are in that
 * one, not in the store's. `null` if they can't be.
 */
function inCurrencyOf(currency: string | null, row: ReconciledRow): ReconciledRow | null {
  const { unnamed, subtotalLimitMinor: _limit, ...named } = row;
  if (currency === null || currency === row.currency || unnamed === undefined) return row;
  const totalMinor = minorOf(unnamed.total, currency);
  const refundedMinor = unnamed.refunded === null ? null : minorOf(unnamed.refunded, currency);
  if (totalMinor === null || (refundedMinor === null && unnamed.refunded !== null)) return null;
  const others = { subtotalMinor: null, discountMinor: null, shippingMinor: null, taxMinor: null };
  return { ...named, ...others, currency, totalMinor, refundedMinor };
}

/** What was given back in a currency that isn't named, as a decimal of it; `null`: nothing, or it is known. */
function unnamedRefund({ unnamed, refundedMinor, status }: ReconciledRow): string | null {
  if (refundedMinor !== null || status === "refunded" || unnamed === undefined) return null;
  return unnamed.refunded !== null && Number(unnamed.refunded) > 0 ? unnamed.refunded : null;
}

/** Classes of orders that no row of the file is. */
export type AddedClass = Extract<RowClass, "missing_in_store" | "unclear_extent" | "tracked_twice">;

/**
 * What is told of an order that no row of the export is: it lacks it; or it may be within a row of which nobody
 * knows where it ends; or the row is another order's, which is tracked under another id of the shop's.
 */
export function absent(
  order: Pick<TrackedOrder, "currency" | "totalMinor" | "confirmed"> & { externalId: string },
  as: AddedClass,
): Comparison {
  const { currency, totalMinor } = order.confirmed ?? order;
  return {
    class: as,
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
  const sold = store === "paid" || store === "pending";
  if (tracker !== null && store !== tracker) return difference;
  // Both have it as sold, and yet nobody is paid for it: somebody declined it.
  if (sold && order.declined && tracker !== "cancelled" && tracker !== "refunded") {
    return { field: "status", store, tracker: "declined" };
  }
  if (tracker !== null) return null;
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
