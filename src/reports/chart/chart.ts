import { html } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import { barsPath, HEIGHT, linePath, type Scale, scaleOf, STEP } from "./path.ts";

/** Values that belong together, one for each point of a chart. */
export interface Series {
  title: string;
  /** The class that gives it its colour, in both schemes. */
  tone: string;
  /** `null`: it isn't known. */
  values: readonly (number | null)[];
  /** A value as people read it, with its unit. */
  text: (value: number) => string;
}

/** What a chart shows. */
export interface Chart {
  /** What a point is, such as "day". */
  unit: string;
  /** What each point is called, in order. */
  points: readonly string[];
  series: readonly Series[];
  shape: "bars" | "lines";
  /** Whether all series are in one drawing, on one scale; else each has its own. Bars of several can't share one. */
  together?: boolean;
  /** Of what the table leaves out: points at which every series is nothing. */
  leftOut: string;
}

/** What a chart says around its values, in the language of whoever reads it. */
export interface ChartWords {
  /** What something is of a name: "Clicks: none". */
  named: (name: string, text: string) => string;
  /** That a value is the largest, and at which point. */
  most: (value: string, point: string) => string;
  /** The same of the least. */
  least: (value: string, point: string) => string;
  /** That there is no value but 0. */
  none: string;
  /** What opens the table. */
  table: string;
}

/** As the desk says it. */
const ENGLISH: ChartWords = {
  named: (name, text) => `${name}: ${text}`,
  most: (value, point) => `${value} at most, ${point}`,
  least: (value, point) => `${value} at least, ${point}`,
  none: "none",
  table: "The same as a table",
};

/** Whether there is anything to draw. */
export function hasValues({ series }: Chart): boolean {
  return series.some(({ values }) => values.some((value) => value !== null && value !== 0));
}

/**
 * A chart as SVG, and the same as a table behind it. Colours come from the page's own style by the series' classes, which
 * may say no style here: what has a strict policy can show it.
 */
export function renderChart(chart: Chart, words = ENGLISH): Html {
  const { points, series, together } = chart;
  return html`${together === true ? renderTogether(chart, words) : series.map((one) => renderAlone(chart, one, words))}
    <p class="axis" aria-hidden="true"><span>${points[0]}</span> <span>${points.at(-1)}</span></p>
    ${renderTable(chart, words)}`;
}

function renderAlone(chart: Chart, series: Series, words: ChartWords): Html {
  const text = extremesOf(chart, series, words);
  return html`<figure>
    <figcaption><b class="${series.tone}">${series.title}</b> <small>${text}</small></figcaption>
    ${drawing(chart, series.tone, words.named(series.title, text), drawn(chart, series, scaleOf(series.values)))}
  </figure>`;
}

function renderTogether(chart: Chart, words: ChartWords): Html {
  const scale = scaleOf(chart.series.flatMap(({ values }) => values));
  const label = chart.series.map((series) => words.named(series.title, extremesOf(chart, series, words))).join("; ");
  return html`<figure>
    <figcaption>
      ${chart.series.map(
        (series) =>
          html`<span
            ><b class="${series.tone}">${series.title}</b> <small>${extremesOf(chart, series, words)}</small></span
          > `,
      )}
    </figcaption>
    ${drawing(
      chart,
      "",
      label,
      html`${chart.series.map((series) => html`<g class="${series.tone}">${drawn(chart, series, scale)}</g>`)}`,
    )}
  </figure>`;
}

function drawing({ points }: Chart, tone: string, label: string, content: Html): Html {
  return html`<svg
    class="${tone}"
    role="img"
    aria-label="${label}"
    viewBox="0 0 ${points.length * STEP} ${HEIGHT}"
    preserveAspectRatio="none"
  >
    ${content}
  </svg>`;
}

function drawn({ shape }: Chart, { values }: Series, scale: Scale): Html {
  return shape === "bars"
    ? html`<path fill="currentColor" d="${barsPath(values, scale)}" />`
    : html`<path
        fill="none"
        stroke="currentColor"
        stroke-width="2"
        stroke-linejoin="round"
        vector-effect="non-scaling-stroke"
        d="${linePath(values, scale)}"
      />`;
}

/** The largest value and where it is; the least, too, where that is below 0. */
export function extremesOf(
  { points }: Pick<Chart, "points">,
  { values, text }: Pick<Series, "values" | "text">,
  words: ChartWords,
): string {
  const { least, most } = scaleOf(values);
  const at = (value: number): string => points[values.indexOf(value)] ?? "";
  const said = [
    ...(most > 0 ? [words.most(text(most), at(most))] : []),
    ...(least < 0 ? [words.least(text(least), at(least))] : []),
  ];
  return said.length === 0 ? words.none : said.join("; ");
}

function renderTable({ unit, points, series, leftOut }: Chart, words: ChartWords): Html {
  const busy = points.flatMap((point, index) => {
    const values = series.map((one) => one.values[index] ?? null);
    return values.some((value) => value !== null && value !== 0) ? [{ point, values }] : [];
  });
  return html`<details>
    <summary>${words.table}</summary>
    <table>
      <caption>
        <small>${leftOut}</small>
      </caption>
      <thead>
        <tr>
          <th scope="col">${unit.charAt(0).toUpperCase() + unit.slice(1)}</th>
          ${series.map(({ title }) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${busy.map(
          ({ point, values }) =>
            html`<tr>
              <th scope="row">${point}</th>
              ${values.map((value, index) => html`<td>${value === null ? "–" : series[index]?.text(value)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}
