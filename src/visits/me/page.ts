import { html } from "hono/html";
import type { Shop } from "../../edge/pages/load-shops.ts";
import { page } from "../../edge/pages/page.ts";
import type { Html } from "../../ground/http/html.ts";
import { type Problem, type ProblemCode, PROBLEMS } from "../../ground/http/problem.ts";
import { type Formats, formatsOf } from "../../ground/language/formats.ts";
import { type Language, languageFor, localeFor } from "../../ground/language/language.ts";
import type { Say } from "../../ground/language/say.ts";
import type { KnownClick, KnownVisitor, OwnCookies } from "./known.ts";
import type { EN } from "./words/en.ts";
import { meWords } from "./words.ts";

/** Who reads a page, and in which language. */
export interface MeReader {
  say: Say<typeof EN>;
  formats: Formats;
  language: Language;
  /** The query of the address, as it came. */
  query: string;
  /** The language that the address asks for; `null`: none of ours. */
  asked: Language | null;
}

/** What the page shows, and what its form sends. */
export interface MeView {
  storeKey: string;
  visitor: string;
  known: KnownVisitor;
  click: KnownClick | null;
  cookies: OwnCookies;
  /** `null`: there is none of this key. */
  shop: Shop | null;
}

/** Where the visitor's id is kept. */
const VISITOR_COOKIE = "wm_visitor";

/** How the shop's own cookie is deleted, which this site can't; for programs. */
export const SHOP_COOKIE = `The id itself is kept by the shop's own site, in a cookie that only that site can delete: refuse there, where it asks for your consent, or delete the cookie ${VISITOR_COOKIE} in your browser.`;

/** Reads in which language a request wants its page: by its address, else as its browser says. */
export async function meReader({ headers, url }: Request): Promise<MeReader> {
  const { search, searchParams } = new URL(url);
  const [lang, accepted] = [searchParams.get("lang"), headers.get("Accept-Language")];
  const language = languageFor({ asked: lang, accepted });
  const locale = localeFor(language, accepted);
  return {
    say: await meWords(language, locale),
    formats: formatsOf(locale),
    language,
    query: search.slice(1),
    asked: language === lang ? language : null,
  };
}

/** The page that says what this browser's ids stand for, with a form that has them forgotten. */
export function mePage(view: MeView, reader: MeReader): Promise<Response> {
  const { storeKey, visitor, known, click, cookies, shop } = view;
  const { asked, language, query, say } = reader;
  const action = asked === null ? "/t/me" : `/t/me?lang=${asked}`;
  return page(
    200,
    say("title"),
    html`${visitorPart(known, reader)} ${clickPart(click, reader)}
      <h2>${say("cookies")}</h2>
      <ul>
        <li>${say(cookies.click === null ? "clickNone" : "clickKept")}</li>
        <li>${say(cookies.optedOut ? "outYes" : "outNo")}</li>
        <li>${say(cookies.consent ?? "unanswered")}</li>
      </ul>
      <h2>${say("forget")}</h2>
      <form method="post" action="${action}">
        <input type="hidden" name="s" value="${storeKey}" />
        <input type="hidden" name="visitor" value="${visitor}" />
        ${
          cookies.optedOut
            ? html`<label><input type="checkbox" name="optOut" value="forget" /> ${say("alsoOptOut")}</label>`
            : ""
        }
        <p class="ways"><button class="main">${say("button")}</button></p>
      </form>
      <p class="soft">${shopCookie(reader)}</p>
      ${wayBack(shop, reader)}`,
    { language, query, shop: shop?.name ?? null },
  );
}

function shopCookie({ say }: MeReader): Html {
  return say.html("shopCookie", { cookie: html`<code>${VISITOR_COOKIE}</code>` });
}

function wayBack(shop: Shop | null, { say }: MeReader, before: Html | "" = ""): Html | "" {
  const home = shop?.homeUrl ?? null;
  if (before === "" && home === null) return "";
  return html`<p class="ways">
    ${before}
    ${home === null ? "" : html`<a href="${home}" rel="nofollow noopener">${say("back", { shop: shop?.name ?? "" })}</a>`}
  </p>`;
}

function visitorPart(known: KnownVisitor, { formats, say }: MeReader): Html {
  const { firstDay, lastDay, visits, pages, events } = known;
  if (firstDay === null && known.goals === 0 && known.carts.length === 0 && !known.customer) {
    return html`<p>${say(known.forgotten ? "isForgotten" : "nothing")}</p>`;
  }
  const counts = { visits, pages, events };
  return html`${known.forgotten ? html`<p><strong>${say("beingForgotten")}</strong></p>` : ""}
    <ul>
      <li>
        ${
          firstDay === null || lastDay === null
            ? say("notKept")
            : say("seen", { first: formats.date(firstDay), last: formats.date(lastDay) })
        }
      </li>
      <li>${known.complete ? say("lately", counts) : say("atLeast", counts)}</li>
      <li>${say("goals", { count: known.goals })}</li>
      <li>${say(known.customer ? "customer" : "stranger")}</li>
    </ul>
    ${
      known.recentPages.length === 0
        ? ""
        : html`<h2>${say("pages")}</h2>
            <ol>
              ${known.recentPages.map(
                ({ time, page: path }) =>
                  html`<li class="to">${say("page", { time: formats.moment(time, "UTC"), path })}</li>`,
              )}
            </ol>`
    }
    ${
      known.carts.length === 0
        ? ""
        : html`<h2>${say("carts")}</h2>
            <ul>
              ${known.carts.map(
                ({ lastAt, items, bought }) =>
                  html`<li>${say(bought ? "cartBought" : "cart", { time: formats.moment(lastAt, "UTC"), items })}</li>`,
              )}
            </ul>`
    }`;
}

function clickPart(click: KnownClick | null, { formats, say }: MeReader): Html {
  if (click === null)
    return html`<h2>${say("link")}</h2>
      <p>${say("noClick")}</p>`;
  const { creator, shop } = click;
  const time = formats.moment(click.openedAt, "UTC");
  const opened =
    creator === null
      ? shop === null
        ? say("opened", { time })
        : say("openedTo", { shop, time })
      : shop === null
        ? say("openedOf", { creator, time })
        : say("openedOfTo", { creator, shop, time });
  return html`<h2>${say("link")}</h2>
    <p>${opened} ${say("credited", { time: formats.moment(click.until, "UTC") })}</p>`;
}

/** What was forgotten. */
export interface Forgotten {
  carts: number;
  events: number;
  /** As how many customers it was known. */
  customers: number;
  conversions: number;
  /** Of this site. */
  cookies: ("click" | "optOut")[];
}

/** The answer to the form. `again`: the query that shows what is known now, without a language. */
export function forgottenPage(
  { cookies }: Forgotten,
  shop: Shop | null,
  again: string,
  reader: MeReader,
): Promise<Response> {
  const { asked, language, say } = reader;
  const look = html`<a href="/t/me?${again}${asked === null ? "" : `&lang=${asked}`}">${say("look")}</a>`;
  return page(
    200,
    say("forgotten"),
    html`<p>${say("forgottenText")}</p>
      ${cookies.includes("click") ? html`<p>${say("clickDeleted")}</p>` : ""}
      <p>${shopCookie(reader)}</p>
      ${wayBack(shop, reader, look)}`,
    { language, shop: shop?.name ?? null },
  );
}

/** What a page says of a problem; of all others, that something can't be looked up. */
const FAILURES: Readonly<Partial<Record<ProblemCode, "wrong" | "tooLong" | "tooMany">>> = {
  validation_failed: "wrong",
  malformed_json: "wrong",
  body_too_large: "tooLong",
  rate_limited: "tooMany",
};

/** A problem as a page. `ofForm`: it answers the form, so that its address gives another page. */
export function meProblemPage(problem: Problem, reader: MeReader, ofForm: boolean): Promise<Response> {
  const { language, query, say } = reader;
  const asked = new URLSearchParams(query);
  // Somebody who typed the address, and is to be told what it is for.
  const isBare = !ofForm && problem.code === "validation_failed" && !asked.has("s") && !asked.has("visitor");
  return page(
    PROBLEMS[problem.code].status,
    say(isBare ? "title" : "failed"),
    isBare
      ? html`<p>${say("bare")}</p>
          <p>${say("bareOut")}</p>`
      : html`<p>${say(FAILURES[problem.code] ?? "unavailable")}</p>`,
    { language, headers: problem.headers, ...(!ofForm && { query }) },
  );
}
