import { html, raw } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import type { Say } from "../../ground/language/say.ts";
import type { LinkRow } from "../../links/link/store.ts";
import { shortUrl } from "../../links/link/store.ts";
import type { Visit } from "../frame/admit-page.ts";
import { bytesOf, compact, MAX_BYTES, type PortalPage, roomOf, shellDocument, shellPage } from "../frame/shell-page.ts";
import { type CardContext, renderAddress, renderCode, renderDoings, renderLink } from "./card.ts";
import { renderForm } from "./form.ts";
import type { Entry } from "./load-links.ts";
import { LINKS_STYLE } from "./look.ts";
import { linksWords } from "./words.ts";
import type { LinksView } from "./view.ts";
import type { EN } from "./words/en.ts";

const LOOK = { tab: "links", styles: [LINKS_STYLE] } as const;

/** A code or a link as it is shown, with the heading that it would begin. */
interface Card {
  group: string;
  heading: string;
  body: string;
}

/** The creator's codes and links, as many as the page has room for, and the form to make one. */
export async function linksPage(visit: Visit, view: LinksView, status = 200): Promise<Response> {
  const say = await linksWords(visit.language, visit.locale);
  const context: CardContext = { visit, say };
  const cards = await cardsOf(context, view);
  const pageWith = (shown: readonly Card[]): PortalPage => ({
    ...LOOK,
    status,
    body: html`${view.switchedOff ? html`<p class="card" role="status">${say("offDone")}</p>` : ""}
    ${renderFresh(context, view.fresh)} ${renderForm(visit, view, say)} ${renderGroups(shown)}
    ${view.entries.length === 0 ? html`<p class="card">${say("none")}</p>` : renderPaging(say, view, shown.length)}`,
  });
  let room = MAX_BYTES - bytesOf(await shellDocument(visit, pageWith([])));
  const tooMany = cards.findIndex(({ group, heading, body }, index) => {
    const begins = cards[index - 1]?.group !== group;
    room -= roomOf(visit, body) + (begins ? roomOf(visit, heading) : 0);
    return room <= 0;
  });
  return shellPage(visit, pageWith(cards.slice(0, tooMany < 0 ? cards.length : Math.max(1, tooMany))));
}

async function cardsOf(context: CardContext, { entries, shown, details, clicks, makable }: LinksView): Promise<Card[]> {
  const canMake = new Set(makable.map(({ id }) => id));
  const codes = new Set(entries.filter(({ kind }) => kind === "code").map(({ campaign }) => campaign?.id));
  const cards: Card[] = [];
  for (const entry of shown) {
    const detail = details.get(entry.id);
    if (detail === undefined) continue;
    const body =
      detail.kind === "code"
        ? renderCode(context, detail)
        : renderLink(context, detail, {
            clicks: clicks.get(detail.id) ?? null,
            hasCode: codes.has(entry.campaign?.id),
          });
    const offered = entry.campaign !== null && makable.length > 1 && canMake.has(entry.campaign.id);
    cards.push({
      group: groupOf(entry),
      heading: compact(String(await renderHeading(context, entry, offered))),
      body: compact(String(await body)),
    });
  }
  return cards;
}

function groupOf({ campaign, store }: Entry): string {
  return campaign?.id ?? `store ${store ?? ""}`;
}

/** The heading of a campaign, or of a store whose links are of none; and a way to the form where there is a choice. */
function renderHeading({ visit, say }: CardContext, { campaign, store }: Entry, offered: boolean): Html {
  if (campaign === null) {
    return html`<div><h2>${store === null ? say("ofNone") : say("ofStore", { store })}</h2></div>`;
  }
  const shop = campaign.store?.name ?? store;
  return html`<div>
      <h2>
        ${campaign.name} ${shop === null ? "" : html`<small>${shop}</small>`}
        ${campaign.ended ? html`<span class="chip">${say("ended")}</span>` : ""}
      </h2>
      ${offered ? html`<a href="/creator/${visit.token}/links?for=${campaign.id}#make">${say("makeFor")}</a>` : ""}
    </div>
    ${campaign.visible ? "" : html`<p><small>${say("numbersHidden")}</small></p>`}`;
}

function renderGroups(cards: readonly Card[]): Html {
  const groups = [...Map.groupBy(cards, ({ group }) => group).values()];
  return html`${groups.map(
    (group) =>
      html`<section class="group">
        ${raw(group[0]?.heading ?? "")}
        <div class="list">${raw(group.map(({ body }) => body).join(""))}</div>
      </section>`,
  )}`;
}

function renderPaging(say: Say<typeof EN>, { entries, skipped }: LinksView, shown: number): Html {
  const next = skipped + shown;
  return html`<nav aria-label="${say("paging")}">
    ${skipped === 0 ? "" : html`<a href="?">${say("first")}</a>`}
    ${next >= entries.length ? "" : html`<a href="?skip=${next}">${say("more")}</a>`}
  </nav>`;
}

function renderFresh(context: CardContext, fresh: LinksView["fresh"]): Html | "" {
  if (fresh === null) return "";
  const { link, made } = fresh;
  return html`<article class="card new">
    <div>
      <h2>${context.say(made ? "made" : "there")}</h2>
      <h3 id="new">${link.host}<span>${link.path}</span></h3>
    </div>
    ${renderAddress(context, link)} ${renderDoings(context, link, "new")}
  </article>`;
}

/** Asks whether a link of the creator's own is to be switched off; `page` is what it is for. */
export async function offPage(
  visit: Visit,
  link: Pick<LinkRow, "id" | "domain" | "slug">,
  page: string,
): Promise<Response> {
  const say = await linksWords(visit.language, visit.locale);
  const links = `/creator/${visit.token}/links`;
  return shellPage(visit, {
    ...LOOK,
    body: html`<section class="card sure">
      <div>
        <h2>${say("offTitle")}</h2>
        <p>${say("offText", { page })}</p>
      </div>
      <div class="copy"><code>${shortUrl(link, visit.origin)}</code></div>
      <form method="post" action="${links}/${link.id}/off">
        <nav>
          <button class="main">${say("offButton")}</button>
          <a href="${links}">${say("offKeep")}</a>
        </nav>
      </form>
    </section>`,
  });
}
