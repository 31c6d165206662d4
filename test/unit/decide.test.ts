import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { consentFor } from "../../src/click/consent.ts";
import { decide, isPrefetch } from "../../src/click/decide.ts";
import type { LinkRecord } from "../../src/link/link.ts";

const NOW = Date.UTC(2026, 10, 21);

const record = (parts: Partial<LinkRecord> = {}): LinkRecord => ({
  id: "lnk_0000000000000001",
  slug: "lea",
  url: "https://shop.example/",
  utm: {},
  startsAt: null,
  endsAt: null,
  maxClicks: null,
  fallbackUrl: null,
  disabled: false,
  consentPolicy: null,
  clickParam: "wm_click",
  windowDays: 30,
  cookieDomain: null,
  variables: {},
  ...parts,
});

const GET = { method: "GET", purpose: null } as const;

describe("deciding on a request", () => {
  it.each([
    ["a live link", record(), GET, false, "visit", null],
    ["a switched-off link", record({ disabled: true }), GET, false, "inactive", "disabled"],
    ["a link before its start", record({ startsAt: NOW + 1 }), GET, false, "inactive", "not_started"],
    ["a link at its start", record({ startsAt: NOW }), GET, false, "visit", null],
    ["a link before its end", record({ endsAt: NOW + 1 }), GET, false, "visit", null],
    ["a link at its end", record({ endsAt: NOW }), GET, false, "inactive", "ended"],
    ["a link that is used up", record({ maxClicks: 1 }), GET, true, "inactive", "used_up"],
    ["HEAD", record(), { method: "HEAD", purpose: null } as const, false, "head", null],
    [
      "HEAD at a dead link",
      record({ disabled: true }),
      { method: "HEAD", purpose: null } as const,
      false,
      "head",
      "disabled",
    ],
    ["a prefetch", record(), { method: "GET", purpose: "prefetch;prerender" } as const, false, "prefetch", null],
  ] as const)("%s", (_name, link, signals, usedUp, bucket, inactive) => {
    expect(decide(link, signals, NOW, usedUp)).toMatchObject({ bucket, inactive });
  });

  it("always ends in exactly one bucket with a reason", () => {
    const anyRecord = fc
      .record({
        disabled: fc.boolean(),
        startsAt: fc.option(fc.integer({ min: NOW - 5, max: NOW + 5 })),
        endsAt: fc.option(fc.integer({ min: NOW - 5, max: NOW + 5 })),
      })
      .map(record);
    const anySignals = fc.record({
      method: fc.constantFrom("GET" as const, "HEAD" as const),
      purpose: fc.option(fc.string()),
    });
    fc.assert(
      fc.property(anyRecord, anySignals, fc.boolean(), (link, signals, usedUp) => {
        const decision = decide(link, signals, NOW, usedUp);
        expect(["visit", "head", "prefetch", "inactive"]).toContain(decision.bucket);
        expect(decision.reason).not.toBe("");
        expect(decision.bucket === "visit" && decision.inactive !== null).toBe(false);
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

describe("consent", () => {
  it("follows the store's policy unless the visitor objects", () => {
    for (const policy of ["strict", "deferred", "implied"] as const) {
      expect(consentFor(policy, { gpc: false, dnt: false })).toEqual({ policy, source: "policy" });
      expect(consentFor(policy, { gpc: true, dnt: true })).toEqual({ policy: "strict", source: "gpc" });
      expect(consentFor(policy, { gpc: false, dnt: true })).toEqual({ policy: "strict", source: "dnt" });
    }
  });
});
