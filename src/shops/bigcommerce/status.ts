import type { SourceStatus } from "../../ground/model/evidence.ts";

/**
 * BigCommerce's statuses of orders by their numbers, which stay whatever a store calls them. `null`: the checkout wasn't
 * finished. A disputed payment is money that is there until the bank takes it, which is a refund.
 */
const STATUSES: Readonly<Record<string, { name: string; status: SourceStatus | null }>> = {
  0: { name: "incomplete", status: null },
  1: { name: "pending", status: "pending" },
  2: { name: "shipped", status: "paid" },
  3: { name: "partially_shipped", status: "paid" },
  4: { name: "refunded", status: "refunded" },
  5: { name: "cancelled", status: "cancelled" },
  6: { name: "declined", status: "cancelled" },
  7: { name: "awaiting_payment", status: "pending" },
  8: { name: "awaiting_pickup", status: "paid" },
  9: { name: "awaiting_shipment", status: "paid" },
  10: { name: "completed", status: "paid" },
  11: { name: "awaiting_fulfillment", status: "paid" },
  12: { name: "manual_verification_required", status: "pending" },
  13: { name: "disputed", status: "paid" },
  14: { name: "partially_refunded", status: "paid" },
};

/** What a status of an order comes to. */
export interface StatusReading {
  /** `null`: the order doesn't count yet. */
  status: SourceStatus | null;
  /** BigCommerce's own name of it, in lower case; its number where there is none. */
  state: string;
  /** Whether it is one that BigCommerce doesn't document. */
  isKnown: boolean;
}

/** Reads a status by its number, 0 or more. One that isn't known says nothing of the money: the order waits. */
export function readStatus(id: number): StatusReading {
  const known = STATUSES[String(id)];
  if (known === undefined) return { status: "pending", state: `status_${id}`, isKnown: false };
  return { status: known.status, state: known.name, isKnown: true };
}
