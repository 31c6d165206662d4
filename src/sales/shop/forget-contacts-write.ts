/** SQL: the ids of the contacts of a store (`?1`) that it knows by these hashes (`?2`, JSON). */
const CONTACTS = `SELECT c.id FROM json_each(?2) w CROSS JOIN contacts c ON c.store_id = ?1 AND c.customer_hash = w.value`;

/** SQL: what a conversion is known by that is nobody's; one key names the browser in it. */
const KEY = "iif(event_key GLOB 'identified:*', 'identified:' || id, event_key)";

/** SQL: has conversions be nobody's. Which of them count, and who is credited, stays as it is; `?3` is now. */
const NOBODYS = `UPDATE conversions SET contact_id = NULL, visitor_hash = NULL, event_key = ${KEY}, subject = 'e:' || ${KEY},
  version = version + 1, updated_at = ?3`;

/** SQL: has leases be nobody's. When a number was shown and from which source stays, for its calls go by that. */
const NOBODYS_LEASE = "UPDATE number_leases SET visitor_hash = '', visit = NULL, click_id = NULL, click_at = NULL";

/** SQL: has what is kept of visits be looked through for visitors, of whom it has days: see `visits/forget/`. */
const FORGET = `INSERT INTO visitor_forgets (store_id, visitor_hash, asked_at, done_at)`;
const AGAIN = "ON CONFLICT (store_id, visitor_hash) DO UPDATE SET asked_at = excluded.asked_at, done_at = NULL";

/**
 * Statements that erase, at `now` (ms UTC), what a store knows of customers by these hashes: contacts with their fields,
 * what they did, which browsers are theirs, and whose their conversions are. What counted goes on counting, and all
 * money stays. A repeat changes nothing.
 */
export async function eraseContacts(
  d1: D1Database,
  storeId: string,
  customerHashes: readonly string[],
  now: number,
): Promise<D1PreparedStatement[]> {
  const hashes = JSON.stringify(customerHashes);
  const { results: visitors } = await d1
    .prepare(`SELECT DISTINCT visitor_hash AS hash FROM visitor_contacts WHERE contact_id IN (${CONTACTS})`)
    .bind(storeId, hashes)
    .all<{ hash: string }>();
  const erase = [
    `DELETE FROM visitor_events WHERE contact_id IN (${CONTACTS})`,
    `DELETE FROM visitor_contacts WHERE contact_id IN (${CONTACTS})`,
    `DELETE FROM conversions_due WHERE kind = 'contact' AND id IN (${CONTACTS})`,
    `DELETE FROM contacts WHERE id IN (${CONTACTS})`,
  ];
  return [
    d1
      .prepare(
        `${FORGET} SELECT ?1, hash, ?3, NULL FROM (
           SELECT visitor_hash AS hash FROM visitor_contacts WHERE contact_id IN (${CONTACTS})
           UNION SELECT visitor_hash FROM conversions WHERE contact_id IN (${CONTACTS}) AND visitor_hash IS NOT NULL)
         WHERE EXISTS (SELECT 1 FROM visitor_days WHERE store_id = ?1 AND visitor_hash = hash)
           OR EXISTS (SELECT 1 FROM number_leases WHERE store_id = ?1 AND visitor_hash = hash) ${AGAIN}`,
      )
      .bind(storeId, hashes, now),
    d1
      .prepare(
        `${NOBODYS} WHERE id IN (
           SELECT v.id FROM (${CONTACTS}) k CROSS JOIN conversions v ON v.contact_id = k.id
           UNION SELECT v.id FROM conversion_definitions d CROSS JOIN json_each(?2) w
             CROSS JOIN conversions v ON v.definition_id = d.id AND v.subject = 'h:' || w.value WHERE d.store_id = ?1)`,
      )
      .bind(storeId, hashes, now),
    ...(visitors.length === 0
      ? []
      : [
          d1
            .prepare(
              `UPDATE inbox SET body = json_remove(body, '$.visitorHash') WHERE store_id = ?1
               AND CASE WHEN instr(body, '"visitorHash"') > 0 THEN body ->> '$.visitorHash' IN (SELECT value FROM json_each(?2)) END`,
            )
            .bind(storeId, JSON.stringify(visitors.map(({ hash }) => hash))),
          d1
            .prepare(
              `${NOBODYS_LEASE} WHERE store_id = ?1 AND visitor_hash IN (SELECT value FROM json_each(?2) WHERE value <> '')`,
            )
            .bind(storeId, JSON.stringify(visitors.map(({ hash }) => hash))),
        ]),
    ...erase.map((sql) => d1.prepare(sql).bind(storeId, hashes)),
  ];
}

/** Contacts that are erased together. */
const PAGE = 200;

/** Conversions, and events, of browsers that are erased together. */
const ROWS = 1_000;

/**
 * Erases all contacts of a store, whose its customers' conversions are, and all browsers that were there. May be
 * interrupted and repeated.
 */
export async function eraseAllContacts(d1: D1Database, storeId: string, now: number): Promise<void> {
  await d1.batch([
    d1.prepare(`${NOBODYS} WHERE store_id = ?1 AND subject GLOB ?2`).bind(storeId, "h:*", now),
    d1
      .prepare(
        `UPDATE inbox SET body = json_remove(body, '$.visitorHash')
         WHERE store_id = ?1 AND CASE WHEN instr(body, '"visitorHash"') > 0 THEN json_type(body) = 'object' END`,
      )
      .bind(storeId),
  ]);
  for (;;) {
    const { results } = await d1
      .prepare(`SELECT customer_hash AS hash FROM contacts WHERE store_id = ?1 LIMIT ${PAGE}`)
      .bind(storeId)
      .all<{ hash: string }>();
    if (results.length === 0) break;
    const hashes = results.map(({ hash }) => hash);
    await d1.batch(await eraseContacts(d1, storeId, hashes, now));
  }
  // Browsers of nobody who said who they are: their names are a person's, too.
  const some = `store_id = ?1 AND visitor_hash IS NOT NULL LIMIT ${ROWS}`;
  for (;;) {
    const results = await d1.batch([
      d1.prepare(`${NOBODYS} WHERE id IN (SELECT id FROM conversions WHERE ${some})`).bind(storeId, null, now),
      d1
        .prepare(`DELETE FROM visitor_events WHERE rowid IN (SELECT rowid FROM visitor_events WHERE ${some})`)
        .bind(storeId),
    ]);
    if (results.every(({ meta }) => meta.changes === 0)) break;
  }
  await eraseVisits(d1, storeId, now);
}

/** Days of visitors that are erased together, and rows of the log, which are large. */
const DAYS = 5_000;
const LOGGED = 100;

/** Erases what consenting visitors of a store did; what comes late of them isn't taken. May be interrupted and repeated. */
async function eraseVisits(d1: D1Database, storeId: string, now: number): Promise<void> {
  for (;;) {
    const some = `SELECT visitor_hash, day FROM visitor_days WHERE store_id = ?1 LIMIT ${DAYS}`;
    const results = await d1.batch([
      d1
        .prepare(`${FORGET} SELECT DISTINCT ?1, visitor_hash, ?2, NULL FROM (${some}) WHERE TRUE ${AGAIN}`)
        .bind(storeId, now),
      d1
        .prepare(`DELETE FROM visit_log WHERE seq IN (SELECT seq FROM visit_log WHERE store_id = ?1 LIMIT ${LOGGED})`)
        .bind(storeId),
      d1.prepare("DELETE FROM carts WHERE store_id = ?1").bind(storeId),
      d1
        .prepare(
          `${NOBODYS_LEASE} WHERE id IN (
             SELECT id FROM number_leases WHERE store_id = ?1 AND visitor_hash > '' LIMIT ${ROWS})`,
        )
        .bind(storeId),
      d1.prepare(`DELETE FROM visitor_days WHERE store_id = ?1 AND (visitor_hash, day) IN (${some})`).bind(storeId),
    ]);
    if (results.slice(1).every(({ meta }) => meta.changes === 0)) return;
  }
}
