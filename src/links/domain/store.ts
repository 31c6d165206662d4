import { and, desc, eq, isNull, not, sql, type SQL } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below } from "../../ground/db/filter.ts";
import { mustChange, mustHold } from "../../ground/db/premise.ts";
import { links } from "../../ground/db/schema/link.ts";
import { domains, stores } from "../../ground/db/schema/store.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import type { Domain, DomainPatch } from "./schema.ts";

/** A row of the table of domains. */
export type DomainRow = typeof domains.$inferSelect;

/** The domain with this id, if it wasn't deleted. */
export async function findDomain({ db }: Deps, id: string): Promise<DomainRow | null> {
  const [row] = await db
    .select()
    .from(domains)
    .where(and(eq(domains.id, id), isNull(domains.deletedAt)));
  return row ?? null;
}

/** Whether there is a store with this id. */
export async function hasStore({ db }: Deps, id: string): Promise<boolean> {
  const found = await db
    .select({ id: stores.id })
    .from(stores)
    .where(and(eq(stores.id, id), isNull(stores.deletedAt)));
  return found.length > 0;
}

/** Whether a host is registered as a domain. `hostname`: lower case, without a port. */
export async function isDomain({ db }: Deps, hostname: string): Promise<boolean> {
  const found = await db
    .select({ id: domains.id })
    .from(domains)
    .where(and(eq(domains.hostname, hostname), isNull(domains.deletedAt)));
  return found.length > 0;
}

/** Domains from new to old, starting after the id `after`. */
export async function listDomains({ db }: Deps, { after, limit }: Stretch): Promise<DomainRow[]> {
  return db
    .select()
    .from(domains)
    .where(and(isNull(domains.deletedAt), below(domains.id, after)))
    .orderBy(desc(domains.id))
    .limit(limit);
}

/** Whether a live link answers on this domain alone. */
export async function domainInUse({ db }: Deps, id: string): Promise<boolean> {
  const found = await db
    .select({ id: domains.id })
    .from(domains)
    .where(and(eq(domains.id, id), inUse()));
  return found.length > 0;
}

/** The condition that a link answers on the row of a domain. */
function inUse(): SQL {
  return sql`EXISTS (SELECT 1 FROM ${links} WHERE ${links.domain} = ${domains.hostname} AND ${links.deletedAt} IS NULL)`;
}

/** Statements that add a domain. They break their batch off if its store was deleted meanwhile. */
export function insertDomain(deps: Deps, row: DomainRow): D1PreparedStatement[] {
  return [...storeStands(deps, row.storeId), statementOf(deps.d1, deps.db.insert(domains).values(row))];
}

/**
 * Statements that write what changes of a domain, so that two changes of different fields at the same
 * moment both stay. They break their batch off if the domain or its new store was deleted meanwhile.
 */
export function updateDomain(
  deps: Deps,
  id: string,
  values: DomainPatch & { updatedAt: number },
): D1PreparedStatement[] {
  const { d1, db } = deps;
  const update = db
    .update(domains)
    .set(values)
    .where(and(eq(domains.id, id), isNull(domains.deletedAt)));
  return [...storeStands(deps, values.storeId ?? null), statementOf(d1, update), mustChange(d1)];
}

/** Statements that delete a domain. They break their batch off if it is in use or was deleted meanwhile. */
export function deleteDomain({ d1, db }: Deps, id: string, now: number): D1PreparedStatement[] {
  const update = db
    .update(domains)
    .set({ deletedAt: now })
    .where(and(eq(domains.id, id), isNull(domains.deletedAt), not(inUse())));
  return [statementOf(d1, update), mustChange(d1)];
}

function storeStands({ d1 }: Deps, storeId: string | null): D1PreparedStatement[] {
  if (storeId === null) return [];
  return [mustHold(d1, "EXISTS (SELECT 1 FROM stores WHERE id = ?1 AND deleted_at IS NULL)", storeId)];
}

/** A domain as the API shows it. */
export function presentDomain(row: DomainRow): Domain {
  return {
    id: row.id,
    hostname: row.hostname,
    storeId: row.storeId,
    cookieDomain: row.cookieDomain,
    rootUrl: row.rootUrl,
    caseSensitive: row.caseSensitive,
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}
