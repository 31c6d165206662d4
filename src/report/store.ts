import { isoOf } from "../http/fields.ts";
import { INTERVAL_MS, type Interval, type ReportRange, type Span } from "./range.ts";
import type { LinkReportRow, LinksQuery, TrafficRow } from "./schema.ts";

/** The links that a report is about; a filter left out holds for all. */
export interface ReportFilter {
  store?: string | undefined;
  campaign?: string | undefined;
  creator?: string | undefined;
  link?: string | undefined;
}

const NOTHING: Span = { from: 0, to: 0 };

/** Links that pass the filter, deleted ones included: their clicks were counted. */
const PICKED = `picked AS MATERIALIZED (
  SELECT id FROM links
  WHERE (?7 IS NULL OR store_id = ?7) AND (?8 IS NULL OR campaign_id = ?8)
    AND (?9 IS NULL OR creator_id = ?9) AND (?10 IS NULL OR id = ?10))`;

const ONE_EACH = `(bucket = 'counted') AS counted, c.unique_of_day, (bucket = 'bot') AS bot, (bucket = 'prefetch') AS prefetch,
  (bucket = 'head') AS head, (bucket = 'duplicate') AS duplicate, (bucket = 'inactive') AS inactive`;

/**
 * Every count in the span, each once: whole hours from the roll-up, their clicks that it has not
 * read yet from the log, and the ends of the span from the log. One statement, so that a roll-up
 * can't come in between. `?1`–`?2` whole hours, `?3`–`?4` and `?5`–`?6` the ends.
 */
const COUNTS = `WITH ${PICKED},
mark AS MATERIALIZED (SELECT coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0) AS seq),
counts AS (
  SELECT h.link_id, h.hour AS time, h.counted, h.unique_of_day, h.bot, h.prefetch, h.head, h.duplicate, h.inactive
  FROM picked p CROSS JOIN click_hours h ON h.link_id = p.id AND h.hour >= ?1 AND h.hour < ?2
  UNION ALL
  SELECT c.link_id, c.time, ${ONE_EACH}
  FROM mark CROSS JOIN clicks c ON c.seq > mark.seq
  WHERE c.time >= ?1 AND c.time < ?2 AND c.link_id IN (SELECT id FROM picked)
  UNION ALL
  SELECT c.link_id, c.time, ${ONE_EACH}
  FROM picked p CROSS JOIN clicks c ON c.link_id = p.id AND c.time >= ?3 AND c.time < ?4
  UNION ALL
  SELECT c.link_id, c.time, ${ONE_EACH}
  FROM picked p CROSS JOIN clicks c ON c.link_id = p.id AND c.time >= ?5 AND c.time < ?6
)`;

type Counts = Record<"counted" | "uniqueOfDay" | "bot" | "prefetch" | "head" | "duplicate" | "inactive", number>;

function bindings(range: ReportRange, filter: ReportFilter): (string | number | null)[] {
  const hours = range.hours ?? NOTHING;
  const [first = NOTHING, last = NOTHING] = range.edges;
  return [
    hours.from,
    hours.to,
    first.from,
    first.to,
    last.from,
    last.to,
    filter.store ?? null,
    filter.campaign ?? null,
    filter.creator ?? null,
    filter.link ?? null,
  ];
}

/** SQL for the start of the interval that holds `time`; `NULL` for the whole span. */
function startOf(interval: Interval): string {
  return interval === "total" ? "NULL" : `time - time % ${INTERVAL_MS[interval]}`;
}

/** Requests by bucket and interval, oldest first, with their total. */
export async function readTraffic(
  db: D1Database,
  range: ReportRange,
  filter: ReportFilter,
  interval: Interval,
): Promise<{ data: TrafficRow[]; total: TrafficRow }> {
  const { results } = await db
    .prepare(
      `${COUNTS}
       SELECT ${startOf(interval)} AS start, sum(counted) AS counted, sum(bot) AS bot, sum(prefetch) AS prefetch,
         sum(head) AS head, sum(duplicate) AS duplicate, sum(inactive) AS inactive
       FROM counts GROUP BY 1 ORDER BY 1`,
    )
    .bind(...bindings(range, filter))
    .all<Omit<Counts, "uniqueOfDay"> & { start: number | null }>();
  const total: TrafficRow = {
    start: null,
    requests: 0,
    counted: 0,
    bot: 0,
    prefetch: 0,
    head: 0,
    duplicate: 0,
    inactive: 0,
  };
  const data = results.map(({ start, ...buckets }) => {
    const requests = Object.values(buckets).reduce((sum, count) => sum + count, 0);
    const row: TrafficRow = { start: isoOf(start), requests, ...buckets };
    for (const name of ["requests", "counted", "bot", "prefetch", "head", "duplicate", "inactive"] as const)
      total[name] += row[name];
    return row;
  });
  return { data: interval === "total" && data.length === 0 ? [{ ...total }] : data, total };
}

const SORTS: Readonly<Record<LinksQuery["sort"], string>> = {
  "-clicks": "clicks DESC, l.id, start",
  clicks: "clicks, l.id, start",
  "-uniqueClicks": "uniqueClicks DESC, l.id, start",
  uniqueClicks: "uniqueClicks, l.id, start",
  slug: "l.slug_key, l.id, start",
  "-slug": "l.slug_key DESC, l.id, start",
  start: "start, l.id",
  "-start": "start DESC, l.id",
};

/** Clicks by link and interval, a page of them, with the total of all. */
export async function readLinks(
  db: D1Database,
  range: ReportRange,
  filter: ReportFilter,
  query: Pick<LinksQuery, "interval" | "sort" | "limit" | "offset">,
): Promise<{ data: LinkReportRow[]; total: { clicks: number; uniqueClicks: number }; nextOffset: number | null }> {
  const start = startOf(query.interval);
  // Over the whole span a link without a click has its row of zeros; by interval it has none.
  const join = query.interval === "total" ? "LEFT JOIN" : "JOIN";
  const values = bindings(range, filter);
  const [rows, sums] = await db.batch<Record<string, unknown>>([
    db
      .prepare(
        `${COUNTS},
         sums AS (SELECT link_id, ${start} AS start, sum(counted) AS clicks, sum(unique_of_day) AS uniques FROM counts GROUP BY 1, 2)
         SELECT l.id AS linkId, l.slug, nullif(l.domain, '') AS domain, l.store_id AS storeId, l.creator_id AS creatorId,
           l.campaign_id AS campaignId, s.start, coalesce(s.clicks, 0) AS clicks, coalesce(s.uniques, 0) AS uniqueClicks
         FROM picked p JOIN links l ON l.id = p.id ${join} sums s ON s.link_id = p.id
         WHERE l.deleted_at IS NULL OR s.clicks > 0
         ORDER BY ${SORTS[query.sort]} LIMIT ?11 OFFSET ?12`,
      )
      .bind(...values, query.limit + 1, query.offset),
    db
      .prepare(
        `${COUNTS} SELECT coalesce(sum(counted), 0) AS clicks, coalesce(sum(unique_of_day), 0) AS uniqueClicks FROM counts`,
      )
      .bind(...values),
  ]);
  const found = (rows?.results ?? []) as unknown as (Omit<LinkReportRow, "start"> & { start: number | null })[];
  const [total] = (sums?.results ?? []) as unknown as { clicks: number; uniqueClicks: number }[];
  return {
    data: found.slice(0, query.limit).map((row) => ({ ...row, start: isoOf(row.start) })),
    total: total ?? { clicks: 0, uniqueClicks: 0 },
    nextOffset: found.length > query.limit ? query.offset + query.limit : null,
  };
}
