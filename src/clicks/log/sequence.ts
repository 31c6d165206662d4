/**
 * Numbers of clicks, in the order of arrival: ascending within a database of the log, told apart between databases, and
 * by the clock, so that a list over several databases is in the order in which clicks came. Unlike a counter they cost
 * no row to keep. Clicks from before the log was packed have small numbers of their own.
 */

/** Numbers of two clicks that follow each other in a batch are so far apart, and so many databases there may be. */
export const STRIDE = 64;

/** Numbers of a millisecond: 16 clicks in each database. More in one run ahead of the clock, which does no harm. */
const NUMBERS_A_MS = 1_024;

/** The first number that a click ingested at `now` (ms UTC) may have in the database with this number (0 to 63). */
export function firstSeq(now: number, log: number): number {
  return now * NUMBERS_A_MS + log;
}

/** Numbers of before the log was packed are below; they say nothing of the time. */
export const FIRST_PACKED_SEQ = firstSeq(Date.UTC(2020, 0, 1), 0);
