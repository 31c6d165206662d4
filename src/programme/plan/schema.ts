import * as z from "../../ground/http/zod.ts";
import { idField, MAX_URL, textField, timeField, timeOut, urlField } from "../../ground/http/fields.ts";
import { destinationField, utmField } from "../../links/link/schema.ts";
import { commissionField, shownCommission } from "./commission-schema.ts";
import { decimalField, fixed, percentage, shopIds, shownAmount, shownFixed, shownPercentage } from "./value-schema.ts";

const discountField = z.discriminatedUnion("type", [z.strictObject(percentage), z.strictObject(fixed)]);

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
  creatorLinks: z.boolean().openapi({
    description:
      "Whether creators may make links of their own, on their page, to pages of the shop: of its `homeUrl`'s host, its origins or the landing page's host.",
  }),
  limits: limitsField,
  startsAt: timeField.nullable(),
  endsAt: timeField.nullable(),
  commission: commissionField,
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
    creatorLinks: planFields.creatorLinks.default(false),
    limits: planFields.limits.default({}),
    startsAt: planFields.startsAt.default(null),
    endsAt: planFields.endsAt.default(null),
    commission: planFields.commission.optional().openapi({
      description: "What a creator earns by an order. If left out: nothing, and the answer's `warnings` say so.",
    }),
  })
  .openapi("NewTrackingPlan");

/** Body of `PATCH /tracking-plans/{id}`; `limits`, `utm` and `commission` each replace all that was there. */
export const planPatch = z.strictObject(planFields).partial().openapi("TrackingPlanPatch");

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
    creatorLinks: z.boolean(),
    limits: z.object({
      totalUses: z.int().optional(),
      oncePerCustomer: z.boolean().optional(),
      minimum: z.object({ type: z.enum(["cartValue", "quantity"]), value: shownAmount }).optional(),
      products: z.array(z.string()).optional(),
      categories: z.array(z.string()).optional(),
    }),
    startsAt: timeOut.nullable(),
    endsAt: timeOut.nullable(),
    commission: shownCommission,
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("TrackingPlan");

/** What whoever makes a plan may have overlooked. */
export const planWarning = z
  .object({ code: z.enum(["no_commission"]), detail: z.string() })
  .openapi("TrackingPlanWarning");

/** A new tracking plan, with what may have been overlooked. */
export const createdPlan = planSchema.extend({ warnings: z.array(planWarning) }).openapi("CreatedTrackingPlan");

/** What is worth a warning in the body of a new plan, whose id is `id`. */
export function warningsOf({ commission }: NewPlan, id: string): z.infer<typeof planWarning>[] {
  if (commission !== undefined) return [];
  return [
    {
      code: "no_commission",
      detail: `Nobody earns anything by this plan: it names no commission, which is 0 %. Give it one, such as {"commission":{"type":"percentage","value":10}}, with PATCH /api/v1/tracking-plans/${id}; or give the value 0, if that is meant.`,
    },
  ];
}

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
