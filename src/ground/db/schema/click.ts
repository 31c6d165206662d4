import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/**
 * The click log: one row a request to a link. `link_id` references nothing on purpose: a click is
 * kept whatever became of its link.
 */
export const clicks = sqliteTable(
  "clicks",
  {
    /** The order of arrival, which roll-ups follow. */
    seq: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull(),
    linkId: text("link_id").notNull(),
    time: integer().notNull(),
    bucket: text().notNull(),
    reason: text().notNull(),
    /** See `click/visitor.ts`; `null` where consent allows none. */
    visitorKey: text("visitor_key"),
    /** Start of the duplicate window that holds `time`. */
    windowStart: integer("window_start").notNull(),
    /** 1 on the first `counted` click of its visitor, link and UTC day. */
    uniqueOfDay: integer("unique_of_day").notNull(),
    country: text(),
    region: text(),
    city: text(),
    colo: text(),
    device: text().notNull(),
    browser: text(),
    os: text(),
    language: text(),
    referrerHost: text("referrer_host"),
    source: text().notNull(),
    utmSource: text("utm_source"),
    utmMedium: text("utm_medium"),
    utmCampaign: text("utm_campaign"),
    utmTerm: text("utm_term"),
    utmContent: text("utm_content"),
    /** Index of the link's rule that chose the destination; `null`: the link's own. */
    rule: integer(),
    consent: text().notNull(),
    consentSource: text("consent_source").notNull(),
    ingestedAt: integer("ingested_at").notNull(),
  },
  (table) => [
    uniqueIndex("clicks_id").on(table.id),
    index("clicks_link_time").on(table.linkId, table.time),
    // Serves the search for a visitor's earlier clicks, and holds the promise of one per window.
    uniqueIndex("clicks_counted")
      .on(table.visitorKey, table.linkId, table.windowStart)
      .where(sql`bucket = 'counted' AND visitor_key IS NOT NULL`),
  ],
);

/** Random salts of visitor keys by UTC day number; a row is destroyed once no click of its day can still arrive. */
export const visitorSalts = sqliteTable("visitor_salts", {
  day: integer().primaryKey(),
  /** 32 bytes, base64url. */
  salt: text().notNull(),
});

/** Queue messages that could not be processed: kept until they are. */
export const deadLetters = sqliteTable(
  "dead_letters",
  {
    id: text().primaryKey(),
    queue: text().notNull(),
    /** The queue's id of the message, so that a redelivery is kept once. */
    messageId: text("message_id").notNull(),
    /** Emptied by a replay: it holds user agents and pseudonyms. */
    body: text().notNull(),
    reason: text().notNull(),
    receivedAt: integer("received_at").notNull(),
    /** When its clicks were ingested after all. */
    replayedAt: integer("replayed_at"),
    /** When the nightly replay last tried it. */
    attemptedAt: integer("attempted_at"),
  },
  (table) => [uniqueIndex("dead_letters_message").on(table.queue, table.messageId)],
);

/** Requests by link and hour (start of the hour, ms UTC): what the log held up to the watermark. */
export const clickHours = sqliteTable(
  "click_hours",
  {
    linkId: text("link_id").notNull(),
    hour: integer().notNull(),
    counted: integer().notNull(),
    uniqueOfDay: integer("unique_of_day").notNull(),
    bot: integer().notNull(),
    prefetch: integer().notNull(),
    head: integer().notNull(),
    duplicate: integer().notNull(),
    inactive: integer().notNull(),
    /** Loads from within another page; hours from before they were told apart have none. */
    embedded: integer().notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.linkId, table.hour] })],
);

/** How far each roll-up has read. */
export const watermarks = sqliteTable("watermarks", {
  name: text().primaryKey(),
  /** The highest `seq` that is rolled up. */
  value: integer().notNull(),
  updatedAt: integer("updated_at").notNull(),
});
