import { and, asc, gte, lt, sql } from "drizzle-orm";
import { ledger } from "../../ground/db/schema/money.ts";
import type { Deps } from "../../ground/deps.ts";
import { presentEntry } from "../../books/ledger/present.ts";
import type { LedgerEntry } from "../../books/ledger/schema.ts";
import { entryColumns, type ShownEntry } from "../../books/ledger/store.ts";
import { type ExportRange, walkTable, WINDOW_ROWS } from "./walk.ts";

// `CROSS JOIN` keeps SQLite on the index by store and time, which has the number of each entry.
const FIND = `
SELECT min(l.seq) AS seq FROM stores s CROSS JOIN ledger l ON l.store_id = s.id AND l.time >= ?2 AND l.time < ?3
WHERE (?4 IS NULL OR s.id = ?4) AND l.seq >= ?1`;

/** The columns of the ledger as CSV, in order. */
export const LEDGER_COLUMNS = [
  "id",
  "type",
  "amountMinor",
  "currency",
  "storeId",
  "creatorId",
  "orderId",
  "conversionId",
  "payoutId",
  "planId",
  "ruleVersion",
  "conversionFrom",
  "conversionRate",
  "conversionDate",
  "conversionSource",
  "reason",
  "actor",
  "time",
  "reportRows",
] as const;

/** The ledger's entries of a range, in the order of their booking, a page at a time. Throws what D1 throws. */
export async function* ledgerPages({ d1, db }: Deps, range: ExportRange): AsyncGenerator<LedgerEntry[]> {
  const { from, to, store } = range;
  const pages = walkTable<number, ShownEntry>(0, {
    find: async (seq) => d1.prepare(FIND).bind(seq, from, to, store).first<number>("seq"),
    // A plus in front keeps the index by store out of it: the number alone leads to the rows.
    read: async (seq) =>
      db
        .select(entryColumns)
        .from(ledger)
        .where(
          and(
            gte(ledger.seq, seq),
            sql`${ledger.seq} <= (SELECT max(seq) FROM (
              SELECT seq FROM ledger WHERE seq >= ${seq} ORDER BY seq LIMIT ${WINDOW_ROWS}))`,
            gte(ledger.time, from),
            lt(ledger.time, to),
            store === null ? undefined : sql`+${ledger.storeId} = ${store}`,
          ),
        )
        .orderBy(asc(ledger.seq)),
    after: ({ seq }) => seq + 1,
  });
  for await (const rows of pages) yield rows.map(presentEntry);
}

/** An entry as a line of CSV: its cells by {@link LEDGER_COLUMNS}. */
export function ledgerCells({
  amount,
  conversion,
  reportRows,
  ...entry
}: LedgerEntry): Record<(typeof LEDGER_COLUMNS)[number], unknown> {
  return {
    ...entry,
    ...amount,
    conversionFrom: conversion?.from,
    conversionRate: conversion?.rate,
    conversionDate: conversion?.date,
    conversionSource: conversion?.source,
    reportRows: reportRows === null ? null : JSON.stringify(reportRows),
  };
}
