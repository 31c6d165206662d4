import { html, raw } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import type { Say } from "../../ground/language/say.ts";
import type { Visit } from "../frame/admit-page.ts";
import { bytesOf, compact, MAX_BYTES, type PortalPage, roomOf, shellDocument, shellPage } from "../frame/shell-page.ts";
import type { Stretch } from "./load-brought.ts";
import { type Asked, KINDS, type Place, queryOf, SOUGHT } from "./query.ts";
import { type Asking, renderAnswer, renderAsk } from "./render-ask.ts";
import { renderRow } from "./render-row.ts";
import { ORDERS_STYLE } from "./style.ts";
import { ordersWords } from "./words.ts";
import type { EN } from "./words/en.ts";

/** Rows of one page at most, however short they are. */
export const MAX_ROWS = 25;

/** Campaigns that can be chosen, the newest. */
const MAX_CHOICES = 30;

/** A stretch of the list, and what was asked for; `after`: behind which place it begins, `null`: from its beginning. */
export interface OrdersView {
  asked: Asked;
  after: Place | null;
  stretch: Stretch;
}

/** The creator's page of orders, with as many rows as it has room for, and a way to the rest. */
export async function ordersPage(visit: Visit, view: OrdersView): Promise<Response> {
  const say = await ordersWords(visit.language, visit.locale);
  if (!visit.campaigns.some(({ visible }) => visible)) {
    const body = html`<p class="card">${say(visit.campaigns.length === 0 ? "noCampaign" : "allHidden")}</p>`;
    return shellPage(visit, { tab: "orders", body });
  }
  const { rows, next } = view.stretch;
  const lines = await Promise.all(rows.map(async (row) => compact(String(await renderRow(say, visit, row)))));
  const pageWith = (count: number): PortalPage => {
    const last = rows[count - 1];
    const goesOn = count === rows.length ? next : last === undefined ? null : { time: last.time, id: last.id };
    return {
      tab: "orders",
      styles: [ORDERS_STYLE],
      body: html`${renderIntro(say, visit)} ${renderSift(say, visit, view.asked)}
      ${
        count > 0
          ? html`<h2 class="off">${say("order")}</h2>
              <ul class="brought">
                ${raw(lines.slice(0, count).join(""))}
              </ul>`
          : html`<p class="card">${say(noneText(view))}</p>`
      }
      ${renderWays(say, visit, view, goesOn)} ${renderAsk(say, visit, null)}`,
    };
  };
  // Of one row, so that the way to the rest is in it.
  let room = MAX_BYTES - bytesOf(await shellDocument(visit, pageWith(Math.min(1, rows.length))));
  const tooMany = lines.findIndex((line, index) => index > 0 && (room -= roomOf(visit, line)) <= 0);
  return shellPage(visit, pageWith(tooMany < 0 ? lines.length : tooMany));
}

/** The page that answers somebody who asked about an order. */
export async function askedPage(visit: Visit, asking: Asking, status: number): Promise<Response> {
  const say = await ordersWords(visit.language, visit.locale);
  return shellPage(visit, {
    tab: "orders",
    status,
    styles: [ORDERS_STYLE],
    body: html`${asking.problem === null ? renderAnswer(say, visit, asking) : ""} ${renderAsk(say, visit, asking)}
      <nav><a href="/creator/${visit.token}/orders">${say("backToList")}</a></nav>`,
  });
}

function noneText({ asked, after, stretch }: OrdersView): "lookBack" | "nothingYet" | "nothingSo" {
  if (stretch.next !== null) return "lookBack";
  return queryOf(asked) === "" && after === null ? "nothingYet" : "nothingSo";
}

function renderIntro(say: Say<typeof EN>, { campaigns }: Visit): Html {
  return html`<p>
    ${say("intro")} ${campaigns.every(({ visible }) => visible) ? "" : say("someHidden")}
    <a href="#ask">${say("ask")}</a>
  </p>`;
}

function renderSift(say: Say<typeof EN>, { token, lang, campaigns }: Visit, asked: Asked): Html {
  const shown = campaigns.filter(({ visible }) => visible);
  const choices = shown.slice(0, MAX_CHOICES);
  if (asked.campaign !== null && !choices.includes(asked.campaign)) choices.push(asked.campaign);
  const current = (is: boolean) => (is ? raw('aria-current="page"') : "");
  const path = `/creator/${token}/orders`;
  return html`<nav class="states" aria-label="${say("states")}">
      ${[null, ...SOUGHT].map(
        (state) =>
          html`<a href="${path}${queryOf({ ...asked, state })}" ${current(asked.state === state)}
            >${say(state ?? "every")}</a
          >`,
      )}
    </nav>
    <details class="sift" ${asked.kind === null && asked.campaign === null ? "" : raw("open")}>
      <summary>${say("sift")}</summary>
      <form action="${path}">
        ${/* What a form of this kind says is all that its address says. */ ""}
        ${lang === null ? "" : html`<input type="hidden" name="lang" value="${lang}" />`}
        ${asked.state === null ? "" : html`<input type="hidden" name="state" value="${asked.state}" />`}
        <label>
          ${say("what")}
          <select name="kind">
            ${renderOption("", say("everything"), asked.kind === null)}
            ${KINDS.map((kind) => renderOption(kind, say(kind), asked.kind === kind))}
          </select>
        </label>
        ${
          shown.length < 2
            ? ""
            : html`<label>
                ${say("campaign")}
                <select name="campaign">
                  ${renderOption("", say("everyCampaign"), asked.campaign === null)}
                  ${choices.map(({ id, name }) => renderOption(id, cutOff(name), asked.campaign?.id === id))}
                </select>
              </label>`
        }
        <button>${say("show")}</button>
      </form>
    </details>`;
}

/** Characters of a campaign's name that a choice shows: they are wider than a phone. */
const MAX_CHOICE = 60;

function cutOff(name: string): string {
  const characters = Array.from(name);
  return characters.length <= MAX_CHOICE ? name : `${characters.slice(0, MAX_CHOICE).join("")}…`;
}

function renderOption(value: string, text: string, selected: boolean): Html {
  return html`<option value="${value}" ${selected ? raw("selected") : ""}>${text}</option>`;
}

function renderWays(say: Say<typeof EN>, { token }: Visit, { asked, after }: OrdersView, next: Place | null): Html {
  const path = `/creator/${token}/orders`;
  return html`<nav aria-label="${say("pages")}">
      ${next === null ? "" : html`<a href="${path}${queryOf(asked, next)}">${say("older")}</a>`}
      ${after === null ? "" : html`<a href="${path}${queryOf(asked)}">${say("latest")}</a>`}
      <a href="${path}/list.csv${queryOf(asked)}" download>${say("asCsv")}</a>
    </nav>
    <p><small>${say("endOfNumber")}</small></p>`;
}
