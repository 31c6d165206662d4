/**
 * What a batch was planned on may be gone by the time it runs: another request came first. These
 * statements break the whole batch off then, so that neither half of a change nor an audit entry of
 * what didn't happen is left. SQLite can raise an error of one's own in triggers alone, so a row does
 * it that its table can't take: an audit entry without an id, which nothing else ever writes.
 */
const BREAK_OFF = "INSERT INTO audit_log (id) SELECT NULL WHERE NOT";

/** How SQLite says that such a row was refused. */
const BROKEN_OFF = "NOT NULL constraint failed: audit_log.id";

/** Statement that breaks its batch off unless an SQL condition holds; `values` are those of `?1`, `?2`, …. */
export function mustHold(d1: D1Database, condition: string, ...values: unknown[]): D1PreparedStatement {
  return d1.prepare(`${BREAK_OFF} (${condition})`).bind(...values);
}

/** Statement that breaks its batch off if the statement right before it changed no row. */
export function mustChange(d1: D1Database): D1PreparedStatement {
  return mustHold(d1, "changes() > 0");
}

/** Whether a batch was broken off by {@link mustHold} or {@link mustChange}: nothing of it happened. */
export function brokenOff(error: unknown): boolean {
  return error instanceof Error && error.message.includes(BROKEN_OFF);
}
