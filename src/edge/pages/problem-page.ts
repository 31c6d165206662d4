import { html } from "hono/html";
import type { Html } from "../../ground/http/html.ts";
import { Problem, type ProblemCode, problemResponse, PROBLEMS } from "../../ground/http/problem.ts";
import type { InactiveReason } from "../click/decide.ts";
import type { EdgeEvent, EdgeState } from "../click/edge.ts";
import { page } from "./page.ts";
import { type Reader, readerOf } from "./reader.ts";
import type { EN } from "./words/en.ts";
import { type Way, waysOf } from "./ways.ts";

/** A message of these pages that takes no arguments. */
export type PlainKey = {
  [Key in keyof typeof EN]: (typeof EN)[Key] extends `${string}${"{" | "<"}${string}` ? never : Key;
}[keyof typeof EN];

/** What a page says of a problem. */
export interface Told {
  title: PlainKey;
  text: PlainKey;
}

/** What a shopper is told about a link that isn't live. */
export const INACTIVE: Readonly<Record<InactiveReason, Told>> = {
  disabled: { title: "disabled", text: "disabledText" },
  not_started: { title: "notStarted", text: "notStartedText" },
  ended: { title: "ended", text: "endedText" },
  blocked: { title: "blocked", text: "blockedText" },
  used_up: { title: "usedUp", text: "usedUpText" },
};

/** The same for programs, in English as all that they read. */
const INACTIVE_DETAIL: Readonly<Record<InactiveReason, string>> = {
  disabled: "Whoever made it has taken it back.",
  not_started: "It will lead somewhere later. Please come back.",
  ended: "The offer it led to is over.",
  blocked: "It led to an address that is not safe to visit.",
  used_up: "It could be opened a limited number of times.",
};

/** An address without a link (404): the same for all of a host. */
export function answerUnknown(state: EdgeState, event: EdgeEvent): Promise<Response> {
  return answerProblem(event, new Problem("not_found", "No link has this address."), {
    told: { title: "unknown", text: "unknownText" },
    ways: () => waysOf(state, event, null),
    back: orRoot,
  });
}

/** A link that was never seen while storage fails (503). */
export function answerUnavailable(event: EdgeEvent): Promise<Response> {
  const problem = new Problem("unavailable", "The link could not be looked up just now.", [], { "Retry-After": "5" });
  return answerProblem(event, problem, {
    told: { title: "unavailable", text: "unavailableText" },
    back: (reader) => html`<a class="main" href="">${reader.say("again")}</a>`,
  });
}

/** Somebody who guessed too many addresses (429). */
export function answerLimited(state: EdgeState, event: EdgeEvent): Promise<Response> {
  return answerProblem(event, limited("Too many addresses without a link were asked for."), {
    told: { title: "limited", text: "manyGuesses" },
    ways: () => waysOf(state, event, null),
  });
}

/** The problem of somebody who asked too often; `detail` says for what. */
export function limited(detail: string): Problem {
  return new Problem("rate_limited", detail, [], { "Retry-After": "60" });
}

/** Refuses a method (405) and says which would do. */
export function answerMethod(event: EdgeEvent, allowed: string): Response {
  return asProblem(event, new Problem("method_not_allowed", `This address takes ${allowed}.`, [], { Allow: allowed }));
}

/** A link that isn't live: gone (410), or not there yet (404). */
export function answerInactive(
  state: EdgeState,
  event: EdgeEvent,
  { linkId, reason }: { linkId: string; reason: InactiveReason },
): Promise<Response> {
  const code: ProblemCode = reason === "not_started" ? "not_found" : "link_inactive";
  return answerProblem(event, new Problem(code, INACTIVE_DETAIL[reason]), {
    told: INACTIVE[reason],
    ways: () => waysOf(state, event, linkId),
    back: orRoot,
  });
}

/** What a page says of a problem, and how it goes on from there. */
export interface ProblemPage {
  told: Told;
  /** Asked only for a page. Must not reject. */
  ways?: () => Promise<{ shop: string | null; way: Way | null }>;
  /** Ways of this site, before the one to the store. */
  back?: (reader: Reader, way: Way | null) => Html | null;
  /** Whether it answers a form: its address gives another page. */
  ofForm?: boolean;
}

/** A problem as a page for a browser, in its reader's language, and as problem+json in English for anyone else. */
export async function answerProblem(event: EdgeEvent, problem: Problem, terms: ProblemPage): Promise<Response> {
  const accept = event.request.headers.get("accept") ?? "";
  if (!accept.includes("text/html")) return asProblem(event, problem);
  const { told, back, ofForm = false } = terms;
  const [reader, { shop, way }] = await Promise.all([
    readerOf(event),
    terms.ways?.() ?? Promise.resolve({ shop: null, way: null }),
  ]);
  const { language, query, say } = reader;
  const body = html`<p>${say(told.text)}</p>
    ${renderWays(reader, way, back?.(reader, way) ?? null)}`;
  return page(PROBLEMS[problem.code].status, say(told.title), body, {
    language,
    shop,
    headers: problem.headers,
    ...(!ofForm && { query }),
  });
}

/** The ways on from a page; nothing where there are none. */
export function renderWays({ say }: Reader, way: Way | null, back: Html | null): Html | "" {
  if (way === null && back === null) return "";
  return html`<p class="ways">
    ${back ?? ""}
    ${way === null ? "" : html`<a href="${way.url}" rel="nofollow noopener">${say("goTo", { place: way.place })}</a>`}
  </p>`;
}

/** Where nobody says whose the host is, at least what it is. */
function orRoot({ kept, say }: Reader, way: Way | null): Html | null {
  return way === null ? html`<a href="/${kept}">${say("about")}</a>` : null;
}

function asProblem(event: EdgeEvent, problem: Problem): Response {
  const requestId = event.request.headers.get("cf-ray") ?? crypto.randomUUID();
  const response = problemResponse(problem, requestId);
  response.headers.set("X-Request-Id", requestId);
  response.headers.set("Vary", "Accept-Language, Accept");
  return response;
}
