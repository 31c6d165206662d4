import { raiseAlarm } from "../../journal/alarm/store.ts";

const DAY_MS = 86_400_000;

/** How long an event is kept, and that it was delivered, ms. */
const KEPT_MS = 30 * DAY_MS;

/** How long a dead delivery is kept with its event, ms. */
const DEAD_KEPT_MS = 90 * DAY_MS;

/**
 * Past this age a delivery is given up that no run came to try often enough, ms: many wait for an endpoint
 * that is down, or it is disabled.
 */
const GIVE_UP_MS = 3 * DAY_MS;

const WAITED_LONG = "status = 'pending' AND created_at <= ?1";

/**
 * The night's work for webhooks at `now` (ms UTC): gives up what has waited too long, deletes what is old, and
 * resolves the alarms of endpoints of which nothing is dead any more. It may be doubled and die. Throws what D1
 * throws.
 */
export async function tidyWebhooks(d1: D1Database, now: number): Promise<void> {
  const { results } = await d1
    .prepare(`SELECT endpoint_id AS id, count(*) AS waited FROM webhook_deliveries WHERE ${WAITED_LONG} GROUP BY 1`)
    .bind(now - GIVE_UP_MS)
    .all<{ id: string; waited: number }>();
  for (const { id, waited } of results) {
    await raiseAlarm(d1, { kind: "webhook_dead", subject: id, detail: { waited } }, now);
  }
  await d1.batch([
    d1
      .prepare(
        `UPDATE webhook_deliveries SET status = 'dead', next_at = NULL,
           last_error = coalesce(last_error, 'never tried: the endpoint was down or disabled')
         WHERE ${WAITED_LONG}`,
      )
      .bind(now - GIVE_UP_MS),
    d1
      .prepare(
        `DELETE FROM webhook_deliveries WHERE (status = 'delivered' AND delivered_at <= ?1)
           OR (status = 'dead' AND created_at <= ?2)`,
      )
      .bind(now - KEPT_MS, now - DEAD_KEPT_MS),
    d1
      .prepare(
        `DELETE FROM events WHERE time <= ?1 AND seq <= (SELECT value FROM watermarks WHERE name = 'events')
           AND NOT EXISTS (SELECT 1 FROM webhook_endpoints e CROSS JOIN webhook_deliveries d
             ON d.endpoint_id = e.id AND d.event_seq = events.seq)`,
      )
      .bind(now - KEPT_MS),
    d1
      .prepare(
        `UPDATE alarms SET resolved_at = ?1 WHERE kind = 'webhook_dead' AND resolved_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM webhook_deliveries WHERE endpoint_id = alarms.subject AND status = 'dead')`,
      )
      .bind(now),
  ]);
}
