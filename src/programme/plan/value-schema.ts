import * as z from "../../ground/http/zod.ts";
import { currencyField, textField } from "../../ground/http/fields.ts";

/** A decimal, as a number or as text. */
export const decimalField = z
  .union([z.number(), z.string().max(40)], { error: "must be a number or a decimal such as 12.50" })
  .openapi({ example: 12.5 });

/** The fields of a value in per cent. */
export const percentage = {
  type: z.literal("percentage"),
  value: decimalField.openapi({ description: "Per cent, 0 to 100, with 2 decimals at most.", example: 10 }),
};

/** The fields of a value that is an amount. */
export const fixed = {
  type: z.literal("fixed"),
  value: decimalField.openapi({ description: "In the currency's major unit." }),
  currency: currencyField.optional().openapi({ description: "Default: the store's." }),
};

/** Ids in a store, such as of products. */
export const shopIds = z.array(textField(100)).max(200);

/** An amount as the API shows it, in the major unit. */
export const shownAmount = z.number();

/** {@link percentage} as the API shows it. */
export const shownPercentage = { type: z.literal("percentage"), value: shownAmount };

/** {@link fixed} as the API shows it. */
export const shownFixed = { type: z.literal("fixed"), value: shownAmount, currency: z.string() };
