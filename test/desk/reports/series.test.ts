import { describe, expect, it } from "vitest";
import { durationText, measuresOf } from "../../../src/desk/report/measures.ts";
import type { ReportView } from "../../../src/desk/report/report.ts";
import { seriesOf } from "../../../src/desk/report/series.ts";
import { formatsFor } from "../../../src/ground/language/formats.ts";

interface Row {
  name: string | null;
  start: string | null;
  clicks: number;
}

const { count } = measuresOf<Row>();
const view = { desk: { formats: formatsFor("en") }, names: {} } as unknown as ReportView;
const keys = [{ label: "Who", text: ({ name }: Row) => name, none: "Nobody" }];
const row = (name: string | null, start: string, clicks: number): Row => ({ name, start, clicks });

describe("DSH-6: charts of reports", () => {
  it("have every point between the first and the last, the largest rows by themselves and the others together", () => {
    const rows = ["a", "b", "c", "d", null].flatMap((name, index) => [
      row(name, "2026-02-27T00:00:00.000Z", 10 - index),
      row(name, "2026-03-01T00:00:00.000Z", 1),
    ]);
    const chart = seriesOf(rows, count("clicks", "Clicks"), keys, view, "day");
    expect(chart?.points).toHaveLength(3);
    expect(chart?.series.map(({ title, values }) => [title, values])).toEqual([
      ["a", [10, 0, 1]],
      ["b", [9, 0, 1]],
      ["c", [8, 0, 1]],
      ["2 others", [13, 0, 2]],
    ]);
  });

  it("read starts as reports write them: months, days and hours", () => {
    const points = (interval: "hour" | "month", ...starts: string[]) =>
      seriesOf(
        starts.map((start) => row("a", start, 1)),
        count("clicks", "Clicks"),
        keys,
        view,
        interval,
      )?.points;
    expect(points("month", "2025-12-01T00:00:00.000Z", "2026-02")).toEqual(["2025-12", "2026-01", "2026-02"]);
    expect(points("hour", "2026-11-30T23:00:00.000Z", "2026-12-01T01")).toHaveLength(3);
    expect(seriesOf([], count("clicks", "Clicks"), keys, view, "day")).toBeNull();
  });

  it.each([
    [0, "0 s"],
    [400, "under 1 s"],
    [65_000, "1 min 5 s"],
    [7_200_000, "2 h"],
    [90_000_000, "1 d 1 h"],
  ])("%i ms are %s", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
