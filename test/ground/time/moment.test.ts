import * as fc from "fast-check";
import { expect, it } from "vitest";
import { endOf, startOf } from "../../../src/ground/time/moment.ts";

const DAY = 86_400_000;

it("G-28: a date is a whole day, and a time a moment", () => {
  expect(startOf("2026-11-21")).toBe(Date.UTC(2026, 10, 21));
  expect(endOf("2026-11-21")).toBe(Date.UTC(2026, 10, 22));
  for (const read of [startOf, endOf]) {
    expect(read("2026-11-21T09:00:00Z")).toBe(Date.UTC(2026, 10, 21, 9));
    expect(read("2026-11-21T10:00+01:00")).toBe(Date.UTC(2026, 10, 21, 9));
    expect(read("2026-11-21T09:00:00.250Z")).toBe(Date.UTC(2026, 10, 21, 9, 0, 0, 250));
  }
});

it.each([
  "",
  "2026",
  "2026-02-30",
  "2026-13-01",
  "21.11.2026",
  "11/21/2026",
  "2026-11-21T09:00:00",
  "2026-11-21 09:00:00Z",
  "2026-11-21T24:00:00Z",
  "2026-02-30T00:00:00Z",
  "1969-12-31",
  "20261121",
  " 2026-11-21",
])("G-28: %j is neither", (text) => {
  expect([startOf(text), endOf(text)]).toEqual([null, null]);
});

it("reads back what was written, for all times", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), (time) => {
      const written = new Date(time).toISOString();
      expect([startOf(written), endOf(written)]).toEqual([time, time]);
      const day = written.slice(0, 10);
      expect(endOf(day)).toBe((startOf(day) ?? 0) + DAY);
    }),
  );
});
