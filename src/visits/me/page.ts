import { html } from "hono/html";
import { type Html, page } from "../../edge/pages/page.ts";
import type { KnownClick, KnownVisitor, OwnCookies } from "./known.ts";

/** What the page shows, and what its form sends. */
export interface MeView {
  storeKey: string;
  visitor: string;
  known: KnownVisitor;
  click: KnownClick | null;
  cookies: OwnCookies;
}

/** How the shop's own cookie is deleted, which this site can't. */
export const SHOP_COOKIE =
  "The id itself is kept by the shop's own site, in a cookie that only that site can delete: refuse there, where it asks for your consent, or delete the cookie wm_visitor in your browser.";

/** The page that says what this browser's ids stand for, with a form that has them forgotten. */
export function mePage({ storeKey, visitor, known, click, cookies }: MeView): Promise<Response> {
  return page(
    200,
    "What is known of this browser",
    html`${visitorPart(known)} ${clickPart(click)}
      <h2>Cookies of this site</h2>
      <ul>
        <li>Click id: ${cookies.click === null ? "none" : "kept"}</li>
        <li>Opted out: ${cookies.optedOut ? "yes" : "no"}</li>
        <li>Your answer to the shop's question: ${cookies.consent ?? "none kept here"}</li>
      </ul>
      <h2>Have it forgotten</h2>
      <form method="post" action="/t/me">
        <input type="hidden" name="s" value="${storeKey}" />
        <input type="hidden" name="visitor" value="${visitor}" />
        ${
          cookies.optedOut
            ? html`<label><input type="checkbox" name="optOut" value="forget" /> Also that I opted out</label>`
            : ""
        }
        <p><button>Forget this browser</button></p>
      </form>
      <p>${SHOP_COOKIE}</p>`,
  );
}

function visitorPart(known: KnownVisitor): Html {
  if (known.firstDay === null && known.goals === 0 && known.carts.length === 0 && !known.customer) {
    return html`<p>
      ${known.forgotten ? "This browser was forgotten." : "Nothing is known of a visitor by this id."}
    </p>`;
  }
  return html`${known.forgotten ? html`<p><strong>It is being forgotten: what is left goes within minutes.</strong></p>` : ""}
    <ul>
      <li>First seen: ${known.firstDay ?? "not kept"}</li>
      <li>Last seen: ${known.lastDay ?? "not kept"}</li>
      <li>
        In the last 90 days${known.complete ? "" : ", at least"}: ${counted(known.visits, "visit")},
        ${counted(known.pages, "page")}, ${counted(known.events, "event")}
      </li>
      <li>Events that goals of the shop go by: ${known.goals}</li>
      <li>Known as a customer of the shop: ${known.customer ? "yes" : "no"}</li>
    </ul>
    ${
      known.recentPages.length === 0
        ? ""
        : html`<h2>Pages, the newest first</h2>
            <ol>
              ${known.recentPages.map(({ time, page: path }) => html`<li class="to">${timeOf(time)}: ${path}</li>`)}
            </ol>`
    }
    ${
      known.carts.length === 0
        ? ""
        : html`<h2>Carts</h2>
            <ul>
              ${known.carts.map(
                ({ lastAt, items, bought }) =>
                  html`<li>${timeOf(lastAt)}: ${counted(items, "item")}${bought ? ", bought" : ""}</li>`,
              )}
            </ul>`
    }`;
}

function clickPart(click: KnownClick | null): Html {
  if (click === null)
    return html`<h2>Link</h2>
      <p>This browser keeps no click id of this site.</p>`;
  return html`<h2>Link</h2>
    <p>
      On ${timeOf(click.openedAt)} a link ${click.creator === null ? "" : html`of ${click.creator}`}
      ${click.shop === null ? "" : html`to ${click.shop}`} was opened. Until ${timeOf(click.until)} an order may be
      credited to whoever shared it.
    </p>`;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

function timeOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
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

/** The answer to the form. */
export function forgottenPage({ cookies }: Forgotten): Promise<Response> {
  return page(
    200,
    "Forgotten",
    html`<p>
        What was known of a visitor by this id is deleted: what pages told goes within minutes, and what still comes in
        the next 30 days isn't taken. Sums that tell nobody from others stay.
      </p>
      <p>${cookies.includes("click") ? "The click id of this site is deleted in this browser." : ""}</p>
      <p>${SHOP_COOKIE}</p>`,
  );
}
