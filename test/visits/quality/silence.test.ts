import * as fc from "fast-check";
import { expect, test } from "vitest";
import { silentSince } from "../../../src/visits/quality/silence.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Days on which something came from 8 to 20 o'clock. */
const on = (...days: number[]) => days.map((day) => ({ firstAt: day * DAY + 8 * HOUR, lastAt: day * DAY + 20 * HOUR }));
const daily = on(0, 1, 2, 3, 4, 5, 6);
const last = 6 * DAY + 20 * HOUR;

test.each([
  ["what comes every day, the evening of the next", daily, last + 23 * HOUR, null],
  ["what came every day, after 3 times its nights", daily, last + 37 * HOUR, last],
  ["what came every day, as long as anybody remembers it", daily, last + 80 * DAY, last],
  ["what came every day, after a quarter of a year", daily, last + 91 * DAY, null],
  ["what never came", [], last, null],
  ["what came on two days", on(0, 6), last + 60 * DAY, null],
  ["what comes on Mondays, after one that was missed", on(0, 7, 14), 14 * DAY + 20 * HOUR + 8 * DAY, null],
  ["what comes on Mondays, after three", on(0, 7, 14), 14 * DAY + 20 * HOUR + 21 * DAY, 14 * DAY + 20 * HOUR],
  ["what came without a pause, after less than a day", [{ firstAt: 0, lastAt: 3 * DAY }], 4 * DAY - 1, null],
] as const)("DIX-9: %s", (_, days, now, since) => {
  expect(silentSince(days, now)).toBe(since);
});

test("DIX-9: nothing is silent within a day, and what is stays so until it comes again or is forgotten", () => {
  const days = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 30 }).map((list) => {
    return on(...list.toSorted((a, b) => a - b));
  });
  fc.assert(
    fc.property(days, fc.integer({ min: 0, max: 88 * DAY }), fc.integer({ min: 0, max: DAY }), (known, since, more) => {
      const lastAt = known.at(-1)?.lastAt ?? 0;
      expect(silentSince(known, lastAt + more)).toBeNull();
      const silent = silentSince(known, lastAt + since);
      if (silent === null) return;
      expect(silent).toBe(lastAt);
      expect(silentSince(known, lastAt + since + more)).toBe(lastAt);
      const again = lastAt + since;
      expect(silentSince([...known, { firstAt: again, lastAt: again }], again + more)).toBeNull();
    }),
  );
});
