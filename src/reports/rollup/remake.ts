import { addToSplit, type DaySum, isNothing, noSplits, type Pair, type Splits, SPLITS } from "./click-sums.ts";

/** Counted clicks of a link and day that have left the log. */
export interface ArchivedDay {
  linkId: string;
  day: string;
  counted: number;
  unique: number;
}

/**
 * Makes a day anew of what the log has of it, if anything, and of what has left the log. Only the splits that there were
 * (`known`) say what archived clicks were: they have what they had beyond the log, if it fits the archived clicks of the
 * day, and the rest is not known. So all splits of a day sum up to the same. `null`: there is nothing of that day.
 */
export function remakeDay(logged: DaySum | null, archived: ArchivedDay | null, known: Splits | null): DaySum | null {
  const of = logged ?? archived;
  if (of === null) return null;
  const made: DaySum = {
    linkId: of.linkId,
    day: of.day,
    counted: (logged?.counted ?? 0) + (archived?.counted ?? 0),
    unique: (logged?.unique ?? 0) + (archived?.unique ?? 0),
    splits: noSplits(),
  };
  for (const dim of SPLITS) {
    const split = made.splits[dim];
    const inLog = logged?.splits[dim] ?? new Map<string, Pair>();
    for (const [value, pair] of inLog) add(split, value, pair);
    if (archived === null) continue;
    const rest: Pair = [archived.counted, archived.unique];
    for (const [value, pair] of fitting(beyond(known?.[dim] ?? new Map(), inLog), archived)) {
      add(split, value, pair);
      rest[0] -= pair[0];
      rest[1] -= pair[1];
    }
    add(split, "", rest);
  }
  return isNothing(made) ? null : made;
}

function add(split: Map<string, Pair>, value: string, [counted, unique]: Pair): void {
  if (counted !== 0 || unique !== 0) addToSplit(split, value, counted, unique);
}

/** What a split has beyond another. */
function beyond(known: ReadonlyMap<string, Pair>, inLog: ReadonlyMap<string, Pair>): [value: string, pair: Pair][] {
  return [...known].map(([value, [counted, unique]]): [string, Pair] => {
    const [ofLog, uniquesOfLog] = inLog.get(value) ?? [0, 0];
    return [value, [Math.max(0, counted - ofLog), Math.max(0, unique - uniquesOfLog)]];
  });
}

/** As much of counts as fits into those of a day, the largest first. */
function fitting(
  values: readonly [value: string, pair: Pair][],
  { counted, unique }: Pick<ArchivedDay, "counted" | "unique">,
): [value: string, pair: Pair][] {
  const left: Pair = [counted, unique];
  return values
    .toSorted(([a, [countedA]], [b, [countedB]]) => countedB - countedA || (a < b ? -1 : 1))
    .map(([value, pair]): [string, Pair] => {
      const kept: Pair = [Math.max(0, Math.min(pair[0], left[0])), Math.max(0, Math.min(pair[1], left[1]))];
      left[0] -= pair[0];
      left[1] -= pair[1];
      return [value, kept];
    });
}
