import { isoOf } from "../../ground/http/fields.ts";
import { daysInZones } from "../../ground/time/day-in-zone.ts";
import { rentalOn } from "./rental.ts";
import type { PhoneNumber } from "./schema.ts";
import type { BindingRow, NumberRow } from "./store.ts";

/** A number with what it is bound to, and its store's time zone. */
export interface NumberView {
  row: NumberRow;
  /** The binding that goes on; `null`: none. */
  open: Omit<BindingRow, "seq"> | null;
  timezone: string;
}

const dayIn = daysInZones();

/** What a number is by itself, as the audit log keeps it: without what depends on the day. */
export function numberRecord({ row, open }: Omit<NumberView, "timezone">): Omit<PhoneNumber, "rental"> {
  return {
    id: row.id,
    storeId: row.storeId,
    number: row.number,
    label: row.label,
    kind: row.poolId === null ? "static" : "pool",
    target: row.target,
    binding: open === null || open.poolId !== null ? null : { ...sourceOf(open), since: isoOf(open.startsAt) },
    poolId: row.poolId,
    forwardsTo: row.forwardsTo,
    rentedFrom: row.rentedFrom,
    rentedUntil: row.rentedUntil,
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}

/** A number as the API shows it at `now` (ms UTC). */
export function presentNumber(view: NumberView, now: number): PhoneNumber {
  return { ...numberRecord(view), rental: rentalOn(dayIn(view.timezone, now), view.row) };
}

/** What a binding says of its source. */
export function sourceOf({ channel, creatorId, campaignId, linkId, offline }: Omit<BindingRow, "seq">) {
  return { channel, creatorId, campaignId, linkId, offline };
}
