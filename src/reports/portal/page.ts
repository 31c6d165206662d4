import { html, raw } from "hono/html";
import type { Html } from "../../edge/pages/page.ts";
import type { DaySpan } from "../../ground/time/range.ts";
import type { PortalCampaign } from "./load-campaigns.ts";
import { renderCampaign } from "./card.ts";
import { SCRIPT, STYLE } from "./dress.ts";
import type { PortalFigures } from "./load-figures.ts";
import type { Formats } from "./format.ts";
import { renderFigures } from "./render-figures.ts";
import { type SpanName, SPANS } from "./span.ts";

/** What the page shows. */
export interface PortalView {
  /** The creator's name. */
  name: string;
  token: string;
  /** Of the default short domain. */
  origin: string;
  span: SpanName;
  days: DaySpan;
  formats: Formats;
  /** ms UTC. */
  now: number;
  /** In which times are told. */
  timezone: string;
  /** When the page's address stops working, ms UTC; `null`: never. */
  expiresAt: number | null;
  /** All of the creator's, newest first. */
  campaigns: readonly PortalCampaign[];
  /** How many of them come before those that this page shows. */
  skipped: number;
  /** `null`: no campaign shows its numbers. */
  figures: PortalFigures | null;
}

/** Bytes that a page has at most, 30 kB less what the numbers in its links may grow by: it is read on phones, on the way. */
const MAX_BYTES = 29_990;

/** Campaigns of one page at most, however short their names are. */
const MAX_CAMPAIGNS = 40;

const SPAN_NAMES: Readonly<Record<SpanName, string>> = { "30d": "30 days", "90d": "90 days", year: "This year" };

/** The creator's page as a whole document, with as many campaigns as it has room for, and a way to the rest. */
export async function renderPortal(view: PortalView): Promise<string> {
  const { campaigns, skipped } = view;
  const cards = await Promise.all(
    campaigns
      .slice(skipped, skipped + MAX_CAMPAIGNS)
      .map(async (campaign, index) => compact(String(await renderCampaign(view, campaign, index)))),
  );
  let room = MAX_BYTES - bytesOf(await renderDocument(view, []));
  const tooMany = cards.findIndex((card) => (room -= bytesOf(card)) <= 0);
  return renderDocument(view, cards.slice(0, tooMany < 0 ? cards.length : Math.max(1, tooMany)));
}

async function renderDocument(view: PortalView, cards: readonly string[]): Promise<string> {
  const { name, campaigns, figures, formats } = view;
  const document = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${name}: links, codes and sales</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <header>
          <div>
            <p>Your links, codes and sales</p>
            <h1>${name}</h1>
          </div>
          ${figures === null ? "" : renderSpans(view)}
        </header>
        <main>
          ${figures === null ? renderNothing(view) : renderFigures(view, figures)}
          ${campaigns.length === 0 ? "" : renderCampaigns(view, cards)}
        </main>
        <footer>
          <p>As of ${formats.moment(view.now, view.timezone)}.</p>
          <p>
            Whoever has the address of this page can see it, so keep it to yourself.
            ${view.expiresAt === null ? "" : `It works until ${formats.moment(view.expiresAt, view.timezone)}.`}
          </p>
          <p id="said" role="status" class="off"></p>
        </footer>
        ${raw(`<script>${SCRIPT}</script>`)}
      </body>
    </html>`;
  return compact(String(document));
}

function renderSpans({ span, days, formats }: PortalView): Html {
  return html`<div>
    <nav aria-label="Time">
      ${SPANS.map(
        (name) =>
          html`<a href="?span=${name}" ${name === span ? raw('aria-current="page"') : ""}>${SPAN_NAMES[name]}</a>`,
      )}
    </nav>
    <small>${formats.date(days.first)} – ${formats.date(days.last)}</small>
  </div>`;
}

function renderNothing({ campaigns }: PortalView): Html {
  return html`<p class="card">
    ${campaigns.length === 0 ? "You are not in a campaign yet." : "None of your campaigns shows its numbers here."}
  </p>`;
}

function renderCampaigns({ campaigns, skipped, span }: PortalView, cards: readonly string[]): Html {
  const next = skipped + cards.length;
  return html`<h2>Campaigns</h2>
    <div class="list">${raw(cards.join(""))}</div>
    <nav aria-label="Campaigns">
      ${skipped === 0 ? "" : html`<a href="?span=${span}">Newest campaigns</a>`}
      ${next === campaigns.length ? "" : html`<a href="?span=${span}&amp;skip=${next}">Older campaigns</a>`}
    </nav>`;
}

/** Without line breaks and indentation, which would be a third of the page. Style and script have none that go. */
function compact(document: string): string {
  return document.replaceAll(/>\n\s*</g, "><").replaceAll(/\n\s+/g, "\n");
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
