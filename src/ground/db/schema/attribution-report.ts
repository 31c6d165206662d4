import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { AmazonFigures, SourceKind, SourceNames } from "../../model/attribution-report.ts";
import { creators } from "./link.ts";
import { stores } from "./store.ts";

/** Tags of Amazon Attribution that creators' links carry, one a creator and store. */
export const attributionTags = sqliteTable(
  "attribution_tags",
  {
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    creatorId: text("creator_id")
      .notNull()
      .references(() => creators.id),
    /** Pairs of a query: `maas=…&ref_=aa_maas&tag=maas`. */
    tag: text().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.storeId, table.creatorId] })],
);

/** What rows of reports are known by to be of a creator's tag. No two creators of a store have the same. */
export const attributionMatches = sqliteTable(
  "attribution_matches",
  {
    storeId: text("store_id").notNull(),
    kind: text().$type<SourceKind>().notNull(),
    /** As `sourceKey` has it. */
    value: text().notNull(),
    creatorId: text("creator_id").notNull(),
    /** As it was entered. */
    text: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.storeId, table.kind, table.value] }),
    index("attribution_matches_creator").on(table.storeId, table.creatorId),
  ],
);

/** Reports of Amazon Attribution that were imported. */
export const attributionReports = sqliteTable(
  "attribution_reports",
  {
    id: text().primaryKey(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    format: text().$type<"csv" | "json">().notNull(),
    /** SHA-256 of what it says, hex: of its days and rows, however they were written. */
    contentHash: text("content_hash").notNull(),
    /** Days that it covers: 2026-11-22, of the advertiser's time zone. */
    firstDay: text("first_day").notNull(),
    lastDay: text("last_day").notNull(),
    days: integer().notNull(),
    rows: integer().notNull(),
    /** Lines of totals, which are no rows. */
    totalLines: integer("total_lines").notNull(),
    /** Sums of its rows by currency, as they were imported. */
    totals: text({ mode: "json" }).$type<({ currency: string } & AmazonFigures)[]>().notNull(),
    actor: text().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("attribution_reports_store").on(table.storeId, table.id)],
);

/** Which report each day of a store is from: the last that covered it. */
export const attributionDays = sqliteTable(
  "attribution_days",
  {
    storeId: text("store_id").notNull(),
    day: text().notNull(),
    reportId: text("report_id")
      .notNull()
      .references(() => attributionReports.id),
  },
  (table) => [primaryKey({ columns: [table.storeId, table.day] })],
);

/** What rows of reports are of: an ad group, say. Whose it is follows from the tags, and is kept up to date with them. */
export const attributionSources = sqliteTable(
  "attribution_sources",
  {
    id: text().primaryKey(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    /** A JSON array of what it is known by, in the order of `SOURCE_KINDS`, each as `sourceKey` has it or `null`. */
    key: text().notNull(),
    /** The same as the last report wrote it. */
    names: text({ mode: "json" }).$type<SourceNames>().notNull(),
    /** `null`: nobody's tag has it. */
    creatorId: text("creator_id").references(() => creators.id),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("attribution_sources_key").on(table.storeId, table.key),
    index("attribution_sources_creator").on(table.creatorId),
  ],
);

/** Amazon's figures by day. They are nothing but what Amazon says: no order, and no commission. */
export const attributionRows = sqliteTable(
  "attribution_rows",
  {
    storeId: text("store_id").notNull(),
    /** 2026-11-22, of the advertiser's time zone. */
    day: text().notNull(),
    sourceId: text("source_id")
      .notNull()
      .references(() => attributionSources.id),
    /** ISO 4217. */
    currency: text().notNull(),
    clicks: integer(),
    detailPageViews: integer("detail_page_views"),
    addToCarts: integer("add_to_carts"),
    purchases: integer(),
    units: integer(),
    totalDetailPageViews: integer("total_detail_page_views"),
    totalAddToCarts: integer("total_add_to_carts"),
    totalPurchases: integer("total_purchases"),
    totalUnits: integer("total_units"),
    /** Minor units. */
    salesMinor: integer("sales_minor"),
    totalSalesMinor: integer("total_sales_minor"),
    bonusMinor: integer("bonus_minor"),
  },
  (table) => [
    primaryKey({ columns: [table.storeId, table.day, table.sourceId, table.currency] }),
    index("attribution_rows_source").on(table.sourceId, table.day),
  ],
);

/** Bonuses that were booked by hand for rows of reports, with Amazon's figures as they stood then. Append-only. */
export const attributionBonuses = sqliteTable(
  "attribution_bonuses",
  {
    ledgerId: text("ledger_id").primaryKey(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    creatorId: text("creator_id")
      .notNull()
      .references(() => creators.id),
    /** The rows of these days, both in. */
    firstDay: text("first_day").notNull(),
    lastDay: text("last_day").notNull(),
    /** Of one source; `null`: of all that were the creator's. */
    sourceId: text("source_id"),
    /** By currency, as they stood when it was booked. */
    figures: text({ mode: "json" }).$type<({ currency: string } & AmazonFigures)[]>().notNull(),
  },
  (table) => [index("attribution_bonuses_creator").on(table.storeId, table.creatorId, table.firstDay)],
);
