import { type Blocklist, blocksUrl } from "../block/match.ts";
import type { LinkRecord } from "./link.ts";
import { type ConsentSetting, UTM_FIELDS, type Utm } from "../../ground/model/link.ts";
import { fillTemplate } from "./template.ts";

/** The longest cookie life that browsers grant (RFC 6265bis, section 5.5): 400 days. */
const MAX_COOKIE_DAYS = 400;

/** Stands for the click id while a destination is parsed; letters only, so that no encoding touches it. */
const CLICK_ID_MARK = "waymarkXclickXidXgoesXhere";

/** The click parameter that no visitor may bring along, whatever name the store gave its own. */
const DEFAULT_CLICK_PARAM = "wm_click";

/** Names that Waymark itself gives a meaning to, and never passes on from a visitor's query. */
const OWN_NAMES = [DEFAULT_CLICK_PARAM, "wm_consent"];

/** A destination made ready: its text around the click id, and the query names that its owner set. */
export interface Destination {
  /** The text between click ids, without the fragment. At least two pieces, unless the URL brings a click id of its own. */
  pieces: readonly string[];
  /** The same without any click id, for visits that may carry none. */
  anonymous: string;
  /** The fragment with its `#`, in pieces between click ids; one empty piece where there is none. */
  fragment: readonly string[];
  /** Query names, folded by {@link foldName}, that a visitor's own query can't set. */
  owned: ReadonlySet<string>;
  /** The owner's UTM values after variables were filled in. */
  utm: Utm;
  /** Whether it leads to a blocked host. */
  blocked: boolean;
}

/**
 * A link made ready to redirect: everything that is the same for each click is worked out once,
 * when the link enters the isolate's memory.
 */
export interface CompiledLink {
  record: LinkRecord;
  /** The block list it was held against. */
  blocklist: Blocklist;
  consent: ConsentSetting;
  own: Destination;
  /** The destinations of the link's rules, in their order. */
  ruled: readonly Destination[];
  /** Whether some rule has a weight, so that a visitor's place must be drawn. */
  drawn: boolean;
  /** `null` also where it leads to a blocked host. */
  fallbackUrl: string | null;
  /** Everything of the Set-Cookie value that follows the token, for https and for plain localhost. */
  cookieAttributes: string;
  insecureCookieAttributes: string;
  /** What each click's token begins with, once there was one (see `tokenHead`). */
  tokenHead: string | null;
}

/** What compiling needs beside the link. */
export interface CompileContext {
  /** For links whose store states no policy of its own. */
  defaultConsent: ConsentSetting;
  blocklist: Blocklist;
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
export function compileLink(record: LinkRecord, context: CompileContext): CompiledLink {
  const age = Math.round(Math.min(record.windowDays, MAX_COOKIE_DAYS) * 86_400);
  const domain = record.cookieDomain === null ? "" : `; Domain=${record.cookieDomain}`;
  const { fallbackUrl } = record;
  return {
    record,
    blocklist: context.blocklist,
    consent: record.consentPolicy ?? context.defaultConsent,
    own: compileDestination(record.url, record, context.blocklist),
    ruled: record.rules.map(({ url }) => compileDestination(url, record, context.blocklist)),
    drawn: record.rules.some(({ when }) => when.weight !== undefined),
    fallbackUrl: fallbackUrl === null || blocksUrl(context.blocklist, fallbackUrl) ? null : fallbackUrl,
    cookieAttributes: `; Path=/; Max-Age=${age}; Secure; HttpOnly; SameSite=Lax${domain}`,
    insecureCookieAttributes: `; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax`,
    tokenHead: null,
  };
}

function compileDestination(template: string, record: LinkRecord, blocklist: Blocklist): Destination {
  const url = new URL(fillTemplate(template, { ...record.variables, click_id: CLICK_ID_MARK }));
  const present = new Set(url.searchParams.keys());
  const owned = new Set([...OWN_NAMES, record.clickParam, ...present].map(foldName));
  const { added, utm } = ownUtm(record, url.searchParams);
  for (const [name] of added) owned.add(name);

  const query = [url.search.slice(1), ...added.map((pair) => pair.join("="))].filter((part) => part !== "").join("&");
  const clickPair = present.has(record.clickParam) ? "" : `${encodeURIComponent(record.clickParam)}=${CLICK_ID_MARK}`;
  const fragment = url.hash;
  url.search = "";
  url.hash = "";
  const base = url.href;
  const withClick = [query, clickPair].filter((part) => part !== "").join("&");
  return {
    pieces: `${base}?${withClick}`.split(CLICK_ID_MARK),
    anonymous: (query === "" ? base : `${base}?${query}`).replaceAll(CLICK_ID_MARK, ""),
    fragment: fragment.split(CLICK_ID_MARK),
    owned: shared(owned),
    utm,
    blocked: blocksUrl(blocklist, base),
  };
}

/** Sets of names that are shared, at most. */
const MAX_SHARED = 1_000;

const sharedNames = new Map<string, ReadonlySet<string>>();

/** Links of one shop own the same names: in memory one set serves them all. */
function shared(names: ReadonlySet<string>): ReadonlySet<string> {
  // Names are decoded: any sign between them may be in one.
  const text = JSON.stringify([...names].toSorted());
  const known = sharedNames.get(text);
  if (known !== undefined) return known;
  if (sharedNames.size >= MAX_SHARED) sharedNames.clear();
  sharedNames.set(text, names);
  return names;
}

/** The link's UTM parameters that the destination lacks, encoded, and the values of all it will have. */
function ownUtm(record: LinkRecord, present: URLSearchParams): { added: [name: string, value: string][]; utm: Utm } {
  const added: [string, string][] = [];
  const utm: Utm = {};
  for (const field of UTM_FIELDS) {
    const name = `utm_${field}`;
    const template = record.utm[field];
    if (present.has(name)) {
      utm[field] = (present.get(name) ?? "").replaceAll(CLICK_ID_MARK, "");
    } else if (template !== undefined) {
      const value = fillTemplate(template, { ...record.variables, click_id: CLICK_ID_MARK }, plainText);
      if (value === "") continue;
      added.push([name, encodeURIComponent(value)]);
      utm[field] = value.replaceAll(CLICK_ID_MARK, "");
    }
  }
  return { added, utm };
}
