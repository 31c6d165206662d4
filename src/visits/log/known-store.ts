import { planOf } from "../plan/store.ts";
import { MAX_AGE_MS, SEEN_LENGTH, type TakenEvent, type TakenRequest, type VisitMessage } from "../take/taken.ts";
import { visitorKey } from "./contribution.ts";
import type { KnownStore } from "./planned.ts";

/** An event that is told again has the same time, but for how long its way took, ms. */
const TIME_SLACK_MS = 120_000;

/** For so long after a visitor asked to be forgotten their events aren't taken, ms: what knew them is over by then. */
const FORGOTTEN_MS = 30 * 86_400_000;

/** Characters of what was told that are read together at most. */
const CHARACTERS_AT_ONCE = 3_000_000;

/** What was written before. */
export interface Written {
  /** Number of the last write; 0: there was none. */
  last: number;
  /** Ids of messages that are written. */
  messages: ReadonlySet<string>;
  /** Writes that may have events of the messages, and how much was told in each, characters. */
  writes: readonly { seq: number; size: number }[];
}

const LAST = "SELECT coalesce(max(seq), 0) AS last FROM visit_writes";

const NEAR = `SELECT seq, messages, length(seen) AS size FROM visit_writes
  WHERE received_to >= ?1 AND received_from <= ?2 ORDER BY seq`;

/** What was written of messages before, and near them. Throws what D1 throws. */
export async function readWritten(d1: D1Database, messages: readonly VisitMessage[]): Promise<Written> {
  const [from, to] = spanOf(messages.flatMap(({ requests }) => requests));
  const [first, near] = await d1.batch<{ last: number; seq: number; messages: string; size: number }>([
    d1.prepare(LAST),
    d1.prepare(NEAR).bind(from, to),
  ]);
  const writes = near?.results ?? [];
  return {
    last: first?.results[0]?.last ?? 0,
    messages: new Set(writes.flatMap((write) => JSON.parse(write.messages) as string[])),
    writes: writes.filter(({ size }) => size > 0),
  };
}

/** When what tells of the same events may have been received, ms UTC. */
function spanOf(requests: readonly TakenRequest[]): [from: number, to: number] {
  let [from, to] = [Infinity, -Infinity];
  for (const { receivedAt, events } of requests) {
    const age = events.reduce((most, event) => Math.max(most, event.age), 0);
    from = Math.min(from, receivedAt - age - TIME_SLACK_MS);
    to = Math.max(to, receivedAt + MAX_AGE_MS);
  }
  return [from, to];
}

/** What may have been seen of an event. */
function keysOf(event: TakenEvent): string[] {
  const { again, mark } = event.type === "page" ? event : {};
  return [event.seen, again, mark].filter((key) => key !== undefined);
}

const SEEN = "SELECT seen FROM visit_writes WHERE seq IN (SELECT value FROM json_each(?1))";

/** Which of the events of requests were written before. Throws what D1 throws. */
export async function readSeen(
  d1: D1Database,
  { writes }: Written,
  requests: readonly TakenRequest[],
): Promise<ReadonlySet<string>> {
  const asked = new Set(requests.flatMap(({ events }) => events.flatMap(keysOf)));
  const found = new Set<string>();
  if (asked.size === 0) return found;
  for (let begin = 0; begin < writes.length;) {
    let end = begin;
    for (let size = 0; end < writes.length && (end === begin || size < CHARACTERS_AT_ONCE); end++) {
      size += writes[end]?.size ?? 0;
    }
    const seqs = writes.slice(begin, end).map(({ seq }) => seq);
    const { results } = await d1.prepare(SEEN).bind(JSON.stringify(seqs)).all<{ seen: string }>();
    for (const { seen } of results) {
      for (let at = 0; at < seen.length; at += SEEN_LENGTH) {
        const one = seen.slice(at, at + SEEN_LENGTH);
        if (asked.has(one)) found.add(one);
      }
    }
    begin = end;
  }
  return found;
}

const STORES = `SELECT id, timezone, origins FROM stores
  WHERE id IN (SELECT value FROM json_each(?1)) AND deleted_at IS NULL`;

/**
 * The stores of requests, with the plans by which their pages might tell when the first of these was received: a queue that
 * was late retires none. Throws what D1 throws.
 */
export async function readStores(
  d1: D1Database,
  requests: readonly TakenRequest[],
): Promise<ReadonlyMap<string, KnownStore>> {
  const first = requests.reduce((least, { receivedAt }) => Math.min(least, receivedAt), Infinity);
  const ids = [...new Set(requests.map(({ storeId }) => storeId))];
  const [{ results }, plans] = await Promise.all([
    d1.prepare(STORES).bind(JSON.stringify(ids)).all<{ id: string; timezone: string; origins: string }>(),
    planOf(d1, ids, first),
  ]);
  return new Map(
    results.map(({ id, timezone, origins }) => [
      id,
      { id, timezone, origins: JSON.parse(origins) as string[], plans: plans.get(id) ?? [] },
    ]),
  );
}

/** SQL: visitors of `?1`, each store and hash, who asked to be forgotten after `?2`. */
const FORGOTTEN = `SELECT f.store_id AS storeId, f.visitor_hash AS visitorHash FROM json_each(?1) v
  JOIN visitor_forgets f ON f.store_id = v.value ->> 0 AND f.visitor_hash = v.value ->> 1 WHERE f.asked_at > ?2`;

/** Visitors whose events aren't taken, and a condition that no other of these visitors is to be forgotten since. */
export interface Forgotten {
  keys: ReadonlySet<string>;
  premise: { condition: string; values: unknown[] };
}

/** Which visitors of requests asked to be forgotten lately, at `now` (ms UTC). Throws what D1 throws. */
export async function readForgotten(
  d1: D1Database,
  requests: readonly TakenRequest[],
  now: number,
): Promise<Forgotten> {
  const visitors = new Map<string, [string, string]>();
  for (const { storeId, visits } of requests) {
    for (const { visitorHash } of visits) visitors.set(visitorKey(storeId, visitorHash), [storeId, visitorHash]);
  }
  const values = [JSON.stringify([...visitors.values()]), now - FORGOTTEN_MS];
  const { results } = await d1
    .prepare(FORGOTTEN)
    .bind(...values)
    .all<{ storeId: string; visitorHash: string }>();
  return {
    keys: new Set(results.map(({ storeId, visitorHash }) => visitorKey(storeId, visitorHash))),
    premise: { condition: `(SELECT count(*) FROM (${FORGOTTEN})) = ${results.length}`, values },
  };
}
