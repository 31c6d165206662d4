import { dayField, idField, phoneField, textField, timeOut } from "../../ground/http/fields.ts";
import { entryError } from "../../ground/http/bulk.ts";
import { pageQuery } from "../../ground/http/pagination.ts";
import * as z from "../../ground/http/zod.ts";
import { channelField } from "../channel-schema.ts";
import { RENTAL_STATES } from "./rental.ts";

const sourceFields = {
  channel: channelField.nullable().default(null).openapi({
    description: "What its calls count for. Left out: `creator` where it stands for a creator, by a link too.",
  }),
  creatorId: idField("creator").nullable().default(null),
  campaignId: idField("campaign").nullable().default(null),
  linkId: idField("link").nullable().default(null).openapi({
    description: "Its creator and campaign are the number's then.",
  }),
  offline: z.boolean().default(false).openapi({
    description: "It stands where there are no pages, such as on a poster: no page shows it instead of its own.",
  }),
};

/** What a static number stands for, as it is told. */
const sourceBody = z.strictObject(sourceFields).openapi("NumberSource");

/** What every number has, whatever it stands for. */
const numberFields = {
  label: textField(100),
  target: phoneField.nullable().openapi({
    description:
      "The number on the store's pages that it is shown instead of, by the snippet. In a pool it is the pool's.",
  }),
  forwardsTo: phoneField.nullable().openapi({
    description: "Whom calls to it are put through to, where Waymark answers the carrier.",
  }),
  rentedFrom: dayField.nullable(),
  rentedUntil: dayField.nullable().openapi({
    description: "The last day of its rental, in the store's time zone. It is shown by no page from the next day on.",
  }),
};

/** Body of `POST /phone-numbers`. */
export const newNumber = z
  .strictObject({
    storeId: idField("store"),
    number: phoneField.openapi({ description: "However it is written, with its country." }),
    label: numberFields.label.optional().openapi({ description: "The number, if left out." }),
    target: numberFields.target.default(null),
    forwardsTo: numberFields.forwardsTo.default(null),
    rentedFrom: numberFields.rentedFrom.default(null),
    rentedUntil: numberFields.rentedUntil.default(null),
    binding: sourceBody
      .nullable()
      .default(null)
      .openapi({ description: "What it stands for, unless it is in a pool." }),
    poolId: idField("numberPool").nullable().default(null),
  })
  .openapi("NewPhoneNumber");

/** Body of `PATCH /phone-numbers/{id}`. */
export const numberPatch = z.strictObject(numberFields).partial().openapi("PhoneNumberPatch");

/** Body of `POST /phone-numbers/{id}/bind`. */
export const numberBind = z
  .strictObject({
    ...sourceFields,
    poolId: idField("numberPool").nullable().default(null).openapi({ description: "Stands alone." }),
    replaces: z.boolean().default(false).openapi({
      description: "Whether it may be taken from what it is bound to: without it that is refused.",
    }),
  })
  .refine(
    ({ channel, creatorId, campaignId, linkId, poolId }) => channel ?? creatorId ?? campaignId ?? linkId ?? poolId,
    {
      path: ["channel"],
      message: "is needed, or a creator, a campaign, a link or a pool: say what the number stands for",
    },
  )
  .openapi("NumberBind");

const sourceOut = {
  channel: z.string(),
  creatorId: idField("creator").nullable(),
  campaignId: idField("campaign").nullable(),
  linkId: idField("link").nullable(),
  offline: z.boolean(),
};

/** A number as the API shows it. */
export const numberSchema = z
  .object({
    id: idField("phoneNumber"),
    storeId: idField("store"),
    number: z.string().openapi({ example: "+49301234567", description: "E.164." }),
    label: z.string(),
    kind: z.enum(["static", "pool"]),
    target: z.string().nullable(),
    binding: z
      .object({ ...sourceOut, since: timeOut })
      .nullable()
      .openapi({
        description: "What it stands for; `null`: nothing, or it is in a pool and stands for its visitor's source.",
      }),
    poolId: idField("numberPool").nullable(),
    forwardsTo: z.string().nullable(),
    rentedFrom: z.string().nullable(),
    rentedUntil: z.string().nullable(),
    rental: z.object({
      daysLeft: z.int().nullable().openapi({ description: "Until its last day, on which it is 0; less: it ended." }),
      state: z.enum(RENTAL_STATES),
    }),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("PhoneNumber");

/** What a number was bound to, and how long. */
export const bindingSchema = z
  .object({
    ...sourceOut,
    poolId: idField("numberPool").nullable(),
    from: timeOut,
    to: timeOut.nullable().openapi({ description: "`null`: it goes on." }),
    calls: z.int().openapi({ description: "To the number in that time, whatever became of them." }),
    actor: z.string().openapi({ description: "Id of the API key that bound it, or `bootstrap`." }),
  })
  .openapi("NumberBinding");

/** Query of `GET /phone-numbers`. */
export const numberQuery = pageQuery.extend({
  store: idField("store").optional(),
  kind: z.enum(["static", "pool"]).optional(),
  pool: idField("numberPool").optional(),
  channel: channelField.optional(),
  creator: idField("creator").optional(),
  campaign: idField("campaign").optional(),
  link: idField("link").optional(),
  bound: z.enum(["true", "false"]).optional().openapi({ description: "Whether it stands for anything." }),
  target: phoneField.optional(),
  endingWithin: z.coerce.number().int().min(0).max(3660).optional().openapi({
    description: "Days in which its rental ends; those that ended are in it.",
  }),
  q: textField(100).optional().openapi({ description: "Text in label or number, whatever its case." }),
  format: z.enum(["json", "csv"]).default("json").openapi({ description: "`csv`: all of them, as the import takes." }),
});

/** Body of `POST /phone-numbers/import`. */
export const numberImport = z
  .strictObject({
    storeId: idField("store"),
    csv: z.string().min(1).openapi({
      description:
        "The file's text, 1,000 rows at most. Its header names the columns: number, label, target, channel, creator, campaign, link, offline, forwards_to, rented_from, rented_until, pool, of which only number has to be there.",
      example: "number,label,channel,offline\n+49 30 1234567,Poster,outdoor,yes",
    }),
    dryRun: z.boolean().default(false).openapi({ description: "Whether it is only checked." }),
  })
  .openapi("PhoneNumberImport");

/** What became of each row of an import. */
export const importResult = z
  .object({
    dryRun: z.boolean(),
    created: z.int().openapi({ description: "Of a dry run: what would be." }),
    refused: z.int(),
    results: z.array(
      z.object({
        line: z.int().openapi({ description: "Of the file, from 1, on which the row begins." }),
        status: z.int(),
        id: idField("phoneNumber").optional(),
        number: z.string().optional(),
        error: entryError.optional(),
      }),
    ),
  })
  .openapi("PhoneNumberImportResult");

/** A validated {@link newNumber}. */
export type NewNumber = z.infer<typeof newNumber>;
/** A validated {@link numberPatch}. */
export type NumberPatch = z.infer<typeof numberPatch>;
/** A validated {@link numberBind}. */
export type NumberBind = z.infer<typeof numberBind>;
/** See {@link numberSchema}. */
export type PhoneNumber = z.infer<typeof numberSchema>;
/** See {@link bindingSchema}. */
export type ShownBinding = z.infer<typeof bindingSchema>;
/** See {@link numberQuery}. */
export type NumberQuery = z.infer<typeof numberQuery>;
/** A validated {@link numberImport}. */
export type NumberImport = z.infer<typeof numberImport>;
/** See {@link importResult}. */
export type ImportResult = z.infer<typeof importResult>;
