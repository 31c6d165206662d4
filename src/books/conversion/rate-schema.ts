import * as z from "../../ground/http/zod.ts";
import { currencyField, idField, timeField, timeOut } from "../../ground/http/fields.ts";

/** Versions of a rate that are shown. */
export const SHOWN_VERSIONS = 100;

/** Longest hold, days. */
const MAX_HOLD_DAYS = 365;

/** Body of `PUT /tracking-plans/{id}/conversion-rates/{definitionId}`. */
export const newConversionRate = z
  .strictObject({
    amount: z
      .union([z.number(), z.string().max(40)], { error: "must be a number or a decimal such as 12.50" })
      .openapi({ description: "What a conversion earns, in the currency's major unit.", example: 5 }),
    currency: currencyField.optional().openapi({ description: "Default: the store's." }),
    holdDays: z.int().min(0).max(MAX_HOLD_DAYS).nullable().openapi({
      description:
        "Days after a conversion that a server confirmed until it is approved by itself; `null`: by hand only.",
    }),
    effectiveFrom: timeField.optional().openapi({
      description: "Conversions that happen since then earn it. Default: now; never earlier.",
    }),
  })
  .openapi("NewConversionRate");

const rateVersion = z.object({
  amount: z.object({ amountMinor: z.int(), currency: z.string() }).openapi({ description: "0: nothing from then on." }),
  holdDays: z.int().nullable(),
  effectiveFrom: timeOut,
  actor: z.string().openapi({ description: "Id of the API key, or `bootstrap`." }),
  createdAt: timeOut,
});

/** What a plan pays for the conversions of a definition, as the API shows it. */
export const conversionRate = z
  .object({
    planId: idField("plan"),
    definitionId: idField("definition"),
    name: z.string().nullable().openapi({ description: "Of the definition; `null`: it was deleted." }),
    current: rateVersion.nullable().openapi({ description: "What holds now; `null`: nothing is paid." }),
    versions: z.array(rateVersion).openapi({
      description: `The last ${SHOWN_VERSIONS}, the latest first, those that are to begin later too. A conversion earns by the latest that had begun when it happened. A version is never changed.`,
    }),
  })
  .openapi("ConversionRate");

/** A validated {@link newConversionRate}. */
export type NewConversionRate = z.infer<typeof newConversionRate>;
/** See {@link conversionRate}. */
export type ConversionRate = z.infer<typeof conversionRate>;
