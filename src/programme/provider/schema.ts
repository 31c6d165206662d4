import * as z from "../../ground/http/zod.ts";
import { PROVIDERS } from "../../ground/model/provider.ts";

const can = (description: string) => z.boolean().openapi({ description });

const note = z
  .object({
    effort: z.enum(["full", "best", "none"]).openapi({
      description: "`best`: the store does what it can, which is no guarantee; `none`: it can't.",
    }),
    says: z.string(),
    wayRound: z.string().nullable().openapi({ description: "What to do instead." }),
  })
  .openapi("CapabilityNote");

/** A provider as the API shows it, with what a tracking plan may ask of it. */
export const providerSchema = z
  .object({
    id: z.enum(PROVIDERS),
    name: z.string(),
    capabilities: z.object({
      discountCodes: can("Whether the store knows discount codes."),
      affiliateLink: z.enum(["redirect", "discount_link", "checkout_link"]).nullable().openapi({
        description:
          "`redirect`: the link carries the click id alone; `discount_link` and `checkout_link` apply the code by themselves; `null`: there is none.",
      }),
      attributionTag: can("Whether links carry a tag of each creator that the platform counts by, once it is entered."),
      oncePerCustomer: can("Whether a code may be limited to one use a customer."),
      totalUses: can("Whether a code's uses may be limited in all."),
      minimumCartValue: can("Whether a code may need a cart of some value."),
      minimumQuantity: can("Whether a code may need a number of items."),
      products: can("Whether a code may be limited to products or categories."),
      productsAndCategories: can("Whether a code may be limited to both at once."),
      startDate: can("Whether a code may begin to work later; links of a plan always can."),
      endDate: can("Whether a code may end by itself."),
      orders: z.enum(["webhooks", "polling", "report", "site"]).openapi({
        description: "How orders reach Waymark: pushed, asked for, by a report, or by the merchant's site.",
      }),
      code: z
        .object({
          minLength: z.int(),
          maxLength: z.int(),
          alphabet: z.string().openapi({
            description: "Characters allowed, as a regular expression's class has them.",
            example: "A-Z0-9",
          }),
        })
        .nullable(),
    }),
    notes: z.record(z.string(), note).openapi({
      description:
        "By capability: what people should know of those that the store lacks, has in part, or in a way of its own.",
    }),
  })
  .openapi("Provider");
