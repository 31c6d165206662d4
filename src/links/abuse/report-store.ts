import { type AbuseKind, MAX_DETAIL } from "../../edge/pages/abuse-kind.ts";

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
