import { packJson } from "../../ground/db/pack.ts";
import type { OrderItem } from "../../ground/model/evidence.ts";
import { SHOP_SETTINGS, type ShopSettings } from "../../ground/model/shop.ts";
import type { Touch } from "../../ground/model/attribution.ts";
import { REOPEN_ROWS } from "./reopen-store.ts";
import { type Renewal, renewalGroup, shareItems } from "./renewal.ts";

/** A renewal as a row of the inbox tells of it. */
export interface ToldRenewal extends Renewal {
  /** ms UTC. */
  placedAt: number;
  inboxId: string;
}

/** A renewal with what it may be told by what it renews. */
export interface JudgedRenewal extends Renewal {
  /** ms UTC. */
  placedAt: number;
  items: OrderItem[] | null;
}

/** How an order counts that a subscription made. */
export interface RenewalStanding {
  counts: boolean;
  /** What it renews; `null`: it isn't known here. */
  parent: RenewedOrder | null;
}

/** The parts of a renewed order that its renewals are credited by. */
export interface RenewedOrder {
  /** ms UTC. */
  placedAt: number;
  touches: Touch[];
}

/** Earlier orders of a customer that are looked at for what a renewal renews, the latest. */
const MOST_EARLIER = 50;

/** How orders of a connected store count; what holds by default for one that isn't, or was. */
export async function shopSettings(d1: D1Database, storeId: string): Promise<ShopSettings> {
  const row = await d1.prepare(SETTINGS).bind(storeId).first<{ settings: string }>();
  return settingsOf(row);
}

const SETTINGS = "SELECT settings FROM shop_connections WHERE store_id = ?1";

function settingsOf(row: { settings: string } | null | undefined): ShopSettings {
  return row == null ? SHOP_SETTINGS : { ...SHOP_SETTINGS, ...(JSON.parse(row.settings) as Partial<ShopSettings>) };
}

/**
 * Statements that keep a store's renewals, at `now` (ms UTC). One that is new has later ones of the same give up their
 * places: they are read again.
 */
export function noteRenewals(
  d1: D1Database,
  storeId: string,
  renewals: readonly ToldRenewal[],
  now: number,
): D1PreparedStatement[] {
  const rows = renewals.map(({ externalId, placedAt, inboxId, ...renewal }) => ({
    group: renewalGroup({ externalId, ...renewal }),
    externalId,
    placedAt,
    inboxId,
  }));
  return packJson(rows).flatMap((pack) => [
    d1
      .prepare(
        `${REOPEN_ROWS} (SELECT r.inbox_id FROM json_each(?2) w
           CROSS JOIN shop_renewals r ON r.store_id = ?1 AND r.renewal_of = w.value ->> 'group'
             AND (r.placed_at, r.external_id) > (w.value ->> 'placedAt', w.value ->> 'externalId')
             AND r.external_id <> w.value ->> 'externalId'
           WHERE NOT EXISTS (SELECT 1 FROM shop_renewals k WHERE k.store_id = ?1 AND k.renewal_of = r.renewal_of
             AND k.external_id = w.value ->> 'externalId' AND k.placed_at = w.value ->> 'placedAt'))`,
      )
      .bind(storeId, pack, now),
    d1
      .prepare(
        `INSERT INTO shop_renewals (store_id, renewal_of, external_id, placed_at, inbox_id)
         SELECT ?1, value ->> 'group', value ->> 'externalId', value ->> 'placedAt', value ->> 'inboxId'
         FROM json_each(?2) WHERE TRUE
         ON CONFLICT (store_id, renewal_of, external_id) DO UPDATE
           SET placed_at = excluded.placed_at, inbox_id = excluded.inbox_id
           WHERE placed_at <> excluded.placed_at OR inbox_id <> excluded.inbox_id`,
      )
      .bind(storeId, pack),
  ]);
}

/** An order that may be what others renew. */
export interface Renewed {
  externalId: string;
  customerHash: string | null;
  /** ms UTC. */
  placedAt: number;
}

/** Statements that have the renewals of these orders read again, at `now` (ms UTC): they are credited as those are. */
export function reopenRenewals(
  d1: D1Database,
  storeId: string,
  orders: readonly Renewed[],
  now: number,
): D1PreparedStatement[] {
  const rows = orders.map(({ externalId, customerHash, placedAt }) => ({ externalId, customerHash, placedAt }));
  return packJson(rows).map((pack) =>
    d1
      .prepare(
        `${REOPEN_ROWS} (
           SELECT r.inbox_id FROM json_each(?2) w
             CROSS JOIN shop_renewals r ON r.store_id = ?1 AND r.renewal_of = w.value ->> 'externalId'
           UNION ALL
           SELECT r.inbox_id FROM json_each(?2) w
             CROSS JOIN orders o ON o.store_id = ?1 AND o.customer_hash = w.value ->> 'customerHash'
               AND o.placed_at > w.value ->> 'placedAt'
             CROSS JOIN shop_renewals r ON r.store_id = ?1 AND r.external_id = o.external_id)`,
      )
      .bind(storeId, pack, now),
  );
}

/**
 * Whether renewals count, by their own ids: by the store's setting, and by their place among all of the same that are
 * known, in the sequence in which they were placed. It depends on none of the ways in which they came.
 */
export async function countedRenewals(
  d1: D1Database,
  storeId: string,
  renewals: readonly Renewal[],
): Promise<ReadonlyMap<string, boolean>> {
  if (renewals.length === 0) return new Map();
  const groups = [...new Set(renewals.map(renewalGroup))];
  const [settings, places] = await d1.batch<Record<string, string | number>>([
    d1.prepare(SETTINGS).bind(storeId),
    d1
      .prepare(
        `SELECT external_id AS externalId, renewal_of AS renewalOf,
           row_number() OVER (PARTITION BY renewal_of ORDER BY placed_at, external_id) AS place
         FROM shop_renewals WHERE store_id = ?1 AND renewal_of IN (SELECT value FROM json_each(?2))`,
      )
      .bind(storeId, JSON.stringify(groups)),
  ]);
  const { renewals: setting } = settingsOf(settings?.results[0] as { settings: string } | undefined);
  const keyOf = (group: unknown, externalId: unknown): string => JSON.stringify([group, externalId]);
  const placeOf = new Map(
    places?.results.map(({ renewalOf, externalId, place }) => [keyOf(renewalOf, externalId), Number(place)]),
  );
  const counts = (renewal: Renewal): boolean => {
    if (typeof setting !== "object") return setting === "all";
    return (placeOf.get(keyOf(renewalGroup(renewal), renewal.externalId)) ?? Infinity) <= setting.first;
  };
  return new Map(renewals.map((renewal) => [renewal.externalId, counts(renewal)]));
}

/** An earlier order, as it is read. */
interface EarlierRow {
  child: string;
  placedAt: number;
  touches: string;
  items: string | null;
}

/**
 * How renewals stand, by their own ids: see {@link countedRenewals}. What one renews is the order that it names, or else
 * the last that its customer placed before, not made by a subscription, with an article of its own. What pages claim
 * is neither: whoever named a subscription, or a customer, would earn by all that comes after.
 */
export async function renewalStandings(
  d1: D1Database,
  storeId: string,
  renewals: readonly JudgedRenewal[],
): Promise<ReadonlyMap<string, RenewalStanding>> {
  const counted = await countedRenewals(d1, storeId, renewals);
  const parents = new Map<string, RenewedOrder>();
  const itemsOf = new Map(renewals.map(({ externalId, items }) => [externalId, items]));
  for (const pack of packJson(renewals.map(({ items: _items, ...renewal }) => renewal))) {
    const [named, earlier] = await d1.batch<EarlierRow>([
      d1
        .prepare(
          `SELECT w.value ->> 'externalId' AS child, o.placed_at AS placedAt, o.touches, o.items FROM json_each(?2) w
           CROSS JOIN orders o ON o.store_id = ?1 AND o.external_id = w.value ->> 'renewalOf'
           WHERE o.external_id <> w.value ->> 'externalId' AND o.trust = 'confirmed'`,
        )
        .bind(storeId, pack),
      d1
        .prepare(
          `SELECT child, placedAt, touches, items FROM (
             SELECT w.value ->> 'externalId' AS child, o.placed_at AS placedAt, o.touches, o.items,
               row_number() OVER (PARTITION BY w.key ORDER BY o.placed_at DESC, o.external_id DESC) AS place
             FROM json_each(?2) w CROSS JOIN orders o ON o.store_id = ?1
               AND o.customer_hash = w.value ->> 'customerHash' AND o.placed_at < w.value ->> 'placedAt'
             WHERE o.test = 0 AND o.trust = 'confirmed' AND o.external_id <> w.value ->> 'externalId'
               AND NOT EXISTS (SELECT 1 FROM shop_renewals r WHERE r.store_id = ?1 AND r.external_id = o.external_id))
           WHERE place <= ${MOST_EARLIER} ORDER BY child, place`,
        )
        .bind(storeId, pack),
    ]);
    for (const { child, placedAt, touches } of named?.results ?? []) {
      parents.set(child, { placedAt, touches: JSON.parse(touches) as Touch[] });
    }
    for (const { child, placedAt, touches, items } of earlier?.results ?? []) {
      const own = JSON.parse(items ?? "[]") as OrderItem[];
      if (parents.has(child) || !shareItems(itemsOf.get(child) ?? null, own)) continue;
      parents.set(child, { placedAt, touches: JSON.parse(touches) as Touch[] });
    }
  }
  return new Map(
    renewals.map(({ externalId }) => [
      externalId,
      { counts: counted.get(externalId) === true, parent: parents.get(externalId) ?? null },
    ]),
  );
}

/** Which of these orders of a store (by the shop's ids) are recorded. */
export async function recordedAmong(
  d1: D1Database,
  storeId: string,
  externalIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (externalIds.length === 0) return new Set();
  const { results } = await d1
    .prepare(
      "SELECT external_id AS id FROM orders WHERE store_id = ?1 AND external_id IN (SELECT value FROM json_each(?2))",
    )
    .bind(storeId, JSON.stringify(externalIds))
    .all<{ id: string }>();
  return new Set(results.map(({ id }) => id));
}
