import * as z from "../../ground/http/zod.ts";
import { idField, timeField } from "../../ground/http/fields.ts";

/** Query of `GET /reports/conversions`. */
export const conversionsQuery = z.strictObject({
  from: timeField.optional().openapi({
    description: "A day of each store's own time zone, or a moment. Default: 30 days.",
  }),
  to: timeField.optional().openapi({ description: "The last day, which is in, or the moment before which it ends." }),
  store: idField("store").optional(),
  definition: idField("definition").optional(),
  creator: idField("creator").optional(),
  campaign: idField("campaign").optional(),
  interval: z.enum(["day", "total"]).default("total"),
  by: z.enum(["definition", "creator"]).default("definition").openapi({
    description: "`creator`: of each definition by whom it is credited to.",
  }),
  format: z.enum(["json", "csv"]).default("json"),
  limit: z.coerce.number().int().min(1).max(1000).default(500).openapi({ description: "Rows of a page of JSON." }),
  cursor: z.string().min(1).max(200).optional().openapi({ description: "`nextCursor` of the page before." }),
});

const counts = {
  conversions: z.int().openapi({ description: "Those that count, whatever made them." }),
  converters: z.int().openapi({ description: "How many people they are of, as far as these can be told apart." }),
  visitors: z.int().nullable().openapi({
    description:
      "Distinct visitors and contacts that the store saw in that time, with consent or by its server. `null` for creators and campaigns: nobody knows who of the others they sent.",
  }),
  rate: z.number().nullable().openapi({
    description: "Converters ÷ visitors, 4 decimals, half to even: at most 1. `null` without visitors.",
    example: 0.0312,
  }),
  notToldApart: z.int().openapi({
    description:
      "Of the conversions, those without consent and customer: a limit holds for one page view of these, and they are in no number of people.",
  }),
  claimed: z.int().openapi({ description: "Of the conversions, those that only browsers tell of." }),
  backfilled: z
    .int()
    .openapi({ description: "Of the conversions, those that were made of the past. They earn nothing." }),
  uncounted: z.object({
    limit: z.int().openapi({ description: "More than a contact may have." }),
    withdrawn: z.int().openapi({ description: "What made them is undone." }),
  }),
  amounts: z
    .array(z.object({ currency: z.string(), valueMinor: z.int(), commissionMinor: z.int() }))
    .openapi({ description: "By currency. Commissions are those that are owed or may come to be." }),
};

/** A row of the report as the API shows it. */
const conversionsRow = z
  .object({
    definitionId: idField("definition"),
    name: z.string(),
    creatorId: idField("creator").nullable().openapi({ description: "`null`: nobody's, or not asked for." }),
    creatorName: z.string().nullable(),
    start: z.string().nullable().openapi({ description: "The day; `null` for the whole span.", example: "2026-11-22" }),
    ...counts,
  })
  .openapi("ConversionsReportRow");

/** Answer of `GET /reports/conversions`. */
export const conversionsReport = z
  .object({
    data: z.array(conversionsRow),
    total: z.object(counts).openapi({
      description: "Of all rows. Whoever met two definitions, or came on two days, is one converter and one visitor.",
    }),
    measuredShare: z.number().nullable().openapi({
      description:
        "The share of the conversions whose people are told apart: how far converters and rate can be trusted.",
    }),
    range: z.object({ from: z.string(), to: z.string() }),
    nextCursor: z.string().nullable(),
  })
  .openapi("ConversionsReport");

/** Validated {@link conversionsQuery}. */
export type ConversionsQuery = z.infer<typeof conversionsQuery>;
/** See {@link conversionsRow}. */
export type ConversionsRow = z.infer<typeof conversionsRow>;
/** See {@link conversionsReport}. */
export type ConversionsReport = z.infer<typeof conversionsReport>;
