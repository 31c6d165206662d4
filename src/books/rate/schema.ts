import * as z from "../../ground/http/zod.ts";
import { currencyField, textField, timeOut } from "../../ground/http/fields.ts";

/** Rates of one request. */
const MAX_RATES = 1_000;

const rateField = z
  .union([z.number(), z.string().max(25)], { error: "must be a number or a decimal such as 1.0842" })
  .transform(String)
  .refine((text) => /^\d{1,12}(\.\d{1,12})?$/.test(text) && /[1-9]/.test(text), {
    message: "must be a decimal of more than 0, with 12 digits before and after its point at most",
  })
  .openapi({ type: "string", description: "What one unit of `from` was worth in `to`.", example: "0.9223" });

const newRate = z
  .strictObject({
    from: currencyField,
    to: currencyField,
    date: z.iso.date().openapi({
      description: "The day whose rate it is. It holds for the 7 days after, too, as long as they have none.",
      example: "2026-11-20",
    }),
    rate: rateField,
    source: textField(100).openapi({ description: "Who said so.", example: "ECB" }),
  })
  .refine(({ from, to }) => from !== to, { path: ["to"], message: "must be another currency than from" });

/** Body of `POST /exchange-rates`. */
export const newRates = z
  .strictObject({ rates: z.array(newRate).min(1).max(MAX_RATES) })
  .superRefine(({ rates }, context) => {
    const seen = new Set<string>();
    for (const [index, { from, to, date }] of rates.entries()) {
      const key = `${from}/${to} ${date}`;
      if (seen.has(key)) {
        context.addIssue({ code: "custom", path: ["rates", index], message: `has the rate ${key} a second time` });
      }
      seen.add(key);
    }
  })
  .openapi("NewExchangeRates");

/** Filters of the list of rates; all that are given must match. */
export const rateFilters = z.object({ from: currencyField.optional(), to: currencyField.optional() });

/** A rate as the API shows it. */
export const rateSchema = z
  .object({
    from: z.string(),
    to: z.string(),
    date: z.string().openapi({ example: "2026-11-20" }),
    rate: z.string().openapi({ description: "What one unit of `from` was worth in `to`.", example: "0.9223" }),
    source: z.string(),
    actor: z.string().openapi({ description: "Who entered it: id of an API key, or `bootstrap`." }),
    updatedAt: timeOut,
  })
  .openapi("ExchangeRate");

/** What became of entered rates. */
export const ratesWritten = z
  .object({
    written: z.int().openapi({ description: "New, or other than before." }),
    unchanged: z.int().openapi({ description: "Were there, to the letter." }),
  })
  .openapi("ExchangeRatesWritten");

/** Validated {@link newRates}. */
export type NewRates = z.infer<typeof newRates>;
/** Validated {@link rateFilters}. */
export type RateFilters = z.infer<typeof rateFilters>;
/** See {@link rateSchema}. */
export type ExchangeRate = z.infer<typeof rateSchema>;
