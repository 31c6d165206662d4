import { DAY_MS, type DaySpan, dayAfter, lastOfMonth } from "../../ground/time/range.ts";

/** A part of a span of days, by the table that has its sums. What has the sign -1 is taken away. */
export interface Piece {
  table: "months" | "days";
  /** The first day (2026-11-22) or month (2026-11). */
  first: string;
  /** The last, which is in. */
  last: string;
  sign: 1 | -1;
}

/**
 * The pieces that sum to a span, so that few rows are read: whole months, and days at its ends. Where less
 * than half of a month is missing, the month is read and what is missing is taken away, so that an end costs
 * 15 days at most. Without months, the span is read by days.
 */
export function piecesOf({ first, last }: DaySpan, withMonths: boolean): Piece[] {
  const days = (from: string, to: string, sign: 1 | -1): Piece[] =>
    from <= to ? [{ table: "days", first: from, last: to, sign }] : [];
  if (!withMonths) return days(first, last, 1);

  const [start, end] = [`${first.slice(0, 7)}-01`, lastOfMonth(last)];
  // What the months that hold the ends have beyond the span.
  const [before, after] = [countDays(start, first), countDays(last, end)];
  if (first.slice(0, 7) === last.slice(0, 7)) {
    if (countDays(first, last) + 1 <= before + after) return days(first, last, 1);
    return [
      { table: "months", first: first.slice(0, 7), last: last.slice(0, 7), sign: 1 },
      ...days(start, dayAfter(first, -1), -1),
      ...days(dayAfter(last, 1), end, -1),
    ];
  }
  const [endOfFirst, startOfLast] = [lastOfMonth(first), `${last.slice(0, 7)}-01`];
  const wholeFirst = before <= countDays(first, endOfFirst);
  const wholeLast = after <= countDays(startOfLast, last);
  const firstMonth = wholeFirst ? start : dayAfter(endOfFirst, 1);
  const lastMonth = wholeLast ? last : dayAfter(startOfLast, -1);
  return [
    ...(firstMonth.slice(0, 7) <= lastMonth.slice(0, 7)
      ? [{ table: "months", first: firstMonth.slice(0, 7), last: lastMonth.slice(0, 7), sign: 1 } as const]
      : []),
    ...(wholeFirst ? days(start, dayAfter(first, -1), -1) : days(first, endOfFirst, 1)),
    ...(wholeLast ? days(dayAfter(last, 1), end, -1) : days(startOfLast, last, 1)),
  ];
}

/** Days from one to another, the last not counted. */
function countDays(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS;
}
