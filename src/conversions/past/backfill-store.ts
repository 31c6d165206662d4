import { eq } from "drizzle-orm";
import { conversionBackfills } from "../../ground/db/schema/conversion.ts";
import type { Deps } from "../../ground/deps.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import type { Place } from "./page-load.ts";

/** A definition that is applied to what happened before it. */
export type BackfillRow = typeof conversionBackfills.$inferSelect;

/** The last time that a definition was applied to the past, if it ever was. */
export async function findBackfill({ db }: Pick<Deps, "db">, definitionId: string): Promise<BackfillRow | null> {
  const [row] = await db.select().from(conversionBackfills).where(eq(conversionBackfills.definitionId, definitionId));
  return row ?? null;
}

/** The same. Throws a `Problem` (404) if it never was. */
export const existingBackfill = orNotFound("backfill of the conversion definition", findBackfill);

/** Those that are under way. */
export async function runningBackfills({ db }: Pick<Deps, "db">): Promise<BackfillRow[]> {
  return db.select().from(conversionBackfills).where(eq(conversionBackfills.state, "running"));
}

/** Statement that begins one, in place of an earlier one that is over. */
export function beginBackfill(d1: D1Database, row: BackfillRow): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO conversion_backfills (definition_id, state, from_at, to_at, cursor, expected, seen, made, actor, created_at, updated_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, ?7, ?8, ?8)
       ON CONFLICT (definition_id) DO UPDATE SET state = excluded.state, from_at = excluded.from_at, to_at = excluded.to_at,
         cursor = excluded.cursor, expected = excluded.expected, seen = 0, made = 0, actor = excluded.actor,
         created_at = excluded.created_at, updated_at = excluded.updated_at`,
    )
    .bind(
      row.definitionId,
      row.state,
      row.fromAt,
      row.toAt,
      JSON.stringify(row.cursor),
      row.expected,
      row.actor,
      row.createdAt,
    );
}

/** Moves one on from where it stood; `null`: it is over. Answers whether nobody else had. What it made is counted. */
export async function moveBackfill(
  d1: D1Database,
  { definitionId, cursor, createdAt }: BackfillRow,
  next: Place | null,
  seen: number,
  now: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE conversion_backfills SET state = iif(?4 IS NULL, 'done', state), cursor = coalesce(?4, cursor), seen = seen + ?5,
         made = (SELECT count(*) FROM conversions WHERE definition_id = ?1 AND origin = 'backfill' AND created_at >= ?3),
         updated_at = ?6
       WHERE definition_id = ?1 AND state = 'running' AND cursor = ?2 AND created_at = ?3`,
    )
    .bind(definitionId, JSON.stringify(cursor), createdAt, next === null ? null : JSON.stringify(next), seen, now)
    .run();
  return meta.changes > 0;
}

/** Ends one whose definition listens no more. */
export async function cancelBackfill(d1: D1Database, definitionId: string, now: number): Promise<void> {
  await d1
    .prepare(
      "UPDATE conversion_backfills SET state = 'cancelled', updated_at = ?2 WHERE definition_id = ?1 AND state = 'running'",
    )
    .bind(definitionId, now)
    .run();
}
