import type { Deps } from "../../ground/deps.ts";

/**
 * Whom a call to a store's number (E.164) is put through to: to whom the number says, or else to the number on the pages
 * that it stands in for. `null`: to nobody, as nobody is known, or it would ring at itself.
 */
export async function forwardOf({ d1 }: Pick<Deps, "d1">, storeId: string, number: string): Promise<string | null> {
  const forwardsTo = await d1
    .prepare(
      `SELECT coalesce(n.forwards_to, p.target, n.target) AS forwardsTo FROM phone_numbers n
       LEFT JOIN number_pools p ON p.id = n.pool_id
       WHERE n.store_id = ?1 AND n.number = ?2 AND n.deleted_at IS NULL`,
    )
    .bind(storeId, number)
    .first<string>("forwardsTo");
  return forwardsTo === number ? null : forwardsTo;
}
