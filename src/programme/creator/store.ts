import { and, desc, eq, isNull, not, sql, type SQL } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { creatorOfStore } from "../../ground/db/of-store.ts";
import { packJson } from "../../ground/db/pack.ts";
import { mustChange } from "../../ground/db/premise.ts";
import { numberBindings } from "../../ground/db/schema/call.ts";
import { creators, links } from "../../ground/db/schema/link.ts";
import { campaignCreators, campaigns, codes } from "../../ground/db/schema/plan.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import type { Creator, CreatorFilters, CreatorPatch, NewCreator } from "./schema.ts";

/** A row of the table of creators. */
export type CreatorRow = typeof creators.$inferSelect;

/** The creator with this id, if it wasn't deleted. */
export async function findCreator({ db }: Deps, id: string): Promise<CreatorRow | null> {
  const [row] = await db
    .select()
    .from(creators)
    .where(and(eq(creators.id, id), isNull(creators.deletedAt)));
  return row ?? null;
}

/** The creator with this id. Throws a `Problem` (404) if there is none. */
export const existingCreator = orNotFound("creator", findCreator);

/** Creators that match the filters, from new to old, starting after the id `after`. */
export async function listCreators(
  { db }: Deps,
  { after, limit }: Stretch,
  { q, externalId, store }: CreatorFilters,
): Promise<CreatorRow[]> {
  return db
    .select()
    .from(creators)
    .where(
      and(
        isNull(creators.deletedAt),
        equals(creators.externalId, externalId),
        q === undefined ? undefined : mentions(q),
        store === undefined ? undefined : ofStore(store),
        below(creators.id, after),
      ),
    )
    .orderBy(desc(creators.id))
    .limit(limit);
}

/** The condition that a creator is in a campaign of a store. */
function ofStore(id: string): SQL {
  const [before = "", after = ""] = creatorOfStore("creators.id", "?").split("?");
  return sql`${sql.raw(before)}${id}${sql.raw(after)}`;
}

/** Creators whose name, e-mail address or handle contains the text. */
function mentions(text: string): SQL {
  const handle = text.replace(/^@+/, "");
  const inHandles = sql`EXISTS (SELECT 1 FROM json_each(${creators.handles}) AS handle
    WHERE ${contains(sql`handle.value`, handle)})`;
  return sql`(${contains(sql`${creators.firstName} || ' ' || ${creators.lastName}`, text)}
    OR ${contains(sql`coalesce(${creators.email}, '')`, text)}
    OR ${handle === "" ? sql`FALSE` : inHandles})`;
}

/**
 * `instr`, not `LIKE`: D1 refuses `LIKE` patterns past 50 bytes, and here no character is a wildcard.
 * Both sides go through SQLite's `lower`, which knows A–Z alone, so that all other letters match themselves.
 */
function contains(value: SQL, part: string): SQL {
  return sql`instr(lower(${value}), lower(${part})) > 0`;
}

/** Those of these external ids that a creator has. */
export async function takenExternalIds({ d1 }: Deps, wanted: readonly string[]): Promise<Set<string>> {
  const { results } = await d1
    .prepare(
      `SELECT external_id AS externalId FROM creators
       WHERE deleted_at IS NULL AND external_id IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify(wanted))
    .all<{ externalId: string }>();
  return new Set(results.map((row) => row.externalId));
}

/** Whether a live link, code or phone number is credited to the creator, or a campaign counts on them. */
export async function creatorInUse({ db }: Deps, id: string): Promise<boolean> {
  const found = await db
    .select({ id: creators.id })
    .from(creators)
    .where(and(eq(creators.id, id), inUse()));
  return found.length > 0;
}

/** The condition that a link, a code, a phone number or a campaign holds on to the row of a creator. */
function inUse(): SQL {
  return sql`(EXISTS (SELECT 1 FROM ${links} WHERE ${links.creatorId} = ${creators.id} AND ${links.deletedAt} IS NULL)
    OR EXISTS (SELECT 1 FROM ${codes} WHERE ${codes.creatorId} = ${creators.id} AND ${codes.state} <> 'retired')
    OR EXISTS (SELECT 1 FROM ${numberBindings} WHERE ${numberBindings.creatorId} = ${creators.id} AND ${numberBindings.endsAt} IS NULL)
    OR EXISTS (SELECT 1 FROM ${campaignCreators}
      JOIN ${campaigns} ON ${campaigns.id} = ${campaignCreators.campaignId} AND ${campaigns.deletedAt} IS NULL
      WHERE ${campaignCreators.creatorId} = ${creators.id} AND ${campaignCreators.status} <> 'rejected'))`;
}

/** A creator as it will be written, with an id and times of its own. */
export function creatorOf(deps: Deps, given: NewCreator): CreatorRow {
  const now = deps.now();
  return { id: deps.newId("creator"), ...given, createdAt: now, updatedAt: now, deletedAt: null };
}

/** Statements that add creators, one for hundreds of them. */
export function insertCreators({ d1 }: Deps, rows: readonly CreatorRow[]): D1PreparedStatement[] {
  return packJson(rows).map((json) =>
    d1
      .prepare(
        `INSERT INTO creators (id, first_name, last_name, email, handles, external_id, created_at, updated_at)
         SELECT value ->> 'id', value ->> 'firstName', value ->> 'lastName', value ->> 'email', value -> 'handles',
           value ->> 'externalId', value ->> 'createdAt', value ->> 'updatedAt'
         FROM json_each(?1)`,
      )
      .bind(json),
  );
}

/**
 * Statements that write what changes of a creator, so that two changes of different fields at the
 * same moment both stay. They break their batch off if the creator was deleted meanwhile.
 */
export function updateCreator(
  { d1, db }: Deps,
  id: string,
  values: CreatorPatch & { updatedAt: number },
): D1PreparedStatement[] {
  const update = db
    .update(creators)
    .set(values)
    .where(and(eq(creators.id, id), isNull(creators.deletedAt)));
  return [statementOf(d1, update), mustChange(d1)];
}

/** Statements that delete a creator. They break their batch off if it is in use or was deleted meanwhile. */
export function deleteCreator({ d1, db }: Deps, id: string, now: number): D1PreparedStatement[] {
  const update = db
    .update(creators)
    .set({ deletedAt: now })
    .where(and(eq(creators.id, id), isNull(creators.deletedAt), not(inUse())));
  return [statementOf(d1, update), mustChange(d1)];
}

/** A creator as the API shows it. */
export function presentCreator(row: CreatorRow): Creator {
  return {
    id: row.id,
    firstName: row.firstName,
    lastName: row.lastName,
    email: row.email,
    handles: row.handles,
    externalId: row.externalId,
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}
