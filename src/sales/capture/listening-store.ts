/** Rows whose event is to be held against definitions, which the inbox's own run leaves to that of the conversions. */
export const TO_BE_EVALUATED = "to_evaluate";

/**
 * What the active definitions of the stores with these public keys listen to, each type in commas, by the id of the
 * store; a store without active ones is missing. One statement, which writes nothing.
 */
export async function listeningOf(d1: D1Database, storeKeys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { results } = await d1
    .prepare(
      `SELECT s.id, group_concat(d.listens, '') AS listens FROM stores s
       JOIN conversion_definitions d ON d.store_id = s.id AND d.status = 'active'
       WHERE s.key IN (SELECT value FROM json_each(?1)) AND s.deleted_at IS NULL GROUP BY s.id`,
    )
    .bind(JSON.stringify(storeKeys))
    .all<{ id: string; listens: string }>();
  return new Map(results.map(({ id, listens }) => [id, listens]));
}
