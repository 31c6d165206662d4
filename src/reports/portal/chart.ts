import { html } from "hono/html";
import type { Html } from "../../edge/pages/page.ts";
import type { DaySpan } from "../../ground/time/range.ts";
import type { Formats } from "./format.ts";

/** One bar of each series. */
export interface Bar {
  span: DaySpan;
  clicks: number;
  sales: number;
}

/** Width of a bar with its gap, and height of a chart, in units of the drawing: it is stretched to the page. */
const STEP = 10;
const GAP = 2;
const HEIGHT = 100;

const SERIES = [
  { name: "clicks", title: "Clicks" },
  { name: "sales", title: "Sales" },
] as const;

/** Clicks and sales of these days as two rows of bars, each with a scale of its own, and the same as a table. */
export function renderChart(days: DaySpan, bars: readonly Bar[], formats: Formats): Html {
  const busy = bars.filter(({ clicks, sales }) => clicks > 0 || sales > 0);
  const unit = bars.some(({ span }) => span.first !== span.last) ? "week" : "day";
  if (busy.length === 0) {
    return html`<section class="card">
      <h2>Clicks and sales by ${unit}</h2>
      <p>No clicks and no sales in this time yet.</p>
    </section>`;
  }
  return html`<section class="card">
    <h2>Clicks and sales by ${unit}</h2>
    ${SERIES.map(({ name, title }, index) => renderSeries(bars, name, title, `n${index}`, formats))}
    <p class="axis" aria-hidden="true">
      <span>${formats.day(days.first)}</span>
      <span>${formats.day(days.last)}</span>
    </p>
    <details>
      <summary>The same as a table</summary>
      <table>
        <caption>
          <small>Without each ${unit} that had neither clicks nor sales.</small>
        </caption>
        <thead>
          <tr>
            <th scope="col">${unit === "day" ? "Day" : "Week"}</th>
            <th scope="col">Clicks</th>
            <th scope="col">Sales</th>
          </tr>
        </thead>
        <tbody>
          ${busy.map(
            ({ span, clicks, sales }) =>
              html`<tr>
                <th scope="row">${formats.day(span)}</th>
                <td>${formats.count(clicks)}</td>
                <td>${formats.count(sales)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </details>
  </section>`;
}

function renderSeries(
  bars: readonly Bar[],
  name: "clicks" | "sales",
  title: string,
  tone: string,
  formats: Formats,
): Html {
  const most = bars.reduce<Bar | null>((best, bar) => (bar[name] > (best?.[name] ?? 0) ? bar : best), null);
  const text = most === null ? "none" : `${formats.count(most[name])} at most, ${formats.day(most.span)}`;
  return html`<figure>
    <figcaption><b class="${tone}">${title}</b> <small>${text}</small></figcaption>
    <svg
      class="${tone}"
      role="img"
      aria-label="${title}: ${text}"
      viewBox="0 0 ${bars.length * STEP} ${HEIGHT}"
      preserveAspectRatio="none"
    >
      <path
        fill="currentColor"
        d="${pathOf(
          bars.map((bar) => bar[name]),
          most?.[name] ?? 1,
        )}"
      />
    </svg>
  </figure>`;
}

/** Bars as one path, the highest as high as the drawing. A bar of anything at all can be seen. */
function pathOf(values: readonly number[], most: number): string {
  return values
    .map((value, index) => {
      if (value <= 0) return "";
      const height = Math.max(2, Math.round((value / most) * HEIGHT));
      return `M${index * STEP + GAP / 2} ${HEIGHT}v-${height}h${STEP - GAP}v${height}z`;
    })
    .join("");
}
