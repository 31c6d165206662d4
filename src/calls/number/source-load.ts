import { packJson } from "../../ground/db/pack.ts";
import type { CallSource } from "../../ground/model/call.ts";
import { isRented } from "./rental.ts";

/** What a page wants a number for: who came by what, and the number that stands on it. */
export interface SourceWish {
  storeId: string;
  /** E.164. */
  target: string;
  source: CallSource;
}

/** The ways in which a number may be bound to a source, from the closest. One that is bound closer stands for that alone. */
const CLOSENESS = [
  "b.link_id = w.link_id",
  "b.link_id IS NULL AND b.creator_id = w.creator_id AND b.campaign_id = w.campaign_id",
  "b.link_id IS NULL AND b.creator_id = w.creator_id AND b.campaign_id IS NULL",
  "b.link_id IS NULL AND b.creator_id IS NULL AND b.campaign_id = w.campaign_id",
  "b.link_id IS NULL AND b.creator_id IS NULL AND b.campaign_id IS NULL AND b.channel = w.channel",
];

/** The number of one closeness that is bound for longest: everybody sees the same. */
function numberBy(closeness: string): string {
  return `(SELECT n.number FROM number_bindings b JOIN phone_numbers n ON n.id = b.number_id
     WHERE b.store_id = w.store_id AND ${closeness} AND b.ends_at IS NULL AND b.pool_id IS NULL AND b.offline = 0
       AND n.target = w.target AND n.deleted_at IS NULL AND ${isRented("n", "?2")}
     ORDER BY b.seq LIMIT 1)`;
}

/**
 * SQL: the static number of a wish `w` (of its `store_id`, `target`, `link_id`, `creator_id`, `campaign_id`, `channel`) at
 * `?2` (ms UTC); `NULL`: none is bound to its source.
 */
export const STATIC_NUMBER = `coalesce(${CLOSENESS.map(numberBy).join(", ")})`;

/**
 * The static numbers (E.164) that pages show at `now` (ms UTC) instead of their own, in the order of the wishes; `null`:
 * none is bound to the source. It goes by the source's link, else its creator in its campaign, else its creator, else its
 * campaign, else its channel. Numbers that stand offline, are in a pool or aren't rented count for nothing. Throws what
 * D1 throws.
 */
export async function numbersOfSources(
  d1: D1Database,
  wishes: readonly SourceWish[],
  now: number,
): Promise<(string | null)[]> {
  const numbers = wishes.map((): string | null => null);
  const asked = wishes.map(({ storeId, target, source }, place) => ({ place, storeId, target, ...source }));
  for (const json of packJson(asked)) {
    const { results } = await d1
      .prepare(
        `WITH wishes AS (
           SELECT value ->> 'place' AS place, value ->> 'storeId' AS store_id, value ->> 'target' AS target,
             value ->> 'linkId' AS link_id, value ->> 'creatorId' AS creator_id, value ->> 'campaignId' AS campaign_id,
             value ->> 'channel' AS channel
           FROM json_each(?1))
         SELECT w.place, ${STATIC_NUMBER} AS number FROM wishes w`,
      )
      .bind(json, now)
      .all<{ place: number; number: string | null }>();
    for (const { place, number } of results) numbers[place] = number;
  }
  return numbers;
}

/** The same of one source, for the numbers on a page: by the number on the page. Targets without any are left out. */
export async function numberOfSource(
  d1: D1Database,
  storeId: string,
  targets: readonly string[],
  source: CallSource,
  now: number,
): Promise<Map<string, string>> {
  const numbers = await numbersOfSources(
    d1,
    targets.map((target) => ({ storeId, target, source })),
    now,
  );
  return new Map(
    targets.flatMap((target, index) => {
      const number = numbers[index];
      return number == null ? [] : [[target, number] as const];
    }),
  );
}
