import { addCounts, type Contribution, type Counts } from "../../clicks/log/contribution.ts";

/** What clicks are split by, each by itself. */
export const SPLITS = ["country", "device", "source"] as const;

type Split = (typeof SPLITS)[number];

/** Counted clicks, and those of them that are their visitor's first of the day. */
export type Pair = [counted: number, unique: number];

/** What the clicks of a link and day are by country, device and source; the value is empty where it isn't known. */
export type Splits = Record<Split, Map<string, Pair>>;

/** Requests of a link in an hour. */
export interface HourSum {
  linkId: string;
  /** Its start, ms UTC. */
  hour: number;
  counts: Counts;
}

/** Counted clicks of a link on a day of its store's time zone. */
export interface DaySum {
  linkId: string;
  /** As 2026-11-22. */
  day: string;
  counted: number;
  unique: number;
  splits: Splits;
}

/** By how much contributions move each sum. Sums that they don't move aren't there. */
export interface ClickSums {
  hours: HourSum[];
  days: DaySum[];
  /** Counted clicks and uniques of each link. */
  links: Map<string, Pair>;
  /** Whether anything is taken back, so that sums may come to nothing. */
  takesBack: boolean;
  /** Of all clicks, ms UTC; without any, `Infinity` and `-Infinity`. */
  earliest: number;
  latest: number;
}

const HOUR_MS = 3_600_000;

/** Splits of nothing. */
export function noSplits(): Splits {
  return { country: new Map(), device: new Map(), source: new Map() };
}

/** Adds clicks of a value to one split. What comes to nothing is left out. */
export function addToSplit(split: Map<string, Pair>, value: string, counted: number, unique: number): void {
  const pair = split.get(value);
  if (pair === undefined) split.set(value, [counted, unique]);
  else {
    pair[0] += counted;
    pair[1] += unique;
    if (pair[0] === 0 && pair[1] === 0) split.delete(value);
  }
}

/**
 * Sums contributions up: by link and UTC hour, and those that count by link and local day, with their splits, and by link.
 * `dayOf` tells the day of a link at a time (ms UTC).
 */
export function sumClicks(
  contributions: Iterable<Contribution>,
  dayOf: (linkId: string, time: number) => string,
): ClickSums {
  const hours = new Map<string, HourSum>();
  const days = new Map<string, DaySum>();
  const links = new Map<string, Pair>();
  let [takesBack, earliest, latest] = [false, Infinity, -Infinity];
  for (const contribution of contributions) {
    const { linkId, time, country, device, source, counts } = contribution;
    if (time < earliest) earliest = time;
    if (time > latest) latest = time;
    addToHourSums(hours, contribution);
    const { counted, uniqueOfDay: unique } = counts;
    if (counted === 0 && unique === 0) continue;
    if (counted < 0 || unique < 0) takesBack = true;
    const day = dayOf(linkId, time);
    const key = `${day} ${linkId}`;
    let sum = days.get(key);
    if (sum === undefined) days.set(key, (sum = { linkId, day, counted: 0, unique: 0, splits: noSplits() }));
    sum.counted += counted;
    sum.unique += unique;
    addToSplit(sum.splits.country, country ?? "", counted, unique);
    addToSplit(sum.splits.device, device, counted, unique);
    addToSplit(sum.splits.source, source, counted, unique);
    const pair = links.get(linkId);
    if (pair === undefined) links.set(linkId, [counted, unique]);
    else {
      pair[0] += counted;
      pair[1] += unique;
    }
  }
  return {
    hours: [...hours.values()].filter(({ counts }) => Object.values(counts).some((count) => count !== 0)),
    days: [...days.values()].filter((day) => !isNothing(day)),
    links: new Map([...links].filter(([, [counted, unique]]) => counted !== 0 || unique !== 0)),
    takesBack,
    earliest,
    latest,
  };
}

/** Adds contributions to sums by link and UTC hour, which it changes. */
export function addToHourSums(hours: Map<string, HourSum>, { linkId, time, counts }: Contribution): void {
  const hour = time - (time % HOUR_MS);
  const key = `${hour} ${linkId}`;
  const sum = hours.get(key);
  if (sum === undefined) hours.set(key, { linkId, hour, counts: { ...counts } });
  else addCounts(sum.counts, counts, 1);
}

/** Whether a day has nothing, nor moves anything from one value to another. */
export function isNothing({ counted, unique, splits }: DaySum): boolean {
  return counted === 0 && unique === 0 && SPLITS.every((dim) => splits[dim].size === 0);
}

/** Adds one day's sums to another's, which it changes. */
export function addDay(to: DaySum, { counted, unique, splits }: Omit<DaySum, "linkId" | "day">): void {
  to.counted += counted;
  to.unique += unique;
  for (const dim of SPLITS) {
    for (const [value, pair] of splits[dim]) addToSplit(to.splits[dim], value, ...pair);
  }
}

/** Splits as the column `click_days.splits` has them: `{"country":{"DE":[3,2]},"device":{…},"source":{…}}`. */
export function textOfSplits(splits: Splits): string {
  return JSON.stringify(Object.fromEntries(SPLITS.map((dim) => [dim, Object.fromEntries(splits[dim])])));
}

/** Reads them. Throws a `SyntaxError` or `TypeError` for any other text. */
export function readSplits(text: string): Splits {
  const found = JSON.parse(text) as Record<Split, Record<string, Pair>>;
  return {
    country: new Map(Object.entries(found.country)),
    device: new Map(Object.entries(found.device)),
    source: new Map(Object.entries(found.source)),
  };
}
