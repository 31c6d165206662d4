import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { ShopProblem, ShopSettings, SyncProgress } from "../../model/shop.ts";
import type { ProviderId } from "../../model/provider.ts";
import { codes } from "./plan.ts";
import { stores } from "./store.ts";

/** Shops that stores are connected to, one a store. One that was disconnected keeps its row, without its secrets. */
export const shopConnections = sqliteTable(
  "shop_connections",
  {
    storeId: text("store_id")
      .primaryKey()
      .references(() => stores.id),
    provider: text().$type<ProviderId>().notNull(),
    state: text().$type<"connected" | "failing" | "disconnected">().notNull(),
    /** What names the shop; see `ConnectionParts`. */
    account: text().notNull(),
    /** As a check found it, and as the admin asked for; `null`: the one that the release was made for, or none. */
    apiVersion: text("api_version"),
    apiVersionAsked: text("api_version_asked"),
    scopes: text({ mode: "json" }).$type<string[]>().notNull(),
    settings: text({ mode: "json" }).$type<ShopSettings>().notNull(),
    /** All of its secrets as one sealed text; `null`: they were forgotten. */
    secretsSealed: text("secrets_sealed"),
    /** A token of a short life, sealed. */
    tokenSealed: text("token_sealed"),
    tokenExpiresAt: integer("token_expires_at"),
    /** Why it fails; `null`: it doesn't. */
    failureCode: text("failure_code"),
    failureDetail: text("failure_detail"),
    failingSince: integer("failing_since"),
    /** Failures in a row. */
    failures: integer().notNull().default(0),
    /** What a check found that will not work as it is. */
    problems: text({ mode: "json" }).$type<ShopProblem[]>().notNull().default([]),
    /** Where its webhooks lead; `null`: there are none. */
    webhookUrl: text("webhook_url"),
    checkedAt: integer("checked_at"),
    /** When it is to be checked again; `null`: never. */
    nextCheckAt: integer("next_check_at"),
    /** When an order was last told of, by whatever way. */
    lastOrderAt: integer("last_order_at"),
    lastPollAt: integer("last_poll_at"),
    /** When orders are asked for next; `null`: never. */
    nextPollAt: integer("next_poll_at"),
    /** Orders that changed up to here are known, by the shop's clock; `null`: none is yet. */
    polledTo: integer("polled_to"),
    /** Where a poll that isn't done with goes on, and from which time its pages are. */
    pollCursor: text("poll_cursor"),
    pollSince: integer("poll_since"),
    /** When refunds of the last days were read again. */
    refundsReadAt: integer("refunds_read_at"),
    /** A backfill, the last one. */
    sync: text({ mode: "json" }).$type<SyncProgress>(),
    /** Whoever works on its codes, or its orders, has them until then. */
    codesLeasedUntil: integer("codes_leased_until").notNull().default(0),
    ordersLeasedUntil: integer("orders_leased_until").notNull().default(0),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    disconnectedAt: integer("disconnected_at"),
  },
  (table) => [
    index("shop_connections_poll")
      .on(table.nextPollAt)
      .where(sql`next_poll_at IS NOT NULL`),
    index("shop_connections_check")
      .on(table.nextCheckAt)
      .where(sql`next_check_at IS NOT NULL`),
  ],
);

/** Webhooks of connected shops, as they were last heard of. */
export const shopWebhooks = sqliteTable(
  "shop_webhooks",
  {
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    topic: text().notNull(),
    externalId: text("external_id"),
    state: text().$type<"active" | "paused" | "missing">().notNull(),
    /** When its last message came. */
    lastAt: integer("last_at"),
    checkedAt: integer("checked_at"),
  },
  (table) => [primaryKey({ columns: [table.storeId, table.topic] })],
);

/** Where codes stand in connected shops. The row is also the work to be done: due while it has a `nextAt`. */
export const shopCodes = sqliteTable(
  "shop_codes",
  {
    codeId: text("code_id")
      .primaryKey()
      .references(() => codes.id),
    storeId: text("store_id").notNull(),
    state: text().$type<"pending" | "live" | "failed" | "withdrawn">().notNull(),
    /** Grows with every change of what the code is to be: work planned on an older one isn't the last. */
    mark: integer().notNull(),
    externalId: text("external_id"),
    /** The text that the shop has; `null`: it never had one. */
    liveText: text("live_text"),
    /** What was written, and read back. */
    terms: text({ mode: "json" }).$type<Record<string, string>>(),
    failureCode: text("failure_code"),
    failureDetail: text("failure_detail"),
    attempts: integer().notNull().default(0),
    /** When it is to be worked on (again), ms UTC; `null`: when something changes. */
    nextAt: integer("next_at"),
    syncedAt: integer("synced_at"),
    /** When the shop was last spoken to about it. */
    checkedAt: integer("checked_at"),
  },
  (table) => [
    index("shop_codes_due")
      .on(table.storeId, table.nextAt)
      .where(sql`next_at IS NOT NULL`),
    index("shop_codes_store").on(table.storeId, table.state),
  ],
);

/** Orders that subscriptions made, by what they renew: how many came before one decides whether it counts. */
export const shopRenewals = sqliteTable(
  "shop_renewals",
  {
    storeId: text("store_id").notNull(),
    /** See `ShopOrder.renewalOf`. */
    renewalOf: text("renewal_of").notNull(),
    externalId: text("external_id").notNull(),
    placedAt: integer("placed_at").notNull(),
    /** The report that told of it: it is read again when its place changes. */
    inboxId: text("inbox_id").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.storeId, table.renewalOf, table.externalId] }),
    index("shop_renewals_order").on(table.storeId, table.externalId),
  ],
);
