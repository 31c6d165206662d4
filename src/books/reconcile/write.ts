import { getTableColumns } from "drizzle-orm";
import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { RETRIES } from "../../ground/db/retries.ts";
import { retryIdempotent } from "../../ground/db/retry.ts";
import { reconciliations } from "../../ground/db/schema/money.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Comparison } from "./classify.ts";
import type { DateOrder } from "../../ground/file/date-order.ts";
import type { Difference, ReconciledRow } from "../../ground/model/reconciliation.ts";
import type { ReconciliationRow } from "./store.ts";

/** Statement that breaks its batch off unless the reconciliation stands at `status`. */
export function mustStandAt(
  { d1 }: Pick<Deps, "d1">,
  id: string,
  status: ReconciliationRow["status"],
): D1PreparedStatement {
  return mustHold(d1, "EXISTS (SELECT 1 FROM reconciliations WHERE id = ?1 AND status = ?2)", id, status);
}

/** A row of a file as it is received. */
export interface ReceivedRow {
  n: number;
  externalId: string | null;
  /** Other ids by which the shop knows the order. */
  names: readonly string[];
  data: ReconciledRow | null;
  fault: string | null;
  /** Whether nobody can tell how many orders are in it: that is its class. */
  unclear: boolean;
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
  progress: { rows: number; bytes: number; now: number },
): D1PreparedStatement[] {
  const received = rows.map(({ names, unclear, ...row }) => ({
    ...row,
    names: names.length === 0 ? null : names,
    class: unclear ? ("unclear_extent" as const) : null,
  }));
  return [
    mustStandAt(deps, id, "receiving"),
    ...packJson(received).map((json) =>
      deps.d1
        .prepare(
          `INSERT OR IGNORE INTO reconciliation_rows (reconciliation_id, n, external_id, names, data, fault, class)
           SELECT ?2, value ->> 'n', value ->> 'externalId', value ->> 'names', value ->> 'data', value ->> 'fault',
             value ->> 'class'
           FROM json_each(?1)`,
        )
        .bind(json, id),
    ),
    deps.d1
      .prepare("UPDATE reconciliations SET rows = ?2, bytes = ?3, updated_at = ?4 WHERE id = ?1")
      .bind(id, progress.rows, progress.bytes, progress.now),
  ];
}

/** Rows whose times are settled at once. */
const SETTLED = 5_000;

/**
 * Settles the times of the first `rows` rows as received, some of which have two readings, now that it is known
 * what comes first in the file's dates. A repeat changes nothing.
 */
export async function settleDates({ d1 }: Pick<Deps, "d1">, id: string, order: DateOrder, rows: number): Promise<void> {
  const time = order === "dmy" ? "data -> '$.dayFirst'" : "data -> '$.placedAt'";
  for (let after = 0; after < rows; after += SETTLED) {
    const statement = d1
      .prepare(
        `UPDATE reconciliation_rows SET data = json_remove(json_set(data, '$.placedAt', ${time}), '$.dayFirst')
         WHERE reconciliation_id = ?1 AND n > ?2 AND n <= ?3 AND data ->> '$.dayFirst' IS NOT NULL`,
      )
      .bind(id, after, after + SETTLED);
    await retryIdempotent(() => statement.run(), RETRIES);
  }
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
  /** All other ids by which the shop knows the order. */
  names: readonly string[];
  orderId: string | null;
}

/** An order that no row of the file is, to be listed after its rows. */
export interface AddedRow extends Omit<ComparedRow, "n" | "names"> {
  externalId: string;
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
        `INSERT INTO reconciliation_rows (reconciliation_id, n, names, class, order_id, differences, data)
         SELECT ?2, value ->> 'n', nullif(value ->> 'names', '[]'), value ->> 'class', value ->> 'orderId',
           value ->> 'differences', value ->> 'row'
         FROM json_each(?1) WHERE TRUE
         ON CONFLICT (reconciliation_id, n) DO UPDATE SET
           names = excluded.names, class = excluded.class, order_id = excluded.order_id, differences = excluded.differences,
           data = coalesce(excluded.data, data)`,
      )
      .bind(json, id),
  );
}

/** Statements that list orders that no row of the file is, as rows after `last`. */
export function insertAdded(
  { d1 }: Pick<Deps, "d1">,
  id: string,
  added: readonly AddedRow[],
  last: number,
): D1PreparedStatement[] {
  return packJson(added.map((row, index) => ({ ...withoutEmpty(row), n: last + 1 + index }))).map((json) =>
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
