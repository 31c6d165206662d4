import type { ConsentPolicy } from "../../ground/model/link.ts";
import type { EdgeBucket } from "./decide.ts";

/** A device class as reports group by it. */
export type DeviceClass = "desktop" | "mobile" | "tablet" | "tv" | "other";

/** What a user agent says, by family only: versions would make visitors recognisable. */
export interface Agent {
  /** Why it is a program and not a person, or `null`. */
  bot: BotReason | null;
  device: DeviceClass;
  browser: string | null;
  os: string | null;
}

/** Why a request counts as a program's. */
export type BotReason = "no_user_agent" | "link_preview" | "user_agent";

/** Where a visit came from, in the field's usual classes. */
export type SourceClass = "ad" | "email" | "social" | "search" | "referral" | "direct";

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
  /** Index of the rule that chose the destination; `null`: the link's own. */
  rule: number | null;
  consent: ConsentPolicy;
  consentSource: string;
  /** Keyed hash of address and user agent for this UTC day; `null` where consent allows none. */
  pseudonym: string | null;
  /** Kept until ingest has read it, never stored. `null` under `strict`: see `read`. */
  userAgent: string | null;
  /** What the user agent said, where it may not leave the isolate itself. */
  read?: ReadAgent;
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

/** All that ingest would read off a user agent. */
export interface ReadAgent {
  agent: Agent;
  source: SourceClass;
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
