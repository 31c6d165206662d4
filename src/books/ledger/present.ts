import { isoOf } from "../../ground/http/fields.ts";
import type { CommissionNote } from "../../ground/model/commission.ts";
import type { CommissionRow } from "./decide.ts";
import type { LedgerEntry, OrderCommission } from "./schema.ts";
import type { ShownEntry } from "./store.ts";

/** An entry of the ledger as the API shows it. */
export function presentEntry(row: ShownEntry): LedgerEntry {
  const { originalCurrency, rate, rateDate, rateSource } = row;
  return {
    id: row.id,
    type: row.type,
    amount: { amountMinor: row.amountMinor, currency: row.currency },
    storeId: row.storeId,
    creatorId: row.creatorId,
    orderId: row.orderId,
    conversionId: row.conversionId,
    payoutId: row.payoutId,
    planId: row.planId,
    ruleVersion: row.ruleVersion,
    conversion:
      originalCurrency === null || rate === null || rateDate === null || rateSource === null
        ? null
        : { from: originalCurrency, rate, date: rateDate, source: rateSource },
    reason: row.reason,
    reportRows: row.reportRows === null ? null : (JSON.parse(row.reportRows) as LedgerEntry["reportRows"]),
    actor: row.actor,
    time: isoOf(row.time),
  };
}

/** What an order's creators earn by it, as the API shows it; `currency` is the store's. */
export function presentCommission(
  rows: readonly CommissionRow[],
  entries: readonly ShownEntry[],
  currency: string,
): OrderCommission {
  return {
    commissions: rows.map((row) => ({
      creatorId: row.creatorId,
      planId: row.planId,
      campaignId: row.campaignId,
      ruleVersion: row.ruleVersion,
      amount:
        row.amountMinor === null || row.currency === null
          ? null
          : { amountMinor: row.amountMinor, currency: row.currency },
      sales: { amountMinor: row.salesMinor, currency },
      uncapped: { amountMinor: row.uncappedMinor, currency },
      note: presentNote(row.note),
      updatedAt: isoOf(row.updatedAt),
    })),
    entries: entries.map(presentEntry),
  };
}

/** A note with all that one may say: those of before have less. */
function presentNote({ missingRates = [], uncounted = [], without = null, ...note }: CommissionNote) {
  return {
    ...note,
    missingRates: [...missingRates],
    uncounted: [...uncounted],
    without:
      without === null
        ? null
        : {
            count: without.count,
            orders: without.orders.map((order) => ({ ...order, missingRates: [...order.missingRates] })),
          },
  };
}
