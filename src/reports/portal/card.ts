import { html } from "hono/html";
import type { Html } from "../../edge/pages/page.ts";
import { shortUrl } from "../../links/link/store.ts";
import type { PortalCampaign } from "./load-campaigns.ts";
import type { PortalFigures } from "./load-figures.ts";
import type { Formats } from "./format.ts";
import { renderClaimed, renderNumbers, renderWaiting } from "./render-figures.ts";
import type { SpanName } from "./span.ts";

/** What a card needs of the page that it is on. */
interface Around {
  token: string;
  /** Of the default short domain. */
  origin: string;
  span: SpanName;
  formats: Formats;
  figures: PortalFigures | null;
}

/** A campaign with the creator's code and link, and its numbers where it shows them; `n` is its number on the page. */
export function renderCampaign(
  { token, origin, span, formats, figures }: Around,
  campaign: PortalCampaign,
  n: number,
): Html {
  const heading = `c${n}`;
  const { id, name, visible, ended, store, code, link } = campaign;
  const numbers = visible && figures !== null ? figures.of(campaign) : null;
  return html`<article class="card">
    <div>
      <h3 id="${heading}">${name} ${ended ? html`<span class="chip">Ended</span>` : ""}</h3>
      ${store === null ? "" : html`<small>${store.name}</small>`}
    </div>
    ${code === null ? "" : renderCopy("code", code, heading)}
    ${link === null ? "" : renderCopy("link", shortUrl(link, origin), heading)}
    ${code === null && link === null ? html`<p>There is no code and no link for you yet.</p>` : ""}
    ${
      numbers !== null
        ? html`<dl class="row">${renderNumbers(numbers, store?.currency ?? null, formats, false)}</dl>
            ${renderClaimed(numbers, formats)} ${renderWaiting(numbers, formats)}
            <a href="${token}/report.csv?span=${span}&amp;campaign=${id}" download aria-describedby="${heading}"
              >Numbers as CSV</a
            >`
        : html`<p><small>This campaign doesn’t show its numbers.</small></p>`
    }
    ${link === null ? "" : renderQr(`${token}/links/${link.id}/qr.svg`)}
  </article>`;
}

/** A text with a button after it that copies it, which only the script shows. */
function renderCopy(what: "code" | "link", text: string, heading: string): Html {
  return html`<div class="copy">
    <code>${text}</code>
    <button hidden aria-describedby="${heading}">Copy ${what}</button>
  </div>`;
}

function renderQr(path: string): Html {
  return html`<details>
    <summary>QR code</summary>
    <a href="${path}" download><img src="${path}" alt="QR code of the link" loading="lazy" />Save it</a>
  </details>`;
}
