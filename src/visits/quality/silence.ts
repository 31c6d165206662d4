/** On a day on which something came: its first and its last, ms UTC. */
export interface ActiveDay {
  firstAt: number;
  lastAt: number;
}

const DAY_MS = 86_400_000;

/** How far before its last something is looked at to say how often it comes, ms. */
const HABIT_MS = 35 * DAY_MS;

/** On so many different days something has to have come before anybody waits for it. */
const MIN_DAYS = 3;

/** After which nobody waits any more, ms: it is known no longer. */
const FORGOTTEN_MS = 90 * DAY_MS;

/** How long something may stay away that came every day, ms; else it is this many times its longest pause. */
const LEAST_PATIENCE_MS = DAY_MS;
const PAUSES = 3;

/**
 * Since when something is silent that used to come: its last time, ms UTC, once that is longer ago than a day and than
 * three times its longest pause; `null`: it isn't, or nobody expects it, since it came on fewer than three days of the 35
 * before its last, or more than 90 days ago. What comes on Mondays alone is missed after three. `days`: in order, one an
 * UTC day at most.
 */
export function silentSince(days: readonly ActiveDay[], now: number): number | null {
  const last = days.at(-1)?.lastAt;
  if (last === undefined || now - last > FORGOTTEN_MS) return null;
  const usual = days.filter(({ lastAt }) => last - lastAt <= HABIT_MS);
  if (usual.length < MIN_DAYS) return null;
  const pauses = usual.slice(1).map(({ firstAt }, index) => firstAt - (usual[index]?.lastAt ?? firstAt));
  const patience = Math.max(LEAST_PATIENCE_MS, PAUSES * Math.max(...pauses));
  return now - last > patience ? last : null;
}
