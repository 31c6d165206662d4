/** What a shopper may say is wrong with a link. */
export const ABUSE_KINDS = ["phishing", "malware", "spam", "illegal", "other"] as const;

/** One of {@link ABUSE_KINDS}. */
export type AbuseKind = (typeof ABUSE_KINDS)[number];

/** Longest text that goes with a report. */
export const MAX_DETAIL = 1_000;

/** Whether a text is one of {@link ABUSE_KINDS}. */
export function isAbuseKind(text: unknown): text is AbuseKind {
  return typeof text === "string" && (ABUSE_KINDS as readonly string[]).includes(text);
}
