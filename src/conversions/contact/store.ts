import { packJson } from "../../ground/db/pack.ts";
import { brokenOff, mustHold } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import type { Trust } from "../../ground/model/evidence.ts";
import { segmentSql } from "../segment/segment-sql.ts";
import { type FieldValue, MAX_FIELDS } from "./field.ts";
import type { FieldPatch } from "./read-contact.ts";

/** A contact, without what it is known by. */
export interface ContactRow {
  id: string;
  storeId: string;
  fields: Record<string, FieldValue>;
  trust: Trust;
  /** ms UTC. */
  createdAt: number;
  updatedAt: number;
}

type RawRow = Omit<ContactRow, "fields"> & { fields: string };

const COLUMNS = "c.id, c.store_id AS storeId, c.fields, c.trust, c.created_at AS createdAt, c.updated_at AS updatedAt";

function rowOf({ fields, ...row }: RawRow): ContactRow {
  return { ...row, fields: JSON.parse(fields) as ContactRow["fields"] };
}

/** What a store's server says of a customer. */
export interface Told {
  customerHash: string;
  fields: FieldPatch;
}

/**
 * Writes what a store's server says of customers, each once: fields are merged in one step, `null` removes one, and what is known
 * already changes nothing. Answers their contacts in the same order; `null`: one would have more fields than it may.
 * Throws what D1 throws.
 */
export async function tellContacts(
  { d1, newId, now }: Pick<Deps, "d1" | "newId" | "now">,
  storeId: string,
  told: readonly Told[],
): Promise<ContactRow[] | null> {
  const packs = packJson(told.map(({ customerHash, fields }) => ({ id: newId("contact"), customerHash, fields })));
  const time = now();
  const ofTold = "contacts c ON c.store_id = ?2 AND c.customer_hash = w.value ->> 'customerHash'";
  try {
    const results = await d1.batch<RawRow & { hash: string }>([
      ...packs.flatMap((pack) => [
        d1
          .prepare(
            `INSERT INTO contacts (id, store_id, customer_hash, fields, trust, version, created_at, updated_at)
             SELECT value ->> 'id', ?2, value ->> 'customerHash', json_patch('{}', value -> 'fields'), 'confirmed', 1, ?3, ?3
             FROM json_each(?1) WHERE TRUE ON CONFLICT (store_id, customer_hash) DO NOTHING`,
          )
          .bind(pack, storeId, time),
        d1
          .prepare(
            `UPDATE contacts SET fields = w.fields, trust = 'confirmed', version = version + 1, updated_at = ?3
             FROM (SELECT c.id, json_patch(c.fields, w.value -> 'fields') AS fields
               FROM json_each(?1) w CROSS JOIN ${ofTold}) w
             WHERE contacts.id = w.id AND (contacts.fields <> w.fields OR contacts.trust <> 'confirmed')`,
          )
          .bind(pack, storeId, time),
        mustHold(
          d1,
          `NOT EXISTS (SELECT 1 FROM json_each(?1) w CROSS JOIN ${ofTold}
             WHERE (SELECT count(*) FROM json_each(c.fields)) > ${MAX_FIELDS})`,
          pack,
          storeId,
        ),
      ]),
      ...packs.map((pack) =>
        d1
          .prepare(`SELECT ${COLUMNS}, c.customer_hash AS hash FROM json_each(?1) w CROSS JOIN ${ofTold}`)
          .bind(pack, storeId),
      ),
    ]);
    const byHash = new Map(results.flatMap(({ results: rows }) => rows).map(({ hash, ...row }) => [hash, rowOf(row)]));
    return told.flatMap(({ customerHash }) => byHash.get(customerHash) ?? []);
  } catch (error) {
    if (brokenOff(error)) return null;
    throw error;
  }
}

/** Filters of the list of contacts; all that are given must match. */
export interface ContactFilters {
  store?: string | undefined;
  /** A field and what it is to be, as a query has it. */
  field?: { name: string; value: string } | undefined;
  customerHash?: string | undefined;
}

/** Contacts from new to old, starting after the id `after`. */
export async function listContacts(
  { d1, now }: Pick<Deps, "d1" | "now">,
  { after, limit }: Stretch,
  { store, field, customerHash }: ContactFilters,
): Promise<ContactRow[]> {
  const bound: (string | number)[] = [limit];
  const bind = (value: string): string => `?${bound.push(value)}`;
  const terms = [
    ...(after === null ? [] : [`c.id < ${bind(after)}`]),
    ...(store === undefined ? [] : [`c.store_id = ${bind(store)}`]),
    ...(customerHash === undefined ? [] : [`c.customer_hash = ${bind(customerHash)}`]),
  ];
  if (field !== undefined) {
    const { name, value } = field;
    const meanings = valuesOf(value).map((one) => {
      const place = bound.length + 1;
      const { sql, values } = segmentSql([{ about: "field", field: name, is: "equals", value: one }], {
        place,
        now: now(),
      });
      return `(${bind(values)} <> '' AND ${sql})`;
    });
    terms.push(`(${meanings.join(" OR ")})`);
  }
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM contacts c ${terms.length === 0 ? "" : `WHERE ${terms.join(" AND ")}`}
       ORDER BY c.id DESC LIMIT ?1`,
    )
    .bind(...bound)
    .all<RawRow>();
  return results.map(rowOf);
}

/** All that a text in a query may mean: `7` is a number, too, and `true` is so. */
function valuesOf(text: string): FieldValue[] {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  return [
    text,
    ...(Number.isFinite(number) ? [number] : []),
    ...(text === "true" || text === "false" ? [text === "true"] : []),
  ];
}

/** The contact with this id. */
export async function findContact({ d1 }: Pick<Deps, "d1">, id: string): Promise<ContactRow | null> {
  const row = await d1.prepare(`SELECT ${COLUMNS} FROM contacts c WHERE c.id = ?1`).bind(id).first<RawRow>();
  return row === null ? null : rowOf(row);
}

/** The contact with this id. Throws a `Problem` (404) if there is none. */
export const existingContact = orNotFound("contact", findContact);

/** What a store knows a contact by: a keyed hash. */
export async function customerHashOfContact({ d1 }: Pick<Deps, "d1">, id: string): Promise<string | null> {
  return d1.prepare("SELECT customer_hash AS hash FROM contacts WHERE id = ?1").bind(id).first<string>("hash");
}
