import type { CheckoutPlan } from "../../ground/model/visit.ts";

/** How carts are followed where no plan says it. */
const USUAL: CheckoutPlan = { steps: [], abandonedAfterMinutes: 30 };

/** How a store's carts are followed: by its active plan, or the one that was last. Throws what D1 throws. */
export async function checkoutOf(d1: D1Database, storeId: string): Promise<CheckoutPlan> {
  const row = await d1
    .prepare(
      `SELECT checkout FROM tagging_plans WHERE store_id = ?1 AND activated_at IS NOT NULL
       ORDER BY status = 'active' DESC, retired_at DESC, number DESC LIMIT 1`,
    )
    .bind(storeId)
    .first<{ checkout: string }>();
  return row === null ? USUAL : (JSON.parse(row.checkout) as CheckoutPlan);
}
