import { isoOf } from "../../ground/http/fields.ts";
import type { LoggedClick } from "../log/pack.ts";
import type { Click } from "./schema.ts";

/** A row of the click log as the API shows it. */
export function presentClick(row: LoggedClick): Click {
  return {
    id: row.id,
    seq: row.seq,
    linkId: row.linkId,
    time: isoOf(row.time),
    bucket: row.bucket as Click["bucket"],
    reason: row.reason,
    rule: row.rule,
    visitorKey: row.visitorKey,
    unique: row.uniqueOfDay === 1,
    country: row.country,
    region: row.region,
    city: row.city,
    device: row.device,
    browser: row.browser,
    os: row.os,
    language: row.language,
    referrerHost: row.referrerHost,
    source: row.source,
    utm: {
      source: row.utmSource,
      medium: row.utmMedium,
      campaign: row.utmCampaign,
      term: row.utmTerm,
      content: row.utmContent,
    },
    consent: row.consent as Click["consent"],
    consentSource: row.consentSource,
    ingestedAt: isoOf(row.ingestedAt),
  };
}
