import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { CommissionNote } from "../../model/commission.ts";
import type { EntryType } from "../../model/ledger.ts";
import type { PayoutMethod, ProposalState } from "../../model/payout.ts";
import type { Commission } from "../../model/plan.ts";
import type { Difference, ReconciledRow, RowClass } from "../../model/reconciliation.ts";
import { creators } from "./link.ts";
import { orders } from "./order.ts";
import { trackingPlans } from "./plan.ts";
import { stores } from "./store.ts";

/**
 * Every version of a plan's commission. An order is computed by the highest version whose `effective_from`
 * is not after the moment it was placed.
 */
export const planRules = sqliteTable(
  "plan_rules",
  {
    planId: text("plan_id")
      .notNull()
      .references(() => trackingPlans.id),
    version: integer().notNull(),
    rule: text({ mode: "json" }).$type<Commission>().notNull(),
    effectiveFrom: integer("effective_from").notNull(),
    reason: text(),
    actor: text().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.planId, table.version] })],
);

/** Orders whose commission is to be computed anew. Their mark grows with each change that is heard of. */
export const settlementsDue = sqliteTable(
  "settlements_due",
  {
    orderId: text("order_id").primaryKey(),
    mark: integer().notNull(),
    attempts: integer().notNull(),
    nextAt: integer("next_at").notNull(),
  },
  (table) => [index("settlements_due_next").on(table.nextAt)],
);

/**
 * What each creator earns by an order by what is known now, whether it is owed yet or not. Shares of
 * orders that nobody pays for (declined, test) have no row.
 */
export const orderCommissions = sqliteTable(
  "order_commissions",
  {
    orderId: text("order_id")
      .notNull()
      .references(() => orders.id),
    creatorId: text("creator_id").notNull(),
    storeId: text("store_id").notNull(),
    planId: text("plan_id"),
    campaignId: text("campaign_id"),
    ruleVersion: integer("rule_version"),
    placedAt: integer("placed_at").notNull(),
    /** Calendar month of the order in the store's time zone: 2026-11. */
    month: text().notNull(),
    /** ISO 4217; `null` while it can't be said. */
    currency: text(),
    /** Minor units; `null` while it can't be said, for which `note` has the reason. */
    amountMinor: integer("amount_minor"),
    /** The creator's part of the sale that earns, net of refunds, in minor units of the store's currency: what tiers count. */
    salesMinor: integer("sales_minor").notNull(),
    /** The commission before the cap per creator, in minor units of the store's currency: what that cap counts. */
    uncappedMinor: integer("uncapped_minor").notNull(),
    /** `USD/EUR` where the amount hangs on a rate between these, whether it is known or missing. */
    ratePair: text("rate_pair"),
    note: text({ mode: "json" }).$type<CommissionNote>().notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orderId, table.creatorId] }),
    index("order_commissions_month").on(table.planId, table.creatorId, table.month, table.placedAt, table.orderId),
    index("order_commissions_plan").on(table.planId, table.placedAt),
    index("order_commissions_rate")
      .on(table.ratePair, table.placedAt)
      .where(sql`rate_pair IS NOT NULL`),
  ],
);

/**
 * What creators earned and were paid. Append-only: triggers refuse every update and delete, and every
 * entry in a period that is locked.
 */
export const ledger = sqliteTable(
  "ledger",
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull(),
    /** What makes it the same entry: `order:creator:currency:n` and the like. */
    key: text().notNull(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    creatorId: text("creator_id")
      .notNull()
      .references(() => creators.id),
    type: text().$type<EntryType>().notNull(),
    /** Minor units of `currency`; what a creator is paid, or owes back, is negative. */
    amountMinor: integer("amount_minor").notNull(),
    currency: text().notNull(),
    orderId: text("order_id").references(() => orders.id),
    /** The conversion that it is paid for, which may be gone: see docs/conversions.md. */
    conversionId: text("conversion_id"),
    payoutId: text("payout_id"),
    planId: text("plan_id"),
    ruleVersion: integer("rule_version"),
    /** Where the amount was converted: from what, by which rate of which day and source. */
    originalCurrency: text("original_currency"),
    rate: text(),
    rateDate: text("rate_date"),
    rateSource: text("rate_source"),
    reason: text().notNull(),
    /** Id of the API key, `bootstrap`, or `rule`. */
    actor: text().notNull(),
    /** When it was booked, ms UTC: always after the last lock of its store. */
    time: integer().notNull(),
  },
  (table) => [
    uniqueIndex("ledger_id").on(table.id),
    uniqueIndex("ledger_key").on(table.key),
    index("ledger_order").on(table.orderId),
    index("ledger_conversion")
      .on(table.conversionId)
      .where(sql`conversion_id IS NOT NULL`),
    // What creators are owed is summed over all of theirs: by the index alone.
    index("ledger_creator").on(
      table.creatorId,
      table.currency,
      table.time,
      table.storeId,
      table.type,
      table.amountMinor,
    ),
    index("ledger_store").on(table.storeId, table.time),
  ],
);

/** A store's accounting periods, one after another without a gap. A locked one is never changed or deleted. */
export const periods = sqliteTable(
  "periods",
  {
    id: text().primaryKey(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    /** The end of the one before; 0 for the first. */
    fromAt: integer("from_at").notNull(),
    toAt: integer("to_at").notNull(),
    note: text(),
    lockedAt: integer("locked_at"),
    lockedBy: text("locked_by"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("periods_from").on(table.storeId, table.fromAt),
    uniqueIndex("periods_to").on(table.storeId, table.toAt),
  ],
);

/** Payout runs: one store, one currency, many creators. */
export const payouts = sqliteTable(
  "payouts",
  {
    id: text().primaryKey(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    currency: text().notNull(),
    status: text().$type<"draft" | "paid" | "cancelled" | "reversed">().notNull(),
    minimumMinor: integer("minimum_minor").notNull(),
    holdDays: integer("hold_days").notNull(),
    note: text(),
    /** What the payment is known by elsewhere. */
    reference: text(),
    createdAt: integer("created_at").notNull(),
    createdBy: text("created_by").notNull(),
    paidAt: integer("paid_at"),
    closedAt: integer("closed_at"),
    closedReason: text("closed_reason"),
  },
  (table) => [index("payouts_store").on(table.storeId)],
);

/** What a payout run pays each creator. */
export const payoutLines = sqliteTable(
  "payout_lines",
  {
    payoutId: text("payout_id")
      .notNull()
      .references(() => payouts.id),
    creatorId: text("creator_id")
      .notNull()
      .references(() => creators.id),
    amountMinor: integer("amount_minor").notNull(),
    entries: integer().notNull(),
    /** What the payment is known by from end to end; `null` where an older version of the Worker made it. */
    reference: text(),
  },
  (table) => [
    primaryKey({ columns: [table.payoutId, table.creatorId] }),
    index("payout_lines_creator").on(table.creatorId),
    uniqueIndex("payout_lines_reference").on(table.reference),
  ],
);

/** Where creators are paid. Erased with the creator. */
export const payoutDetails = sqliteTable("payout_details", {
  creatorId: text("creator_id")
    .primaryKey()
    .references(() => creators.id),
  method: text().$type<PayoutMethod>().notNull(),
  /** All else, encrypted. See `seal.ts` of the books' accounts. */
  sealed: text().notNull(),
  version: integer().notNull(),
  updatedAt: integer("updated_at").notNull(),
  updatedBy: text("updated_by").notNull(),
});

/**
 * Payout details that creators entered on their own page. They change nothing until somebody confirms them, and are erased
 * with the creator.
 */
export const payoutDetailProposals = sqliteTable(
  "payout_detail_proposals",
  {
    id: text().primaryKey(),
    creatorId: text("creator_id")
      .notNull()
      .references(() => creators.id),
    /** The portal link by which they came. */
    tokenId: text("token_id").notNull(),
    state: text().$type<ProposalState>().notNull(),
    method: text().$type<PayoutMethod>().notNull(),
    /** All else, encrypted for this proposal alone. */
    sealed: text().notNull(),
    /** Version and time of the details that were in force then; 0 and `null`: there were none. */
    baseVersion: integer("base_version").notNull(),
    baseUpdatedAt: integer("base_updated_at"),
    createdAt: integer("created_at").notNull(),
    decidedAt: integer("decided_at"),
    /** Id of the API key, `bootstrap`, or the portal link by which another took its place. */
    decidedBy: text("decided_by"),
    /** Why it was refused, for the creator to read. */
    reason: text(),
  },
  (table) => [
    index("payout_detail_proposals_creator").on(table.creatorId, table.id),
    index("payout_detail_proposals_token").on(table.tokenId, table.createdAt),
    uniqueIndex("payout_detail_proposals_open")
      .on(table.creatorId)
      .where(sql`state = 'open'`),
  ],
);

/** From which account a store pays its creators. */
export const storePayers = sqliteTable("store_payers", {
  storeId: text("store_id")
    .primaryKey()
    .references(() => stores.id),
  /** Name and account, encrypted. */
  sealed: text().notNull(),
  version: integer().notNull(),
  updatedAt: integer("updated_at").notNull(),
  updatedBy: text("updated_by").notNull(),
});

/** The ledger's entries that a payout run pays. An entry is in one live run at most. */
export const payoutEntries = sqliteTable(
  "payout_entries",
  {
    payoutId: text("payout_id")
      .notNull()
      .references(() => payouts.id),
    entrySeq: integer("entry_seq")
      .notNull()
      .references(() => ledger.seq),
    creatorId: text("creator_id").notNull(),
    orderId: text("order_id"),
    /** Whether the run was neither cancelled nor reversed. */
    live: integer({ mode: "boolean" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.payoutId, table.entrySeq] }),
    uniqueIndex("payout_entries_live")
      .on(table.entrySeq)
      .where(sql`live = 1`),
    index("payout_entries_order")
      .on(table.orderId)
      .where(sql`live = 1`),
  ],
);

/** Rates that admins enter, one a pair and day. */
export const exchangeRates = sqliteTable(
  "exchange_rates",
  {
    from: text("from_currency").notNull(),
    to: text("to_currency").notNull(),
    /** 2026-11-22. */
    date: text().notNull(),
    /** One major unit of `from` in major units of `to`, a decimal. */
    rate: text().notNull(),
    /** Where it is from, such as ECB. */
    source: text().notNull(),
    actor: text().notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.from, table.to, table.date] })],
);

/** Comparisons of a store's export with what was tracked. */
export const reconciliations = sqliteTable(
  "reconciliations",
  {
    id: text().primaryKey(),
    storeId: text("store_id")
      .notNull()
      .references(() => stores.id),
    status: text().$type<"receiving" | "classifying" | "ready" | "applying" | "failed">().notNull(),
    dryRun: integer("dry_run", { mode: "boolean" }).notNull(),
    preset: text().notNull(),
    format: text().$type<"csv" | "json">().notNull(),
    /** SHA-256 of the file, hex; `null` until all of it came. */
    fileHash: text("file_hash"),
    bytes: integer().notNull(),
    /** Of the file. */
    rows: integer().notNull(),
    /** The last row that has its class. */
    classifiedTo: integer("classified_to").notNull(),
    /** The last order that was looked for in the file; `null`: none yet. */
    missingAfter: text("missing_after"),
    /** Orders placed in this time should be in the file; `null`: it has no dates. */
    fromAt: integer("from_at"),
    toAt: integer("to_at"),
    selected: integer().notNull(),
    applied: integer().notNull(),
    failure: text(),
    actor: text().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    index("reconciliations_store").on(table.storeId, table.id),
    index("reconciliations_open")
      .on(table.status)
      .where(sql`status IN ('receiving', 'classifying', 'applying')`),
  ],
);

/** Rows of an export, and what comparing them came to. Orders that the export lacks are rows after its own. */
export const reconciliationRows = sqliteTable(
  "reconciliation_rows",
  {
    reconciliationId: text("reconciliation_id")
      .notNull()
      .references(() => reconciliations.id),
    /** From 1, in the order of the file. */
    n: integer().notNull(),
    externalId: text("external_id"),
    /** Other ids by which the shop knows the order; `null`: none. */
    names: text({ mode: "json" }).$type<string[]>(),
    /** What the row says; `null` where it can't be read, or is no row of the file. */
    data: text({ mode: "json" }).$type<ReconciledRow>(),
    /** Why it can't be read. */
    fault: text(),
    class: text().$type<RowClass>(),
    orderId: text("order_id"),
    differences: text({ mode: "json" }).$type<Difference[]>(),
    selectedAt: integer("selected_at"),
    appliedAt: integer("applied_at"),
    /** What applying it came to. */
    outcome: text(),
  },
  (table) => [
    primaryKey({ columns: [table.reconciliationId, table.n] }),
    index("reconciliation_rows_class").on(table.reconciliationId, table.class, table.n),
    index("reconciliation_rows_external").on(table.reconciliationId, table.externalId, table.n),
    index("reconciliation_rows_order")
      .on(table.reconciliationId, table.orderId)
      .where(sql`names IS NOT NULL`),
    index("reconciliation_rows_selected")
      .on(table.reconciliationId, table.n)
      .where(sql`selected_at IS NOT NULL AND applied_at IS NULL`),
  ],
);
