/** Whether a pool has numbers enough; `unknown`: nobody was shown one of its numbers yet. */
export const POOL_VERDICTS = ["enough", "tight", "short", "unknown"] as const;

/** One of {@link POOL_VERDICTS}. */
export type PoolVerdict = (typeof POOL_VERDICTS)[number];

/** What a pool was asked for, as far as is known. */
export interface PoolLoad {
  /** Visitors who wanted a number in the busiest hour. */
  visitorsAnHour: number;
  /** For so long a number is away for one of them, quarantine included, minutes; `null`: nobody had one. */
  minutesAVisit: number | null;
}

/** How many numbers a pool needs for what it is asked for: those that are away at once on average; `null`: not known. */
export function numbersNeeded({ visitorsAnHour, minutesAVisit }: PoolLoad): number | null {
  return minutesAVisit === null ? null : Math.ceil((visitorsAnHour * minutesAVisit) / MINUTES_AN_HOUR);
}

const MINUTES_AN_HOUR = 60;

/**
 * Whether so many numbers are enough. Visitors don't come evenly, so that of `needed` numbers on average `needed` and
 * twice its root are away in a bad moment: fewer are tight, and fewer than are needed on average, or a pool that had
 * none left lately, is short.
 */
export function verdictOf(numbers: number, needed: number | null, wasExhausted: boolean): PoolVerdict {
  if (wasExhausted) return "short";
  if (needed === null) return "unknown";
  if (numbers < needed) return "short";
  return numbers < needed + 2 * Math.sqrt(needed) ? "tight" : "enough";
}
