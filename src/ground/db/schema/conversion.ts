import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Explanation, Method, Share } from "../../model/attribution.ts";
import type {
  ConversionCommission,
  ConversionLimit,
  ConversionOrigin,
  ConversionReview,
  ConversionValue,
  DefinitionStatus,
  GoalEvent,
  Trigger,
  TriggerType,
  UncountedReason,
  ValueNote,
} from "../../model/conversion.ts";
import type { Trust } from "../../model/evidence.ts";
import { trackingPlans } from "./plan.ts";
import { stores } from "./store.ts";

/** What a store counts as a conversion. What is active is never changed. */
export const conversionDefinitions = sqliteTable(
  "conversion_definitions",
  {
    id: text().primaryKey(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    name: text().notNull(),
    /** What a page calls it by: `wm('conversion', key)`. */
    key: text().notNull(),
    status: text().$type<DefinitionStatus>().notNull(),
    triggers: text({ mode: "json" }).$type<Trigger[]>().notNull(),
    /** The types of its triggers, each in commas: `,url,order,`. What listens to nothing costs nothing. */
    listens: text().notNull(),
    value: text({ mode: "json" }).$type<ConversionValue>().notNull(),
    /** ISO 4217. */
    currency: text().notNull(),
    limit: text("max_per_contact", { mode: "json" }).$type<ConversionLimit>(),
    appliesToPast: integer("applies_to_past", { mode: "boolean" }).notNull(),
    /** What happened before is not looked at; `null`: until it is activated, from then on. */
    effectiveFrom: integer("effective_from"),
    /** The definition that it is a copy of. */
    copiedFrom: text("copied_from"),
    activatedAt: integer("activated_at"),
    archivedAt: integer("archived_at"),
    /** Grows with every write. */
    version: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    uniqueIndex("conversion_definitions_key").on(table.storeId, table.key),
    index("conversion_definitions_store").on(table.storeId, table.status),
  ],
);

/** Customers of a store by what it knows them by. Erased whole. */
export const contacts = sqliteTable(
  "contacts",
  {
    id: text().primaryKey(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    /** See `customerHash`. */
    customerHash: text("customer_hash").notNull(),
    /** What the store's server says of them, by name; a date is a text such as `2026-11-30T00:00:00.000Z`. */
    fields: text({ mode: "json" }).$type<Record<string, string | number | boolean>>().notNull(),
    /** Whether the store's server ever named them; else browsers alone did. */
    trust: text().$type<Trust>().notNull(),
    /** Grows with every write. */
    version: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    uniqueIndex("contacts_customer").on(table.storeId, table.customerHash),
    index("contacts_store").on(table.storeId, table.id),
  ],
);

/** As whom a browser's visitor was known, and since when. */
export const visitorContacts = sqliteTable(
  "visitor_contacts",
  {
    storeId: text("store_id").notNull(),
    visitorHash: text("visitor_hash").notNull(),
    time: integer().notNull(),
    contactId: text("contact_id")
      .notNull()
      .references(() => contacts.id),
  },
  (table) => [
    primaryKey({ columns: [table.storeId, table.visitorHash, table.time, table.contactId] }),
    index("visitor_contacts_contact").on(table.contactId),
  ],
);

/** What visitors with consent, and contacts, did, for 90 days: what segments look back on. */
export const visitorEvents = sqliteTable(
  "visitor_events",
  {
    storeId: text("store_id").notNull(),
    /** See `GoalEvent`. */
    eventKey: text("event_key").notNull(),
    kind: text().$type<GoalEvent["kind"]>().notNull(),
    name: text(),
    page: text(),
    visitorHash: text("visitor_hash"),
    contactId: text("contact_id"),
    time: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.storeId, table.eventKey] }),
    index("visitor_events_time").on(table.storeId, table.time),
    index("visitor_events_contact")
      .on(table.contactId, table.kind, table.time)
      .where(sql`contact_id IS NOT NULL`),
    index("visitor_events_visitor")
      .on(table.storeId, table.visitorHash, table.time)
      .where(sql`visitor_hash IS NOT NULL`),
  ],
);

/** Conversions, one a definition and event. */
export const conversions = sqliteTable(
  "conversions",
  {
    id: text().primaryKey(),
    definitionId: text("definition_id")
      .notNull()
      .references(() => conversionDefinitions.id),
    storeId: text("store_id").notNull(),
    /** See `GoalEvent`. */
    eventKey: text("event_key").notNull(),
    trigger: text("trigger_type").$type<TriggerType>().notNull(),
    /** Which of the definition's triggers it met first, from 0. */
    triggerIndex: integer("trigger_index").notNull(),
    origin: text().$type<ConversionOrigin>().notNull(),
    trust: text().$type<Trust>().notNull(),
    time: integer().notNull(),
    /** When it happened by a server's word alone, the earliest; `null`: only a browser tells of it. */
    confirmedAt: integer("confirmed_at"),
    /** Whose it is, for the limit: `c:` and a contact, `v:` and a visitor, `p:` and a page view, `e:` and the event. */
    subject: text().notNull(),
    visitorHash: text("visitor_hash"),
    contactId: text("contact_id"),
    page: text(),
    /** Minor units of the definition's currency. */
    valueMinor: integer("value_minor"),
    valueNote: text("value_note").$type<ValueNote>(),
    /** Whose word the value is, where the event says it. */
    valueTrust: text("value_trust").$type<Trust>(),
    /** `null`: it counts. */
    uncounted: text().$type<UncountedReason>(),
    orderId: text("order_id"),
    /** The conversion that made it. */
    causeId: text("cause_id"),
    explanation: text({ mode: "json" }).$type<Explanation>().notNull(),
    shares: text({ mode: "json" }).$type<Share[]>().notNull(),
    method: text().$type<Method>(),
    contested: integer({ mode: "boolean" }).notNull().default(false),
    creatorId: text("creator_id"),
    campaignId: text("campaign_id"),
    planId: text("plan_id"),
    linkId: text("link_id"),
    codeId: text("code_id"),
    /** Of what {@link conversionCommissions} has of it. */
    commission: text().$type<ConversionCommission>().notNull(),
    /** When the rule approves it; `null`: not by itself. */
    dueAt: integer("due_at"),
    approvedAt: integer("approved_at"),
    review: text({ mode: "json" }).$type<ConversionReview>(),
    /** Grows with every write: a change planned on an older one is planned anew. */
    version: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    uniqueIndex("conversions_event").on(table.definitionId, table.eventKey),
    index("conversions_subject").on(table.definitionId, table.subject),
    index("conversions_store").on(table.storeId, table.time),
    index("conversions_creator")
      .on(table.creatorId, table.time)
      .where(sql`creator_id IS NOT NULL`),
    index("conversions_contact")
      .on(table.contactId)
      .where(sql`contact_id IS NOT NULL`),
    index("conversions_visitor")
      .on(table.storeId, table.visitorHash)
      .where(sql`visitor_hash IS NOT NULL`),
    index("conversions_order")
      .on(table.orderId)
      .where(sql`order_id IS NOT NULL`),
    index("conversions_pending")
      .on(table.storeId, table.dueAt)
      .where(sql`commission = 'pending'`),
    index("conversions_approval")
      .on(table.dueAt)
      .where(sql`due_at IS NOT NULL`),
  ],
);

/** What creators earn by a conversion, whether it is owed yet or not. */
export const conversionCommissions = sqliteTable(
  "conversion_commissions",
  {
    conversionId: text("conversion_id")
      .notNull()
      .references(() => conversions.id),
    creatorId: text("creator_id").notNull(),
    planId: text("plan_id").notNull(),
    /** Of this creator's share, minor units. */
    amountMinor: integer("amount_minor").notNull(),
    currency: text().notNull(),
    /** Days after which the rule approves what a server confirmed; `null`: by hand alone. */
    holdDays: integer("hold_days"),
  },
  (table) => [
    primaryKey({ columns: [table.conversionId, table.creatorId] }),
    index("conversion_commissions_creator").on(table.creatorId),
  ],
);

/** Orders and contacts that something changed of which a definition may ask for. Triggers fill it. */
export const conversionsDue = sqliteTable(
  "conversions_due",
  {
    /** `settlement`: of a conversion, whose commission is to be booked anew; `deletion`: a definition whose history goes. */
    kind: text().$type<"order" | "contact" | "conversion" | "settlement" | "deletion">().notNull(),
    /** Id of the order, contact or conversion. */
    id: text().notNull(),
    storeId: text("store_id").notNull(),
    /** Grows with each change that is heard of. */
    mark: integer().notNull(),
    attempts: integer().notNull(),
    /** Since when it waits, ms UTC. */
    since: integer().notNull(),
    nextAt: integer("next_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.id] }),
    index("conversions_due_next").on(table.kind, table.nextAt),
  ],
);

/** How far all contacts of a store are looked at for a segment: after its activation, and each day where it goes by days. */
export const segmentSweeps = sqliteTable("segment_sweeps", {
  definitionId: text("definition_id")
    .primaryKey()
    .references(() => conversionDefinitions.id),
  /** The last contact that was looked at; empty: none yet. `null`: none is under way. */
  cursor: text(),
  startedAt: integer("started_at").notNull(),
  finishedAt: integer("finished_at"),
  /** Contacts that met it in this sweep. */
  met: integer().notNull(),
  /** When the next begins; `null`: time alone changes nothing. */
  nextAt: integer("next_at"),
});

/** A definition that is applied to what happened before it. */
export const conversionBackfills = sqliteTable("conversion_backfills", {
  definitionId: text("definition_id")
    .primaryKey()
    .references(() => conversionDefinitions.id),
  state: text().$type<"running" | "done" | "cancelled">().notNull(),
  fromAt: integer("from_at").notNull(),
  toAt: integer("to_at").notNull(),
  /** Where it goes on: the step, and the last id of it that is done. */
  cursor: text({ mode: "json" })
    .$type<{ step: "events" | "orders" | "contacts" | "conversions"; after: string }>()
    .notNull(),
  /** What was counted before it began, and what it has looked at and made so far. */
  expected: integer().notNull(),
  seen: integer().notNull(),
  made: integer().notNull(),
  actor: text().notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** What a plan pays for a conversion of a definition, from when on. The latest that had begun when it happened holds. */
export const conversionRates = sqliteTable(
  "conversion_rates",
  {
    planId: text("plan_id")
      .notNull()
      .references(() => trackingPlans.id),
    definitionId: text("definition_id").notNull(),
    effectiveFrom: integer("effective_from").notNull(),
    /** Minor units; 0: nothing from then on. */
    amountMinor: integer("amount_minor").notNull(),
    currency: text().notNull(),
    holdDays: integer("hold_days"),
    actor: text().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.planId, table.definitionId, table.effectiveFrom] }),
    index("conversion_rates_definition").on(table.definitionId),
  ],
);
