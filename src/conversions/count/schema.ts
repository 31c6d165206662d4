import * as z from "../../ground/http/zod.ts";
import { METHODS } from "../../ground/model/attribution.ts";
import { currencyField, idField, textField, timeField, timeOut } from "../../ground/http/fields.ts";
import { pageQuery } from "../../ground/http/pagination.ts";
import {
  type ConversionCommission,
  type ConversionOrigin,
  TRIGGER_TYPES,
  type UncountedReason,
  type ValueNote,
} from "../../ground/model/conversion.ts";
import { decimalField } from "../../programme/plan/value-schema.ts";
import { redact } from "../../sales/capture/redact.ts";
import { eventIdOf } from "../../sales/capture/signal.ts";
import { orderExplanation } from "../../sales/order/schema.ts";

const ORIGINS = ["live", "backfill", "manual"] as const satisfies ConversionOrigin[];
const UNCOUNTED = ["limit", "withdrawn"] as const satisfies UncountedReason[];
const COMMISSIONS = ["none", "pending", "approved", "declined"] as const satisfies ConversionCommission[];
const NOTES = [
  "value_missing",
  "value_unusable",
  "currency_other",
  "no_contact",
  "field_missing",
  "field_unusable",
  "no_order",
] as const satisfies ValueNote[];

const money = z.object({ amountMinor: z.int(), currency: z.string() });

/** Query of `GET /conversions`; all that is given must match. */
export const conversionQuery = pageQuery.extend({
  definition: idField("definition").optional(),
  contact: idField("contact").optional(),
  creator: idField("creator").optional().openapi({ description: "Credited with it, or with a share of it." }),
  store: idField("store").optional(),
  counted: z
    .enum(["true", "false"])
    .optional()
    .openapi({ description: "`false`: those over their limit, and those that are undone." }),
  commission: z.enum(COMMISSIONS).optional().openapi({ description: "Where its commission stands." }),
  approval: z.enum(["hand", "rule"]).optional().openapi({
    description: "Of those whose commission is pending: who will approve it, a person or the rule.",
  }),
  from: timeField.optional().openapi({ description: "Happened at or after this time." }),
  to: timeField.optional().openapi({ description: "Happened before this time." }),
});

/** See {@link conversionQuery}. */
export type ConversionQuery = z.infer<typeof conversionQuery>;

/** A conversion as lists show it. */
export const conversionSchema = z
  .object({
    id: idField("conversion"),
    definitionId: idField("definition"),
    storeId: idField("store"),
    trigger: z.enum(TRIGGER_TYPES).openapi({ description: "What made it: the first trigger that was met." }),
    origin: z.enum(ORIGINS).openapi({
      description:
        "`live`: as it happened; `manual`: by hand or by a server; `backfill`: of what happened before the definition.",
    }),
    trust: z.enum(["claimed", "confirmed"]).openapi({
      description: "`claimed`: only browsers told of it; `confirmed`: a server that proved who it is did.",
    }),
    time: timeOut,
    confirmedAt: timeOut.nullable().openapi({
      description:
        "When it happened by the word of a server that proved who it is, by which its commission goes; `null`: only browsers told of it.",
    }),
    counted: z.boolean(),
    uncountedReason: z.enum(UNCOUNTED).nullable().openapi({
      description:
        "Why it doesn't count. `limit`: the contact has as many as it may; `withdrawn`: what made it is undone.",
    }),
    value: money.nullable(),
    valueNote: z.enum(NOTES).nullable().openapi({ description: "Why it should have a value and has none." }),
    toldApartBy: z.enum(["contact", "customer", "visitor", "page_view", "event"]).openapi({
      description:
        "What the limit goes by. `page_view`: without consent one opening of a page is all that tells visitors apart; `event`: nothing does.",
    }),
    contactId: idField("contact").nullable(),
    orderId: idField("order").nullable(),
    causeId: idField("conversion").nullable().openapi({ description: "The conversion that made it." }),
    page: z.string().nullable(),
    attribution: z
      .object({
        creatorId: idField("creator"),
        campaignId: idField("campaign").nullable(),
        planId: idField("plan").nullable(),
        linkId: idField("link").nullable(),
        codeId: idField("code").nullable(),
        method: z.enum(METHODS),
        shares: z
          .array(
            z.object({
              creatorId: idField("creator"),
              planId: idField("plan").nullable(),
              weight: z.object({ numerator: z.int(), denominator: z.int() }),
              amount: money.nullable().openapi({ description: "Of the value." }),
            }),
          )
          .openapi({ description: "The owner's first." }),
      })
      .nullable()
      .openapi({ description: "`null`: nobody is credited." }),
    contested: z
      .boolean()
      .openapi({ description: "Browsers claim it for different creators, and no server says whose it is." }),
    commission: z
      .object({
        state: z.enum(COMMISSIONS).openapi({ description: "`none`: no plan pays for it." }),
        dueAt: timeOut.nullable().openapi({ description: "When the rule approves it; `null`: not by itself." }),
        approvedAt: timeOut.nullable(),
      })
      .openapi({ description: "See `GET …/commission` for the amounts." }),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("Conversion");

/** See {@link conversionSchema}. */
export type Conversion = z.infer<typeof conversionSchema>;

/** A conversion with why it is one, and whose. */
export const conversionDetail = conversionSchema
  .extend({
    evidence: z.object({
      event: z.string().openapi({
        description:
          "What makes it the same event: `e:` and the sender's own id, `i:` and the inbox's, `order:…`, `call:…`, `conversion:…`, `identified:…`, `segment:…`, `manual:…`.",
      }),
      triggerIndex: z.int(),
      triggerWords: z.string().nullable().openapi({ description: "The trigger, in words." }),
    }),
    explanation: orderExplanation.openapi({ description: "Why it is credited as it is." }),
  })
  .openapi("ConversionDetail");

/** See {@link conversionDetail}. */
export type ConversionDetail = z.infer<typeof conversionDetail>;

/** Longest talk, s. */
const MAX_TALK = 86_400;

/** Body of `POST /conversion-definitions/{id}/conversions`. */
export const newConversion = z
  .strictObject({
    eventId: z
      .string()
      .refine((text) => eventIdOf(text) !== null, "must have 1 to 64 printable characters of ASCII without blanks")
      // It is kept as it is. A hash is nobody's name.
      .refine((text) => redact(text, true) === text, "must say nothing of who somebody is")
      .optional()
      .openapi({
        description:
          "Tells it from others: said again, it is the same conversion. That of an event which a page reported confirms that one.",
      }),
    customerId: textField(320)
      .optional()
      .openapi({ description: "What the store knows the customer by. Kept as a keyed hash alone." }),
    clickId: textField(200).optional().openapi({ description: "The click id that the page was opened with." }),
    codes: z.array(textField(255)).max(20).optional(),
    value: decimalField.optional().openapi({
      description: "In major units, for a definition that takes the event's own value; any other goes by its own.",
    }),
    currency: currencyField
      .optional()
      .openapi({ description: "Of the value, if it is another than the definition's: it is not exchanged then." }),
    time: timeField.optional().openapi({ description: "When it happened, if not now: 90 days ago at most." }),
    call: z
      .strictObject({
        talkSeconds: z.int().min(0).max(MAX_TALK),
        number: textField(40).optional().openapi({ description: "The number that was called." }),
        startedAt: timeField.optional(),
      })
      .optional()
      .openapi({ description: "For a definition that listens to calls." }),
    confirmed: z.literal(true).optional().openapi({ description: "May be said; whoever has the key confirms by it." }),
    reason: textField(500).optional().openapi({ description: "Goes to the audit log." }),
  })
  .openapi("NewConversion");

/** See {@link newConversion}. */
export type NewConversion = z.infer<typeof newConversion>;
