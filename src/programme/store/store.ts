import { and, desc, eq, inArray, isNull, not, or, sql, type SQL } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below } from "../../ground/db/filter.ts";
import { mustChange } from "../../ground/db/premise.ts";
import { phoneNumbers } from "../../ground/db/schema/call.ts";
import { shopConnections } from "../../ground/db/schema/shop.ts";
import { domains, stores } from "../../ground/db/schema/store.ts";
import { links } from "../../ground/db/schema/link.ts";
import { trackingPlans } from "../../ground/db/schema/plan.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { logoPath } from "../../ground/model/logo.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import type { Store, StorePatch } from "./schema.ts";

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

/** The store with this id. Throws a `Problem` (404) if there is none. */
export const existingStore = orNotFound("store", findStore);

/** Stores from new to old, starting after the id `after`: all, or those `among` these ids. */
export async function listStores(
  { db }: Deps,
  { after, limit }: Stretch,
  among: ReadonlySet<string> | null,
): Promise<StoreRow[]> {
  const own = among === null ? undefined : inArray(stores.id, [...among]);
  return db
    .select()
    .from(stores)
    .where(and(isNull(stores.deletedAt), own, below(stores.id, after)))
    .orderBy(desc(stores.id))
    .limit(limit);
}

/** Whether a live link, domain, tracking plan or phone number belongs to the store, or a shop is connected to it. */
export async function storeInUse({ db }: Deps, id: string): Promise<boolean> {
  const found = await db
    .select({ id: stores.id })
    .from(stores)
    .where(and(eq(stores.id, id), inUse()));
  return found.length > 0;
}

/** The condition that something belongs to the row of a store. */
function inUse(): SQL {
  return sql`(EXISTS (SELECT 1 FROM ${links} WHERE ${links.storeId} = ${stores.id} AND ${links.deletedAt} IS NULL)
    OR EXISTS (SELECT 1 FROM ${domains} WHERE ${domains.storeId} = ${stores.id} AND ${domains.deletedAt} IS NULL)
    OR EXISTS (SELECT 1 FROM ${trackingPlans} WHERE ${trackingPlans.storeId} = ${stores.id} AND ${trackingPlans.deletedAt} IS NULL)
    OR EXISTS (SELECT 1 FROM ${phoneNumbers} WHERE ${phoneNumbers.storeId} = ${stores.id} AND ${phoneNumbers.deletedAt} IS NULL)
    OR ${connected()})`;
}

/** The condition that a shop is connected to the row of a store. */
function connected(): SQL {
  return sql`EXISTS (SELECT 1 FROM ${shopConnections} WHERE ${shopConnections.storeId} = ${stores.id} AND ${shopConnections.state} <> 'disconnected')`;
}

/** Whether a shop is connected to the store. */
export async function storeConnected({ db }: Deps, id: string): Promise<boolean> {
  const found = await db
    .select({ id: stores.id })
    .from(stores)
    .where(and(eq(stores.id, id), connected()));
  return found.length > 0;
}

/** Statement that adds a store. */
export function insertStore({ d1, db }: Deps, row: StoreRow): D1PreparedStatement {
  return statementOf(d1, db.insert(stores).values(row));
}

/**
 * Statements that write what changes of a store, so that two changes of different fields at the same
 * moment both stay. They break their batch off if the store was deleted meanwhile, or a shop of the platform that it
 * leaves is connected to it.
 */
export function updateStore(
  { d1, db }: Deps,
  id: string,
  {
    attribution,
    ...values
  }: StorePatch & Partial<Pick<StoreRow, "secretHash" | "secretSealed" | "logoHash">> & { updatedAt: number },
): D1PreparedStatement[] {
  const update = db
    .update(stores)
    .set({
      ...values,
      ...(attribution && { attribution: sql`json_patch(${stores.attribution}, ${JSON.stringify(attribution)})` }),
    })
    .where(
      and(
        eq(stores.id, id),
        isNull(stores.deletedAt),
        values.provider === undefined ? undefined : or(eq(stores.provider, values.provider), not(connected())),
      ),
    );
  return [statementOf(d1, update), mustChange(d1)];
}

/** Statements that delete a store. They break their batch off if it is in use or was deleted meanwhile. */
export function deleteStore({ d1, db }: Deps, id: string, now: number): D1PreparedStatement[] {
  const update = db
    .update(stores)
    .set({ deletedAt: now })
    .where(and(eq(stores.id, id), isNull(stores.deletedAt), not(inUse())));
  return [statementOf(d1, update), mustChange(d1)];
}

/** A store as the API shows it: without the hash of its secret. */
export function presentStore(row: StoreRow): Store {
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    brandName: row.brandName,
    brandColor: row.brandColor,
    logoPath: row.logoHash === null ? null : logoPath(row.logoHash),
    provider: row.provider as Store["provider"],
    origins: row.origins,
    currency: row.currency,
    timezone: row.timezone,
    homeUrl: row.homeUrl,
    clickParam: row.clickParam,
    consentPolicy: row.consentPolicy,
    // Stored before there was a choice, it is the default.
    attribution: { customerClicks: "confirmed", ...row.attribution },
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}
