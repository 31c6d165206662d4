import type { ClickMessage } from "../../src/edge/click/message.ts";

/** A current browser of a person. */
export const BROWSER =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/** A person's click as the edge sends it, with what a test wants otherwise. */
export function clickMessage(
  parts: Partial<ClickMessage> & Pick<ClickMessage, "id" | "linkId" | "time">,
): ClickMessage {
  return {
    bucket: "visit",
    reason: "visit",
    rule: null,
    consent: "deferred",
    consentSource: "policy",
    pseudonym: "visitor",
    userAgent: BROWSER,
    language: "de-DE,de;q=0.9",
    referrerHost: "www.instagram.com",
    adIds: [],
    utmSource: null,
    utmMedium: null,
    utmCampaign: null,
    utmTerm: null,
    utmContent: null,
    country: "DE",
    region: "Berlin",
    city: "Berlin",
    colo: "TXL",
    ...parts,
  };
}
