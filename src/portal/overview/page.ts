import { html, raw } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import type { Visit } from "../frame/admit-page.ts";
import { accentOf } from "../frame/brand.ts";
import type { PortalStore } from "../frame/load-campaigns.ts";
import { bytesOf, compact, MAX_BYTES, type PortalPage, roomOf, shellDocument, shellPage } from "../frame/shell-page.ts";
import { type SpanName, SPANS } from "../frame/span.ts";
import { renderCampaign } from "./card.ts";
import { byStore } from "./groups.ts";
import { renderCompare } from "./render-compare.ts";
import { renderFigures } from "./render-figures.ts";
import { inColumns, sparkGaps } from "./spark.ts";
import { OVERVIEW_STYLE } from "./style.ts";
import type { OverviewView } from "./view.ts";
import { type OverviewSay, overviewWords } from "./words.ts";

/** Campaigns of one page at most, however short their names are. */
const MAX_CAMPAIGNS = 40;

const SPAN_WORDS = { "30d": "days30", "90d": "days90", year: "thisYear" } as const satisfies Record<SpanName, string>;

/** A campaign's card, as text, and the store under whose name it stands, with that name as text. */
interface Card {
  store: PortalStore | null;
  heading: string;
  text: string;
}

/** The creator's first page, with as many campaigns as it has room for, and a way to the rest. */
export async function overviewPage(visit: Visit, view: OverviewView): Promise<Response> {
  const say = await overviewWords(visit.language, visit.locale);
  const { skipped, figures, span } = view;
  const spoken = { ...visit, say };
  const groups = byStore(visit.campaigns);
  const isGrouped = groups.filter(({ store }) => store !== null).length > 1;
  const campaigns = isGrouped ? groups.flatMap(({ own }) => own) : visit.campaigns;
  const cards = await Promise.all(
    campaigns.slice(skipped, skipped + MAX_CAMPAIGNS).map(async (campaign, index): Promise<Card> => {
      const text = compact(String(await renderCampaign(spoken, view, campaign, index)));
      const store = isGrouped ? campaign.store : null;
      return { store, text, heading: isGrouped ? compact(String(await renderHeading(store, say))) : "" };
    }),
  );
  const gaps = figures === null ? [] : [sparkGaps(inColumns(figures.bars.map(({ clicks }) => clicks)).length)];
  const compare = figures === null ? "" : await renderCompare(campaigns, figures, spoken);
  const pageWith = (shown: readonly Card[]): PortalPage => ({
    tab: "overview",
    aside: figures === null ? "" : renderSpans(spoken, view),
    body: html`${figures === null ? renderNothing(visit, say) : renderFigures(spoken, span, figures)} ${compare}
    ${campaigns.length === 0 ? "" : renderCampaigns(spoken, view, shown, isGrouped)}`,
    styles: [[OVERVIEW_STYLE, ...gaps, ...storeStyles(shown)].join("\n")],
  });
  let room = MAX_BYTES - bytesOf(await shellDocument(visit, pageWith([])));
  const tooMany = cards.findIndex(({ store, heading, text }, index) => {
    const begins = isGrouped && (index === 0 || cards[index - 1]?.store?.id !== store?.id);
    room -= roomOf(visit, text) + (begins ? GROUP_BYTES + bytesOf(heading) : 0);
    return room <= 0;
  });
  return shellPage(visit, pageWith(cards.slice(0, tooMany < 0 ? cards.length : Math.max(1, tooMany))));
}

/** More than what stands around a group of cards, its heading aside, and the style of its colour. */
const GROUP_BYTES = 350;

function renderSpans({ formats, say }: Visit & { say: OverviewSay }, { span, days }: OverviewView): Html {
  return html`<div>
    <nav aria-label="${say("time")}">
      ${SPANS.map(
        (name) =>
          html`<a href="?span=${name}" ${name === span ? raw('aria-current="page"') : ""}>${say(SPAN_WORDS[name])}</a>`,
      )}
    </nav>
    <small>${formats.date(days.first)} – ${formats.date(days.last)}</small>
  </div>`;
}

function renderNothing({ campaigns }: Visit, say: OverviewSay): Html {
  return html`<p class="card">${say(campaigns.length === 0 ? "noCampaign" : "noNumbers")}</p>`;
}

function renderCampaigns(
  { campaigns, say }: Visit & { say: OverviewSay },
  { skipped, span }: OverviewView,
  cards: readonly Card[],
  isGrouped: boolean,
): Html {
  const next = skipped + cards.length;
  return html`${
      isGrouped
        ? renderGroups(cards, say)
        : html`<h2>${say("campaigns")}</h2>
            ${renderList(cards, say)}`
    }
    <nav aria-label="${say("campaigns")}">
      ${skipped === 0 ? "" : html`<a href="?span=${span}">${say("firstCampaigns")}</a>`}
      ${next === campaigns.length ? "" : html`<a href="?span=${span}&amp;skip=${next}">${say("moreCampaigns")}</a>`}
    </nav>`;
}

/** What the script's buttons say stands once for all cards. */
function renderList(cards: readonly Card[], say: OverviewSay): Html {
  return html`<div class="list" data-done="${say("copied")}" data-share="${say("share")}">
    ${raw(cards.map(({ text }) => text).join(""))}
  </div>`;
}

/** Cards under their stores, each in its colour. */
function renderGroups(cards: readonly Card[], say: OverviewSay): Html {
  return html`<div class="shops">
    ${byStore(cards).map(
      ({ own }, index) =>
        html`<section class="shop s${index}">${raw(own[0]?.heading ?? "")} ${renderList(own, say)}</section>`,
    )}
  </div>`;
}

function renderHeading(store: PortalStore | null, say: OverviewSay): Html {
  const logo = store?.logo ?? null;
  return html`<h2 class="brand">
    ${logo === null ? "" : html`<img src="${logo}" alt="" />`}<span>${store?.name ?? say("noStore")}</span>
  </h2>`;
}

function storeStyles(cards: readonly Card[]): string[] {
  return byStore(cards).flatMap(({ store }, index) =>
    store?.color == null ? [] : [accentOf(`.s${index}`, store.color)],
  );
}
