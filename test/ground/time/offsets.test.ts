import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OffsetSpan, offsetSpans } from "../../../src/ground/time/offsets.ts";

const FROM = Date.UTC(2000, 0, 1);
const TO = Date.UTC(2060, 0, 1);
const HOUR = 3_600_000;

/** What clocks in a zone show at a time, as if it were UTC. */
function clockOf(zone: string): (time: number) => string {
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  return (time) => clock.format(time);
}

const shownIn = clockOf("UTC");

function spanAt(spans: readonly OffsetSpan[], time: number): OffsetSpan {
  const found = spans.filter(({ fromAt, toAt }) => fromAt <= time && time < toAt);
  expect(found).toHaveLength(1);
  return found[0] ?? { fromAt: 0, toAt: 0, offsetMs: 0 };
}

describe("the offsets of a time zone", () => {
  const ZONES = [
    "Europe/Berlin",
    "America/New_York",
    // Half an hour of daylight-saving time.
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    // It has no 30 December 2011.
    "Pacific/Apia",
    // Its clocks changed a minute after midnight.
    "America/St_Johns",
    // It once had daylight-saving time for a week.
    "America/Noronha",
    // No daylight-saving time in the month of Ramadan.
    "Africa/Casablanca",
    "UTC",
  ];

  it.each(ZONES)("are those of Intl at any time: %s", (zone) => {
    const spans = offsetSpans(zone);
    const clock = clockOf(zone);
    fc.assert(
      fc.property(fc.integer({ min: FROM, max: TO - 1 }), (time) => {
        expect(shownIn(time + spanAt(spans, time).offsetMs)).toBe(clock(time));
      }),
      { numRuns: 300 },
    );
  });

  it.each(ZONES)("follow one another without a gap, and change to the second: %s", (zone) => {
    const spans = offsetSpans(zone);
    const clock = clockOf(zone);
    expect([spans[0]?.fromAt, spans.at(-1)?.toAt]).toEqual([FROM, TO]);
    for (const [index, { fromAt, toAt, offsetMs }] of spans.entries()) {
      expect(fromAt).toBeLessThan(toAt);
      for (const time of [fromAt, toAt - 1000, toAt - 1]) expect(shownIn(time + offsetMs)).toBe(clock(time));
      const next = spans[index + 1];
      if (next === undefined) continue;
      expect(next.fromAt).toBe(toAt);
      expect(next.offsetMs).not.toBe(offsetMs);
    }
  });

  it("are one span in UTC and where clocks never change", () => {
    expect(offsetSpans("UTC")).toEqual([{ fromAt: FROM, toAt: TO, offsetMs: 0 }]);
    expect(offsetSpans("Asia/Kolkata")).toEqual([{ fromAt: FROM, toAt: TO, offsetMs: 5.5 * HOUR }]);
    expect(offsetSpans("America/Phoenix")).toEqual([{ fromAt: FROM, toAt: TO, offsetMs: -7 * HOUR }]);
  });

  it("have the moments that everybody knows", () => {
    const at = (zone: string, time: string) => spanAt(offsetSpans(zone), Date.parse(time));
    expect(at("Europe/Berlin", "2026-10-25T01:00:00Z")).toEqual({
      fromAt: Date.parse("2026-10-25T01:00:00Z"),
      toAt: Date.parse("2027-03-28T01:00:00Z"),
      offsetMs: HOUR,
    });
    expect(at("Australia/Lord_Howe", "2026-12-01T00:00:00Z").offsetMs).toBe(11 * HOUR);
    expect(at("Australia/Lord_Howe", "2026-07-01T00:00:00Z").offsetMs).toBe(10.5 * HOUR);
    const skipped = Date.parse("2011-12-30T10:00:00Z");
    expect(at("Pacific/Apia", "2011-12-30T09:59:59Z")).toMatchObject({ toAt: skipped, offsetMs: -10 * HOUR });
    expect(at("Pacific/Apia", "2011-12-30T10:00:00Z")).toMatchObject({ fromAt: skipped, offsetMs: 14 * HOUR });
    expect(at("America/St_Johns", "2006-04-02T03:31:00Z").fromAt).toBe(Date.parse("2006-04-02T03:31:00Z"));
  });

  it("are refused for a zone that isn't known", () => {
    expect(() => offsetSpans("Mars/Olympus")).toThrow(RangeError);
  });
});
