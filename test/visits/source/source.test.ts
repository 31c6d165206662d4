import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { VisitOrigin, VisitSource } from "../../../src/ground/model/visit.ts";
import { KNOWN_SOURCES } from "../../../src/visits/source/known.ts";
import { sourceOf } from "../../../src/visits/source/source.ts";

const OWN = ["https://shop.linen.example", "linen.myshopify.com"];

const of = (origin: Partial<VisitOrigin>): VisitSource =>
  sourceOf(
    { referrer: null, utmSource: null, utmMedium: null, utmCampaign: null, adIds: [], linkId: null, ...origin },
    OWN,
  );

const shown = ({ kind, name, rule }: VisitSource): string => `${kind} ${name || "-"} ${rule}`;

describe("DIX-11: the source of a visit", () => {
  test.each<[Partial<VisitOrigin>, string]>([
    [{}, "direct - none"],
    [{ referrer: "www.google.co.uk" }, "search Google referrer:google"],
    [{ referrer: "google.com.au" }, "search Google referrer:google"],
    [{ referrer: "mail.google.com" }, "email Gmail referrer:gmail"],
    [{ referrer: "docs.google.com" }, "referral docs.google.com referrer"],
    [{ referrer: "r.search.yahoo.com" }, "search Yahoo referrer:yahoo"],
    [{ referrer: "fr.mail.yahoo.com" }, "email Yahoo Mail referrer:yahoo_mail"],
    [{ referrer: "yandex.com.tr" }, "search Yandex referrer:yandex"],
    [{ referrer: "L.Instagram.com" }, "social Instagram referrer:instagram"],
    [{ referrer: "t.co" }, "social X referrer:x"],
    [{ referrer: "www.pinterest.de:443" }, "social Pinterest referrer:pinterest"],
    [{ referrer: "android-app://com.google.android.gm/" }, "email Gmail referrer:gmail"],
    [{ referrer: "com.google.android.googlequicksearchbox" }, "search Google referrer:google"],
    [{ referrer: "android-app://org.reader.app/x" }, "referral org.reader.app referrer"],
    [{ referrer: "www.teablog.example" }, "referral teablog.example referrer"],
    [{ referrer: "chatgpt.com" }, "referral ChatGPT referrer:chatgpt"],
    [{ referrer: "192.0.2.7" }, "referral 192.0.2.7 referrer"],
    // The store's own, by its registrable domain; what others may rent is theirs.
    [{ referrer: "www.linen.example" }, "direct - own"],
    [{ referrer: "linen.myshopify.com" }, "direct - own"],
    [{ referrer: "cotton.myshopify.com" }, "referral cotton.myshopify.com referrer"],
    // Click ids of advertisements come first, then UTM, then ids of any link, then the referrer.
    [{ adIds: ["gclid"], utmMedium: "email", referrer: "bing.com" }, "paid Google click_id:gclid"],
    [{ adIds: ["fbclid", "TTCLID"] }, "paid TikTok click_id:ttclid"],
    [{ adIds: ["fbclid"], utmMedium: "CPC", utmSource: "fb" }, "paid Facebook utm_medium:cpc"],
    [{ adIds: ["fbclid"], referrer: "www.google.com" }, "social Facebook click_id:fbclid"],
    [{ adIds: ["unheard_of"] }, "direct - none"],
    [{ utmMedium: "Paid Social", utmSource: "ig" }, "paid Instagram utm_medium:paid-social"],
    [{ utmMedium: "newsletter", utmSource: "Spring News" }, "email spring news utm_medium:newsletter"],
    [{ utmMedium: "cpc", referrer: "www.bing.com" }, "paid Bing utm_medium:cpc"],
    [{ utmSource: "TikTok", referrer: "www.google.com" }, "social TikTok utm_source:tiktok"],
    [{ utmSource: "chatgpt.com" }, "referral ChatGPT utm_source:chatgpt"],
    [{ utmSource: "teablog", utmMedium: "odd" }, "referral teablog utm_source"],
    [{ utmSource: "lea@creator.example" }, "direct - none"],
    // A creator's link is told by a token that nobody else could make.
    [{ linkId: "lnk_1", adIds: ["gclid"], utmMedium: "cpc", referrer: "l.instagram.com" }, "creator - link"],
    // Names of objects' own things are nobody's.
    [{ utmMedium: "constructor", adIds: ["__proto__"] }, "direct - none"],
  ])("%j is %s", (origin, expected) => {
    expect(shown(of(origin))).toBe(expected);
  });

  test.each([
    "notgoogle.com",
    "google.com.evil.example",
    "google.evil.example",
    "google.shop",
    "google.blogspot.com",
    "www-google.com",
    "mygoogle.co.uk",
    "facebook.com.login.example",
    "xfacebook.com",
    "at.co",
    "x.com.example",
    "com.google.android.gm.example",
  ])("%s only looks like one that is known: it is a referral", (referrer) => {
    expect(of({ referrer })).toEqual({ kind: "referral", name: referrer.replace(/^www\./, ""), rule: "referrer" });
  });

  test("nothing that is known is met with letters before or after it", () => {
    const hosts = KNOWN_SOURCES.flatMap(({ domains }) => domains ?? []);
    fc.assert(
      fc.property(fc.constantFrom(...hosts), fc.stringMatching(/^[a-z0-9]{1,6}$/), (host, letters) => {
        for (const referrer of [`${letters}0-${host}`, `${host}.${letters}.example`]) {
          expect(of({ referrer }).rule).toBe("referrer");
        }
      }),
    );
  });

  test("the data names each domain, app and campaign's name once", () => {
    const once = (all: readonly string[]) => expect(all.toSorted()).toEqual([...new Set(all)].toSorted());
    once(KNOWN_SOURCES.flatMap(({ apps }) => apps ?? []));
    once(KNOWN_SOURCES.flatMap(({ domains, before }) => (before === undefined ? (domains ?? []) : [])));
    const byKey = Map.groupBy(KNOWN_SOURCES, ({ key }) => key);
    for (const [key, same] of byKey) expect(new Set(same.map(({ name, kind }) => `${name} ${kind}`)).size, key).toBe(1);
    const aliases = KNOWN_SOURCES.flatMap(({ aliases }) => aliases ?? []);
    once([...aliases, ...byKey.keys()]);
  });
});
