import { isoOf } from "../../ground/http/fields.ts";
import type { Delivery, Endpoint, EventBody } from "./schema.ts";
import type { EventRow, FoundDelivery } from "./delivery-store.ts";
import type { EndpointRow } from "./store.ts";

/** The id of an event, by which who gets it twice knows it again. */
export function eventId(seq: number): string {
  return `evt_${seq}`;
}

/** An event as it is sent. */
export function presentEvent(row: EventRow): EventBody {
  return {
    id: eventId(row.seq),
    type: row.type,
    time: isoOf(row.time),
    storeId: row.storeId,
    subjectId: row.subjectId,
    data: dataOf(row),
  };
}

/** Names what is sent one by one: nothing that a trigger comes to write leaves by itself. */
function dataOf({ type, subjectId, data }: EventRow): Record<string, unknown> {
  switch (type) {
    case "order.attributed":
    case "order.approved":
    case "order.declined":
    case "order.refunded": {
      const { externalId, status, creatorId, campaignId, planId, totalMinor, refundedMinor, currency } = data;
      return {
        externalId,
        status,
        creatorId,
        campaignId,
        planId,
        total: moneyOf(totalMinor, currency),
        refunded: moneyOf(refundedMinor, currency),
      };
    }
    case "payout.paid": {
      const { amountMinor, currency, creators, reference } = data;
      return { amount: moneyOf(amountMinor ?? 0, currency), creators, reference };
    }
    case "conversion.recorded": {
      const { definitionId, creatorId, trigger, trust, valueMinor, currency } = data;
      return { definitionId, creatorId, trigger, trust, value: moneyOf(valueMinor, currency) };
    }
    case "conversion.approved":
    case "conversion.declined": {
      const { definitionId, creatorId, commissions } = data;
      return { definitionId, creatorId, commissions };
    }
    case "cart.abandoned": {
      const { abandonedAt, items, valueMinor, currency, step, source, contactId } = data;
      return { abandonedAt, items, value: moneyOf(valueMinor, currency), step, source, contactId };
    }
    case "call.ended": {
      const { number, direction, status, startedAt, endedAt, talkSeconds, qualified, callerCall, match } = data;
      const { channel, creatorId, campaignId, linkId } = data;
      const source = { channel, creatorId, campaignId, linkId };
      return { number, direction, status, startedAt, endedAt, talkSeconds, qualified, callerCall, match, source };
    }
    case "code.failed": {
      const { planId, campaignId, code, detail } = data;
      return { creatorId: subjectId, planId, campaignId, failure: { code, detail } };
    }
    case "alarm.raised": {
      const { kind, subject, detail } = data;
      return { kind, subject, detail };
    }
    case "ping":
      return {};
  }
}

/** An amount in minor units; `null` where the shop named none, or no currency. */
function moneyOf(amountMinor: unknown, currency: unknown): { amountMinor: number; currency: string } | null {
  return typeof amountMinor === "number" && typeof currency === "string" ? { amountMinor, currency } : null;
}

/** An endpoint as the API shows it: without its secret. */
export function presentEndpoint(row: EndpointRow): Endpoint {
  return {
    id: row.id,
    url: row.url,
    storeId: row.storeId,
    types: row.types,
    description: row.description,
    disabled: row.disabled,
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}

/** A delivery as the API shows it. */
export function presentDelivery({ delivery, event }: FoundDelivery): Delivery {
  return {
    seq: delivery.eventSeq,
    status: delivery.status,
    attempts: delivery.attempts,
    nextAttemptAt: isoOf(delivery.nextAt),
    lastStatus: delivery.lastStatus,
    lastError: delivery.lastError,
    createdAt: isoOf(delivery.createdAt),
    deliveredAt: isoOf(delivery.deliveredAt),
    event: presentEvent(event),
  };
}
