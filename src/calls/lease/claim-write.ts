import type { NumberCase } from "../../ground/model/call.ts";
import { CLAIM } from "./claim-sql.ts";
import { type Given, packWishes, type Wish } from "./wish.ts";

const HOUR_MS = 3_600_000;

/**
 * Gives each wish the number that it is to have at `now` (ms UTC), in one batch; of one that only tells, and of a target
 * that nothing stands in for, the answer is the page's own. Doing it once more gives everybody the same again; of
 * `repeats` it may be the second time, and they aren't counted. Throws what D1 throws.
 */
export async function claimNumbers(
  d1: D1Database,
  wishes: readonly Wish[],
  now: number,
  repeats: ReadonlySet<Wish> = new Set(),
): Promise<Given[]> {
  const given = wishes.map(({ target, isBot }): Given => ({ target, number: null, case: isBot ? "bot" : "own" }));
  const packed = packWishes(wishes, repeats);
  const results = await d1.batch<{ i: number; number: string | null; outcome: NumberCase }>([
    ...CLAIM.changes.map((sql) => d1.prepare(sql).bind(packed, now)),
    d1.prepare(CLAIM.count).bind(packed, now, now - (now % HOUR_MS)),
    d1.prepare(CLAIM.answer).bind(packed, now),
  ]);
  for (const { i, number, outcome } of results.at(-1)?.results ?? []) {
    const one = given[i];
    if (one !== undefined) Object.assign(one, { number, case: outcome });
  }
  return given;
}

/**
 * Statements that end what a visitor of a store holds, at `now` (ms UTC): consent was withdrawn. Whose it was is forgotten;
 * the numbers rest as after any lease, for somebody may call them yet, on account of the network that had them until then:
 * else whoever gave them back would get the next.
 */
export function releaseLeases(
  d1: D1Database,
  storeId: string,
  visitorHash: string,
  now: number,
): D1PreparedStatement[] {
  const rest = `(SELECT p.quarantine_minutes * 60000 FROM number_pools p WHERE p.id = l.pool_id)`;
  return [
    d1
      .prepare(
        `UPDATE phone_numbers SET free_at = min(free_at, ?3 + l.rest)
         FROM (SELECT l.id, l.number_id, ${rest} AS rest FROM number_leases l
           WHERE l.store_id = ?1 AND l.visitor_hash = ?2 AND l.free_at > ?3) l
         WHERE phone_numbers.id = l.number_id AND phone_numbers.lease_id = l.id`,
      )
      .bind(storeId, visitorHash, now),
    d1
      .prepare(
        `UPDATE number_leases AS l SET ends_at = max(starts_at, min(ends_at, ?3)),
           free_at = max(starts_at, min(free_at, ?3 + ${rest})), visitor_hash = '', visit = NULL
         WHERE store_id = ?1 AND visitor_hash = ?2 AND free_at > ?3`,
      )
      .bind(storeId, visitorHash, now),
  ];
}
