import { idField, timeOut } from "../../ground/http/fields.ts";
import { pageQuery } from "../../ground/http/pagination.ts";
import * as z from "../../ground/http/zod.ts";
import { isFieldName, MAX_FIELD_TEXT } from "./field.ts";

/** A contact as lists show it. */
export const contactSchema = z
  .object({
    id: idField("contact"),
    storeId: idField("store"),
    fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).openapi({
      description: "What the store's server says of the contact; a date is a text such as `2026-11-30T00:00:00.000Z`.",
    }),
    trust: z.enum(["claimed", "confirmed"]).openapi({
      description: "`claimed`: only browsers named them; `confirmed`: the store's server did.",
    }),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("Contact");

const count = (description: string) => z.int().openapi({ description });

/** A contact with what there is of it. */
export const contactDetail = contactSchema
  .extend({
    visitors: count("Browsers that are linked to them."),
    events: count("Of the last 90 days."),
    conversions: count("Those that count."),
    orders: z
      .object({
        count: z.int(),
        totals: z.array(z.object({ amountMinor: z.int(), currency: z.string() })),
      })
      .openapi({ description: "Orders that are bought, less what was given back, by currency." }),
    firstSeenAt: timeOut,
    lastSeenAt: timeOut,
  })
  .openapi("ContactDetail");

/** Something that a contact did. */
export const contactEvent = z
  .object({
    time: timeOut,
    kind: z.string().openapi({ example: "track" }),
    name: z.string().nullable().openapi({ description: "Of a tracked event, or a script's key." }),
    page: z.string().nullable().openapi({ description: "Address of the page without query and fragment." }),
  })
  .openapi("ContactEvent");

/** Splits `field:value` at its first colon. */
const fieldQuery = z
  .string()
  .max(300)
  .transform((text, context) => {
    const at = text.indexOf(":");
    const [name, value] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
    if (isFieldName(name) && value !== "" && value.length <= MAX_FIELD_TEXT) return { name, value };
    context.addIssue({ code: "custom", message: "must be a field and its value, such as plan:gold" });
    return z.NEVER;
  })
  .openapi({ type: "string", example: "plan:gold" });

/** Filters of the list of contacts. */
export const contactQuery = pageQuery
  .extend({
    store: idField("store").optional(),
    q: fieldQuery.optional().openapi({ description: "A field and what it is, whatever its case." }),
    customer: z.string().min(1).max(320).optional().openapi({
      description: "What the store knows the customer by. It is hashed to look them up, and needs `store`.",
    }),
  })
  .superRefine(({ store, customer }, context) => {
    if (customer === undefined || store !== undefined) return;
    context.addIssue({ code: "custom", path: ["store"], message: "is needed: a customer is known within a store" });
  });

/** How far a segment's contacts are looked at. */
export const segmentLag = z
  .object({
    waiting: z
      .int()
      .openapi({ description: "Contacts of the store of which something changed since they were looked at." }),
    oldestWaitingSeconds: z.number().nullable().openapi({ description: "`null`: none waits." }),
    sweep: z
      .object({
        startedAt: timeOut,
        finishedAt: timeOut.nullable().openapi({ description: "`null`: it is under way." }),
        nextAt: timeOut.nullable().openapi({ description: "`null`: time alone changes nothing, or it is under way." }),
        met: z.int().openapi({ description: "Conversions that it made." }),
        progress: z.number().openapi({ description: "The part of the contacts that it has looked at, 0 to 1." }),
      })
      .nullable()
      .openapi({ description: "The last one over all contacts. `null`: none has begun, or nothing asks for one." }),
  })
  .openapi("SegmentLag");

/** See {@link contactSchema}. */
export type Contact = z.infer<typeof contactSchema>;
/** See {@link contactDetail}. */
export type ContactDetail = z.infer<typeof contactDetail>;
/** See {@link contactEvent}. */
export type ContactEventShown = z.infer<typeof contactEvent>;
/** See {@link segmentLag}. */
export type SegmentLag = z.infer<typeof segmentLag>;
