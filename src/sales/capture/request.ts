import type { ConsentSetting } from "../../ground/model/link.ts";
import type { ReportMeta } from "./inbox-store.ts";
import type { Consent } from "./read-event.ts";
import type { Refusal } from "./read-order.ts";

/** The first-party click cookie, by the names that the redirect gives it. */
const CLICK_COOKIE = /(?:^|;\s*)(?:__Secure-)?wm_click=([\w-]{56})(?:;|$)/;

/** A browser's own opt-out, and the answer to a shop's banner, as the redirect honours them. */
const REFUSED = /(?:^|;\s*)(?:wm_optout=1|wm_consent=denied)(?:;|$)/;

/** Keys of stores, as `POST /stores` takes and makes them. */
const STORE_KEY = /^[a-z0-9][a-z0-9-]{1,39}$/;

/** The parts of a page's request that a report is judged by. */
export interface PageRequest {
  headers: Headers;
  /** Cloudflare's `IncomingRequestCfProperties`. */
  cf?: unknown;
}

/** Why a text can't be a store's key, or `null`. */
export function storeKeyProblem(key: string): Refusal | null {
  if (key === "") return { code: "missing_store_key", path: "s", detail: "is missing" };
  if (STORE_KEY.test(key)) return null;
  return { code: "bad_store_key", path: "s", detail: "is no store's key" };
}

/** The origin of the page: by its own header, or else that of the referrer; `null` if neither is told. */
export function originOf({ headers }: PageRequest): string | null {
  const origin = headers.get("Origin");
  // `null` is what the Fetch standard has a page send that sends no referrer: it tells nothing.
  if (origin !== null && origin !== "null") return origin.toLowerCase().slice(0, 300);
  const referrer = URL.parse(headers.get("Referer") ?? "");
  return referrer === null || referrer.origin === "null" ? null : referrer.origin.slice(0, 300);
}

/** Why a page may not report for a store, or `null`. A store that names no origins takes all. */
export function originProblem(origin: string | null, allowed: readonly string[]): Refusal | null {
  if (origin === null || allowed.length === 0 || allowed.includes(origin)) return null;
  return { code: "origin_not_allowed", path: "", detail: "The page's origin is not one of the store's." };
}

/** The country that Cloudflare sees a request come from, ISO 3166-1 alpha-2; `null` if it can't tell. */
export function countryOf({ cf }: PageRequest): string | null {
  const { country } = (cf ?? {}) as { country?: unknown };
  return typeof country === "string" && /^[A-Z]{2}$/.test(country) && country !== "XX" ? country : null;
}

/** Which identifiers of a page's report may be kept. */
export interface Allowance {
  click: boolean;
  /** As its hash. */
  customer: boolean;
}

/**
 * What a page's report may bring. The browser's own signals and a strict store come first. A page that was
 * asked says what the shopper answered. One that says nothing, such as a pixel put in by hand, answers
 * itself for the click id that it writes into the address; who the customer is takes a grant. `policy` is
 * the store's; `null`: nobody knows it yet, so that only a grant allows anything.
 */
export function allowanceOf(headers: Headers, consent: Consent, policy: ConsentSetting | null): Allowance {
  const refused =
    headers.get("Sec-GPC") === "1" || headers.get("DNT") === "1" || REFUSED.test(headers.get("Cookie") ?? "");
  const customer = !refused && policy !== "strict" && consent === "granted";
  const unstated = !refused && policy !== "strict" && policy !== null && consent === "unstated";
  return { click: customer || unstated, customer };
}

/** What a page's request says, apart from its body. */
export function pageMeta(request: PageRequest, consent: Consent, allowed: Allowance): ReportMeta {
  const click = allowed.click ? CLICK_COOKIE.exec(request.headers.get("Cookie") ?? "")?.[1] : undefined;
  return {
    origin: originOf(request),
    country: countryOf(request),
    consent,
    ...(click !== undefined && { click }),
  };
}
