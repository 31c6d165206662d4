import * as z from "../../ground/http/zod.ts";
import { entryError } from "../../ground/http/bulk.ts";
import {
  hostnameField,
  idField,
  isTimezone,
  MAX_URL,
  textField,
  timeField,
  timeOut,
  urlField,
  urlProblem,
} from "../../ground/http/fields.ts";
import { LINK_VARIABLES } from "../../edge/link/link.ts";
import { DEVICE_NAMES, LINK_MAKERS } from "../../ground/model/link.ts";
import { slugProblem, type SlugProblem } from "../../edge/link/slug.ts";
import { fillTemplate, unknownVariables } from "../../edge/link/template.ts";

const SLUG_MESSAGES: Readonly<Record<SlugProblem, string>> = {
  empty: "must not be empty",
  too_long: "must have 64 characters at most",
  characters: "must be letters, digits, - and _ only",
  reserved: "is a reserved word",
};

const slugField = z
  .string()
  .max(400)
  .superRefine((slug, context) => {
    const problem = slugProblem(slug);
    if (problem !== null) context.addIssue({ code: "custom", message: SLUG_MESSAGES[problem] });
  })
  .transform((slug) => slug.normalize("NFC"))
  .openapi({ type: "string", example: "lea" });

const templateMessage = (names: string[]): string =>
  `has no variable {{${names[0]}}}; there are ${LINK_VARIABLES.map((name) => `{{${name}}}`).join(", ")}`;

/** A destination: a web address that may hold variables, but not where it decides who is visited. */
export const destinationField = z
  .string()
  .min(1)
  .max(MAX_URL)
  .superRefine((template, context) => {
    const unknown = unknownVariables(template);
    const authority = /^[^/?#]*:\/\/[^/?#]*/.exec(template)?.[0] ?? template;
    const problem =
      unknown.length > 0
        ? templateMessage(unknown)
        : authority.includes("{{")
          ? "must not have a variable in its host"
          : urlProblem(fillTemplate(template, {}, () => "x"));
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  })
  .openapi({ example: "https://shop.example/sale?ref={{username}}" });

const utmValue = textField(200)
  .superRefine((template, context) => {
    const unknown = unknownVariables(template);
    if (unknown.length > 0) context.addIssue({ code: "custom", message: templateMessage(unknown) });
  })
  .openapi({ example: "{{username}}" });

/** UTM parameters, each of which may hold variables. */
export const utmField = z
  .strictObject({
    source: utmValue,
    medium: utmValue,
    campaign: utmValue,
    term: utmValue,
    content: utmValue,
    id: utmValue,
  })
  .partial();

const timezoneField = z
  .string()
  .max(64)
  .refine(isTimezone, "must be a time zone of the IANA database, such as Europe/Paris");

const clockField = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 09:30")
  .openapi({ example: "09:30" });

/** A list, or one value for a list of one. */
function orList<Item extends z.ZodType>(item: Item) {
  return z
    .union([item.transform((one) => [one]), z.array(item).min(1).max(50)], {
      error: "must be one value or a list of 1 to 50",
    })
    .optional();
}

const ruleCondition = z
  .strictObject({
    country: orList(
      z
        .string()
        .regex(/^[A-Za-z]{2}$/, "must be a country of ISO 3166-1, such as DE")
        .toUpperCase(),
    ),
    region: orList(textField(80)),
    device: orList(z.enum(DEVICE_NAMES)),
    language: orList(z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "must be a language such as de or pt-BR")),
    hours: z
      .strictObject({ from: clockField, to: clockField, timezone: timezoneField.default("UTC") })
      .refine(({ from, to }) => from !== to, {
        path: ["to"],
        message: "must differ from from; leave hours out for the whole day",
      })
      .optional(),
    weight: z.number().gt(0).max(100).optional(),
  })
  .openapi("RuleCondition", {
    description:
      "Every condition that is given must hold; within a list one is enough. Without any, the rule fits everyone.",
  });

const rulesField = z
  .array(z.strictObject({ when: ruleCondition, url: destinationField }))
  .max(20)
  .superRefine((rules, context) => {
    // One that is above 100 by itself is named by itself.
    const weight = rules.reduce((sum, { when }) => sum + Math.min(when.weight ?? 0, 100), 0);
    if (weight > 100) context.addIssue({ code: "custom", message: "have more than 100 of weight together" });
  })
  .openapi({ description: "Other destinations for some visitors; the first rule that fits wins." });

const linkFields = {
  slug: slugField,
  domain: hostnameField
    .nullable()
    .openapi({ description: "One of `/domains`; `null`: the link answers on every host." }),
  url: destinationField,
  kind: z.enum(["affiliate", "tracking"]).openapi({
    description:
      "`affiliate`: earns by sales, may bind a code, needs a provider that has such links. `tracking`: only counts.",
  }),
  storeId: idField("store").nullable(),
  creatorId: idField("creator").nullable(),
  campaignId: idField("campaign").nullable(),
  planId: idField("plan").nullable().openapi({
    description: "The link is live while both it and its tracking plan are, whichever starts later and ends earlier.",
  }),
  codeId: idField("code").nullable().openapi({
    description: "`{{code}}`, for affiliate links alone: a code of the link's plan and creator, if it names them.",
  }),
  utm: utmField,
  rules: rulesField,
  startsAt: timeField.nullable(),
  endsAt: timeField.nullable(),
  maxClicks: z.int().min(1).max(1_000_000_000).nullable(),
  fallbackUrl: urlField.max(MAX_URL).nullable().openapi({
    description: "Where the link leads while it isn't live; `null`: its tracking plan's, if that has one.",
  }),
  disabled: z.boolean(),
  tags: z.array(textField(50)).max(20),
};

/** Body of `POST /links`, and of each entry of `POST /links/bulk`. */
export const newLink = z
  .strictObject({
    slug: linkFields.slug
      .optional()
      .openapi({ description: "Made up if left out: 7 characters that can't be misread." }),
    domain: linkFields.domain.default(null),
    url: linkFields.url,
    kind: linkFields.kind.optional().openapi({
      description:
        "If left out: `affiliate` where the link names a creator or a code, unless its plan's provider has none; else `tracking`.",
    }),
    storeId: linkFields.storeId.optional().openapi({
      description:
        "If left out: the store of the tracking plan, of the domain, or the one whose origin the destination has.",
    }),
    creatorId: linkFields.creatorId.default(null),
    campaignId: linkFields.campaignId.default(null),
    planId: linkFields.planId.default(null),
    codeId: linkFields.codeId.default(null),
    utm: linkFields.utm.default({}),
    rules: linkFields.rules.default([]),
    startsAt: linkFields.startsAt.default(null),
    endsAt: linkFields.endsAt.default(null),
    maxClicks: linkFields.maxClicks.default(null),
    fallbackUrl: linkFields.fallbackUrl.default(null),
    disabled: linkFields.disabled.default(false),
    tags: linkFields.tags.default([]),
  })
  .openapi("NewLink");

/** Body of `PATCH /links/{id}`. */
export const linkPatch = z.strictObject(linkFields).partial().openapi("LinkPatch");

/** Body of `POST /links/bulk`. Entries are checked one by one, so that one bad entry spoils no other. */
export const bulkLinks = z
  .strictObject({
    links: z.array(z.unknown()).min(1).max(500).openapi({ description: "Each as in `POST /links`.", type: "array" }),
  })
  .openapi("BulkLinks");

/** A link as the API shows it. */
export const linkSchema = z
  .object({
    id: idField("link"),
    ...linkFields,
    slug: z.string(),
    domain: z.string().nullable(),
    url: z.string(),
    utm: z.record(z.string(), z.string()),
    fallbackUrl: z.string().nullable(),
    startsAt: timeOut.nullable(),
    endsAt: timeOut.nullable(),
    tags: z.array(z.string()),
    madeBy: z.enum(LINK_MAKERS).openapi({
      description:
        "`plan`: made for its tracking plan by itself; `admin`: by the API or the desk; `creator`: by its creator, on their page.",
    }),
    shortUrl: z.string().openapi({ example: "https://go.brand.com/lea" }),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("Link");

/** What became of each entry of a bulk request. */
export const bulkResult = z
  .object({
    results: z.array(
      z.object({
        index: z.int(),
        status: z.int(),
        link: linkSchema.optional(),
        error: entryError.optional(),
      }),
    ),
  })
  .openapi("BulkResult");

/** Filters of `GET /links` and of its export. */
export const linkFilter = z.strictObject({
  creator: idField("creator").optional(),
  campaign: idField("campaign")
    .optional()
    .openapi({ description: "Made for it, or under its tracking plan for one of its creators." }),
  plan: idField("plan").optional(),
  store: idField("store").optional(),
  domain: hostnameField.optional(),
  kind: linkFields.kind.optional(),
  madeBy: z.enum(LINK_MAKERS).optional(),
  tag: textField(50).optional(),
  q: textField(200).optional().openapi({ description: "Text in slug or destination, whatever its case." }),
});

/** A validated {@link newLink}. */
export type NewLink = z.infer<typeof newLink>;
/** A validated {@link linkPatch}. */
export type LinkPatch = z.infer<typeof linkPatch>;
/** See {@link linkSchema}. */
export type Link = z.infer<typeof linkSchema>;
/** See {@link linkFilter}. */
export type LinkFilter = z.infer<typeof linkFilter>;
