import { and, eq, ne } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { shopConnections, shopWebhooks } from "../../ground/db/schema/shop.ts";
import type { Deps } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { ConnectionRow } from "./load-shop.ts";

/** A row of the table of connected shops' webhooks. */
export type WebhookRow = typeof shopWebhooks.$inferSelect;

/** How many of a store's codes are where. */
export type CodeCounts = Record<"live" | "pending" | "failed" | "withdrawn", number>;

/** The connection of a store, also one that was ended; `null`: it never had one. */
export async function findConnection({ db }: Pick<Deps, "db">, storeId: string): Promise<ConnectionRow | null> {
  const [row] = await db.select().from(shopConnections).where(eq(shopConnections.storeId, storeId));
  return row ?? null;
}

/** Another store that is connected to a provider's shop; `null`: there is none. */
export async function storeConnectedTo(
  { db }: Pick<Deps, "db">,
  { provider, account, storeId }: Pick<ConnectionRow, "provider" | "account" | "storeId">,
): Promise<string | null> {
  const [found] = await db
    .select({ id: shopConnections.storeId })
    .from(shopConnections)
    .where(
      and(
        eq(shopConnections.provider, provider),
        eq(shopConnections.account, account),
        ne(shopConnections.storeId, storeId),
        ne(shopConnections.state, "disconnected"),
      ),
    );
  return found?.id ?? null;
}

/** Whether a store has orders that a connected shop told of. */
export async function hasShopOrders(d1: D1Database, storeId: string): Promise<boolean> {
  const found = await d1
    .prepare(
      `SELECT 1 FROM orders o CROSS JOIN order_evidence e ON e.order_id = o.id
       WHERE o.store_id = ?1 AND e.source = 'shop' LIMIT 1`,
    )
    .bind(storeId)
    .first();
  return found !== null;
}

/** The connection of a store, also one that was ended. Throws a `Problem` (404) if it never had one. */
export async function existingConnection(deps: Pick<Deps, "db">, storeId: string): Promise<ConnectionRow> {
  const row = await findConnection(deps, storeId);
  if (row === null) throw new Problem("not_found", `The store ${storeId} was never connected to a shop.`);
  return row;
}

/** What stands beside a connection. */
export async function besideConnection(
  { d1, db }: Deps,
  storeId: string,
): Promise<{ webhooks: WebhookRow[]; codes: CodeCounts }> {
  const webhooks = await db
    .select()
    .from(shopWebhooks)
    .where(eq(shopWebhooks.storeId, storeId))
    .orderBy(shopWebhooks.topic);
  const { results } = await d1
    .prepare("SELECT state, count(*) AS n FROM shop_codes WHERE store_id = ?1 GROUP BY state")
    .bind(storeId)
    .all<{ state: keyof CodeCounts; n: number }>();
  const codes: CodeCounts = { live: 0, pending: 0, failed: 0, withdrawn: 0 };
  for (const { state, n } of results) codes[state] = n;
  return { webhooks, codes };
}

/** How far the orders of a shop that was not connected before are known, and who works on it. */
export const UNREAD = {
  lastOrderAt: null,
  lastPollAt: null,
  polledTo: null,
  pollCursor: null,
  pollSince: null,
  refundsReadAt: null,
  sync: null,
  codesLeasedUntil: 0,
  ordersLeasedUntil: 0,
} satisfies Partial<ConnectionRow>;

/**
 * Statements that write a connection in the place of `before`; of the `same` shop, how far its orders are known stays
 * as whoever reads them writes it. They break their batch off if the store was deleted or moved to another platform
 * meanwhile, its connection was made anew or ended, or another store was connected to the shop.
 */
export function writeConnection(
  { d1, db }: Deps,
  before: ConnectionRow | null,
  row: ConnectionRow,
  same: boolean,
): D1PreparedStatement[] {
  const { storeId, provider, account } = row;
  const changes = Object.entries(row).filter(([name]) => name !== "storeId" && !(same && name in UNREAD));
  return [
    mustHold(
      d1,
      `EXISTS (SELECT 1 FROM stores WHERE id = ?1 AND provider = ?2 AND deleted_at IS NULL)
         AND (SELECT secrets_sealed FROM shop_connections WHERE store_id = ?1) IS ?3
         AND NOT EXISTS (SELECT 1 FROM shop_connections
           WHERE provider = ?2 AND account = ?4 AND store_id <> ?1 AND state <> 'disconnected')`,
      storeId,
      provider,
      before?.secretsSealed ?? null,
      account,
    ),
    statementOf(
      d1,
      db
        .insert(shopConnections)
        .values(row)
        .onConflictDoUpdate({ target: shopConnections.storeId, set: Object.fromEntries(changes) }),
    ),
  ];
}

/**
 * Statements that have all codes of a store worked on: those that have no row get one, others are looked at again. In
 * `another` shop than before none of them is, whatever it was in that one.
 */
export function makeCodesDue(d1: D1Database, storeId: string, another: boolean): D1PreparedStatement[] {
  return [
    d1
      .prepare(
        another
          ? `UPDATE shop_codes SET mark = mark + 1, state = 'pending', external_id = NULL, live_text = NULL, terms = NULL,
               failure_code = NULL, failure_detail = NULL, attempts = 0, next_at = 0, synced_at = NULL, checked_at = NULL
             WHERE store_id = ?1`
          : `UPDATE shop_codes SET mark = mark + 1, state = iif(state = 'failed', 'pending', state), attempts = 0,
               next_at = 0
             WHERE store_id = ?1`,
      )
      .bind(storeId),
    d1
      .prepare(
        `INSERT INTO shop_codes (code_id, store_id, state, mark, next_at)
         SELECT id, store_id, 'pending', 1, 0 FROM codes
         WHERE store_id = ?1 AND state <> 'retired' AND id NOT IN (SELECT code_id FROM shop_codes WHERE store_id = ?1)`,
      )
      .bind(storeId),
  ];
}
