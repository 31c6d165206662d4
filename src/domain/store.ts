import { and, desc, eq, isNull, lt } from "drizzle-orm";
import { statementOf } from "../db/client.ts";
import { links } from "../db/schema/link.ts";
import { domains } from "../db/schema/store.ts";
import type { Deps } from "../deps.ts";
import { isoOf } from "../http/fields.ts";
import type { Domain } from "./schema.ts";

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

/** Domains from new to old, starting after the id `after`. */
export async function listDomains({ db }: Deps, after: string | null, limit: number): Promise<DomainRow[]> {
  return db
    .select()
    .from(domains)
    .where(and(isNull(domains.deletedAt), after === null ? undefined : lt(domains.id, after)))
    .orderBy(desc(domains.id))
    .limit(limit);
}

/** Whether a live link answers on this host alone. */
export async function hostnameInUse({ db }: Deps, hostname: string): Promise<boolean> {
  const found = await db
    .select({ id: links.id })
    .from(links)
    .where(and(eq(links.domain, hostname), isNull(links.deletedAt)))
    .limit(1);
  return found.length > 0;
}

/** Statement that adds a domain. */
export function insertDomain({ d1, db }: Deps, row: DomainRow): D1PreparedStatement {
  return statementOf(d1, db.insert(domains).values(row));
}

/** Statement that changes a domain. */
export function updateDomain({ d1, db }: Deps, id: string, values: Partial<DomainRow>): D1PreparedStatement {
  return statementOf(d1, db.update(domains).set(values).where(eq(domains.id, id)));
}

/** A domain as the API shows it. */
export function presentDomain(row: DomainRow): Domain {
  return {
    id: row.id,
    hostname: row.hostname,
    storeId: row.storeId,
    cookieDomain: row.cookieDomain,
    caseSensitive: row.caseSensitive,
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}
