import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { EventType } from "../../model/event.ts";
import { stores } from "./store.ts";

/** Where events are sent. */
export const webhookEndpoints = sqliteTable("webhook_endpoints", {
  id: text().primaryKey(),
  url: text().notNull(),
  /** `null`: events of all stores. */
  storeId: text("store_id").references(() => stores.id),
  /** `null`: all types. */
  types: text({ mode: "json" }).$type<EventType[]>(),
  description: text(),
  /** The signing secret, encrypted as stores' are. */
  secretSealed: text("secret_sealed").notNull(),
  disabled: integer({ mode: "boolean" }).notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  deletedAt: integer("deleted_at"),
});

/** What happened that somebody may want to hear of. Triggers write it in the transaction in which it happens. */
export const events = sqliteTable(
  "events",
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    type: text().$type<EventType>().notNull(),
    storeId: text("store_id"),
    /** Id of the order, payout, … */
    subjectId: text("subject_id").notNull(),
    data: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    time: integer().notNull(),
  },
  (table) => [index("events_time").on(table.time)],
);

/** One event on its way to one endpoint. */
export const webhookDeliveries = sqliteTable(
  "webhook_deliveries",
  {
    endpointId: text("endpoint_id")
      .notNull()
      .references(() => webhookEndpoints.id),
    eventSeq: integer("event_seq").notNull(),
    status: text().$type<"pending" | "delivered" | "dead">().notNull(),
    attempts: integer().notNull(),
    /** When it is tried (again); `null`: never. */
    nextAt: integer("next_at"),
    lastStatus: integer("last_status"),
    lastError: text("last_error"),
    createdAt: integer("created_at").notNull(),
    deliveredAt: integer("delivered_at"),
  },
  (table) => [
    primaryKey({ columns: [table.endpointId, table.eventSeq] }),
    index("webhook_deliveries_next")
      .on(table.nextAt)
      .where(sql`next_at IS NOT NULL`),
    index("webhook_deliveries_status").on(table.endpointId, table.status, table.eventSeq),
    index("webhook_deliveries_endpoint").on(table.endpointId, table.nextAt),
  ],
);
