import { CLOCK_AHEAD_MS } from "../../sales/capture/read-order.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { sha256Hex } from "../../ground/http/auth.ts";
import type { Evidence } from "../../ground/model/evidence.ts";
import { type RecordDeps, type RecordingStore, recordEvidence } from "../../sales/order/record-run.ts";
import { declineOrders } from "./decline-run.ts";
import type { ReconciledRow, RowClass } from "../../ground/model/reconciliation.ts";
import type { ReconciliationRow } from "./store.ts";
import { mustStandAt, type Outcome, writeOutcomes } from "./write.ts";

/** Rows that are applied at once. */
const PAGE = 250;

/** What is done about rows of a class. */
const ACTIONS: Readonly<Record<RowClass, "record" | "decline" | "nothing">> = {
  matched: "record",
  missing_in_tracker: "record",
  missing_in_store: "decline",
  amount_mismatch: "record",
  currency_mismatch: "record",
  status_mismatch: "record",
  duplicate: "nothing",
  code_without_conversion: "record",
  refund_not_applied: "record",
  late_after_lock: "record",
  unknown_status: "nothing",
  not_comparable: "nothing",
  tracked_twice: "nothing",
  unclear_extent: "nothing",
  unreadable: "nothing",
};

/** SQL: that a row is selected and not worked off, as the index of such rows has it. */
const OPEN = "selected_at IS NOT NULL AND applied_at IS NULL";

interface SelectedRow {
  n: number;
  /** That by which the order is tracked, or else the row's own. */
  externalId: string | null;
  class: RowClass;
  orderId: string | null;
  data: ReconciledRow | null;
  /** Whether the order was tracked when they were compared. */
  tracked: boolean;
}

/**
 * Applies the next page of selected rows at `now` (ms UTC). Answers the reconciliation as it is then: `ready`
 * once no row is left. The batch breaks off if another run came first (see `brokenOff`); what was done is the
 * same by then, and a repeat changes nothing.
 */
export async function applyPage(
  deps: RecordDeps,
  store: RecordingStore,
  row: ReconciliationRow,
  now: number,
): Promise<ReconciliationRow> {
  const rows = await readSelected(deps.d1, row.id);
  if (rows.length === 0) {
    await finish(deps, row, now);
    return { ...row, status: "ready", updatedAt: now };
  }
  const by = Map.groupBy(rows, (one) => ACTIONS[one.class]);
  const outcomes = [
    ...(await record(deps, store, row, by.get("record") ?? [], now)),
    ...(await decline(deps, row, by.get("decline") ?? [], now)),
    ...(by.get("nothing") ?? []).map(({ n }): Outcome => ({ n, outcome: "nothing to apply", orderId: null })),
  ];
  await deps.d1.batch(writeOutcomes(deps, row.id, outcomes, now));
  return { ...row, applied: row.applied + outcomes.length, updatedAt: now };
}

async function readSelected(d1: D1Database, id: string): Promise<SelectedRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT n, coalesce(o.external_id, r.external_id) AS externalId, class, order_id AS orderId, data,
         coalesce(differences ->> '$[0].field', '') <> 'order' AS tracked
       FROM reconciliation_rows r LEFT JOIN orders o ON o.id = r.order_id
       WHERE reconciliation_id = ?1 AND ${OPEN} ORDER BY n LIMIT ?2`,
    )
    .bind(id, PAGE)
    .all<Omit<SelectedRow, "data" | "tracked"> & { data: string | null; tracked: number }>();
  return results.map(({ data, tracked, ...row }) => ({
    ...row,
    data: data === null ? null : (JSON.parse(data) as ReconciledRow),
    tracked: tracked === 1,
  }));
}

async function finish(deps: RecordDeps, { id }: ReconciliationRow, now: number): Promise<void> {
  const left = `NOT EXISTS (SELECT 1 FROM reconciliation_rows WHERE reconciliation_id = ?1 AND ${OPEN})`;
  await deps.d1.batch([
    mustStandAt(deps, id, "applying"),
    mustHold(deps.d1, left, id),
    deps.d1.prepare("UPDATE reconciliations SET status = 'ready', updated_at = ?2 WHERE id = ?1").bind(id, now),
  ]);
}

async function record(
  deps: RecordDeps,
  store: RecordingStore,
  reconciliation: ReconciliationRow,
  rows: readonly SelectedRow[],
  now: number,
): Promise<Outcome[]> {
  const reported = await Promise.all(
    rows.flatMap(({ externalId, data, tracked }) =>
      data === null || isAhead(data, now)
        ? []
        : [evidenceOf(reconciliation, { ...data, externalId: externalId ?? data.externalId }, tracked)],
    ),
  );
  const { ids } = await recordEvidence(
    deps,
    store,
    reported.map((evidence) => ({ evidence, inboxId: null })),
  );
  return rows.map(({ n, externalId, data }) => {
    if (data !== null && isAhead(data, now)) return { n, orderId: null, outcome: IN_FUTURE };
    const orderId = ids.get(externalId ?? "") ?? null;
    return { n, orderId, outcome: orderId === null ? "failed: it could not be written" : "recorded" };
  });
}

const IN_FUTURE = "refused: It would be placed in the future. Upload the file again with the right dateOrder.";

/** Whether a row's time is still to come: files were once read without a look at that. */
function isAhead({ placedAt }: ReconciledRow, now: number): boolean {
  return placedAt !== null && placedAt > now + CLOCK_AHEAD_MS;
}

/**
 * A row as evidence. Its hash is that of the file and what the row says, so that the same row of the same file
 * is one piece, however often it is uploaded and applied: said as of the last of these uploads.
 */
async function evidenceOf(
  { fileHash, createdAt }: ReconciliationRow,
  row: ReconciledRow,
  tracked: boolean,
): Promise<Evidence> {
  const { externalId, placedAt, currency, totalMinor, codes, status } = row;
  const { subtotalMinor, discountMinor, shippingMinor, taxMinor, refundedMinor } = row;
  const amounts = {
    // Of an order that nobody reported, the most that it can be keeps tax out of what is paid for.
    subtotalMinor: subtotalMinor ?? (tracked ? null : (row.subtotalLimitMinor ?? null)),
    discountMinor,
    shippingMinor,
    taxMinor,
    // A shop that calls an order refunded and names no amount gave all of it back.
    refundedMinor: refundedMinor ?? (status === "refunded" ? totalMinor : null),
  };
  return {
    hash: await sha256Hex(JSON.stringify([fileHash, externalId, row])),
    source: "import",
    trust: "confirmed",
    sourceTime: createdAt,
    receivedAt: createdAt,
    externalId,
    data: {
      currency,
      totalMinor,
      ...Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount !== null)),
      ...(status !== null && { status }),
      ...(codes.length > 0 && { codes }),
      // What the shop reported at once knows the moment, and an export maybe the day alone: clicks hang on it.
      ...(!tracked && placedAt !== null && { placedAt }),
    },
  };
}

async function decline(
  deps: RecordDeps,
  { id, actor, createdAt }: ReconciliationRow,
  rows: readonly SelectedRow[],
  now: number,
): Promise<Outcome[]> {
  const outcomes = await declineOrders(
    deps,
    rows.flatMap(({ orderId }) => orderId ?? []),
    { reconciliationId: id, asOf: createdAt, actor, at: now },
  );
  return rows.map(({ n, orderId }) => ({
    n,
    orderId: null,
    outcome: outcomes.get(orderId ?? "") ?? "failed: there is no such order",
  }));
}
