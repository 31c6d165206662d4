import { isoOf } from "../../ground/http/fields.ts";
import type { PresetName } from "./preset.ts";
import type { RowClass } from "../../ground/model/reconciliation.ts";
import type { Discrepancy, Reconciliation, ReconciliationDetail } from "./schema.ts";
import type { ClassTotals, FoundReconciliation, StoredRow } from "./store.ts";

/** A reconciliation as lists show it. */
export function presentReconciliation(row: FoundReconciliation): Reconciliation {
  return {
    id: row.id,
    storeId: row.storeId,
    status: row.status,
    dryRun: row.dryRun,
    preset: row.preset as PresetName,
    format: row.format,
    fileHash: row.fileHash,
    bytes: row.bytes,
    progress: { rows: row.rows, classified: row.classifiedTo, selected: row.selected, applied: row.applied },
    from: isoOf(row.fromAt),
    to: isoOf(row.toAt),
    sameFileAs: row.sameFileAs,
    failure: row.failure,
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}

/** A reconciliation with its rows by class; `totals` and `warning` are `null` while it runs. */
export function presentDetail(
  row: FoundReconciliation,
  counts: readonly Pick<ClassTotals, "class" | "rows">[],
  totals: readonly ClassTotals[] | null,
  warning: string | null = null,
): ReconciliationDetail {
  const summed: Partial<Record<RowClass, number>> = {};
  for (const { class: name, rows } of counts) summed[name] = (summed[name] ?? 0) + rows;
  return { ...presentReconciliation(row), counts: summed, totals: totals === null ? null : totalsOf(totals), warning };
}

function totalsOf(totals: readonly ClassTotals[]): NonNullable<ReconciliationDetail["totals"]> {
  return Object.fromEntries(
    [...Map.groupBy(totals, ({ class: name }) => name)].map(([name, rows]) => [
      name,
      {
        store: sumsOf(rows.map((row) => [row.storeCurrency, row.storeHigh, row.storeLow])),
        tracker: sumsOf(rows.map((row) => [row.trackerCurrency, row.trackerHigh, row.trackerLow])),
      },
    ]),
  );
}

/** Sums by currency, whose parts are put together exactly. */
function sumsOf(parts: readonly (readonly [currency: string | null, high: number, low: number])[]) {
  const sums = new Map<string, bigint>();
  for (const [currency, high, low] of parts) {
    if (currency === null) continue;
    sums.set(currency, (sums.get(currency) ?? 0n) + (BigInt(high) << 20n) + BigInt(low));
  }
  return [...sums]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, sum]) => ({
      amountMinor: sum <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(sum) : null,
      currency,
    }));
}

/** A row of an export that has its class. */
export function presentRow(row: StoredRow): Discrepancy {
  return {
    n: row.n,
    externalId: row.externalId,
    class: row.class ?? "unreadable",
    orderId: row.orderId,
    store: row.data === null ? null : storeSide(row.data),
    fault: row.fault,
    differences: row.differences ?? [],
    selectedAt: isoOf(row.selectedAt),
    appliedAt: isoOf(row.appliedAt),
    outcome: row.outcome,
  };
}

function storeSide(data: NonNullable<StoredRow["data"]>): NonNullable<Discrepancy["store"]> {
  const { currency } = data;
  const money = (amountMinor: number | null) => (amountMinor === null ? null : { amountMinor, currency });
  return {
    placedAt: isoOf(data.placedAt),
    total: { amountMinor: data.totalMinor, currency },
    subtotal: money(data.subtotalMinor),
    discount: money(data.discountMinor),
    shipping: money(data.shippingMinor),
    tax: money(data.taxMinor),
    refunded: money(data.refundedMinor),
    status: data.status,
    unknownStatus: data.unknownStatus ?? null,
    codes: data.codes,
  };
}

/** The columns of the CSV of discrepancies, in order. Amounts are in minor units of their side's currency. */
export const ROW_COLUMNS = [
  "n",
  "externalId",
  "class",
  "orderId",
  "placedAt",
  "storeCurrency",
  "storeTotalMinor",
  "storeRefundedMinor",
  "storeStatus",
  "codes",
  "differences",
  "fault",
  "appliedAt",
  "outcome",
] as const;

/** A row as cells under {@link ROW_COLUMNS}. */
export function cellsOf(row: StoredRow): unknown[] {
  const { store, differences, ...shown } = presentRow(row);
  const cells: Record<(typeof ROW_COLUMNS)[number], unknown> = {
    ...shown,
    placedAt: store?.placedAt,
    storeCurrency: store?.total.currency,
    storeTotalMinor: store?.total.amountMinor,
    storeRefundedMinor: store?.refunded?.amountMinor,
    storeStatus: store?.status ?? store?.unknownStatus,
    codes: store?.codes.join(";"),
    differences: differences
      .map(
        ({ field, store: ours, tracker }) => `${field}: ${ours ?? "none"} in the store, ${tracker ?? "none"} tracked`,
      )
      .join("; "),
  };
  return ROW_COLUMNS.map((column) => cells[column]);
}
