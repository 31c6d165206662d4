/** Which of these visitors of a store asked to be forgotten, lately: see `visits/forget/`. Throws what D1 throws. */
export async function forgottenAmong(
  d1: D1Database,
  storeId: string,
  visitorHashes: readonly string[],
): Promise<ReadonlySet<string>> {
  if (visitorHashes.length === 0) return new Set();
  const { results } = await d1
    .prepare(
      `SELECT f.visitor_hash AS hash FROM json_each(?2) w
       CROSS JOIN visitor_forgets f ON f.store_id = ?1 AND f.visitor_hash = w.value`,
    )
    .bind(storeId, JSON.stringify(visitorHashes))
    .all<{ hash: string }>();
  return new Set(results.map(({ hash }) => hash));
}
