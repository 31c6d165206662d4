import { and, asc, desc, eq, getTableColumns, lt, sql } from "drizzle-orm";
import { packJson } from "../db/pack.ts";
import { mustHold } from "../db/premise.ts";
import { reconciliationRows, reconciliations } from "../db/schema/money.ts";
import type { Deps } from "../deps.ts";
import type { Comparison } from "./classify.ts";
import type { Difference, ReconciledRow, RowClass } from "./row.ts";

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
export async function findReconciliation({ db }: Pick<Deps, "db">, id: string): Promise<FoundReconciliation | null> {
  const [row] = await db.select(COLUMNS).from(reconciliations).where(eq(reconciliations.id, id));
  return row ?? null;
}

/** Reconciliations, of one store if one is named, from new to old, starting after the id `after`. */
export async function listReconciliations(
  { db }: Pick<Deps, "db">,
  store: string | undefined,
  after: string | null,
  limit: number,
): Promise<FoundReconciliation[]> {
  return db
    .select(COLUMNS)
    .from(reconciliations)
    .where(
      and(
        store === undefined ? undefined : eq(reconciliations.storeId, store),
        after === null ? undefined : lt(reconciliations.id, after),
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

/** Statement that breaks its batch off unless the reconciliation stands at `status`. */
export function mustStandAt(
  { d1 }: Pick<Deps, "d1">,
  id: string,
  status: ReconciliationRow["status"],
): D1PreparedStatement {
  return mustHold(d1, "EXISTS (SELECT 1 FROM reconciliations WHERE id = ?1 AND status = ?2)", id, status);
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
               OR (class <> 'missing_in_store' AND coalesce(differences ->> '$[0].field', '') = 'order') AS untracked,
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
  after: RowPlace | null,
  limit: number,
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

/** A row of a file as it is received. */
export interface ReceivedRow {
  n: number;
  externalId: string | null;
  data: ReconciledRow | null;
  fault: string | null;
}

/** Statement that adds a reconciliation; one that is there stays as it is. */
export function insertReconciliation({ d1 }: Pick<Deps, "d1">, row: ReconciliationRow): D1PreparedStatement {
  const columns = Object.entries(getTableColumns(reconciliations));
  return d1
    .prepare(
      `INSERT OR IGNORE INTO reconciliations (${columns.map(([, { name }]) => name).join(", ")})
       SELECT ${columns.map(([field]) => `?1 ->> '${field}'`).join(", ")}`,
    )
    .bind(JSON.stringify(row));
}

/** Statements that add rows as they come; they break their batch off if the upload was given up meanwhile. */
export function insertRows(
  deps: Pick<Deps, "d1">,
  id: string,
  rows: readonly ReceivedRow[],
  received: { rows: number; bytes: number; now: number },
): D1PreparedStatement[] {
  return [
    mustStandAt(deps, id, "receiving"),
    ...packJson(rows).map((json) =>
      deps.d1
        .prepare(
          `INSERT OR IGNORE INTO reconciliation_rows (reconciliation_id, n, external_id, data, fault)
           SELECT ?2, value ->> 'n', value ->> 'externalId', value ->> 'data', value ->> 'fault' FROM json_each(?1)`,
        )
        .bind(json, id),
    ),
    deps.d1
      .prepare("UPDATE reconciliations SET rows = ?2, bytes = ?3, updated_at = ?4 WHERE id = ?1")
      .bind(id, received.rows, received.bytes, received.now),
  ];
}

/** Statements that end an upload as `row` has it. They break their batch off if it was given up meanwhile. */
export function finishUpload(deps: Pick<Deps, "d1">, row: ReconciliationRow): D1PreparedStatement[] {
  return [
    mustStandAt(deps, row.id, "receiving"),
    deps.d1
      .prepare(
        `UPDATE reconciliations SET status = ?2, file_hash = ?3, from_at = ?4, to_at = ?5, updated_at = ?6 WHERE id = ?1`,
      )
      .bind(row.id, row.status, row.fileHash, row.fromAt, row.toAt, row.updatedAt),
  ];
}

/** Statement that gives a reconciliation up, if it stands at `status`. */
export function failReconciliation(
  { d1 }: Pick<Deps, "d1">,
  id: string,
  status: ReconciliationRow["status"],
  failure: string,
  now: number,
): D1PreparedStatement {
  return d1
    .prepare(
      "UPDATE reconciliations SET status = 'failed', failure = ?3, updated_at = ?4 WHERE id = ?1 AND status = ?2",
    )
    .bind(id, status, failure, now);
}

/** What comparing a row came to, to be stored. */
export interface ComparedRow extends Comparison {
  n: number;
  orderId: string | null;
}

/** No difference is no text: most rows have none, and totals are summed over all of them. */
function withoutEmpty<Row extends { differences: readonly Difference[] }>({ differences, ...row }: Row) {
  return { ...row, differences: differences.length === 0 ? null : differences };
}

/** Statements that store what comparing rows of the file came to. */
export function writeClasses(
  { d1 }: Pick<Deps, "d1">,
  id: string,
  compared: readonly ComparedRow[],
): D1PreparedStatement[] {
  return packJson(compared.map(withoutEmpty)).map((json) =>
    d1
      .prepare(
        // An UPDATE that joins would look through all rows for each of these.
        `INSERT INTO reconciliation_rows (reconciliation_id, n, class, order_id, differences)
         SELECT ?2, value ->> 'n', value ->> 'class', value ->> 'orderId', value ->> 'differences'
         FROM json_each(?1) WHERE TRUE
         ON CONFLICT (reconciliation_id, n) DO UPDATE SET
           class = excluded.class, order_id = excluded.order_id, differences = excluded.differences`,
      )
      .bind(json, id),
  );
}

/** Statements that add orders that the file lacks, as rows after `last`. */
export function insertMissing(
  { d1 }: Pick<Deps, "d1">,
  id: string,
  missing: readonly (Omit<ComparedRow, "n"> & { externalId: string })[],
  last: number,
): D1PreparedStatement[] {
  return packJson(missing.map((row, index) => ({ ...withoutEmpty(row), n: last + 1 + index }))).map((json) =>
    d1
      .prepare(
        `INSERT INTO reconciliation_rows (reconciliation_id, n, external_id, class, order_id, differences)
         SELECT ?2, value ->> 'n', value ->> 'externalId', value ->> 'class', value ->> 'orderId', value ->> 'differences'
         FROM json_each(?1)`,
      )
      .bind(json, id),
  );
}

/** What applying a row came to. */
export interface Outcome {
  n: number;
  outcome: string;
  /** `null`: as it was. */
  orderId: string | null;
}

/** Statements that store what applying rows came to. They break their batch off if another run was first. */
export function writeOutcomes(
  { d1 }: Pick<Deps, "d1">,
  id: string,
  outcomes: readonly Outcome[],
  now: number,
): D1PreparedStatement[] {
  const rows = "reconciliation_rows r ON r.reconciliation_id = ?2 AND r.n = w.value ->> 'n'";
  return [
    ...packJson(outcomes).flatMap((json) => [
      mustHold(
        d1,
        `NOT EXISTS (SELECT 1 FROM json_each(?1) w CROSS JOIN ${rows} WHERE r.applied_at IS NOT NULL OR r.selected_at IS NULL)`,
        json,
        id,
      ),
      d1
        .prepare(
          `INSERT INTO reconciliation_rows (reconciliation_id, n, order_id, outcome, applied_at)
           SELECT ?2, value ->> 'n', value ->> 'orderId', value ->> 'outcome', ?3 FROM json_each(?1) WHERE TRUE
           ON CONFLICT (reconciliation_id, n) DO UPDATE SET
             order_id = coalesce(excluded.order_id, order_id), outcome = excluded.outcome, applied_at = excluded.applied_at`,
        )
        .bind(json, id, now),
    ]),
    d1
      .prepare("UPDATE reconciliations SET applied = applied + ?2, updated_at = ?3 WHERE id = ?1")
      .bind(id, outcomes.length, now),
  ];
}
