/** What may have happened. */
export const EVENT_TYPES = [
  "order.attributed",
  "order.approved",
  "order.declined",
  "order.refunded",
  "payout.paid",
  "conversion.recorded",
  "conversion.approved",
  "conversion.declined",
  "cart.abandoned",
  "call.ended",
  "code.failed",
  "alarm.raised",
] as const;

/** One of {@link EVENT_TYPES}. */
export type EventType = (typeof EVENT_TYPES)[number];

/** The event that an endpoint is tried with: it goes to that endpoint alone, whatever types it wants. */
export const PING = "ping";
