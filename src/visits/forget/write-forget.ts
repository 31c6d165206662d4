/** SQL: the key of a conversion that is nobody's; one key names the browser in it. */
const KEY = "iif(event_key GLOB 'identified:*', 'identified:' || id, event_key)";

/**
 * Statements that forget a visitor of a store at `now` (ms UTC): what is left of them in the log is taken out by the
 * minute (see `forget-run.ts`), and what comes late isn't taken. Carts, what they did and as whom they were known go at
 * once; their conversions stay, count on as they did, and are no browser's; of a number that they were shown it is left
 * when and from which source, and nobody's. Sums stay. A repeat changes nothing but the
 * time.
 */
export function forgetVisitor(
  d1: D1Database,
  storeId: string,
  visitorHash: string,
  now: number,
): D1PreparedStatement[] {
  return [
    d1
      .prepare(
        `INSERT INTO visitor_forgets (store_id, visitor_hash, asked_at, done_at) VALUES (?1, ?2, ?3, NULL)
         ON CONFLICT (store_id, visitor_hash) DO UPDATE SET asked_at = excluded.asked_at, done_at = NULL`,
      )
      .bind(storeId, visitorHash, now),
    ...dropVisitor(d1, storeId, visitorHash, now),
  ];
}

/**
 * The statements of {@link forgetVisitor} without the one that has the log looked through, each counting what it changed:
 * carts, events, acquaintances, conversions, numbers.
 */
export function dropVisitor(d1: D1Database, storeId: string, visitorHash: string, now: number): D1PreparedStatement[] {
  const ofVisitor = "store_id = ?1 AND visitor_hash = ?2";
  return [
    ...["carts", "visitor_events", "visitor_contacts"].map((table) =>
      d1.prepare(`DELETE FROM ${table} WHERE ${ofVisitor}`).bind(storeId, visitorHash),
    ),
    d1
      .prepare(
        `UPDATE conversions SET visitor_hash = NULL, event_key = ${KEY},
           subject = iif(subject GLOB 'v:*', 'e:' || ${KEY}, subject), version = version + 1, updated_at = ?3
         WHERE ${ofVisitor}`,
      )
      .bind(storeId, visitorHash, now),
    // Calls stay, as grounds of money; whose a browser alone said they are, they are nobody's.
    d1
      .prepare(
        `UPDATE calls SET visitor_hash = NULL, visit = NULL,
           customer_hash = iif(customer_trust = 'claimed', NULL, customer_hash),
           customer_trust = nullif(customer_trust, 'claimed'), version = version + 1, updated_at = ?3
         WHERE ${ofVisitor}`,
      )
      .bind(storeId, visitorHash, now),
    d1
      .prepare(
        `UPDATE number_leases SET visitor_hash = '', visit = NULL, click_id = NULL, click_at = NULL WHERE ${ofVisitor}`,
      )
      .bind(storeId, visitorHash),
  ];
}
