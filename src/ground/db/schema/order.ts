import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Explanation, ManualDecision, Method, Share, Touch } from "../../model/attribution.ts";
import type {
  ConfirmedAmounts,
  EvidenceData,
  EvidenceSource,
  OrderItem,
  ReportSource,
  SourceStatus,
  Trust,
} from "../../model/evidence.ts";
import type { Review, OrderStatus } from "../../model/order.ts";
import type { AttributionSettings } from "../../model/attribution.ts";
import { stores } from "./store.ts";

/** Everything that merchants' sites and servers report, kept before anyone judges it. */
export const inbox = sqliteTable(
  "inbox",
  {
    id: text().primaryKey(),
    receivedAt: integer("received_at").notNull(),
    /** When what it says was last said, where that is another time than its arrival. */
    statedAt: integer("stated_at"),
    source: text().$type<ReportSource>().notNull(),
    /** The store's public key as it was given; it may name no store yet. */
    storeKey: text("store_key").notNull(),
    storeId: text("store_id"),
    /** SHA-256 of what was sent, hex: the same thing sent again is the same row. */
    bodyHash: text("body_hash").notNull(),
    /** As sent, but without what the visitor did not allow and with the customer's id hashed. */
    body: text().notNull(),
    /** What the request itself said: origin, country, consent. */
    meta: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    verdict: text().$type<"pending" | "used" | "waiting" | "refused" | "kept">().notNull(),
    reasonCode: text("reason_code"),
    reasonDetail: text("reason_detail"),
    attempts: integer().notNull(),
    /** When it is to be processed (again); `null`: never. */
    nextAt: integer("next_at"),
    processedAt: integer("processed_at"),
    orderId: text("order_id"),
  },
  (table) => [
    uniqueIndex("inbox_body").on(table.storeKey, table.source, table.bodyHash),
    index("inbox_next")
      .on(table.nextAt)
      .where(sql`next_at IS NOT NULL`),
    index("inbox_store").on(table.storeId, table.id),
    index("inbox_refused")
      .on(table.storeId, table.receivedAt)
      .where(sql`verdict = 'refused'`),
  ],
);

/** Orders, one a store and external id, as all evidence together says. */
export const orders = sqliteTable(
  "orders",
  {
    id: text().primaryKey(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    /** The shop's own id of the order. */
    externalId: text("external_id").notNull(),
    /** What people call it, by the shop's own word alone; `null`: as the id. Several orders may have one. */
    orderNumber: text("order_number"),
    status: text().$type<OrderStatus>().notNull(),
    trust: text().$type<Trust>().notNull(),
    /** What the shop last said of it. */
    sourceStatus: text("source_status").$type<SourceStatus>(),
    /** ISO 4217; `null` until some evidence names an amount that can be used. */
    currency: text(),
    totalMinor: integer("total_minor"),
    subtotalMinor: integer("subtotal_minor"),
    discountMinor: integer("discount_minor"),
    shippingMinor: integer("shipping_minor"),
    taxMinor: integer("tax_minor"),
    refundedMinor: integer("refunded_minor"),
    items: text({ mode: "json" }).$type<OrderItem[]>(),
    /** What confirmed evidence alone says of the amounts: money is computed from nothing else. */
    confirmed: text({ mode: "json" }).$type<ConfirmedAmounts>(),
    /** Whether nothing but imports tells of it: no rule approves it then. */
    importedOnly: integer("imported_only", { mode: "boolean" }).notNull().default(false),
    codes: text({ mode: "json" }).$type<string[]>().notNull(),
    customerHash: text("customer_hash"),
    country: text(),
    test: integer({ mode: "boolean" }).notNull(),
    placedAt: integer("placed_at").notNull(),
    /** The policy in force when the order was first confirmed (until then: recorded); later evidence is judged by it too. */
    policy: text({ mode: "json" }).$type<AttributionSettings>().notNull(),
    /** What competed for it, for simulations. */
    touches: text({ mode: "json" }).$type<Touch[]>().notNull(),
    /** A decision by hand: outranks every rule. */
    manual: text({ mode: "json" }).$type<ManualDecision>(),
    explanation: text({ mode: "json" }).$type<Explanation>().notNull(),
    shares: text({ mode: "json" }).$type<Share[]>().notNull(),
    method: text().$type<Method>(),
    creatorId: text("creator_id"),
    campaignId: text("campaign_id"),
    planId: text("plan_id"),
    linkId: text("link_id"),
    codeId: text("code_id"),
    /** Whether claims name different creators and no server says who it is: a person has to decide. */
    contested: integer({ mode: "boolean" }).notNull().default(false),
    /** When the claim came that the credit rests on; `null`: it rests on a server's word, or a person's. */
    claimedAt: integer("claimed_at"),
    /** Whether as many claims came as an order takes. */
    crowded: integer({ mode: "boolean" }).notNull().default(false),
    /** The last decision on whether its commission is owed, by hand or by an import. */
    review: text({ mode: "json" }).$type<Review>(),
    /** When its commission was approved, by rule or by hand. */
    approvedAt: integer("approved_at"),
    /** When the rule will approve it; `null`: not by itself. */
    dueAt: integer("due_at"),
    /** Grows with every write: a change planned on an older one is planned anew. */
    version: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    uniqueIndex("orders_external").on(table.storeId, table.externalId),
    index("orders_number")
      .on(table.storeId, table.orderNumber)
      .where(sql`order_number IS NOT NULL`),
    index("orders_store_placed").on(table.storeId, table.placedAt),
    // Of all orders: the condition keeps it to the list that runs by it, and says so.
    index("orders_placed")
      .on(table.placedAt)
      .where(sql`version > 0`),
    // Those of a creator that wait are few of theirs: the others aren't read for them.
    index("orders_creator").on(table.creatorId, table.placedAt, table.status),
    index("orders_plan").on(table.planId),
    index("orders_due")
      .on(table.dueAt)
      .where(sql`due_at IS NOT NULL`),
    // What creators earn that is not approved yet is read by it, and which of it waits for a person.
    index("orders_pending")
      .on(table.storeId, table.dueAt)
      .where(sql`status = 'pending'`),
    // What waits for a person is looked for every minute.
    index("orders_contested")
      .on(table.storeId)
      .where(sql`status = 'contested'`),
    index("orders_disputed")
      .on(table.storeId)
      .where(sql`status = 'disputed'`),
    index("orders_received")
      .on(table.storeId)
      .where(sql`status = 'received'`),
    index("orders_customer")
      .on(table.storeId, table.customerHash, table.placedAt)
      .where(sql`customer_hash IS NOT NULL`),
  ],
);

/** Each change of where an order stands, in the order of their numbers. */
export const orderHistory = sqliteTable(
  "order_history",
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    orderId: text("order_id")
      .notNull()
      .references(() => orders.id),
    time: integer().notNull(),
    /** `null`: it was recorded. */
    fromStatus: text("from_status").$type<OrderStatus>(),
    toStatus: text("to_status").$type<OrderStatus>().notNull(),
    /** What changed it: what the shop reported, a rule, or a hand. */
    cause: text().$type<"source" | "rule" | "admin">().notNull(),
    /** Id of the API key, or `bootstrap`; `null` unless by hand. */
    actor: text(),
    reason: text(),
  },
  (table) => [index("order_history_order").on(table.orderId)],
);

/** What was reported of an order, each piece once. */
export const orderEvidence = sqliteTable(
  "order_evidence",
  {
    orderId: text("order_id")
      .notNull()
      .references(() => orders.id),
    /** SHA-256 of its content, hex. */
    hash: text().notNull(),
    inboxId: text("inbox_id"),
    source: text().$type<EvidenceSource>().notNull(),
    trust: text().$type<Trust>().notNull(),
    sourceTime: integer("source_time").notNull(),
    receivedAt: integer("received_at").notNull(),
    /** See `Evidence`. */
    late: integer({ mode: "boolean" }).notNull().default(false),
    data: text({ mode: "json" }).$type<EvidenceData>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orderId, table.hash] }),
    // Of whose phone it is: a call that comes later asks for it.
    index("order_evidence_phone")
      .on(sql`data ->> '$.phoneHash'`)
      .where(sql`data ->> '$.phoneHash' IS NOT NULL`),
  ],
);

/** Clicks of customers whom a store knows by an id, where they or the law allowed it. */
export const customerTouches = sqliteTable(
  "customer_touches",
  {
    storeId: text("store_id").notNull(),
    /** See `customerHash`. */
    customerHash: text("customer_hash").notNull(),
    clickId: text("click_id").notNull(),
    linkId: text("link_id").notNull(),
    /** Who links the two: the shop's server, or a browser alone. */
    trust: text().$type<Trust>().notNull().default("claimed"),
    time: integer().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.storeId, table.customerHash, table.clickId] })],
);
