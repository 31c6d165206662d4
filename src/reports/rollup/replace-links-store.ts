import { addToClickTotals, dropEmptyClickTotals, LAST_IN_MONTHS } from "../../clicks/click/totals.ts";
import { CLICK_DAY } from "../../ground/time/local-day.ts";
import { addToSplit, type DaySum, noSplits, readSplits, type Splits, type SPLITS } from "./click-sums.ts";
import { dayKey, storedDay } from "./load-sums.ts";
import { type ArchivedDay, remakeDay } from "./remake.ts";
import { MONTHS_OF_DAYS, putDays } from "./write-sums.ts";

const HOUR_MS = 3_600_000;

/** The links of `?1`, a JSON array of ids. */
const WANTED = "SELECT value FROM json_each(?1)";

/**
 * Clicks that have left the log, by the local day in which their hour begins: what the hours have beyond the
 * log, of the time that files hold clicks of.
 */
const ARCHIVED = `SELECT c.link_id AS linkId, ${CLICK_DAY} AS day, sum(c.counted) AS counted, sum(c.unique_of_day) AS "unique"
  FROM (
    SELECT h.link_id, h.hour AS time, max(0, h.counted - coalesce(l.counted, 0)) AS counted,
      max(0, h.unique_of_day - coalesce(l.unique_of_day, 0)) AS unique_of_day
    FROM click_hours h LEFT JOIN click_hours_anew l ON l.link_id = h.link_id AND l.hour = h.hour
    WHERE h.link_id IN (${WANTED})
      AND h.hour <= (SELECT max(latest) FROM click_archives WHERE verified_at IS NOT NULL)
      AND h.hour > (SELECT min(earliest) FROM click_archives WHERE verified_at IS NOT NULL) - ${HOUR_MS}
  ) c GROUP BY 1, 2`;

/** All clicks of the links, added to the totals or taken away. */
const totalled = (sign: 1 | -1): string =>
  `SELECT link_id, ${sign} * sum(counted) AS counted, ${sign} * sum(unique_of_day) AS unique_of_day FROM (
     SELECT link_id, counted, unique_of_day FROM click_months WHERE link_id IN (${WANTED})
     UNION ALL SELECT link_id, counted, unique_of_day FROM click_days WHERE link_id IN (${WANTED}) AND day > ${LAST_IN_MONTHS}
   ) GROUP BY 1`;

interface SplitRow {
  link_id: string;
  day: string;
  dim: (typeof SPLITS)[number];
  value: string;
  counted: number;
  unique_of_day: number;
}

/**
 * Statements that make the days, months and splits of links anew, and move the totals with them: of clicks in the log up to
 * the watermarks from what the rebuild has read of it, of archived ones from the hours, where an hour belongs to the day in
 * which it begins. What archived clicks were split by stays as it is, as far as it fits. To be run as one batch, if nothing
 * has changed since. Throws what D1 throws.
 */
export async function replaceLinkSums(d1: D1Database, linkIds: readonly string[]): Promise<D1PreparedStatement[]> {
  const json = JSON.stringify(linkIds);
  const [read, archived, present, rows] = await d1.batch(
    [
      `SELECT * FROM click_days_anew WHERE link_id IN (${WANTED})`,
      ARCHIVED,
      `SELECT * FROM click_days WHERE link_id IN (${WANTED}) AND splits IS NOT NULL`,
      `SELECT * FROM click_splits WHERE link_id IN (${WANTED})`,
    ].map((sql) => d1.prepare(sql).bind(json)),
  );
  const logged = new Map(resultsOf<DayRow>(read).map((row) => [dayKey(dayOf(row)), storedDay(row)]));
  const left = new Map(resultsOf<ArchivedDay>(archived).map((day) => [dayKey(day), day]));
  const known = new Map(
    resultsOf<DayRow>(present).map((row) => [
      dayKey(dayOf(row)),
      row.splits === null ? noSplits() : readSplits(row.splits),
    ]),
  );
  for (const row of resultsOf<SplitRow>(rows)) addKnown(known, row);
  const made = [...new Set([...logged.keys(), ...left.keys()])].flatMap((key): DaySum[] => {
    const day = remakeDay(logged.get(key) ?? null, left.get(key) ?? null, known.get(key) ?? null);
    return day === null ? [] : [day];
  });
  const each = (...statements: string[]) => statements.map((sql) => d1.prepare(sql).bind(json));
  return [
    ...each(
      addToClickTotals("", totalled(-1)),
      ...["click_days", "click_splits", "click_months", "click_days_anew", "click_hours_anew"].map(
        (table) => `DELETE FROM ${table} WHERE link_id IN (${WANTED})`,
      ),
    ),
    ...putDays(d1, "click_days", { put: made, drop: [], taken: [] }),
    ...each(
      MONTHS_OF_DAYS,
      addToClickTotals("", totalled(1)),
      dropEmptyClickTotals("", "SELECT value AS link_id, 0 AS counted, 0 AS unique_of_day FROM json_each(?1)"),
    ),
  ];
}

type DayRow = Parameters<typeof storedDay>[0];

function dayOf({ link_id: linkId, day }: DayRow): Pick<DaySum, "linkId" | "day"> {
  return { linkId, day };
}

function addKnown(known: Map<string, Splits>, row: SplitRow): void {
  const key = dayKey({ linkId: row.link_id, day: row.day });
  const splits = known.get(key) ?? noSplits();
  known.set(key, splits);
  addToSplit(splits[row.dim], row.value, row.counted, row.unique_of_day);
}

function resultsOf<Row>(result: D1Result | undefined): Row[] {
  return (result?.results ?? []) as Row[];
}
