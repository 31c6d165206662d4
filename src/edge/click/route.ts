import { errorText } from "../../ground/error-text.ts";
import { isOverdue } from "../block/current.ts";
import { hostnameOf, keysOf, pathTarget } from "../link/address.ts";
import type { CachedLink } from "../link/cache.ts";
import type { CompiledLink, Destination } from "../link/compile.ts";
import type { RuleFor } from "../rules/choose.ts";
import { destinationOf } from "../link/destination.ts";
import { resolveLink } from "../link/resolve.ts";
import { consentFor } from "./consent.ts";
import { cookieOf } from "./cookie.ts";
import { decide, type Decision, type InactiveReason, type RequestSignals } from "./decide.ts";
import type { EdgeEvent, EdgeState } from "./edge.ts";
import { embeddedReason } from "./embedded.ts";
import { recordClick } from "./record.ts";
import { clickStamp, signToken, tokenHead } from "./token.ts";

/** What a request turned out to be; only a redirect is answered here, the rest by rooms that load when needed. */
export type ClickOutcome =
  | { kind: "redirect"; response: Response }
  | { kind: "app" }
  | { kind: "unknown" }
  | { kind: "preview"; slug: string }
  | { kind: "method" }
  | { kind: "limited" }
  | { kind: "unavailable" }
  | { kind: "inactive"; reason: InactiveReason; linkId: string };

const APP: ClickOutcome = { kind: "app" };
const UNKNOWN: ClickOutcome = { kind: "unknown" };
const METHOD: ClickOutcome = { kind: "method" };
const LIMITED: ClickOutcome = { kind: "limited" };
const UNAVAILABLE: ClickOutcome = { kind: "unavailable" };

/**
 * Answers `GET /{slug}`. A warm link costs no storage call before the response, and no promise either: each is a turn that
 * the shopper waits for. Counting happens behind the response and can't make it fail. Only a link that was never seen is
 * `unavailable` while storage fails.
 */
export function handleClick(state: EdgeState, event: EdgeEvent): ClickOutcome | Promise<ClickOutcome> {
  const { now, request } = event;
  const entry = state.cache.get(event.address.key);
  // Reserved words are sorted out after the memory was asked: a warm link skips that work.
  if (entry === undefined || !isReady(state, entry, now)) return lookUp(state, event);
  state.hits.memory++;
  return answerEntry(state, event, entry, request.method);
}

async function lookUp(state: EdgeState, event: EdgeEvent): Promise<ClickOutcome> {
  const { address, now, request } = event;
  const target = pathTarget(address.path);
  if (target.kind === "reserved") return APP;
  if (target.kind === "none") return UNKNOWN;
  if (target.kind === "preview") return target;
  const keys = keysOf(address.host, target.slug);
  // A link that is in memory costs storage little, and is answered all the same.
  const known = (state.cache.find(keys)?.link ?? null) !== null;
  if (!known && state.guard.blocks((await guessing()).senderOf(request.headers), now)) return LIMITED;
  let entry;
  try {
    entry = await resolveLink(event.resolver(), keys, { hostname: hostnameOf(address.host), slug: target.slug });
  } catch (error) {
    console.error(JSON.stringify({ event: "link_unresolved", message: errorText(error) }));
    return UNAVAILABLE;
  }
  return answerEntry(state, event, entry, request.method);
}

/** What minds those who guess slugs: loaded with the first link that isn't in memory. */
const guessing = () => import("../pages/guess.ts");

function answerEntry(
  state: EdgeState,
  event: EdgeEvent,
  entry: CachedLink,
  method: string,
): ClickOutcome | Promise<ClickOutcome> {
  if (method !== "GET" && method !== "HEAD") return METHOD;
  const { link } = entry;
  if (link === null) {
    event.waitUntil(guessing().then(({ countGuess }) => countGuess(state, event)));
    return UNKNOWN;
  }
  if (state.news.isDue(event.now)) event.hearNews();
  if (link.ruled.length === 0) return answerLink(state, event, entry, link, method, null);
  if (ruleFor !== null) return answerLink(state, event, entry, link, method, ruleFor(state, event, link));
  // Few links have rules: what reads them is loaded with the first that does.
  return import("../rules/choose.ts").then((rules) => {
    ({ ruleFor } = rules);
    return answerLink(state, event, entry, link, method, ruleFor(state, event, link));
  });
}

/** See `choose.ts`; `null` before the first link with rules. */
let ruleFor: RuleFor | null = null;

function answerLink(
  state: EdgeState,
  event: EdgeEvent,
  entry: CachedLink,
  link: CompiledLink,
  method: "GET" | "HEAD",
  rule: number | null,
): ClickOutcome | Promise<ClickOutcome> {
  const decision = decisionFor(event, entry, link, method, rule);
  const { maxClicks } = link.record;
  if (maxClicks === null || decision.bucket !== "visit") return answer(state, event, link, rule, decision);
  return takeUse(event, link.record.id, maxClicks).then((left) => {
    if (left) return answer(state, event, link, rule, decision);
    entry.usedUp = true;
    return answer(state, event, link, rule, decisionFor(event, entry, link, method, rule));
  });
}

/** The destination that a rule chose; `null`: the link's own. */
function chosen(link: CompiledLink, rule: number | null): Destination {
  return rule === null ? link.own : (link.ruled[rule] ?? link.own);
}

function decisionFor(
  { now, request }: EdgeEvent,
  { usedUp }: CachedLink,
  link: CompiledLink,
  method: "GET" | "HEAD",
  rule: number | null,
): Decision {
  const { headers } = request;
  const signals: RequestSignals = { method, purpose: purposeOf(headers), embedded: embeddedIn(headers) };
  return decide(link.record, signals, now, { usedUp, blocked: chosen(link, rule).blocked });
}

/** Whether memory has all that an answer needs. */
function isReady(state: EdgeState, entry: CachedLink, now: number): boolean {
  if (!state.cache.isFresh(entry, now)) return false;
  const { link } = entry;
  return (
    link === null || (state.news.isRecent(now) && link.blocklist === state.blocks.list && !isOverdue(state.blocks, now))
  );
}

function answer(
  state: EdgeState,
  event: EdgeEvent,
  link: CompiledLink,
  rule: number | null,
  decision: Decision,
): ClickOutcome {
  const { headers, cf } = event.request;
  const destination = chosen(link, rule);
  const consent = consentFor(link.consent, {
    gpc: headers.get("sec-gpc") === "1",
    dnt: headers.get("dnt") === "1",
    cookie: headers.get("cookie"),
    query: event.address.query,
    country: cf?.country ?? null,
  });
  const stamp = clickStamp(event.now, state.nonces.take());
  recordClick(state, event, { linkId: link.record.id, destination, rule, decision, consent, stamp });

  if (decision.inactive !== null) {
    if (link.fallbackUrl === null) return { kind: "inactive", reason: decision.inactive, linkId: link.record.id };
    return { kind: "redirect", response: redirectTo(link.fallbackUrl, null) };
  }
  const mayCarry = decision.carries !== "nothing" && consent.policy !== "strict";
  const token = mayCarry ? tokenFor(state, link, stamp) : null;
  const location = destinationOf(destination, token, event.address.query);
  const keepsCookie = token !== null && consent.policy === "implied" && decision.carries === "id_and_cookie";
  return {
    kind: "redirect",
    response: redirectTo(location, keepsCookie ? cookieOf(event.address, link, token) : null),
  };
}

/**
 * Whether one more visit fits under the cap. Programs use none up. Storage that fails lets the
 * shopper pass: a cap overrun by an outage is the lesser harm.
 */
async function takeUse(event: EdgeEvent, linkId: string, maxClicks: number): Promise<boolean> {
  try {
    if (await event.isBot(event.request.headers.get("user-agent"))) return true;
    return await event.takeUse(linkId, maxClicks);
  } catch (error) {
    console.error(JSON.stringify({ event: "click_cap_failed", linkId, message: errorText(error) }));
    return true;
  }
}

function tokenFor(state: EdgeState, link: CompiledLink, stamp: string): string | null {
  const keys = state.tokenKeys;
  if (keys === null) return null;
  try {
    link.tokenHead ??= tokenHead(link.record.id, keys.signingId);
    return signToken(keys, link.tokenHead, stamp);
  } catch (error) {
    console.error(JSON.stringify({ event: "token_failed", message: errorText(error) }));
    return null;
  }
}

function purposeOf(headers: Headers): string | null {
  return headers.get("sec-purpose") ?? headers.get("purpose") ?? headers.get("x-purpose") ?? headers.get("x-moz");
}

/** Why the load is a part of another page; most say at once that they aren't. */
function embeddedIn(headers: Headers): string | null {
  const dest = headers.get("sec-fetch-dest");
  if (dest === "document") return null;
  const [mode, site, accept] = [headers.get("sec-fetch-mode"), headers.get("sec-fetch-site"), headers.get("accept")];
  return embeddedReason({ dest, mode, site, accept });
}

/** What every redirect says. Plain data, copied into each answer at a fraction of what naming it each time costs. */
let redirect: ResponseInit | null = null;

function redirectTo(location: string, cookie: string | null): Response {
  redirect ??= {
    status: 302,
    headers: new Headers({ "Cache-Control": "private, no-store", "X-Robots-Tag": "noindex, nofollow" }),
  };
  const response = new Response(null, redirect);
  const { headers } = response;
  headers.set("Location", location);
  if (cookie !== null) headers.set("Set-Cookie", cookie);
  return response;
}
