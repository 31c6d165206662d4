import { html, raw } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import { LANGUAGE_NAMES, LANGUAGES } from "../../ground/language/language.ts";
import type { Say } from "../../ground/language/say.ts";
import { PRIVATE, type Visit } from "./admit-page.ts";
import { brandStyle } from "./brand.ts";
import { carryOn } from "./carry.ts";
import { policyOf, SCRIPT, STYLE } from "./dress.ts";
import { frameWords } from "./words.ts";
import type { EN } from "./words/en.ts";

/** The pages that a creator has, by the path below the token's. */
export const TABS = { overview: "", orders: "/orders", links: "/links", money: "/money" } as const;

/** One of {@link TABS}. */
export type Tab = keyof typeof TABS;

/** What one of a creator's pages is made of. */
export interface PortalPage {
  /** Which of the pages it belongs to. */
  tab: Tab;
  /** What the page itself is called, if not as its tab. */
  title?: string;
  /** Below the tabs, of this page alone, such as the choice of a span. */
  aside?: Html | "";
  body: Html;
  /** Styles and scripts of its own, beside the shared ones; without lines that begin with a space. */
  styles?: readonly string[];
  scripts?: readonly string[];
  status?: number;
}

/** Bytes that a page has at most, 30 kB less what the numbers in its links may grow by: it is read on phones, on the way. */
export const MAX_BYTES = 29_990;

/** One of a creator's pages as an answer. */
export async function shellPage(visit: Visit, page: PortalPage): Promise<Response> {
  return new Response(await shellDocument(visit, page), {
    status: page.status ?? 200,
    headers: {
      ...PRIVATE,
      "Content-Type": "text/html; charset=utf-8",
      "Content-Language": visit.language,
      "Content-Security-Policy": await policyOf(stylesOf(visit, page), scriptsOf(page)),
    },
  });
}

function stylesOf({ brand }: Visit, { styles = [] }: PortalPage): string[] {
  return [brand?.color ? STYLE + brandStyle(brand.color) : STYLE, ...styles];
}

function scriptsOf({ scripts = [] }: PortalPage): string[] {
  return [SCRIPT, ...scripts];
}

/** The whole document of {@link shellPage}. */
export async function shellDocument(visit: Visit, page: PortalPage): Promise<string> {
  const say = await frameWords(visit.language, visit.locale);
  const { guest, brand, formats, timezone } = visit;
  const document = await html`<!doctype html>
    <html lang="${visit.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${say("title", { page: page.title ?? say(page.tab), name: guest.name })}</title>
        ${stylesOf(visit, page).map((style) => raw(`<style>${style}</style>`))}
      </head>
      <body>
        <header>
          ${brand === null ? "" : renderBrand(brand)}
          <div>
            <p>${say("yours")}</p>
            <h1>${guest.name}</h1>
          </div>
          ${renderTabs(visit, page.tab, say)} ${page.aside ?? ""}
        </header>
        <main>${page.body}</main>
        <footer>
          <p>${say("asOf", { time: formats.moment(visit.now, timezone) })}</p>
          <p>
            ${say("secret")}
            ${guest.expiresAt === null ? "" : say("until", { time: formats.moment(guest.expiresAt, timezone) })}
          </p>
          ${renderLanguages(visit, page.tab, say)}
          <p id="said" role="status" class="off"></p>
        </footer>
        ${scriptsOf(page).map((script) => raw(`<script>${script}</script>`))}
      </body>
    </html>`;
  return carryOn(visit, compact(String(document)));
}

function renderBrand({ name, logo }: { name: string; logo: string | null }): Html {
  return html`<p class="brand">${logo === null ? "" : html`<img src="${logo}" alt="" />`}<span>${name}</span></p>`;
}

function renderTabs({ token }: Visit, current: Tab, say: Say<typeof EN>): Html {
  return html`<nav class="tabs" aria-label="${say("tabs")}">
    ${(Object.keys(TABS) as Tab[]).map(
      (tab) =>
        html`<a href="/creator/${token}${TABS[tab]}" ${tab === current ? raw('aria-current="page"') : ""}
          >${say(tab)}</a
        >`,
    )}
  </nav>`;
}

/** Buttons, so that the choice is kept with the page's address, on whichever device it is opened. */
function renderLanguages({ token, language }: Visit, tab: Tab, say: Say<typeof EN>): Html {
  return html`<form method="post" action="/creator/${token}/language" aria-label="${say("language")}">
    <input type="hidden" name="tab" value="${tab}" />
    ${LANGUAGES.map(
      (each) =>
        html`<button
          name="language"
          value="${each}"
          lang="${each}"
          ${each === language ? raw('aria-current="true"') : ""}
        >
          ${LANGUAGE_NAMES[each]}
        </button>`,
    )}
  </form>`;
}

/** Without line breaks and indentation, which would be a third of the page. Style and script have none that go. */
export function compact(document: string): string {
  return document.replaceAll(/>\n\s*</g, "><").replaceAll(/\n\s+/g, "\n");
}

/** How many bytes of a page a part of it takes, as compact as the page is. */
export function roomOf(visit: Visit, part: string): number {
  return bytesOf(carryOn(visit, part));
}

/** How many bytes a text is, in UTF-8. */
export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
