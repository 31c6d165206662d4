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

/** Clicks as earlier versions sent them, and as they are kept one by one. `v` is the format's version. */
export interface ClickBatch {
  v: 1;
  clicks: ClickMessage[];
}

/**
 * What one queue message carries: clicks over the texts that they share, at a third of a {@link ClickBatch}'s bytes. Each
 * click is 21 entries of `clicks`:
 *
 * | entry | what |
 * |---|---|
 * | 0 | what no other click has: its stamp, 20 characters, which are its time and its id without `clk_` (see `clickStamp`); behind it the pseudonym, if there is one |
 * | 1–3 | `linkId`, `bucket`, `reason` |
 * | 4 | `rule`: 0 for none, else its index and 1 |
 * | 5–7 | `consent`, `consentSource`, `userAgent` |
 * | 8 | `read`, as JSON |
 * | 9–10 | `language`, `referrerHost` |
 * | 11 | `adIds`, with commas between |
 * | 12–16 | `utmSource`, `utmMedium`, `utmCampaign`, `utmTerm`, `utmContent` |
 * | 17–20 | `country`, `region`, `city`, `colo` |
 *
 * All but 0 and 4 are places in `texts`.
 */
export interface PackedMessage {
  v: 2;
  /** 96 random bits, 16 characters of base64url: by it a message that comes twice is told, whichever way it came. */
  id: string;
  /** Each text once. The first is `null`: a click has 0 for what it doesn't say. */
  texts: (string | null)[];
  clicks: (string | number)[];
}

/** A longer user agent tells nothing more; real ones end near 300. */
export const MAX_USER_AGENT = 512;

/** The longest host name that DNS allows (RFC 1035, section 2.3.4). */
export const MAX_HOST = 253;

/** More of `Accept-Language` isn't looked at. */
export const MAX_LANGUAGE = 32;

/** Longest text of a UTM value, region or city kept of a visit. */
export const MAX_TEXT = 128;
