import { eq } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { mustChange, mustHold } from "../../ground/db/premise.ts";
import { conversionDefinitions } from "../../ground/db/schema/conversion.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import type { KnownDefinition } from "./check.ts";
import type { DefinitionFilter } from "./schema.ts";

/** A definition, as it is kept. */
export type DefinitionRow = typeof conversionDefinitions.$inferSelect;

/** The columns of a {@link DefinitionRow}, as SQL has them. */
const COLUMNS = `id, store_id AS storeId, name, key, status, triggers, listens, value, currency, max_per_contact AS "limit",
  applies_to_past AS appliesToPast, effective_from AS effectiveFrom, copied_from AS copiedFrom,
  activated_at AS activatedAt, archived_at AS archivedAt, version, created_at AS createdAt, updated_at AS updatedAt`;

type RawRow = Omit<DefinitionRow, "triggers" | "value" | "limit" | "appliesToPast"> & {
  triggers: string;
  value: string;
  limit: string | null;
  appliesToPast: number;
};

function rowOf({ triggers, value, limit, appliesToPast, ...row }: RawRow): DefinitionRow {
  return {
    ...row,
    triggers: JSON.parse(triggers) as DefinitionRow["triggers"],
    value: JSON.parse(value) as DefinitionRow["value"],
    limit: limit === null ? null : (JSON.parse(limit) as DefinitionRow["limit"]),
    appliesToPast: appliesToPast === 1,
  };
}

/** The active definitions of these stores, the oldest first. One statement, which writes nothing. */
export async function activeDefinitions(d1: D1Database, storeIds: readonly string[]): Promise<DefinitionRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM conversion_definitions
       WHERE store_id IN (SELECT value FROM json_each(?1)) AND status = 'active' ORDER BY id`,
    )
    .bind(JSON.stringify([...new Set(storeIds)]))
    .all<RawRow>();
  return results.map(rowOf);
}

/** A definition with what it takes to show it. */
export interface ShownRow {
  row: DefinitionRow;
  /** ISO 4217. */
  storeCurrency: string;
  /** Names of the definitions that its triggers wait for, by id. */
  names: ReadonlyMap<string, string>;
}

/** A definition `d` that isn't being deleted: for whoever asks, one that is has gone already. */
export const STANDING = "NOT EXISTS (SELECT 1 FROM conversions_due x WHERE x.kind = 'deletion' AND x.id = d.id)";

/** Definitions with what it takes to show them; `end` is what follows `WHERE`. */
const shownWhere = (end: string): string =>
  `SELECT d.*, (SELECT currency FROM stores s WHERE s.id = d.storeId) AS storeCurrency,
     (SELECT json_group_object(n.id, n.name) FROM json_each(d.triggers) t
      JOIN conversion_definitions n ON n.id = t.value ->> 'definitionId') AS names
   FROM (SELECT ${COLUMNS} FROM conversion_definitions) d WHERE ${STANDING} AND ${end}`;

type RawShown = RawRow & { storeCurrency: string; names: string };

function shownOf({ storeCurrency, names, ...raw }: RawShown): ShownRow {
  const named = JSON.parse(names) as Record<string, string>;
  return { row: rowOf(raw), storeCurrency, names: new Map(Object.entries(named)) };
}

/** Definitions that pass a filter, from new to old, starting after the id `after`. */
export async function listDefinitions(
  { d1 }: Pick<Deps, "d1">,
  { after, limit }: Stretch,
  { store, status }: Pick<DefinitionFilter, "store" | "status">,
): Promise<(ShownRow & { id: string })[]> {
  const { results } = await d1
    .prepare(
      shownWhere(
        `(?1 IS NULL OR d.storeId = ?1) AND (?2 IS NULL OR d.status = ?2) AND (?3 IS NULL OR d.id < ?3)
         ORDER BY d.id DESC LIMIT ?4`,
      ),
    )
    .bind(store ?? null, status ?? null, after, limit)
    .all<RawShown>();
  return results.map((raw) => ({ ...shownOf(raw), id: raw.id }));
}

/** The definitions with these ids, in no order; those that aren't there are left out. */
export async function definitionsOf({ d1 }: Pick<Deps, "d1">, ids: readonly string[]): Promise<ShownRow[]> {
  const { results } = await d1
    .prepare(shownWhere("d.id IN (SELECT value FROM json_each(?1))"))
    .bind(JSON.stringify(ids))
    .all<RawShown>();
  return results.map(shownOf);
}

/** The definition with this id, if there is one. */
export async function findDefinition(deps: Pick<Deps, "d1">, id: string): Promise<ShownRow | null> {
  return (await definitionsOf(deps, [id]))[0] ?? null;
}

/** The definition with this id. Throws a `Problem` (404) if there is none. */
export const existingDefinition = orNotFound("conversion definition", findDefinition);

/** All definitions of a store, the oldest first. */
export async function definitionsOfStore({ d1 }: Pick<Deps, "d1">, storeId: string): Promise<DefinitionRow[]> {
  const { results } = await d1.prepare(shownWhere("d.storeId = ?1 ORDER BY d.id")).bind(storeId).all<RawShown>();
  return results.map((raw) => shownOf(raw).row);
}

/** From these definitions (JSON, `?1`) on all that they wait for, and these in turn. */
const REACH = `WITH RECURSIVE reach (id) AS (
    SELECT value FROM json_each(?1)
    UNION SELECT t.value ->> 'definitionId' FROM reach r JOIN conversion_definitions d ON d.id = r.id
      JOIN json_each(d.triggers) t WHERE t.value ->> 'type' = 'conversion')`;

/** These definitions, and all that they wait for, by id. */
export async function reachedFrom(
  { d1 }: Pick<Deps, "d1">,
  ids: readonly string[],
): Promise<Map<string, KnownDefinition>> {
  if (ids.length === 0) return new Map();
  const { results } = await d1
    .prepare(
      `${REACH} SELECT d.id, d.store_id AS storeId, d.name, d.status, d.triggers FROM reach r
       JOIN conversion_definitions d ON d.id = r.id WHERE ${STANDING}`,
    )
    .bind(JSON.stringify([...new Set(ids)]))
    .all<Omit<KnownDefinition, "triggers"> & { triggers: string }>();
  return new Map(
    results.map(({ triggers, ...known }) => [
      known.id,
      { ...known, triggers: JSON.parse(triggers) as KnownDefinition["triggers"] },
    ]),
  );
}

/** Statement that breaks its batch off unless the definitions that `id` is to wait for can be, and don't wait for it. */
export function causesMustStand(
  { d1 }: Pick<Deps, "d1">,
  { id, storeId }: Pick<DefinitionRow, "id" | "storeId">,
  causes: readonly string[],
): D1PreparedStatement {
  return mustHold(
    d1,
    `(SELECT count(*) FROM json_each(?1) c JOIN conversion_definitions d ON d.id = c.value
        WHERE d.store_id = ?2 AND d.status <> 'archived') = json_array_length(?1)
     AND NOT EXISTS (${REACH} SELECT 1 FROM reach WHERE id = ?3)`,
    JSON.stringify([...new Set(causes)]),
    storeId,
    id,
  );
}

/** How many definitions a store has, and how many of them are active. */
export async function countDefinitions(
  { d1 }: Pick<Deps, "d1">,
  storeId: string,
): Promise<{ all: number; active: number }> {
  const counts = await d1
    .prepare(
      `SELECT count(*) AS "all", coalesce(sum(status = 'active'), 0) AS active
       FROM conversion_definitions WHERE store_id = ?1`,
    )
    .bind(storeId)
    .first<{ all: number; active: number }>();
  return counts ?? { all: 0, active: 0 };
}

/** Statement that breaks its batch off unless a store has fewer definitions, or fewer active ones, than that. */
export function mustHaveFewer(
  { d1 }: Pick<Deps, "d1">,
  storeId: string,
  { limit, active }: { limit: number; active: boolean },
): D1PreparedStatement {
  const which = active ? "AND status = 'active'" : "";
  return mustHold(
    d1,
    `(SELECT count(*) FROM conversion_definitions WHERE store_id = ?1 ${which}) < ?2`,
    storeId,
    limit,
  );
}

/** The keys of a store's definitions that begin with a text. */
export async function keysLike({ d1 }: Pick<Deps, "d1">, storeId: string, start: string): Promise<Set<string>> {
  const { results } = await d1
    .prepare("SELECT key FROM conversion_definitions WHERE store_id = ?1 AND substr(key, 1, length(?2)) = ?2")
    .bind(storeId, start)
    .all<{ key: string }>();
  return new Set(results.map(({ key }) => key));
}

/** Statement that breaks its batch off if a key was taken meanwhile: one that nobody chose is chosen anew. */
export function keyMustBeFree(
  { d1 }: Pick<Deps, "d1">,
  { storeId, key }: Pick<DefinitionRow, "storeId" | "key">,
): D1PreparedStatement {
  return mustHold(
    d1,
    "NOT EXISTS (SELECT 1 FROM conversion_definitions WHERE store_id = ?1 AND key = ?2)",
    storeId,
    key,
  );
}

/** Statements that add a definition. They break their batch off if its store was deleted meanwhile. */
export function insertDefinition({ d1, db }: Deps, row: DefinitionRow, storeCurrency: string): D1PreparedStatement[] {
  return [
    mustHold(
      d1,
      "EXISTS (SELECT 1 FROM stores WHERE id = ?1 AND deleted_at IS NULL AND currency = ?2)",
      row.storeId,
      storeCurrency,
    ),
    statementOf(d1, db.insert(conversionDefinitions).values(row)),
  ];
}

/** Statements that write a definition as it is to be. They break their batch off if it isn't as `before` any more. */
export function updateDefinition(
  { d1, db }: Deps,
  before: DefinitionRow,
  { id, ...after }: DefinitionRow,
): D1PreparedStatement[] {
  return [
    mustHold(d1, "EXISTS (SELECT 1 FROM conversion_definitions WHERE id = ?1 AND version = ?2)", id, before.version),
    statementOf(d1, db.update(conversionDefinitions).set(after).where(eq(conversionDefinitions.id, id))),
    mustChange(d1),
  ];
}
