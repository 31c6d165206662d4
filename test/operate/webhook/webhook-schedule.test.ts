import { describe, expect, it } from "vitest";
import { nextAttemptAt, PAUSES_MS } from "../../../src/operate/webhook/schedule.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Chance in the middle: no jitter. */
const EVEN = 0.5;

describe("a delivery that failed", () => {
  it.each([
    [1, 10 * SECOND],
    [2, MINUTE],
    [3, 5 * MINUTE],
    [4, 30 * MINUTE],
    [5, 2 * HOUR],
    [6, 5 * HOUR],
    [7, 8 * HOUR],
    [8, 8 * HOUR],
  ])("is tried again after attempt %i in %i ms", (failed, pause) => {
    expect(nextAttemptAt(failed, NOW, EVEN)).toBe(NOW + pause);
  });

  it("is given up after the ninth attempt, about a day after the first", () => {
    expect(nextAttemptAt(PAUSES_MS.length + 1, NOW, EVEN)).toBeNull();
    expect(PAUSES_MS.reduce<number>((sum, pause) => sum + pause, 0)).toBe(23 * HOUR + 36 * MINUTE + 10 * SECOND);
  });

  it("is tried up to a tenth earlier or later, by chance", () => {
    expect(nextAttemptAt(2, NOW, 0)).toBe(NOW + 54 * SECOND);
    expect(nextAttemptAt(2, NOW, 0.25)).toBe(NOW + 57 * SECOND);
    expect(nextAttemptAt(2, NOW, 0.999999)).toBe(NOW + 66 * SECOND);
  });
});
