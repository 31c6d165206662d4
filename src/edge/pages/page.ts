import { html, raw } from "hono/html";
import { Problem, type ProblemCode, problemResponse, PROBLEMS } from "../../ground/http/problem.ts";
import type { InactiveReason } from "../click/decide.ts";
import type { EdgeEvent } from "../click/edge.ts";

/** A fragment of HTML whose values were escaped. */
export type Html = ReturnType<typeof html>;

/** What a shopper is told about a link that isn't live. */
export const INACTIVE: Readonly<Record<InactiveReason, { title: string; text: string }>> = {
  disabled: { title: "This link was switched off", text: "Whoever made it has taken it back." },
  not_started: { title: "This link isn't open yet", text: "It will lead somewhere later. Please come back." },
  ended: { title: "This link has ended", text: "The offer it led to is over." },
  blocked: { title: "This link was blocked", text: "It led to an address that is not safe to visit." },
  used_up: { title: "This link is used up", text: "It could be opened a limited number of times." },
};

/** An address without a link (404). */
export function answerUnknown(event: EdgeEvent): Promise<Response> {
  return answerProblem(event, new Problem("not_found", "No link has this address."), "There is no such link");
}

/** A link that was never seen while storage fails (503). */
export function answerUnavailable(event: EdgeEvent): Promise<Response> {
  const problem = new Problem("unavailable", "The link could not be looked up just now.", [], { "Retry-After": "5" });
  return answerProblem(event, problem, "Please try again in a moment");
}

/** What {@link answerLimited} says of guessed slugs. */
export const TOO_MANY_GUESSES = "Too many addresses without a link were asked for.";

/** Somebody who asked too often (429); `detail` says for what. */
export function answerLimited(event: EdgeEvent, detail: string): Promise<Response> {
  const problem = new Problem("rate_limited", detail, [], { "Retry-After": "60" });
  return answerProblem(event, problem, "Please wait a minute");
}

/** Refuses a method (405) and says which would do. */
export function answerMethod(event: EdgeEvent, allowed: string): Response {
  const problem = new Problem("method_not_allowed", `This address takes ${allowed}.`, [], { Allow: allowed });
  return problemResponse(problem, requestIdOf(event));
}

/** A link that isn't live: gone (410), or not there yet (404). */
export function answerInactive(event: EdgeEvent, reason: InactiveReason): Promise<Response> {
  const { title, text } = INACTIVE[reason];
  const code: ProblemCode = reason === "not_started" ? "not_found" : "link_inactive";
  return answerProblem(event, new Problem(code, text), title);
}

/** A problem as a page with this title for a browser, as problem+json for anyone else. */
export async function answerProblem(event: EdgeEvent, problem: Problem, title: string): Promise<Response> {
  const accept = event.request.headers.get("accept") ?? "";
  if (!accept.includes("text/html")) return problemResponse(problem, requestIdOf(event));
  return page(PROBLEMS[problem.code].status, title, html`<p>${problem.message}</p>`, problem.headers);
}

function requestIdOf(event: EdgeEvent): string {
  return event.request.headers.get("cf-ray") ?? crypto.randomUUID();
}

const STYLE = `:root{color-scheme:light dark}body{font:1.05rem/1.55 system-ui,sans-serif;max-width:36rem;margin:12vh auto;padding:0 1.25rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}.to{overflow-wrap:anywhere}
label{display:block;margin:.5rem 0}textarea,select,button{font:inherit;max-width:100%}textarea{width:100%;box-sizing:border-box}
button{padding:.45rem .9rem}`;

/** SHA-256 of {@link STYLE}, worked out once: the policy lets no other style through. */
let styleHash: Promise<string> | null = null;

async function hashOfStyle(): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(STYLE));
  return new Uint8Array(digest).toBase64();
}

/** A whole page; its policy lets nothing load but its own style, and forms go back to this site alone. */
export async function page(
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
      "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${await styleHash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      ...headers,
    },
  });
}
