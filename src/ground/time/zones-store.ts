import { packJson } from "../db/pack.ts";
import { offsetSpans } from "./offsets.ts";

const MISSING = `SELECT value AS zone FROM json_each(?1)
  WHERE NOT EXISTS (SELECT 1 FROM zone_offsets WHERE zone = value)`;

const MISSING_OF_STORES = `SELECT 'UTC' AS zone WHERE NOT EXISTS (SELECT 1 FROM zone_offsets WHERE zone = 'UTC')
  UNION SELECT timezone FROM stores WHERE NOT EXISTS (SELECT 1 FROM zone_offsets WHERE zone = timezone)`;

const INSERT = `INSERT OR IGNORE INTO zone_offsets (zone, from_at, to_at, offset_ms)
  SELECT value ->> 'zone', value ->> 'fromAt', value ->> 'toAt', value ->> 'offsetMs' FROM json_each(?1)`;

/**
 * Writes the offsets of time zones (see `offsetSpans`), as far as they aren't there yet, so that SQL knows
 * local days (see `localDay`). To be called before a store has a zone. Throws a `RangeError` for a zone that
 * isn't known, and what D1 throws.
 */
export async function ensureZones(d1: D1Database, zones: readonly string[]): Promise<void> {
  const { results } = await d1.prepare(MISSING).bind(JSON.stringify(zones)).all<{ zone: string }>();
  await insertZones(d1, results);
}

/** The same for UTC and the zones of all stores. */
export async function ensureStoreZones(d1: D1Database): Promise<void> {
  const { results } = await d1.prepare(MISSING_OF_STORES).all<{ zone: string }>();
  await insertZones(d1, results);
}

/** All spans of a zone in one statement: a zone is there whole or not at all. */
async function insertZones(d1: D1Database, missing: readonly { zone: string }[]): Promise<void> {
  const spans = missing.map(({ zone }) => offsetSpans(zone).map((span) => ({ zone, ...span })));
  const statements = packJson(spans.flat()).map((json) => d1.prepare(INSERT).bind(json));
  if (statements.length > 0) await d1.batch(statements);
}
