import type { SyncProgress } from "../../ground/model/shop.ts";
import { noteFailure, noteSuccess } from "../../shops/connection/health-store.ts";
import { openShop, type OpenedShop } from "../../shops/connection/load-shop.ts";
import { type OrderPage, ShopFailure } from "../../shops/platform.ts";
import { orderHeard } from "./heard-store.ts";
import { takePage } from "./intake-run.ts";
import { leaseOrders, releaseOrders } from "./lease-store.ts";

/** No page is begun after this long, ms, or so many requests to one shop. */
const TIME_MS = 20_000;
const MOST_REQUESTS = 40;

/** Shops that one run looks at. */
const SHOPS = 20;

/** How much one run does. */
export interface SyncLimits {
  /** Only of this store. */
  storeId?: string;
  /** Is asked before each page; left out: as time goes. */
  timeMs?: number;
}

interface Syncing {
  storeId: string;
  storeKey: string;
  sync: string;
}

/**
 * Goes on with the backfills of shops' orders at `now` (ms UTC), page by page: each is in the inbox, and processed,
 * before it counts as read. A run may be missed, doubled and ended at any point; a shop that fails is asked again by the
 * next, and holds up no other. Throws what D1 throws.
 */
export async function syncShops(env: Env, now: number, limits: SyncLimits = {}): Promise<void> {
  const { results } = await env.DB.prepare(
    `SELECT c.store_id AS storeId, s.key AS storeKey, c.sync FROM shop_connections c JOIN stores s ON s.id = c.store_id
     WHERE c.sync IS NOT NULL AND c.sync ->> '$.finishedAt' IS NULL AND c.state <> 'disconnected'
       AND c.orders_leased_until <= ?1 AND s.deleted_at IS NULL AND (?2 IS NULL OR c.store_id = ?2)
     ORDER BY c.sync ->> '$.updatedAt' LIMIT ?3`,
  )
    .bind(now, limits.storeId ?? null, SHOPS)
    .all<Syncing>();
  const endAt = Date.now() + (limits.timeMs ?? TIME_MS);
  for (const { storeId } of results) {
    if (Date.now() >= endAt) return;
    const lease = await leaseOrders(env.DB, storeId, now);
    if (lease === null) continue;
    try {
      await syncShop(env, storeId, now, endAt);
    } catch (error) {
      if (!(error instanceof ShopFailure)) throw error;
      await noteFailure(env.DB, storeId, error, now);
    } finally {
      await releaseOrders(env.DB, storeId, lease);
    }
  }
}

async function syncShop(env: Env, storeId: string, now: number, endAt: number): Promise<void> {
  // As it is by now, with the orders in hand.
  const row = await env.DB.prepare(
    "SELECT c.sync, s.key AS storeKey FROM shop_connections c JOIN stores s ON s.id = c.store_id WHERE c.store_id = ?1",
  )
    .bind(storeId)
    .first<{ sync: string; storeKey: string }>();
  const opened = await openShop(env, storeId);
  if (row === null || opened === null) return;
  let progress = JSON.parse(row.sync) as SyncProgress;
  const seen = new Set<string | null>();
  while (progress.finishedAt === null && Date.now() < endAt && opened.requests() < MOST_REQUESTS) {
    const page = await pageOf(env, opened, progress, seen, now);
    const { kept, latest, skipped } = await takePage(env, { id: storeId, key: row.storeKey }, page, now);
    progress = {
      ...progress,
      cursor: page.next,
      ...(latest !== null && { readTo: Math.max(progress.readTo ?? 0, Math.min(latest, now)) }),
      orders: progress.orders + page.readings.filter(({ kind }) => kind === "order").length,
      skipped: progress.skipped + skipped + page.readings.filter(({ kind }) => kind === "unreadable").length,
      updatedAt: now,
      finishedAt: page.next === null ? now : null,
    };
    const written = writeProgress(env.DB, storeId, progress);
    const heard = kept.some(({ repeated }) => !repeated) ? [orderHeard(env.DB, storeId, now)] : [];
    const [result] = await env.DB.batch([written, ...heard]);
    if (result?.results.length !== 1) return;
  }
  await noteSuccess(env.DB, storeId, now);
}

/**
 * The next page. Throws what the shop's list does; where that is for good, or the page was `seen` in this run already,
 * the backfill goes on from what it has read: the shop may refuse the place where it stood.
 */
async function pageOf(
  env: Env,
  { shop, connection: { storeId } }: OpenedShop,
  progress: SyncProgress,
  seen: Set<string | null>,
  now: number,
): Promise<OrderPage> {
  const { from, since = from, cursor, readTo = since } = progress;
  try {
    if (seen.has(cursor))
      throw new ShopFailure("refused", "The shop's list of orders has no end: its pages come again.");
    seen.add(cursor);
    return await shop.ordersSince(since, cursor);
  } catch (error) {
    if (error instanceof ShopFailure && !error.passing && cursor !== null) {
      const anew = { ...progress, cursor: null, since: Math.max(since, readTo), updatedAt: now };
      await writeProgress(env.DB, storeId, anew).run();
    }
    throw error;
  }
}

/** Statement that writes how far a backfill is, unless another was begun meanwhile. */
function writeProgress(d1: D1Database, storeId: string, progress: SyncProgress): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE shop_connections SET sync = ?2
       WHERE store_id = ?1 AND sync ->> '$.startedAt' = ?3 AND sync ->> '$.from' = ?4 RETURNING store_id`,
    )
    .bind(storeId, JSON.stringify(progress), progress.startedAt, progress.from);
}
