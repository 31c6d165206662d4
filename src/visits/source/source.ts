import { parse } from "tldts";
import type { VisitOrigin, VisitSource } from "../../ground/model/visit.ts";
import { KNOWN_SOURCES } from "./known.ts";
import type { KnownSource } from "./known-source.ts";
import { CLICK_IDS, type ClickIdSource, MEDIA } from "./marks.ts";

/** Longest name of a source that a campaign or a host makes up. */
const MAX_NAME = 60;

const APP = "android-app://";

/** Suffixes under which a brand is taken for itself: `com`, a country's, and `com.` or `co.` before that. */
const BRAND_SUFFIX = /^(?:com|[a-z]{2}|com?\.[a-z]{2})$/;

const BY_DOMAIN = indexOf(({ domains }) => domains);
const BY_BRAND = indexOf(({ brand }) => (brand === undefined ? [] : [brand]));
const BY_APP = indexOf(({ apps }) => apps);
const BY_UTM = indexOf(({ key, domains, aliases, before }) => [
  key,
  ...(aliases ?? []),
  ...(before === undefined ? (domains ?? []) : []),
]);

/**
 * Where a visit came from, by the first of these rules that says it:
 *
 * | rule | what decides |
 * | --- | --- |
 * | `link` | it was opened with a click token of a link: `creator` |
 * | `click_id:gclid` … | an id that a network adds to advertisements alone: `paid` |
 * | `utm_medium:cpc` … | a medium that is known |
 * | `utm_source:facebook` … | a source that is known |
 * | `click_id:fbclid` … | an id that a network adds to all links that are opened in it |
 * | `utm_source` | a source that isn't known: `referral` of that name |
 * | `own` | the referrer is a page of the store's own sites: `direct` |
 * | `referrer:google` … | a referrer that is known |
 * | `referrer` | any other: `referral` of that host |
 * | `none` | nothing is known: `direct` |
 *
 * `own` are hosts, or origins, of the store. What is known is met to the letter, never by a part of it.
 */
export function sourceOf(origin: VisitOrigin, own: readonly string[]): VisitSource {
  return (
    ofLink(origin) ??
    ofClickId(origin, (kind) => kind === "paid") ??
    ofMedium(origin) ??
    ofKnownUtm(origin) ??
    ofClickId(origin, (kind) => kind !== "paid") ??
    ofUtm(origin) ??
    ofReferrer(origin, own) ?? { kind: "direct", name: "", rule: "none" }
  );
}

function ofLink({ linkId }: VisitOrigin): VisitSource | null {
  return linkId === null ? null : { kind: "creator", name: "", rule: "link" };
}

function ofClickId({ adIds }: VisitOrigin, counts: (kind: ClickIdSource["kind"]) => boolean): VisitSource | null {
  // In the order of the list, so that the order of a query's parameters decides nothing.
  const present = new Set(adIds.map((id) => id.toLowerCase()));
  for (const [id, { kind, name }] of Object.entries(CLICK_IDS)) {
    if (present.has(id) && counts(kind)) return { kind, name, rule: `click_id:${id}` };
  }
  return null;
}

function ofMedium({ utmMedium, utmSource, referrer }: VisitOrigin): VisitSource | null {
  const medium = (utmMedium ?? "")
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, "-");
  const kind = Object.hasOwn(MEDIA, medium) ? MEDIA[medium] : undefined;
  if (kind === undefined) return null;
  const named = knownUtm(utmSource)?.name ?? madeUp(utmSource);
  const name = named === "" ? (referrer === null ? "" : (knownReferrer(referrer)?.name ?? "")) : named;
  return { kind, name, rule: `utm_medium:${medium}` };
}

function ofKnownUtm({ utmSource }: VisitOrigin): VisitSource | null {
  const known = knownUtm(utmSource);
  return known === null ? null : { kind: known.kind, name: known.name, rule: `utm_source:${known.key}` };
}

function ofUtm({ utmSource }: VisitOrigin): VisitSource | null {
  const name = madeUp(utmSource);
  return name === "" ? null : { kind: "referral", name, rule: "utm_source" };
}

function ofReferrer({ referrer }: VisitOrigin, own: readonly string[]): VisitSource | null {
  if (referrer === null || referrer === "") return null;
  const host = hostOf(referrer);
  if (host === "") return null;
  if (own.some((site) => isOwn(host, hostOf(site)))) return { kind: "direct", name: "", rule: "own" };
  const known = knownReferrer(referrer);
  if (known !== null) return { kind: known.kind, name: known.name, rule: `referrer:${known.key}` };
  return { kind: "referral", name: host.replace(/^www\./, "").slice(0, MAX_NAME), rule: "referrer" };
}

/** Whether a host is the same site's as one of the store: what somebody else may rent is another's. */
function isOwn(host: string, own: string): boolean {
  if (host === own) return true;
  const [domain, owned] = [host, own].map((name) => parse(name, { allowPrivateDomains: true }).domain);
  return domain != null && domain === owned;
}

function knownUtm(source: string | null): KnownSource | null {
  return BY_UTM.get((source ?? "").trim().toLowerCase())?.[0] ?? null;
}

function knownReferrer(referrer: string): KnownSource | null {
  const host = hostOf(referrer);
  // Some browsers leave the scheme out, and a package looks like a host then.
  const app = BY_APP.get(host)?.[0];
  if (app !== undefined || referrer.startsWith(APP)) return app ?? null;
  const { domain, domainWithoutSuffix, publicSuffix, subdomain, isIcann } = parse(host);
  if (domain === null || isIcann !== true) return null;
  const ofBrand = BRAND_SUFFIX.test(publicSuffix ?? "") ? BY_BRAND.get(domainWithoutSuffix ?? "") : undefined;
  const candidates = [...(BY_DOMAIN.get(domain) ?? []), ...(ofBrand ?? [])];
  const places = candidates.map((candidate) => ({ candidate, place: KNOWN_SOURCES.indexOf(candidate) }));
  places.sort((a, b) => a.place - b.place);
  return places.find(({ candidate }) => mayStandBefore(subdomain ?? "", candidate))?.candidate ?? null;
}

function mayStandBefore(subdomain: string, { before }: KnownSource): boolean {
  if (before === undefined) return true;
  return before.some((part) => (part.startsWith("*.") ? subdomain.endsWith(part.slice(1)) : subdomain === part));
}

/** The host of a referrer or an origin: without scheme, port and path, in lower case. */
function hostOf(text: string): string {
  const [, host = ""] = /^(?:[a-z][a-z\d+.-]*:\/\/)?([^/:?#]*)/i.exec(text) ?? [];
  return host.toLowerCase().replace(/\.$/, "");
}

/** A name that somebody made up, as far as it can be one: no address. */
function madeUp(text: string | null): string {
  const name = (text ?? "").trim().toLowerCase();
  return name.includes("@") || /\p{Cc}/u.test(name) ? "" : name.slice(0, MAX_NAME);
}

function indexOf(keysOf: (source: KnownSource) => readonly string[] | undefined): Map<string, KnownSource[]> {
  const index = new Map<string, KnownSource[]>();
  for (const source of KNOWN_SOURCES) {
    for (const key of keysOf(source) ?? []) {
      const lower = key.toLowerCase();
      index.set(lower, [...(index.get(lower) ?? []), source]);
    }
  }
  return index;
}
