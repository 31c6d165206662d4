import type { Deps } from "../../ground/deps.ts";
import type { Rule } from "../../ground/model/attribution.ts";
import { storesOf } from "../frame/stores.ts";
import { type MissedOrder, type OwnTouch, spellingsOf } from "./ask.ts";
import type { Brought } from "./brought.ts";
import type { Guest } from "./load-brought.ts";
import { loadOrders } from "./load-orders.ts";
import { isCredited, isPartVisible, isVisible, sightOf, sightValues } from "./visible.ts";

/** An order that somebody asked for: as the list shows it, or why it isn't in it. */
export type Answered =
  | { is: "yours"; order: Brought }
  | { is: "missed"; order: MissedOrder; store: string; timezone: string };

/** Orders of one number that are told of: each store may have one, or several. */
const MOST = 5;

/**
 * How long after an order a browser's word of it is still evidence that may be asked for, ms. Whoever makes a claim up to
 * learn of an order by its number learns nothing of those that are older.
 */
const HONEST_MS = 86_400_000;

/** SQL: the creator's own touches of the order `o`, as JSON, that count as evidence and may be seen. */
const TOUCHES = `(SELECT json_group_array(json_object('kind', t.value ->> 'kind', 'time', t.value ->> 'time',
      'planEndsAt', t.value ->> 'planEndsAt', 'reasonCode', t.reason))
    FROM (SELECT c.value -> 'touch' AS value, c.value ->> 'reasonCode' AS reason
      FROM json_each(o.explanation, '$.candidates') c WHERE c.value ->> '$.touch.creatorId' = ?1) t
    WHERE (t.value ->> 'trust' = 'confirmed' OR coalesce(t.value ->> 'claimedAt' <= o.placed_at + ${HONEST_MS}, TRUE))
      AND coalesce(t.reason, '') <> 'duplicate'
      AND ${isVisible("t.value ->> 'campaignId'", "t.value ->> 'planId'", "o.store_id")})`;

interface Found {
  id: string;
  isMine: number;
  isMineHidden: number;
  touches: string;
  placedAt: number;
  rule: Rule;
  windowDays: number;
  byHand: number;
  store: string;
  timezone: string;
}

/**
 * What is not there, is of another store, and what nothing of the creator's led to is the same here: one look, and no row.
 * Orders are found by the shop's ids and by their numbers, each by an index. Their own come first, so that no claim of the
 * same name that somebody makes up stands in their way, and then the newest.
 */
export const ASKED = `WITH named AS (
    SELECT e.rowid AS at FROM json_each(?6) w
    CROSS JOIN orders e ON e.store_id = w.value AND e.external_id IN (SELECT value FROM json_each(?7))
    UNION SELECT n.rowid FROM json_each(?6) w CROSS JOIN orders n ON n.store_id = w.value AND n.order_number IS NOT NULL
      AND n.order_number IN (SELECT value FROM json_each(?7))
  ) SELECT * FROM (
    SELECT o.id, ${isPartVisible("o", "order_id", "o.status = 'contested'")} AS isMine, ${isCredited("o")} AS isMineHidden,
      ${TOUCHES} AS touches, o.placed_at AS placedAt, o.explanation ->> 'rule' AS rule,
      o.explanation ->> '$.policy.windowDays' AS windowDays, o.manual IS NOT NULL AS byHand,
      coalesce(st.brand_name, st.name) AS store, st.timezone
    FROM named CROSS JOIN orders o ON o.rowid = named.at CROSS JOIN stores st ON st.id = o.store_id
  ) WHERE isMine OR (NOT isMineHidden AND touches <> '[]') ORDER BY isMine DESC, placedAt DESC, id DESC LIMIT ${MOST}`;

/**
 * What a creator may be told of the orders that shops call by a number, in stores of campaigns of theirs that show their
 * numbers: of each that something of theirs led to. Throws what D1 throws.
 */
export async function answerFor(
  deps: Pick<Deps, "d1">,
  { guest, campaigns, now }: Guest,
  number: string,
): Promise<Answered[]> {
  const sight = sightOf(guest.creatorId, campaigns, { campaign: null });
  const shown = campaigns.filter(({ visible }) => visible);
  const stores = storesOf(shown);
  const { results } = await deps.d1
    .prepare(ASKED)
    .bind(...sightValues(sight), JSON.stringify(stores), JSON.stringify(spellingsOf(number)))
    .all<Found>();
  const ids = results.flatMap(({ id, isMine }) => (isMine === 1 ? [id] : []));
  const own = new Map((await loadOrders(deps, guest.creatorId, shown, ids, now)).map((order) => [order.id, order]));
  return results.flatMap(({ id, isMine, touches, placedAt, rule, windowDays, byHand, store, timezone }): Answered[] => {
    const order = own.get(id);
    if (order !== undefined) return [{ is: "yours", order }];
    if (isMine === 1) return [];
    const missed = {
      placedAt,
      rule,
      windowDays,
      isByHand: byHand === 1,
      touches: JSON.parse(touches) as OwnTouch[],
    };
    return [{ is: "missed", order: missed, store, timezone }];
  });
}
