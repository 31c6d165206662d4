import { LAST_IN_MONTHS } from "../../clicks/click/totals.ts";
import { localDay } from "../../ground/time/local-day.ts";
import type { Bindings } from "./bindings.ts";
import { type CountQuery, type Period, startOf } from "./count.ts";
import { DIMENSION_SQL } from "./dimension.ts";
import { conditionOf, type FilterColumns } from "./filter.ts";
import { type CutCounts, type LogCounts, rowsOf } from "./log-counts.ts";
import { piecesOf } from "./pieces.ts";
import { DAY_MS, type DaySpan, type MomentSpan } from "../../ground/time/range.ts";

/** Where a link `l` has what filters ask for. */
export const LINK_COLUMNS: FilterColumns = {
  store: "l.store_id",
  campaign: "l.campaign_id",
  creator: "l.creator_id",
  plan: "l.plan_id",
  link: "l.id",
  code: "l.code_id",
};

const STORE = "LEFT JOIN stores st ON st.id = l.store_id";
const ZONE = "coalesce(st.timezone, 'UTC')";

/** Whether a local day `day` is wholly in a span `w` of moments. */
const IS_WHOLE = (day: string): string => `(${day} > w.after AND ${day} < w.before)`;

/**
 * SQL of counted clicks, each once: `members` of a `WITH`, and `queries` of rows `key`, `start`, `previous`,
 * `clicks`, `uniques`. A click belongs to what its link belongs to now. What is rolled up is read where it has
 * the fewest rows. What isn't yet, and what moments cut through of hours, or of days where hours don't have what is
 * asked for, is what `log` has. `only` those that aren't rolled up yet, in days.
 */
export function clickCounts(
  query: CountQuery,
  bindings: Bindings,
  log: LogCounts,
  only: "waiting" | null = null,
): { members: string[]; queries: string[] } {
  const { dimension, filter, interval, periods } = query;
  const { link, split } = DIMENSION_SQL[dimension];
  const where = conditionOf(filter, LINK_COLUMNS, bindings);
  // Links can be summed as they are read, which spares sorting all of their days.
  const sums = split === null && interval === "total";

  /** What is rolled up in a table, under the conditions `on` its rows `m`. */
  const rolledUp = (table: string, on: string, start: string, { previous, sign = 1, join = "" }: RolledUp): string => {
    const count = (column: string) => `${sign} * ${sums ? `sum(m.${column})` : `m.${column}`}`;
    return `SELECT ${link ?? "m.value"} AS key, ${start} AS start, ${previous} AS previous,
        ${count("counted")} AS clicks, ${count("unique_of_day")} AS uniques
      FROM links l ${join} CROSS JOIN ${table} m ON m.link_id = l.id AND ${on}
      WHERE ${where} ${sums ? "GROUP BY l.rowid" : ""}`;
  };
  const daysUp = (on: string, start: string, options: RolledUp): string[] =>
    split === null
      ? [rolledUp("click_days", on, start, options)]
      : [splitUp(split, on, start, options), rolledUp("click_splits", `m.dim = '${split}' AND ${on}`, start, options)];

  /** A split of days that have theirs in a column, see `clickDays`. */
  const splitUp = (dim: string, on: string, start: string, { previous, join = "" }: RolledUp): string =>
    `SELECT v.key AS key, ${start} AS start, ${previous} AS previous, v.value ->> 0 AS clicks, v.value ->> 1 AS uniques
      FROM links l ${join} CROSS JOIN click_days m ON m.link_id = l.id AND ${on} AND m.splits IS NOT NULL
        CROSS JOIN json_each(m.splits, '$.${dim}') v
      WHERE ${where}`;

  /** Clicks of the log. */
  const logged = (texts: readonly string[]): string =>
    `SELECT ${link ?? "c.value"} AS key, c.time, c.counted AS clicks, c.unique_of_day AS uniques, ${ZONE} AS zone,
        ${localDay("st.timezone", "c.time")} AS day
      FROM (${rowsOf(texts, bindings)}) c CROSS JOIN links l ON l.id = c.link_id ${STORE} WHERE ${where}`;
  const countLogged = (clicks: string, condition: string, period: Period, join = ""): string =>
    `SELECT e.key, ${startOf(interval, period, { time: "e.time", day: "e.day" })}, ${period.previous}, e.clicks, e.uniques
      FROM ${clicks} e ${join} WHERE ${condition}`;

  const waiting = (span: DaySpan, period: Period): string =>
    countLogged("tail", `e.day BETWEEN ${bindings.add(span.first)} AND ${bindings.add(span.last)}`, period);
  const inDays = (span: DaySpan, period: Period): string[] => [
    ...piecesOf(span, split === null && interval !== "day" && period.shift === 0).flatMap(
      ({ table, first, last, sign }) => {
        const day = table === "months" ? "m.month" : "m.day";
        const inPiece = `${day} BETWEEN ${bindings.add(first)} AND ${bindings.add(last)}`;
        // Of days to come there is nothing, which no link has to be asked for. Local days are a day from UTC's at most.
        const isKnown = `(SELECT value FROM watermarks WHERE name = 'latest_click') >= ${Date.parse(first) - DAY_MS}`;
        const on = table === "days" ? `${inPiece} AND ${isKnown}` : inPiece;
        const options = { previous: period.previous, sign };
        const start = startOf(interval, period, { day });
        if (table === "days") return daysUp(on, start, options);
        // Days of these months that they don't have yet; no day comes after the 31st of a month, or before its 0th.
        const since = `m.day > max(${bindings.add(`${first}-00`)}, ${LAST_IN_MONTHS}) AND m.day <= ${bindings.add(`${last}-31`)}`;
        return [
          rolledUp("click_months", on, start, options),
          rolledUp("click_days", since, startOf(interval, period, { day: "m.day" }), options),
        ];
      },
    ),
    waiting(span, period),
  ];

  const inHours = ({ hours }: MomentSpan, period: Period, { log: texts }: CutCounts): string[] => {
    const cut = [countLogged(`(${logged(texts)})`, "TRUE", period)];
    if (hours === null) return cut;
    const [from, to] = [bindings.add(hours.from), bindings.add(hours.to)];
    return [
      rolledUp(
        "click_hours",
        `m.hour >= ${from} AND m.hour < ${to}`,
        startOf(interval, period, { time: "m.hour" }),
        period,
      ),
      countLogged("tail", `e.time >= ${from} AND e.time < ${to}`, period),
      ...cut,
    ];
  };

  const inWholeDays = (period: Period, cut: CutCounts): string[] => {
    const join = (zone: string) => `CROSS JOIN whole w ON w.previous = ${period.previous} AND w.zone = ${zone}`;
    const hourDay = localDay("st.timezone", "m.hour");
    const isCut = `NOT ${IS_WHOLE("e.day")}`;
    return [
      ...daysUp(IS_WHOLE("m.day"), startOf(interval, period, { day: "m.day" }), {
        previous: period.previous,
        join: `${STORE} ${join(ZONE)}`,
      }),
      countLogged("tail", IS_WHOLE("e.day"), period, join("e.zone")),
      ...(cut.hours ?? []).flatMap((hours) => {
        const [from, to] = [bindings.add(hours.from), bindings.add(hours.to)];
        return [
          rolledUp(
            "click_hours",
            `m.hour >= ${from} AND m.hour < ${to} AND NOT ${IS_WHOLE(hourDay)}`,
            startOf(interval, period, { day: hourDay }),
            { previous: period.previous, join: `${STORE} ${join(ZONE)}` },
          ),
          countLogged("tail", `e.time >= ${from} AND e.time < ${to} AND ${isCut}`, period, join("e.zone")),
        ];
      }),
      countLogged(`(${logged(cut.log)})`, isCut, period, join("e.zone")),
    ];
  };

  const queries = periods.flatMap((period, index) => {
    const { span } = period;
    if (span.by === "days") return only === "waiting" ? [waiting(span, period)] : inDays(span, period);
    const cut = log.cuts[index] ?? NOTHING_CUT;
    const source = momentSource(query);
    if (source === "log") return [countLogged(`(${logged(cut.log)})`, "TRUE", period)];
    return source === "hours" ? inHours(span, period, cut) : inWholeDays(period, cut);
  });
  return { members: [`tail AS MATERIALIZED (${logged(log.tail)})`, ...wholeDays(periods, bindings)], queries };
}

const NOTHING_CUT: CutCounts = { log: [], hours: null };

interface RolledUp {
  previous: 0 | 1;
  /** -1 where it is taken away. */
  sign?: 1 | -1;
  /** SQL of what else the query reads. */
  join?: string;
}

/**
 * Where clicks between two moments are read. An hour may be in two local days, and hours and months aren't
 * split by country, device or source; nothing but the log has these by the hour.
 */
export function momentSource({
  dimension,
  interval,
}: Pick<CountQuery, "dimension" | "interval">): "hours" | "days" | "log" {
  const isSplit = DIMENSION_SQL[dimension].split !== null;
  if (interval === "hour" || interval === "total") return isSplit ? (interval === "hour" ? "log" : "days") : "hours";
  return "days";
}

/** Which local days are wholly between the moments of a period: those after one day and before another, in each zone. */
function wholeDays(periods: readonly Period[], bindings: Bindings): string[] {
  const spans = periods.flatMap(({ span, previous }) =>
    span.by === "moments" ? [`(${previous}, ${bindings.add(span.from)}, ${bindings.add(span.to)})`] : [],
  );
  if (spans.length === 0) return [];
  return [
    `whole(previous, zone, after, before) AS MATERIALIZED (
      SELECT s.column1, z.zone, ${localDay("z.zone", "s.column2 - 1")}, ${localDay("z.zone", "s.column3")}
      FROM (VALUES ${spans.join(", ")}) s CROSS JOIN (SELECT 'UTC' AS zone UNION SELECT timezone FROM stores) z)`,
  ];
}
