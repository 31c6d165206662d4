import type { Config } from "../config.ts";
import { hostnameOf, pathTarget, type Address } from "../link/address.ts";
import type { CachedLink, LinkCache } from "../link/cache.ts";
import type { CompiledLink } from "../link/compile.ts";
import { destinationOf } from "../link/destination.ts";
import { resolveLink, type Resolver } from "../link/resolve.ts";
import { RESERVED_SEGMENTS } from "../link/slug.ts";
import type { ClickBuffer } from "./buffer.ts";
import { type Consent, consentFor } from "./consent.ts";
import { type Decision, decide, type RequestSignals } from "./decide.ts";
import type { NoncePool } from "./nonce.ts";
import { toDataPoint } from "./point.ts";
import type { SeenClick } from "./seen.ts";
import { clickIdOf, clickStamp, signToken, tokenHead, type TokenKeys } from "./token.ts";

/** What the redirect keeps between requests: plain data, never another request's I/O. */
export interface EdgeState {
  cache: LinkCache;
  buffer: ClickBuffer;
  nonces: NoncePool;
  config: Config;
  /** `null`: the keys are missing or wrong; links then redirect without a click id. */
  tokenKeys: TokenKeys | null;
  /** The unchanging start of each link's tokens. */
  tokenHeads: WeakMap<CompiledLink, string>;
}

/** What one request may use of the platform. */
export interface EdgeEvent {
  request: Request<unknown, IncomingRequestCfProperties>;
  address: Address;
  /** ms UTC. */
  now: number;
  load: Resolver["load"];
  /** Takes one use off a link's click cap; `false` when none is left. Rejects if storage fails. */
  takeUse: (linkId: string, maxClicks: number) => Promise<boolean>;
  /** Whether a user agent is a program's: asked before a response only for links with a click cap. */
  isBot: (userAgent: string | null) => Promise<boolean>;
  sendClicks: (clicks: SeenClick[]) => Promise<void>;
  wait: () => Promise<void>;
  waitUntil: (work: Promise<unknown>) => void;
  writePoint: (point: AnalyticsEngineDataPoint) => void;
}

/** What a request turned out to be; only a redirect is answered here, the rest by rooms that load when needed. */
export type ClickOutcome =
  | { kind: "redirect"; response: Response }
  | { kind: "app" }
  | { kind: "unknown" }
  | { kind: "preview"; slug: string }
  | { kind: "method" }
  | { kind: "unavailable" }
  | { kind: "inactive"; reason: NonNullable<Decision["inactive"]> };

const APP: ClickOutcome = { kind: "app" };
const UNKNOWN: ClickOutcome = { kind: "unknown" };
const METHOD: ClickOutcome = { kind: "method" };
const UNAVAILABLE: ClickOutcome = { kind: "unavailable" };

/**
 * Answers `GET /{slug}`. A warm link costs no storage call before the response; counting happens
 * behind it and can't make it fail. Only a link that was never seen is `unavailable` while storage
 * fails.
 */
export async function handleClick(state: EdgeState, event: EdgeEvent): Promise<ClickOutcome> {
  const { address, now, request } = event;
  let entry = state.cache.get(address.key);
  // Reserved words are sorted out after the memory was asked: a warm link skips that work.
  if (entry === undefined || state.cache.freshness(entry, now) !== "fresh") {
    const target = pathTarget(address.path, RESERVED_SEGMENTS);
    if (target.kind === "reserved") return APP;
    if (target.kind === "none") return UNKNOWN;
    if (target.kind === "preview") return target;
    const resolver: Resolver = {
      cache: state.cache,
      config: state.config,
      load: event.load,
      waitUntil: event.waitUntil,
      now,
    };
    try {
      entry = await resolveLink(resolver, address.key, hostnameOf(address.host), target.slug);
    } catch (error) {
      console.error(JSON.stringify({ event: "link_unresolved", message: String(error) }));
      return UNAVAILABLE;
    }
  }
  const method = request.method;
  if (method !== "GET" && method !== "HEAD") return METHOD;
  return entry.link === null ? UNKNOWN : answer(state, event, entry, entry.link, method);
}

async function answer(
  state: EdgeState,
  event: EdgeEvent,
  entry: CachedLink,
  link: CompiledLink,
  method: "GET" | "HEAD",
): Promise<ClickOutcome> {
  const { headers } = event.request;
  const signals: RequestSignals = { method, purpose: purposeOf(headers) };
  let decision = decide(link.record, signals, event.now, entry.usedUp);
  if (link.record.maxClicks !== null && decision.bucket === "visit") {
    const left = await takeUse(event, link.record.id, link.record.maxClicks);
    if (!left) {
      entry.usedUp = true;
      decision = decide(link.record, signals, event.now, true);
    }
  }
  const consent = consentFor(link.consentPolicy, {
    gpc: headers.get("sec-gpc") === "1",
    dnt: headers.get("dnt") === "1",
  });
  const stamp = clickStamp(event.now, state.nonces.take());
  record(state, event, link, decision, consent, stamp);

  if (decision.inactive !== null) {
    const { fallbackUrl } = link.record;
    if (fallbackUrl === null) return { kind: "inactive", reason: decision.inactive };
    return { kind: "redirect", response: redirectTo(fallbackUrl, null) };
  }
  const token = consent.policy === "strict" ? null : await tokenFor(state, link, stamp);
  const location = destinationOf(link, token, event.address.query);
  const keepsCookie = token !== null && consent.policy === "implied" && decision.bucket !== "prefetch";
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
    console.error(JSON.stringify({ event: "click_cap_failed", linkId, message: String(error) }));
    return true;
  }
}

async function tokenFor(state: EdgeState, link: CompiledLink, stamp: string): Promise<string | null> {
  const keys = state.tokenKeys;
  if (keys === null) return null;
  try {
    let head = state.tokenHeads.get(link);
    if (head === undefined) {
      head = tokenHead(link.record.id, keys.signingId);
      state.tokenHeads.set(link, head);
    }
    return await signToken(keys, head, stamp);
  } catch (error) {
    console.error(JSON.stringify({ event: "token_failed", message: String(error) }));
    return null;
  }
}

/** Counts the request: buffered for the log, and at once to Analytics Engine. Never throws. */
function record(
  state: EdgeState,
  event: EdgeEvent,
  link: CompiledLink,
  decision: Decision,
  consent: Consent,
  stamp: string,
): void {
  try {
    const { headers, cf } = event.request;
    const seen: SeenClick = {
      id: clickIdOf(stamp),
      time: event.now,
      link,
      decision,
      consent,
      address: headers.get("cf-connecting-ip"),
      userAgent: headers.get("user-agent"),
      language: headers.get("accept-language"),
      referrer: headers.get("referer"),
      query: event.address.query,
      country: cf?.country ?? null,
      region: cf?.region ?? null,
      city: cf?.city ?? null,
      colo: cf?.colo ?? null,
    };
    state.buffer.add(seen, event.now, { wait: event.wait, send: event.sendClicks, waitUntil: event.waitUntil });
    event.writePoint(toDataPoint(seen));
  } catch (error) {
    console.error(JSON.stringify({ event: "click_record_failed", message: String(error) }));
  }
}

function purposeOf(headers: Headers): string | null {
  return headers.get("sec-purpose") ?? headers.get("purpose") ?? headers.get("x-purpose") ?? headers.get("x-moz");
}

function redirectTo(location: string, cookie: string | null): Response {
  const headers: Record<string, string> = {
    Location: location,
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
  };
  if (cookie !== null) headers["Set-Cookie"] = cookie;
  return new Response(null, { status: 302, headers });
}

/**
 * The attribution cookie (RFC 6265bis). `__Secure-` names are refused over plain http, so a local
 * run on `localhost` gets the bare name.
 */
function cookieOf(address: Address, link: CompiledLink, token: string): string {
  if (!address.secure && isLoopback(hostnameOf(address.host)))
    return `wm_click=${token}${link.insecureCookieAttributes}`;
  return `__Secure-wm_click=${token}${link.cookieAttributes}`;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]" || hostname.endsWith(".localhost")
  );
}
