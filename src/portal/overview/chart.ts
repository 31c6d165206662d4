import { html } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import { type Chart, type ChartWords, extremesOf, hasValues, renderChart } from "../../reports/chart/chart.ts";
import type { Bar } from "./numbers.ts";
import { inColumns, SPARK_HEIGHT, sparkPath } from "./spark.ts";
import type { OverviewSay, Voice } from "./words.ts";

function chartWords(say: OverviewSay): ChartWords {
  return {
    named: (name, text) => say("named", { name, text }),
    most: (value, point) => say("most", { value, point }),
    least: (value, point) => say("least", { value, point }),
    none: say("none"),
    table: say("asTable"),
  };
}

/** Clicks and sales of some days as two rows of bars, each with a scale of its own, and the same as a table. */
export function renderBars(bars: readonly Bar[], { formats, say }: Voice): Html {
  const isWeekly = bars.some(({ span }) => span.first !== span.last);
  const chart: Chart = {
    unit: say(isWeekly ? "week" : "day"),
    points: bars.map(({ span }) => formats.day(span)),
    series: [
      { title: say("clicks"), tone: "n0", values: bars.map(({ clicks }) => clicks), text: formats.count },
      { title: say("sales"), tone: "n1", values: bars.map(({ sales }) => sales), text: formats.count },
    ],
    shape: "bars",
    leftOut: say(isWeekly ? "quietWeeks" : "quietDays"),
  };
  return html`<section class="card">
    <h2>${say(isWeekly ? "byWeek" : "byDay")}</h2>
    ${hasValues(chart) ? renderChart(chart, chartWords(say)) : html`<p>${say("nothingYet")}</p>`}
  </section>`;
}

/** The clicks of a link over the bars of the page, drawn small; empty where there are none. */
export function renderSpark(clicks: readonly number[], bars: readonly Bar[], { formats, say }: Voice): Html | "" {
  const columns = inColumns(clicks);
  const path = sparkPath(columns);
  if (path === "") return "";
  const points = bars.map(({ span }) => formats.day(span));
  const words = chartWords(say);
  const label = words.named(say("clicks"), extremesOf({ points }, { values: clicks, text: formats.count }, words));
  return html`<svg
    class="spark"
    role="img"
    aria-label="${label}"
    viewBox="0 0 ${columns.length} ${SPARK_HEIGHT}"
    preserveAspectRatio="none"
  >
    <path d="${path}" />
  </svg>`;
}
