import { packJson } from "../../ground/db/pack.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Trust } from "../../ground/model/evidence.ts";

/** A click of a customer whom a store knows by an id. */
export interface CustomerTouch {
  storeId: string;
  /** Never the id itself. */
  customerHash: string;
  clickId: string;
  linkId: string;
  /** Who links the two: the shop's server, or a browser alone. */
  trust: Trust;
  /** ms UTC. */
  time: number;
}

/**
 * Statements, one for thousands, that keep customers' clicks, so that an order of theirs from another
 * device finds them; a repeat changes nothing, unless a server confirms what a browser claimed. The caller answers for it that the customer or the shop's
 * server allowed it.
 */
export function recordCustomerTouches(
  { d1, now }: Pick<Deps, "d1" | "now">,
  touches: readonly CustomerTouch[],
): D1PreparedStatement[] {
  return packJson(touches).map((rows) =>
    d1
      .prepare(
        `INSERT INTO customer_touches (store_id, customer_hash, click_id, link_id, trust, time, created_at)
         SELECT value ->> 'storeId', value ->> 'customerHash', value ->> 'clickId', value ->> 'linkId',
           value ->> 'trust', value ->> 'time', ?2
         FROM json_each(?1) WHERE TRUE
         ON CONFLICT (store_id, customer_hash, click_id) DO UPDATE SET trust = excluded.trust
         WHERE excluded.trust = 'confirmed' AND customer_touches.trust = 'claimed'`,
      )
      .bind(rows, now()),
  );
}
