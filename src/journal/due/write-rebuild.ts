/** A request for a rebuild that is under way begins it anew. */
const ASK = "INSERT INTO rollup_rebuilds (store_id, reason, step, done, requested_at, updated_at)";
const ANEW = `ON CONFLICT (store_id) DO UPDATE SET reason = excluded.reason, step = excluded.step,
  done = excluded.done, requested_at = excluded.requested_at, updated_at = excluded.updated_at`;

/**
 * Statement that asks at `now` (ms UTC) for roll-ups to be made anew: those of a store or, by the id of a link,
 * of its clicks; `''`: all.
 */
export function askRebuild(d1: D1Database, scope: string, reason: string, now: number): D1PreparedStatement {
  return d1.prepare(`${ASK} VALUES (?1, ?2, 'clicks', '', ?3, ?3) ${ANEW}`).bind(scope, reason, now);
}

/** Statement that asks for it if a store's time zone becomes another. It is to stand before the store's change. */
export function askForZone(d1: D1Database, storeId: string, timezone: string, now: number): D1PreparedStatement {
  return d1
    .prepare(
      `${ASK} SELECT id, 'The time zone was ' || timezone || '.', 'clicks', '', ?3, ?3
       FROM stores WHERE id = ?1 AND timezone <> ?2 ${ANEW}`,
    )
    .bind(storeId, timezone, now);
}

/**
 * Statement that asks for it if a link comes to another store, whose days may be others. It is to stand before
 * the link's change. The zones aren't compared: a rebuild of the store that the link leaves may be under way,
 * and passes it over from then on.
 */
export function askForStore(d1: D1Database, linkId: string, storeId: string | null, now: number): D1PreparedStatement {
  return d1
    .prepare(
      `${ASK} SELECT id, 'The link came to another store.', 'clicks', '', ?3, ?3
       FROM links WHERE id = ?1 AND store_id IS NOT ?2 ${ANEW}`,
    )
    .bind(linkId, storeId, now);
}
