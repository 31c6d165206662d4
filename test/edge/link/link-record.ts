import type { LinkRecord } from "../../../src/edge/link/link.ts";

/** A live link without anything special, and with what a test wants otherwise. */
export function linkRecord(parts: Partial<LinkRecord> = {}): LinkRecord {
  return {
    id: "lnk_0000000000000001",
    slug: "lea",
    url: "https://shop.example/",
    utm: {},
    rules: [],
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
  };
}
