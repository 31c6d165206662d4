import type { ConsentPolicy } from "../link/link.ts";
import type { EdgeBucket } from "./decide.ts";

/**
 * One click on its way from the edge to the click log: all that the edge saw and may pass on, and
 * nothing that names a person. Times are ms UTC; texts are cut to the limits below.
 */
export interface ClickMessage {
  /** `clk_…`: what makes a repeated delivery harmless. */
  id: string;
  linkId: string;
  time: number;
  bucket: EdgeBucket;
  reason: string;
  consent: ConsentPolicy;
  consentSource: string;
  /** Keyed hash of address and user agent for this UTC day; `null` where consent allows none. */
  pseudonym: string | null;
  /** Kept until ingest has read it, never stored. */
  userAgent: string | null;
  language: string | null;
  referrerHost: string | null;
  /** Names of advertising click ids in the visitor's query, such as `fbclid`; never their values. */
  adIds: string[];
  utmSource: string | null;
  utmMedium: string | null;
  utmCampaign: string | null;
  utmTerm: string | null;
  utmContent: string | null;
  country: string | null;
  region: string | null;
  city: string | null;
  colo: string | null;
}

/** What one queue message carries. `v` is the format's version. */
export interface ClickBatch {
  v: 1;
  clicks: ClickMessage[];
}

/** A longer user agent tells nothing more; real ones end near 300. */
export const MAX_USER_AGENT = 512;

/** The longest host name that DNS allows (RFC 1035, section 2.3.4). */
export const MAX_HOST = 253;

/** Longest text of a UTM value, region or city kept of a visit. */
export const MAX_TEXT = 128;

/** Whether a queue message's body is a batch that this version can read. */
export function isClickBatch(body: unknown): body is ClickBatch {
  if (typeof body !== "object" || body === null) return false;
  const batch = body as Partial<ClickBatch>;
  return batch.v === 1 && Array.isArray(batch.clicks) && batch.clicks.every(isClickMessage);
}

function isClickMessage(click: unknown): boolean {
  if (typeof click !== "object" || click === null) return false;
  const { id, linkId, time, bucket } = click as Partial<ClickMessage>;
  return (
    typeof id === "string" && typeof linkId === "string" && Number.isSafeInteger(time) && typeof bucket === "string"
  );
}
