import { addToClickTotals, dropEmptyClickTotals, LAST_IN_MONTHS } from "../../clicks/click/totals.ts";
import { brokenOff, mustHold } from "../../ground/db/premise.ts";
import { packJson } from "../../ground/db/pack.ts";
import { type DaySum, type HourSum, type Pair, textOfSplits } from "./click-sums.ts";
import type { DayChange, DayTable } from "./load-sums.ts";
import { type RollupState, STATE } from "./state.ts";

/** Statement that breaks its batch off if sums, or how far they are, became others since the state was read. */
export function mustBeAt(d1: D1Database, { text }: RollupState): D1PreparedStatement {
  return mustHold(d1, `${STATE} = ?1`, text);
}

/** Whether a transaction that was planned by a state came too late for it: another one was first, and nothing happened. */
export function isOutrun(error: unknown): boolean {
  return brokenOff(error) || (error instanceof Error && error.message.includes("no such table: click_hours_lean"));
}

/** One statement for each pack of rows, which is its parameter `?1`. */
function each(d1: D1Database, sql: string, rows: readonly unknown[]): D1PreparedStatement[] {
  return packJson(rows).map((json) => d1.prepare(sql).bind(json));
}

const COUNTS = ["counted", "unique_of_day", "bot", "prefetch", "head", "embedded", "duplicate", "inactive"];

/** SQL: the last link whose hours are copied into the table that they are to have (see `hours-run.ts`). */
export const LAST_COPIED = "coalesce((SELECT max(link_id) FROM click_hours_lean), '')";

const addHoursTo = (table: "click_hours" | "click_hours_lean", condition: string): string =>
  `INSERT INTO ${table} (link_id, hour, ${COUNTS.join(", ")})
SELECT value ->> 0, value ->> 1, ${COUNTS.map((_name, index) => `value ->> ${index + 2}`).join(", ")}
FROM json_each(?1) WHERE ${condition}
ON CONFLICT (link_id, hour) DO UPDATE SET ${COUNTS.map((name) => `${name} = ${name} + excluded.${name}`).join(", ")}`;

/** Statements that move the hours. */
export function addToHours(
  d1: D1Database,
  hours: readonly HourSum[],
  { areHoursCopied }: RollupState,
): D1PreparedStatement[] {
  const rows = hours.map(({ linkId, hour, counts: c }) => [
    linkId,
    hour,
    c.counted,
    c.uniqueOfDay,
    c.bot,
    c.prefetch,
    c.head,
    c.embedded,
    c.duplicate,
    c.inactive,
  ]);
  return [
    ...each(d1, addHoursTo("click_hours", "true"), rows),
    ...(areHoursCopied ? [] : each(d1, addHoursTo("click_hours_lean", `value ->> 0 <= ${LAST_COPIED}`), rows)),
  ];
}

const ADD_HOURS_ANEW = `INSERT INTO click_hours_anew (link_id, hour, counted, unique_of_day)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?1) WHERE true
ON CONFLICT (link_id, hour) DO UPDATE SET counted = counted + excluded.counted,
  unique_of_day = unique_of_day + excluded.unique_of_day`;

/** Statements that move the hours that a rebuild has read. */
export function addToHoursAnew(d1: D1Database, hours: readonly HourSum[]): D1PreparedStatement[] {
  return each(
    d1,
    ADD_HOURS_ANEW,
    hours
      .filter(({ counts }) => counts.counted !== 0 || counts.uniqueOfDay !== 0)
      .map(({ linkId, hour, counts }) => [linkId, hour, counts.counted, counts.uniqueOfDay]),
  );
}

const putDaysInto = (table: DayTable): string => `INSERT INTO ${table} (link_id, day, counted, unique_of_day, splits)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?1) WHERE true
ON CONFLICT (link_id, day) DO UPDATE SET counted = excluded.counted, unique_of_day = excluded.unique_of_day,
  splits = excluded.splits`;

const NAMED = "(link_id, day) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))";

/** Statements that make days what they become. */
export function putDays(d1: D1Database, table: DayTable, { put, drop, taken }: DayChange): D1PreparedStatement[] {
  const name = ({ linkId, day }: DaySum) => [linkId, day];
  return [
    ...each(
      d1,
      putDaysInto(table),
      put.map(({ linkId, day, counted, unique, splits }) => [linkId, day, counted, unique, textOfSplits(splits)]),
    ),
    ...each(d1, `DELETE FROM ${table} WHERE ${NAMED}`, drop.map(name)),
    ...each(d1, `DELETE FROM click_splits WHERE ${NAMED}`, taken.map(name)),
  ];
}

const ADD_MONTHS = `INSERT INTO click_months (link_id, month, counted, unique_of_day)
SELECT value ->> 0, substr(value ->> 1, 1, 7), sum(value ->> 2), sum(value ->> 3) FROM json_each(?1) WHERE true GROUP BY 1, 2
ON CONFLICT (link_id, month) DO UPDATE SET counted = counted + excluded.counted,
  unique_of_day = unique_of_day + excluded.unique_of_day`;

const DROP_MONTHS = `DELETE FROM click_months WHERE counted = 0 AND unique_of_day = 0
  AND (link_id, month) IN (SELECT value ->> 0, substr(value ->> 1, 1, 7) FROM json_each(?1))`;

/** Statements that move the months by what moves days, as far as they have these days. */
export function addToMonths(
  d1: D1Database,
  moves: readonly DaySum[],
  { lastInMonths }: RollupState,
): D1PreparedStatement[] {
  const rows = moves
    .filter(({ day, counted, unique }) => day <= lastInMonths && (counted !== 0 || unique !== 0))
    .map(({ linkId, day, counted, unique }) => [linkId, day, counted, unique]);
  const takesBack = rows.some(([, , counted, unique]) => Number(counted) < 0 || Number(unique) < 0);
  return [...each(d1, ADD_MONTHS, rows), ...(takesBack ? each(d1, DROP_MONTHS, rows) : [])];
}

const PER_LINK =
  "SELECT value ->> 0 AS link_id, value ->> 1 AS counted, value ->> 2 AS unique_of_day FROM json_each(?1)";

/** Statements that move the totals by the clicks of links. */
export function addToTotals(
  d1: D1Database,
  links: ReadonlyMap<string, Pair>,
  takesBack: boolean,
): D1PreparedStatement[] {
  const rows = [...links].map(([linkId, [counted, unique]]) => [linkId, counted, unique]);
  return [
    ...each(d1, addToClickTotals("", PER_LINK), rows),
    ...(takesBack ? each(d1, dropEmptyClickTotals("", PER_LINK), rows) : []),
  ];
}

/** SQL statement that makes the months of the links `?1` what their days say. */
export const MONTHS_OF_DAYS = `INSERT INTO click_months (link_id, month, counted, unique_of_day)
SELECT d.link_id, substr(d.day, 1, 7), sum(d.counted), sum(d.unique_of_day)
FROM json_each(?1) w CROSS JOIN click_days d ON d.link_id = w.value AND d.day <= ${LAST_IN_MONTHS} GROUP BY 1, 2`;

/** What orders count for that were rolled up before the click which decided. */
const due = (from: string): string => `INSERT INTO order_rollups_due (order_id, mark)
SELECT DISTINCT f.order_id, 1 FROM ${from}
ON CONFLICT (order_id) DO UPDATE SET mark = mark + 1`;

const DUE_BY_CLICK = due(
  "json_each(?1) i CROSS JOIN order_facts f INDEXED BY order_facts_awaits ON f.awaits = i.value AND f.awaits <> '' WHERE true",
);

// The list is read only if any order waits.
const DUE_BY_ORDER = due(
  "order_facts f INDEXED BY order_facts_awaits WHERE f.awaits <> '' AND +f.awaits IN (SELECT value FROM json_each(?1))",
);

/**
 * Statements that mark the orders as due that await one of the clicks. They cost a row read or two for each click, or, where
 * fewer orders wait than there are clicks, one for each of these; `waiting` says how many that were about.
 */
export function markAwaiting(d1: D1Database, clickIds: readonly string[], waiting: number): D1PreparedStatement[] {
  return each(d1, waiting < clickIds.length ? DUE_BY_ORDER : DUE_BY_CLICK, clickIds);
}

const KEEP_FIRST = `INSERT INTO watermarks (name, value, updated_at) VALUES ('earliest_click', ?1, ?2)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at WHERE excluded.value < value`;

const KEEP_LAST = `INSERT INTO watermarks (name, value, updated_at) VALUES ('latest_click', ?1, ?2)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at WHERE excluded.value > value`;

/** Statements that keep the earliest and the latest moment (ms UTC) that anything is rolled up of: whoever looks for what came before or after needs to look nowhere. */
export function keepOutermost(
  d1: D1Database,
  { earliest, latest }: { earliest: number; latest: number },
  now: number,
): D1PreparedStatement[] {
  if (earliest > latest) return [];
  return [d1.prepare(KEEP_FIRST).bind(earliest, now), d1.prepare(KEEP_LAST).bind(latest, now)];
}

/** Statement that moves a mark to a number at `now` (ms UTC). */
export function moveMark(d1: D1Database, name: string, value: number, now: number): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO watermarks (name, value, updated_at) VALUES (?1, ?2, ?3)
       ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value), updated_at = excluded.updated_at`,
    )
    .bind(name, value, now);
}
