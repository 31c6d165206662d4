import * as z from "../../ground/http/zod.ts";
import { currencyField, dayField, idField, textField, timeField, timeOut } from "../../ground/http/fields.ts";
import type { CommissionReason } from "../../ground/model/commission.ts";
import { ENTRY_TYPES } from "../../ground/model/ledger.ts";
import { figuresShape } from "../../ground/http/amazon-figures.ts";
import { SHOWN_WAITING } from "./without.ts";

/** Longest reason of a bonus. */
const MAX_REASON = 500;

const REASON_CODES = [
  "no_plan",
  "unconfirmed",
  "returning_customer",
  "customer_unknown",
  "rate_missing",
] as const satisfies CommissionReason[];

const money = z.object({ amountMinor: z.int(), currency: z.string() });

/** Filters of the ledger; all that are given must match. */
export const ledgerFilters = z.object({
  store: idField("store").optional(),
  creator: idField("creator").optional(),
  order: idField("order").optional(),
  conversion: idField("conversion").optional(),
  payout: idField("payout").optional().openapi({ description: "What the payout run books, and what it pays." }),
  type: z.enum(ENTRY_TYPES).optional(),
  currency: currencyField.optional(),
  from: timeField.optional().openapi({ description: "Booked at or after this time." }),
  to: timeField.optional().openapi({ description: "Booked before this time." }),
});

const conversionSchema = z.object({
  from: z.string().openapi({ description: "The currency of the amount before." }),
  rate: z.string().openapi({ description: "What it was multiplied by; `1/1.08` is a division.", example: "0.9223" }),
  date: z.string().openapi({ description: "The day whose rate it is." }),
  source: z.string(),
});

const reportRowsSchema = z.object({
  from: dayField,
  to: dayField,
  sourceId: idField("source").nullable(),
  figures: z
    .array(z.object({ currency: z.string(), ...figuresShape }))
    .openapi({ description: "Amazon's figures by currency, as they stood when it was booked." }),
});

/** An entry of the ledger as the API shows it. */
export const entrySchema = z
  .object({
    id: idField("ledger"),
    type: z.enum(ENTRY_TYPES).openapi({
      description:
        "`accrual`: a commission is owed; `adjustment`: it is another by now; `reversal`: it is owed no more; `clawback`: it was paid, and is taken back; `bonus`: by hand; `payout`: it was paid (less than 0), or a payment was undone.",
    }),
    amount: money.openapi({ description: "Less than 0: the creator is owed less from then on." }),
    storeId: idField("store"),
    creatorId: idField("creator"),
    orderId: idField("order").nullable(),
    conversionId: idField("conversion").nullable().openapi({
      description: "What it is paid for that is no order. The conversion may be deleted since; its entries stay.",
    }),
    payoutId: idField("payout").nullable().openapi({ description: "The payout run that books it, or that it is in." }),
    planId: idField("plan").nullable(),
    ruleVersion: z.int().nullable(),
    conversion: conversionSchema.nullable().openapi({
      description: "Of one currency to another; `null`: it is in its own currency.",
    }),
    reason: z.string(),
    reportRows: reportRowsSchema
      .nullable()
      .openapi({ description: "The rows of Amazon's reports that a bonus was booked for; `null`: none." }),
    actor: z.string().openapi({ description: "Id of an API key, `bootstrap`, or `rule`." }),
    time: timeOut.openapi({ description: "When it was booked: never within a locked period." }),
  })
  .openapi("LedgerEntry");

/** Body of `POST /ledger`. */
export const newBonus = z
  .strictObject({
    type: z.literal("bonus"),
    creatorId: idField("creator"),
    storeId: idField("store"),
    amount: z
      .union([z.number(), z.string().max(40)], { error: "must be a number or a decimal such as 12.50" })
      .openapi({ description: "In the currency's major unit. Less than 0 takes back.", example: 25 }),
    currency: currencyField,
    reason: textField(MAX_REASON).openapi({ description: "Is kept with the entry." }),
    orderId: idField("order").optional().openapi({ description: "An order of the store that it is about." }),
    reportRows: z
      .strictObject({
        from: dayField,
        to: dayField.optional().openapi({ description: "That day is in. Default: `from` alone." }),
        sourceId: idField("source").optional().openapi({
          description: "Rows of this source alone. Default: all that are the creator's.",
        }),
        again: z.boolean().optional().openapi({ description: "Books it though one of the rows has a bonus already." }),
      })
      .optional()
      .openapi({
        description:
          "Rows of Amazon's reports that it is booked for. They are kept with the entry, with Amazon's figures as they stand; a row has one bonus.",
      }),
  })
  .openapi("NewBonus");

/** Filters of balances. */
export const balanceFilters = z.object({
  creator: idField("creator").optional(),
  store: idField("store").optional(),
  at: timeField.optional().openapi({ description: "The last moment whose entries count. Default: all there are." }),
  in: currencyField.optional().openapi({ description: "A currency to convert totals to, by the rates of that day." }),
});

const sums = {
  balance: money.openapi({ description: "What is owed: all entries together." }),
  earned: money.openapi({ description: "All entries but payouts." }),
  paid: money.openapi({ description: "What was paid, less what was undone of it." }),
  unapproved: money.nullable().openapi({
    description:
      "What pending orders and conversions would earn by what is known now; no entry yet. `null` for a moment that is past.",
  }),
};

const balanceSchema = z.object({ creatorId: idField("creator"), currency: z.string(), ...sums });

const totalSchema = z.object({
  currency: z.string(),
  ...sums,
  converted: z
    .object({
      amount: money,
      rate: z.string().nullable().openapi({ description: "`null`: it is in that currency already." }),
      date: z.string().nullable().openapi({ description: "The day whose rate it is." }),
      source: z.string().nullable(),
    })
    .nullable()
    .openapi({ description: "The balance in the currency asked for; `null`: none was, or the rate is missing." }),
});

/** What creators are owed, as the API shows it. */
export const balancesSchema = z
  .object({
    data: z
      .array(balanceSchema)
      .openapi({ description: "One row a creator and currency; a page holds whole creators." }),
    nextCursor: z.string().nullable(),
    totals: z.array(totalSchema).openapi({ description: "Of all pages, one a currency." }),
    total: money.nullable().openapi({
      description: "All balances in the currency asked for; `null`: none was, or a rate is missing.",
    }),
    missingRates: z
      .array(z.string())
      .openapi({ description: "What keeps totals from being converted.", example: ["USD/EUR 2026-11-22"] }),
  })
  .openapi("Balances");

const weight = z.object({ numerator: z.int(), denominator: z.int() });
const exact = z.string().openapi({ description: "Minor units; what isn't whole is `166 2/3`." });
const rateType = z.enum(["percentage", "fixed"]);

const sumSchema = z
  .object({
    orderCurrency: z.string(),
    base: z.object({
      totalMinor: z.int(),
      taxMinor: z.int().openapi({ description: "Taken off; 0 where the rule includes it." }),
      shippingMinor: z.int().openapi({ description: "Taken off; 0 where the rule includes it." }),
      subtotalMinor: z.int().nullable().openapi({ description: "What the base is no more than." }),
      baseMinor: z.int(),
    }),
    general: z
      .object({
        type: rateType,
        value: z.int().openapi({ description: "Basis points or minor units; those of the tier, if one holds." }),
        tierFromMinor: z.int().nullable().openapi({ description: "Where the tier begins; `null`: none holds." }),
        salesBeforeMinor: z.int().openapi({
          description:
            "The creator's sales in the month before this order; 0 where neither a tier nor a cap goes by it.",
        }),
        of: exact,
        earns: exact,
      })
      .openapi({ description: "What the rule earns apart from special rates." }),
    special: z.array(
      z.object({
        index: z.int().openapi({ description: "Position in the rule, from 0." }),
        type: rateType,
        value: z.int(),
        of: exact,
        quantity: z.string(),
        earns: exact.nullable(),
      }),
    ),
    currency: z.string(),
    whole: exact.nullable().openapi({ description: "What the rates earn together for all of the order." }),
    weight,
    refundedMinor: z.int(),
    share: exact.nullable().openapi({ description: "The creator's share of what wasn't refunded." }),
    caps: z.array(z.object({ cap: z.enum(["order", "creator"]), capMinor: z.int(), leaves: exact })),
    exact: exact.nullable().openapi({ description: "Before rounding, in the currency that it is paid in." }),
    rates: z.array(
      z.object({
        from: z.string(),
        to: z.string(),
        date: z.string(),
        rate: z.string(),
        source: z.string(),
        inverse: z.boolean().openapi({ description: "Whether amounts were divided by it." }),
      }),
    ),
  })
  .openapi("CommissionSum");

const missingRates = z.array(z.string()).openapi({
  description:
    "Exchange rates that are missing. Enter them (`POST /exchange-rates`) for that day, or one of the 7 before; either direction does.",
  example: ["USD/EUR 2026-11-22"],
});

const noteSchema = z.object({
  reasonCode: z.enum(REASON_CODES).nullable().openapi({ description: "Why it is nothing, or can't be said." }),
  sum: sumSchema.nullable().openapi({ description: "How it came about; `null` where the reason alone decides." }),
  missingRates,
  uncounted: z.array(z.enum(["sales", "uncapped"])).openapi({
    description:
      "What of this order can't be said for want of these rates, and counts 0 for the creator's later orders of the month: `sales` for tiers, `uncapped` for the cap per creator.",
  }),
  without: z
    .object({
      count: z.int().openapi({ description: "Earlier orders of the month that wait for exchange rates." }),
      orders: z
        .array(z.object({ orderId: idField("order"), missingRates }))
        .openapi({ description: `The first ${SHOWN_WAITING} of them, as they were placed.` }),
    })
    .nullable()
    .openapi({
      description:
        "What the tier and the cap were worked out without: these orders count 0 until their rates are there, and then this commission is adjusted by itself. `null`: nothing that it hangs on.",
    }),
});

/** What an order's creators earn by it, as the API shows it. */
export const orderCommissionSchema = z
  .object({
    commissions: z
      .array(
        z.object({
          creatorId: idField("creator"),
          planId: idField("plan").nullable(),
          campaignId: idField("campaign").nullable(),
          ruleVersion: z.int().nullable(),
          amount: money.nullable().openapi({ description: "By what is known now; `null`: it can't be said yet." }),
          sales: money.openapi({
            description: "What counts for tiers, in the store's currency; 0 where the note's `uncounted` has it.",
          }),
          uncapped: money.openapi({
            description:
              "What counts against the cap per creator, in the store's currency; 0 where the note's `uncounted` has it.",
          }),
          note: noteSchema,
          updatedAt: timeOut,
        }),
      )
      .openapi({ description: "Of orders that creators may be paid for." }),
    entries: z.array(entrySchema).openapi({ description: "What was booked for the order, oldest first." }),
  })
  .openapi("OrderCommission");

/** Validated {@link ledgerFilters}. */
export type LedgerFilters = z.infer<typeof ledgerFilters>;
/** Validated {@link newBonus}. */
export type NewBonus = z.infer<typeof newBonus>;
/** Validated {@link balanceFilters}. */
export type BalanceFilters = z.infer<typeof balanceFilters>;
/** See {@link entrySchema}. */
export type LedgerEntry = z.infer<typeof entrySchema>;
/** See {@link balancesSchema}. */
export type Balances = z.infer<typeof balancesSchema>;
/** See {@link orderCommissionSchema}. */
export type OrderCommission = z.infer<typeof orderCommissionSchema>;
