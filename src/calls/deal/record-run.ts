import type { callDeals } from "../../ground/db/schema/call.ts";
import type { AttributionSettings } from "../../ground/model/attribution.ts";
import { recordDepsOf } from "../../sales/order/record-deps-run.ts";
import { recordEvidence } from "../../sales/order/record-run.ts";
import { dealEvidence } from "./evidence.ts";

/** What recording needs of an environment. */
export type DealEnv = Pick<Env, "DB" | "VISITOR_KEY">;

/** Deals that one run records. */
const MOST = 500;

type OpenDeal = Omit<typeof callDeals.$inferSelect, "cancelled"> & {
  /** 1: it is taken back. */
  cancelled: number;
  attribution: string;
};

/**
 * Makes evidence of orders, at `now` (ms UTC), of the deals that aren't yet; of one call alone if it is named. It may be
 * doubled, run beside itself and die at any point. Answers the ids of the orders. Throws what D1 throws.
 */
export async function recordDeals(env: DealEnv, now: number, callId: string | null = null): Promise<string[]> {
  const d1 = env.DB;
  const { results } = await d1
    .prepare(
      `SELECT d.seq, d.call_id AS callId, d.store_id AS storeId, d.order_external_id AS orderExternalId,
         d.amount_minor AS amountMinor, d.currency, d.placed_at AS placedAt, d.customer_hash AS customerHash,
         d.cancelled, d.created_at AS createdAt, s.attribution
       FROM call_deals d JOIN stores s ON s.id = d.store_id
       WHERE d.recorded_at IS NULL AND (?1 IS NULL OR d.call_id = ?1) ORDER BY d.created_at, d.seq LIMIT ${MOST}`,
    )
    .bind(callId)
    .all<OpenDeal>();
  const orderIds: string[] = [];
  for (const [storeId, ofStore] of Map.groupBy(results, (deal) => deal.storeId)) {
    const attribution = JSON.parse(ofStore[0]?.attribution ?? "") as AttributionSettings;
    const reported = await Promise.all(
      ofStore.map(async (deal) => ({
        evidence: await dealEvidence({ ...deal, cancelled: deal.cancelled === 1 }),
        inboxId: null,
      })),
    );
    const { ids } = await recordEvidence(recordDepsOf(env, now), { id: storeId, attribution }, reported);
    const recorded = ofStore.filter(({ orderExternalId }) => ids.has(orderExternalId)).map(({ seq }) => seq);
    await d1
      .prepare("UPDATE call_deals SET recorded_at = ?2 WHERE seq IN (SELECT value FROM json_each(?1))")
      .bind(JSON.stringify(recorded), now)
      .run();
    orderIds.push(...new Set(ids.values()));
  }
  return orderIds;
}
