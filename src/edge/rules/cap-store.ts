/**
 * Takes one use off a link's click cap, in one statement, so that of two clicks at the same moment
 * only one gets the last use. Returns `false` when none is left. Throws what D1 throws; it must not
 * be retried, since a use may have been taken before the failure.
 *
 * It costs capped links one D1 write before each response. Links without a cap never come here.
 */
export async function takeUse(db: D1Database, linkId: string, maxClicks: number): Promise<boolean> {
  const taken = await db
    .prepare(
      `INSERT INTO link_caps (link_id, used) VALUES (?1, 1)
       ON CONFLICT (link_id) DO UPDATE SET used = used + 1 WHERE used < ?2
       RETURNING used`,
    )
    .bind(linkId, maxClicks)
    .first<{ used: number }>();
  return taken !== null;
}
