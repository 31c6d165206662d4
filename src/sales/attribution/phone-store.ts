import { packJson } from "../../ground/db/pack.ts";
import type { Deps } from "../../ground/deps.ts";
import { CUSTOMERS_OF_PHONE, guestsOfPhone, MOST_OF_PHONE } from "./load-calls.ts";

/** That a store's customer has a phone number, both as keyed hashes: a server's word. */
export interface CustomerPhone {
  customerHash: string;
  /** As `callerHash` of a call. */
  phoneHash: string;
  /** When it was so, ms UTC. */
  time: number;
}

/** SQL: the calls `c` from phones `?2` (JSON) of a store `?1` that it doesn't know as that customer's yet. */
const NEWS = `json_each(?2) w CROSS JOIN calls c ON c.store_id = ?1 AND c.caller_hash = w.value ->> 'phoneHash'
  WHERE NOT EXISTS (SELECT 1 FROM customer_phones p WHERE p.store_id = ?1
    AND p.phone_hash = w.value ->> 'phoneHash' AND p.customer_hash = w.value ->> 'customerHash')`;

/**
 * Statements that keep the phones of a store's customers, so that calls from them are theirs: those that were nobody's,
 * or whose a browser alone said, are the customer's whose phone it was first. Calls from a phone that is new become due,
 * so that the orders are found that they may have led to. A repeat changes nothing.
 */
export function recordPhones(
  { d1, now }: Pick<Deps, "d1" | "now">,
  storeId: string,
  phones: readonly CustomerPhone[],
): D1PreparedStatement[] {
  return packJson(phones).flatMap((pack) => [
    d1
      .prepare(
        // Past the bound a phone is nobody's, and stays so.
        `UPDATE calls SET due_since = ?3 WHERE id IN (SELECT c.id FROM ${NEWS} AND ${CUSTOMERS_OF_PHONE} <= ${MOST_OF_PHONE})`,
      )
      .bind(storeId, pack, now()),
    d1
      .prepare(
        `INSERT INTO customer_phones (store_id, phone_hash, customer_hash, time)
         SELECT ?1, value ->> 'phoneHash', value ->> 'customerHash', value ->> 'time' FROM json_each(?2) WHERE TRUE
         ON CONFLICT (store_id, phone_hash, customer_hash) DO UPDATE SET time = min(time, excluded.time)`,
      )
      .bind(storeId, pack),
    d1
      .prepare(
        `UPDATE calls SET customer_hash = (SELECT p.customer_hash FROM customer_phones p
             WHERE p.store_id = ?1 AND p.phone_hash = calls.caller_hash ORDER BY p.time, p.customer_hash LIMIT 1),
           customer_trust = 'confirmed', due_since = ?3, version = version + 1, updated_at = ?3
         WHERE id IN (SELECT c.id FROM json_each(?2) w
           CROSS JOIN calls c ON c.store_id = ?1 AND c.caller_hash = w.value ->> 'phoneHash'
           WHERE c.customer_trust IS NOT 'confirmed')`,
      )
      .bind(storeId, pack, now()),
  ]);
}

/** Orders that are written together at most: so far beyond the bound a phone gets at once. */
const MORE = 50;

/**
 * Statements that have calls from phones of guests (hashes) told of anew as soon as more guests have the phone than one can
 * be of: what orders were credited by until then was nobody's. They come behind what was told of the orders.
 */
export function recallGuests(
  { d1, now }: Pick<Deps, "d1" | "now">,
  storeId: string,
  phoneHashes: readonly string[],
): D1PreparedStatement[] {
  const guests = guestsOfPhone("c.caller_hash", MOST_OF_PHONE + MORE + 1);
  return packJson([...new Set(phoneHashes)]).map((pack) =>
    d1
      .prepare(
        `UPDATE calls SET due_since = ?3 WHERE id IN (
           SELECT c.id FROM json_each(?2) w CROSS JOIN calls c ON c.store_id = ?1 AND c.caller_hash = w.value
           WHERE ${guests} BETWEEN ${MOST_OF_PHONE + 1} AND ${MOST_OF_PHONE + MORE})`,
      )
      .bind(storeId, pack, now()),
  );
}
