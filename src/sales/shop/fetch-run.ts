import { errorText } from "../../ground/error-text.ts";
import { noteFailure } from "../../shops/connection/health-store.ts";
import { openShop, type OpenedShop } from "../../shops/connection/load-shop.ts";
import { type Shop, ShopFailure } from "../../shops/platform.ts";
import { ended, later, type Outcome, PUT_OFF, writeOutcomes } from "../capture/inbox-store.ts";
import type { Refusal } from "../capture/read-order.ts";
import { takePage } from "./intake-run.ts";
import { TO_BE_FETCHED } from "./report.ts";

/** Orders that one run asks for, and how long it begins to ask for another, ms. */
const MOST = 100;
const TIME_MS = 15_000;

/** How much one run does. */
export interface FetchLimits {
  /** Only these rows, as far as they are due. */
  ids?: readonly string[];
}

/** A row that names an order which is to be asked for. */
interface Wanted {
  id: string;
  storeId: string;
  storeKey: string;
  orderId: string;
  attempts: number;
  receivedAt: number;
  statedAt: number | null;
}

/**
 * Asks shops for the orders that their messages only named and that are due at `now` (ms UTC), which come into the inbox
 * as any other; a shop that gives none is asked again, for a week. A row that ends a run is due again after a pause.
 * May be doubled, run beside itself and die at any point. Throws what D1 throws.
 */
export async function fetchOrders(env: Env, now: number, { ids }: FetchLimits = {}): Promise<void> {
  const rows = await takeDue(env.DB, now, ids);
  const endAt = Date.now() + TIME_MS;
  for (const [storeId, ofStore] of Map.groupBy(rows, (row) => row.storeId)) {
    if (Date.now() >= endAt) return;
    const outcomes: Outcome[] = [];
    try {
      const opened = await openShop(env, storeId);
      for (const row of ofStore) {
        if (Date.now() >= endAt) break;
        outcomes.push(opened === null ? over(row) : await fetched(env, opened, row, now));
      }
    } catch (error) {
      const reason = reasonOf(error);
      const done = new Set(outcomes.map(({ id }) => id));
      outcomes.push(...ofStore.filter(({ id }) => !done.has(id)).map((row) => later(row, reason, now)));
      if (error instanceof ShopFailure && error.code === "unauthorised") await noteFailure(env.DB, storeId, error, now);
    }
    if (outcomes.length > 0) await env.DB.batch(writeOutcomes(env.DB, outcomes, now));
  }
}

async function takeDue(d1: D1Database, now: number, ids: readonly string[] | undefined): Promise<Wanted[]> {
  const { results } = await d1
    .prepare(
      `UPDATE inbox
       SET ${PUT_OFF}
       WHERE id IN (SELECT id FROM inbox WHERE next_at <= ?1 AND reason_code = '${TO_BE_FETCHED}'
         ${ids === undefined ? "" : "AND id IN (SELECT value FROM json_each(?3))"} ORDER BY next_at, id LIMIT ?2)
       RETURNING id, store_id AS storeId, store_key AS storeKey, body ->> '$.fetch' AS orderId, attempts,
         received_at AS receivedAt, stated_at AS statedAt`,
    )
    .bind(now, MOST, ...(ids === undefined ? [] : [JSON.stringify(ids)]))
    .all<Wanted>();
  return results;
}

/** What becomes of a row. Throws the `ShopFailure` of a shop that gives nothing at all. */
async function fetched(env: Env, { shop }: OpenedShop, row: Wanted, now: number): Promise<Outcome> {
  let reading: Awaited<ReturnType<Shop["order"]>>;
  try {
    reading = await shop.order(row.orderId);
  } catch (error) {
    // Of this order alone; what it is for the shop as a whole holds for the rest.
    if (error instanceof ShopFailure && !error.passing && error.code !== "unauthorised") {
      return later(row, reasonOf(error), now);
    }
    throw error;
  }
  if (reading === null) {
    return ended(row, "kept", { code: "order_not_found", path: "", detail: "The shop has no such order." });
  }
  await takePage(env, { id: row.storeId, key: row.storeKey }, { readings: [reading], skipped: [] }, now);
  return ended(row, "used", null);
}

function over(row: Wanted): Outcome {
  const detail = "The store isn't connected to its shop any more.";
  return ended(row, "refused", { code: "shop_disconnected", path: "", detail });
}

function reasonOf(error: unknown): Refusal {
  if (error instanceof ShopFailure) return { code: TO_BE_FETCHED, path: "", detail: `${error.code}: ${error.message}` };
  console.error(JSON.stringify({ event: "shop_order_not_fetched", message: errorText(error) }));
  return { code: TO_BE_FETCHED, path: "", detail: "Something went wrong on our side, and was logged." };
}
