import { describe, expect, it } from "vitest";
import { type Chart, hasValues, renderChart } from "../../../src/reports/chart/chart.ts";
import { renderFunnel } from "../../../src/reports/chart/funnel.ts";
import { barsPath, linePath, scaleOf } from "../../../src/reports/chart/path.ts";

const CHART: Chart = {
  unit: "day",
  points: ["Nov 1", "Nov 2", "Nov 3"],
  series: [
    { title: "Net <sales>", tone: "s1", values: [100, -50, null], text: (value) => `€${value}` },
    { title: "Clicks", tone: "s2", values: [0, 0, 0], text: String },
  ],
  shape: "bars",
  leftOut: "Without days of nothing.",
};

describe("DSH-6: charts", () => {
  it("say in words what they draw, escaped, and have the same as a table", async () => {
    const text = String(await renderChart(CHART)).replaceAll(/\s+/g, " ");
    expect(text).toContain('aria-label="Net &lt;sales&gt;: €100 at most, Nov 1; €-50 at least, Nov 2"');
    expect(text).toContain('aria-label="Clicks: none"');
    expect(text.match(/<svg/g)).toHaveLength(2);
    expect(text).toMatch(/Nov 2<\/th> <td>€-50<\/td><td>0<\/td>/);
    expect(text).not.toContain('scope="row">Nov 3');
    expect(text).not.toContain("style=");
    const together = String(await renderChart({ ...CHART, shape: "lines", together: true }));
    expect(together.match(/<svg/g)).toHaveLength(1);
    expect(together.match(/<g class="s[12]">/g)).toHaveLength(2);
    expect(hasValues(CHART)).toBe(true);
    expect(hasValues({ ...CHART, series: CHART.series.slice(1) })).toBe(false);
  });

  it("draw bars from 0 both ways, and lines with gaps where nothing is known", () => {
    expect(barsPath([4, 0, 1], scaleOf([4, 0, 1]))).toBe("M1 100v-100h8v100zM21 100v-25h8v25z");
    expect(barsPath([1, -1], scaleOf([1, -1]))).toBe("M1 50v-50h8v50zM11 50v50h8v-50z");
    expect(barsPath([1, 100_000], scaleOf([1, 100_000]))).toContain("M1 100v-2");
    expect(linePath([0, 10, null, 5], scaleOf([0, 10, null, 5]))).toBe("M5 100L15 0M30 50h10");
  });

  it("draw a funnel by shares of the largest", async () => {
    const text = String(
      await renderFunnel(
        [
          { name: "cart", count: 8, text: "8" },
          { name: "pay", count: 2, text: "2" },
          { name: "none", count: 0, text: "0" },
        ],
        "s1",
      ),
    );
    expect([...text.matchAll(/width="(\d+)"/g)].map(([, width]) => width)).toEqual(["100", "25", "0"]);
  });
});
