import type { SourceStatus } from "../../ground/model/evidence.ts";

/**
 * Magento's states of orders; statuses are names that a shop gives them. `closed` is one that was given back; one that is
 * held, or whose payment is looked at, waits for people.
 */
const STATES: Readonly<Record<string, SourceStatus>> = {
  new: "pending",
  pending_payment: "pending",
  payment_review: "pending",
  holded: "pending",
  processing: "paid",
  complete: "paid",
  closed: "refunded",
  canceled: "cancelled",
};

/** What a state of an order comes to. */
export interface StateReading {
  status: SourceStatus;
  /** Whether an extension of the shop made the state up. */
  custom: boolean;
}

/** Reads a state. One that an extension made up says nothing of the money: the order is paid if money came, else pending. */
export function readState(state: string, isPaid: boolean): StateReading {
  const status = Object.hasOwn(STATES, state) ? STATES[state] : undefined;
  return status === undefined ? { status: isPaid ? "paid" : "pending", custom: true } : { status, custom: false };
}
