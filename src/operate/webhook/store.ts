import { and, desc, eq, isNull } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { mustChange, mustHold } from "../../ground/db/premise.ts";
import { webhookEndpoints } from "../../ground/db/schema/webhook.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import type { EndpointPatch } from "./schema.ts";

/** A row of the table of endpoints. */
export type EndpointRow = typeof webhookEndpoints.$inferSelect;

/** Endpoints at most: each of them has a row of its own for every event that it wants. */
export const MAX_ENDPOINTS = 50;

/** The endpoint with this id, if it wasn't deleted. */
export async function findEndpoint({ db }: Deps, id: string): Promise<EndpointRow | null> {
  const [row] = await db
    .select()
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.id, id), isNull(webhookEndpoints.deletedAt)));
  return row ?? null;
}

/** Endpoints from new to old, starting after the id `after`: all, or those of a store. */
export async function listEndpoints(
  { db }: Deps,
  { after, limit }: Stretch,
  { store }: { store?: string | undefined },
): Promise<EndpointRow[]> {
  return db
    .select()
    .from(webhookEndpoints)
    .where(
      and(
        isNull(webhookEndpoints.deletedAt),
        equals(webhookEndpoints.storeId, store),
        below(webhookEndpoints.id, after),
      ),
    )
    .orderBy(desc(webhookEndpoints.id))
    .limit(limit);
}

/** How many endpoints there are. */
export async function countEndpoints({ db }: Deps): Promise<number> {
  return db.$count(webhookEndpoints, isNull(webhookEndpoints.deletedAt));
}

/** Statements that add an endpoint. They break their batch off if there are too many by now, or its store was deleted. */
export function insertEndpoint({ d1, db }: Deps, row: EndpointRow): D1PreparedStatement[] {
  return [
    mustHold(d1, `(SELECT count(*) FROM webhook_endpoints WHERE deleted_at IS NULL) < ${MAX_ENDPOINTS}`),
    mustHold(d1, "?1 IS NULL OR EXISTS (SELECT 1 FROM stores WHERE id = ?1 AND deleted_at IS NULL)", row.storeId),
    statementOf(d1, db.insert(webhookEndpoints).values(row)),
  ];
}

/** Statements that write what changes of an endpoint. They break their batch off if it was deleted meanwhile. */
export function updateEndpoint(
  { d1, db }: Deps,
  id: string,
  values: EndpointPatch & { updatedAt: number },
): D1PreparedStatement[] {
  const update = db
    .update(webhookEndpoints)
    .set(values)
    .where(and(eq(webhookEndpoints.id, id), isNull(webhookEndpoints.deletedAt)));
  return [statementOf(d1, update), mustChange(d1)];
}

/** Statements that give an endpoint other secrets. They break their batch off if others came first. */
export function updateSecrets({ d1, db }: Deps, before: EndpointRow, sealed: string, now: number) {
  const update = db
    .update(webhookEndpoints)
    .set({ secretSealed: sealed, updatedAt: now })
    .where(
      and(
        eq(webhookEndpoints.id, before.id),
        isNull(webhookEndpoints.deletedAt),
        eq(webhookEndpoints.secretSealed, before.secretSealed),
      ),
    );
  return [statementOf(d1, update), mustChange(d1)];
}

/** Statements that delete an endpoint with its secrets and deliveries. They break their batch off if it was deleted meanwhile. */
export function deleteEndpoint({ d1, db }: Deps, id: string, now: number): D1PreparedStatement[] {
  const update = db
    .update(webhookEndpoints)
    .set({ deletedAt: now, secretSealed: "" })
    .where(and(eq(webhookEndpoints.id, id), isNull(webhookEndpoints.deletedAt)));
  return [
    statementOf(d1, update),
    mustChange(d1),
    d1.prepare("DELETE FROM webhook_deliveries WHERE endpoint_id = ?1").bind(id),
  ];
}
