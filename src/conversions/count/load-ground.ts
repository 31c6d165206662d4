import { getTableColumns, sql } from "drizzle-orm";
import { packJson } from "../../ground/db/pack.ts";
import { conversionDefinitions, conversions } from "../../ground/db/schema/conversion.ts";
import type { Deps } from "../../ground/deps.ts";
import type { AttributionSettings } from "../../ground/model/attribution.ts";
import type { ConversionOrigin, UncountedReason } from "../../ground/model/conversion.ts";
import type { Trust } from "../../ground/model/evidence.ts";
import type { DefinitionRow } from "../definition/store.ts";
import type { CommissionRow, RateRow } from "./commission.ts";
import type { People } from "./fold.ts";
import type { VisitorLink } from "./subject.ts";
import type { ConversionRow, KnownContact } from "./work.ts";

type LoadDeps = Pick<Deps, "d1" | "db">;

/** Whose limit it is. */
export interface Pair {
  definitionId: string;
  subject: string;
}

/** A conversion as the limit sees it. */
export interface SubjectRow {
  id: string;
  key: string;
  time: number;
  trust: Trust;
  origin: ConversionOrigin;
  uncounted: UncountedReason | null;
  version: number;
}

/** A pair as the key of a map. */
export function pairKey({ definitionId, subject }: Pair): string {
  return `${definitionId} ${subject}`;
}

/** Definitions by their ids, whatever became of them. */
export async function definitionsById({ db }: LoadDeps, ids: readonly string[]): Promise<Map<string, DefinitionRow>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select()
    .from(conversionDefinitions)
    .where(sql`${conversionDefinitions.id} IN (SELECT value FROM json_each(${JSON.stringify([...new Set(ids)])}))`);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Conversions by their definitions and events, as `definition key`. */
export async function conversionsByKey(
  { d1 }: LoadDeps,
  wanted: readonly { definitionId: string; key: string }[],
): Promise<Map<string, ConversionRow>> {
  const packs = packJson(wanted);
  if (packs.length === 0) return new Map();
  const results = await d1.batch<RawRow>(
    packs.map((pack) =>
      d1
        .prepare(
          `SELECT ${COLUMNS} FROM json_each(?1) w CROSS JOIN conversions c
             ON c.definition_id = w.value ->> 'definitionId' AND c.event_key = w.value ->> 'key'`,
        )
        .bind(pack),
    ),
  );
  const rows = results.flatMap((result) => result.results.map(rowOf));
  return new Map(rows.map((row) => [`${row.definitionId} ${row.eventKey}`, row]));
}

const JSON_FIELDS = new Set(["explanation", "shares", "review"]);

const FIELDS = Object.entries(getTableColumns(conversions));

const COLUMNS = FIELDS.map(([field, { name }]) => `c.${name} AS "${field}"`).join(", ");

type RawRow = Record<string, unknown>;

function rowOf(raw: RawRow): ConversionRow {
  const row: RawRow = { ...raw, contested: raw["contested"] === 1 };
  for (const field of JSON_FIELDS) {
    const text = raw[field];
    row[field] = typeof text === "string" ? JSON.parse(text) : null;
  }
  return row as unknown as ConversionRow;
}

/** Conversions by their ids. */
export async function conversionsById({ db }: LoadDeps, ids: readonly string[]): Promise<ConversionRow[]> {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(conversions)
    .where(sql`${conversions.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
}

/** Conversions that a condition on `c` selects; `values` are those of its `?1`, `?2`, …. */
export async function conversionsWhere(
  d1: D1Database,
  condition: string,
  ...values: unknown[]
): Promise<ConversionRow[]> {
  const { results } = await d1
    .prepare(`SELECT ${COLUMNS} FROM conversions c WHERE ${condition}`)
    .bind(...values)
    .all<RawRow>();
  return results.map(rowOf);
}

/** Whom visitors and customers of a store are known as, and what is known of these contacts and of others by their ids. */
export async function loadPeople(
  { d1 }: LoadDeps,
  storeId: string,
  { visitors, hashes, ids }: { visitors: readonly string[]; hashes: readonly string[]; ids: readonly string[] },
): Promise<People> {
  const people = {
    links: new Map<string, VisitorLink[]>(),
    contacts: new Map<string, KnownContact>(),
    byHash: new Map(),
  };
  if (visitors.length + hashes.length + ids.length === 0) return people;
  const [links, contacts] = await d1.batch<Record<string, unknown>>([
    d1
      .prepare(
        `SELECT l.visitor_hash AS visitor, l.time, l.contact_id AS contactId
         FROM json_each(?2) w CROSS JOIN visitor_contacts l ON l.store_id = ?1 AND l.visitor_hash = w.value`,
      )
      .bind(storeId, JSON.stringify(visitors)),
    d1
      .prepare(
        `SELECT id, customer_hash AS customerHash, fields FROM contacts WHERE store_id = ?1 AND id IN (
           SELECT value FROM json_each(?4)
           UNION SELECT k.id FROM json_each(?3) w CROSS JOIN contacts k ON k.store_id = ?1 AND k.customer_hash = w.value
           UNION SELECT l.contact_id FROM json_each(?2) w
             CROSS JOIN visitor_contacts l ON l.store_id = ?1 AND l.visitor_hash = w.value)`,
      )
      .bind(storeId, JSON.stringify(visitors), JSON.stringify(hashes), JSON.stringify(ids)),
  ]);
  for (const { visitor, ...link } of (links?.results ?? []) as unknown as (VisitorLink & { visitor: string })[]) {
    people.links.set(visitor, [...(people.links.get(visitor) ?? []), link]);
  }
  for (const raw of (contacts?.results ?? []) as unknown as { id: string; customerHash: string; fields: string }[]) {
    const contact: KnownContact = { ...raw, fields: JSON.parse(raw.fields) as KnownContact["fields"] };
    people.contacts.set(contact.id, contact);
    people.byHash.set(contact.customerHash, contact.id);
  }
  return people;
}

/** The conversions of subjects, by {@link pairKey}. */
export async function subjectsOf({ d1 }: LoadDeps, pairs: readonly Pair[]): Promise<Map<string, SubjectRow[]>> {
  const found = new Map<string, SubjectRow[]>(pairs.map((pair) => [pairKey(pair), []]));
  const packs = packJson(pairs);
  if (packs.length === 0) return found;
  const results = await d1.batch<SubjectRow & Pair>(
    packs.map((pack) =>
      d1
        .prepare(
          `SELECT c.definition_id AS definitionId, c.subject, c.id, c.event_key AS key, c.time, c.trust, c.origin, c.uncounted, c.version
           FROM json_each(?1) w CROSS JOIN conversions c
             ON c.definition_id = w.value ->> 'definitionId' AND c.subject = w.value ->> 'subject'`,
        )
        .bind(pack),
    ),
  );
  for (const row of results.flatMap((result) => result.results)) found.get(pairKey(row))?.push(row);
  return found;
}

/** What plans pay for conversions of definitions, whenever. */
export async function ratesOf({ d1 }: LoadDeps, definitionIds: readonly string[]): Promise<RateRow[]> {
  if (definitionIds.length === 0) return [];
  const { results } = await d1
    .prepare(
      `SELECT plan_id AS planId, definition_id AS definitionId, effective_from AS effectiveFrom,
         amount_minor AS amountMinor, currency, hold_days AS holdDays
       FROM conversion_rates WHERE definition_id IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify([...new Set(definitionIds)]))
    .all<RateRow>();
  return results;
}

/** What creators earn by conversions, by the conversions' ids. */
export async function commissionsOf(
  { d1 }: LoadDeps,
  conversionIds: readonly string[],
): Promise<Map<string, CommissionRow[]>> {
  if (conversionIds.length === 0) return new Map();
  const { results } = await d1
    .prepare(
      `SELECT conversion_id AS conversionId, creator_id AS creatorId, plan_id AS planId, amount_minor AS amountMinor,
         currency, hold_days AS holdDays
       FROM conversion_commissions WHERE conversion_id IN (SELECT value FROM json_each(?1)) ORDER BY creator_id`,
    )
    .bind(JSON.stringify(conversionIds))
    .all<CommissionRow>();
  return Map.groupBy(results, ({ conversionId }) => conversionId);
}

/** How a store credits what happens in it; `null`: there is no such store. */
export async function policyOf({ d1 }: LoadDeps, storeId: string): Promise<AttributionSettings | null> {
  const text = await d1
    .prepare("SELECT attribution FROM stores WHERE id = ?1")
    .bind(storeId)
    .first<string>("attribution");
  return text === null ? null : (JSON.parse(text) as AttributionSettings);
}
