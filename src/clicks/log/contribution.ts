import type { LoggedClick, BatchRow } from "./pack.ts";
import { unpack } from "./pack.ts";
import { bucketOf, letterOf } from "./verdict.ts";

/** By how much a click moves each sum. */
export interface Counts {
  counted: number;
  /** Of those that count, the visitor's first on the link that UTC day. */
  uniqueOfDay: number;
  bot: number;
  prefetch: number;
  head: number;
  embedded: number;
  duplicate: number;
  inactive: number;
}

/** No click at all. */
export const NOTHING: Readonly<Counts> = {
  counted: 0,
  uniqueOfDay: 0,
  bot: 0,
  prefetch: 0,
  head: 0,
  embedded: 0,
  duplicate: 0,
  inactive: 0,
};

/** What sums are moved by, click by click: what a click counts as, or what a later arrival took back of one. */
export interface Contribution extends Pick<LoggedClick, "linkId" | "time" | "country" | "device" | "source"> {
  /** Of the click; `null`: something that was taken back of one. */
  id: string | null;
  /** Number of the click, or of the first of the batch that took something back. */
  seq: number;
  counts: Readonly<Counts>;
}

/**
 * Something that was counted and is taken back: link, time (ms UTC), country, device, source; whether the click no
 * longer counts (it is a duplicate now), and whether it is no longer its visitor's first of the day.
 */
export type Correction = [
  linkId: string,
  time: number,
  country: string | null,
  device: string,
  source: string,
  lostWindow: boolean,
  lostDay: boolean,
];

const COUNTS: ReadonlyMap<string, Readonly<Counts>> = new Map(
  Array.from("ucdbphei", (letter) => [
    letter,
    { ...NOTHING, [bucketOf(letter)]: 1, uniqueOfDay: letter === "u" ? 1 : 0 },
  ]),
);

/** What a click counts for by its letter. */
export function countsOf(letter: string): Readonly<Counts> {
  return COUNTS.get(letter) ?? NOTHING;
}

/** Adds counts, so many times, to others, which it changes. */
export function addCounts(to: Counts, counts: Readonly<Counts>, times: number): void {
  to.counted += times * counts.counted;
  to.uniqueOfDay += times * counts.uniqueOfDay;
  to.bot += times * counts.bot;
  to.prefetch += times * counts.prefetch;
  to.head += times * counts.head;
  to.embedded += times * counts.embedded;
  to.duplicate += times * counts.duplicate;
  to.inactive += times * counts.inactive;
}

/**
 * What a batch adds to the sums. That never changes: a click that has lost its place since is counted here as it was
 * first, and taken back by the batch that took its place. So the sums up to any batch are what the log was then, and
 * roll-ups and the tail that they leave are read alike. Throws as {@link unpack} does.
 */
export function contributionsOf(batch: BatchRow): Contribution[] {
  const letters = batch.entered ?? batch.verdicts;
  const contributions = unpack(batch).map(
    ({ id, seq, linkId, time, country, device, source }, index): Contribution => ({
      id,
      seq,
      linkId,
      time,
      country,
      device,
      source,
      counts: countsOf(letters.charAt(index)),
    }),
  );
  if (batch.corrections !== null) {
    for (const correction of JSON.parse(batch.corrections) as Correction[]) {
      contributions.push(correctionOf(correction, batch.seq));
    }
  }
  return contributions;
}

function correctionOf(correction: Correction, seq: number): Contribution {
  const [linkId, time, country, device, source] = correction;
  return { id: null, seq, linkId, time, country, device, source, counts: takenBack(correction) };
}

/** By how much a correction moves the sums. */
export function takenBack([, , , , , window, day]: Correction): Counts {
  return { ...NOTHING, counted: window ? -1 : 0, duplicate: window ? 1 : 0, uniqueOfDay: day ? -1 : 0 };
}

/** What a click adds to the sums as it is now. Throws a `RangeError` for an unknown bucket. */
export function contributionOf(click: LoggedClick): Contribution {
  const { id, seq, linkId, time, country, device, source } = click;
  const counts = countsOf(letterOf(click.bucket, click.uniqueOfDay));
  return { id, seq, linkId, time, country, device, source, counts };
}

/** A contribution so many times, which may be less than none. */
export function timesOf(contribution: Contribution, times: number): Contribution {
  if (times === 1) return contribution;
  const counts = { ...NOTHING };
  addCounts(counts, contribution.counts, times);
  return { ...contribution, counts };
}
