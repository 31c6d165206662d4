import type { EventType } from "../../ground/model/event.ts";

/** What happened when each event is sent. */
export const EVENT_WORDS: Readonly<Record<EventType, string>> = {
  "order.attributed": "an order was credited to somebody",
  "order.approved": "an order was approved",
  "order.declined": "an order was declined",
  "order.refunded": "money of an order was given back",
  "payout.paid": "a payout was paid",
  "conversion.recorded": "a conversion was recorded",
  "conversion.approved": "a conversion was approved",
  "conversion.declined": "a conversion was declined",
  "cart.abandoned": "a cart was left",
  "call.ended": "a call ended",
  "code.failed": "a code could not be made in the shop",
  "alarm.raised": "an alarm was raised",
};
