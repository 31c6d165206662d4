import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { exporterOf } from "../../visits/export/exported.ts";
import { unpackEvents } from "../../visits/log/pack.ts";
import type { ExportedVisitEvent } from "./visit-schema.ts";
import { type ExportRange, walkTable } from "./walk.ts";

/** Rows of the log that are held at once: each has up to a thousand events. */
const ROWS = 10;

const IN_RANGE = `l.latest >= ?2 AND l.earliest < ?3`;

// `CROSS JOIN` keeps SQLite on the index by store and time, which has the number of each row.
const FIND = `
SELECT min(l.seq) AS seq FROM stores s CROSS JOIN visit_log l ON l.store_id = s.id AND ${IN_RANGE}
WHERE (?4 IS NULL OR s.id = ?4) AND l.seq >= ?1`;

// A plus in front keeps the index by store out of it: the number alone leads to the rows.
const READ = `
SELECT l.seq, l.store_id AS storeId, l.earliest, l.facts FROM visit_log l
WHERE l.seq >= ?1 AND l.seq <= (SELECT max(seq) FROM (SELECT seq FROM visit_log WHERE seq >= ?1 ORDER BY seq LIMIT ${ROWS}))
  AND ${IN_RANGE} AND (?4 IS NULL OR +l.store_id = ?4) ORDER BY l.seq`;

/** The columns of visits as CSV, in order. */
export const VISIT_COLUMNS = [
  "id",
  "storeId",
  "time",
  "type",
  "visitor",
  "visit",
  "pageOfVisit",
  "page",
  "source",
  "sourceName",
  "sourceRule",
  "campaign",
  "linkId",
  "country",
  "device",
  "name",
  "label",
  "engagedMs",
  "scroll",
  "cartItems",
  "cartValueMinor",
  "currency",
] as const;

interface Row {
  seq: number;
  storeId: string;
  earliest: number;
  facts: string;
}

/** What consenting visitors did in a range, as it was written, a row of the log at a time. Throws what D1 throws. */
export async function* visitPages({ d1, env }: Deps, range: ExportRange): AsyncGenerator<ExportedVisitEvent[]> {
  const { from, to, store } = range;
  const exporter = exporterOf(env.VISITOR_KEY);
  const rows = walkTable<number, Row>(0, {
    find: async (seq) => d1.prepare(FIND).bind(seq, from, to, store).first<number>("seq"),
    read: async (seq) => (await d1.prepare(READ).bind(seq, from, to, store).all<Row>()).results,
    after: ({ seq }) => seq + 1,
  });
  for await (const page of rows) {
    for (const row of page) {
      const events = await exporter(row.storeId, unpackEvents(row));
      yield events
        .filter(({ time }) => time >= from && time < to)
        .map(({ id, time, ...event }) => ({ id, storeId: row.storeId, time: isoOf(time), ...event }));
    }
  }
}

/** An event as a line of CSV: its cells by {@link VISIT_COLUMNS}. */
export function visitCells({
  source,
  cart,
  ...event
}: ExportedVisitEvent): Record<(typeof VISIT_COLUMNS)[number], unknown> {
  return {
    ...event,
    source: source.kind,
    sourceName: source.name,
    sourceRule: source.rule,
    cartItems: cart?.items,
    cartValueMinor: cart?.valueMinor,
    currency: cart?.currency,
  };
}
