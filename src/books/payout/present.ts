import { isoOf } from "../../ground/http/fields.ts";
import type { EntryRow } from "../ledger/store.ts";
import type { Payout, PayoutEntry, PayoutLine } from "./schema.ts";
import type { LineRow, PayoutRow, PayoutSum } from "./store.ts";

/** A run as the API shows it. */
export function presentPayout(row: PayoutRow & PayoutSum): Payout {
  return {
    id: row.id,
    status: row.status,
    storeId: row.storeId,
    currency: row.currency,
    minimum: { amountMinor: row.minimumMinor, currency: row.currency },
    holdDays: row.holdDays,
    total: { amountMinor: row.totalMinor, currency: row.currency },
    creators: row.creators,
    entries: row.entries,
    note: row.note,
    reference: row.reference,
    createdAt: isoOf(row.createdAt),
    createdBy: row.createdBy,
    paidAt: isoOf(row.paidAt),
    closedAt: isoOf(row.closedAt),
    closedReason: row.closedReason,
  };
}

/** What a run pays one creator, as the API shows it. */
export function presentLine(row: LineRow, currency: string): PayoutLine {
  return {
    creatorId: row.creatorId,
    name: `${row.firstName} ${row.lastName}`.trim(),
    email: row.email,
    externalId: row.externalId,
    amount: { amountMinor: row.amountMinor, currency },
    entries: row.entries,
    method: row.method,
    proposalId: row.proposalId,
    reference: row.reference,
  };
}

/** An entry that a run pays, as the API shows it. */
export function presentEntry(row: EntryRow): PayoutEntry {
  return {
    id: row.id,
    creatorId: row.creatorId,
    orderId: row.orderId,
    conversionId: row.conversionId,
    type: row.type as PayoutEntry["type"],
    amount: { amountMinor: row.amountMinor, currency: row.currency },
    reason: row.reason,
    time: isoOf(row.time),
  };
}
