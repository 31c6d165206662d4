import { contactOfVisitor } from "../../conversions/event/contact-store.ts";
import { bindingsOf } from "../number/store.ts";
import { CLOCKS_APART_MS, type LeaseThen, type MatchGrounds, type MatchedBy } from "./match.ts";

const DAY_MS = 86_400_000;

/** How long before a call began a lease may have, ms: a page that stays open is heard of for as long as it is. */
const LOOK_BACK_MS = 14 * DAY_MS;

/** Leases of a number that are looked at: each lasts for minutes, and ends before the next. */
const MAX_LEASES = 500;

/** What a call of a store may be matched by, as it was when the call began. Throws what D1 throws. */
export async function matchGrounds(d1: D1Database, storeId: string, call: MatchedBy): Promise<MatchGrounds> {
  const { number, startedAt, click, direction } = call;
  const [then] = number === null ? [] : await bindingsOf(d1, storeId, [{ number, at: startedAt }]);
  const { numberId = null, binding = null } = then ?? {};
  const poolId = direction === "inbound" ? (binding?.poolId ?? null) : null;
  const pool = poolId === null ? null : await poolOf(d1, poolId);
  const leases = poolId === null || numberId === null ? [] : await leasesOf(d1, numberId, startedAt);
  const linkIds = [...leases.map(({ linkId }) => linkId), click?.linkId ?? null].filter((id) => id !== null);
  const [links, windowMs] = await Promise.all([linksOf(d1, storeId, linkIds), windowOf(d1, storeId, linkIds)]);
  return { numberId, binding, pool, leases, windowMs, links };
}

/** For so long before an order clicks count for a store, ms; it isn't asked where there is none. */
async function windowOf(d1: D1Database, storeId: string, linkIds: readonly string[]): Promise<number> {
  if (linkIds.length === 0) return 0;
  const found = d1.prepare("SELECT attribution ->> '$.windowDays' AS days FROM stores WHERE id = ?1").bind(storeId);
  return ((await found.first<number>("days")) ?? 0) * DAY_MS;
}

async function poolOf(d1: D1Database, poolId: string): Promise<MatchGrounds["pool"]> {
  const found = await d1
    .prepare("SELECT quarantine_minutes * 60000 AS quarantineMs FROM number_pools WHERE id = ?1")
    .bind(poolId)
    .first<{ quarantineMs: number }>();
  return found;
}

async function leasesOf(d1: D1Database, numberId: string, at: number): Promise<LeaseThen[]> {
  const { results } = await d1
    .prepare(
      `SELECT id, pool_id AS poolId, visitor_hash AS visitorHash, visit, channel, source_name AS sourceName,
         link_id AS linkId, click_id AS clickId, click_at AS clickAt, starts_at AS startsAt, free_at AS freeAt,
         late_at AS lateAt
       FROM number_leases WHERE number_id = ?1 AND starts_at BETWEEN ?2 AND ?3 ORDER BY starts_at DESC LIMIT ${MAX_LEASES}`,
    )
    .bind(numberId, at - LOOK_BACK_MS, at + CLOCKS_APART_MS)
    .all<LeaseThen>();
  return results;
}

/** Whose links are: of no other store's. */
async function linksOf(d1: D1Database, storeId: string, linkIds: readonly string[]): Promise<MatchGrounds["links"]> {
  if (linkIds.length === 0) return new Map();
  const { results } = await d1
    .prepare(
      `SELECT l.id, l.creator_id AS creatorId, l.campaign_id AS campaignId
       FROM json_each(?2) w CROSS JOIN links l ON l.id = w.value LEFT JOIN tracking_plans p ON p.id = l.plan_id
       WHERE coalesce(l.store_id, p.store_id, ?1) = ?1`,
    )
    .bind(storeId, JSON.stringify([...new Set(linkIds)]))
    .all<{ id: string; creatorId: string | null; campaignId: string | null }>();
  return new Map(results.map(({ id, ...link }) => [id, link]));
}

/** Whose a call is, and who says so; `null`: nobody does. */
export interface CallCustomer {
  hash: string;
  trust: "claimed" | "confirmed";
}

/**
 * The customer of a call: whom a server calls from this number, the first it said, or else whose the visitor is who was
 * shown the number, which browsers alone say.
 */
export async function customerOf(
  d1: D1Database,
  storeId: string,
  { callerHash, visitorHash, startedAt }: { callerHash: string | null; visitorHash: string | null; startedAt: number },
): Promise<CallCustomer | null> {
  const [byPhone, byVisitor] = await d1.batch<{ hash: string }>([
    d1
      .prepare(
        `SELECT customer_hash AS hash FROM customer_phones WHERE store_id = ?1 AND phone_hash = ?2
         ORDER BY time, customer_hash LIMIT 1`,
      )
      .bind(storeId, callerHash ?? ""),
    d1
      .prepare(`SELECT customer_hash AS hash FROM contacts WHERE id = ${CONTACT}`)
      .bind(storeId, visitorHash ?? "", startedAt),
  ]);
  const [confirmed, claimed] = [byPhone?.results[0]?.hash, byVisitor?.results[0]?.hash];
  if (confirmed !== undefined) return { hash: confirmed, trust: "confirmed" };
  return claimed === undefined ? null : { hash: claimed, trust: "claimed" };
}

const CONTACT = contactOfVisitor("?1", "?2", "?3");
