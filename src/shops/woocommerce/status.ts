import type { SourceStatus } from "../../ground/model/evidence.ts";

/**
 * WooCommerce's own statuses of orders. `null`: it isn't an order yet, or no more. A failed payment is a cancellation;
 * if the shopper pays after all, the order says so itself.
 */
const STATUSES: Readonly<Record<string, SourceStatus | null>> = {
  pending: "pending",
  "on-hold": "pending",
  processing: "paid",
  completed: "paid",
  cancelled: "cancelled",
  refunded: "refunded",
  failed: "cancelled",
  "checkout-draft": null,
  "auto-draft": null,
  draft: null,
  new: null,
  trash: null,
};

/** What a status of an order comes to. */
export interface StatusReading {
  /** `null`: the order doesn't count, yet or any more. */
  status: SourceStatus | null;
  /** Whether a plugin of the shop made the status up. */
  custom: boolean;
}

/**
 * Reads a status (without `wc-`). One that a plugin made up (`shipped`, `awaiting-pickup`) says nothing of the money: the
 * order is paid if the shop has a time of payment, else pending.
 */
export function readStatus(state: string, isPaid: boolean): StatusReading {
  if (Object.hasOwn(STATUSES, state)) return { status: STATUSES[state] ?? null, custom: false };
  return { status: isPaid ? "paid" : "pending", custom: true };
}
