import { html } from "hono/html";
import type { Html } from "../../edge/pages/page.ts";
import type { DaySpan } from "../../ground/time/range.ts";
import { type Chart, hasValues, renderChart } from "../chart/chart.ts";
import type { Formats } from "./format.ts";

/** One bar of each series. */
export interface Bar {
  span: DaySpan;
  clicks: number;
  sales: number;
}

/** Clicks and sales of some days as two rows of bars, each with a scale of its own, and the same as a table. */
export function renderBars(bars: readonly Bar[], formats: Formats): Html {
  const unit = bars.some(({ span }) => span.first !== span.last) ? "week" : "day";
  const chart: Chart = {
    unit,
    points: bars.map(({ span }) => formats.day(span)),
    series: [
      { title: "Clicks", tone: "n0", values: bars.map(({ clicks }) => clicks), text: formats.count },
      { title: "Sales", tone: "n1", values: bars.map(({ sales }) => sales), text: formats.count },
    ],
    shape: "bars",
    leftOut: `Without each ${unit} that had neither clicks nor sales.`,
  };
  return html`<section class="card">
    <h2>Clicks and sales by ${unit}</h2>
    ${hasValues(chart) ? renderChart(chart) : html`<p>No clicks and no sales in this time yet.</p>`}
  </section>`;
}
