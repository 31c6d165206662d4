import * as fc from "fast-check";
import { expect, test } from "vitest";
import { numbersNeeded, verdictOf } from "../../../src/calls/pool/need.ts";

test.each([
  [60, 45, 45],
  [6, 45, 5],
  [1, 35, 1],
  [0, 35, 0],
])("BXX-3: %d visitors an hour, each for %d minutes, need %d numbers", (visitorsAnHour, minutesAVisit, numbers) => {
  expect(numbersNeeded({ visitorsAnHour, minutesAVisit })).toBe(numbers);
});

test.each([
  [45, 45, false, "tight"],
  [44, 45, false, "short"],
  [59, 45, false, "enough"],
  [58, 45, false, "tight"],
  [500, 45, true, "short"],
  [5, null, false, "unknown"],
  [0, 0, false, "enough"],
])("BXX-3: %d numbers where %s are needed, exhausted: %s, are %s", (numbers, needed, wasExhausted, verdict) => {
  expect(verdictOf(numbers, needed, wasExhausted)).toBe(verdict);
});

/** The share of visitors who find none free, of so many numbers away on average (Erlang's loss formula). */
function lost(numbers: number, away: number): number {
  let share = 1;
  for (let count = 1; count <= numbers; count++) share = (away * share) / (count + away * share);
  return share;
}

test("BXX-3: of a pool with numbers enough, few visitors find none free", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), (needed) => {
      const enough = Math.ceil(needed + 2 * Math.sqrt(needed));
      expect(verdictOf(enough, needed, false)).toBe("enough");
      expect(lost(enough, needed)).toBeLessThan(0.07);
      expect(lost(needed, needed)).toBeGreaterThan(lost(enough, needed));
    }),
  );
});
