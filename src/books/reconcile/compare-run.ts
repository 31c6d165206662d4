import { mustHold } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";
import type { ConfirmedAmounts } from "../../ground/model/evidence.ts";
import { codeKey } from "../../programme/code/text.ts";
import { absent, classify, type TrackedOrder } from "./classify.ts";
import {
  blankedIds,
  jsonOf,
  type KnownOrder,
  knownByNames,
  ORDER_COLUMNS,
  type RawOrder,
  trackedOf,
} from "./load-known.ts";
import type { ReconciledRow, RowClass } from "../../ground/model/reconciliation.ts";
import type { ReconciliationRow } from "./store.ts";
import { type AddedRow, type ComparedRow, insertAdded, writeClasses } from "./write.ts";

/** Rows that are compared at once, and orders that are looked for at once. */
const PAGE = 1_000;

/** A row of the file, and the order that has its id. */
interface Pair {
  n: number;
  /** The row's own id; `null`: it can't be read. */
  externalId: string | null;
  data: ReconciledRow | null;
  names: string[];
  /** Set as it was received, if nobody can tell where the row ends. */
  class: RowClass | null;
  duplicate: boolean;
  order: KnownOrder | null;
}

/**
 * Compares the next page of a reconciliation's rows with what was tracked, or looks for the next page of
 * orders that it lacks. Answers the reconciliation as it is then; `lockedTo` is the end of the store's last
 * locked period, ms UTC. Six statements a page of 1,000 rows at most. The batch breaks off if another run
 * came first (see `brokenOff`).
 */
export async function comparePage(
  deps: Pick<Deps, "d1">,
  row: ReconciliationRow,
  lockedTo: number,
  now: number,
): Promise<ReconciliationRow> {
  return row.classifiedTo < row.rows ? compareRows(deps, row, lockedTo, now) : findMissing(deps, row, now);
}

async function compareRows(
  deps: Pick<Deps, "d1">,
  row: ReconciliationRow,
  lockedTo: number,
  now: number,
): Promise<ReconciliationRow> {
  const pairs = await withNames(deps, row, await readPairs(deps, row));
  const known = await knownCodes(
    deps,
    row.storeId,
    pairs.flatMap(({ data, order }) => (order === null ? (data?.codes ?? []) : [])),
  );
  const compared = pairs.map(({ n, data, names, class: given, duplicate, order }): ComparedRow => {
    const knownCode = data?.codes.some((code) => known.has(codeKey(code))) ?? false;
    const found = classify(data, order, { duplicate, knownCode, lockedTo });
    return { n, names, orderId: order?.orderId ?? null, ...found, ...(given !== null && { class: given }) };
  });
  const twice = pairs.flatMap(({ others }) =>
    others.map((order): AddedRow => ({
      orderId: order.orderId,
      externalId: order.externalId,
      ...absent(order, "tracked_twice"),
    })),
  );
  const after = { ...row, classifiedTo: Math.min(row.classifiedTo + PAGE, row.rows), updatedAt: now };
  await deps.d1.batch([
    mustBeAt(deps, row),
    ...writeClasses(deps, row.id, compared),
    ...(twice.length === 0 ? [] : insertAdded(deps, row.id, twice, await lastRow(deps, row))),
    moveTo(deps, after),
  ]);
  return after;
}

async function readPairs({ d1 }: Pick<Deps, "d1">, row: ReconciliationRow): Promise<Pair[]> {
  const { results } = await d1
    .prepare(
      `SELECT r.n, r.external_id AS ownId, r.data, r.names, r.class, ${ORDER_COLUMNS},
         EXISTS (SELECT 1 FROM reconciliation_rows e WHERE e.reconciliation_id = r.reconciliation_id
           AND e.external_id = r.external_id AND e.n < r.n AND e.data IS NOT NULL) AS duplicate
       FROM reconciliation_rows r LEFT JOIN orders o ON o.store_id = ?2 AND o.external_id = r.external_id
       WHERE r.reconciliation_id = ?1 AND r.n > ?3 AND r.n <= ?4 ORDER BY r.n`,
    )
    .bind(row.id, row.storeId, row.classifiedTo, Math.min(row.classifiedTo + PAGE, row.rows))
    .all<
      RawOrder & {
        n: number;
        ownId: string | null;
        data: string | null;
        names: string | null;
        class: RowClass | null;
        duplicate: number;
      }
    >();
  return results.map(({ n, ownId, data, names, class: given, duplicate, ...order }) => ({
    n,
    externalId: ownId,
    data: jsonOf(data) as ReconciledRow | null,
    names: (jsonOf(names) ?? []) as string[],
    class: given,
    duplicate: duplicate === 1,
    order: trackedOf(order),
  }));
}

/**
 * Finds the orders that are tracked under other ids of the shop's. Of several for one row that which a server
 * confirmed is the row's, the rest are `others`. A row whose order an earlier one has is a duplicate.
 */
async function withNames(
  deps: Pick<Deps, "d1">,
  row: ReconciliationRow,
  pairs: readonly Pair[],
): Promise<(Pair & { others: KnownOrder[] })[]> {
  const blanked = await blankedIds(deps, row.storeId, pairs);
  const named = pairs.map((pair) => ({
    ...pair,
    names: [...new Set([...pair.names, ...(blanked.get(pair.n) ?? [])])],
  }));
  const found = await knownByNames(deps, row, named);
  const taken = new Map<string, number>();
  return named.map((pair) => {
    const known = found.get(pair.n) ?? [];
    const orders = [...(pair.order === null ? [] : [pair.order]), ...known].toSorted(byTrust);
    const [order = null, ...others] = orders;
    if (order === null || pair.names.length === 0) return { ...pair, others: [] };
    const before = taken.has(order.orderId) || (known.find(({ orderId }) => orderId === order.orderId)?.taken ?? false);
    if (pair.data !== null && !taken.has(order.orderId)) taken.set(order.orderId, pair.n);
    return { ...pair, order, duplicate: pair.duplicate || before, others: before ? [] : others };
  });
}

function byTrust(a: TrackedOrder, b: TrackedOrder): number {
  return Number(b.trust === "confirmed") - Number(a.trust === "confirmed");
}

async function lastRow({ d1 }: Pick<Deps, "d1">, { id, rows }: ReconciliationRow): Promise<number> {
  const found = await d1
    .prepare("SELECT max(n) AS last FROM reconciliation_rows WHERE reconciliation_id = ?1")
    .bind(id)
    .first<{ last: number | null }>();
  return found?.last ?? rows;
}

/** Which of these codes are, or were, creators' codes of the store, by their keys. */
async function knownCodes(
  { d1 }: Pick<Deps, "d1">,
  storeId: string,
  codes: readonly string[],
): Promise<ReadonlySet<string>> {
  if (codes.length === 0) return new Set();
  const { results } = await d1
    .prepare(
      `SELECT t.text_key AS key FROM json_each(?2) w CROSS JOIN code_texts t
       ON t.store_id = ?1 AND t.text_key = w.value`,
    )
    .bind(storeId, JSON.stringify([...new Set(codes.map(codeKey))]))
    .all<{ key: string }>();
  return new Set(results.map(({ key }) => key));
}

/** Orders come by when they were placed; the last of a page is kept as `time:id`. */
interface MissingOrder {
  orderId: string;
  externalId: string;
  placedAt: number;
  currency: string | null;
  totalMinor: number | null;
  confirmed: string | null;
  last: number;
  /** Whether a row of the file may hold more orders than one. */
  unclear: number;
}

async function findMissing(deps: Pick<Deps, "d1">, row: ReconciliationRow, now: number): Promise<ReconciliationRow> {
  const found = await readMissing(deps, row);
  const [first, last] = [found[0], found.at(-1)];
  const after: ReconciliationRow = {
    ...row,
    status: found.length < PAGE ? "ready" : row.status,
    missingAfter: last === undefined ? row.missingAfter : `${last.placedAt}:${last.orderId}`,
    updatedAt: now,
  };
  const missing = found.map(({ orderId, externalId, currency, totalMinor, confirmed, unclear }) => ({
    orderId,
    externalId,
    ...absent(
      { externalId, currency, totalMinor, confirmed: jsonOf(confirmed) as ConfirmedAmounts | null },
      unclear === 1 ? "unclear_extent" : "missing_in_store",
    ),
  }));
  await deps.d1.batch([
    mustBeAt(deps, row),
    ...insertAdded(deps, row.id, missing, first?.last ?? row.rows),
    moveTo(deps, after),
  ]);
  return after;
}

async function readMissing({ d1 }: Pick<Deps, "d1">, row: ReconciliationRow): Promise<MissingOrder[]> {
  if (row.fromAt === null || row.toAt === null) return [];
  const [, time = "", id = ""] = /^(\d+):(.+)$/.exec(row.missingAfter ?? "") ?? [];
  const { results } = await d1
    .prepare(
      `SELECT o.id AS orderId, o.external_id AS externalId, o.placed_at AS placedAt, o.currency,
         o.total_minor AS totalMinor, o.confirmed,
         (SELECT max(n) FROM reconciliation_rows WHERE reconciliation_id = ?1) AS last,
         EXISTS (SELECT 1 FROM reconciliation_rows
           WHERE reconciliation_id = ?1 AND class = 'unclear_extent' AND n <= ?8) AS unclear
       FROM orders o
       WHERE o.store_id = ?2 AND o.placed_at >= ?3 AND o.placed_at < ?4 AND (o.placed_at, o.id) > (?5, ?6)
         AND o.test = 0 AND o.status <> 'declined'
         AND NOT EXISTS (SELECT 1 FROM reconciliation_rows r
           WHERE r.reconciliation_id = ?1 AND r.external_id = o.external_id)
         AND NOT EXISTS (SELECT 1 FROM reconciliation_rows r
           WHERE r.reconciliation_id = ?1 AND r.order_id = o.id AND r.names IS NOT NULL)
         -- What was sold on the phone under the call's own id is nothing that the shop could have.
         AND NOT EXISTS (SELECT 1 FROM call_deals d WHERE d.store_id = o.store_id
           AND d.order_external_id = o.external_id AND d.order_external_id = 'call-' || d.call_id)
       ORDER BY o.placed_at, o.id LIMIT ?7`,
    )
    .bind(row.id, row.storeId, row.fromAt, row.toAt, time === "" ? -1 : Number(time), id, PAGE, row.rows)
    .all<MissingOrder>();
  return results;
}

/** The reconciliation must stand where this page begins. */
function mustBeAt({ d1 }: Pick<Deps, "d1">, row: ReconciliationRow): D1PreparedStatement {
  const here = "id = ?1 AND status = 'classifying' AND classified_to = ?2 AND missing_after IS ?3";
  return mustHold(
    d1,
    `EXISTS (SELECT 1 FROM reconciliations WHERE ${here})`,
    row.id,
    row.classifiedTo,
    row.missingAfter,
  );
}

function moveTo({ d1 }: Pick<Deps, "d1">, row: ReconciliationRow): D1PreparedStatement {
  return d1
    .prepare(
      "UPDATE reconciliations SET status = ?2, classified_to = ?3, missing_after = ?4, updated_at = ?5 WHERE id = ?1",
    )
    .bind(row.id, row.status, row.classifiedTo, row.missingAfter, row.updatedAt);
}
