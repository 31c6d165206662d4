/** The bucket that a request ends in. */
export type Bucket = "counted" | "bot" | "prefetch" | "head" | "embedded" | "duplicate" | "inactive";

/** A click as its row, but for what only the table can decide. */
export interface ClickRow {
  id: string;
  linkId: string;
  time: number;
  /** `visit`: the table decides between `counted` and `duplicate`. */
  bucket: Exclude<Bucket, "counted" | "duplicate"> | "visit";
  reason: string;
  rule: number | null;
  visitorKey: string | null;
  windowStart: number;
  /** Whether it comes first among the batch's clicks of its visitor, link and window, or day. */
  firstOfWindow: boolean;
  firstOfDay: boolean;
  country: string | null;
  region: string | null;
  city: string | null;
  colo: string | null;
  device: string;
  browser: string | null;
  os: string | null;
  language: string | null;
  referrerHost: string | null;
  source: string;
  utmSource: string | null;
  utmMedium: string | null;
  utmCampaign: string | null;
  utmTerm: string | null;
  utmContent: string | null;
  consent: string;
  consentSource: string;
}
