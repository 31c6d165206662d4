import type { Deps } from "../../ground/deps.ts";
import { IS_THERE } from "../../reports/conversions/base.ts";
import type { Asked, Kind, Place } from "./query.ts";
import { isPartVisible, isVisible, type Sight, sightValues } from "./visible.ts";

/** A place of the list, and what stands there. */
export interface KindPlace extends Place {
  kind: Kind;
}

/** SQL: of a row, that it stands behind the place `?6`, `?7`, by its time (an index has that) and its id. */
const behind = (time: string, id: string): string => `${time} <= ?6 AND (${time} < ?6 OR ${id} < ?7)`;

/** SQL queries of what a creator brought, by its kind: each finds its rows from new to old by an index. */
const FOUND: Readonly<Record<Kind, readonly string[]>> = {
  order: [
    `SELECT 'order' AS kind, o.id, o.placed_at AS time FROM orders o
     WHERE o.creator_id = ?1 AND ${behind("o.placed_at", "o.id")}
       AND ${isVisible("o.campaign_id", "o.plan_id", "o.store_id")}`,
    `SELECT 'order', o.id, k.time FROM stakes k CROSS JOIN orders o ON o.id = k.id
     WHERE k.creator_id = ?1 AND k.kind = 'order' AND ${behind("k.time", "k.id")}
       AND o.creator_id IS NOT ?1 AND ${isPartVisible("o", "order_id", "o.status = 'contested'")}`,
  ],
  conversion: [
    `SELECT 'conversion' AS kind, c.id, c.time FROM conversions c
     WHERE c.creator_id = ?1 AND ${behind("c.time", "c.id")} AND ${IS_THERE}
       AND ${isVisible("c.campaign_id", "c.plan_id", "c.store_id")}`,
    `SELECT 'conversion', c.id, k.time FROM stakes k CROSS JOIN conversions c ON c.id = k.id
     WHERE k.creator_id = ?1 AND k.kind = 'conversion' AND ${behind("k.time", "k.id")} AND ${IS_THERE}
       AND c.creator_id IS NOT ?1 AND ${isPartVisible("c", "conversion_id", "c.contested = 1")}`,
  ],
  call: [
    // A link says its campaign and plan itself, as where calls compete for orders.
    `SELECT 'call' AS kind, c.id, c.started_at AS time FROM calls c
     LEFT JOIN links l ON l.id = c.link_id LEFT JOIN campaigns k ON k.id = coalesce(l.campaign_id, c.campaign_id)
     WHERE c.creator_id = ?1 AND ${behind("c.started_at", "c.id")}
       AND ${isVisible("coalesce(l.campaign_id, c.campaign_id)", "coalesce(l.plan_id, k.plan_id)", "c.store_id")}`,
  ],
};

/**
 * SQL: of a call `c`, that none of the conversions beside it was made of it: the two are one line, which is the
 * conversion's (see `loadConversions`). Few definitions of a store listen to calls, and each counts one once.
 */
const IS_ALONE = `NOT EXISTS (SELECT 1 FROM conversion_definitions d
    CROSS JOIN conversions v ON v.definition_id = d.id AND v.event_key = 'call:' || c.id
    WHERE d.store_id = c.store_id AND instr(d.listens, ',call,') > 0 AND v.creator_id = ?1
      AND d.id NOT IN (SELECT id FROM conversions_due WHERE kind = 'deletion')
      AND ${isVisible("v.campaign_id", "v.plan_id", "v.store_id")})`;

/** SQL statement of the places of some kinds; of all of them calls only where no conversion tells of them. */
export function placesSql(kind: Kind | null): string {
  const found =
    kind === null
      ? [...FOUND.order, ...FOUND.conversion, ...FOUND.call.map((calls) => `${calls} AND ${IS_ALONE}`)]
      : FOUND[kind];
  return `${found.join("\nUNION ALL\n")}\nORDER BY 3 DESC, 2 DESC LIMIT ?8`;
}

/** After everything. */
const FIRST: Place = { time: Number.MAX_SAFE_INTEGER, id: "" };

/** What a creator brought, by its places in the list, from behind one on, so many at most. Throws what D1 throws. */
export async function readPlaces(
  { d1 }: Pick<Deps, "d1">,
  sight: Sight,
  { kind }: Pick<Asked, "kind">,
  after: Place | null,
  limit: number,
): Promise<KindPlace[]> {
  const { time, id } = after ?? FIRST;
  const { results } = await d1
    .prepare(placesSql(kind))
    .bind(...sightValues(sight), time, id, limit)
    .all<KindPlace>();
  return results;
}
