import * as z from "../../ground/http/zod.ts";
import { idField, NOT_WELL_FORMED, textField, timeOut } from "../../ground/http/fields.ts";
import { isOneLine } from "../../ground/http/one-line.ts";
import { entryError } from "../../ground/http/bulk.ts";
import { SOURCE_KINDS } from "../../ground/model/attribution-report.ts";
import { readTag } from "../../programme/provider/tag.ts";

/** Longest name or id by which rows are known. */
export const MAX_NAME = 200;

/** Names by which one tag's rows are known, at most. */
export const MAX_MATCHES = 10;

/** Creators that lack a tag, as many as an answer names. */
export const MAX_LACKING = 100;

const EXAMPLE = "maas=maas_adg_api_5884463875201_static_12_26&ref_=aa_maas&aa_adgroupid=lea-martin";

const tagField = z
  .string()
  .min(1)
  .refine(isOneLine, "must not have control characters")
  .refine((text) => text.isWellFormed(), NOT_WELL_FORMED)
  .superRefine((text, context) => {
    const read = readTag(text);
    if (typeof read === "string") context.addIssue({ code: "custom", message: read });
  });

const matchSchema = z.strictObject({
  by: z.enum(SOURCE_KINDS).openapi({
    description:
      "What of a row: an id or name of its ad group, creative, campaign or publisher, or the value of `maas` itself (`tag`).",
  }),
  value: textField(MAX_NAME).openapi({ example: "Lea Martin" }),
});

/** Body of `PUT /stores/{id}/attribution-tags/{creatorId}`. */
export const tagBody = z
  .strictObject({
    tag: tagField.openapi({
      description: "As Amazon gives it: its pairs, a whole address that has them, or the value of `maas` alone.",
      example: EXAMPLE,
    }),
    matches: z.array(matchSchema).min(1).max(MAX_MATCHES).optional().openapi({
      description:
        "By what rows of reports are known to be the creator's; no two creators of a store share one. Default: the tag's `aa_adgroupid`, else its `aa_creativeid`, its `aa_campaignid`, or its `maas`.",
    }),
  })
  .openapi("AttributionTagBody");

/** A creator's tag as the API shows it. */
export const tagSchema = z
  .object({
    storeId: idField("store"),
    creatorId: idField("creator"),
    tag: z.string().nullable().openapi({
      description: "What the creator's links carry; `null`: none was entered, and links lead on without.",
      example: EXAMPLE,
    }),
    matches: z.array(z.object({ by: z.enum(SOURCE_KINDS), value: z.string() })),
    createdAt: timeOut.nullable(),
    updatedAt: timeOut.nullable(),
  })
  .openapi("AttributionTag");

const lackingField = z.object({ count: z.int(), creatorIds: z.array(idField("creator")) }).openapi({
  description: `Creators who have links of the store's plans, and no tag: their clicks count for nobody at Amazon. ${MAX_LACKING} are named at most.`,
});

/** A tag that was entered, with who lacks one still. */
export const enteredTag = tagSchema.extend({ lacking: lackingField }).openapi("EnteredAttributionTag");

/** Query of the list of tags. */
export const tagFilters = z.object({
  lacking: z.enum(["true", "false"]).default("false").openapi({
    description: "`true`: the creators who have links of the store's plans and no tag.",
  }),
});

/** An entry of a bulk of tags: a creator by one of two ids, and their tag. */
export const tagEntry = tagBody
  .extend({
    creatorId: idField("creator").optional(),
    externalId: textField(MAX_NAME).optional(),
  })
  .refine(({ creatorId, externalId }) => (creatorId === undefined) !== (externalId === undefined), {
    message: "needs a creatorId or an externalId",
    path: ["creatorId"],
  });

/** Answer to a bulk of tags. */
export const bulkTagsResult = z
  .object({
    results: z.array(
      z.object({
        index: z.int(),
        line: z.int().openapi({ description: "Of the file, from 1; of JSON the entry's place, from 1." }),
        status: z.int(),
        tag: tagSchema.optional(),
        error: entryError.optional(),
      }),
    ),
    lacking: lackingField,
  })
  .openapi("AttributionTagsResult");

/** A validated {@link tagBody}. */
export type TagBody = z.infer<typeof tagBody>;
/** A validated {@link tagEntry}. */
export type TagEntry = z.infer<typeof tagEntry>;
/** See {@link tagSchema}. */
export type AttributionTag = z.infer<typeof tagSchema>;
/** See {@link tagFilters}. */
export type TagFilters = z.infer<typeof tagFilters>;
