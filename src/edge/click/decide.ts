import type { LinkRecord } from "../link/link.ts";

/** Why a link leads nowhere at this moment. */
export type InactiveReason = "disabled" | "not_started" | "ended" | "blocked" | "used_up";

/**
 * What the edge knows of a request before anyone looks at who sent it. `visit` becomes `counted`,
 * `bot` or `duplicate` at ingest; the others are final but that a bot stays a `bot`.
 */
export type EdgeBucket = "visit" | "head" | "prefetch" | "embedded" | "inactive";

/** What a request asks for, read off its method and headers. */
export interface RequestSignals {
  method: "GET" | "HEAD";
  /** `Sec-Purpose`, or its forerunners `Purpose`, `X-Purpose` and `X-Moz`; `null` if absent. */
  purpose: string | null;
  /** Why it is a part of another page, see `embeddedReason`; `null`: it isn't. */
  embedded: string | null;
}

/**
 * What an answer may carry as far as consent allows: the click id in the destination's address, and beside it
 * the cookie.
 */
export type Carried = "nothing" | "id" | "id_and_cookie";

/** What to answer, and the bucket that the request falls into as far as the edge can say. */
export interface Decision {
  bucket: EdgeBucket;
  reason: string;
  /** `null`: the link is live. */
  inactive: InactiveReason | null;
  carries: Carried;
}

const LIVE: Decision = { bucket: "visit", reason: "visit", inactive: null, carries: "id_and_cookie" };

/** What the link itself doesn't say. */
export interface LinkStanding {
  /** Whether its click cap is spent, which only the cap's own counter knows. */
  usedUp: boolean;
  /** Whether the chosen destination is on the block list. */
  blocked: boolean;
}

/** Why the link isn't live at `now` (ms UTC), or `null`. */
export function inactiveReason(link: LinkRecord, now: number, standing: LinkStanding): InactiveReason | null {
  if (link.disabled) return "disabled";
  if (link.startsAt !== null && now < link.startsAt) return "not_started";
  if (link.endsAt !== null && now >= link.endsAt) return "ended";
  if (standing.blocked) return "blocked";
  return standing.usedUp ? "used_up" : null;
}

/**
 * Puts a request into its bucket: exactly one, the first that fits of `head`, `prefetch`, `embedded`,
 * `inactive`, `visit`. What nobody saw comes first, so that `inactive` counts people who were let
 * down. Only a visit is given a cookie. What is embedded gets no click id either: a page that loads
 * links unseen must have nothing to show for it. A prefetch gets one, since a browser may use its
 * answer for the visit that follows.
 */
export function decide(link: LinkRecord, signals: RequestSignals, now: number, standing: LinkStanding): Decision {
  const inactive = inactiveReason(link, now, standing);
  const { embedded } = signals;
  if (signals.method === "HEAD") {
    return { bucket: "head", reason: "method_head", inactive, carries: embedded === null ? "id" : "nothing" };
  }
  if (isPrefetch(signals.purpose)) return { bucket: "prefetch", reason: "purpose_header", inactive, carries: "id" };
  if (embedded !== null) return { bucket: "embedded", reason: embedded, inactive, carries: "nothing" };
  if (inactive !== null) return { bucket: "inactive", reason: inactive, inactive, carries: "nothing" };
  return LIVE;
}

/** Whether a purpose header announces a load that nobody has looked at yet. */
export function isPrefetch(purpose: string | null): boolean {
  return purpose !== null && /prefetch|prerender|preview/i.test(purpose);
}
