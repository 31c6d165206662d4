import { html } from "hono/html";
import type { Html } from "../../edge/pages/page.ts";
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

/** Whether there is anything to draw. */
export function hasValues({ series }: Chart): boolean {
  return series.some(({ values }) => values.some((value) => value !== null && value !== 0));
}

/**
 * A chart as SVG, and the same as a table behind it. Colours come from the page's own style by the series' classes, which
 * may say no style here: what has a strict policy can show it.
 */
export function renderChart(chart: Chart): Html {
  const { points, series, together } = chart;
  return html`${together === true ? renderTogether(chart) : series.map((one) => renderAlone(chart, one))}
    <p class="axis" aria-hidden="true"><span>${points[0]}</span> <span>${points.at(-1)}</span></p>
    ${renderTable(chart)}`;
}

function renderAlone(chart: Chart, series: Series): Html {
  const text = extremesOf(chart, series);
  return html`<figure>
    <figcaption><b class="${series.tone}">${series.title}</b> <small>${text}</small></figcaption>
    ${drawing(chart, series.tone, `${series.title}: ${text}`, drawn(chart, series, scaleOf(series.values)))}
  </figure>`;
}

function renderTogether(chart: Chart): Html {
  const scale = scaleOf(chart.series.flatMap(({ values }) => values));
  const label = chart.series.map((series) => `${series.title}: ${extremesOf(chart, series)}`).join("; ");
  return html`<figure>
    <figcaption>
      ${chart.series.map(
        (series) =>
          html`<span><b class="${series.tone}">${series.title}</b> <small>${extremesOf(chart, series)}</small></span> `,
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
function extremesOf({ points }: Chart, { values, text }: Series): string {
  const { least, most } = scaleOf(values);
  const at = (value: number): string => points[values.indexOf(value)] ?? "";
  const said = [
    ...(most > 0 ? [`${text(most)} at most, ${at(most)}`] : []),
    ...(least < 0 ? [`${text(least)} at least, ${at(least)}`] : []),
  ];
  return said.length === 0 ? "none" : said.join("; ");
}

function renderTable({ unit, points, series, leftOut }: Chart): Html {
  const busy = points.flatMap((point, index) => {
    const values = series.map((one) => one.values[index] ?? null);
    return values.some((value) => value !== null && value !== 0) ? [{ point, values }] : [];
  });
  return html`<details>
    <summary>The same as a table</summary>
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
