import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";
import type { WebhookState } from "../platform.ts";

/** Statements that write what a shop says of its webhooks at `now` (ms UTC); when their last messages came stays. */
export function writeWebhooks(
  d1: D1Database,
  storeId: string,
  webhooks: readonly WebhookState[],
  now: number,
): D1PreparedStatement[] {
  const rows = JSON.stringify([...byTopic(webhooks).values()]);
  return [
    d1
      .prepare(
        `DELETE FROM shop_webhooks WHERE store_id = ?1
           AND topic NOT IN (SELECT value ->> 'topic' FROM json_each(?2))`,
      )
      .bind(storeId, rows),
    d1
      .prepare(
        `INSERT INTO shop_webhooks (store_id, topic, external_id, state, checked_at)
         SELECT ?1, value ->> 'topic', value ->> 'externalId', value ->> 'state', ?3 FROM json_each(?2)
         WHERE EXISTS (SELECT 1 FROM shop_connections WHERE store_id = ?1 AND state <> 'disconnected')
         ON CONFLICT (store_id, topic) DO UPDATE SET
           external_id = excluded.external_id, state = excluded.state, checked_at = excluded.checked_at`,
      )
      .bind(storeId, rows, now),
  ];
}

/** One of each topic: where a shop has several, the one that works best. */
function byTopic(webhooks: readonly WebhookState[]): Map<string, WebhookState> {
  const order = ["missing", "paused", "active"];
  return new Map(
    webhooks
      .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
      .map((webhook) => [webhook.topic, webhook] as const),
  );
}

/**
 * Raises the alarm `shop_webhooks_off` at `now` (ms UTC) with the topics that nobody sends, or resolves it where there
 * are none. `reason`: why they could not be registered. Throws what D1 throws.
 */
export async function tellWebhooks(
  d1: D1Database,
  storeId: string,
  off: readonly string[],
  reason: string | null,
  now: number,
): Promise<void> {
  if (off.length === 0) return clearAlarm(d1, "shop_webhooks_off", storeId, now);
  const detail = { topics: off, ...(reason !== null && { reason }) };
  await raiseAlarm(d1, { kind: "shop_webhooks_off", subject: storeId, detail }, now);
}
