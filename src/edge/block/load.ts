import type { Blocklist } from "./match.ts";

/** Entries read at most: 10,000 host names are about 300 kB of an isolate's memory. */
export const MAX_BLOCKED_HOSTS = 10_000;

/** Reads the list. Throws what D1 throws. Raw SQL: links are resolved without an ORM. */
export async function loadBlocklist(db: Pick<D1Database, "prepare">): Promise<Blocklist> {
  const { results } = await db
    .prepare("SELECT host, scope FROM blocked_hosts LIMIT ?1")
    .bind(MAX_BLOCKED_HOSTS)
    .all<{ host: string; scope: string }>();
  const of = (scope: string) => new Set(results.filter((row) => row.scope === scope).map((row) => row.host));
  return { hosts: of("host"), suffixes: of("suffix") };
}
