import { idField, MAX_URL, textField, timeOut, urlField } from "../../ground/http/fields.ts";
import { pageQuery } from "../../ground/http/pagination.ts";
import * as z from "../../ground/http/zod.ts";
import { MAX_PATTERN } from "../../ground/path-pattern.ts";

const MAX_RULES = 50;
const MAX_STEPS = 20;
const MAX_ALIASES = 50;
const MAX_SELECTOR = 300;

/** Files that are downloads where a rule doesn't say which. */
const EXTENSIONS = ["pdf", "zip", "docx", "xlsx", "pptx", "csv", "epub", "mp3", "mp4", "dmg", "exe", "apk"];

const pattern = textField(MAX_PATTERN).openapi({
  description: "A path: `*` stands for a part between slashes, `**` at its end for whatever follows.",
  example: "/products/*",
});

const pagesField = z
  .strictObject({
    engagement: z.boolean().default(false).openapi({ description: "Time for which a page is visible and focused." }),
    scroll: z.boolean().default(false).openapi({ description: "How far down a page is seen." }),
    heatmap: z.boolean().default(false).openapi({ description: "Where a page is clicked: counts by zone, no points." }),
    aliases: z
      .array(z.strictObject({ pattern, alias: textField(200).openapi({ example: "/products" }) }))
      .max(MAX_ALIASES)
      .default([])
      .openapi({ description: "What paths are counted as: the first whose pattern a path meets." }),
  })
  .openapi("TaggingPages");

const ruleFields = {
  kind: z.enum(["click", "download", "form", "visible"]),
  selector: textField(MAX_SELECTOR).nullable().openapi({
    description: "CSS. Left out: any form, any link to such a file; clicks and what becomes visible need one.",
    example: ".add-to-basket",
  }),
  page: pattern.nullable().openapi({ description: "Pages on which it is looked at; left out: all." }),
  event: textField(60).openapi({ description: "What it is counted as.", example: "add to basket" }),
  label: textField(60).nullable().openapi({ description: "Tells rules of one event apart." }),
};

const ruleId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, "must be 1 to 40 of a to z, 0 to 9, - and _, the first no sign");

const ruleField = z
  .strictObject({
    id: ruleId.optional().openapi({ description: "Unique in its plan; made of the event if left out." }),
    ...ruleFields,
    selector: ruleFields.selector.default(null),
    extensions: z
      .array(z.string().regex(/^[a-z0-9]{1,10}$/, "must be 1 to 10 of a to z and 0 to 9, such as pdf"))
      .min(1)
      .max(30)
      .optional()
      .openapi({ description: `Of downloads. Left out: ${EXTENSIONS.join(", ")}.` }),
    page: ruleFields.page.default(null),
    label: ruleFields.label.default(null),
  })
  .transform(({ extensions, ...rule }) => ({
    ...rule,
    extensions: extensions ?? (rule.kind === "download" ? EXTENSIONS : []),
  }))
  .openapi("TaggingRule");

const checkoutField = z
  .strictObject({
    steps: z
      .array(z.strictObject({ name: textField(60), page: pattern.nullable().default(null) }))
      .max(MAX_STEPS)
      .default([])
      .openapi({
        description:
          "In order. One is entered on its page, or by `wm('step', name)`. Carts are followed where there is one at least.",
      }),
    abandonedAfterMinutes: z.int().min(5).max(10_080).default(30).openapi({
      description: "A cart is abandoned after so long without anything done.",
    }),
  })
  .openapi("TaggingCheckout");

const fields = {
  name: textField(120),
  pages: pagesField,
  rules: z.array(ruleField).max(MAX_RULES),
  checkout: checkoutField,
  visitMinutes: z.int().min(5).max(240).openapi({ description: "A visit ends after so long without a page." }),
};

/** Body of `POST /tagging-plans`. */
export const newTaggingPlan = z
  .strictObject({
    storeId: idField("store"),
    ...fields,
    pages: fields.pages.default({ engagement: false, scroll: false, heatmap: false, aliases: [] }),
    rules: fields.rules.default([]),
    checkout: fields.checkout.default({ steps: [], abandonedAfterMinutes: 30 }),
    visitMinutes: fields.visitMinutes.default(30),
  })
  .openapi("NewTaggingPlan");

/** Body of `PATCH /tagging-plans/{id}`: each field as a whole. */
export const taggingPlanPatch = z.strictObject(fields).partial().openapi("TaggingPlanPatch");

/** Body of `POST /tagging-plans/{id}/copy`; it may be left out. */
export const taggingPlanCopy = z
  .strictObject({ name: fields.name.optional().openapi({ description: "If left out: the same, and `(copy)`." }) })
  .nullable()
  .openapi("TaggingPlanCopy");

/** Body of `POST /tagging-plans/{id}/preview`. */
export const previewRequest = z
  .strictObject({ page: urlField.max(MAX_URL).openapi({ description: "A page of the store." }) })
  .openapi("TaggingPlanPreviewRequest");

/** Where to look at a preview. */
export const previewSchema = z
  .object({
    url: z.string().openapi({ description: "The page, which shows what the plan would send and sends nothing." }),
    expiresAt: timeOut,
  })
  .openapi("TaggingPlanPreview");

/** A plan in the list. */
export const listedTaggingPlan = z
  .object({
    id: idField("taggingPlan"),
    storeId: idField("store"),
    name: z.string(),
    status: z.enum(["draft", "active", "retired"]),
    version: z.int().openapi({ description: "Which of the store's plans it is, from 1: its pages tell by that." }),
    pages: z.object({
      engagement: z.boolean(),
      scroll: z.boolean(),
      heatmap: z.boolean(),
      aliases: z.array(z.object({ pattern: z.string(), alias: z.string() })),
    }),
    rules: z.array(z.object({ id: z.string(), ...ruleFields, extensions: z.array(z.string()) })),
    checkout: z.object({
      steps: z.array(z.object({ name: z.string(), page: z.string().nullable() })),
      abandonedAfterMinutes: z.int(),
    }),
    visitMinutes: z.int(),
    copiedFrom: z.string().nullable().openapi({ description: "The plan that it is a copy of." }),
    activatedAt: timeOut.nullable(),
    retiredAt: timeOut.nullable(),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("ListedTaggingPlan");

/** A plan by itself, with what pages carry because of it. */
export const taggingPlanSchema = listedTaggingPlan
  .extend({
    snippet: z
      .object({
        bytes: z.int(),
        gzipBytes: z.int(),
        parts: z.array(
          z.object({
            name: z.string(),
            gzipBytes: z.int().openapi({ description: "What it adds to those before it." }),
            because: z.string(),
          }),
        ),
      })
      .openapi({ description: "The script that the store's pages carry with this plan." }),
  })
  .openapi("TaggingPlan");

/** Query of `GET /tagging-plans`. */
export const taggingPlanFilter = z.strictObject({
  store: idField("store").optional(),
  status: z.enum(["draft", "active", "retired"]).optional(),
  ...pageQuery.shape,
});

/** A validated {@link newTaggingPlan}. */
export type NewTaggingPlan = z.output<typeof newTaggingPlan>;
/** A validated {@link taggingPlanPatch}. */
export type TaggingPlanPatch = z.output<typeof taggingPlanPatch>;
/** See {@link listedTaggingPlan}. */
export type ListedTaggingPlan = z.infer<typeof listedTaggingPlan>;
/** See {@link taggingPlanSchema}. */
export type TaggingPlanBody = z.infer<typeof taggingPlanSchema>;
/** See {@link taggingPlanFilter}. */
export type TaggingPlanFilter = z.output<typeof taggingPlanFilter>;
/** See {@link previewSchema}. */
export type Preview = z.infer<typeof previewSchema>;
