import { and, desc, eq, inArray, isNull } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below } from "../../ground/db/filter.ts";
import { mustChange } from "../../ground/db/premise.ts";
import { apiKeys } from "../../ground/db/schema/admin.ts";
import { stores } from "../../ground/db/schema/store.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { ApiKey } from "./schema.ts";

/** A row of the table of API keys. */
export type ApiKeyRow = typeof apiKeys.$inferSelect;

/** The key with this id, also if it is revoked or expired. */
export async function findApiKey({ db }: Deps, id: string): Promise<ApiKeyRow | null> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, id));
  return row ?? null;
}

/** Keys from new to old, revoked ones too, starting after the id `after`. */
export async function listApiKeys({ db }: Deps, { after, limit }: Stretch): Promise<ApiKeyRow[]> {
  return db.select().from(apiKeys).where(below(apiKeys.id, after)).orderBy(desc(apiKeys.id)).limit(limit);
}

/** Throws a `Problem` (422) that names the first of these ids that is of no store. */
export async function mustBeStores({ db }: Deps, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const found = await db
    .select({ id: stores.id })
    .from(stores)
    .where(and(inArray(stores.id, [...ids]), isNull(stores.deletedAt)));
  const known = new Set(found.map(({ id }) => id));
  const unknown = ids.findIndex((id) => !known.has(id));
  if (unknown !== -1) throw Problem.invalid(`storeIds.${unknown}`, "names no store");
}

/** Statement that adds a key. */
export function insertApiKey({ d1, db }: Deps, row: ApiKeyRow): D1PreparedStatement {
  return statementOf(d1, db.insert(apiKeys).values(row));
}

/** Statement that names a key anew. */
export function renameApiKey({ d1, db }: Deps, id: string, name: string): D1PreparedStatement {
  return statementOf(d1, db.update(apiKeys).set({ name }).where(eq(apiKeys.id, id)));
}

/** Statements that end a key at `now` (ms UTC). They break their batch off if it was revoked before: that stands. */
export function revokeApiKey({ d1, db }: Deps, id: string, now: number): D1PreparedStatement[] {
  const update = db
    .update(apiKeys)
    .set({ revokedAt: now })
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)));
  return [statementOf(d1, update), mustChange(d1)];
}

/** A key as the API shows it. */
export function presentApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    storeIds: row.storeIds,
    createdAt: isoOf(row.createdAt),
    expiresAt: isoOf(row.expiresAt),
    lastUsedAt: isoOf(row.lastUsedAt),
    revokedAt: isoOf(row.revokedAt),
  };
}
