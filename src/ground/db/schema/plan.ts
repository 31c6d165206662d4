import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Utm } from "../../model/link.ts";
import type { Commission, Discount, Limits } from "../../model/plan.ts";
import { creators } from "./link.ts";
import { stores } from "./store.ts";

/** What creators of a campaign offer and earn, and what their codes and links are made of. */
export const trackingPlans = sqliteTable(
  "tracking_plans",
  {
    id: text().primaryKey(),
    name: text().notNull(),
    /** The form of the name that is unique. */
    nameKey: text("name_key").notNull(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    discount: text({ mode: "json" }).$type<Discount>(),
    codePattern: text("code_pattern"),
    landingUrl: text("landing_url"),
    /** Where the plan's links lead before it starts and after it ends, if a link says nothing itself. */
    fallbackUrl: text("fallback_url"),
    utm: text({ mode: "json" }).$type<Utm>().notNull(),
    affiliateLink: integer("affiliate_link", { mode: "boolean" }).notNull(),
    trackClicks: integer("track_clicks", { mode: "boolean" }).notNull(),
    /** Whether creators may make links of their own to pages of the shop. */
    creatorLinks: integer("creator_links", { mode: "boolean" }).notNull().default(false),
    limits: text({ mode: "json" }).$type<Limits>().notNull(),
    startsAt: integer("starts_at"),
    endsAt: integer("ends_at"),
    commission: text({ mode: "json" }).$type<Commission>().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [
    uniqueIndex("tracking_plans_name")
      .on(table.nameKey)
      .where(sql`deleted_at IS NULL`),
    index("tracking_plans_store").on(table.storeId),
  ],
);

/** Campaigns: creators who work under one plan. */
export const campaigns = sqliteTable(
  "campaigns",
  {
    id: text().primaryKey(),
    name: text().notNull(),
    planId: text("plan_id").references(() => trackingPlans.id),
    /** What makes a creator's code and link due. */
    generateOn: text("generate_on").$type<"approval" | "added">().notNull(),
    creatorsSeePerformance: integer("creators_see_performance", { mode: "boolean" }).notNull(),
    tracking: integer({ mode: "boolean" }).notNull(),
    status: text().$type<"draft" | "launched" | "archived">().notNull(),
    launchedAt: integer("launched_at"),
    archivedAt: integer("archived_at"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [index("campaigns_plan").on(table.planId)],
);

/** Who takes part in a campaign. */
export const campaignCreators = sqliteTable(
  "campaign_creators",
  {
    campaignId: text("campaign_id")
      .notNull()
      .references(() => campaigns.id),
    creatorId: text("creator_id")
      .notNull()
      .references(() => creators.id),
    status: text().$type<"applied" | "approved" | "rejected">().notNull(),
    /** Why an admin approved or rejected them last, if they said. */
    reason: text(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.campaignId, table.creatorId] }),
    index("campaign_creators_creator").on(table.creatorId),
    index("campaign_creators_applied")
      .on(table.campaignId)
      .where(sql`status = 'applied'`),
  ],
);

/**
 * What a plan has for a creator: one code and one set of links, whatever number of campaigns share the
 * plan. The row is also the work to be done: `queued` until its code and links exist.
 */
export const planCreators = sqliteTable(
  "plan_creators",
  {
    planId: text("plan_id")
      .notNull()
      .references(() => trackingPlans.id),
    creatorId: text("creator_id")
      .notNull()
      .references(() => creators.id),
    /** The campaign that made it due first; names its links. */
    campaignId: text("campaign_id").references(() => campaigns.id),
    /** `withdrawn`: the creator was rejected; code and links rest. */
    state: text().$type<"queued" | "ready" | "failed" | "withdrawn">().notNull(),
    codeId: text("code_id"),
    affiliateLinkId: text("affiliate_link_id"),
    trackingLinkId: text("tracking_link_id"),
    failureCode: text("failure_code"),
    failureDetail: text("failure_detail"),
    queuedAt: integer("queued_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.planId, table.creatorId] }),
    index("plan_creators_queued")
      .on(table.queuedAt)
      .where(sql`state = 'queued'`),
    index("plan_creators_failed")
      .on(table.planId)
      .where(sql`state = 'failed'`),
    index("plan_creators_creator").on(table.creatorId),
  ],
);

/** A creator's discount code under a plan. Its text may change; its id stays. */
export const codes = sqliteTable(
  "codes",
  {
    id: text().primaryKey(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    planId: text("plan_id")
      .notNull()
      .references(() => trackingPlans.id),
    campaignId: text("campaign_id").references(() => campaigns.id),
    creatorId: text("creator_id")
      .notNull()
      .references(() => creators.id),
    /** As shown and typed now; earlier texts are in `code_texts`. */
    text: text().notNull(),
    state: text().$type<"active" | "withdrawn" | "retired">().notNull(),
    origin: text().$type<"generated" | "hand">().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    uniqueIndex("codes_plan_creator")
      .on(table.planId, table.creatorId)
      .where(sql`state <> 'retired'`),
    index("codes_plan").on(table.planId),
    index("codes_creator").on(table.creatorId),
  ],
);

/**
 * Every text that any code of a store ever had. A text belongs to one code for good: an order that
 * comes late with an old one, or one that leaked, can't be credited to somebody else.
 */
export const codeTexts = sqliteTable(
  "code_texts",
  {
    storeId: text("store_id").notNull(),
    /** See `codeKey`. */
    textKey: text("text_key").notNull(),
    text: text().notNull(),
    codeId: text("code_id")
      .notNull()
      .references(() => codes.id),
    createdAt: integer("created_at").notNull(),
    /** When another text took its place, or the code was retired; `null`: it is the current one. */
    retiredAt: integer("retired_at"),
  },
  (table) => [primaryKey({ columns: [table.storeId, table.textKey] }), index("code_texts_code").on(table.codeId)],
);

/** Orders in which a code was used, one row each. */
export const codeUses = sqliteTable(
  "code_uses",
  {
    codeId: text("code_id")
      .notNull()
      .references(() => codes.id),
    /** The store's id of the order. */
    orderId: text("order_id").notNull(),
    /** The text that was typed, as `codeKey` has it. */
    textKey: text("text_key").notNull(),
    usedAt: integer("used_at").notNull(),
    country: text(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.codeId, table.orderId] }),
    index("code_uses_code_time").on(table.codeId, table.usedAt),
  ],
);
