import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { CallCarrier, CallFacts, CallMatch, CallStatus, ConnectedCarrier, NumberCase } from "../../model/call.ts";
import { stores } from "./store.ts";

/** Phone numbers that stand for something. */
export const phoneNumbers = sqliteTable(
  "phone_numbers",
  {
    id: text().primaryKey(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    /** E.164. */
    number: text().notNull(),
    label: text().notNull(),
    /** The number on the store's pages that it is shown instead of, E.164; `null`: it is in no page. Of a pool's: the pool's. */
    target: text(),
    /** The pool that it is in now; `null`: none. */
    poolId: text("pool_id"),
    /** Whom a call to it is put through to, E.164, where Waymark answers the carrier. */
    forwardsTo: text("forwards_to"),
    /** The first day on which it is rented and the last, such as `2026-11-30`, of the store's time zone. */
    rentedFrom: text("rented_from"),
    rentedUntil: text("rented_until"),
    /** The lease that has it, or had it last; `null`: nobody ever. */
    leaseId: integer("lease_id"),
    /** Until when nobody else gets it, ms UTC: the lease's end and its quarantine. 0: nobody ever had it. */
    freeAt: integer("free_at").notNull().default(0),
    /** A keyed hash of the network that its holder asks from, so that none takes all; `null`: it is nobody's. */
    leaseNetwork: text("lease_network"),
    /** Grows with every write by an admin. */
    version: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [
    uniqueIndex("phone_numbers_number")
      .on(table.number)
      .where(sql`deleted_at IS NULL`),
    // Of numbers that were given back too: their calls stay whose they were.
    index("phone_numbers_any").on(table.number),
    index("phone_numbers_store").on(table.storeId, table.target),
    index("phone_numbers_pool")
      .on(table.poolId, table.freeAt)
      .where(sql`pool_id IS NOT NULL`),
  ],
);

/** What numbers were bound to and since when: never edited but for the end, so that past calls stay whose they were. */
export const numberBindings = sqliteTable(
  "number_bindings",
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    numberId: text("number_id")
      .notNull()
      .references(() => phoneNumbers.id),
    storeId: text("store_id").notNull(),
    /** E.164, as the number was then. */
    number: text().notNull(),
    poolId: text("pool_id"),
    channel: text().notNull(),
    creatorId: text("creator_id"),
    campaignId: text("campaign_id"),
    linkId: text("link_id"),
    offline: integer({ mode: "boolean" }).notNull(),
    startsAt: integer("starts_at").notNull(),
    /** The first ms that isn't in it; `null`: it goes on. */
    endsAt: integer("ends_at"),
    /** Id of the API key, or `bootstrap`. */
    actor: text().notNull(),
  },
  (table) => [
    uniqueIndex("number_bindings_open")
      .on(table.numberId)
      .where(sql`ends_at IS NULL`),
    index("number_bindings_number").on(table.number, table.startsAt),
    // Which number stands for a source is asked by every page that shows one.
    index("number_bindings_source")
      .on(table.storeId, table.linkId, table.creatorId)
      .where(sql`ends_at IS NULL AND pool_id IS NULL`),
  ],
);

/** Pools of numbers, each shown to one visitor at a time instead of a number on the store's pages. */
export const numberPools = sqliteTable(
  "number_pools",
  {
    id: text().primaryKey(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    name: text().notNull(),
    /** The number on the pages, E.164: one pool a target. */
    target: text().notNull(),
    /** A lease ends so long after its page was last heard of. */
    leaseMinutes: integer("lease_minutes").notNull(),
    /** And nobody gets the number for so long after that. */
    quarantineMinutes: integer("quarantine_minutes").notNull(),
    /** What calls count for that are nobody's. */
    channel: text().notNull(),
    /** When a visitor last found none free, ms UTC; `null`: never. */
    exhaustedAt: integer("exhausted_at"),
    version: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [
    uniqueIndex("number_pools_target")
      .on(table.storeId, table.target)
      .where(sql`deleted_at IS NULL`),
  ],
);

/** Which visitor was shown a pool's number, and how long: consenting ones alone. */
export const numberLeases = sqliteTable(
  "number_leases",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    storeId: text("store_id").notNull(),
    poolId: text("pool_id").notNull(),
    numberId: text("number_id").notNull(),
    /** As in `visitor_days`; empty once it was forgotten. */
    visitorHash: text("visitor_hash").notNull(),
    /** The visit as its page knows it; `null`: it told of none. */
    visit: text(),
    /** Of the visit's source: see `VisitSource`. */
    channel: text().notNull(),
    sourceName: text("source_name").notNull(),
    utmCampaign: text("utm_campaign"),
    /** The click that it began with, verified; `null`: none. */
    linkId: text("link_id"),
    clickId: text("click_id"),
    clickAt: integer("click_at"),
    /** Path of the page that it was first shown on, cleaned. */
    page: text().notNull(),
    startsAt: integer("starts_at").notNull(),
    /** When a page last said that it shows it, ms UTC. */
    heardAt: integer("heard_at").notNull(),
    /** When it ended or will, and from when on another may have the number. */
    endsAt: integer("ends_at").notNull(),
    freeAt: integer("free_at").notNull(),
    /** When a page still showed it though another had it by then; `null`: none did. */
    lateAt: integer("late_at"),
  },
  (table) => [
    index("number_leases_number").on(table.numberId, table.startsAt),
    index("number_leases_visitor").on(table.storeId, table.visitorHash, table.startsAt),
    index("number_leases_pool").on(table.poolId, table.startsAt),
  ],
);

/** What became of pages' wishes for numbers, by hour. */
export const numberHours = sqliteTable(
  "number_hours",
  {
    storeId: text("store_id").notNull(),
    /** E.164. */
    target: text().notNull(),
    /** Its beginning, ms UTC. */
    hour: integer().notNull(),
    outcome: text().$type<NumberCase>().notNull(),
    count: integer().notNull(),
    /** Numbers of the pool that were out at once, at most. */
    peak: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.storeId, table.target, table.hour, table.outcome] })],
);

/** Carriers whose webhooks tell of a store's calls. */
export const carrierConnections = sqliteTable(
  "carrier_connections",
  {
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    carrier: text().$type<ConnectedCarrier>().notNull(),
    /** The carrier's own name of the account; empty: not known. */
    account: text().notNull(),
    /** All that signatures are checked with, sealed. */
    secretsSealed: text("secrets_sealed").notNull(),
    /** The address that the carrier calls, where it differs from the one that requests arrive at. */
    publicUrl: text("public_url"),
    /** When a message last came that was signed, and one that wasn't. */
    lastAt: integer("last_at"),
    lastRefusedAt: integer("last_refused_at"),
    version: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.storeId, table.carrier] })],
);

/** How a store's calls are judged; one that has no row has the defaults. */
export const callSettings = sqliteTable("call_settings", {
  storeId: text("store_id")
    .primaryKey()
    .references(() => stores.id),
  /** A call that was answered and lasted so long is qualified, s. */
  qualifiedSeconds: integer("qualified_seconds").notNull(),
  /** What a caller is told before being put through, such as that the call is recorded; `null`: nothing. */
  announcement: text(),
  version: integer().notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** Everything that carriers told of calls, each message once, without who called. */
export const callEvents = sqliteTable(
  "call_events",
  {
    id: text().primaryKey(),
    storeId: text("store_id").notNull(),
    carrier: text().$type<CallCarrier>().notNull(),
    /** The carrier's id of the call; empty: it says none. */
    externalId: text("external_id").notNull(),
    /** SHA-256 of what it said, hex: the same thing said again is the same row. */
    hash: text().notNull(),
    receivedAt: integer("received_at").notNull(),
    verdict: text().$type<"pending" | "used" | "kept" | "refused">().notNull(),
    reasonCode: text("reason_code"),
    reasonDetail: text("reason_detail"),
    /** `null`: it could not be read. */
    facts: text({ mode: "json" }).$type<CallFacts>(),
    /** What it said, without anything of a person: for whoever looks for a mistake. Emptied after 90 days. */
    body: text().notNull(),
  },
  (table) => [
    uniqueIndex("call_events_said").on(table.storeId, table.carrier, table.externalId, table.hash),
    index("call_events_store").on(table.storeId, table.receivedAt),
    index("call_events_pending")
      .on(table.receivedAt)
      .where(sql`verdict = 'pending'`),
  ],
);

/** Calls, one a store, carrier and its id, as all that was told of each says together. */
export const calls = sqliteTable(
  "calls",
  {
    id: text().primaryKey(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    carrier: text().$type<CallCarrier>().notNull(),
    externalId: text("external_id").notNull(),
    /** `null`: no number of the store's is the one that was called. */
    numberId: text("number_id"),
    /** E.164; `null`: nothing says which was called. */
    number: text(),
    direction: text().$type<"inbound" | "outbound">().notNull(),
    status: text().$type<CallStatus>().notNull(),
    startedAt: integer("started_at").notNull(),
    answeredAt: integer("answered_at"),
    endedAt: integer("ended_at"),
    durationSeconds: integer("duration_seconds"),
    talkSeconds: integer("talk_seconds"),
    qualified: integer({ mode: "boolean" }).notNull(),
    /** A keyed hash (see `customerHasher`, of `phone:` and E.164), the same for all calls of a number to the store; `null`: withheld, or forgotten. */
    callerHash: text("caller_hash"),
    callerCountry: text("caller_country"),
    /** Which call of this caller's to the store it is, from 1; `null`: not known. */
    callerCall: integer("caller_call"),
    match: text().$type<CallMatch>().notNull(),
    /** What `match` found, for people. */
    reason: text().notNull(),
    /** The binding (its `seq`) and the lease (its `id`) that it was matched by. */
    bindingSeq: integer("binding_seq"),
    leaseId: integer("lease_id"),
    poolId: text("pool_id"),
    /** Its source: see `CallSource`. */
    channel: text().notNull(),
    sourceName: text("source_name").notNull(),
    creatorId: text("creator_id"),
    campaignId: text("campaign_id"),
    linkId: text("link_id"),
    /** The click that its visit began with, verified. */
    clickId: text("click_id"),
    clickAt: integer("click_at"),
    visitorHash: text("visitor_hash"),
    visit: text(),
    /** The customer, as orders know them, and who says so: a server, or only a browser that named the visitor. */
    customerHash: text("customer_hash"),
    customerTrust: text("customer_trust").$type<"claimed" | "confirmed">(),
    tags: text({ mode: "json" }).$type<string[]>().notNull(),
    /** Since when definitions and orders are to be told of it, ms UTC; `null`: they know it as it is. */
    dueSince: integer("due_since"),
    /** When whoever listens was told that it ended, ms UTC; `null`: it hasn't, or nobody was told yet. */
    toldAt: integer("told_at"),
    /** Grows with every write: a change planned on an older one is planned anew. */
    version: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    uniqueIndex("calls_external").on(table.storeId, table.carrier, table.externalId),
    index("calls_store").on(table.storeId, table.startedAt),
    // Lists go from the latest on, also those of all stores, of a campaign and of a link.
    index("calls_time").on(table.startedAt, table.id),
    index("calls_campaign")
      .on(table.campaignId, table.startedAt)
      .where(sql`campaign_id IS NOT NULL`),
    index("calls_link")
      .on(table.linkId, table.startedAt)
      .where(sql`link_id IS NOT NULL`),
    index("calls_number").on(table.numberId, table.startedAt),
    index("calls_creator")
      .on(table.creatorId, table.startedAt)
      .where(sql`creator_id IS NOT NULL`),
    index("calls_caller")
      .on(table.storeId, table.callerHash, table.startedAt)
      .where(sql`caller_hash IS NOT NULL`),
    index("calls_visitor")
      .on(table.storeId, table.visitorHash)
      .where(sql`visitor_hash IS NOT NULL`),
    index("calls_customer")
      .on(table.storeId, table.customerHash, table.startedAt)
      .where(sql`customer_hash IS NOT NULL`),
    index("calls_due")
      .on(table.dueSince)
      .where(sql`due_since IS NOT NULL`),
  ],
);

/** Deals that were made by calls, as they were entered: each is evidence of an order. */
export const callDeals = sqliteTable(
  "call_deals",
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    callId: text("call_id")
      .notNull()
      .references(() => calls.id),
    storeId: text("store_id").notNull(),
    /** The shop's own id of the order, or one of the call's. */
    orderExternalId: text("order_external_id").notNull(),
    /** Minor units; `null`: the order's server says it. */
    amountMinor: integer("amount_minor"),
    currency: text(),
    placedAt: integer("placed_at").notNull(),
    /** Who bought, as orders know them; `null`: it says nothing of that. */
    customerHash: text("customer_hash"),
    cancelled: integer({ mode: "boolean" }).notNull(),
    /** Id of the API key, or `bootstrap`. */
    actor: text().notNull(),
    createdAt: integer("created_at").notNull(),
    /** When the order was made of it; `null`: it is to be. */
    recordedAt: integer("recorded_at"),
  },
  (table) => [
    index("call_deals_call").on(table.callId),
    index("call_deals_order").on(table.storeId, table.orderExternalId),
    index("call_deals_open")
      .on(table.createdAt)
      .where(sql`recorded_at IS NULL`),
  ],
);

/** Which customers of a store call from which number: both as keyed hashes. */
export const customerPhones = sqliteTable(
  "customer_phones",
  {
    storeId: text("store_id").notNull(),
    /** As `callerHash` of a call. */
    phoneHash: text("phone_hash").notNull(),
    customerHash: text("customer_hash").notNull(),
    /** ms UTC. */
    time: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.storeId, table.phoneHash, table.customerHash] }),
    index("customer_phones_customer").on(table.storeId, table.customerHash),
  ],
);

/** What a channel cost, as the admin enters it: over days of the store's time zone, such as `2026-11-30`. */
export const channelCosts = sqliteTable(
  "channel_costs",
  {
    id: text().primaryKey(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    channel: text().notNull(),
    /** Both ends are in it. */
    fromDay: text("from_day").notNull(),
    toDay: text("to_day").notNull(),
    amountMinor: integer("amount_minor").notNull(),
    currency: text().notNull(),
    note: text(),
    version: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [index("channel_costs_store").on(table.storeId, table.fromDay)],
);
