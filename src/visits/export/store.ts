import { eq } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { analyticsExports } from "../../ground/db/schema/visit.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { AnalyticsExport } from "./schema.ts";

/** A row of the table of exports. */
export type ExportRow = typeof analyticsExports.$inferSelect;

/** The export of a store; `null`: it has none. */
export async function findExport({ db }: Pick<Deps, "db">, storeId: string): Promise<ExportRow | null> {
  const [row] = await db.select().from(analyticsExports).where(eq(analyticsExports.storeId, storeId));
  return row ?? null;
}

/** The export of a store. Throws a `Problem` (404) if it has none. */
export async function existingExport(deps: Pick<Deps, "db">, storeId: string): Promise<ExportRow> {
  const row = await findExport(deps, storeId);
  if (row === null) throw new Problem("not_found", `The store ${storeId} has no analytics export.`);
  return row;
}

/** The last row that the log has. */
export async function lastLogged({ d1 }: Pick<Deps, "d1">): Promise<number> {
  return (await d1.prepare("SELECT coalesce(max(seq), 0) AS seq FROM visit_log").first<number>("seq")) ?? 0;
}

/** Events of a store that are logged and not sent yet. */
export async function countWaiting({ d1 }: Pick<Deps, "d1">, { storeId, seq, sent }: ExportRow): Promise<number> {
  const waiting = await d1
    .prepare("SELECT coalesce(sum(count), 0) AS n FROM visit_log WHERE +store_id = ?1 AND seq > ?2")
    .bind(storeId, seq)
    .first<number>("n");
  return Math.max(0, (waiting ?? 0) - sent);
}

/** Statements that write an export in the place of `before`; they break their batch off if it was changed meanwhile, or its store is gone. */
export function writeExport({ d1, db }: Deps, before: ExportRow | null, row: ExportRow): D1PreparedStatement[] {
  const { storeId: _storeId, createdAt: _createdAt, ...set } = row;
  return [
    mustHold(
      d1,
      `EXISTS (SELECT 1 FROM stores WHERE id = ?1 AND deleted_at IS NULL)
         AND (SELECT version FROM analytics_exports WHERE store_id = ?1) IS ?2`,
      row.storeId,
      before?.version ?? null,
    ),
    statementOf(
      d1,
      db.insert(analyticsExports).values(row).onConflictDoUpdate({ target: analyticsExports.storeId, set }),
    ),
    resolveFailing(d1, row.storeId, row.updatedAt),
  ];
}

/** Statements that delete a store's export at `now` (ms UTC). */
export function deleteExport(d1: D1Database, storeId: string, now: number): D1PreparedStatement[] {
  return [
    d1.prepare("DELETE FROM analytics_exports WHERE store_id = ?1").bind(storeId),
    resolveFailing(d1, storeId, now),
  ];
}

function resolveFailing(d1: D1Database, storeId: string, now: number): D1PreparedStatement {
  return d1
    .prepare(
      "UPDATE alarms SET resolved_at = ?2 WHERE kind = 'analytics_export_failing' AND subject = ?1 AND resolved_at IS NULL",
    )
    .bind(storeId, now);
}

/** An export as the API shows it. */
export function presentExport(row: ExportRow, waiting: number): AnalyticsExport {
  return {
    storeId: row.storeId,
    format: row.format,
    endpoint: row.endpoint,
    hasSecrets: row.secrets !== null,
    enabled: row.enabled,
    waiting,
    failure: row.failure,
    failingSince: isoOf(row.failingSince),
    nextAttemptAt: row.failure === null ? null : isoOf(row.nextAt),
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}
