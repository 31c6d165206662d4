import { markOf } from "../../clicks/log/mark.ts";
import { dateOf } from "../../clicks/archive/format.ts";
import type { Contribution } from "../../clicks/log/contribution.ts";
import { clicksOnLinks, contributionsAfter } from "../../clicks/log/links-store.ts";
import { type ClickLogs, clickLogs } from "../../clicks/log/logs-store.ts";
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

/** SQL: up to when clicks have left the log; `recent`, the counted ones that no sum has yet, is handed in as `?4`. */
const CLICKS = `
mark AS MATERIALIZED (SELECT
  coalesce((SELECT max(latest) FROM click_archives WHERE verified_at IS NOT NULL), 0) AS archived),
recent AS MATERIALIZED (SELECT value ->> 0 AS link_id, value ->> 1 AS time FROM json_each(?4))`;

/**
 * Whether a link was clicked in the window before a use, as whole hours tell. The use's own hour may hold clicks after
 * the use: it counts only if its clicks have left the log, and nobody can tell any more.
 */
const CLICKED = `(EXISTS (SELECT 1 FROM click_hours h WHERE h.link_id = link.id AND h.counted > 0
    AND h.hour > u.used_at - (w.value ->> 'windowMs') - ${HOUR_MS} AND h.hour <= u.used_at
    AND (h.hour + ${HOUR_MS} <= u.used_at OR h.hour < mark.archived))
  OR EXISTS (SELECT 1 FROM recent r WHERE r.link_id = link.id AND r.time BETWEEN u.used_at - (w.value ->> 'windowMs') AND u.used_at))`;

/** Whether there were clicks in the use's own hour, before it or after. */
const CLICKED_IN_HOUR = `EXISTS (SELECT 1 FROM links link CROSS JOIN click_hours h ON h.link_id = link.id
    AND h.hour = u.used_at - u.used_at % ${HOUR_MS} AND h.counted > 0
  WHERE link.creator_id = c.creator_id AND link.plan_id = c.plan_id)`;

interface Totals {
  id: string;
  uses: number;
  with_country: number;
  of_retired: number;
}

/** Uses of a code that no click comes before for certain. */
interface Unclicked {
  id: string;
  uses: number;
  /** When, where clicks in their own hour may have come before; else `null`. */
  used_at: number | null;
}

/** Reads what happened around codes in a period. What D1 reads follows their uses and links, not the click log. */
export async function observe(env: Env, codes: readonly UsedCode[], period: LeakPeriod): Promise<ObservedCode[]> {
  if (codes.length === 0) return [];
  const d1 = env.DB;
  const logs = await clickLogs(env, period.to);
  const linkIds = new Set(codes.flatMap((code) => code.linkIds));
  // Before the sums: what is rolled up in between is in both rather than in none.
  const tail = await readTail(env, logs, linkIds);
  const recent = JSON.stringify(
    tail.flatMap(({ linkId, time, counts }) => (counts.counted > 0 ? [[linkId, time]] : [])),
  );
  const ids = JSON.stringify(codes.map(({ id, windowMs }) => ({ id, windowMs })));
  const { from, to } = period;
  const firstHour = from - (from % HOUR_MS);
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
         SELECT u.code_id AS id, iif(${CLICKED_IN_HOUR}, u.used_at, NULL) AS used_at, count(*) AS uses
         FROM mark CROSS JOIN json_each(?1) w CROSS JOIN codes c ON c.id = w.value ->> 'id'
         CROSS JOIN code_uses u ON u.code_id = c.id AND u.used_at BETWEEN ?2 AND ?3
         WHERE NOT EXISTS (
           SELECT 1 FROM links link WHERE link.creator_id = c.creator_id AND link.plan_id = c.plan_id AND ${CLICKED})
         GROUP BY 1, 2`,
      )
      .bind(ids, from, to, recent),
    d1
      .prepare(
        `SELECT c.id, sum(h.counted) AS clicks FROM json_each(?1) w CROSS JOIN codes c ON c.id = w.value ->> 'id'
         CROSS JOIN links l ON l.creator_id = c.creator_id AND l.plan_id = c.plan_id
         CROSS JOIN click_hours h ON h.link_id = l.id AND h.hour BETWEEN ?2 AND ?3
         GROUP BY c.id`,
      )
      .bind(ids, firstHour, to),
  ]);
  const totalOf = new Map(rowsOf<Totals>(totals).map((row) => [row.id, row]));
  const unclickedOf = await withoutClick(logs, codes, rowsOf<Unclicked>(unclicked));
  const clicksOf = new Map(rowsOf<{ id: string; clicks: number }>(clicks).map((row) => [row.id, row.clicks]));
  const daysOf = Map.groupBy(rowsOf<{ id: string; day: number; uses: number }>(days), (row) => row.id);
  // Fewer can't give a signal.
  const telling = codes.filter(({ id }) => (totalOf.get(id)?.with_country ?? 0) >= MIN_TELLING_USES);
  const countries = await unknownCountries(d1, telling, tail, period);
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
    const own = new Set(code.linkIds);
    const waiting = tail
      .filter(({ linkId, time }) => own.has(linkId) && time >= firstHour && time <= to)
      .reduce((sum, { counts }) => sum + counts.counted, 0);
    return { code, activity, clicks: (clicksOf.get(code.id) ?? 0) + waiting };
  });
}

/** What of these links no sum has yet, in all databases of the log. */
async function readTail(env: Env, { all }: ClickLogs, linkIds: ReadonlySet<string>): Promise<Contribution[]> {
  const { results } = await env.DB.prepare("SELECT name, value FROM watermarks WHERE name GLOB 'clicks*'").all<{
    name: string;
    value: number;
  }>();
  const marks = new Map(results.map(({ name, value }) => [name, value]));
  const tails = await Promise.all(
    all.map((log) => contributionsAfter(log, marks.get(markOf(log.number)) ?? 0, linkIds)),
  );
  return tails.flat();
}

/** Hours of which the log is read for what came first, in one request; of others, any click comes before. */
const MOST_HOURS = 24;

/** Batches of one hour in one database that are read for it: with more, likewise. */
const MOST_BATCHES = 500;

/**
 * Uses without a click before, by code: of those in whose own hour there were clicks, the log tells which came first. It
 * is read for some hours only; in the others a click counts as before, so that no alarm is false.
 */
async function withoutClick(
  { all }: ClickLogs,
  codes: readonly UsedCode[],
  unclicked: readonly Unclicked[],
): Promise<Map<string, number>> {
  const linksOf = new Map(codes.map(({ id, linkIds }) => [id, linkIds]));
  const uses = new Map<string, number>();
  const add = (row: Unclicked): unknown => uses.set(row.id, (uses.get(row.id) ?? 0) + row.uses);
  for (const row of unclicked) if (row.used_at === null) add(row);
  const byHour = Map.groupBy(
    unclicked.flatMap((row) => (row.used_at === null ? [] : [{ ...row, usedAt: row.used_at }])),
    ({ usedAt }) => usedAt - (usedAt % HOUR_MS),
  );
  for (const [hour, rows] of [...byHour].slice(0, MOST_HOURS)) {
    const links = new Set(rows.flatMap(({ id }) => linksOf.get(id) ?? []));
    const span = { from: hour, to: hour + HOUR_MS };
    const found = await Promise.all(all.map((log) => clicksOnLinks(log, span, links, MOST_BATCHES)));
    if (found.includes(null)) continue;
    const firsts = new Map<string, number>();
    for (const { linkId, time, bucket } of found.flatMap((clicks) => clicks ?? [])) {
      if (bucket === "counted") firsts.set(linkId, Math.min(firsts.get(linkId) ?? Infinity, time));
    }
    for (const row of rows) {
      const isClicked = (linksOf.get(row.id) ?? []).some((linkId) => (firsts.get(linkId) ?? Infinity) <= row.usedAt);
      if (!isClicked) add(row);
    }
  }
  return uses;
}

/** The sums have days of stores' time zones, which begin as early as this before the UTC day of that date, ms. */
const EARLIEST_DAY_MS = 14 * HOUR_MS;

/** Countries of counted clicks by link and day, of the links `?1` (with their codes) and the days `?2` to `?3`. */
const COUNTRIES = `
SELECT w.value ->> 0 AS code, s.key AS country, min(d.day) AS day
FROM json_each(?1) w CROSS JOIN click_days d ON d.link_id = w.value ->> 1 AND d.day BETWEEN ?2 AND ?3
CROSS JOIN json_each(d.splits, '$.country') s
WHERE d.splits IS NOT NULL AND s.value ->> 0 > 0 AND s.key <> '' GROUP BY 1, 2
UNION ALL
SELECT w.value ->> 0, s.value, min(s.day)
FROM json_each(?1) w CROSS JOIN click_splits s ON s.link_id = w.value ->> 1 AND s.day BETWEEN ?2 AND ?3
WHERE s.dim = 'country' AND s.counted > 0 AND s.value <> '' GROUP BY 1, 2`;

/**
 * Uses by country, for each code, of the countries from which its links had no click before. The sums tell the day of a
 * click, so one of the day of a use comes before it.
 */
async function unknownCountries(
  d1: D1Database,
  codes: readonly UsedCode[],
  tail: readonly Contribution[],
  { from, to }: LeakPeriod,
): Promise<Map<string, Map<string, number>>> {
  const seen = new Map<string, Record<string, number>>();
  const see = (code: string, country: string, time: number): void => {
    const known = seen.get(code) ?? {};
    known[country] = Math.min(known[country] ?? Infinity, time);
    seen.set(code, known);
  };
  // A code's window begins by itself, and codes of one store have the same.
  for (const [windowMs, own] of Map.groupBy(codes, (code) => code.windowMs)) {
    const start = from - windowMs;
    const links = own.flatMap(({ id, linkIds }) => linkIds.map((linkId) => [id, linkId] as const));
    const { results } = await d1
      .prepare(COUNTRIES)
      .bind(JSON.stringify(links), dateOf(start - DAY_MS), dateOf(to + DAY_MS))
      .all<{ code: string; country: string; day: string }>();
    for (const { code, country, day } of results) see(code, country, Date.parse(day) - EARLIEST_DAY_MS);
    const codesOf = Map.groupBy(links, ([, linkId]) => linkId);
    for (const { linkId, country, time, counts } of tail) {
      if (counts.counted <= 0 || country === null || time < start || time > to) continue;
      for (const [code] of codesOf.get(linkId) ?? []) see(code, country, time);
    }
  }
  const judged = [...seen];
  if (judged.length === 0) return new Map();
  const found = await d1.batch<{ country: string; uses: number }>(
    judged.map(([id, known]) =>
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
    judged.map(([id], index) => [id, new Map((found[index]?.results ?? []).map((row) => [row.country, row.uses]))]),
  );
}

function rowsOf<Row>(result: D1Result | undefined): Row[] {
  return (result?.results ?? []) as Row[];
}
