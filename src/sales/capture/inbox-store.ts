import { packJson } from "../../ground/db/pack.ts";
import type { inbox } from "../../ground/db/schema/order.ts";
import type { NewId } from "../../ground/id.ts";
import type { ReportSource } from "../../ground/model/evidence.ts";
import type { IgnoredField } from "./ignored.ts";
import type { Consent } from "./read-event.ts";
import type { Refusal } from "./read-order.ts";

/** A row of the inbox. */
export type InboxRow = typeof inbox.$inferSelect;

/** What became of a report. */
export type Verdict = InboxRow["verdict"];

/** What the request itself said, beside its body. */
export interface ReportMeta {
  /** Origin of the page, `null` if it wasn't told. */
  origin: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
  consent: Consent;
  /** The click token of the first-party cookie, where it may be used. */
  click?: string;
  /** Fields that nobody reads, and how many more there were; left out where there are none. */
  ignored?: IgnoredField[];
  ignoredMore?: number;
  /** Of an order that a subscription made: it may have to be read again when another of the same is told of. */
  renewal?: true;
}

/** A report as it is to be kept: redacted already. */
export interface Report {
  source: ReportSource;
  storeKey: string;
  storeId: string | null;
  /** What tells it from other reports; by default its body. */
  identity?: string;
  /**
   * Whether the same again is a statement of its own, of when it comes: an order may return to what it was. Not
   * so for what names its delivery or says itself when it became true.
   */
  restates: boolean;
  /** When it was said, ms UTC, as far as its signature tells; left out: when it came. */
  statedAt?: number;
  /** JSON, or a JSON string of what is none. */
  body: string;
  meta: ReportMeta;
  verdict: Verdict;
  reason: Refusal | null;
}

/** A report that was kept. */
export interface KeptReport {
  /** Of the row: an earlier one, if the same was reported before. */
  id: string;
  /** Whether it is no news: it was reported before, and as far as is known nothing else of its order since. */
  repeated: boolean;
}

/** A report as the statements below take it, under the id that its row has if no other is the same. */
export interface InboxEntry extends Omit<Report, "reason" | "identity" | "statedAt"> {
  id: string;
  /** ms UTC. */
  receivedAt: number;
  statedAt: number | null;
  bodyHash: string;
  reasonCode: string | null;
  reasonDetail: string | null;
  nextAt: number | null;
  processedAt: number | null;
}

const encoder = new TextEncoder();

/**
 * Reports that came at `now` (ms UTC) as they are to be kept. What is hashed to know one again is what is kept,
 * for a hash of a customer's address would tell the address to whoever can guess it.
 */
export function entriesOf(newId: NewId, reports: readonly Report[], now: number): Promise<InboxEntry[]> {
  return Promise.all(
    reports.map(async ({ reason, meta, identity, statedAt = now, ...report }) => ({
      id: newId("inbox"),
      ...report,
      receivedAt: now,
      statedAt: statedAt < now ? statedAt : null,
      bodyHash: await hashOf(meta.click ?? "", identity ?? report.body),
      meta,
      reasonCode: reason?.code ?? null,
      reasonDetail: reason === null ? null : detailOf(reason),
      nextAt: report.verdict === "pending" || report.verdict === "waiting" ? now : null,
      processedAt: report.verdict === "pending" ? null : now,
    })),
  );
}

/**
 * Keeps reports, of one request or of several, all in one transaction and in their order. One that is known is
 * kept once: it is processed again if it restates what it says, or if it was refused before and can be used now,
 * for somebody else may have sent the same from where it isn't allowed. Throws what D1 throws; a repeat is
 * harmless.
 */
export async function keepReports(d1: D1Database, entries: readonly InboxEntry[]): Promise<KeptReport[]> {
  const restating = packJson(entries.filter(({ restates }) => restates));
  const others = packJson(entries.filter(({ restates }) => !restates));
  const all = [...restating, ...others];
  const results = await d1.batch<Found>([
    ...restating.map((pack) => d1.prepare(OVERTAKEN).bind(pack)),
    ...restating.map((pack) => d1.prepare(KEEP_RESTATED).bind(pack)),
    ...others.map((pack) => d1.prepare(KEEP).bind(pack)),
    ...all.map((pack) => d1.prepare(KEPT).bind(pack)),
  ]);
  const foundIn = (from: number, to: number) => results.slice(from, to).flatMap(({ results: found }) => found);
  const overtaken = new Set(foundIn(0, restating.length).map(({ id }) => id));
  const kept = new Map(foundIn(results.length - all.length, results.length).map(({ given, id }) => [given, id]));
  return entries.map((entry) => {
    const id = kept.get(entry.id) ?? entry.id;
    return { id, repeated: id !== entry.id && !overtaken.has(id) };
  });
}

/** The row that has a report. */
interface Found {
  id: string;
  /** The id that was made for the report, in case no row had it. */
  given: string;
}

const SAME = "store_key = value ->> 'storeKey' AND source = value ->> 'source' AND body_hash = value ->> 'bodyHash'";

/** SQL: the rows that are the reports in `?1`. */
const KEPT = `SELECT inbox.id, value ->> 'id' AS given FROM json_each(?1) JOIN inbox ON ${SAME}`;

/** SQL: those of them that are said anew, after something else was told of their orders, if by an import. */
const OVERTAKEN = `SELECT inbox.id, value ->> 'id' AS given FROM json_each(?1) JOIN inbox ON ${SAME}
  WHERE EXISTS (SELECT 1 FROM order_evidence e WHERE e.order_id = inbox.order_id
    AND e.source_time > coalesce(inbox.stated_at, inbox.received_at)
    AND e.source_time <= coalesce(value ->> 'statedAt', value ->> 'receivedAt'))`;

const INSERT = `INSERT INTO inbox (id, received_at, stated_at, source, store_key, store_id, body_hash, body, meta, verdict,
    reason_code, reason_detail, attempts, next_at, processed_at)
  SELECT value ->> 'id', value ->> 'receivedAt', value ->> 'statedAt', value ->> 'source', value ->> 'storeKey', value ->> 'storeId',
    value ->> 'bodyHash', value ->> 'body', json_extract(value, '$.meta'), value ->> 'verdict',
    value ->> 'reasonCode', value ->> 'reasonDetail', 0, value ->> 'nextAt', value ->> 'processedAt'
  FROM json_each(?1) WHERE true
  ON CONFLICT (store_key, source, body_hash) DO UPDATE
    SET store_id = excluded.store_id, body = excluded.body, meta = excluded.meta, verdict = excluded.verdict,
      reason_code = excluded.reason_code, reason_detail = excluded.reason_detail, attempts = 0,
      next_at = excluded.next_at, processed_at = excluded.processed_at`;

/**
 * SQL: keeps the reports in `?1`. What a shop lists again and didn't count before is read by the settings that its
 * store has by now.
 */
const KEEP = `${INSERT}, received_at = excluded.received_at, stated_at = excluded.stated_at
    WHERE excluded.verdict = 'pending'
      AND (inbox.verdict = 'refused' OR (inbox.verdict = 'kept' AND inbox.source = 'shop'))`;

/** The same for such as restate what they say. */
const KEEP_RESTATED = `${INSERT},
      received_at = iif(inbox.verdict = 'refused', excluded.received_at, inbox.received_at),
      stated_at = iif(inbox.verdict = 'refused', excluded.stated_at, coalesce(excluded.stated_at, excluded.received_at))
    WHERE (inbox.verdict = 'refused' AND excluded.verdict IN ('pending', 'waiting'))
      OR (inbox.verdict <> 'refused' AND excluded.verdict <> 'refused'
        AND coalesce(excluded.stated_at, excluded.received_at) > coalesce(inbox.stated_at, inbox.received_at))`;

async function hashOf(click: string, identity: string): Promise<string> {
  const bytes = encoder.encode(`${click}\n${identity}`);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** A reason in words, with the path of the value at fault. */
export function detailOf({ path, detail }: Refusal): string {
  return path === "" ? detail : `${path} ${detail}`;
}

/** What processing makes of a row. */
export interface Outcome {
  id: string;
  /** As the row had it: one that was reported once more meanwhile is still to be processed. */
  statedAt: number | null;
  verdict: Verdict;
  storeId: string | null;
  reasonCode: string | null;
  reasonDetail: string | null;
  /** ms UTC; `null`: never again. */
  nextAt: number | null;
  orderId: string | null;
}

/** Statements that write what became of rows. A row that is used stays so, whoever else had it in hand. */
export function writeOutcomes(d1: D1Database, outcomes: readonly Outcome[], now: number): D1PreparedStatement[] {
  return packJson(outcomes).map((pack) =>
    d1
      .prepare(
        `UPDATE inbox
         SET verdict = value ->> 'verdict', store_id = coalesce(value ->> 'storeId', store_id),
             reason_code = value ->> 'reasonCode', reason_detail = value ->> 'reasonDetail',
             next_at = value ->> 'nextAt', order_id = coalesce(value ->> 'orderId', order_id), processed_at = ?2
         FROM json_each(?1)
         WHERE inbox.id = value ->> 'id' AND verdict <> 'used' AND stated_at IS value ->> 'statedAt'`,
      )
      .bind(pack, now),
  );
}

/** Days that the body of a report is kept which was used, whose order has what it says, or refused. */
const BODY_DAYS = 30;

/** Days that the body of any other report is kept, and of every event: rules that are made later may use it. */
const KEPT_DAYS = 90;

/** Days that an order's is kept that a subscription made: an earlier one of the same, heard of late, may take its place. */
const RENEWAL_DAYS = 400;
const DAY_MS = 86_400_000;

/** Days that a customer's click is kept: no window of attribution is longer. */
const CUSTOMER_CLICK_DAYS = 400;

/** Past this age nothing is tried any more, ms. */
const GIVE_UP_MS = 7 * DAY_MS;

/** The first pause after a try that came to nothing, ms, doubled with each up to the longest. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;

/** The longest pause is reached by then; a larger power of two would be no safe integer some day. */
const MAX_DOUBLINGS = 10;

/** SQL: counts a try, at `?1` (ms UTC), and puts the row off, so that one which ends a run isn't the next one's first too. */
export const PUT_OFF = `attempts = attempts + 1,
  next_at = ?1 + min(${LONGEST_PAUSE_MS}, ${FIRST_PAUSE_MS} * (1 << min(attempts, ${MAX_DOUBLINGS})))`;

/** What becomes of a row whose try came to nothing at `now` (ms UTC): it waits, or is given up, a week after it was last said. */
export function afterTry(
  { attempts, receivedAt, statedAt }: Pick<InboxRow, "attempts" | "receivedAt" | "statedAt">,
  reason: Refusal,
  now: number,
): { verdict: Verdict; reason: Refusal; nextAt: number | null } {
  if (now - (statedAt ?? receivedAt) >= GIVE_UP_MS) {
    const detail = `It was tried for 7 days. The last time: ${detailOf(reason)}`;
    return { verdict: "refused", reason: { code: "gave_up", path: "", detail }, nextAt: null };
  }
  // By a request's own run a row is not put off, and so it was not tried either.
  const tries = Math.min(Math.max(attempts - 1, 0), MAX_DOUBLINGS);
  return { verdict: "waiting", reason, nextAt: now + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries) };
}

/** What is needed of a row that another run than the inbox's own has in hand. */
type Held = Pick<InboxRow, "id" | "storeId" | "statedAt">;

/** The outcome of a row whose processing is over. */
export function ended({ id, statedAt, storeId }: Held, verdict: Verdict, reason: Refusal | null): Outcome {
  return {
    id,
    statedAt,
    verdict,
    storeId,
    reasonCode: reason?.code ?? null,
    reasonDetail: reason === null ? null : detailOf(reason),
    nextAt: null,
    orderId: null,
  };
}

/** The outcome of a row that is to be tried again after a pause, or given up a week after it was last said. */
export function later(row: Held & Pick<InboxRow, "attempts" | "receivedAt">, reason: Refusal, now: number): Outcome {
  const { verdict, reason: why, nextAt } = afterTry(row, reason, now);
  return { ...ended(row, verdict, why), nextAt };
}

/**
 * The night's statements for the inbox: what reports past their time say is emptied, as are customers'
 * clicks, and what ends every run that takes it up is given up in the end.
 */
export function tidyInbox(d1: D1Database, now: number): D1PreparedStatement[] {
  return [
    d1.prepare("DELETE FROM customer_touches WHERE time <= ?1").bind(now - CUSTOMER_CLICK_DAYS * DAY_MS),
    d1
      .prepare(
        `UPDATE inbox SET body = '', meta = json_remove(meta, '$.click')
         WHERE body <> '' AND verdict IN ('used', 'refused', 'kept')
           AND received_at <= iif(verdict = 'kept' OR (source = 'snippet' AND order_id IS NULL AND verdict = 'used'), ?2, ?1)
           AND (meta ->> '$.renewal' IS NULL OR received_at <= ?3)`,
      )
      .bind(now - BODY_DAYS * DAY_MS, now - KEPT_DAYS * DAY_MS, now - RENEWAL_DAYS * DAY_MS),
    d1
      .prepare(
        `UPDATE inbox SET verdict = 'refused', reason_code = 'gave_up', processed_at = ?2, next_at = NULL,
           reason_detail = 'It could not be processed for more than 7 days.'
         WHERE next_at IS NOT NULL AND coalesce(stated_at, received_at) <= ?1`,
      )
      .bind(now - GIVE_UP_MS - DAY_MS, now),
  ];
}
