import { and, eq, isNull, sql } from "drizzle-orm";
import { stores } from "../../ground/db/schema/store.ts";
import type { Deps } from "../../ground/deps.ts";
import type { StoreRow } from "../../programme/store/store.ts";

/** The store with this public key, if there is one. */
export async function storeByKey({ db }: Pick<Deps, "db">, key: string): Promise<StoreRow | null> {
  const [row] = await db
    .select()
    .from(stores)
    .where(and(eq(stores.key, key), isNull(stores.deletedAt)));
  return row ?? null;
}

/** Stores by their public keys, of those that exist. */
export async function storesByKey(
  { db }: Pick<Deps, "db">,
  keys: readonly string[],
): Promise<ReadonlyMap<string, StoreRow>> {
  const rows = await db
    .select()
    .from(stores)
    .where(and(sql`${stores.key} IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`, isNull(stores.deletedAt)));
  return new Map(rows.map((row) => [row.key, row]));
}
