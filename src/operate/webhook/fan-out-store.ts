import { PING } from "../../ground/model/event.ts";

/** Events handed out in one batch. */
const CHUNK_EVENTS = 500;

/** Batches in one run. */
const CHUNKS_A_RUN = 20;

const HANDED_OUT = "coalesce((SELECT value FROM watermarks WHERE name = 'events'), 0)";

/** The last event of the next chunk; never below the watermark. */
const CHUNK_END = `(SELECT coalesce(max(seq), 0) FROM (SELECT seq FROM events WHERE seq > ${HANDED_OUT} ORDER BY seq LIMIT ?1))`;

/** An endpoint isn't sent the alarm about itself: failing too, it would be one more reason for the alarm. */
const HAND_OUT = `
INSERT INTO webhook_deliveries (endpoint_id, event_seq, status, attempts, next_at, created_at)
SELECT e.id, v.seq, 'pending', 0, ?2, ?2
FROM events v CROSS JOIN webhook_endpoints e
WHERE v.seq > ${HANDED_OUT} AND v.seq <= ${CHUNK_END} AND v.type <> '${PING}'
  AND e.deleted_at IS NULL AND e.disabled = 0 AND (e.store_id IS NULL OR e.store_id = v.store_id)
  AND (e.types IS NULL OR EXISTS (SELECT 1 FROM json_each(e.types) WHERE value = v.type))
  AND NOT (v.type = 'alarm.raised' AND v.data ->> 'kind' IS 'webhook_dead' AND v.data ->> 'subject' IS e.id)
ON CONFLICT (endpoint_id, event_seq) DO NOTHING`;

const MOVE = `
INSERT INTO watermarks (name, value, updated_at) SELECT 'events', ${CHUNK_END}, ?2 WHERE true
ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value), updated_at = excluded.updated_at`;

/**
 * Statements that make one delivery an endpoint of each event that it wants, and move the watermark, at `now`
 * (ms UTC). Whatever changes an endpoint has them before it in its batch: an event goes to the endpoints as
 * they were when it happened.
 */
export function handOut(d1: D1Database, now: number, events = Number.MAX_SAFE_INTEGER): D1PreparedStatement[] {
  return [d1.prepare(HAND_OUT).bind(events, now), d1.prepare(MOVE).bind(events, now)];
}

/**
 * Makes the deliveries of all events that happened since the last run, in one batch a chunk: a run that dies
 * has done whole chunks, and two runs at once take turns. Throws what D1 throws.
 */
export async function fanOut(d1: D1Database, now: number, chunk = CHUNK_EVENTS): Promise<void> {
  for (let done = 0; done < CHUNKS_A_RUN; done++) {
    const results = await d1.batch<{ waiting: number }>([
      ...handOut(d1, now, chunk),
      d1.prepare(`SELECT EXISTS (SELECT 1 FROM events WHERE seq > ${HANDED_OUT}) AS waiting`),
    ]);
    if (results.at(-1)?.results[0]?.waiting !== 1) return;
  }
}
