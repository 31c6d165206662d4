import { and, desc, eq, isNotNull, isNull, lte } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { mustChange, mustHold } from "../../ground/db/premise.ts";
import { periods } from "../../ground/db/schema/money.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import type { Period, PeriodFilters } from "./schema.ts";

/** A row of the table of periods. */
export type PeriodRow = typeof periods.$inferSelect;

/** What is told of a period beside its row. */
export type PeriodBooks = Pick<Period, "totals" | "openIssues">;

/** The end of the last locked period of each store, ms UTC; a store without one is absent: nothing of it is locked. */
export async function lockedTo({ d1 }: Pick<Deps, "d1">, storeIds: readonly string[]): Promise<Map<string, number>> {
  const { results } = await d1
    .prepare(
      `SELECT store_id, max(to_at) AS end FROM periods
       WHERE store_id IN (SELECT value FROM json_each(?1)) AND locked_at IS NOT NULL GROUP BY store_id`,
    )
    .bind(JSON.stringify([...new Set(storeIds)]))
    .all<{ store_id: string; end: number }>();
  return new Map(results.map((row) => [row.store_id, row.end]));
}

/** The period with this id. */
export async function findPeriod({ db }: Deps, id: string): Promise<PeriodRow | null> {
  const [row] = await db.select().from(periods).where(eq(periods.id, id));
  return row ?? null;
}

/** Periods, of one store if one is named, from new to old, starting after the id `after`. */
export async function listPeriods(
  { db, now }: Deps,
  { after, limit }: Stretch,
  { store, state }: PeriodFilters,
): Promise<PeriodRow[]> {
  return db
    .select()
    .from(periods)
    .where(
      and(
        equals(periods.storeId, store),
        state === undefined ? undefined : state === "locked" ? isNotNull(periods.lockedAt) : isNull(periods.lockedAt),
        state === "due" ? lte(periods.toAt, now()) : undefined,
        below(periods.id, after),
      ),
    )
    .orderBy(desc(periods.id))
    .limit(limit);
}

/** The store's last period, locked or not. */
export async function lastPeriod({ db }: Deps, storeId: string): Promise<PeriodRow | null> {
  const [row] = await db
    .select()
    .from(periods)
    .where(eq(periods.storeId, storeId))
    .orderBy(desc(periods.toAt))
    .limit(1);
  return row ?? null;
}

/** Whether an open period of the store comes before this one. None can come to be there later: periods only follow. */
export async function openBefore({ d1 }: Deps, { storeId, fromAt }: PeriodRow): Promise<boolean> {
  const found = d1.prepare("SELECT 1 FROM periods WHERE store_id = ?1 AND from_at < ?2 AND locked_at IS NULL LIMIT 1");
  return (await found.bind(storeId, fromAt).first()) !== null;
}

/** Statements that add a period. They break their batch off unless it begins where the store's last one ends. */
export function insertPeriod({ d1, db }: Deps, row: PeriodRow): D1PreparedStatement[] {
  const { storeId, fromAt } = row;
  return [
    mustHold(d1, "(SELECT coalesce(max(to_at), 0) FROM periods WHERE store_id = ?1) = ?2", storeId, fromAt),
    statementOf(d1, db.insert(periods).values(row)),
  ];
}

/**
 * Statements that change a period's note, its end (ms UTC), or both. They break their batch off if it is
 * locked or gone; for its end also if another period follows.
 */
export function updatePeriod(
  { d1 }: Deps,
  before: PeriodRow,
  { note, toAt }: { note?: string | null | undefined; toAt?: number | undefined },
): D1PreparedStatement[] {
  return [
    ...(toAt === undefined ? [] : [mustBeLast(d1, before)]),
    d1
      .prepare(
        `UPDATE periods SET note = iif(?2, ?3, note), to_at = coalesce(?4, to_at) WHERE id = ?1 AND locked_at IS NULL`,
      )
      .bind(before.id, note === undefined ? 0 : 1, note ?? null, toAt ?? null),
    mustChange(d1),
  ];
}

/** Statements that delete a period. They break their batch off if it is locked or gone, or if another follows. */
export function deletePeriod({ d1 }: Deps, row: PeriodRow): D1PreparedStatement[] {
  return [
    mustBeLast(d1, row),
    d1.prepare("DELETE FROM periods WHERE id = ?1 AND locked_at IS NULL").bind(row.id),
    mustChange(d1),
  ];
}

/**
 * Statements that lock a period as `after` has it. They break their batch off if it is locked, gone or ends
 * elsewhere by now, or if it has more entries than `entries`.
 */
export function lockPeriod({ d1 }: Deps, after: PeriodRow, entries: number): D1PreparedStatement[] {
  const { id, storeId, fromAt, toAt, note, lockedAt, lockedBy } = after;
  return [
    // The ledger only grows: as many entries are the same entries.
    mustHold(
      d1,
      "(SELECT count(*) FROM ledger WHERE store_id = ?1 AND time >= ?2 AND time < ?3) = ?4",
      storeId,
      fromAt,
      toAt,
      entries,
    ),
    d1
      .prepare(
        `UPDATE periods SET locked_at = ?3, locked_by = ?4, note = ?5 WHERE id = ?1 AND to_at = ?2 AND locked_at IS NULL`,
      )
      .bind(id, toAt, lockedAt, lockedBy, note),
    mustChange(d1),
  ];
}

function mustBeLast(d1: D1Database, { storeId, fromAt }: PeriodRow): D1PreparedStatement {
  return mustHold(d1, "NOT EXISTS (SELECT 1 FROM periods WHERE store_id = ?1 AND from_at > ?2)", storeId, fromAt);
}

/** A period as the API shows it. */
export function presentPeriod(row: PeriodRow, { totals, openIssues }: PeriodBooks): Period {
  return {
    id: row.id,
    storeId: row.storeId,
    from: row.fromAt === 0 ? null : isoOf(row.fromAt),
    to: isoOf(row.toAt),
    note: row.note,
    lockedAt: isoOf(row.lockedAt),
    lockedBy: row.lockedBy,
    totals,
    openIssues,
    createdAt: isoOf(row.createdAt),
  };
}
