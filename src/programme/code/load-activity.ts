import { BASELINE_DAYS, type CodeActivity, MIN_TELLING_USES } from "./leak.ts";

/** A span of time, ms UTC, both ends in it. */
export interface LeakPeriod {
  from: number;
  to: number;
}

/** A code that was used in a period. */
export interface UsedCode {
  id: string;
  text: string;
  creatorId: string;
  planId: string;
  createdAt: number;
  /** Before a use, ms: the store's attribution window. */
  windowMs: number;
  /** All the links that the creator has or had under the plan. */
  linkIds: string[];
}

/** What happened around a code in a period. */
export interface ObservedCode {
  code: UsedCode;
  activity: CodeActivity;
  /** Counted clicks since the hour in which the period begins. */
  clicks: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** The attribution window of a store that names none. */
const DEFAULT_WINDOW_DAYS = 30;

/** Counted clicks of one link, the latest, that are read for where they came from. */
const MAX_COUNTRY_CLICKS = 5_000;

/** Codes that were used in a period, from new to old, starting after the id `after`. */
export async function usedCodes(
  d1: D1Database,
  { store, plan }: { store?: string | undefined; plan?: string | undefined },
  period: LeakPeriod,
  after: string | null,
  limit: number,
): Promise<UsedCode[]> {
  const { results } = await d1
    .prepare(
      `SELECT c.id, c.text, c.creator_id, c.plan_id, c.created_at, s.attribution ->> 'windowDays' AS window_days,
         (SELECT json_group_array(l.id) FROM links l WHERE l.creator_id = c.creator_id AND l.plan_id = c.plan_id) AS links
       FROM codes c JOIN stores s ON s.id = c.store_id
       WHERE (?1 IS NULL OR c.store_id = ?1) AND (?2 IS NULL OR c.plan_id = ?2) AND c.id < coalesce(?3, '~')
         AND EXISTS (SELECT 1 FROM code_uses u WHERE u.code_id = c.id AND u.used_at BETWEEN ?4 AND ?5)
       ORDER BY c.id DESC LIMIT ?6`,
    )
    .bind(store ?? null, plan ?? null, after, period.from, period.to, limit)
    .all<{
      id: string;
      text: string;
      creator_id: string;
      plan_id: string;
      created_at: number;
      window_days: number | null;
      links: string;
    }>();
  return results.map((row) => ({
    id: row.id,
    text: row.text,
    creatorId: row.creator_id,
    planId: row.plan_id,
    createdAt: row.created_at,
    windowMs: (row.window_days ?? DEFAULT_WINDOW_DAYS) * DAY_MS,
    linkIds: JSON.parse(row.links) as string[],
  }));
}

/**
 * The counted clicks on the links of the codes `?1` that only the log has yet, and up to when clicks have
 * left it. The unary `+` keeps SQLite to the order of arrival: any index would lead through the whole log.
 */
const CLICKS = `
mark AS MATERIALIZED (SELECT
  coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0) AS seq,
  coalesce((SELECT max(latest) FROM click_archives WHERE verified_at IS NOT NULL), 0) AS archived),
recent AS MATERIALIZED (SELECT k.link_id, k.time FROM clicks k
  WHERE k.seq > (SELECT seq FROM mark) AND +k.bucket = 'counted' AND +k.link_id IN (
    SELECT l.id FROM json_each(?1) w CROSS JOIN codes c ON c.id = w.value ->> 'id'
    CROSS JOIN links l ON l.creator_id = c.creator_id AND l.plan_id = c.plan_id))`;

/**
 * Whether a link was clicked in the window before a use. Whole hours come from the roll-up. The use's
 * own hour may hold clicks after the use, so it comes from the log, unless its clicks have left that:
 * then the whole hour counts.
 */
const CLICKED = `(EXISTS (SELECT 1 FROM click_hours h WHERE h.link_id = link.id AND h.counted > 0
    AND h.hour > u.used_at - (w.value ->> 'windowMs') - ${HOUR_MS} AND h.hour <= u.used_at
    AND (h.hour + ${HOUR_MS} <= u.used_at OR h.hour < mark.archived))
  OR EXISTS (SELECT 1 FROM recent r WHERE r.link_id = link.id AND r.time BETWEEN u.used_at - (w.value ->> 'windowMs') AND u.used_at)
  OR EXISTS (SELECT 1 FROM clicks k WHERE k.link_id = link.id AND k.bucket = 'counted'
    AND k.time BETWEEN u.used_at - u.used_at % ${HOUR_MS} AND u.used_at))`;

interface Totals {
  id: string;
  uses: number;
  with_country: number;
  of_retired: number;
}

/** Reads what happened around codes in a period. What D1 reads follows their uses, not the click log. */
export async function observe(d1: D1Database, codes: readonly UsedCode[], period: LeakPeriod): Promise<ObservedCode[]> {
  if (codes.length === 0) return [];
  const ids = JSON.stringify(codes.map(({ id, windowMs }) => ({ id, windowMs })));
  const { from, to } = period;
  const [firstDay, lastDay] = [Math.floor(from / DAY_MS), Math.floor(to / DAY_MS)];
  const [totals, days, unclicked, clicks] = await d1.batch<Record<string, unknown>>([
    d1
      .prepare(
        `SELECT u.code_id AS id, count(*) AS uses, count(u.country) AS with_country, sum(t.retired_at <= u.used_at) AS of_retired
         FROM json_each(?1) w CROSS JOIN codes c ON c.id = w.value ->> 'id'
         CROSS JOIN code_uses u ON u.code_id = c.id AND u.used_at BETWEEN ?2 AND ?3
         LEFT JOIN code_texts t ON t.store_id = c.store_id AND t.text_key = u.text_key
         GROUP BY u.code_id`,
      )
      .bind(ids, from, to),
    d1
      .prepare(
        `SELECT u.code_id AS id, u.used_at / ${DAY_MS} AS day, count(*) AS uses
         FROM json_each(?1) w CROSS JOIN code_uses u ON u.code_id = w.value ->> 'id' AND u.used_at BETWEEN ?2 AND ?3
         GROUP BY 1, 2`,
      )
      .bind(ids, (firstDay - BASELINE_DAYS) * DAY_MS, to),
    d1
      .prepare(
        `WITH ${CLICKS}
         SELECT u.code_id AS id, count(*) AS uses
         FROM mark CROSS JOIN json_each(?1) w CROSS JOIN codes c ON c.id = w.value ->> 'id'
         CROSS JOIN code_uses u ON u.code_id = c.id AND u.used_at BETWEEN ?2 AND ?3
         WHERE NOT EXISTS (
           SELECT 1 FROM links link WHERE link.creator_id = c.creator_id AND link.plan_id = c.plan_id AND ${CLICKED})
         GROUP BY u.code_id`,
      )
      .bind(ids, from, to),
    d1
      .prepare(
        `WITH ${CLICKS},
         link AS MATERIALIZED (SELECT c.id AS code, l.id FROM json_each(?1) w CROSS JOIN codes c ON c.id = w.value ->> 'id'
           CROSS JOIN links l ON l.creator_id = c.creator_id AND l.plan_id = c.plan_id)
         SELECT id, sum(counted) AS clicks FROM (
           SELECT link.code AS id, h.counted FROM link CROSS JOIN click_hours h
             ON h.link_id = link.id AND h.hour BETWEEN ?2 AND ?3
           UNION ALL
           SELECT link.code, 1 FROM link JOIN recent r ON r.link_id = link.id AND r.time BETWEEN ?2 AND ?3)
         GROUP BY id`,
      )
      .bind(ids, from - (from % HOUR_MS), to),
  ]);
  const totalOf = new Map(rowsOf<Totals>(totals).map((row) => [row.id, row]));
  const unclickedOf = new Map(rowsOf<{ id: string; uses: number }>(unclicked).map((row) => [row.id, row.uses]));
  const clicksOf = new Map(rowsOf<{ id: string; clicks: number }>(clicks).map((row) => [row.id, row.clicks]));
  const daysOf = Map.groupBy(rowsOf<{ id: string; day: number; uses: number }>(days), (row) => row.id);
  // Fewer can't give a signal.
  const telling = codes.filter(({ id }) => (totalOf.get(id)?.with_country ?? 0) >= MIN_TELLING_USES);
  const countries = await unknownCountries(d1, telling, period);
  return codes.map((code) => {
    const usesByDay = new Map((daysOf.get(code.id) ?? []).map(({ day, uses }) => [day, uses]));
    const activity: CodeActivity = {
      uses: totalOf.get(code.id)?.uses ?? 0,
      usesWithoutClick: unclickedOf.get(code.id) ?? 0,
      hasLinks: code.linkIds.length > 0,
      usesByDay,
      // Uses may be reported of a time before the code was known here.
      firstDay: Math.min(Math.floor(code.createdAt / DAY_MS), ...usesByDay.keys()),
      period: { first: firstDay, last: lastDay },
      usesByUnknownCountry: countries.get(code.id) ?? new Map(),
      usesOfRetiredTexts: totalOf.get(code.id)?.of_retired ?? 0,
    };
    return { code, activity, clicks: clicksOf.get(code.id) ?? 0 };
  });
}

/**
 * Uses by country, for each code, of the countries from which its links had no click before. Archived
 * clicks don't tell their country, so what is known is what the log still has of the window.
 */
async function unknownCountries(
  d1: D1Database,
  codes: readonly UsedCode[],
  { from, to }: LeakPeriod,
): Promise<Map<string, Map<string, number>>> {
  const links = codes.flatMap((code) => code.linkIds.map((linkId) => ({ code, linkId })));
  if (links.length === 0) return new Map();
  const clicked = await d1.batch<{ country: string; first: number; clicks: number }>(
    links.map(({ code, linkId }) =>
      d1
        .prepare(
          `SELECT country, min(time) AS first, count(*) AS clicks FROM (
             SELECT country, time FROM clicks WHERE link_id = ?1 AND time BETWEEN ?2 AND ?3
               AND bucket = 'counted' AND country IS NOT NULL ORDER BY time DESC LIMIT ?4)
           GROUP BY country`,
        )
        .bind(linkId, from - code.windowMs, to, MAX_COUNTRY_CLICKS),
    ),
  );
  const seen = new Map<UsedCode, Record<string, number>>();
  for (const [index, { code }] of links.entries()) {
    const rows = clicked[index]?.results ?? [];
    // Where not all were read, one of them may have come earlier.
    const whole = rows.reduce((sum, row) => sum + row.clicks, 0) < MAX_COUNTRY_CLICKS;
    for (const row of rows) {
      const known = seen.get(code) ?? {};
      known[row.country] = Math.min(known[row.country] ?? Infinity, whole ? row.first : 0);
      seen.set(code, known);
    }
  }
  const judged = [...seen];
  if (judged.length === 0) return new Map();
  const found = await d1.batch<{ country: string; uses: number }>(
    judged.map(([{ id }, known]) =>
      d1
        .prepare(
          `SELECT u.country, count(*) AS uses FROM code_uses u
           WHERE u.code_id = ?1 AND u.used_at BETWEEN ?2 AND ?3 AND u.country IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM json_each(?4) k WHERE k.key = u.country AND k.value <= u.used_at)
           GROUP BY u.country`,
        )
        .bind(id, from, to, JSON.stringify(known)),
    ),
  );
  return new Map(
    judged.map(([{ id }], index) => [id, new Map((found[index]?.results ?? []).map((row) => [row.country, row.uses]))]),
  );
}

function rowsOf<Row>(result: D1Result | undefined): Row[] {
  return (result?.results ?? []) as Row[];
}
