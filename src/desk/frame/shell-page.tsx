import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { AppTypes } from "../../ground/deps.ts";
import { ASSET_PATHS } from "../assets/paths.generated.ts";
import { type Desk, deskOf } from "./desk-load.ts";
import { NAV } from "./nav.ts";
import { withQuery } from "./places.ts";

/** A status that a page may have. */
type Status = number;

/** What stands around a page. */
export interface Around {
  title: string;
  status?: Status;
  /** Above the title: where this stands. */
  trail?: readonly { name: string; path: string }[];
  /** Beside the title: what can be done here. */
  actions?: Child;
  /** What was just done, in a sentence. */
  done?: string | null;
  /** Islands by name that this page needs (see `src/desk/island/`). */
  islands?: readonly string[];
  /** Asks for the page anew after so many seconds: where long work is shown. */
  refresh?: number;
  headers?: Readonly<Record<string, string>>;
}

/** A page of the desk, for whoever is signed in. */
export function answerPage(c: Context<AppTypes>, around: Around, body: Child): Promise<Response> {
  const desk = deskOf(c);
  return answer(
    c,
    around,
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="top">
        <a class="brand" href={withQuery("/admin", { store: desk.store?.id })}>
          Waymark
        </a>
        <form class="find" action="/admin/search" role="search">
          {desk.store === null ? null : <input type="hidden" name="store" value={desk.store.id} />}
          <input
            type="search"
            name="q"
            aria-label="Find a link, creator, code, order or campaign"
            placeholder="Find anything …"
            value={desk.url.pathname === "/admin/search" ? (desk.url.searchParams.get("q") ?? "") : ""}
          />
          <button>Find</button>
        </form>
        <form class="who" method="post" action="/admin/logout">
          <small>{desk.name}</small>
          <button class="quiet">Sign out</button>
        </form>
      </header>
      <div class="frame">
        <Navigation desk={desk} />
        <main id="main" tabindex={-1}>
          {around.trail === undefined || around.trail.length === 0 ? null : (
            <nav class="trail" aria-label="Where you are">
              {around.trail.map(({ name, path }) => (
                <a href={path}>{name}</a>
              ))}
            </nav>
          )}
          <div class="head">
            <h1>{around.title}</h1>
            {around.actions === undefined ? null : <div class="actions">{around.actions}</div>}
          </div>
          {around.done ? (
            <p class="done" role="status">
              {around.done}
            </p>
          ) : null}
          {body}
        </main>
      </div>
      <p id="said" role="status" class="off" />
    </>,
  );
}

/** A page for somebody who isn't signed in. */
export function answerPlain(
  c: Context<AppTypes>,
  title: string,
  body: Child,
  headers: Readonly<Record<string, string>> = {},
  status: Status = 200,
): Promise<Response> {
  return answer(
    c,
    { title, status, headers },
    <main id="main" class="alone">
      <p class="brand">Waymark</p>
      <h1>{title}</h1>
      {body}
    </main>,
  );
}

function Navigation({ desk }: { desk: Desk }) {
  const here = desk.url.pathname;
  // The longest that fits: /admin/reports/calls is no other report.
  const paths = NAV.flatMap(({ items }) => items.map(({ path }) => `/admin${path}`));
  const current = paths
    .filter((path) => here === path || here.startsWith(`${path}/`))
    .toSorted((a, b) => b.length - a.length)[0];
  const store = desk.store?.id;
  const groups = NAV.map(({ title, items }) => ({
    title,
    items: items.filter(
      ({ scope, allStores }) =>
        (scope === null || desk.may(scope)) && (allStores !== true || desk.actor.storeIds === null),
    ),
  })).filter(({ items }) => items.length > 0);
  return (
    <nav class="side" aria-label="Desk">
      <details open={false} data-wide-open>
        <summary>Menu</summary>
        <div class="groups">
          <a href={withQuery("/admin", { store })} {...(here === "/admin" && { "aria-current": "page" })}>
            Today
          </a>
          {groups.map(({ title, items }) => (
            <section>
              <h2>{title}</h2>
              <ul>
                {items.map(({ name, path }) => (
                  <li>
                    <a
                      href={withQuery(`/admin${path}`, { store })}
                      {...(`/admin${path}` === current && { "aria-current": "page" })}
                    >
                      {name}
                    </a>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      </details>
    </nav>
  );
}

async function answer(c: Context<AppTypes>, around: Around, body: Child): Promise<Response> {
  const { title, status = 200, islands = [], refresh } = around;
  const scripts = ["desk", ...islands].map((name) => ASSET_PATHS[`${name}.js`]).filter((path) => path !== undefined);
  const document = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <title>{title} · Waymark</title>
        <link rel="stylesheet" href={ASSET_PATHS["desk.css"]} />
        {scripts.map((path) => (
          <script src={path} type="module" />
        ))}
      </head>
      <body>{body}</body>
    </html>
  );
  // A promise, if a part of it asks the API by itself.
  const text = await (document as unknown as { toString: () => string | Promise<string> }).toString();
  const { origin } = new URL(c.req.url);
  return new Response(`<!doctype html>${text}`, {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      ...SAFE,
      "Content-Security-Policy": policyFor(origin),
      ...(refresh !== undefined && { Refresh: String(refresh) }),
      ...around.headers,
    },
  });
}

/** Of every answer under /admin: it is one person's, stands in no frame, and tells no other site where somebody was. */
export const SAFE = {
  "Cache-Control": "private, no-store",
  "X-Robots-Tag": "noindex, nofollow",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

/** Nothing but the desk's own files, from its own folder, and stores' logos: what else this host serves, short links among it, is no script of it. */
export function policyFor(origin: string): string {
  const assets = `${origin}/admin/assets/`;
  return `default-src 'none'; style-src ${assets}; script-src ${assets}; img-src ${origin}/admin/ ${origin}/t/logo/; connect-src ${origin}/admin/; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
}
