import { html } from "hono/html";
import type { Html } from "../../ground/http/html.ts";

/** A step of a way that not all go to its end. */
export interface Step {
  name: string;
  /** How many came to it. */
  count: number;
  /** What is said of it beside its bar, such as what share went on. */
  text: string;
}

/** Width of a bar of all, in units of the drawing. */
const WIDTH = 100;

/** A way as bars of those that came to each step, as wide as their share of the largest. What it says stands beside each. */
export function renderFunnel(steps: readonly Step[], tone: string): Html {
  const most = Math.max(1, ...steps.map(({ count }) => count));
  return html`<ol class="funnel">
    ${steps.map(
      ({ name, count, text }) =>
        html`<li>
          <b>${name}</b> <span>${text}</span>
          <svg class="${tone}" aria-hidden="true" viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none">
            <rect fill="currentColor" width="${count <= 0 ? 0 : Math.max(1, (count / most) * WIDTH)}" height="10" />
          </svg>
        </li>`,
    )}
  </ol>`;
}
