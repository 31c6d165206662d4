import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/**
 * Clicks as rows: how the log was kept before it was packed, and how files of that time are restored. What is
 * left here moves to {@link clickBatches} by and by; the view `clicks` shows both. `link_id` references nothing
 * on purpose: a click is kept whatever became of its link.
 */
export const clickRows = sqliteTable(
  "click_rows",
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

/**
 * The click log: one row a group of clicks that were written together, no further apart than
 * `BATCH_SPAN_MS` and of one UTC day. See `clicks/log/pack.ts` for what is in it.
 */
export const clickBatches = sqliteTable(
  "click_batches",
  {
    /** Number of the first click, in the order of arrival; the others follow by `stride`. See `clicks/log/sequence.ts`. */
    seq: integer().primaryKey(),
    count: integer().notNull(),
    stride: integer().notNull(),
    /** Of the clicks, ms UTC. */
    earliest: integer().notNull(),
    latest: integer().notNull(),
    /** Length of the duplicate window that they were told apart by, ms. */
    windowMs: integer("window_ms").notNull(),
    ingestedAt: integer("ingested_at").notNull(),
    /** What each click counts as now, a letter each: see `clicks/log/verdict.ts`. */
    verdicts: text().notNull(),
    /** The same as it was written first, once it has changed: what roll-ups read. */
    entered: text(),
    /** JSON: what this batch took back of clicks that had counted before it came. */
    corrections: text(),
    /** JSON: what the clicks share. */
    facts: text().notNull(),
    /** JSON: what each has of its own, and its places in `facts`. */
    clicks: text().notNull(),
  },
  (table) => [
    index("click_batches_time").on(table.earliest, table.latest),
    // A verdict that couldn't be told breaks the transaction off: see `clicks/log/write.ts`.
    check("click_batches_verdicts", sql`length(verdicts) = count`),
  ],
);

/** Queue messages whose clicks are in the log, by the id that the edge gave them: a redelivery is told by it. */
export const clickMessages = sqliteTable("click_messages", {
  id: text().primaryKey().notNull(),
  ingestedAt: integer("ingested_at").notNull(),
});

/** First visits of a UTC day: the earliest click of each visitor, link and window, which is the one that counts. */
const firstVisits = (name: string) =>
  sqliteTable(
    name,
    {
      visitorKey: text("visitor_key").notNull(),
      linkId: text("link_id").notNull(),
      windowStart: integer("window_start").notNull(),
      time: integer().notNull(),
      /** Number of the click in the log. */
      seq: integer().notNull(),
    },
    (table) => [primaryKey({ columns: [table.visitorKey, table.linkId, table.windowStart] })],
  );

// One table a day in turn: dropping it costs no row written, where deleting its rows would cost one for each.
export const firstVisits0 = firstVisits("first_visits_0");
export const firstVisits1 = firstVisits("first_visits_1");
export const firstVisits2 = firstVisits("first_visits_2");
export const firstVisits3 = firstVisits("first_visits_3");
export const firstVisits4 = firstVisits("first_visits_4");
export const firstVisits5 = firstVisits("first_visits_5");
export const firstVisits6 = firstVisits("first_visits_6");
export const firstVisits7 = firstVisits("first_visits_7");

/** How many databases the clicks of a day are spread over, from that UTC day on; none: all are in `DB`. */
export const clickLayouts = sqliteTable("click_layouts", {
  /** Number of the UTC day. */
  sinceDay: integer("since_day").primaryKey(),
  /** `CLICKS_1` to `CLICKS_n`; 0: `DB`. */
  databases: integer().notNull(),
  createdAt: integer("created_at").notNull(),
});

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
  (table) => [
    uniqueIndex("dead_letters_message").on(table.queue, table.messageId),
    index("dead_letters_open")
      .on(table.receivedAt)
      .where(sql`replayed_at IS NULL`),
  ],
);

const hourSums = () => ({
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
});

/** Requests by link and hour (start of the hour, ms UTC): what the log held up to the watermark. */
export const clickHours = sqliteTable("click_hours", hourSums(), (table) => [
  primaryKey({ columns: [table.linkId, table.hour] }),
]);

/**
 * The same `WITHOUT ROWID`, which makes a new row half as dear. The hours are copied into it by and by, and then it takes
 * their name (`reports/rollup/hours-run.ts`): it isn't there any more where that is done.
 */
export const clickHoursLean = sqliteTable("click_hours_lean", hourSums(), (table) => [
  primaryKey({ columns: [table.linkId, table.hour] }),
]);

/** How far each roll-up has read. */
export const watermarks = sqliteTable("watermarks", {
  name: text().primaryKey(),
  /** The highest `seq` that is rolled up. */
  value: integer().notNull(),
  updatedAt: integer("updated_at").notNull(),
});
