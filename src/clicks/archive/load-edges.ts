import type { ReportRange, Span } from "../../ground/time/range.ts";

/**
 * The ends of a report's span (`from`, `to`) that cut through an hour of which clicks have left the
 * log: only the log can tell what part of an hour a click fell in. Ask *after* the report was read:
 * a file is recorded as verified before the first of its clicks goes, so what isn't archived now was
 * whole when it was read. Throws what D1 throws.
 */
export async function archivedEnds(db: D1Database, range: ReportRange): Promise<("from" | "to")[]> {
  const archived = await Promise.all(range.edges.map((edge) => overlapsArchive(db, edge)));
  const edges = range.edges.filter((_edge, index) => archived[index] === true);
  return (["from", "to"] as const).filter((end) => edges.some((edge) => isCut(range[end]) && edge[end] === range[end]));
}

const HOUR_MS = 3_600_000;

function isCut(time: number): boolean {
  return time % HOUR_MS !== 0;
}

async function overlapsArchive(db: D1Database, span: Span): Promise<boolean> {
  const found = await db
    .prepare(
      "SELECT EXISTS (SELECT 1 FROM click_archives WHERE verified_at IS NOT NULL AND earliest < ?2 AND latest >= ?1) AS found",
    )
    .bind(span.from, span.to)
    .first<number>("found");
  return found === 1;
}
