import type { Deps } from "../../ground/deps.ts";
import { sha256Hex } from "../../ground/http/auth.ts";
import type { CallCarrier, CallFacts } from "../../ground/model/call.ts";

/** What was told of a call, as it is kept: nothing in it says who called. */
export interface ToldEvent {
  storeId: string;
  carrier: CallCarrier;
  /** Empty: it names no call. */
  externalId: string;
  /** `null`: nothing of it can be used. */
  facts: CallFacts | null;
  reason: { code: string; detail: string; isRefused: boolean } | null;
  /** What it said, for whoever looks for a mistake. */
  kept: Record<string, unknown>;
  /** ms UTC. */
  receivedAt: number;
}

/** Longest text of what is kept, characters. */
const MAX_KEPT = 8_000;

/**
 * Keeps what was told, before anything is made of it: the same once more is the row that is there. What it said is told
 * from others by what is kept alone, so that no hash of a caller's number can be tried out.
 */
export async function keepEvent(
  { d1, newId }: Pick<Deps, "d1" | "newId">,
  { storeId, carrier, externalId, facts, reason, kept, receivedAt }: ToldEvent,
): Promise<{ id: string; repeated: boolean }> {
  const { callerHash, customerHash, click, tags } = facts ?? {};
  const hash = await sha256Hex(JSON.stringify([kept, callerHash, customerHash, click?.clickId, tags]));
  const id = newId("callEvent");
  const body = JSON.stringify(kept);
  const [inserted, found] = await d1.batch<{ id: string }>([
    d1
      .prepare(
        `INSERT INTO call_events (id, store_id, carrier, external_id, hash, received_at, verdict, reason_code,
           reason_detail, facts, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (store_id, carrier, external_id, hash) DO NOTHING`,
      )
      .bind(
        id,
        storeId,
        carrier,
        externalId,
        hash,
        receivedAt,
        facts !== null ? "pending" : reason?.isRefused === false ? "kept" : "refused",
        reason?.code ?? null,
        reason?.detail ?? null,
        facts === null ? null : JSON.stringify(facts),
        body.length > MAX_KEPT ? JSON.stringify({ characters: body.length }) : body,
      ),
    d1
      .prepare("SELECT id FROM call_events WHERE store_id = ?1 AND carrier = ?2 AND external_id = ?3 AND hash = ?4")
      .bind(storeId, carrier, externalId, hash),
  ]);
  return { id: found?.results[0]?.id ?? id, repeated: inserted?.meta.changes === 0 };
}

/** A call that something was told of. */
export interface CallRef {
  storeId: string;
  carrier: CallCarrier;
  externalId: string;
}

/** Calls of which something was told before `before` (ms UTC) and nothing made yet, those that wait longest first. */
export async function pendingCalls(d1: D1Database, before: number, limit: number): Promise<CallRef[]> {
  const { results } = await d1
    .prepare(
      `SELECT store_id AS storeId, carrier, external_id AS externalId FROM call_events
       WHERE verdict = 'pending' AND received_at <= ?1 GROUP BY 1, 2, 3 ORDER BY min(received_at) LIMIT ?2`,
    )
    .bind(before, limit)
    .all<CallRef>();
  return results;
}

/** All that was told of a call and can be used, with the ids of what nothing was made of yet. */
export async function factsOf(d1: D1Database, call: CallRef): Promise<{ facts: CallFacts[]; pending: string[] }> {
  const { results } = await d1
    .prepare(
      `SELECT id, verdict, facts FROM call_events
       WHERE store_id = ?1 AND carrier = ?2 AND external_id = ?3 AND facts IS NOT NULL`,
    )
    .bind(call.storeId, call.carrier, call.externalId)
    .all<{ id: string; verdict: string; facts: string }>();
  return {
    facts: results.map(({ facts }) => JSON.parse(facts) as CallFacts),
    pending: results.flatMap(({ id, verdict }) => (verdict === "pending" ? [id] : [])),
  };
}
