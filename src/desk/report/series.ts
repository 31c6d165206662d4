import type { Chart } from "../../reports/chart/chart.ts";
import { DAY_MS, HOUR_MS } from "../../ground/time/range.ts";
import type { Desk } from "../frame/desk-load.ts";
import type { Key, Measure, ReportView } from "./report.ts";

/** Series that a chart can still be told apart by; the rest are one more. */
const MOST_SERIES = 4;

/** Points that a chart is drawn with, at most; of more, those that rows have alone. */
const MOST_POINTS = 1_000;

/** How the points of a chart are spaced. */
export type Interval = "hour" | "day" | "month";

/** A row of an interval. */
interface Spaced {
  start: string | null;
}

/**
 * One number of rows by interval as lines: of those rows that it is largest of, each its own, of the others together. `null`
 * where rows tell of no times.
 */
export function seriesOf<R extends F & object, F extends object>(
  rows: readonly R[],
  measure: Measure<F>,
  keys: readonly Key<R>[],
  view: ReportView,
  interval: Interval,
): Chart | null {
  const startOf = (row: R): string => ((row as unknown as Spaced).start ?? "").slice(0, WRITTEN[interval]);
  const starts = pointsOf(
    rows.map(startOf).filter((start) => start !== ""),
    interval,
  );
  if (starts.length === 0) return null;
  const places = new Map(starts.map((start, index) => [start, index]));
  const named = Map.groupBy(rows, (row) => nameOf(row, keys, view));
  const sums = [...named].map(([name, own]) => {
    const values: number[] = starts.map(() => 0);
    for (const row of own) {
      const place = places.get(startOf(row));
      if (place !== undefined) values[place] = (values[place] ?? 0) + (measure.value(row) ?? 0);
    }
    return { name, values, sum: values.reduce((all, value) => all + Math.abs(value), 0) };
  });
  const ranked = sums.toSorted((a, b) => b.sum - a.sum);
  // One more than there is room for would be the others alone.
  const shown = ranked.length > MOST_SERIES ? ranked.slice(0, MOST_SERIES - 1) : ranked;
  const others = ranked.slice(shown.length);
  const figures = rows[0] as F;
  const series = [
    ...shown,
    ...(others.length === 0
      ? []
      : [
          {
            name: `${view.desk.formats.count(others.length)} others`,
            values: starts.map((_start, index) => others.reduce((all, { values }) => all + (values[index] ?? 0), 0)),
          },
        ]),
  ];
  return {
    unit: interval,
    points: starts.map((start) => startText(start, interval, view.desk)),
    series: series.map(({ name, values }, index) => ({
      title: name,
      tone: `s${index + 1}`,
      values,
      text: (value) => measure.text(value, figures, view.desk),
    })),
    shape: "lines",
    together: true,
    leftOut: "Without times of nothing.",
  };
}

/** What a row is called, by all that it is told apart by. */
export function nameOf<R>(row: R, keys: readonly Key<R>[], view: ReportView): string {
  const texts = keys.flatMap(({ text, none, aside }) => {
    if (aside === true) return [];
    const said = text(row, view);
    return said === null ? (none ?? []) : [view.names[said] ?? said];
  });
  return texts.length === 0 ? "All" : texts.join(" · ");
}

/** Every point from the first to the last: those between that nothing is told of are nothing. */
function pointsOf(starts: readonly string[], interval: Interval): string[] {
  const sorted = [...new Set(starts)].toSorted();
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  const points: string[] = [];
  for (let point = first; point <= last; point = nextAfter(point, interval)) {
    if (points.push(point) > MOST_POINTS) return sorted;
  }
  return points;
}

/** Points are written as far as they reach: 2026-11, 2026-11-30, 2026-11-30T14. */
const WRITTEN: Readonly<Record<Interval, number>> = { month: 7, day: 10, hour: 13 };

/** Longer than each, and shorter than two. */
const STEPS: Readonly<Record<Interval, number>> = { month: 31 * DAY_MS, day: DAY_MS, hour: HOUR_MS };

function nextAfter(point: string, interval: Interval): string {
  const begin = `${point}${"-01T00:00".slice(point.length === 7 ? 0 : point.length === 10 ? 3 : 6)}Z`;
  return new Date(Date.parse(begin) + STEPS[interval]).toISOString().slice(0, WRITTEN[interval]);
}

/** When a row's interval began, as people read it. Reports write it in several ways, and begin with the same. */
export function startText(start: string, interval: string, { formats }: Desk): string {
  if (interval === "month") return start.slice(0, 7);
  const day = formats.date(start.slice(0, 10));
  return interval === "hour" ? `${day}, ${start.slice(11, 13)}:00` : day;
}
