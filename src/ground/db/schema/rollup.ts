import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { orders } from "./order.ts";

/** How far local time is from UTC in a time zone, span by span, so that SQL knows local days. */
export const zoneOffsets = sqliteTable(
  "zone_offsets",
  {
    /** IANA, such as Europe/Berlin. */
    zone: text().notNull(),
    fromAt: integer("from_at").notNull(),
    /** Not in the span. */
    toAt: integer("to_at").notNull(),
    offsetMs: integer("offset_ms").notNull(),
  },
  (table) => [primaryKey({ columns: [table.zone, table.fromAt] })],
);

const clickCounts = {
  counted: integer().notNull(),
  uniqueOfDay: integer("unique_of_day").notNull(),
};

/** Counted clicks by link and day (2026-11-22) of its store's time zone. */
export const clickDays = sqliteTable(
  "click_days",
  {
    linkId: text("link_id").notNull(),
    day: text().notNull(),
    ...clickCounts,
    /**
     * JSON: the same split by country, device and source, each by itself, as `[counted, unique]` by value; empty: not
     * known. `null`: the splits of that day are in {@link clickSplits}.
     */
    splits: text(),
  },
  (table) => [primaryKey({ columns: [table.linkId, table.day] })],
);

/** The same by month (2026-11), of days up to the watermark `click_months` (number of a UTC day) alone. */
export const clickMonths = sqliteTable(
  "click_months",
  { linkId: text("link_id").notNull(), month: text().notNull(), ...clickCounts },
  (table) => [primaryKey({ columns: [table.linkId, table.month] })],
);

/**
 * Counted clicks by link and day, split by country, device and source, each by itself: of days that no click has come
 * to since {@link clickDays} has a column for it.
 */
export const clickSplits = sqliteTable(
  "click_splits",
  {
    linkId: text("link_id").notNull(),
    day: text().notNull(),
    dim: text().$type<"country" | "device" | "source">().notNull(),
    /** Empty: not known. */
    value: text().notNull(),
    ...clickCounts,
  },
  (table) => [primaryKey({ columns: [table.linkId, table.day, table.dim, table.value] })],
);

/** Orders that changed since they were rolled up. Triggers on orders and commissions fill it. */
export const orderRollupsDue = sqliteTable("order_rollups_due", {
  orderId: text("order_id").primaryKey(),
  mark: integer().notNull(),
});

/** What an order is sorted by; empty where there is none. */
const orderDims = {
  storeId: text("store_id").notNull(),
  creatorId: text("creator_id").notNull(),
  campaignId: text("campaign_id").notNull(),
  planId: text("plan_id").notNull(),
};

const orderDetails = {
  linkId: text("link_id").notNull(),
  codeId: text("code_id").notNull(),
  country: text().notNull(),
  device: text().notNull(),
  source: text().notNull(),
  method: text().notNull(),
  /** 1: only browsers tell of it. */
  claimed: integer().notNull(),
};

/** What each share of an order counts for, as it is rolled up. */
export const orderFacts = sqliteTable(
  "order_facts",
  {
    orderId: text("order_id")
      .notNull()
      .references(() => orders.id),
    ...orderDims,
    ...orderDetails,
    placedAt: integer("placed_at").notNull(),
    /** Of the store's time zone. */
    day: text().notNull(),
    /** Of the sale. */
    currency: text().notNull(),
    /** 1 for the owner's share. */
    conversions: integer().notNull(),
    grossMinor: integer("gross_minor").notNull(),
    refundedMinor: integer("refunded_minor").notNull(),
    commissionMinor: integer("commission_minor").notNull(),
    commissionCurrency: text("commission_currency").notNull(),
    /** Id of the click that decided, while the log doesn't have it: as it comes, the order is due. Else empty. */
    awaits: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orderId, table.creatorId] }),
    index("order_facts_store").on(table.storeId, table.placedAt),
    index("order_facts_creator").on(table.creatorId, table.placedAt),
    index("order_facts_awaits")
      .on(table.awaits)
      .where(sql`awaits <> ''`),
  ],
);

const orderSums = {
  conversions: integer().notNull(),
  grossMinor: integer("gross_minor").notNull(),
  refundedMinor: integer("refunded_minor").notNull(),
  commissionMinor: integer("commission_minor").notNull(),
};

/** Orders by day (of the store's time zone), currency and all that they are sorted by. */
export const orderDays = sqliteTable(
  "order_days",
  { ...orderDims, ...orderDetails, day: text().notNull(), currency: text().notNull(), ...orderSums },
  (table) => [
    primaryKey({
      columns: [
        table.storeId,
        table.day,
        table.creatorId,
        table.campaignId,
        table.planId,
        table.linkId,
        table.codeId,
        table.country,
        table.device,
        table.source,
        table.method,
        table.claimed,
        table.currency,
      ],
    }),
    index("order_days_creator").on(table.creatorId, table.day),
  ],
);

/** Orders by month, for long spans. */
export const orderMonths = sqliteTable(
  "order_months",
  {
    ...orderDims,
    method: text().notNull(),
    claimed: integer().notNull(),
    month: text().notNull(),
    currency: text().notNull(),
    ...orderSums,
  },
  (table) => [
    primaryKey({
      columns: [
        table.storeId,
        table.month,
        table.creatorId,
        table.campaignId,
        table.planId,
        table.method,
        table.claimed,
        table.currency,
      ],
    }),
    index("order_months_creator").on(table.creatorId, table.month),
  ],
);

const zero = (name: string) => integer(name).notNull().default(0);

/**
 * All that the months of links and of orders come to, by creator, by campaign, by plan and in all: what reports
 * on them read where they cover whatever there is. A link's clicks are its present creator's, campaign's and
 * plan's; triggers on links see to that.
 */
export const reportTotals = sqliteTable(
  "report_totals",
  {
    dim: text().$type<"all" | "creators" | "campaigns" | "plans">().notNull(),
    /** Id of the creator, campaign or plan. Empty: of all, or of what has none. */
    key: text().notNull(),
    /** Empty: of links without a store. */
    storeId: text("store_id").notNull(),
    /** ISO 4217; empty for commissions that can't be said yet. Clicks stand with the currency of their store. */
    currency: text().notNull(),
    /** 1 once the key has had more than one row: these are to be added up. A trigger writes it. */
    shared: zero("shared"),
    clicks: zero("clicks"),
    uniques: zero("uniques"),
    conversions: zero("conversions"),
    grossMinor: zero("gross_minor"),
    refundedMinor: zero("refunded_minor"),
    commissionMinor: zero("commission_minor"),
    byLink: zero("by_link"),
    byCode: zero("by_code"),
    byCall: zero("by_call"),
    /** The same of orders that only browsers tell of. */
    claimedConversions: zero("claimed_conversions"),
    claimedGrossMinor: zero("claimed_gross_minor"),
    claimedRefundedMinor: zero("claimed_refunded_minor"),
    claimedCommissionMinor: zero("claimed_commission_minor"),
    claimedByLink: zero("claimed_by_link"),
    claimedByCode: zero("claimed_by_code"),
    claimedByCall: zero("claimed_by_call"),
  },
  (table) => [
    primaryKey({ columns: [table.dim, table.key, table.storeId, table.currency] }),
    index("report_totals_shared")
      .on(table.dim, table.key)
      .where(sql`shared = 1`),
  ],
);

/** What a rebuild has read of the log so far, by hour: counted clicks of the links that it is about. */
export const clickHoursAnew = sqliteTable(
  "click_hours_anew",
  { linkId: text("link_id").notNull(), hour: integer().notNull(), ...clickCounts },
  (table) => [primaryKey({ columns: [table.linkId, table.hour] })],
);

/** The same by day, as {@link clickDays}. */
export const clickDaysAnew = sqliteTable(
  "click_days_anew",
  { linkId: text("link_id").notNull(), day: text().notNull(), ...clickCounts, splits: text() },
  (table) => [primaryKey({ columns: [table.linkId, table.day] })],
);

/** Roll-ups that are made anew, one a store at most; `''`: all stores. */
export const rollupRebuilds = sqliteTable("rollup_rebuilds", {
  storeId: text("store_id").primaryKey(),
  reason: text().notNull(),
  /** Which part is under way. */
  step: text().$type<"clicks" | "orders">().notNull(),
  /**
   * The last link, or order, that is done; empty: none yet. While the log is read: up to where, as the number of its
   * database and a time (ms UTC), `0:1794960000000`; once all is read, `lnk_`.
   */
  done: text().notNull(),
  requestedAt: integer("requested_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});
