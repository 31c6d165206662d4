import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import type { Move, NewBinding } from "./bound.ts";
import type { NumberRow } from "./store.ts";

/**
 * Statements that add numbers of a store, and what they are bound to. They break their batch off if the store, or
 * anything that they are bound to, is gone by then.
 */
export function insertNumbers(
  d1: D1Database,
  storeId: string,
  rows: readonly NumberRow[],
  bindings: readonly NewBinding[],
): D1PreparedStatement[] {
  const inserts = packJson(rows).map((json) =>
    d1
      .prepare(
        `INSERT INTO phone_numbers (id, store_id, number, label, target, pool_id, forwards_to, rented_from, rented_until,
           free_at, version, created_at, updated_at)
         SELECT value ->> 'id', value ->> 'storeId', value ->> 'number', value ->> 'label', value ->> 'target',
           value ->> 'poolId', value ->> 'forwardsTo', value ->> 'rentedFrom', value ->> 'rentedUntil',
           value ->> 'freeAt', value ->> 'version', value ->> 'createdAt', value ->> 'updatedAt'
         FROM json_each(?1)`,
      )
      .bind(json),
  );
  return [
    mustHold(d1, "EXISTS (SELECT 1 FROM stores WHERE id = ?1 AND deleted_at IS NULL)", storeId),
    ...inserts,
    ...insertBindings(d1, bindings),
  ];
}

/**
 * Statements that write numbers as they are to be, end bindings and begin others. They break their batch off if one of
 * the numbers isn't as it was read, or anything that it is to be bound to is gone. Until when nobody gets a number is
 * left as it is, for leases are written meanwhile; one that leaves its pool is no visitor's any more.
 */
export function writeMoves(d1: D1Database, moves: readonly Move[]): D1PreparedStatement[] {
  const known = packJson(moves.map(({ before: { row } }) => ({ id: row.id, version: row.version })));
  const premises = known.map((json) =>
    mustHold(
      d1,
      `NOT EXISTS (SELECT 1 FROM json_each(?1) k WHERE NOT EXISTS (SELECT 1 FROM phone_numbers n
         WHERE n.id = k.value ->> 'id' AND n.version = k.value ->> 'version' AND n.deleted_at IS NULL))`,
      json,
    ),
  );
  const ends = packJson(
    moves.flatMap(({ before, endsAt }) => (endsAt === null ? [] : { id: before.row.id, endsAt })),
  ).map((json) =>
    d1
      .prepare(
        `UPDATE number_bindings SET ends_at = e.value ->> 'endsAt' FROM json_each(?1) e
         WHERE number_id = e.value ->> 'id' AND ends_at IS NULL`,
      )
      .bind(json),
  );
  const updates = packJson(moves.map(({ after: { row } }) => row)).flatMap((json) => [
    d1
      .prepare(
        `UPDATE number_leases SET ends_at = max(starts_at, min(ends_at, r.at)), free_at = max(starts_at, min(free_at, r.at))
         FROM (SELECT n.id, j.value ->> 'updatedAt' AS at FROM json_each(?1) j
           CROSS JOIN phone_numbers n ON n.id = j.value ->> 'id' AND n.pool_id IS NOT j.value ->> 'poolId') r
         WHERE number_leases.number_id = r.id AND number_leases.free_at > r.at`,
      )
      .bind(json),
    d1
      .prepare(
        `UPDATE phone_numbers SET label = r.value ->> 'label', target = r.value ->> 'target',
           pool_id = r.value ->> 'poolId', forwards_to = r.value ->> 'forwardsTo',
           rented_from = r.value ->> 'rentedFrom', rented_until = r.value ->> 'rentedUntil',
           free_at = max(free_at, r.value ->> 'freeAt'),
           lease_id = iif(pool_id IS r.value ->> 'poolId', lease_id, NULL),
           lease_network = iif(pool_id IS r.value ->> 'poolId', lease_network, NULL), version = r.value ->> 'version',
           updated_at = r.value ->> 'updatedAt', deleted_at = r.value ->> 'deletedAt'
         FROM json_each(?1) r WHERE phone_numbers.id = r.value ->> 'id'`,
      )
      .bind(json),
  ]);
  return [
    ...premises,
    ...ends,
    ...updates,
    ...insertBindings(
      d1,
      moves.flatMap(({ begins }) => begins ?? []),
    ),
  ];
}

/** Statements that begin bindings; they break their batch off if what one of them names is gone. */
function insertBindings(d1: D1Database, bindings: readonly NewBinding[]): D1PreparedStatement[] {
  return packJson(bindings).flatMap((json) => [
    mustHold(
      d1,
      `NOT EXISTS (SELECT 1 FROM json_each(?1) b WHERE
         (b.value ->> 'poolId' IS NOT NULL AND NOT EXISTS (SELECT 1 FROM number_pools p WHERE p.id = b.value ->> 'poolId'
            AND p.store_id = b.value ->> 'storeId' AND p.channel = b.value ->> 'channel' AND p.deleted_at IS NULL))
         OR (b.value ->> 'linkId' IS NOT NULL AND NOT EXISTS (SELECT 1 FROM links l WHERE l.id = b.value ->> 'linkId'
            AND l.deleted_at IS NULL AND l.creator_id IS b.value ->> 'creatorId'))
         OR (b.value ->> 'creatorId' IS NOT NULL AND NOT EXISTS (SELECT 1 FROM creators c
            WHERE c.id = b.value ->> 'creatorId' AND c.deleted_at IS NULL))
         OR (b.value ->> 'campaignId' IS NOT NULL AND NOT EXISTS (SELECT 1 FROM campaigns c
            WHERE c.id = b.value ->> 'campaignId' AND c.deleted_at IS NULL)))`,
      json,
    ),
    d1
      .prepare(
        `INSERT INTO number_bindings (number_id, store_id, number, pool_id, channel, creator_id, campaign_id, link_id,
           offline, starts_at, actor)
         SELECT value ->> 'numberId', value ->> 'storeId', value ->> 'number', value ->> 'poolId', value ->> 'channel',
           value ->> 'creatorId', value ->> 'campaignId', value ->> 'linkId', value ->> 'offline', value ->> 'startsAt',
           value ->> 'actor'
         FROM json_each(?1)`,
      )
      .bind(json),
  ]);
}
