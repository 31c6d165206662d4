import { addToSums } from "../../clicks/click/sums.ts";
import { ensureStoreZones } from "../../ground/time/zones-store.ts";

/**
 * Clicks rolled up in one batch. It takes about half a second, far below D1's limit of 30 s; in smaller ones, links
 * that are clicked all the time have their sums written so much oftener.
 */
const CHUNK_CLICKS = 50_000;

/** Batches in one run: a backlog of a million clicks is worked off in three minutes. */
const CHUNKS_A_RUN = 8;

const HOUR_MS = 3_600_000;

/** The last click of the next chunk, in order of arrival; never below the watermark. */
const CHUNK_END = `(SELECT coalesce(max(seq), 0) FROM (
  SELECT seq FROM clicks WHERE seq > coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0) ORDER BY seq LIMIT ?1))`;

const ADD = `
INSERT INTO click_hours (link_id, hour, counted, unique_of_day, bot, prefetch, head, embedded, duplicate, inactive)
SELECT link_id, time - time % ${HOUR_MS},
  sum(bucket = 'counted'), sum(unique_of_day), sum(bucket = 'bot'), sum(bucket = 'prefetch'), sum(bucket = 'head'),
  sum(bucket = 'embedded'), sum(bucket = 'duplicate'), sum(bucket = 'inactive')
FROM clicks
WHERE seq > coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0) AND seq <= ${CHUNK_END}
GROUP BY 1, 2
ON CONFLICT (link_id, hour) DO UPDATE SET
  counted = counted + excluded.counted, unique_of_day = unique_of_day + excluded.unique_of_day,
  bot = bot + excluded.bot, prefetch = prefetch + excluded.prefetch, head = head + excluded.head,
  embedded = embedded + excluded.embedded, duplicate = duplicate + excluded.duplicate, inactive = inactive + excluded.inactive`;

/** Their days, months, splits and totals. */
const ADD_SUMS = addToSums(`
WITH moved AS MATERIALIZED (
  SELECT link_id, time, country, device, source, 1 AS counted, unique_of_day FROM clicks
  WHERE seq > coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0) AND seq <= ${CHUNK_END}
    AND bucket = 'counted')`);

/** The earliest or latest moment that anything is rolled up of: whoever looks for what came before or after needs to look nowhere. */
const outermost = (name: "earliest_click" | "latest_click", of: "min" | "max"): string => `
INSERT INTO watermarks (name, value, updated_at)
SELECT '${name}', ${of}(time), ?2 FROM clicks
WHERE seq > coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0) AND seq <= ${CHUNK_END}
HAVING ${of}(time) IS NOT NULL
ON CONFLICT (name) DO UPDATE SET value = ${of}(value, excluded.value), updated_at = excluded.updated_at`;

const OUTERMOST = [outermost("earliest_click", "min"), outermost("latest_click", "max")];

const MOVE = `
INSERT INTO watermarks (name, value, updated_at) SELECT 'clicks', ${CHUNK_END}, ?2 WHERE true
ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value), updated_at = excluded.updated_at`;

/**
 * Adds the clicks that arrived since the watermark to their hours, and to the days, months, splits and
 * totals of those that count, and moves the watermark, in one batch a chunk: a run that dies has done whole chunks,
 * and two runs at once take turns. Cost follows the new clicks alone. Returns the number of chunks. Throws
 * what D1 throws.
 */
export async function rollUpClicks(db: D1Database, now: number, chunk = CHUNK_CLICKS): Promise<number> {
  await ensureStoreZones(db);
  for (let done = 1; done <= CHUNKS_A_RUN; done++) {
    const results = await db.batch<{ waiting: number }>([
      ...[ADD, ...ADD_SUMS].map((sql) => db.prepare(sql).bind(chunk)),
      ...[...OUTERMOST, MOVE].map((sql) => db.prepare(sql).bind(chunk, now)),
      db.prepare(
        "SELECT EXISTS (SELECT 1 FROM clicks WHERE seq > (SELECT value FROM watermarks WHERE name = 'clicks')) AS waiting",
      ),
    ]);
    if (results.at(-1)?.results[0]?.waiting !== 1) return done;
  }
  return CHUNKS_A_RUN;
}
