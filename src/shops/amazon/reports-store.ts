import { mustHold } from "../../ground/db/premise.ts";
import { packJson } from "../../ground/db/pack.ts";
import type { attributionReports } from "../../ground/db/schema/attribution-report.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { badCursor, type ListOrder, type Stretch, textOf } from "../../ground/http/pagination.ts";
import {
  type AmazonFigures,
  FIGURE_COLUMNS,
  FIGURES,
  type SourceNames,
} from "../../ground/model/attribution-report.ts";
import type { StoreRow } from "../../programme/store/store.ts";
import { assignSources } from "./assign-store.ts";
import type { ReadReport } from "./read-report.ts";
import type { AttributionReport, AttributionRow, RowFilters } from "./report-schema.ts";

/** A report that was imported. */
export type ReportRow = typeof attributionReports.$inferSelect;

/** A report, with how many of its days no later one has replaced. */
export type StandingReport = ReportRow & { standing: number };

interface ReportSql extends Omit<StandingReport, "totals"> {
  totals: string;
}

const REPORT_COLUMNS = `r.id, r.store_id AS storeId, r.format, r.content_hash AS contentHash, r.first_day AS firstDay,
  r.last_day AS lastDay, r.days, r.rows, r.total_lines AS totalLines, r.totals, r.actor, r.created_at AS createdAt,
  (SELECT count(*) FROM attribution_days d WHERE d.store_id = r.store_id AND d.day BETWEEN r.first_day AND r.last_day
     AND d.report_id = r.id) AS standing`;

const reportOf = ({ totals, ...row }: ReportSql): StandingReport => ({
  ...row,
  totals: JSON.parse(totals) as ReportRow["totals"],
});

/** A store's reports from new to old, starting after the id `after`. */
export async function listReports({ d1 }: Deps, storeId: string, { after, limit }: Stretch): Promise<StandingReport[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${REPORT_COLUMNS} FROM attribution_reports r
       WHERE r.store_id = ?1 AND (?2 IS NULL OR r.id < ?2) ORDER BY r.id DESC LIMIT ?3`,
    )
    .bind(storeId, after, limit)
    .all<ReportSql>();
  return results.map(reportOf);
}

/** The report that all of these days of a store are from, as it says the same; `null`: some day is from another. */
export async function sameReport(
  { d1 }: Deps,
  storeId: string,
  days: readonly string[],
  contentHash: string,
): Promise<StandingReport | null> {
  const found = await d1
    .prepare(
      `SELECT count(*) AS days, max(d.report_id) AS id FROM json_each(?2) w
       CROSS JOIN attribution_days d ON d.store_id = ?1 AND d.day = w.value
       CROSS JOIN attribution_reports r ON r.id = d.report_id AND r.content_hash = ?3`,
    )
    .bind(storeId, JSON.stringify(days), contentHash)
    .first<{ days: number; id: string | null }>();
  if (found?.id == null || found.days !== days.length) return null;
  const row = await d1
    .prepare(`SELECT ${REPORT_COLUMNS} FROM attribution_reports r WHERE r.id = ?1`)
    .bind(found.id)
    .first<ReportSql>();
  return row === null ? null : reportOf(row);
}

const COLUMNS = FIGURES.map((name) => FIGURE_COLUMNS[name]).join(", ");
const VALUES = FIGURES.map((name) => `w.value ->> '$.figures.${name}'`).join(", ");

/**
 * Statements that put a report in the place of whatever its days had, as one batch, so that of two reports at once the
 * one that comes last stands. They break it off if the store was deleted, or runs on another platform.
 */
export function writeReport(
  d1: D1Database,
  store: StoreRow,
  row: ReportRow,
  report: ReadReport,
  newSource: () => string,
): D1PreparedStatement[] {
  const { days, rows } = report;
  const sources = [...new Map(rows.map(({ key, names }) => [key, { key, names }])).values()].map((source) => ({
    id: newSource(),
    ...source,
  }));
  const { id, storeId, createdAt } = row;
  return [
    mustHold(
      d1,
      "EXISTS (SELECT 1 FROM stores WHERE id = ?1 AND deleted_at IS NULL AND provider = ?2)",
      storeId,
      store.provider,
    ),
    d1
      .prepare("DELETE FROM attribution_rows WHERE store_id = ?1 AND day IN (SELECT value FROM json_each(?2))")
      .bind(storeId, JSON.stringify(days)),
    ...packJson(sources).map((json) =>
      d1
        .prepare(
          `INSERT INTO attribution_sources (id, store_id, key, names, created_at)
           SELECT value ->> 'id', ?2, value ->> 'key', value -> 'names', ?3 FROM json_each(?1) WHERE true
           ON CONFLICT (store_id, key) DO UPDATE SET names = excluded.names`,
        )
        .bind(json, storeId, createdAt),
    ),
    assignSources(d1, storeId),
    ...packJson(rows.map(({ day, key, currency, figures }) => ({ day, key, currency, figures }))).map((json) =>
      d1
        .prepare(
          `INSERT INTO attribution_rows (store_id, day, source_id, currency, ${COLUMNS})
           SELECT ?2, w.value ->> 'day', s.id, w.value ->> 'currency', ${VALUES}
           FROM json_each(?1) w CROSS JOIN attribution_sources s ON s.store_id = ?2 AND s.key = w.value ->> 'key'`,
        )
        .bind(json, storeId),
    ),
    d1
      .prepare(
        `INSERT INTO attribution_reports (id, store_id, format, content_hash, first_day, last_day, days, rows, total_lines,
           totals, actor, created_at)
         SELECT value ->> 'id', value ->> 'storeId', value ->> 'format', value ->> 'contentHash', value ->> 'firstDay',
           value ->> 'lastDay', value ->> 'days', value ->> 'rows', value ->> 'totalLines', value -> 'totals',
           value ->> 'actor', value ->> 'createdAt'
         FROM json_each(?1)`,
      )
      .bind(JSON.stringify([row])),
    d1
      .prepare(
        `INSERT INTO attribution_days (store_id, day, report_id) SELECT ?1, value, ?3 FROM json_each(?2) WHERE true
         ON CONFLICT (store_id, day) DO UPDATE SET report_id = excluded.report_id`,
      )
      .bind(storeId, JSON.stringify(days), id),
  ];
}

/** A report as the API shows it. */
export function presentReport({ contentHash: _hash, createdAt, ...row }: StandingReport): AttributionReport {
  return { ...row, createdAt: isoOf(createdAt) };
}

/** A row of a report as it is read. */
export interface StoredRow extends AmazonFigures {
  day: string;
  sourceId: string;
  currency: string;
  names: SourceNames;
  creatorId: string | null;
  reportId: string;
}

/** Where a row stands in the list: the newest day first, in it by source and currency. */
export type RowPlace = Pick<StoredRow, "day" | "sourceId" | "currency">;

const PLACE = /^r1:(\d{4}-\d{2}-\d{2}) (ats_[0-9a-z]{16}) ([A-Z]{3})$/;

/** The order of the list of rows. */
export const byRowPlace: ListOrder<StoredRow, RowPlace> = {
  placeOf: (cursor) => {
    if (cursor === undefined) return null;
    const [, day, sourceId, currency] = PLACE.exec(textOf(cursor)) ?? [];
    if (day === undefined || sourceId === undefined || currency === undefined) throw badCursor();
    return { day, sourceId, currency };
  },
  cursorOf: ({ day, sourceId, currency }) => btoa(`r1:${day} ${sourceId} ${currency}`).replaceAll("=", ""),
};

/** Rows of a store's reports that match the filters. */
export async function listRows(
  { d1 }: Deps,
  storeId: string,
  { after, limit }: Stretch<RowPlace>,
  { from, to, creator, sourceId, unassigned }: Partial<RowFilters>,
): Promise<StoredRow[]> {
  const figures = FIGURES.map((name) => `r.${FIGURE_COLUMNS[name]} AS ${name}`).join(", ");
  const { results } = await d1
    .prepare(
      `SELECT r.day, r.source_id AS sourceId, r.currency, s.names, s.creator_id AS creatorId, d.report_id AS reportId,
         ${figures}
       FROM attribution_rows r JOIN attribution_sources s ON s.id = r.source_id
       JOIN attribution_days d ON d.store_id = r.store_id AND d.day = r.day
       WHERE r.store_id = ?1 AND (?2 IS NULL OR r.day >= ?2) AND (?3 IS NULL OR r.day <= ?3)
         AND (?4 IS NULL OR s.creator_id = ?4) AND (?5 IS NULL OR r.source_id = ?5)
         AND (?6 = 0 OR s.creator_id IS NULL)
         AND (?7 IS NULL OR r.day < ?7 OR (r.day = ?7 AND (r.source_id, r.currency) > (?8, ?9)))
       ORDER BY r.day DESC, r.source_id, r.currency LIMIT ?10`,
    )
    .bind(
      storeId,
      from ?? null,
      to ?? null,
      creator ?? null,
      sourceId ?? null,
      unassigned === "true" ? 1 : 0,
      after?.day ?? null,
      after?.sourceId ?? null,
      after?.currency ?? null,
      limit,
    )
    .all<Omit<StoredRow, "names"> & { names: string }>();
  return results.map((row) => ({ ...row, names: JSON.parse(row.names) as SourceNames }));
}

/** A row as the API shows it. */
export function presentRow(row: StoredRow): AttributionRow {
  return { source: "amazon", ...row, names: { ...row.names } };
}
