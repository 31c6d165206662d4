import { currencyField, idField, textField, timeField, timeOut } from "../../ground/http/fields.ts";
import { isOneLine } from "../../ground/http/one-line.ts";
import * as z from "../../ground/http/zod.ts";
import { decimalField } from "../../programme/plan/value-schema.ts";
import { MAX_ORDER_ID } from "../../sales/capture/read-order.ts";
import { saysNothing } from "../../sales/capture/unexpanded.ts";

/** Body of `POST /calls/{id}/deal`. */
export const newDeal = z
  .strictObject({
    amount: decimalField.optional().openapi({
      description:
        "What the order comes to, in major units. May be left out with the `orderId` of an order whose server says it.",
    }),
    currency: currencyField.optional().openapi({ description: "Of the amount." }),
    orderId: z
      .string()
      .min(1)
      .max(MAX_ORDER_ID)
      .refine((text) => isOneLine(text) && text.isWellFormed() && text.trim() !== "", "must be one line of text")
      .refine((text) => !saysNothing(text), "is no id")
      .optional()
      .openapi({
        description: "The shop's own id of the order, to the letter. Left out: the order is the call's own.",
      }),
    placedAt: timeField.optional().openapi({ description: "When it was sold, if not now; not before the call." }),
    customerId: textField(320)
      .optional()
      .openapi({ description: "What the store knows the customer by. Kept as a keyed hash alone." }),
    cancelled: z.boolean().optional().openapi({
      description: "`true` takes the deal back, `false` takes it up again.",
    }),
  })
  .superRefine(({ amount, currency }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (amount !== undefined && currency === undefined) refuse("currency", "is needed with an amount");
    if (amount === undefined && currency !== undefined) refuse("amount", "is needed with a currency");
  })
  .openapi("NewDeal");

/** A deal of a call, as it stands. */
export const dealSchema = z
  .object({
    callId: idField("call"),
    storeId: idField("store"),
    orderExternalId: z
      .string()
      .openapi({ description: "The shop's own id of the order, or the one of the call's own." }),
    amount: z
      .object({ amountMinor: z.int(), currency: z.string() })
      .nullable()
      .openapi({ description: "As it was entered. What the shop's server says of its order goes before it." }),
    placedAt: timeOut,
    customer: z.boolean().openapi({ description: "Whether it names a customer. Who it is isn't kept." }),
    cancelled: z.boolean(),
    actor: z.string(),
    createdAt: timeOut.openapi({ description: "When this was said." }),
  })
  .openapi("Deal");

/** The answer to a deal that is entered. */
export const enteredDeal = dealSchema
  .extend({
    warnings: z.array(z.object({ code: z.string(), detail: z.string() })).openapi({
      description: "What may not be as it was meant; the deal stands all the same.",
    }),
  })
  .openapi("EnteredDeal");

/** A deal in a list, with what came of it. */
export const listedDeal = dealSchema
  .extend({
    orderId: idField("order").nullable().openapi({ description: "`null`: the order isn't recorded yet." }),
  })
  .openapi("ListedDeal");

/** See {@link newDeal}. */
export type NewDeal = z.infer<typeof newDeal>;
/** See {@link dealSchema}. */
export type Deal = z.infer<typeof dealSchema>;
/** See {@link enteredDeal}. */
export type EnteredDeal = z.infer<typeof enteredDeal>;
/** See {@link listedDeal}. */
export type ListedDeal = z.infer<typeof listedDeal>;
