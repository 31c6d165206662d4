import * as z from "../../ground/http/zod.ts";
import { idField, timeOut } from "../../ground/http/fields.ts";
import { METHODS } from "../../ground/model/attribution.ts";
import { TRIGGER_TYPES } from "../../ground/model/conversion.ts";
import { COMMISSION_STATES, ORIGINS, shownReview, UNCOUNTED } from "../../books/conversion/schema.ts";

const money = z.object({ amountMinor: z.int(), currency: z.string() });

/** A conversion as it is exported. */
export const exportedConversion = z
  .object({
    id: idField("conversion"),
    definitionId: idField("definition"),
    definitionName: z.string(),
    storeId: idField("store"),
    time: timeOut,
    confirmedAt: timeOut.nullable().openapi({
      description:
        "When it happened by the word of a server that proved who it is, by which its commission goes; `null`: only browsers told of it.",
    }),
    trigger: z.enum(TRIGGER_TYPES),
    origin: z.enum(ORIGINS),
    trust: z.enum(["claimed", "confirmed"]),
    uncounted: z.enum(UNCOUNTED).nullable().openapi({ description: "Why it doesn't count; `null`: it counts." }),
    contactId: idField("contact").nullable(),
    toldApart: z.boolean().openapi({ description: "Whether it is known which of the others are the same person's." }),
    page: z.string().nullable(),
    value: money.nullable(),
    valueNote: z.string().nullable().openapi({ description: "Why it has no value that should have one." }),
    orderId: idField("order").nullable(),
    causeId: idField("conversion").nullable(),
    creatorId: idField("creator").nullable(),
    campaignId: idField("campaign").nullable(),
    planId: idField("plan").nullable(),
    linkId: idField("link").nullable(),
    codeId: idField("code").nullable(),
    method: z.enum(METHODS).nullable(),
    contested: z.boolean(),
    commission: z.object({
      state: z.enum(COMMISSION_STATES),
      shares: z.array(z.object({ creatorId: idField("creator"), planId: idField("plan"), amount: money })),
      dueAt: timeOut.nullable(),
      approvedAt: timeOut.nullable(),
      review: shownReview.nullable(),
    }),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("ExportedConversion");

/** See {@link exportedConversion}. */
export type ExportedConversion = z.infer<typeof exportedConversion>;
