import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type {
  CartEvent,
  CheckoutPlan,
  ConsentState,
  HeatCounts,
  PageOutline,
  PagePlan,
  QualityOutcome,
  SourceKind,
  TaggingRule,
  TaggingStatus,
  WidthBand,
} from "../../model/visit.ts";
import { stores } from "./store.ts";

/** What is counted on a store's pages, in versions: one at most is active. What is active is never changed. */
export const taggingPlans = sqliteTable(
  "tagging_plans",
  {
    id: text().primaryKey(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    name: text().notNull(),
    status: text().$type<TaggingStatus>().notNull(),
    /** Counts the store's plans, from 1: what pages say they were told by. */
    number: integer().notNull(),
    pages: text({ mode: "json" }).$type<PagePlan>().notNull(),
    rules: text({ mode: "json" }).$type<TaggingRule[]>().notNull(),
    checkout: text({ mode: "json" }).$type<CheckoutPlan>().notNull(),
    /** A visit ends after so long without a page. */
    visitMinutes: integer("visit_minutes").notNull(),
    copiedFrom: text("copied_from"),
    activatedAt: integer("activated_at"),
    retiredAt: integer("retired_at"),
    /** Grows with every write. */
    version: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    uniqueIndex("tagging_plans_number").on(table.storeId, table.number),
    uniqueIndex("tagging_plans_active")
      .on(table.storeId)
      .where(sql`status = 'active'`),
  ],
);

/**
 * What was written together: the messages and the events in it, so that neither is counted twice. Rows are kept for
 * longer than a queue may bring a message again.
 */
export const visitWrites = sqliteTable(
  "visit_writes",
  {
    /** Each write is planned on the last one's. */
    seq: integer().primaryKey({ autoIncrement: true }),
    /** When the edge took what is in it, the first and the last, ms UTC. */
    receivedFrom: integer("received_from").notNull(),
    receivedTo: integer("received_to").notNull(),
    /** JSON: ids of messages. */
    messages: text().notNull(),
    /** JSON: what tells its events from others, each drawn by itself. Emptied once no page tells of them again. */
    seen: text().notNull(),
  },
  (table) => [index("visit_writes_received").on(table.receivedTo)],
);

/**
 * What writes add to the sums, until it is added: many of them add to the same rows, which are written once for all. See
 * `visits/log/add-run.ts`.
 */
export const visitSumsWaiting = sqliteTable("visit_sums_waiting", {
  seq: integer().primaryKey({ autoIncrement: true }),
  /** ms UTC. */
  writtenAt: integer("written_at").notNull(),
  /** What was told of in it. */
  events: integer().notNull(),
  /** JSON: rows, each with the table that it is of. */
  sums: text().notNull(),
});

/** What consenting visitors did, packed: one row a store and write. See `visits/log/pack.ts`. */
export const visitLog = sqliteTable(
  "visit_log",
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    storeId: text("store_id").notNull(),
    /** Of its events, ms UTC. */
    earliest: integer().notNull(),
    latest: integer().notNull(),
    count: integer().notNull(),
    facts: text().notNull(),
  },
  (table) => [index("visit_log_store").on(table.storeId, table.latest)],
);

/** On which days (2026-11-30, of its store's time zone) a consenting visitor was there. */
export const visitorDays = sqliteTable(
  "visitor_days",
  {
    storeId: text("store_id").notNull(),
    visitorHash: text("visitor_hash").notNull(),
    day: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.storeId, table.visitorHash, table.day] })],
);

/** Visitors whose events are to be taken out of the log, and whose late ones aren't taken. */
export const visitorForgets = sqliteTable(
  "visitor_forgets",
  {
    storeId: text("store_id").notNull(),
    visitorHash: text("visitor_hash").notNull(),
    askedAt: integer("asked_at").notNull(),
    /** `null`: the log may have some still. */
    doneAt: integer("done_at"),
  },
  (table) => [primaryKey({ columns: [table.storeId, table.visitorHash] })],
);

/**
 * A span of local time of a store: an hour (2026-11-30T11) with consent, a day (2026-11-30) without or after a month, a
 * month (2026-11) after long.
 */
const span = () => text().notNull();

const consent = () => text().$type<ConsentState>().notNull();

/** Sums by page; the page `` is all of a store's. */
export const pageSums = sqliteTable(
  "page_sums",
  {
    storeId: text("store_id").notNull(),
    span: span(),
    page: text().notNull(),
    consent: consent(),
    views: integer().notNull(),
    /** Visits that began there. */
    entries: integer().notNull(),
    /** Views that came from there in their visit: what is left of its views are exits. */
    nexts: integer().notNull(),
    /** Visible and focused time, ms. */
    engagedMs: integer("engaged_ms").notNull(),
    /** Views with any of it. */
    engaged: integer().notNull(),
    /** Deepest percent seen, summed over views. */
    scroll: integer().notNull(),
    /** Visitors of the day, each once; of a page: `null` until the day is closed. */
    visitors: integer(),
  },
  (table) => [primaryKey({ columns: [table.storeId, table.span, table.page, table.consent] })],
);

/** Sums by where visits came from. */
export const visitSums = sqliteTable(
  "visit_sums",
  {
    storeId: text("store_id").notNull(),
    span: span(),
    source: text().$type<SourceKind>().notNull(),
    name: text().notNull(),
    rule: text().notNull(),
    campaign: text().notNull(),
    landing: text().notNull(),
    /** Empty: no creator's link led to it. */
    linkId: text("link_id").notNull(),
    consent: consent(),
    visits: integer().notNull(),
    /** Visits with a second page: the others bounced. */
    seconds: integer().notNull(),
    views: integer().notNull(),
    engagedMs: integer("engaged_ms").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [
        table.storeId,
        table.span,
        table.source,
        table.name,
        table.rule,
        table.campaign,
        table.landing,
        table.linkId,
        table.consent,
      ],
    }),
  ],
);

/** Sums of what a plan's rules name, of steps and of banners. */
export const behaviourSums = sqliteTable(
  "behaviour_sums",
  {
    storeId: text("store_id").notNull(),
    span: span(),
    kind: text().$type<"click" | "download" | "form" | "visible" | "step" | "banner">().notNull(),
    /** The rule's event, the step, or what became of a banner. */
    name: text().notNull(),
    /** The rule's label, or the file. */
    label: text().notNull(),
    page: text().notNull(),
    consent: consent(),
    count: integer().notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.storeId, table.span, table.kind, table.name, table.label, table.page, table.consent],
    }),
  ],
);

/** What became of what was told, by day (2026-11-30, UTC) and kind. */
export const visitQuality = sqliteTable(
  "visit_quality",
  {
    storeId: text("store_id").notNull(),
    day: text().notNull(),
    kind: text().notNull(),
    /** Of the plan; empty where the kind has none, or where it is nobody's. */
    rule: text().notNull(),
    outcome: text().$type<QualityOutcome>().notNull(),
    count: integer().notNull(),
    firstAt: integer("first_at").notNull(),
    lastAt: integer("last_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.storeId, table.day, table.kind, table.rule, table.outcome] })],
);

/** Where a page was clicked and how far it was seen, by day (local): counts alone. */
export const heatDays = sqliteTable(
  "heat_days",
  {
    storeId: text("store_id").notNull(),
    page: text().notNull(),
    band: text().$type<WidthBand>().notNull(),
    day: text().notNull(),
    /** Views that told of it. */
    views: integer().notNull(),
    counts: text({ mode: "json" }).$type<HeatCounts>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.storeId, table.page, table.band, table.day] })],
);

/** Where planned elements stand on a page, as it was seen last. */
export const pageOutlines = sqliteTable(
  "page_outlines",
  {
    storeId: text("store_id").notNull(),
    page: text().notNull(),
    band: text().$type<WidthBand>().notNull(),
    outline: text({ mode: "json" }).$type<PageOutline>().notNull(),
    seenAt: integer("seen_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.storeId, table.page, table.band] })],
);

/** Carts of consenting visitors. What they came to is worked out when asked: see `visits/cart/`. */
export const carts = sqliteTable(
  "carts",
  {
    storeId: text("store_id").notNull(),
    /** The page's own id of it, hashed, or that of its visitor where it has none. */
    cartKey: text("cart_key").notNull(),
    visitorHash: text("visitor_hash").notNull(),
    events: text({ mode: "json" }).$type<CartEvent[]>().notNull(),
    firstAt: integer("first_at").notNull(),
    lastAt: integer("last_at").notNull(),
    /** Of its last state. */
    items: integer().notNull(),
    valueMinor: integer("value_minor"),
    currency: text(),
    /** The last step that was entered. */
    step: text(),
    /** What a page said it was bought as. */
    orderExternalId: text("order_external_id"),
    /** Source of the visit in which it was begun, as text. */
    source: text().notNull(),
    /** When somebody was told that it was abandoned. */
    toldAt: integer("told_at"),
  },
  (table) => [
    primaryKey({ columns: [table.storeId, table.cartKey] }),
    index("carts_last").on(table.storeId, table.lastAt),
    index("carts_visitor").on(table.storeId, table.visitorHash),
  ],
);

/** Where a store's events go on to: its own tool for analytics. */
export const analyticsExports = sqliteTable("analytics_exports", {
  storeId: text("store_id")
    .primaryKey()
    .references(() => stores.id),
  format: text().$type<"ndjson" | "ga4" | "meta">().notNull(),
  endpoint: text().notNull(),
  /** JSON, sealed; `null`: it needs none. */
  secrets: text(),
  enabled: integer({ mode: "boolean" }).notNull(),
  /** The last row of the log that was sent. */
  seq: integer().notNull(),
  /** Events of the row after it that were sent. */
  sent: integer().notNull(),
  attempts: integer().notNull(),
  nextAt: integer("next_at").notNull(),
  failure: text(),
  failingSince: integer("failing_since"),
  version: integer().notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});
