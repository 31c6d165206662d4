import * as z from "../../ground/http/zod.ts";
import { currencyField, dayField, idField, textField, timeOut } from "../../ground/http/fields.ts";
import { channelField } from "../channel-schema.ts";

/** Longest note. */
const MAX_NOTE = 500;

const costFields = {
  channel: channelField.openapi({
    description: "A name of your own such as `tv`, or a kind of source that visits have, such as `paid`.",
  }),
  from: dayField.openapi({ description: "The first day that it paid for, of the store's time zone." }),
  to: dayField.openapi({ description: "The last, which is in. A report has of it what falls to its own days." }),
  amount: z
    .union([z.number(), z.string().max(40)], { error: "must be a number or a decimal such as 1200.00" })
    .openapi({ description: "In the currency's major unit.", example: 1200 }),
  currency: currencyField.openapi({ description: "Nothing is converted: a report has each currency by itself." }),
  note: textField(MAX_NOTE).nullable(),
};

/** Body of `POST /channel-costs`. */
export const newCost = z
  .strictObject({
    storeId: idField("store"),
    ...costFields,
    currency: costFields.currency.optional().openapi({ description: "Default: the store's." }),
    note: costFields.note.default(null),
  })
  .openapi("NewChannelCost");

/** Body of `PATCH /channel-costs/{id}`. */
export const costPatch = z.strictObject(costFields).partial().openapi("ChannelCostPatch");

/** Filters of the list of costs; all that are given must match. */
export const costFilters = z.object({
  store: idField("store").optional(),
  channel: channelField.optional(),
  from: dayField.optional().openapi({ description: "Those that end on this day or later." }),
  to: dayField.optional().openapi({ description: "Those that begin on this day or before." }),
});

/** A cost as the API shows it. */
export const costSchema = z
  .object({
    id: idField("channelCost"),
    storeId: idField("store"),
    channel: z.string(),
    from: dayField,
    to: dayField,
    amount: z.object({ amountMinor: z.int(), currency: z.string() }),
    note: z.string().nullable(),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("ChannelCost");

/** Validated {@link newCost}. */
export type NewCost = z.infer<typeof newCost>;
/** Validated {@link costPatch}. */
export type CostPatch = z.infer<typeof costPatch>;
/** Validated {@link costFilters}. */
export type CostFilters = z.infer<typeof costFilters>;
/** See {@link costSchema}. */
export type ChannelCost = z.infer<typeof costSchema>;
