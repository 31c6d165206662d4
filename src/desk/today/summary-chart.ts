import { type Chart } from "../../reports/chart/chart.ts";
import type { Formats } from "../../ground/language/formats.ts";
import { barsOf } from "../../portal/frame/span.ts";
import type { SummaryReport } from "../../reports/summary/schema.ts";

/** Clicks, sales and net sales by day, or by week where days would be too many. Amounts are of the currency of most sales. */
export function summaryChart({ from, to, series, total }: SummaryReport, formats: Formats): Chart {
  const bars = barsOf({ by: "days", first: from, last: to });
  const currency = total.amounts[0]?.currency ?? null;
  const unit = bars.some(({ first, last }) => first !== last) ? "week" : "day";
  const sumBy = (value: (day: SummaryReport["series"][number]) => number): number[] => {
    const sums = bars.map(() => 0);
    let at = 0;
    for (const day of series) {
      while (at < bars.length - 1 && day.day > (bars[at]?.last ?? "")) at++;
      sums[at] = (sums[at] ?? 0) + value(day);
    }
    return sums;
  };
  return {
    unit,
    points: bars.map((span) => formats.day(span)),
    series: [
      { title: "Clicks", tone: "s1", values: sumBy(({ clicks }) => clicks), text: formats.count },
      { title: "Sales", tone: "s2", values: sumBy(({ sales }) => sales), text: formats.count },
      ...(currency === null
        ? []
        : [
            {
              title: `Net sales (${currency})`,
              tone: "s3",
              values: sumBy(({ amounts }) => amounts.find((each) => each.currency === currency)?.salesMinor ?? 0),
              text: (value: number) => formats.money(value, currency),
            },
          ]),
    ],
    shape: "bars",
    leftOut: `Without each ${unit} of nothing.`,
  };
}
