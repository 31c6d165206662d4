import { packJson } from "../../ground/db/pack.ts";
import type { Deps } from "../../ground/deps.ts";
import type { CommissionRow } from "./decide.ts";
import { markDueWhere } from "../../journal/due/write-settlement.ts";
import { monthKey, type Position } from "./load-grounds.ts";
import type { Settled } from "./group.ts";
import type { Group } from "./load.ts";

/** SQL: that an order (SQL of its time and id) comes after the position `w`. */
const isLater = (placedAt: string, orderId: string): string =>
  `(${placedAt}, ${orderId}) > (w.value ->> 'placedAt', w.value ->> 'orderId')`;

/** SQL: that some version of the plan of the position `w` goes by the month. */
const GOES_BY_MONTH = `EXISTS (SELECT 1 FROM plan_rules r WHERE r.plan_id = w.value ->> 'planId'
  AND (json_array_length(r.rule, '$.tiers') > 0 OR r.rule ->> 'capPerCreatorMinor' IS NOT NULL))`;

/**
 * The later orders of the positions in `?1`, but for those in `?2`. Orders that others have taken may have
 * no rows yet, and were read before this is written.
 */
const LATER = `SELECT c.order_id FROM json_each(?1) w CROSS JOIN order_commissions c
    ON c.plan_id = w.value ->> 'planId' AND c.creator_id = w.value ->> 'creatorId' AND c.month = w.value ->> 'month'
      AND ${isLater("c.placed_at", "c.order_id")}
  WHERE c.order_id NOT IN (SELECT value FROM json_each(?2)) AND ${GOES_BY_MONTH}
  UNION
  SELECT o.id FROM settlements_due d CROSS JOIN orders o ON o.id = d.order_id CROSS JOIN json_each(?1) w
  WHERE d.next_at > 0 AND o.id NOT IN (SELECT value FROM json_each(?2)) AND ${isLater("o.placed_at", "o.id")}
    AND EXISTS (SELECT 1 FROM json_each(o.shares) s WHERE s.value ->> 'planId' = w.value ->> 'planId'
      AND s.value ->> 'creatorId' = w.value ->> 'creatorId') AND ${GOES_BY_MONTH}`;

/**
 * Statements for tiers and caps, which go by what a creator sold and earned in the month before: where that
 * changed, or what of it can't be said, the later orders of the month are due, but for those of the group itself (`ids`), which know it already.
 */
export function markLater(
  { d1 }: Pick<Deps, "d1">,
  settled: readonly Settled[],
  rows: Group["rows"],
  ids: readonly string[],
): D1PreparedStatement[] {
  const earliest = new Map<string, Position>();
  for (const { order, settling } of settled) {
    const before = countingOf(rows.get(order.id) ?? []);
    const after = countingOf(settling.rows);
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
      (key) => !(before.has(key) && after.has(key)),
    );
    for (const key of changed) {
      const position = before.get(key) ?? after.get(key);
      if (position === undefined) continue;
      const known = earliest.get(monthKey(position));
      if (known === undefined || isBefore(position, known)) earliest.set(monthKey(position), position);
    }
  }
  return packJson([...earliest.values()]).map((json) => markDueWhere(d1, LATER, json, JSON.stringify(ids)));
}

/** Where rows count and how much, or what they wait for, by all of that: what has the same key makes no difference to later orders. */
function countingOf(rows: readonly CommissionRow[]): Map<string, Position> {
  return new Map(
    rows.flatMap(({ planId, creatorId, month, placedAt, orderId, salesMinor, uncappedMinor, note }) => {
      const { uncounted = [], missingRates = [] } = note;
      if (planId === null || (salesMinor === 0 && uncappedMinor === 0 && uncounted.length === 0)) return [];
      const position = { planId, creatorId, month, placedAt, orderId };
      const waits = uncounted.length === 0 ? null : [uncounted, missingRates];
      return [[JSON.stringify([position, salesMinor, uncappedMinor, waits]), position]];
    }),
  );
}

function isBefore(a: Position, b: Position): boolean {
  return a.placedAt < b.placedAt || (a.placedAt === b.placedAt && a.orderId < b.orderId);
}
