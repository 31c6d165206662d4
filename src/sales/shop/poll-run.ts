import { errorText } from "../../ground/error-text.ts";
import { noteFailure, noteSuccess } from "../../shops/connection/health-store.ts";
import { openShop, type OpenedShop } from "../../shops/connection/load-shop.ts";
import { ShopFailure } from "../../shops/platform.ts";
import { orderHeard } from "./heard-store.ts";
import { takePage } from "./intake-run.ts";
import { leaseOrders, releaseOrders } from "./lease-store.ts";

/** How often a shop is asked for what changed, ms. */
export const POLL_EVERY_MS = 300_000;

/** How far a poll goes back behind what it knows, ms: lists are not always true to the second. */
export const OVERLAP_MS = 900_000;

/** How far the first poll goes back, ms. */
export const FIRST_POLL_MS = 24 * 3_600_000;

/** How often refunds are read again, and of how long a time, ms: some shops don't say that they change an order. */
export const REFUNDS_EVERY_MS = 6 * 3_600_000;
export const REFUNDS_OF_MS = 14 * 24 * 3_600_000;

/** No page is begun after this long, ms, or so many requests to one shop: a Worker has 50 on the free plan. */
const TIME_MS = 15_000;
const MOST_REQUESTS = 40;

/** Shops that one run looks at, and those that are asked at once: one that doesn't answer takes the run's whole time. */
const SHOPS = 50;
const AT_ONCE = 4;

/** Where a poll stands. */
interface PollState {
  storeId: string;
  /** See `leaseOrders`: what is read is noted only as long as it holds. */
  lease: number;
  storeKey: string;
  polledTo: number | null;
  pollCursor: string | null;
  pollSince: number | null;
  refundsReadAt: number | null;
}

/** What is read: orders that changed, or those that something was given back of. */
type Stretch = "orders" | "refunds";

/** Where a stretch goes on: kept as JSON in the connection's row. */
interface Cursor {
  of: Stretch;
  at: string;
}

/**
 * Asks shops whose time has come at `now` (ms UTC) for orders that changed since the last time, and some times a day
 * for those of the last days that something was given back of. What they have comes into the inbox before it counts as
 * known, so a run may be missed, doubled and ended at any point; what it doesn't get done goes on in the next. A shop
 * that fails holds up no other. Throws what D1 throws.
 */
export async function pollShops(env: Env, now: number): Promise<void> {
  const { results } = await env.DB.prepare(
    `SELECT store_id AS storeId FROM shop_connections
     WHERE next_poll_at <= ?1 AND state <> 'disconnected' AND orders_leased_until <= ?1 ORDER BY next_poll_at LIMIT ?2`,
  )
    .bind(now, SHOPS)
    .all<{ storeId: string }>();
  const endAt = Date.now() + TIME_MS;
  const due = results.values();
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (const { storeId } of due) {
      if (Date.now() >= endAt) return;
      await pollShop(env, storeId, now, endAt);
    }
  });
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === "rejected") throw lane.reason;
}

async function pollShop(env: Env, storeId: string, now: number, endAt: number): Promise<void> {
  const lease = await leaseOrders(env.DB, storeId, now);
  if (lease === null) return;
  let nextPollAt = now + POLL_EVERY_MS;
  try {
    const state = await pollState(env.DB, storeId, lease);
    const opened = state === null ? null : await openShop(env, storeId);
    if (state !== null && opened !== null) {
      if (!(await pollOpened(env, opened, state, now, endAt))) nextPollAt = now;
      // Refunds that can't be read are as bad as orders.
      if (opened.requests() > 0) await noteSuccess(env.DB, storeId, now);
    }
  } catch (error) {
    if (!(error instanceof ShopFailure)) {
      console.error(JSON.stringify({ event: "shop_poll_failed", storeId, message: errorText(error) }));
      throw error;
    }
    await noteFailure(env.DB, storeId, error, now);
    // Where it went on may be what the shop refuses: the next begins anew at what is known for sure.
    if (!error.passing) await forgetCursor(env.DB, storeId, lease);
  } finally {
    await releaseOrders(env.DB, storeId, lease, nextPollAt);
  }
}

async function pollState(d1: D1Database, storeId: string, lease: number): Promise<PollState | null> {
  return d1
    .prepare(
      `SELECT c.store_id AS storeId, c.orders_leased_until AS lease, s.key AS storeKey, c.polled_to AS polledTo, c.poll_cursor AS pollCursor,
         c.poll_since AS pollSince, c.refunds_read_at AS refundsReadAt
       FROM shop_connections c JOIN stores s ON s.id = c.store_id
       WHERE c.store_id = ?1 AND c.state <> 'disconnected' AND c.orders_leased_until = ?2 AND s.deleted_at IS NULL`,
    )
    .bind(storeId, lease)
    .first<PollState>();
}

/** Reads what is to be read, orders before refunds. Answers whether all of it was. Throws a `ShopFailure`, and what D1 throws. */
async function pollOpened(
  env: Env,
  opened: OpenedShop,
  state: PollState,
  now: number,
  endAt: number,
): Promise<boolean> {
  const cursor = state.pollCursor === null ? null : (JSON.parse(state.pollCursor) as Cursor);
  if (cursor?.of !== "refunds") {
    const known = state.polledTo === null ? now - FIRST_POLL_MS : state.polledTo - OVERLAP_MS;
    const since = cursor === null ? known : (state.pollSince ?? known);
    if (!(await readStretch(env, opened, state, { of: "orders", since, at: cursor?.at ?? null }, now, endAt))) {
      return false;
    }
  }
  const isDue = cursor?.of === "refunds" || now - (state.refundsReadAt ?? 0) >= REFUNDS_EVERY_MS;
  if (!isDue) return true;
  const since = cursor?.of === "refunds" ? (state.pollSince ?? now - REFUNDS_OF_MS) : now - REFUNDS_OF_MS;
  const at = cursor?.of === "refunds" ? cursor.at : null;
  return readStretch(env, opened, state, { of: "refunds", since, at }, now, endAt);
}

/** Reads pages from `at` on, each kept before the next, as far as time goes. Answers whether the last was among them. */
async function readStretch(
  env: Env,
  { shop, requests }: OpenedShop,
  { storeId, storeKey, lease }: PollState,
  { of, since, at: first }: { of: Stretch; since: number; at: string | null },
  now: number,
  endAt: number,
): Promise<boolean> {
  let at = first;
  const seen = new Set<string | null>();
  do {
    if (Date.now() >= endAt || requests() >= MOST_REQUESTS) return false;
    if (seen.has(at)) throw new ShopFailure("refused", "The shop's list of orders has no end: its pages come again.");
    seen.add(at);
    const page = of === "orders" ? await shop.ordersSince(since, at) : await shop.refundsSince(since, at);
    const { kept, latest } = await takePage(env, { id: storeId, key: storeKey }, page, now);
    at = page.next;
    const cursor: Cursor | null = at === null ? null : { of, at };
    const statements = [
      env.DB.prepare(
        `UPDATE shop_connections SET poll_cursor = ?2, poll_since = ?3, last_poll_at = ?4,
           polled_to = iif(?5 = 'orders', max(coalesce(polled_to, ?6), coalesce(?7, 0)), polled_to),
           refunds_read_at = iif(?5 = 'refunds' AND ?2 IS NULL, ?4, refunds_read_at)
         WHERE store_id = ?1 AND state <> 'disconnected' AND orders_leased_until = ?8 RETURNING store_id`,
      ).bind(
        storeId,
        cursor === null ? null : JSON.stringify(cursor),
        cursor === null ? null : since,
        now,
        of,
        since,
        // One order of a time to come, by an import or a clock that was wrong, would hide all that come until then.
        latest === null ? null : Math.min(latest, now),
        lease,
      ),
    ];
    if (kept.some(({ repeated }) => !repeated)) statements.push(orderHeard(env.DB, storeId, now));
    const [noted] = await env.DB.batch(statements);
    if (noted?.results.length !== 1) return true;
  } while (at !== null);
  return true;
}

async function forgetCursor(d1: D1Database, storeId: string, lease: number): Promise<void> {
  await d1
    .prepare(
      `UPDATE shop_connections SET poll_cursor = NULL, poll_since = NULL
       WHERE store_id = ?1 AND orders_leased_until = ?2`,
    )
    .bind(storeId, lease)
    .run();
}
