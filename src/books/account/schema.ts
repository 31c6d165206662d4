import { idField, textField, timeOut } from "../../ground/http/fields.ts";
import * as z from "../../ground/http/zod.ts";
import { readCountry } from "../../sales/order/country.ts";
import { isBic } from "./bic.ts";
import { bareIban, ibanProblem, isInSepa } from "./iban.ts";
import { MAX_NAME, sepaText } from "./sepa-text.ts";

const METHODS = ["sepa", "paypal", "other"] as const;

/** Longest note, and longest reference of a creator. */
const MAX_NOTE = 500;
const MAX_REFERENCE = 70;

const NOT_IN_SEPA = "must be of a bank that SEPA reaches";
const NO_LETTERS = "must have letters that banks can write";

const ibanField = z
  .string()
  .max(60)
  .overwrite(bareIban)
  .superRefine((iban, context) => {
    const message = ibanProblem(iban);
    if (message !== null) context.addIssue({ code: "custom", message });
  })
  .openapi({ example: "DE02120300000000202051", description: "With or without blanks; its check digits are checked." });

const bicField = z
  .string()
  .max(20)
  .overwrite(bareIban)
  .refine(isBic, "must be a BIC such as BYLADEM1001")
  .openapi({ example: "BYLADEM1001" });

/** Body of `PUT /creators/{id}/payout-details`. */
export const payoutDetailsBody = z
  .strictObject({
    method: z.enum(METHODS),
    accountHolder: textField(MAX_NAME).openapi({ description: "Whose account it is, as the bank knows them." }),
    iban: ibanField.nullable().default(null).openapi({ description: "Needed for `sepa`." }),
    bic: bicField.nullable().default(null),
    country: z
      .string()
      .max(20)
      .overwrite((code) => readCountry(code) ?? code)
      .refine((code) => readCountry(code) === code, "must be a country's code such as DE")
      .nullable()
      .default(null)
      .openapi({ example: "DE" }),
    email: z.email().max(254).nullable().default(null).openapi({
      example: "lea@creator.example",
      description: "The account's, needed for `paypal`.",
    }),
    note: textField(MAX_NOTE).nullable().default(null).openapi({
      description: "How to pay otherwise; for `other` it is needed where there is no IBAN.",
    }),
    reference: textField(MAX_REFERENCE).nullable().default(null).openapi({
      description: "What the creator's payments say beside their own reference, such as a customer number.",
    }),
  })
  .superRefine(({ method, accountHolder, iban, email, note }, context) => {
    const fault = (field: string, message: string) => context.addIssue({ code: "custom", path: [field], message });
    if (method === "sepa") {
      if (iban === null) fault("iban", "is missing, which SEPA pays by");
      else if (!isInSepa(iban)) fault("iban", `${NOT_IN_SEPA}: use the method other`);
      if (sepaText(accountHolder, MAX_NAME) === "") fault("accountHolder", NO_LETTERS);
    }
    if (method === "paypal" && email === null) fault("email", "is missing, which PayPal pays by");
    if (method === "other" && iban === null && note === null) fault("note", "is missing, or an IBAN: where to pay");
  })
  .openapi("PayoutDetailsRequest");

/** Query of `GET /creators/{id}/payout-details`. */
export const detailsQuery = z.strictObject({
  reveal: z.enum(["true", "false"]).default("false").openapi({
    description: "Whether all is shown: for keys with `orders:write`, and audited.",
  }),
});

/** Where a creator is paid, as the API shows it. */
export const payoutDetailsSchema = z
  .object({
    creatorId: idField("creator"),
    method: z.enum(METHODS),
    accountHolder: z.string(),
    iban: z.string().nullable().openapi({ example: "DE•• … 2051" }),
    bic: z.string().nullable(),
    country: z.string().nullable(),
    email: z.string().nullable().openapi({ example: "l•••@creator.example" }),
    note: z.string().nullable().openapi({ example: "•••" }),
    reference: z.string().nullable(),
    revealed: z.boolean().openapi({ description: "Whether `iban`, `email` and `note` are shown whole." }),
    updatedAt: timeOut,
    updatedBy: z.string().openapi({ description: "Id of the API key, or `bootstrap`." }),
  })
  .openapi("PayoutDetails");

/** Body of `PUT /stores/{id}/payer`. */
export const payerBody = z
  .strictObject({
    name: textField(MAX_NAME)
      .refine((name) => sepaText(name, MAX_NAME) !== "", NO_LETTERS)
      .openapi({ description: "Whose account it is, as the bank knows them." }),
    iban: ibanField.refine((iban) => isInSepa(iban), NOT_IN_SEPA),
    bic: bicField.nullable().default(null).openapi({ description: "Some banks ask for it." }),
  })
  .openapi("PayerRequest");

/** The account from which a store pays, as the API shows it. */
export const payerSchema = z
  .object({
    storeId: idField("store"),
    name: z.string(),
    iban: z.string().openapi({ example: "DE•• … 2051" }),
    bic: z.string().nullable(),
    updatedAt: timeOut,
    updatedBy: z.string().openapi({ description: "Id of the API key, or `bootstrap`." }),
  })
  .openapi("Payer");

/** See {@link payoutDetailsSchema}. */
export type ShownDetails = z.infer<typeof payoutDetailsSchema>;
/** See {@link payerSchema}. */
export type ShownPayer = z.infer<typeof payerSchema>;
