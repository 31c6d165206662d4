import { metric } from "./metric.ts";

const CONNECTION_STATES = ["connected", "failing", "disconnected"] as const;
const CODE_STATES = ["pending", "live", "failed", "withdrawn"] as const;
const WEBHOOK_STATES = ["active", "paused", "missing"] as const;

/** In one statement, so that a monitor costs one. A shop that was never asked waits since it was connected. */
const SELECT = `
SELECT 'connection' AS what, state, count(*) AS n FROM shop_connections GROUP BY state
UNION ALL SELECT 'code', state, count(*) FROM shop_codes GROUP BY state
UNION ALL SELECT 'webhook', state, count(*) FROM shop_webhooks GROUP BY state
UNION ALL SELECT 'due', '', count(*) FROM shop_codes WHERE next_at <= ?1
UNION ALL SELECT 'polled', '', min(coalesce(last_poll_at, created_at)) FROM shop_connections WHERE next_poll_at IS NOT NULL`;

/** What stands in connected shops, as metrics; `now` is ms UTC. Shops are not told apart: there may be thousands. */
export async function shopMetrics(d1: D1Database, now: number): Promise<string[]> {
  const { results } = await d1.prepare(SELECT).bind(now).all<{ what: string; state: string; n: number | null }>();
  const found = new Map(results.map(({ what, state, n }) => [`${what} ${state}`, n]));
  const byState = (what: string, states: readonly string[]): [string, number][] =>
    states.map((state) => [`{state="${state}"}`, found.get(`${what} ${state}`) ?? 0]);
  const polledAt = found.get("polled ") ?? now;
  return [
    metric(
      "waymark_shop_connections",
      "gauge",
      "Stores that are, or were, connected to their shops.",
      byState("connection", CONNECTION_STATES),
    ),
    metric("waymark_shop_webhooks", "gauge", "Webhooks of connected shops.", byState("webhook", WEBHOOK_STATES)),
    metric(
      "waymark_shop_codes",
      "gauge",
      "Codes by where they stand in connected shops.",
      byState("code", CODE_STATES),
    ),
    metric("waymark_shop_codes_due", "gauge", "Such codes that are to be worked on.", [["", found.get("due ") ?? 0]]),
    metric(
      "waymark_shop_poll_lag_seconds",
      "gauge",
      "Since the shop was asked for orders that waits for it longest; 0 without any.",
      [["", Math.max(0, now - polledAt) / 1000]],
    ),
  ];
}
