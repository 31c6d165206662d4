import * as z from "../../ground/http/zod.ts";
import { currencyField, dayField, idField, timeOut } from "../../ground/http/fields.ts";

/** Query of `GET /reports/summary`. */
export const summaryQuery = z.strictObject({
  store: idField("store").optional(),
  from: dayField.optional().openapi({
    description: "The first day, in each store's time zone. Default: 30 days.",
    example: "2026-11-01",
  }),
  to: dayField.optional().openapi({
    description: "The last day, which is in. Default: today. A year after `from` at most.",
    example: "2026-11-30",
  }),
  currency: currencyField
    .optional()
    .openapi({ description: "What the stores' amounts are of, instead of each one's own currency." }),
  compare: z
    .enum(["previous", "none"])
    .default("previous")
    .openapi({ description: "Whether `before` says what it was in as many days right before." }),
});

const countField = z.int().min(0);
const ratioField = z.number().nullable();

const counts = {
  clicks: countField.openapi({ description: "Bucket `counted`." }),
  conversions: countField.openapi({
    description: "Of the stores' conversion definitions, those that count, as `reports/conversions` has them.",
  }),
  sales: countField.openapi({ description: "Confirmed orders, `conversions` of the other reports." }),
  claimedSales: countField.openapi({ description: "Orders that only browsers tell of: in no other number." }),
  waitingCommissions: countField.openapi({
    description: "Commissions that can't be said yet, since an exchange rate is missing.",
  }),
  cvr: ratioField.openapi({ description: "Sales ÷ clicks, to 4 decimals, half to even.", example: 0.0312 }),
};

const amounts = {
  salesMinor: z.int().openapi({ description: "Net: gross less refunded, minor units." }),
  refundedMinor: z.int(),
  commissionMinor: z.int().openapi({ description: "What creators earn by it by what is known now, owed or not." }),
  claimedSalesMinor: z.int().openapi({ description: "Of the claimed sales." }),
};

const currencyAmounts = z.object({ currency: z.string(), ...amounts }).openapi("SummaryAmounts");

/** The numbers of a store. */
export const storeFigures = z
  .object({
    ...counts,
    ...amounts,
    epcMinor: ratioField.openapi({ description: "Sales ÷ clicks, minor units to 4 decimals." }),
    otherCurrencies: z
      .array(currencyAmounts)
      .openapi({ description: "What was sold, and earned, in others. Nothing is converted." }),
  })
  .openapi("SummaryFigures");

/** The numbers of all stores together. */
export const totalFigures = z
  .object({
    ...counts,
    amounts: z
      .array(
        currencyAmounts.extend({
          epcMinor: ratioField.openapi({
            description: "Over the clicks of the stores of that currency; where there is but one, over all clicks.",
          }),
        }),
      )
      .openapi({ description: "By currency, that of most sales first." }),
  })
  .openapi("SummaryTotal");

const dayOut = z.string().openapi({ example: "2026-11-22" });
const daysOut = z.object({ from: dayOut, to: dayOut });

const lag = z.object({
  waiting: countField.openapi({ description: "What isn't rolled up yet. It is counted all the same." }),
  lagSeconds: z
    .number()
    .min(0)
    .nullable()
    .openapi({ description: "Since when the oldest of it waits; 0 without any." }),
  rolledUpAt: timeOut.nullable(),
});

/** Answer of `GET /reports/summary`. */
export const summaryReport = z
  .object({
    from: dayOut,
    to: dayOut,
    before: daysOut.nullable().openapi({ description: "The days that it is compared with." }),
    stores: z
      .array(
        storeFigures.extend({
          storeId: idField("store").nullable().openapi({ description: "`null`: links that belong to no store." }),
          name: z.string().nullable(),
          currency: z.string().nullable().openapi({ description: "Of its amounts." }),
          before: storeFigures.nullable(),
          shop: z
            .object({
              state: z.enum(["connected", "failing", "disconnected"]),
              lastOrderAt: timeOut.nullable(),
              lastPollAt: timeOut.nullable(),
            })
            .nullable()
            .openapi({ description: "When the store's shop was last heard of; `null`: it isn't connected." }),
        }),
      )
      .openapi({ description: "All stores, those of most clicks first." }),
    total: totalFigures.extend({ before: totalFigures.nullable() }),
    series: z
      .array(
        z.object({
          day: dayOut,
          clicks: countField,
          conversions: countField,
          sales: countField,
          amounts: z.array(z.object({ currency: z.string(), salesMinor: z.int(), commissionMinor: z.int() })),
        }),
      )
      .openapi({ description: "Every day from `from` to `to`, also those of nothing." }),
    freshness: z.object({
      asOf: timeOut.openapi({ description: "All numbers are exact as of then." }),
      clicks: lag,
      orders: lag,
      rebuilding: z.boolean().openapi({ description: "Whether sums are being made anew." }),
    }),
  })
  .openapi("SummaryReport");

/** A validated {@link summaryQuery}. */
export type SummaryQuery = z.output<typeof summaryQuery>;
/** See {@link summaryReport}. */
export type SummaryReport = z.infer<typeof summaryReport>;
