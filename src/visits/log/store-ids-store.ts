/** The ids of all stores that ever had a tagging plan. Throws what D1 throws. */
export async function readStoreIds(d1: D1Database): Promise<string[]> {
  const { results } = await d1.prepare("SELECT DISTINCT store_id AS id FROM tagging_plans").all<{ id: string }>();
  return results.map(({ id }) => id);
}
