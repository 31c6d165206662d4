import { isoOf } from "../../ground/http/fields.ts";
import type { Contact, ContactDetail, ContactEventShown } from "./schema.ts";
import type { ContactRow } from "./store.ts";
import type { ContactEvent, ContactSums } from "./sums-store.ts";

/** A contact as the API shows it: never what it is known by. */
export function presentContact({ id, storeId, fields, trust, createdAt, updatedAt }: ContactRow): Contact {
  return { id, storeId, fields, trust, createdAt: isoOf(createdAt), updatedAt: isoOf(updatedAt) };
}

/** The same with what there is of it. */
export function presentDetail(row: ContactRow, sums: ContactSums): ContactDetail {
  const { visitors, events, conversions, orders, totals, firstSeenAt, lastSeenAt } = sums;
  return {
    ...presentContact(row),
    visitors,
    events,
    conversions,
    orders: {
      count: orders,
      totals: totals.map(({ currency, totalMinor }) => ({ amountMinor: totalMinor, currency })),
    },
    firstSeenAt: isoOf(firstSeenAt),
    lastSeenAt: isoOf(lastSeenAt),
  };
}

/** Something that a contact did. */
export function presentEvent({ time, kind, name, page }: ContactEvent): ContactEventShown {
  return { time: isoOf(time), kind, name, page };
}
