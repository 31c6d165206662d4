import { type ConsentPolicy, type LinkRecord, UTM_FIELDS, type Utm } from "./link.ts";
import { fillTemplate } from "./template.ts";

/** The longest cookie life that browsers grant (RFC 6265bis, section 5.5): 400 days. */
const MAX_COOKIE_DAYS = 400;

/** Stands for the click id while a destination is parsed; letters only, so that no encoding touches it. */
const CLICK_ID_MARK = "waymarkXclickXidXgoesXhere";

/** The click parameter that no visitor may bring along, whatever name the store gave its own. */
const DEFAULT_CLICK_PARAM = "wm_click";

/**
 * A link made ready to redirect: everything that is the same for each click is worked out once,
 * when the link enters the isolate's memory.
 */
export interface CompiledLink {
  record: LinkRecord;
  consentPolicy: ConsentPolicy;
  /** The destination's text between its click ids, without the fragment. At least two pieces. */
  pieces: readonly string[];
  /** The same without any click id, for visits that may carry none. */
  anonymous: string;
  /** The fragment with its `#`, in pieces between click ids; one empty piece where there is none. */
  fragment: readonly string[];
  /** Query names, folded by {@link foldName}, that a visitor's own query can't set. */
  owned: ReadonlySet<string>;
  /** The owner's UTM values after variables were filled in. */
  utm: Utm;
  /** Everything of the Set-Cookie value that follows the token, for https and for plain localhost. */
  cookieAttributes: string;
  insecureCookieAttributes: string;
}

/**
 * How a receiving site may read a query name. PHP, which most shops run on, turns dots and spaces
 * into underscores, drops leading spaces and takes `name[]` for `name`; some tools ignore case. Two
 * names that any of these would confuse are held to be the same, so that `utm.source=x` can't
 * override an owner's `utm_source`.
 */
export function foldName(name: string): string {
  let text = name;
  if (text.includes("%") || text.includes("+")) {
    try {
      text = decodeURIComponent(text.replaceAll("+", " "));
    } catch {
      // Not valid percent-encoding: no reader agrees on its meaning, so it is compared as it stands.
    }
  }
  const bracket = text.indexOf("[");
  if (bracket > 0) text = text.slice(0, bracket);
  return text.trimStart().toLowerCase().replaceAll(/[. ]/g, "_");
}

const plainText = (text: string): string => text;

/**
 * Prepares a link. Throws a `TypeError` if its URL can't be parsed, which validation on write
 * excludes.
 */
export function compileLink(record: LinkRecord, defaultPolicy: ConsentPolicy): CompiledLink {
  const url = new URL(fillTemplate(record.url, { ...record.variables, click_id: CLICK_ID_MARK }));
  const owned = new Set([foldName(record.clickParam), DEFAULT_CLICK_PARAM]);
  const present = new Set(url.searchParams.keys());
  for (const name of present) owned.add(foldName(name));

  const added: string[] = [];
  const utm: Utm = {};
  for (const field of UTM_FIELDS) {
    const name = `utm_${field}`;
    const template = record.utm[field];
    if (present.has(name)) {
      utm[field] = (url.searchParams.get(name) ?? "").replaceAll(CLICK_ID_MARK, "");
    } else if (template !== undefined) {
      const value = fillTemplate(template, { ...record.variables, click_id: CLICK_ID_MARK }, plainText);
      if (value === "") continue;
      added.push(`${name}=${encodeURIComponent(value)}`);
      utm[field] = value.replaceAll(CLICK_ID_MARK, "");
      owned.add(name);
    }
  }
  const query = [url.search.slice(1), ...added].filter((part) => part !== "").join("&");
  const clickPair = present.has(record.clickParam) ? "" : `${encodeURIComponent(record.clickParam)}=${CLICK_ID_MARK}`;
  const fragment = url.hash;
  url.search = "";
  url.hash = "";
  const base = url.href;
  const withClick = [query, clickPair].filter((part) => part !== "").join("&");

  const age = Math.round(Math.min(record.windowDays, MAX_COOKIE_DAYS) * 86_400);
  const domain = record.cookieDomain === null ? "" : `; Domain=${record.cookieDomain}`;
  return {
    record,
    consentPolicy: record.consentPolicy ?? defaultPolicy,
    pieces: `${base}?${withClick}`.split(CLICK_ID_MARK),
    anonymous: (query === "" ? base : `${base}?${query}`).replaceAll(CLICK_ID_MARK, ""),
    fragment: fragment.split(CLICK_ID_MARK),
    owned,
    utm,
    cookieAttributes: `; Path=/; Max-Age=${age}; Secure; HttpOnly; SameSite=Lax${domain}`,
    insecureCookieAttributes: `; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax`,
  };
}
