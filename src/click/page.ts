import { html, raw } from "hono/html";
import { Problem, type ProblemCode, problemResponse, PROBLEMS } from "../http/problem.ts";
import { hostnameOf } from "../link/address.ts";
import { destinationOf } from "../link/destination.ts";
import type { ConsentPolicy } from "../link/link.ts";
import { resolveLink } from "../link/resolve.ts";
import { inactiveReason, type InactiveReason } from "./decide.ts";
import type { ClickOutcome, EdgeEvent, EdgeState } from "./route.ts";

/** A fragment of HTML whose values were escaped. */
type Html = ReturnType<typeof html>;

/** The outcomes that a shopper sees as a page. */
export type PageOutcome = Exclude<ClickOutcome, { kind: "redirect" } | { kind: "app" }>;

const INACTIVE: Readonly<Record<InactiveReason, { title: string; text: string }>> = {
  disabled: { title: "This link was switched off", text: "Whoever made it has taken it back." },
  not_started: { title: "This link isn't open yet", text: "It will lead somewhere later. Please come back." },
  ended: { title: "This link has ended", text: "The offer it led to is over." },
  used_up: { title: "This link is used up", text: "It could be opened a limited number of times." },
};

const KEPT: Readonly<Record<ConsentPolicy, string>> = {
  strict: "An anonymous count. No click id is passed on and no cookie is set.",
  deferred:
    "The visit is counted, and the shop is told which link was opened by an id in the address. This site stores nothing in your browser.",
  implied:
    "The visit is counted, and the shop is told which link was opened, by an id in the address and in a cookie of this site.",
};

/** Answers a shopper who can't be redirected: as a small page for a browser, else as a problem. */
export async function answerPage(outcome: PageOutcome, event: EdgeEvent, state: EdgeState): Promise<Response> {
  switch (outcome.kind) {
    case "unknown":
      return answer(
        event,
        new Problem("not_found", "No link has this address."),
        "There is no such link",
        "Please check the address.",
      );
    case "method":
      return problemResponse(
        new Problem("method_not_allowed", "A short link takes GET and HEAD.", [], { Allow: "GET, HEAD" }),
        requestIdOf(event),
      );
    case "unavailable":
      return answer(
        event,
        new Problem("unavailable", "The link could not be looked up.", [], { "Retry-After": "5" }),
        "Please try again in a moment",
        "The link could not be looked up just now.",
      );
    case "inactive":
      return answerInactive(event, outcome.reason);
    case "preview":
      return answerPreview(outcome.slug, event, state);
  }
}

function answerInactive(event: EdgeEvent, reason: InactiveReason): Promise<Response> {
  const { title, text } = INACTIVE[reason];
  const code: ProblemCode = reason === "not_started" ? "not_found" : "link_inactive";
  return answer(event, new Problem(code, `${title}.`), title, text);
}

/** `/{slug}+`: where a link leads, who earns by it and how to stay out. Counts nothing, stores nothing. */
async function answerPreview(slug: string, event: EdgeEvent, state: EdgeState): Promise<Response> {
  const { address, now, load, waitUntil } = event;
  if (event.request.method !== "GET" && event.request.method !== "HEAD")
    return answerPage({ kind: "method" }, event, state);
  const resolver = { cache: state.cache, config: state.config, load, waitUntil, now };
  let entry;
  try {
    entry = await resolveLink(resolver, `${address.host}/${encodeURIComponent(slug)}`, hostnameOf(address.host), slug);
  } catch {
    return answerPage({ kind: "unavailable" }, event, state);
  }
  if (entry.link === null) return answerPage({ kind: "unknown" }, event, state);
  const { link } = entry;
  const reason = inactiveReason(link.record, now, entry.usedUp);
  const destination = destinationOf(link, null, "");
  const creator = link.record.variables.creator;
  return page(
    200,
    "Where this link leads",
    html`<p>
        ${reason === null ? "The short link" : INACTIVE[reason].title + ". The short link"}
        <b>/${link.record.slug}</b> leads to
      </p>
      <p class="to"><a href="${destination}" rel="nofollow noopener">${destination}</a></p>
      <h2>Who earns by it</h2>
      <p>
        ${creator === undefined ? "No creator is named on this link." : `${creator} may earn a commission if you buy something.`}
      </p>
      <h2>What is kept when you follow it</h2>
      <p>
        ${KEPT[link.consentPolicy]} Your address and browser are never stored; a keyed hash of both, which changes every
        day, tells one visit from two.
      </p>
      <h2>How to opt out</h2>
      <p>
        Switch on <a href="https://globalprivacycontrol.org/" rel="noopener">Global Privacy Control</a> (or Do Not
        Track) in your browser: then no click id is passed on, no cookie is set and no hash is kept. Or use the address
        above, which has no click id.
      </p>`,
  );
}

async function answer(event: EdgeEvent, problem: Problem, title: string, text: string): Promise<Response> {
  const accept = event.request.headers.get("accept") ?? "";
  if (!accept.includes("text/html")) return problemResponse(problem, requestIdOf(event));
  return page(PROBLEMS[problem.code].status, title, html`<p>${text}</p>`, problem.headers);
}

function requestIdOf(event: EdgeEvent): string {
  return event.request.headers.get("cf-ray") ?? crypto.randomUUID();
}

const STYLE = `:root{color-scheme:light dark}body{font:1.05rem/1.55 system-ui,sans-serif;max-width:36rem;margin:12vh auto;padding:0 1.25rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}.to{overflow-wrap:anywhere}`;

/** SHA-256 of {@link STYLE}, worked out once: the policy lets no other style through. */
let styleHash: Promise<string> | null = null;

async function hashOfStyle(): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(STYLE));
  return new Uint8Array(digest).toBase64();
}

async function page(
  status: number,
  title: string,
  body: Html,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  styleHash ??= hashOfStyle();
  const document = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`;
  return new Response(String(document), {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "private, no-store",
      "X-Robots-Tag": "noindex, nofollow",
      "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${await styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      ...headers,
    },
  });
}
