import * as z from "../../ground/http/zod.ts";
import { currencyField } from "../../ground/http/fields.ts";
import { decimalField, fixed, percentage, shopIds, shownAmount, shownFixed, shownPercentage } from "./value-schema.ts";

/** Days until an order is approved by itself, where nobody said. */
const DEFAULT_HOLD_DAYS = 30;

const matched = {
  products: shopIds.default([]).openapi({ description: "By SKU, whatever its case." }),
  categories: shopIds.default([]).openapi({ description: "By name, whatever its case." }),
};

const specialField = z.discriminatedUnion("type", [
  z.strictObject({ ...percentage, ...matched }),
  z.strictObject({
    ...fixed,
    value: decimalField.openapi({ description: "Of each piece, in the currency's major unit." }),
    currency: currencyField.optional().openapi({
      description: "Default: the commission's, or the store's where that is a percentage.",
    }),
    ...matched,
  }),
]);

const capField = decimalField.nullable().default(null);

const rules = {
  tiers: z
    .array(z.strictObject({ from: decimalField, value: decimalField }))
    .max(20)
    .default([])
    .openapi({
      description:
        "Other values from sales on, rising, in the major unit of the store's currency; `value` as the commission's own. What counts are a creator's sales under the plan before an order, in the calendar month of the store's time zone.",
    }),
  special: z.array(specialField).max(20).default([]).openapi({
    description: "What some products or categories earn instead. The first that matches an item holds for it.",
  }),
  capPerOrder: capField.openapi({ description: "In the major unit of the store's currency; `null`: no cap." }),
  capPerCreator: capField.openapi({
    description: "The same for all that a creator earns by the plan's orders of a calendar month.",
  }),
  newCustomersOnly: z.boolean().default(false).openapi({
    description: "Whether only a customer's first order in the store earns.",
  }),
  includeTax: z.boolean().default(false).openapi({ description: "Whether tax earns." }),
  includeShipping: z.boolean().default(false).openapi({ description: "Whether shipping earns." }),
  holdDays: z.int().min(0).max(365).nullable().default(DEFAULT_HOLD_DAYS).openapi({
    description: "Days after an order was placed until it is approved by itself; `null`: by hand only.",
  }),
  payIn: currencyField.nullable().default(null).openapi({
    description:
      "The currency that commissions are converted to, by your exchange rates; `null`: they stay in their own.",
  }),
};

/** What a creator earns by an order. */
export const commissionField = z
  .discriminatedUnion("type", [z.strictObject({ ...percentage, ...rules }), z.strictObject({ ...fixed, ...rules })])
  .openapi({ description: "What a creator earns by an order." });

/** The commission of a plan that names none. */
export const NO_COMMISSION = commissionField.parse({ type: "percentage", value: 0 });

const shownMatched = { products: z.array(z.string()), categories: z.array(z.string()) };
const shownRules = {
  tiers: z.array(z.object({ from: shownAmount, value: shownAmount })),
  special: z.array(
    z.discriminatedUnion("type", [
      z.object({ ...shownPercentage, ...shownMatched }),
      z.object({ ...shownFixed, ...shownMatched }),
    ]),
  ),
  capPerOrder: shownAmount.nullable(),
  capPerCreator: shownAmount.nullable(),
  newCustomersOnly: z.boolean(),
  includeTax: z.boolean(),
  includeShipping: z.boolean(),
  holdDays: z.int().nullable(),
  payIn: z.string().nullable(),
};

/** A commission as the API shows it; amounts in major units. */
export const shownCommission = z.discriminatedUnion("type", [
  z.object({ ...shownPercentage, ...shownRules }),
  z.object({ ...shownFixed, ...shownRules }),
]);

/** A validated {@link commissionField}. */
export type GivenCommission = z.infer<typeof commissionField>;
/** See {@link shownCommission}. */
export type ShownCommission = z.infer<typeof shownCommission>;
