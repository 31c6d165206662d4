import { POSITION } from "../news/load.ts";
import type { Blocklist } from "./match.ts";

/** Entries read at most: 10,000 host names are about 300 kB of an isolate's memory. */
export const MAX_BLOCKED_HOSTS = 10_000;

/** The list, and where the change feed stood then. */
export interface LoadedBlocklist extends Blocklist {
  position: number;
}

export const SELECT_BLOCKED = `SELECT p.position, b.host, b.scope
FROM (SELECT ${POSITION} AS position) p LEFT JOIN blocked_hosts b LIMIT ?1`;

/** Reads the list. Throws what D1 throws. Raw SQL: links are resolved without an ORM. */
export async function loadBlocklist(db: Pick<D1Database, "prepare">): Promise<LoadedBlocklist> {
  const { results } = await db
    .prepare(SELECT_BLOCKED)
    .bind(MAX_BLOCKED_HOSTS)
    .all<{ position: number; host: string | null; scope: string | null }>();
  const hosts = new Set<string>();
  const suffixes = new Set<string>();
  for (const { host, scope } of results) if (host !== null) (scope === "host" ? hosts : suffixes).add(host);
  return { hosts, suffixes, position: results[0]?.position ?? 0 };
}
