import { getTableColumns } from "drizzle-orm";
import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { conversions } from "../../ground/db/schema/conversion.ts";
import type { CommissionRow } from "./commission.ts";
import type { Judged } from "./limits-load.ts";
import { type Pair, pairKey, type SubjectRow } from "./load-ground.ts";
import type { People } from "./fold.ts";
import type { ConversionRow } from "./work.ts";

/** What a plan of writing stands on, as it was read. */
export interface Premises {
  storeId: string;
  /** Versions by definition and event; `null`: there is none yet. */
  versions: readonly { definitionId: string; key: string; version: number | null }[];
  pairs: readonly Pair[];
  subjects: ReadonlyMap<string, readonly SubjectRow[]>;
  visitors: readonly string[];
  hashes: readonly string[];
  people: People;
}

/** Statements that break their batch off if any of that is so no more. */
function mustStand(d1: D1Database, premises: Premises): D1PreparedStatement[] {
  const { storeId, versions, pairs, subjects, visitors, hashes, people } = premises;
  const sums = pairs.map((pair) => {
    const rows = subjects.get(pairKey(pair)) ?? [];
    return { ...pair, count: rows.length, sum: rows.reduce((sum, { version }) => sum + version, 0) };
  });
  return [
    ...packJson(versions).map((json) =>
      mustHold(
        d1,
        `NOT EXISTS (SELECT 1 FROM json_each(?1) w LEFT JOIN conversions c
           ON c.definition_id = w.value ->> 'definitionId' AND c.event_key = w.value ->> 'key'
           WHERE c.version IS NOT w.value ->> 'version')`,
        json,
      ),
    ),
    ...packJson(sums).map((json) =>
      mustHold(
        d1,
        `NOT EXISTS (SELECT 1 FROM json_each(?1) w WHERE (w.value ->> 'count', w.value ->> 'sum') <> (
           SELECT count(*), coalesce(sum(version), 0) FROM conversions c
           WHERE c.definition_id = w.value ->> 'definitionId' AND c.subject = w.value ->> 'subject'))`,
        json,
      ),
    ),
    ...packJson(visitors.map((visitor) => ({ visitor, count: people.links.get(visitor)?.length ?? 0 }))).map((json) =>
      mustHold(
        d1,
        `NOT EXISTS (SELECT 1 FROM json_each(?2) w WHERE w.value ->> 'count' <> (
           SELECT count(*) FROM visitor_contacts l WHERE l.store_id = ?1 AND l.visitor_hash = w.value ->> 'visitor'))`,
        storeId,
        json,
      ),
    ),
    ...packJson(hashes.map((hash) => ({ hash, id: people.byHash.get(hash) ?? null }))).map((json) =>
      mustHold(
        d1,
        `NOT EXISTS (SELECT 1 FROM json_each(?2) w
           LEFT JOIN contacts k ON k.store_id = ?1 AND k.customer_hash = w.value ->> 'hash'
           WHERE k.id IS NOT w.value ->> 'id')`,
        storeId,
        json,
      ),
    ),
  ];
}

const COLUMNS = Object.entries(getTableColumns(conversions)).map(([field, { name }]) => ({ field, name }));

/** What a conversion has from its first day. */
const KEPT: ReadonlySet<string> = new Set(["id", "definitionId", "storeId", "eventKey", "createdAt"]);

const WRITE = `INSERT INTO conversions (${COLUMNS.map(({ name }) => name).join(", ")})
  SELECT ${COLUMNS.map(({ field }) => `value ->> '${field}'`).join(", ")} FROM json_each(?1) WHERE TRUE
  ON CONFLICT (id) DO UPDATE SET ${COLUMNS.filter(({ field }) => !KEPT.has(field))
    .map(({ name }) => `${name} = excluded.${name}`)
    .join(", ")}`;

/**
 * Statements that write what conversions come to at `now` (ms UTC), and the rows that they write; none where nothing is
 * anything else than before. They break their batch off if what they were planned on is so no more.
 */
export function writeConversions(
  d1: D1Database,
  judged: readonly Judged[],
  premises: Premises,
  now: number,
): { statements: D1PreparedStatement[]; written: ConversionRow[] } {
  const changed = judged.filter(({ row, before, earnsAnew }) => before === null || earnsAnew || !isSame(before, row));
  const written = changed.map(({ row, before }) => ({ ...row, version: (before?.version ?? 0) + 1, updatedAt: now }));
  if (written.length === 0) return { statements: [], written };
  const anew = changed.filter(({ earnsAnew }) => earnsAnew);
  const followed = changed.flatMap(({ row, before }) =>
    before !== null && takenOver(before) !== takenOver(row) ? [row.id] : [],
  );
  const contactIds = changed.flatMap(({ row, before }) =>
    row.contactId === before?.contactId ? [] : (row.contactId ?? []),
  );
  const statements = [
    ...mustStand(d1, premises),
    ...contactsMustStand(d1, [...new Set(contactIds)]),
    ...packJson(written).map((json) => d1.prepare(WRITE).bind(json)),
    ...writeCommissions(
      d1,
      anew.map(({ row }) => row.id),
      anew.flatMap(({ commissions }) => commissions),
    ),
    ...markCredited(d1, followed, now),
    ...markEarned(
      d1,
      anew.flatMap(({ row }) => (row.commission === "approved" ? [row.id] : [])),
      now,
    ),
  ];
  return { statements, written };
}

/** Whether a conversion is what it was, but for when it was written. */
function isSame(before: ConversionRow, row: ConversionRow): boolean {
  const { version: _version, updatedAt: _updatedAt, ...fields } = before;
  return Object.entries(fields).every(
    ([name, value]) => JSON.stringify(value) === JSON.stringify(row[name as keyof ConversionRow]),
  );
}

/** What those take over that a conversion made. */
function takenOver({ shares, valueMinor, time, confirmedAt, subject, visitorHash, page }: ConversionRow): string {
  return JSON.stringify([shares, valueMinor, time, confirmedAt, subject, visitorHash, page]);
}

/** A contact may be erased meanwhile: nothing is written of it then. */
function contactsMustStand(d1: D1Database, ids: readonly string[]): D1PreparedStatement[] {
  return packJson(ids).map((json) =>
    mustHold(
      d1,
      "NOT EXISTS (SELECT 1 FROM json_each(?1) w LEFT JOIN contacts k ON k.id = w.value WHERE k.id IS NULL)",
      json,
    ),
  );
}

/** Statements that make these the commissions of conversions, whatever they were. */
function writeCommissions(
  d1: D1Database,
  conversionIds: readonly string[],
  rows: readonly CommissionRow[],
): D1PreparedStatement[] {
  return [
    ...packJson(conversionIds).map((json) =>
      d1
        .prepare("DELETE FROM conversion_commissions WHERE conversion_id IN (SELECT value FROM json_each(?1))")
        .bind(json),
    ),
    ...packJson(rows).map((json) =>
      d1
        .prepare(
          `INSERT INTO conversion_commissions (conversion_id, creator_id, plan_id, amount_minor, currency, hold_days)
           SELECT value ->> 'conversionId', value ->> 'creatorId', value ->> 'planId', value ->> 'amountMinor',
             value ->> 'currency', value ->> 'holdDays' FROM json_each(?1)`,
        )
        .bind(json),
    ),
  ];
}

/** Statements that have what conversions made follow them, where anything is other than before that it takes over. */
function markCredited(d1: D1Database, conversionIds: readonly string[], now: number): D1PreparedStatement[] {
  return packJson(conversionIds).map((json) =>
    d1
      .prepare(
        `INSERT INTO conversions_due (kind, id, store_id, mark, attempts, since, next_at)
         SELECT 'conversion', c.id, c.store_id, 1, 0, ?2, 0 FROM json_each(?1) w CROSS JOIN conversions c ON c.id = w.value
         WHERE EXISTS (SELECT 1 FROM conversion_definitions d
           WHERE d.store_id = c.store_id AND d.listens GLOB '*,conversion,*')
         ON CONFLICT (kind, id) DO UPDATE SET mark = mark + 1, attempts = 0, next_at = 0`,
      )
      .bind(json, now),
  );
}

/** Statements that have the books follow what is approved and comes to another amount, which nothing else of it says. */
function markEarned(d1: D1Database, conversionIds: readonly string[], now: number): D1PreparedStatement[] {
  return packJson(conversionIds).map((json) =>
    d1
      .prepare(
        `INSERT INTO conversions_due (kind, id, store_id, mark, attempts, since, next_at)
         SELECT 'settlement', c.id, c.store_id, 1, 0, ?2, 0 FROM json_each(?1) w CROSS JOIN conversions c ON c.id = w.value
         WHERE TRUE ON CONFLICT (kind, id) DO UPDATE SET mark = mark + 1, attempts = 0, next_at = 0`,
      )
      .bind(json, now),
  );
}
