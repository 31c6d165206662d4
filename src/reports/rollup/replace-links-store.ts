import { EACH_SPLIT, SPLIT_VALUE } from "../../clicks/click/sums.ts";
import { addToClickTotals, dropEmptyClickTotals } from "../../clicks/click/totals.ts";
import { CLICK_DAY } from "../../ground/time/local-day.ts";

const HOUR_MS = 3_600_000;

/** The links of `?1`, a JSON array of ids. */
const WANTED = "SELECT value FROM json_each(?1)";

/** SQL: {@link CLICK_DAY}, as a text by its type too: SQLite makes no index for a join by what has none. */
const DAY = `CAST(${CLICK_DAY} AS TEXT)`;

/** Counted clicks `c` of the links that are rolled up and still in the log. */
const IN_LOG = `in_log AS MATERIALIZED (
  SELECT c.link_id, ${DAY} AS day, CAST(c.time - c.time % ${HOUR_MS} AS INTEGER) AS hour, c.country, c.device, c.source,
    c.unique_of_day
  FROM clicks c WHERE c.link_id IN (${WANTED}) AND c.bucket = 'counted'
    AND c.seq <= (SELECT value FROM watermarks WHERE name = 'clicks')
)`;

/**
 * Clicks that have left the log, by the local day in which their hour begins: what the hours have beyond the
 * log, of the time that files hold clicks of.
 */
const ARCHIVED = `of_hours AS MATERIALIZED (
  SELECT link_id, hour, count(*) AS counted, sum(unique_of_day) AS unique_of_day FROM in_log GROUP BY 1, 2
),
archived AS MATERIALIZED (
  SELECT c.link_id, ${DAY} AS day, sum(c.counted) AS counted, sum(c.unique_of_day) AS unique_of_day
  FROM (
    SELECT h.link_id, h.hour AS time, max(0, h.counted - coalesce(l.counted, 0)) AS counted,
      max(0, h.unique_of_day - coalesce(l.unique_of_day, 0)) AS unique_of_day
    FROM click_hours h LEFT JOIN of_hours l ON l.link_id = h.link_id AND l.hour = h.hour
    WHERE h.link_id IN (${WANTED})
      AND h.hour <= (SELECT max(latest) FROM click_archives WHERE verified_at IS NOT NULL)
      AND h.hour > (SELECT min(earliest) FROM click_archives WHERE verified_at IS NOT NULL) - ${HOUR_MS}
  ) c GROUP BY 1, 2
)`;

/** SQL: as much of a count as fits into what was archived of its day, beside the counts before it. */
const fitting = (column: string): string => `max(0, min(k.${column}, a.${column}
    - (sum(k.${column}) OVER (PARTITION BY k.link_id, k.day, k.dim ORDER BY k.counted DESC, k.value) - k.${column})))`;

const KEY = "link_id, day, dim, value";

/**
 * Only the splits know what archived clicks were: they have what they had beyond the log, if it fits the
 * archived clicks of the day, and the rest is not known. So all splits of a day sum up to the same.
 */
const SPLITS = `of_log AS MATERIALIZED (
  SELECT c.link_id, c.day, CAST(d.value AS TEXT) AS dim, CAST(${SPLIT_VALUE} AS TEXT) AS value, count(*) AS counted,
    sum(c.unique_of_day) AS unique_of_day
  FROM in_log c CROSS JOIN ${EACH_SPLIT} GROUP BY 1, 2, 3, 4
),
known AS (
  SELECT s.link_id, s.day, s.dim, s.value, max(0, s.counted - coalesce(l.counted, 0)) AS counted,
    max(0, s.unique_of_day - coalesce(l.unique_of_day, 0)) AS unique_of_day
  FROM click_splits s LEFT JOIN of_log l
    ON l.link_id = s.link_id AND l.day = s.day AND l.dim = s.dim AND l.value = s.value
  WHERE s.link_id IN (${WANTED})
),
kept AS MATERIALIZED (
  SELECT k.link_id, k.day, k.dim, k.value, ${fitting("counted")} AS counted, ${fitting("unique_of_day")} AS unique_of_day
  FROM known k JOIN archived a ON a.link_id = k.link_id AND a.day = k.day
),
of_kept AS MATERIALIZED (
  SELECT link_id, day, dim, sum(counted) AS counted, sum(unique_of_day) AS unique_of_day FROM kept GROUP BY 1, 2, 3
),
made AS (
  SELECT ${KEY}, counted, unique_of_day FROM of_log
  UNION ALL SELECT ${KEY}, counted, unique_of_day FROM kept
  UNION ALL
  SELECT a.link_id, a.day, d.value, '', a.counted - coalesce(k.counted, 0), a.unique_of_day - coalesce(k.unique_of_day, 0)
  FROM archived a CROSS JOIN ${EACH_SPLIT}
  LEFT JOIN of_kept k ON k.link_id = a.link_id AND k.day = a.day AND k.dim = d.value
  UNION ALL SELECT ${KEY}, 0, 0 FROM click_splits WHERE link_id IN (${WANTED})
)`;

/** All months of the links, added to the totals or taken away. */
const totalled = (sign: 1 | -1): string =>
  `SELECT link_id, ${sign} * sum(counted) AS counted, ${sign} * sum(unique_of_day) AS unique_of_day
   FROM click_months WHERE link_id IN (${WANTED}) GROUP BY 1`;

/** The log is read once: days are the sums of one split, months those of days. Totals move by the difference of months. */
const REPLACE = [
  addToClickTotals("", totalled(-1)),
  `WITH ${IN_LOG}, ${ARCHIVED}, ${SPLITS}
   INSERT INTO click_splits (${KEY}, counted, unique_of_day)
   SELECT ${KEY}, sum(counted), sum(unique_of_day) FROM made WHERE true GROUP BY 1, 2, 3, 4
   ON CONFLICT (${KEY}) DO UPDATE SET counted = excluded.counted, unique_of_day = excluded.unique_of_day`,
  `DELETE FROM click_splits WHERE link_id IN (${WANTED}) AND counted = 0 AND unique_of_day = 0`,
  `DELETE FROM click_days WHERE link_id IN (${WANTED})`,
  `INSERT INTO click_days (link_id, day, counted, unique_of_day)
   SELECT link_id, day, sum(counted), sum(unique_of_day) FROM click_splits
   WHERE link_id IN (${WANTED}) AND dim = 'device' GROUP BY 1, 2`,
  `DELETE FROM click_months WHERE link_id IN (${WANTED})`,
  `INSERT INTO click_months (link_id, month, counted, unique_of_day)
   SELECT link_id, substr(day, 1, 7), sum(counted), sum(unique_of_day) FROM click_days
   WHERE link_id IN (${WANTED}) GROUP BY 1, 2`,
  addToClickTotals("", totalled(1)),
  dropEmptyClickTotals("", `SELECT value AS link_id, 0 AS counted, 0 AS unique_of_day FROM json_each(?1)`),
];

/**
 * Statements that make the days, months and splits of links anew, and move the totals with them: of clicks in the log up to the watermark
 * from these, of archived ones from the hours, where an hour belongs to the day in which it begins. What
 * archived clicks were split by stays as it is, as far as it fits. To be run as one batch; harmless to repeat.
 */
export function replaceLinkSums(d1: D1Database, linkIds: readonly string[]): D1PreparedStatement[] {
  const json = JSON.stringify(linkIds);
  return REPLACE.map((sql) => d1.prepare(sql).bind(json));
}
