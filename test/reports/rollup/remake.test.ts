import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Contribution } from "../../../src/clicks/log/contribution.ts";
import {
  addDay,
  type DaySum,
  isNothing,
  noSplits,
  type Pair,
  readSplits,
  SPLITS,
  sumClicks,
  textOfSplits,
} from "../../../src/reports/rollup/click-sums.ts";
import { remakeDay } from "../../../src/reports/rollup/remake.ts";

const anyContribution: fc.Arbitrary<Contribution> = fc.record({
  id: fc.constant(null),
  seq: fc.constant(1),
  linkId: fc.constantFrom("lnk_1", "lnk_2"),
  time: fc.integer({ min: 0, max: 200_000_000 }),
  country: fc.constantFrom("DE", "FR", "__proto__", null),
  device: fc.constantFrom("mobile", "desktop"),
  source: fc.constantFrom("social", "search", 'a "quoted" one'),
  counts: fc.record({
    counted: fc.constantFrom(0, 1, 1, -1),
    uniqueOfDay: fc.constantFrom(0, 1, -1),
    bot: fc.constantFrom(0, 1),
    prefetch: fc.constant(0),
    head: fc.constantFrom(0, 1),
    embedded: fc.constant(0),
    duplicate: fc.constantFrom(0, 1),
    inactive: fc.constant(0),
  }),
});

const dayOf = (_linkId: string, time: number): string => new Date(time).toISOString().slice(0, 10);

const total = (split: ReadonlyMap<string, Pair>): Pair => {
  const sum: Pair = [0, 0];
  for (const [counted, unique] of split.values()) {
    sum[0] += counted;
    sum[1] += unique;
  }
  return sum;
};

/** Days by name, as plain data. */
const plain = (days: Iterable<DaySum>): unknown =>
  Object.fromEntries(
    [...days]
      .filter((day) => !isNothing(day))
      .map((day) => [
        `${day.day} ${day.linkId}`,
        [day.counted, day.unique, ...SPLITS.map((dim) => Object.fromEntries(day.splits[dim]))],
      ]),
  );

describe("sums of clicks", () => {
  it("are the same in one go and bit by bit, and every split of a day sums up to it", () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyContribution, { maxLength: 8 }), { maxLength: 6 }), (parts) => {
        const whole = sumClicks(parts.flat(), dayOf);
        const added = new Map<string, DaySum>();
        for (const part of parts) {
          for (const day of sumClicks(part, dayOf).days) {
            const key = `${day.day} ${day.linkId}`;
            const known = added.get(key);
            if (known === undefined) added.set(key, { ...day, splits: readSplits(textOfSplits(day.splits)) });
            else addDay(known, day);
          }
        }
        expect(plain(added.values())).toEqual(plain(whole.days));
        for (const { counted, unique, splits } of whole.days) {
          for (const dim of SPLITS) expect(total(splits[dim])).toEqual([counted, unique]);
        }
        const requests = parts.flat().reduce((sum, { counts }) => sum + counts.bot + counts.counted, 0);
        expect(whole.hours.reduce((sum, { counts }) => sum + counts.bot + counts.counted, 0)).toBe(requests);
      }),
    );
  });
});

describe("a day that is made anew", () => {
  const anyPairs = fc.dictionary(
    fc.constantFrom("", "a", "b", "c"),
    fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 9 })).map(([a, b]): Pair => [Math.max(a, b), Math.min(a, b)]),
  );

  it("has what the log and the archive have, and every split sums up to that", () => {
    const archived = fc.option(fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 20 })));
    fc.assert(
      fc.property(anyPairs, archived, anyPairs, (inLog, gone, before) => {
        const splits = noSplits();
        const known = noSplits();
        for (const dim of SPLITS) {
          splits[dim] = new Map(Object.entries(inLog));
          known[dim] = new Map(Object.entries(before));
        }
        const [counted, unique] = total(splits.country);
        const logged = counted === 0 ? null : { linkId: "l", day: "d", counted, unique, splits };
        const left = gone === null ? null : { linkId: "l", day: "d", counted: gone[0], unique: gone[1] };
        const made = remakeDay(logged, left, known);
        const expected = [counted + (gone?.[0] ?? 0), (logged?.unique ?? 0) + (gone?.[1] ?? 0)];
        expect([made?.counted ?? 0, made?.unique ?? 0]).toEqual(logged === null && left === null ? [0, 0] : expected);
        for (const dim of SPLITS)
          if (made !== null) expect(total(made.splits[dim])).toEqual([made.counted, made.unique]);
      }),
    );
  });

  it("keeps of what archived clicks were as much as fits, the most first", () => {
    const known = noSplits();
    known.country = new Map<string, Pair>([
      ["DE", [3, 1]],
      ["FR", [5, 2]],
      ["IT", [4, 4]],
    ]);
    const logged = { linkId: "l", day: "d", counted: 1, unique: 1, splits: noSplits() };
    logged.splits.country = new Map<string, Pair>([["IT", [1, 1]]]);
    const made = remakeDay(logged, { linkId: "l", day: "d", counted: 7, unique: 3 }, known);
    expect([...(made?.splits.country ?? [])]).toEqual([
      ["IT", [1, 1]],
      ["FR", [5, 2]],
      ["DE", [2, 1]],
    ]);
  });
});
