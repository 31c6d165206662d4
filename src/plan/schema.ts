import { z } from "@hono/zod-openapi";
import { idField, MAX_URL, textField, timeField, timeOut, urlField } from "../http/fields.ts";
import { destinationField, utmField } from "../link/schema.ts";

const decimalField = z
  .union([z.number(), z.string().max(40)], { error: "must be a number or a decimal such as 12.50" })
  .openapi({ example: 12.5 });

const currencyField = z.string().regex(/^[A-Z]{3}$/, "must be a currency of ISO 4217 in capitals, such as EUR");

const percentage = {
  type: z.literal("percentage"),
  value: decimalField.openapi({ description: "Per cent, 0 to 100, with 2 decimals at most.", example: 10 }),
};
const fixed = {
  type: z.literal("fixed"),
  value: decimalField.openapi({ description: "In the currency's major unit." }),
  currency: currencyField.optional().openapi({ description: "Default: the store's." }),
};

const discountField = z.discriminatedUnion("type", [z.strictObject(percentage), z.strictObject(fixed)]);

/** Ids in a store, such as of products. */
const shopIds = z.array(textField(100)).max(200);

const limitsField = z
  .strictObject({
    totalUses: z.int().min(1).max(1_000_000_000),
    oncePerCustomer: z.boolean(),
    minimum: z.discriminatedUnion("type", [
      z.strictObject({
        type: z.literal("cartValue"),
        value: decimalField.openapi({ description: "In the major unit of the store's currency." }),
      }),
      z.strictObject({ type: z.literal("quantity"), value: z.int().min(1).max(1_000_000) }),
    ]),
    products: shopIds,
    categories: shopIds,
  })
  .partial()
  .openapi({ description: "What is left out doesn't hold." });

const tiersField = z
  .array(z.strictObject({ from: decimalField, value: decimalField }))
  .max(20)
  .default([])
  .openapi({
    description:
      "Other values from sales on, rising, in the major unit of the store's currency; `value` as the commission's own.",
  });

const commissionField = z.discriminatedUnion("type", [
  z.strictObject({ ...percentage, tiers: tiersField }),
  z.strictObject({ ...fixed, tiers: tiersField }),
]);

const planFields = {
  name: textField(120).openapi({ description: "Unique among plans, whatever its case." }),
  discount: discountField.nullable().openapi({ description: "What a code gives the shopper; 0 is allowed." }),
  codePattern: textField(200).nullable().openapi({
    description: "What codes are made of; `null`: no codes.",
    example: "{{username}}10OFF",
  }),
  landingUrl: destinationField.nullable().openapi({ description: "`null`: the store's home page." }),
  fallbackUrl: urlField
    .max(MAX_URL)
    .nullable()
    .openapi({ description: "Where the plan's links lead before it starts and after it ends." }),
  utm: utmField,
  affiliateLink: z.boolean().openapi({ description: "Whether each creator gets a link that earns." }),
  trackClicks: z.boolean().openapi({ description: "Whether each creator gets a link that counts clicks alone." }),
  limits: limitsField,
  startsAt: timeField.nullable(),
  endsAt: timeField.nullable(),
  commission: commissionField.openapi({ description: "What a creator earns by an order." }),
};

/** Body of `POST /tracking-plans`. What has no default here takes one from the store's provider. */
export const newPlan = z
  .strictObject({
    name: planFields.name,
    storeId: idField("store"),
    discount: planFields.discount.default(null),
    codePattern: planFields.codePattern.optional().openapi({
      description:
        "What codes are made of; `null`: no codes. If left out: `{{username}}` where there is a discount and the provider makes codes.",
    }),
    landingUrl: planFields.landingUrl.default(null),
    fallbackUrl: planFields.fallbackUrl.default(null),
    utm: planFields.utm.default({}),
    affiliateLink: planFields.affiliateLink.optional().openapi({
      description: "Whether each creator gets a link that earns. If left out: where the provider can by itself.",
    }),
    trackClicks: planFields.trackClicks.optional().openapi({
      description:
        "Whether each creator gets a link that counts clicks alone. If left out: where there is no affiliate link.",
    }),
    limits: planFields.limits.default({}),
    startsAt: planFields.startsAt.default(null),
    endsAt: planFields.endsAt.default(null),
    commission: planFields.commission.default({ type: "percentage", value: 0, tiers: [] }),
  })
  .openapi("NewTrackingPlan");

/** Body of `PATCH /tracking-plans/{id}`; `limits`, `utm` and `commission` each replace all that was there. */
export const planPatch = z.strictObject(planFields).partial().openapi("TrackingPlanPatch");

const shownAmount = z.number();
const shownPercentage = { type: z.literal("percentage"), value: shownAmount };
const shownFixed = { type: z.literal("fixed"), value: shownAmount, currency: z.string() };
const shownTiers = z.array(z.object({ from: shownAmount, value: shownAmount }));

/** A tracking plan as the API shows it; amounts in major units. */
export const planSchema = z
  .object({
    id: idField("plan"),
    name: z.string(),
    storeId: idField("store"),
    discount: z.discriminatedUnion("type", [z.object(shownPercentage), z.object(shownFixed)]).nullable(),
    codePattern: z.string().nullable(),
    landingUrl: z.string().nullable(),
    fallbackUrl: z.string().nullable(),
    utm: z.record(z.string(), z.string()),
    affiliateLink: z.boolean(),
    trackClicks: z.boolean(),
    limits: z.object({
      totalUses: z.int().optional(),
      oncePerCustomer: z.boolean().optional(),
      minimum: z.object({ type: z.enum(["cartValue", "quantity"]), value: shownAmount }).optional(),
      products: z.array(z.string()).optional(),
      categories: z.array(z.string()).optional(),
    }),
    startsAt: timeOut.nullable(),
    endsAt: timeOut.nullable(),
    commission: z.discriminatedUnion("type", [
      z.object({ ...shownPercentage, tiers: shownTiers }),
      z.object({ ...shownFixed, tiers: shownTiers }),
    ]),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("TrackingPlan");

/** Filters of `GET /tracking-plans`. */
export const planFilter = z.strictObject({
  store: idField("store").optional(),
  q: textField(120).optional().openapi({ description: "Text in the name, whatever its case." }),
});

/** A validated {@link newPlan}. */
export type NewPlan = z.infer<typeof newPlan>;
/** A validated {@link planPatch}. */
export type PlanPatch = z.infer<typeof planPatch>;
/** See {@link planSchema}. */
export type TrackingPlan = z.infer<typeof planSchema>;
/** See {@link planFilter}. */
export type PlanFilter = z.infer<typeof planFilter>;
