import { addToSums, dropEmptySums } from "./sums.ts";
import type { ClickRow } from "./row.ts";

const HOUR_MS = 3_600_000;

/**
 * Counted clicks of the table that a click of the batch comes before, so that they were not the
 * first after all: `lost_window` where they become duplicates, `lost_day` where they stay counted
 * but were not the visitor's first of the day.
 */
// The index is named because SQLite would take the one by link and time, and read all that is newer
// on a link for each click that comes late.
const LOSERS = `
WITH incoming AS MATERIALIZED (
  SELECT value ->> 'visitorKey' AS visitor_key, value ->> 'linkId' AS link_id, value ->> 'windowStart' AS window_start,
         value ->> 'time' AS time, value ->> 'id' AS id, value ->> 'firstOfDay' AS first_of_day
  FROM json_each(?1)
),
losers AS MATERIALIZED (
  SELECT c.seq, c.link_id, c.time, c.country, c.device, c.source, max(i.window_start = c.window_start) AS lost_window, c.unique_of_day AS lost_day
  FROM incoming i CROSS JOIN clicks c INDEXED BY clicks_counted ON c.visitor_key = i.visitor_key AND c.link_id = i.link_id
  WHERE c.bucket = 'counted' AND c.visitor_key IS NOT NULL
    AND (i.time, i.id) < (c.time, c.id)
    AND (i.window_start = c.window_start OR (i.first_of_day AND c.unique_of_day))
  GROUP BY c.seq
)`;

/** The losers that sums were made with. What no roll-up has read yet needs no correction: it will be read as it is then. */
const SUMMED = `${LOSERS},
moved AS MATERIALIZED (
  SELECT link_id, time, country, device, source, -lost_window AS counted, -lost_day AS unique_of_day
  FROM losers WHERE seq <= coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0)
)`;

const CORRECT = [
  `${SUMMED}
   INSERT INTO click_hours (link_id, hour, counted, unique_of_day, bot, prefetch, head, embedded, duplicate, inactive)
   SELECT link_id, time - time % ${HOUR_MS}, sum(counted), sum(unique_of_day), 0, 0, 0, 0, -sum(counted), 0
   FROM moved WHERE true GROUP BY 1, 2
   ON CONFLICT (link_id, hour) DO UPDATE SET
     counted = counted + excluded.counted, unique_of_day = unique_of_day + excluded.unique_of_day,
     duplicate = duplicate + excluded.duplicate`,
  ...addToSums(SUMMED),
  ...dropEmptySums(SUMMED),
  `${LOSERS}
   UPDATE clicks SET
     bucket = CASE WHEN l.lost_window THEN 'duplicate' ELSE clicks.bucket END,
     reason = CASE WHEN l.lost_window THEN 'repeat_in_window' ELSE clicks.reason END,
     unique_of_day = 0
   FROM losers l WHERE clicks.seq = l.seq`,
];

/** What orders count for that were rolled up before the click which decided: it comes now. */
const AWAITED = `
INSERT INTO order_rollups_due (order_id, mark)
SELECT DISTINCT f.order_id, 1 FROM json_each(?1) i CROSS JOIN order_facts f ON f.awaits = i.value AND f.awaits <> ''
WHERE true ON CONFLICT (order_id) DO UPDATE SET mark = mark + 1`;

/**
 * Statements that add clicks at `now` (ms UTC), to be run as one batch. A click whose id is there
 * already is passed over. `counted` goes to the earliest click of each visitor, link and window,
 * whatever the order of arrival: a later one that held it gives it back, and if it was rolled up
 * already, so do the sums. D1 runs batches one after another, so nothing comes in between.
 */
export function insertClicks(db: D1Database, rows: readonly ClickRow[], now: number): D1PreparedStatement[] {
  // Only the first visit of its window can take another's place; little else of it matters for that.
  const firsts = rows.filter(({ visitorKey, firstOfWindow }) => visitorKey !== null && firstOfWindow);
  const claims = JSON.stringify(
    firsts.map(({ visitorKey, linkId, windowStart, time, id, firstOfDay }) => ({
      visitorKey,
      linkId,
      windowStart,
      time,
      id,
      firstOfDay,
    })),
  );
  return [
    ...CORRECT.map((sql) => db.prepare(sql).bind(claims)),
    db.prepare(INSERT).bind(JSON.stringify(rows), now),
    db.prepare(AWAITED).bind(JSON.stringify(rows.map(({ id }) => id))),
  ];
}

/** The condition under which an incoming visit is its visitor's first in the window. */
const IS_COUNTED = `value ->> 'bucket' = 'visit' AND value ->> 'firstOfWindow' AND NOT EXISTS (
  SELECT 1 FROM clicks c
  WHERE c.visitor_key = value ->> 'visitorKey' AND c.link_id = value ->> 'linkId'
    AND c.window_start = value ->> 'windowStart' AND c.bucket = 'counted' AND c.visitor_key IS NOT NULL)`;

/** The same for the day. */
const IS_UNIQUE = `value ->> 'bucket' = 'visit' AND value ->> 'firstOfDay' AND NOT EXISTS (
  SELECT 1 FROM clicks c
  WHERE c.visitor_key = value ->> 'visitorKey' AND c.link_id = value ->> 'linkId'
    AND c.bucket = 'counted' AND c.visitor_key IS NOT NULL AND c.unique_of_day)`;

/** Only a repeated id is passed over; any other broken constraint must be heard. */
const INSERT = `
INSERT INTO clicks (id, link_id, time, bucket, reason, visitor_key, window_start, unique_of_day, country, region, city, colo,
  device, browser, os, language, referrer_host, source, utm_source, utm_medium, utm_campaign, utm_term, utm_content,
  rule, consent, consent_source, ingested_at)
SELECT value ->> 'id', value ->> 'linkId', value ->> 'time',
  CASE WHEN ${IS_COUNTED} THEN 'counted' WHEN value ->> 'bucket' = 'visit' THEN 'duplicate' ELSE value ->> 'bucket' END,
  CASE WHEN ${IS_COUNTED} THEN iif(value ->> 'visitorKey' IS NULL, 'anonymous', 'first_in_window')
       WHEN value ->> 'bucket' = 'visit' THEN 'repeat_in_window' ELSE value ->> 'reason' END,
  value ->> 'visitorKey', value ->> 'windowStart', CASE WHEN ${IS_UNIQUE} THEN 1 ELSE 0 END,
  value ->> 'country', value ->> 'region', value ->> 'city', value ->> 'colo',
  value ->> 'device', value ->> 'browser', value ->> 'os', value ->> 'language', value ->> 'referrerHost',
  value ->> 'source', value ->> 'utmSource', value ->> 'utmMedium', value ->> 'utmCampaign', value ->> 'utmTerm',
  value ->> 'utmContent', value ->> 'rule', value ->> 'consent', value ->> 'consentSource', ?2
FROM json_each(?1) WHERE true
ON CONFLICT (id) DO NOTHING`;
