import { html } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import { shortUrl } from "../../links/link/store.ts";
import type { Visit } from "../frame/admit-page.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";
import { renderSpark } from "./chart.ts";
import type { PortalFigures } from "./load-figures.ts";
import { renderNumbers, renderPending } from "./render-numbers.ts";
import { renderProgress } from "./render-progress.ts";
import type { OverviewView } from "./view.ts";
import type { OverviewSay, Voice } from "./words.ts";

/** What cards are made with. */
export type CardVisit = Voice & Pick<Visit, "token" | "origin">;

/** A campaign with the creator's code and link, and its numbers where it shows them; `n` is its number on the page. */
export function renderCampaign(
  visit: CardVisit,
  { span, figures }: Pick<OverviewView, "span" | "figures">,
  campaign: PortalCampaign,
  n: number,
): Html {
  const { token, origin, say } = visit;
  const heading = `c${n}`;
  const { name, visible, ended, code } = campaign;
  // People know the one that they give away: it isn't the plan's where they made another.
  const link = (visible ? figures?.topLinks.get(campaign.id) : undefined) ?? campaign.link;
  return html`<article class="card">
    <h3 id="${heading}">${name} ${ended ? html`<span class="chip">${say("ended")}</span>` : ""}</h3>
    ${code === null ? "" : renderCopy("copyCode", code, say)}
    ${link === null ? "" : renderCopy("copyLink", shortUrl(link, origin), say)}
    ${code === null && link === null ? html`<p>${say("noLink")}</p>` : ""}
    ${
      visible && figures !== null
        ? renderFiguresOf(visit, span, figures, campaign, heading)
        : html`<p><small>${say("hidden")}</small></p>`
    }
    ${link === null ? "" : renderQr(`${token}/links/${link.id}/qr.svg`, say)}
  </article>`;
}

function renderFiguresOf(
  visit: CardVisit,
  span: OverviewView["span"],
  figures: PortalFigures,
  campaign: PortalCampaign,
  heading: string,
): Html {
  const numbers = figures.of(campaign);
  const progress = campaign.planId === null || campaign.ended ? undefined : figures.progress.get(campaign.planId);
  return html`<dl class="row">${renderNumbers(numbers, visit, { currency: campaign.store?.currency ?? null })}</dl>
    ${renderSpark(numbers.clicksByBar, figures.bars, visit)} ${renderPending(numbers, visit)}
    ${progress === undefined ? "" : renderProgress(progress, visit)}
    <a href="${visit.token}/report.csv?span=${span}&amp;campaign=${campaign.id}" download aria-describedby="${heading}"
      >${visit.say("campaignCsv")}</a
    >`;
}

/** A text with a button after it that copies it, which only the script shows; a link gets one more that shares it. */
function renderCopy(what: "copyCode" | "copyLink", text: string, say: OverviewSay): Html {
  return html`<div class="copy">
    <code>${text}</code>
    <button hidden>${say(what)}</button>
  </div>`;
}

function renderQr(path: string, say: OverviewSay): Html {
  return html`<details>
    <summary>${say("qr")}</summary>
    <img src="${path}" alt="${say("qrOf")}" loading="lazy" />
  </details>`;
}
