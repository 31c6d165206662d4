import * as fc from "fast-check";
import type { EdgeBucket } from "../../../src/edge/click/decide.ts";
import type { ClickMessage, ReadAgent } from "../../../src/edge/click/message.ts";
import type { LeavingClick } from "../../../src/edge/click/pack.ts";

const AD_IDS = ["gclid", "fbclid", "ttclid", "igsh"];
const UTM = ["source", "medium", "campaign", "term", "content"] as const;

/** Any UTF-16, also halves of pairs. */
const anyText = fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 30 });

/** A text that others share, one of its own, or one that is too long. */
const text = fc.oneof(
  fc.constantFrom("", "de", "visit", 'a "quote"', "San José", "👟".repeat(200), "x".repeat(600)),
  anyText,
);
const perhaps = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(value, { nil: null });

const base64url = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((random) => Buffer.from(random).toString("base64url"));

const pair = fc
  .tuple(
    fc.constantFrom(...AD_IDS, ...UTM.map((name) => `utm_${name}`), "utm%5Fsource", "color", ""),
    fc.oneof(fc.constantFrom("", "lea+makes", "%00%F0%9F%91%9F%", "y".repeat(200)), fc.webFragments()),
  )
  .map(([name, value]) => (value === "" ? name : `${name}=${value.replaceAll("&", "")}`));

const read: fc.Arbitrary<ReadAgent> = fc.record({
  agent: fc.record({
    bot: fc.constantFrom(null, "user_agent" as const),
    device: fc.constantFrom("mobile" as const, "desktop" as const),
    browser: perhaps(text),
    os: perhaps(text),
  }),
  source: fc.constantFrom("social" as const, "direct" as const),
});

/** Any click that an isolate may send. */
export const leavingClick: fc.Arbitrary<LeavingClick> = fc
  .record({
    time: fc.oneof(fc.nat({ max: 2 ** 48 - 1 }), fc.constantFrom(0, 1_795_000_000_000, 2 ** 48 - 1)),
    nonce: base64url(9),
    pseudonym: perhaps(base64url(12)),
    read: perhaps(read),
    linkId: fc.constantFrom("lnk_01hq8zv5t2aaaaaa", "lnk_01hq8zv5t2bbbbbb"),
    utm: fc.record(Object.fromEntries(UTM.map((name) => [name, text])), { requiredKeys: [] }),
    rule: perhaps(fc.nat({ max: 40 })),
    decision: fc.record({
      bucket: fc.constantFrom<EdgeBucket[]>("visit", "head", "prefetch", "embedded", "inactive"),
      reason: fc.constantFrom("visit", "method_head", "disabled"),
      inactive: fc.constant(null),
      carries: fc.constant("nothing" as const),
    }),
    consent: fc.record({
      policy: fc.constantFrom("strict" as const, "deferred" as const, "implied" as const),
      source: fc.constantFrom("gpc" as const, "policy" as const),
    }),
    userAgent: perhaps(text),
    language: perhaps(text),
    referrerHost: perhaps(fc.constantFrom("l.instagram.com", "www.tiktok.com")),
    query: fc.array(pair, { maxLength: 6 }).map((pairs) => pairs.join("&")),
    country: perhaps(fc.constantFrom("DE", "FR")),
    region: perhaps(text),
    city: perhaps(text),
    colo: perhaps(fc.constantFrom("TXL", "CDG")),
  })
  .map(({ time, nonce, pseudonym, read, ...seen }) => {
    const bytes = Buffer.alloc(6);
    bytes.writeUIntBE(time, 0, 6);
    return {
      seen: { ...seen, time, stamp: bytes.toString("base64url") + nonce, address: "203.0.113.7" },
      pseudonym,
      read,
    };
  });

export const leavingClicks: fc.Arbitrary<LeavingClick[]> = fc.array(leavingClick, { maxLength: 12 });

/**
 * What may be said of a click, field by field: how clicks were sent before they were packed, but that no text has half of
 * a surrogate pair.
 */
export function plainClick({ seen, pseudonym, read }: LeavingClick): ClickMessage {
  const strict = seen.consent.policy === "strict";
  const query = new URLSearchParams(seen.query);
  const cut = (value: string | null | undefined, limit: number): string | null =>
    value == null ? null : value.slice(0, limit).toWellFormed();
  const utm = (name: (typeof UTM)[number]): string | null => {
    const value = seen.utm[name] ?? (strict ? "" : (query.get(`utm_${name}`) ?? ""));
    return value === "" ? null : cut(value, 128);
  };
  return {
    id: `clk_${seen.stamp}`,
    linkId: seen.linkId,
    time: seen.time,
    bucket: seen.decision.bucket,
    reason: seen.decision.reason,
    rule: seen.rule,
    consent: seen.consent.policy,
    consentSource: seen.consent.source,
    pseudonym: strict ? null : pseudonym,
    userAgent: strict ? null : cut(seen.userAgent, 512),
    ...(read !== null && { read }),
    language: strict ? null : cut(seen.language, 32),
    referrerHost: seen.referrerHost,
    adIds: [...new Set(query.keys())].filter((name) => AD_IDS.includes(name)),
    utmSource: utm("source"),
    utmMedium: utm("medium"),
    utmCampaign: utm("campaign"),
    utmTerm: utm("term"),
    utmContent: utm("content"),
    country: seen.country,
    region: strict ? null : cut(seen.region, 128),
    city: strict ? null : cut(seen.city, 128),
    colo: seen.colo,
  };
}
