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

/** Keeps a report. Nothing of who sent it is stored. Throws what D1 throws. */
export async function keepAbuseReport(
  db: D1Database,
  report: { id: string; linkId: string; kind: AbuseKind; detail: string; createdAt: number },
): Promise<void> {
  await db
    .prepare("INSERT INTO abuse_reports (id, link_id, kind, detail, created_at) VALUES (?1, ?2, ?3, ?4, ?5)")
    .bind(report.id, report.linkId, report.kind, report.detail.slice(0, MAX_DETAIL), report.createdAt)
    .run();
}
