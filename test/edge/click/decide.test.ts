import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { consentFor } from "../../../src/edge/click/consent.ts";
import { decide, isPrefetch } from "../../../src/edge/click/decide.ts";
import { linkRecord } from "../link/link-record.ts";

const NOW = Date.UTC(2026, 10, 21);

const GET = { method: "GET", purpose: null, embedded: null } as const;
const HEAD = { ...GET, method: "HEAD" } as const;
const IMAGE = { ...GET, embedded: "dest_image" } as const;

describe("deciding on a request", () => {
  it.each([
    ["a live link", linkRecord(), GET, false, "visit", null],
    ["a switched-off link", linkRecord({ disabled: true }), GET, false, "inactive", "disabled"],
    ["a link before its start", linkRecord({ startsAt: NOW + 1 }), GET, false, "inactive", "not_started"],
    ["a link at its start", linkRecord({ startsAt: NOW }), GET, false, "visit", null],
    ["a link before its end", linkRecord({ endsAt: NOW + 1 }), GET, false, "visit", null],
    ["a link at its end", linkRecord({ endsAt: NOW }), GET, false, "inactive", "ended"],
    ["a link that is used up", linkRecord({ maxClicks: 1 }), GET, true, "inactive", "used_up"],
    ["HEAD", linkRecord(), HEAD, false, "head", null],
    ["HEAD at a dead link", linkRecord({ disabled: true }), HEAD, false, "head", "disabled"],
    ["a prefetch", linkRecord(), { ...GET, purpose: "prefetch;prerender" }, false, "prefetch", null],
    ["G-13: an image", linkRecord(), IMAGE, false, "embedded", null],
    ["G-13: an image of a dead link", linkRecord({ disabled: true }), IMAGE, false, "embedded", "disabled"],
    ["G-13: an image loaded ahead", linkRecord(), { ...IMAGE, purpose: "prefetch" }, false, "prefetch", null],
  ] as const)("%s", (_name, link, signals, usedUp, bucket, inactive) => {
    expect(decide(link, signals, NOW, { usedUp, blocked: false })).toMatchObject({ bucket, inactive });
  });

  it("always ends in exactly one bucket with a reason", () => {
    const anyRecord = fc
      .record({
        disabled: fc.boolean(),
        startsAt: fc.option(fc.integer({ min: NOW - 5, max: NOW + 5 })),
        endsAt: fc.option(fc.integer({ min: NOW - 5, max: NOW + 5 })),
      })
      .map(linkRecord);
    const anySignals = fc.record({
      method: fc.constantFrom("GET" as const, "HEAD" as const),
      purpose: fc.option(fc.string()),
      embedded: fc.option(fc.constantFrom("dest_image", "dest_iframe", "accept")),
    });
    fc.assert(
      fc.property(anyRecord, anySignals, fc.boolean(), (link, signals, usedUp) => {
        const decision = decide(link, signals, NOW, { usedUp, blocked: false });
        expect(["visit", "head", "prefetch", "embedded", "inactive"]).toContain(decision.bucket);
        expect(decision.reason).not.toBe("");
        expect(decision.bucket === "visit" && decision.inactive !== null).toBe(false);
        // G-13, G-14: a cookie for a visit alone, and nothing for what is a part of some page.
        expect(decision.carries === "id_and_cookie").toBe(decision.bucket === "visit");
        if (signals.embedded !== null && decision.bucket !== "prefetch") expect(decision.carries).toBe("nothing");
      }),
    );
  });

  it.each(["prefetch", "prefetch;prerender", "preview", "PREFETCH"])(
    "takes the purpose %s for nobody's visit",
    (purpose) => {
      expect(isPrefetch(purpose)).toBe(true);
    },
  );
});

const NO_SIGNALS = { gpc: false, dnt: false, cookie: null, query: "", country: "US" } as const;

describe("consent", () => {
  it("follows the store's policy unless the visitor objects", () => {
    for (const policy of ["strict", "deferred", "implied"] as const) {
      expect(consentFor(policy, NO_SIGNALS)).toEqual({ policy, source: "policy" });
      expect(consentFor(policy, { ...NO_SIGNALS, gpc: true, dnt: true })).toEqual({ policy: "strict", source: "gpc" });
      expect(consentFor(policy, { ...NO_SIGNALS, dnt: true })).toEqual({ policy: "strict", source: "dnt" });
      const optedOut = { ...NO_SIGNALS, cookie: "a=b; wm_optout=1; wm_consent=granted" };
      expect(consentFor(policy, optedOut)).toEqual({ policy: "strict", source: "opt_out" });
    }
  });

  it.each([
    ["DE", "deferred"],
    ["FR", "deferred"],
    ["RE", "deferred"],
    ["NO", "deferred"],
    ["GB", "deferred"],
    ["CH", "deferred"],
    ["US", "implied"],
    ["TR", "implied"],
    ["T1", "deferred"],
    ["XX", "deferred"],
    [null, "deferred"],
  ] as const)("by region: %s is %s", (country, policy) => {
    expect(consentFor("regional", { ...NO_SIGNALS, country })).toEqual({ policy, source: "region" });
  });

  it("takes the answer to the shop's banner from its cookie", () => {
    const granted = { ...NO_SIGNALS, country: "DE", cookie: "x=1; wm_consent=granted" };
    expect(consentFor("regional", granted)).toEqual({ policy: "implied", source: "site" });
    expect(consentFor("deferred", granted)).toEqual({ policy: "implied", source: "site" });
    expect(consentFor("strict", granted)).toEqual({ policy: "strict", source: "policy" });
    expect(consentFor("implied", { ...granted, cookie: "wm_consent=denied" })).toEqual({
      policy: "strict",
      source: "site",
    });
  });

  it("believes a refusal in a link, never a grant, which anyone could write there", () => {
    const inQuery = (query: string) => consentFor("regional", { ...NO_SIGNALS, country: "DE", query });
    expect(inQuery("a=1&wm_consent=denied")).toEqual({ policy: "strict", source: "site" });
    expect(inQuery("wm_consent=granted")).toEqual({ policy: "deferred", source: "region" });
  });

  it.each([
    "wm_consent=granted; wm_consent=denied",
    "wm_consent=denied; wm_consent=granted",
    "a=b; wm_consent=granted; c=d; wm_consent=granted;wm_consent=denied",
    "wm_consent=granted; wm_consent=no",
    'wm_consent=granted; wm_consent=""',
    'wm_consent="denied"',
  ])("G-14: takes contradictory answers for a refusal: %s", (cookie) => {
    for (const policy of ["implied", "deferred", "regional"] as const) {
      expect(consentFor(policy, { ...NO_SIGNALS, cookie })).toEqual({ policy: "strict", source: "site" });
    }
  });

  it("G-14: takes the same answer given twice for that answer", () => {
    const cookie = "wm_consent=granted; wm_consent=granted";
    expect(consentFor("deferred", { ...NO_SIGNALS, cookie })).toEqual({ policy: "implied", source: "site" });
  });

  it("is not misled by cookies that look alike", () => {
    const cookie = "xwm_optout=1; wm_consent=grantedly; not_wm_consent=denied";
    expect(consentFor("regional", { ...NO_SIGNALS, cookie })).toEqual({ policy: "implied", source: "region" });
  });
});
