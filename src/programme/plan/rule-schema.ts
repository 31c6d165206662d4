import * as z from "../../ground/http/zod.ts";
import { textField, timeField, timeOut } from "../../ground/http/fields.ts";
import { commissionField, shownCommission } from "./commission-schema.ts";

/** Body of `POST /tracking-plans/{id}/commission-rules`. */
export const newRule = z
  .strictObject({
    commission: commissionField,
    effectiveFrom: timeField.optional().openapi({
      description:
        "Orders placed since then are computed by it, unless a later version holds for them: in the past, so that those there are be computed anew, or in the future. If left out: now.",
    }),
    reason: textField(500).openapi({ description: "Is kept with the version." }),
  })
  .openapi("NewCommissionRule");

/** A version of a plan's commission as the API shows it. */
export const ruleSchema = z
  .object({
    version: z.int().openapi({ description: "From 1; the highest that was in force when an order was placed holds." }),
    commission: shownCommission,
    effectiveFrom: timeOut.openapi({ description: "1970 for what holds from the beginning." }),
    reason: z.string().nullable().openapi({ description: "`null`: the plan itself was created or changed." }),
    actor: z.string().openapi({ description: "Id of an API key, `bootstrap`, or `rule`." }),
    createdAt: timeOut,
  })
  .openapi("CommissionRule");

/** What a new version comes to. */
export const addedRule = ruleSchema
  .extend({ ordersDue: z.int().openapi({ description: "Orders whose commission is computed anew." }) })
  .openapi("AddedCommissionRule");

/** A validated {@link newRule}. */
export type NewRule = z.infer<typeof newRule>;
/** See {@link ruleSchema}. */
export type ShownRule = z.infer<typeof ruleSchema>;
/** See {@link addedRule}. */
export type AddedRule = z.infer<typeof addedRule>;
