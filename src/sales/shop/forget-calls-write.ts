/** SQL: calls are nobody's any more. What source they had, and what came of them, stays. */
const NOBODYS = `UPDATE calls SET caller_hash = NULL, customer_hash = NULL, customer_trust = NULL, visitor_hash = NULL,
  visit = NULL, version = version + 1`;

/** SQL: what was told of calls names nobody any more; `where` selects rows of `call_events`. */
const eventsOfNobody = (where: string): string =>
  `UPDATE call_events SET facts = json_remove(facts, '$.callerHash', '$.customerHash') WHERE facts IS NOT NULL AND ${where}`;

/** SQL: what is kept of orders names no phone any more; `where` selects rows `e` of their evidence. */
const phonelessEvidence = (where: string): string =>
  `UPDATE order_evidence AS e SET data = json_remove(data, '$.phoneHash') WHERE data ->> '$.phoneHash' IS NOT NULL AND ${where}`;

/**
 * Statements that have calls, and what else knows phones, know customers of a store no more, by these hashes, nor who
 * placed these orders (by the shop's own ids). Orders that were credited by a call stay so: it is one of those that they
 * were judged by. A repeat changes nothing.
 */
export async function forgetCalls(
  d1: D1Database,
  storeId: string,
  customerHashes: readonly string[],
  orderIds: readonly string[] = [],
): Promise<D1PreparedStatement[]> {
  const hashes = JSON.stringify(customerHashes);
  const { results } = await d1
    .prepare(
      `SELECT phone_hash AS phone FROM json_each(?2) w
         CROSS JOIN customer_phones p ON p.store_id = ?1 AND p.customer_hash = w.value
       UNION SELECT e.data ->> '$.phoneHash' FROM orders o CROSS JOIN order_evidence e ON e.order_id = o.id
         WHERE o.store_id = ?1 AND e.data ->> '$.phoneHash' IS NOT NULL AND (
           o.customer_hash IN (SELECT value FROM json_each(?2)) OR o.external_id IN (SELECT value FROM json_each(?3)))`,
    )
    .bind(storeId, hashes, JSON.stringify(orderIds))
    .all<{ phone: string }>();
  const phones = results.map(({ phone }) => phone);
  const theirs = `SELECT c.id FROM json_each(?2) w CROSS JOIN calls c ON c.store_id = ?1 AND c.customer_hash = w.value
    UNION SELECT c.id FROM json_each(?3) w CROSS JOIN calls c ON c.store_id = ?1 AND c.caller_hash = w.value`;
  const [both, onlyPhones] = [
    [storeId, hashes, JSON.stringify(phones)],
    [storeId, JSON.stringify(phones)],
  ];
  return [
    ...phones.map((phone) =>
      d1
        .prepare(
          `UPDATE inbox SET body = json_remove(body, '$.phoneHash')
           WHERE store_id = ?1 AND CASE WHEN instr(body, ?2) > 0 THEN body ->> '$.phoneHash' = ?2 END`,
        )
        .bind(storeId, phone),
    ),
    d1
      .prepare(
        eventsOfNobody(`(store_id, carrier, external_id) IN (
          SELECT k.store_id, k.carrier, k.external_id FROM (${theirs}) t CROSS JOIN calls k ON k.id = t.id)`),
      )
      .bind(...both),
    d1.prepare(`${NOBODYS} WHERE id IN (${theirs})`).bind(...both),
    d1
      .prepare(
        phonelessEvidence(`data ->> '$.phoneHash' IN (SELECT value FROM json_each(?2))
          AND EXISTS (SELECT 1 FROM orders o WHERE o.id = e.order_id AND o.store_id = ?1)`),
      )
      .bind(...onlyPhones),
    d1
      .prepare("DELETE FROM customer_phones WHERE store_id = ?1 AND customer_hash IN (SELECT value FROM json_each(?2))")
      .bind(storeId, hashes),
  ];
}

/** Statements that do the same of everybody whom a store knows. */
export function forgetAllCalls(d1: D1Database, storeId: string): D1PreparedStatement[] {
  return [
    `UPDATE inbox SET body = json_remove(body, '$.phoneHash')
     WHERE store_id = ?1 AND CASE WHEN instr(body, '"phoneHash"') > 0 THEN json_type(body) = 'object' END`,
    eventsOfNobody("store_id = ?1"),
    `${NOBODYS} WHERE store_id = ?1 AND coalesce(caller_hash, customer_hash, visitor_hash) IS NOT NULL`,
    phonelessEvidence("EXISTS (SELECT 1 FROM orders o WHERE o.id = e.order_id AND o.store_id = ?1)"),
    "DELETE FROM customer_phones WHERE store_id = ?1",
  ].map((sql) => d1.prepare(sql).bind(storeId));
}
