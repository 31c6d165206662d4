import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { LinkMaker, LinkRule, Utm } from "../../model/link.ts";
import { stores } from "./store.ts";

/** People who post links. */
export const creators = sqliteTable(
  "creators",
  {
    id: text().primaryKey(),
    firstName: text("first_name").notNull(),
    lastName: text("last_name").notNull(),
    email: text(),
    /** Network → handle, without `@`. */
    handles: text({ mode: "json" }).$type<Record<string, string>>().notNull(),
    externalId: text("external_id"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [
    uniqueIndex("creators_external_id")
      .on(table.externalId)
      .where(sql`deleted_at IS NULL`),
  ],
);

/** Short links. A deleted one keeps its row, for its history, but frees its slug. */
export const links = sqliteTable(
  "links",
  {
    id: text().primaryKey(),
    /** Host name of one of `domains`; empty: every host. */
    domain: text().notNull(),
    slug: text().notNull(),
    /** The form that is unique and looked up: see `slugKey`. */
    slugKey: text("slug_key").notNull(),
    url: text().notNull(),
    kind: text().$type<"affiliate" | "tracking">().notNull(),
    storeId: text("store_id").references(() => stores.id),
    creatorId: text("creator_id").references(() => creators.id),
    campaignId: text("campaign_id"),
    planId: text("plan_id"),
    codeId: text("code_id"),
    utm: text({ mode: "json" }).$type<Utm>().notNull(),
    /** Other destinations for some visitors; the first that fits wins. */
    rules: text({ mode: "json" }).$type<LinkRule[]>().notNull().default([]),
    startsAt: integer("starts_at"),
    endsAt: integer("ends_at"),
    maxClicks: integer("max_clicks"),
    fallbackUrl: text("fallback_url"),
    disabled: integer({ mode: "boolean" }).notNull(),
    /** Who made it; a plan's links are those that generation made. */
    madeBy: text("made_by").$type<LinkMaker>().notNull().default("admin"),
    /**
     * When its creator's rejection switched it off, so that an approval brings back no link that they switched off
     * themselves; of links that creators made, `null` else.
     */
    withdrawnAt: integer("withdrawn_at"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [
    uniqueIndex("links_address")
      .on(table.domain, table.slugKey)
      .where(sql`deleted_at IS NULL`),
    index("links_creator").on(table.creatorId),
    index("links_campaign").on(table.campaignId),
    index("links_store").on(table.storeId),
    // Most links have no plan, and cost nothing here.
    index("links_plan")
      .on(table.planId)
      .where(sql`plan_id IS NOT NULL`),
  ],
);

/** Labels of links. */
export const linkTags = sqliteTable(
  "link_tags",
  {
    linkId: text("link_id")
      .notNull()
      .references(() => links.id),
    tag: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tag, table.linkId] }), index("link_tags_link").on(table.linkId)],
);

/** Uses of links that have a click cap; other links have no row. */
export const linkCaps = sqliteTable("link_caps", {
  linkId: text("link_id").primaryKey(),
  used: integer().notNull(),
});

/**
 * News for isolates that keep links in memory: what was changed that a redirect depends on. Triggers write it (see
 * the migration that made the table), so that no write can forget to; the newest rows alone are kept.
 */
export const linkChanges = sqliteTable("link_changes", {
  /** In the order of the changes. */
  seq: integer().primaryKey({ autoIncrement: true }),
  /** What changed: see `subject.ts` of the edge. */
  subject: text().notNull(),
  /** When, ms UTC: with the number it tells a change from another of a database that was set back in time. */
  at: integer()
    .notNull()
    .default(sql`(CAST(unixepoch('subsec') * 1000 AS INTEGER))`),
});

/** Hosts that no link may lead to. */
export const blockedHosts = sqliteTable(
  "blocked_hosts",
  {
    id: text().primaryKey(),
    host: text().notNull(),
    /** `host`: that host alone; `suffix`: its subdomains too. */
    scope: text().$type<"host" | "suffix">().notNull(),
    reason: text().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [uniqueIndex("blocked_hosts_host").on(table.host)],
);

/** What shoppers reported about links. */
export const abuseReports = sqliteTable(
  "abuse_reports",
  {
    id: text().primaryKey(),
    linkId: text("link_id").notNull(),
    kind: text().notNull(),
    detail: text().notNull(),
    createdAt: integer("created_at").notNull(),
    resolvedAt: integer("resolved_at"),
  },
  (table) => [
    index("abuse_reports_link").on(table.linkId),
    index("abuse_reports_open")
      .on(table.createdAt)
      .where(sql`resolved_at IS NULL`),
  ],
);
