import { and, asc, desc, eq, getTableColumns, sql } from "drizzle-orm";
import { below, equals } from "../../ground/db/filter.ts";
import { reconciliationRows, reconciliations } from "../../ground/db/schema/money.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import type { RowClass } from "../../ground/model/reconciliation.ts";
import { isOpen } from "./open.ts";

/** A row of the table of reconciliations. */
export type ReconciliationRow = typeof reconciliations.$inferSelect;

/** A reconciliation, and the store's last one before it with the same file. */
export type FoundReconciliation = ReconciliationRow & { sameFileAs: string | null };

/** A row of an export as it is stored. */
export type StoredRow = typeof reconciliationRows.$inferSelect;

/** SQL: the id of that one. Names are spelled out: drizzle leaves the table's away. */
const SAME_FILE = sql<string | null>`(SELECT max(o.id) FROM reconciliations o
  WHERE o.store_id = reconciliations.store_id AND o.id < reconciliations.id
    AND o.file_hash = reconciliations.file_hash AND o.status <> 'failed')`;

const COLUMNS = { ...getTableColumns(reconciliations), sameFileAs: SAME_FILE };

/** The reconciliation with this id. */
async function findReconciliation({ db }: Pick<Deps, "db">, id: string): Promise<FoundReconciliation | null> {
  const [row] = await db.select(COLUMNS).from(reconciliations).where(eq(reconciliations.id, id));
  return row ?? null;
}

/** The reconciliation with this id. Throws a `Problem` (404) if there is none. */
export const existingReconciliation = orNotFound("reconciliation", findReconciliation);

/** SQL: whether a row of `reconciliations` has differences that wait. The table must have no other name. */
const HAS_OPEN = `EXISTS (SELECT 1 FROM reconciliation_rows x
  WHERE x.reconciliation_id = reconciliations.id AND ${isOpen("reconciliations", "x")})`;

/** Reconciliations, of one store if one is named, from new to old, starting after the id `after`. */
export async function listReconciliations(
  { db }: Pick<Deps, "db">,
  { after, limit }: Stretch,
  { store, open }: { store?: string | undefined; open?: "true" | "false" | undefined },
): Promise<FoundReconciliation[]> {
  return db
    .select(COLUMNS)
    .from(reconciliations)
    .where(
      and(
        equals(reconciliations.storeId, store),
        open === undefined ? undefined : sql.raw(`(${HAS_OPEN}) = ${open === "true" ? 1 : 0}`),
        below(reconciliations.id, after),
      ),
    )
    .orderBy(desc(reconciliations.id))
    .limit(limit);
}

/** The id of the store's last reconciliation before `id` with a file of this hash. */
export async function sameFileAs(
  { d1 }: Pick<Deps, "d1">,
  { id, storeId, fileHash }: Pick<ReconciliationRow, "id" | "storeId" | "fileHash">,
): Promise<string | null> {
  const row = await d1
    .prepare(
      `SELECT max(id) AS id FROM reconciliations
       WHERE store_id = ?1 AND id < ?2 AND file_hash = ?3 AND status <> 'failed'`,
    )
    .bind(storeId, id, fileHash)
    .first<{ id: string | null }>();
  return row?.id ?? null;
}

/** How many rows of each class there are, and their totals as the store and the tracker had them. */
export interface ClassTotals {
  class: RowClass;
  rows: number;
  /** ISO 4217; `null` where the side has no order. */
  storeCurrency: string | null;
  trackerCurrency: string | null;
  /** Sums in two parts, the first to be taken 2^20 times: together they may be past what a number holds. */
  storeHigh: number;
  storeLow: number;
  trackerHigh: number;
  trackerLow: number;
}

/**
 * Totals by class and currency. What the tracker had is what the row says unless a difference says otherwise,
 * so it stays what it was when they were compared; a duplicate is no order of its own.
 */
export async function classTotals({ d1 }: Pick<Deps, "d1">, id: string): Promise<ClassTotals[]> {
  const { results } = await d1
    .prepare(
      `SELECT class, storeCurrency, trackerCurrency, count(*) AS rows,
         coalesce(sum(store >> 20), 0) AS storeHigh, coalesce(sum(store & 1048575), 0) AS storeLow,
         coalesce(sum(tracker >> 20), 0) AS trackerHigh, coalesce(sum(tracker & 1048575), 0) AS trackerLow
       FROM (
         SELECT class, data ->> 'currency' AS storeCurrency, data ->> 'totalMinor' AS store,
           iif(untracked, NULL, coalesce(otherCurrency, data ->> 'currency')) AS trackerCurrency,
           iif(untracked, NULL, coalesce(otherTotal, data ->> 'totalMinor')) AS tracker
         FROM (
           SELECT class, data,
             class IN ('duplicate', 'unreadable')
               OR (differences ->> '$[0].field' = 'order' AND differences ->> '$[0].tracker' IS NULL) IS TRUE AS untracked,
             iif(differences IS NULL, NULL, (SELECT value ->> 'tracker' FROM json_each(differences)
               WHERE value ->> 'field' = 'currency')) AS otherCurrency,
             iif(differences IS NULL, NULL, (SELECT value ->> 'tracker' FROM json_each(differences)
               WHERE value ->> 'field' = 'total')) AS otherTotal
           FROM reconciliation_rows WHERE reconciliation_id = ?1 AND class IS NOT NULL
         )
       ) GROUP BY class, storeCurrency, trackerCurrency`,
    )
    .bind(id)
    .all<ClassTotals>();
  return results;
}

/** How many orders of a file are tracked, and the other way round. */
export interface Matching {
  /** Rows whose order is tracked. */
  matched: number;
  /** Rows whose order isn't. */
  untracked: number;
  /** Orders that were tracked and that the file lacks. */
  missing: number;
  /** The id of a row without an order, and of an order without a row. */
  fileId: string | null;
  trackedId: string | null;
}

/** Tells how far a file and what was tracked are of the same orders, as they were compared. */
export async function matching({ d1 }: Pick<Deps, "d1">, id: string): Promise<Matching> {
  const found = await d1
    .prepare(
      `SELECT coalesce(sum(NOT missing AND NOT untracked AND order_id IS NOT NULL), 0) AS matched,
         coalesce(sum(untracked), 0) AS untracked, coalesce(sum(missing), 0) AS missing,
         min(iif(untracked, external_id, NULL)) AS fileId, min(iif(missing, external_id, NULL)) AS trackedId
       FROM (
         SELECT external_id, order_id, class = 'missing_in_store' AS missing,
           (differences ->> '$[0].field' = 'order' AND differences ->> '$[0].tracker' IS NULL) IS TRUE AS untracked
         FROM reconciliation_rows
         WHERE reconciliation_id = ?1 AND class NOT IN ('duplicate', 'tracked_twice', 'unclear_extent')
       )`,
    )
    .bind(id)
    .first<Matching>();
  return found ?? { matched: 0, untracked: 0, missing: 0, fileId: null, trackedId: null };
}

/** How many rows of each class there are so far. */
export async function classCounts(
  { d1 }: Pick<Deps, "d1">,
  id: string,
): Promise<Pick<ClassTotals, "class" | "rows">[]> {
  const { results } = await d1
    .prepare(
      `SELECT class, count(*) AS rows FROM reconciliation_rows
       WHERE reconciliation_id = ?1 AND class IS NOT NULL GROUP BY class`,
    )
    .bind(id)
    .all<Pick<ClassTotals, "class" | "rows">>();
  return results;
}

/** Where a list of rows goes on: after this row. */
export interface RowPlace {
  class: RowClass;
  n: number;
}

/** Rows of these classes, one class after another by its name, each in the order of the file. */
export async function listRows(
  { db }: Pick<Deps, "db">,
  id: string,
  classes: readonly RowClass[],
  { after, limit }: Stretch<RowPlace>,
): Promise<StoredRow[]> {
  const { class: rowClass, n } = reconciliationRows;
  return db
    .select()
    .from(reconciliationRows)
    .where(
      and(
        eq(reconciliationRows.reconciliationId, id),
        sql`(${rowClass}, ${n}) > (${after?.class ?? ""}, ${after?.n ?? 0})`,
        sql`${rowClass} IN (SELECT value FROM json_each(${JSON.stringify(classes)}))`,
      ),
    )
    .orderBy(asc(rowClass), asc(n))
    .limit(limit);
}
