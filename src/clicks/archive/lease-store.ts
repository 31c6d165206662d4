/** Longer than a cron may run (15 minutes), so that a lease never ends under whoever still holds it. */
const LEASE_MS = 20 * 60_000;

/**
 * Does work that must not be done twice at the same time: a second run could rewrite a file from a
 * log that the first has begun to delete. Returns `null` without doing it if another run holds the
 * lease of this name at `now` (ms UTC). Throws what the work throws.
 */
export async function withArchiveLease<Result>(
  db: D1Database,
  now: number,
  work: () => Promise<Result>,
  name = "archive_lease",
): Promise<Result | null> {
  const until = now + LEASE_MS;
  const taken = await db
    .prepare(
      `INSERT INTO watermarks (name, value, updated_at) VALUES (?3, ?1, ?2)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at WHERE value <= ?2
       RETURNING value`,
    )
    .bind(until, now, name)
    .first();
  if (taken === null) return null;
  try {
    return await work();
  } finally {
    await db.prepare("UPDATE watermarks SET value = 0 WHERE name = ?2 AND value = ?1").bind(until, name).run();
  }
}
