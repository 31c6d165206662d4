import { and, eq, lte, sql } from "drizzle-orm";
import type { Database } from "../../ground/db/client.ts";
import { analyticsExports } from "../../ground/db/schema/visit.ts";
import type { CheckoutPlan } from "../../ground/model/visit.ts";
import type { ExportRow } from "./store.ts";

/** Exports of live stores that are due at `now` (ms UTC), those that waited longest first. */
export async function dueExports(db: Database, now: number): Promise<ExportRow[]> {
  return db
    .select()
    .from(analyticsExports)
    .where(
      and(
        eq(analyticsExports.enabled, true),
        lte(analyticsExports.nextAt, now),
        sql`EXISTS (SELECT 1 FROM stores WHERE id = ${analyticsExports.storeId} AND deleted_at IS NULL)`,
      ),
    )
    .orderBy(analyticsExports.nextAt);
}

/** SQL: the export as it was read. */
const AS_READ = "store_id = ?1 AND version = ?2 AND next_at = ?3";

/** Puts an export off till `claim` (ms UTC), so that no other run sends the same. Returns whether it was still due. */
export async function takeExport(
  d1: D1Database,
  { storeId, version, nextAt }: ExportRow,
  claim: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(`UPDATE analytics_exports SET next_at = ?4 WHERE ${AS_READ}`)
    .bind(storeId, version, nextAt, claim)
    .run();
  return meta.changes > 0;
}

/** How far an export is: the last row that is done, and events of the next that are. */
export interface Place {
  seq: number;
  sent: number;
}

/**
 * Writes how far an export is that was taken by `claim`, from where it was `before`. With a time other than `claim` it is
 * given back, and hasn't failed. With `row`, only while the log has that row as it was read. Returns whether all was as it was.
 */
export async function writeProgress(
  d1: D1Database,
  { storeId, version }: ExportRow,
  claim: number,
  before: Place,
  after: Place & { nextAt: number },
  row: NextRow | null = null,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE analytics_exports SET seq = ?6, sent = ?7, next_at = ?8, attempts = iif(?8 = ?3, attempts, 0),
         failure = iif(?8 = ?3, failure, NULL), failing_since = iif(?8 = ?3, failing_since, NULL)
       WHERE ${AS_READ} AND seq = ?4 AND sent = ?5
         AND (?9 IS NULL OR EXISTS (SELECT 1 FROM visit_log l WHERE l.seq = ?9 AND l.count = ?10))`,
    )
    .bind(
      storeId,
      version,
      claim,
      before.seq,
      before.sent,
      after.seq,
      after.sent,
      after.nextAt,
      row?.seq ?? null,
      row?.count ?? null,
    )
    .run();
  return meta.changes > 0;
}

/** Writes that an attempt failed, of an export that was taken by `claim`. Returns whether it was still taken. */
export async function writeFailure(
  d1: D1Database,
  { storeId, version }: ExportRow,
  claim: number,
  { attempts, failure, since, nextAt }: { attempts: number; failure: string; since: number; nextAt: number },
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE analytics_exports SET attempts = ?4, failure = ?5, failing_since = ?6, next_at = ?7 WHERE ${AS_READ}`,
    )
    .bind(storeId, version, claim, attempts, failure, since, nextAt)
    .run();
  return meta.changes > 0;
}

/** A row of the log that is to be sent. */
export interface NextRow {
  seq: number;
  /** ms UTC. */
  earliest: number;
  count: number;
  facts: string;
}

/** The next row of a store after one, up to another; `null`: there is none. The plus keeps it on the log's own order. */
export async function nextRow(d1: D1Database, storeId: string, after: number, last: number): Promise<NextRow | null> {
  return d1
    .prepare(
      `SELECT seq, earliest, count, facts FROM visit_log
       WHERE +store_id = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq LIMIT 1`,
    )
    .bind(storeId, after, last)
    .first<NextRow>();
}

/** What of a store is sent along, and whose events aren't. */
export interface StoreFacts {
  /** Of its pages; empty: none is known. */
  origin: string;
  /** Of its active plan. */
  checkout: CheckoutPlan | null;
  /** Visitors who asked to be forgotten and whom the log may have still. */
  forgotten: ReadonlySet<string>;
}

/** What of a store is sent along, and whose events aren't. */
export async function storeFacts(d1: D1Database, storeId: string): Promise<StoreFacts> {
  const [store, visitors] = await d1.batch<Record<string, string | null>>([
    d1
      .prepare(
        `SELECT origins ->> '$[0]' AS origin, home_url AS home,
           (SELECT checkout FROM tagging_plans WHERE store_id = ?1 AND status = 'active') AS checkout
         FROM stores WHERE id = ?1`,
      )
      .bind(storeId),
    d1
      .prepare("SELECT visitor_hash AS hash FROM visitor_forgets WHERE store_id = ?1 AND done_at IS NULL")
      .bind(storeId),
  ]);
  const row = store?.results[0];
  const checkout = row?.["checkout"] ?? null;
  return {
    origin: row?.["origin"] ?? URL.parse(row?.["home"] ?? "")?.origin ?? "",
    checkout: checkout === null ? null : (JSON.parse(checkout) as CheckoutPlan),
    forgotten: new Set((visitors?.results ?? []).map(({ hash }) => hash ?? "")),
  };
}
