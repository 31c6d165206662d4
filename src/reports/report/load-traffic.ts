import { belongsTo } from "../../ground/db/belongs.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { ReportFilter } from "./filter.ts";
import { INTERVAL_MS, type Interval, type ReportRange, type Span } from "../../ground/time/range.ts";
import type { TrafficRow } from "./schema.ts";

/** The links whose traffic is asked for; a filter left out holds for all. */
type LinkFilter = Pick<ReportFilter, "store" | "campaign" | "creator" | "link">;

const NOTHING: Span = { from: 0, to: 0 };

const LINK_OWNED = { campaign: "links.campaign_id", plan: "links.plan_id", creator: "links.creator_id" };

/** Links that pass the filter, deleted ones included: their clicks were counted. */
const PICKED = `picked AS MATERIALIZED (
  SELECT id FROM links
  WHERE (?7 IS NULL OR store_id = ?7) AND (?8 IS NULL OR ${belongsTo("?8", LINK_OWNED)})
    AND (?9 IS NULL OR creator_id = ?9) AND (?10 IS NULL OR id = ?10))`;

const ONE_EACH = `(bucket = 'counted') AS counted, c.unique_of_day, (bucket = 'bot') AS bot, (bucket = 'prefetch') AS prefetch,
  (bucket = 'head') AS head, (bucket = 'embedded') AS embedded, (bucket = 'duplicate') AS duplicate, (bucket = 'inactive') AS inactive`;

/**
 * Every count in the span, each once: whole hours from the roll-up, their clicks that it has not
 * read yet from the log, and the ends of the span from the log. One statement, so that a roll-up
 * can't come in between. `?1`–`?2` whole hours, `?3`–`?4` and `?5`–`?6` the ends.
 */
const COUNTS = `WITH ${PICKED},
mark AS MATERIALIZED (SELECT coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0) AS seq),
counts AS (
  SELECT h.link_id, h.hour AS time, h.counted, h.unique_of_day, h.bot, h.prefetch, h.head, h.embedded, h.duplicate, h.inactive
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

type Counts = Record<
  "counted" | "uniqueOfDay" | "bot" | "prefetch" | "head" | "embedded" | "duplicate" | "inactive",
  number
>;

function bindings(range: ReportRange, filter: LinkFilter): (string | number | null)[] {
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
  filter: LinkFilter,
  interval: Interval,
): Promise<{ data: TrafficRow[]; total: TrafficRow }> {
  const { results } = await db
    .prepare(
      `${COUNTS}
       SELECT ${startOf(interval)} AS start, sum(counted) AS counted, sum(bot) AS bot, sum(prefetch) AS prefetch,
         sum(head) AS head, sum(embedded) AS embedded, sum(duplicate) AS duplicate, sum(inactive) AS inactive
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
    embedded: 0,
    duplicate: 0,
    inactive: 0,
  };
  const data = results.map(({ start, ...buckets }) => {
    const requests = Object.values(buckets).reduce((sum, count) => sum + count, 0);
    const row: TrafficRow = { start: isoOf(start), requests, ...buckets };
    for (const name of ["requests", "counted", "bot", "prefetch", "head", "embedded", "duplicate", "inactive"] as const)
      total[name] += row[name];
    return row;
  });
  return { data: interval === "total" && data.length === 0 ? [{ ...total }] : data, total };
}
