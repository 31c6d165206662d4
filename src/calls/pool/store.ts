import { and, desc, eq, inArray, isNull } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { mustChange, mustHold } from "../../ground/db/premise.ts";
import { numberPools } from "../../ground/db/schema/call.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import type { PoolQuery } from "./schema.ts";

/** A pool, as it is kept. */
export type PoolRow = typeof numberPools.$inferSelect;

/** The pool with this id, if it wasn't deleted. */
export async function findPool({ db }: Pick<Deps, "db">, id: string): Promise<PoolRow | null> {
  const [row] = await db
    .select()
    .from(numberPools)
    .where(and(eq(numberPools.id, id), isNull(numberPools.deletedAt)));
  return row ?? null;
}

/** The pool with this id. Throws a `Problem` (404) if there is none. */
export const existingPool = orNotFound("number pool", findPool);

/** Pools that pass a filter, from new to old, starting after the id `after`. */
export async function listPools(
  { db }: Pick<Deps, "db">,
  { after, limit }: Stretch,
  { store, target }: Pick<PoolQuery, "store" | "target">,
): Promise<PoolRow[]> {
  return db
    .select()
    .from(numberPools)
    .where(
      and(
        isNull(numberPools.deletedAt),
        equals(numberPools.storeId, store),
        equals(numberPools.target, target),
        below(numberPools.id, after),
      ),
    )
    .orderBy(desc(numberPools.id))
    .limit(limit);
}

/** The ids of the numbers in pools, by pool, each from the one that was registered first. */
export async function memberIds({ d1 }: Pick<Deps, "d1">, poolIds: readonly string[]): Promise<Map<string, string[]>> {
  const { results } = await d1
    .prepare(
      `SELECT id, pool_id AS poolId FROM phone_numbers
       WHERE pool_id IN (SELECT value FROM json_each(?1)) AND deleted_at IS NULL ORDER BY id`,
    )
    .bind(JSON.stringify(poolIds))
    .all<{ id: string; poolId: string }>();
  const byPool = Map.groupBy(results, ({ poolId }) => poolId);
  return new Map([...byPool].map(([pool, members]) => [pool, members.map(({ id }) => id)]));
}

/** Statements that add a pool. They break their batch off if its store was deleted by then. */
export function insertPool({ d1, db }: Pick<Deps, "d1" | "db">, row: PoolRow): D1PreparedStatement[] {
  return [
    mustHold(d1, "EXISTS (SELECT 1 FROM stores WHERE id = ?1 AND deleted_at IS NULL)", row.storeId),
    statementOf(d1, db.insert(numberPools).values(row)),
  ];
}

/**
 * Statements that write a pool as it is to be, but for when it was exhausted, which is written meanwhile. They break
 * their batch off if it isn't as `before` any more, or has other numbers than `members`.
 */
export function updatePool(
  { d1, db }: Pick<Deps, "d1" | "db">,
  before: PoolRow,
  { id, exhaustedAt: _exhaustedAt, ...after }: PoolRow,
  members: readonly string[],
): D1PreparedStatement[] {
  return [
    mustHold(
      d1,
      `EXISTS (SELECT 1 FROM number_pools WHERE id = ?1 AND version = ?2 AND deleted_at IS NULL)
       AND (SELECT coalesce(json_group_array(id), '[]') FROM
         (SELECT id FROM phone_numbers WHERE pool_id = ?1 AND deleted_at IS NULL ORDER BY id)) = ?3`,
      id,
      before.version,
      JSON.stringify(members),
    ),
    statementOf(
      d1,
      db
        .update(numberPools)
        .set(after)
        .where(inArray(numberPools.id, [id])),
    ),
    mustChange(d1),
  ];
}
