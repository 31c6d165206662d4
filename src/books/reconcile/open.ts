/** Classes of rows that applying them settles; the others are for a person to read. */
const APPLICABLE = [
  "missing_in_tracker",
  "missing_in_store",
  "amount_mismatch",
  "currency_mismatch",
  "status_mismatch",
  "code_without_conversion",
  "refund_not_applied",
  "late_after_lock",
];

/**
 * SQL condition that a row of a reconciliation, aliases of both rows, is a difference that nobody has applied: of the store's
 * last comparison that was no dry run, for what was compared before may have changed since.
 */
export function isOpen(reconciliation: string, row: string): string {
  return `${row}.class IN (${APPLICABLE.map((name) => `'${name}'`).join(", ")}) AND ${row}.applied_at IS NULL
    AND ${isLast(reconciliation)}`;
}

/** SQL condition that a reconciliation is the one that {@link isOpen} asks for. */
export function isLast(reconciliation: string): string {
  return `${reconciliation}.status = 'ready' AND ${reconciliation}.dry_run = 0 AND NOT EXISTS (SELECT 1 FROM reconciliations n
    WHERE n.store_id = ${reconciliation}.store_id AND n.id > ${reconciliation}.id AND n.dry_run = 0
      AND n.status IN ('ready', 'applying'))`;
}
