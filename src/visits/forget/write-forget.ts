/** SQL: the key of a conversion that is nobody's; one key names the browser in it. */
const KEY = "iif(event_key GLOB 'identified:*', 'identified:' || id, event_key)";

/**
 * Statements that forget a visitor of a store at `now` (ms UTC): what is left of them in the log is taken out by the
 * minute (see `forget-run.ts`), and what comes late isn't taken. Carts, what they did and as whom they were known go at
 * once; their conversions stay, count on as they did, and are no browser's. Sums stay. A repeat changes nothing but the
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
 * carts, events, acquaintances, conversions.
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
  ];
}
