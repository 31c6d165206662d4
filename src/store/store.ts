import { and, desc, eq, isNull, lt } from "drizzle-orm";
import { statementOf } from "../db/client.ts";
import { domains, stores } from "../db/schema/store.ts";
import { links } from "../db/schema/link.ts";
import type { Deps } from "../deps.ts";
import { isoOf } from "../http/fields.ts";
import type { Store } from "./schema.ts";

/** A row of the table of stores. */
export type StoreRow = typeof stores.$inferSelect;

/** The store with this id, if it wasn't deleted. */
export async function findStore({ db }: Deps, id: string): Promise<StoreRow | null> {
  const [row] = await db
    .select()
    .from(stores)
    .where(and(eq(stores.id, id), isNull(stores.deletedAt)));
  return row ?? null;
}

/** Stores from new to old, starting after the id `after`. */
export async function listStores({ db }: Deps, after: string | null, limit: number): Promise<StoreRow[]> {
  return db
    .select()
    .from(stores)
    .where(and(isNull(stores.deletedAt), after === null ? undefined : lt(stores.id, after)))
    .orderBy(desc(stores.id))
    .limit(limit);
}

/** Every store's id and origins, for finding the store that a destination belongs to. */
export async function storeOrigins({ db }: Deps): Promise<{ id: string; origins: string[]; homeUrl: string | null }[]> {
  return db
    .select({ id: stores.id, origins: stores.origins, homeUrl: stores.homeUrl })
    .from(stores)
    .where(isNull(stores.deletedAt));
}

/** Whether a live link or domain belongs to the store. */
export async function storeInUse({ db }: Deps, id: string): Promise<boolean> {
  const [links_, domains_] = await Promise.all([
    db
      .select({ id: links.id })
      .from(links)
      .where(and(eq(links.storeId, id), isNull(links.deletedAt)))
      .limit(1),
    db
      .select({ id: domains.id })
      .from(domains)
      .where(and(eq(domains.storeId, id), isNull(domains.deletedAt)))
      .limit(1),
  ]);
  return links_.length + domains_.length > 0;
}

/** Statement that adds a store. */
export function insertStore({ d1, db }: Deps, row: StoreRow): D1PreparedStatement {
  return statementOf(d1, db.insert(stores).values(row));
}

/** Statement that changes a store. */
export function updateStore({ d1, db }: Deps, id: string, values: Partial<StoreRow>): D1PreparedStatement {
  return statementOf(d1, db.update(stores).set(values).where(eq(stores.id, id)));
}

/** A store as the API shows it: without the hash of its secret. */
export function presentStore(row: StoreRow): Store {
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    provider: row.provider as Store["provider"],
    origins: row.origins,
    currency: row.currency,
    timezone: row.timezone,
    homeUrl: row.homeUrl,
    clickParam: row.clickParam,
    consentPolicy: row.consentPolicy,
    attribution: row.attribution,
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}
