import * as z from "../../ground/http/zod.ts";
import { entryError, MAX_DECIDED } from "../../ground/http/bulk.ts";
import { idField, idsField, textField, timeOut } from "../../ground/http/fields.ts";

/** Days that a portal link lives where nobody says. */
const DEFAULT_DAYS = 365;
/** Longest life of a portal link that ends, days: ten years. */
const MAX_DAYS = 3_650;

/** Creators of a campaign for whom one request makes links at most. */
export const MAX_OF_CAMPAIGN = 1_000;

const linkFields = {
  label: textField(120).nullable().default(null).openapi({ description: "For whom or what it was made." }),
  expiresInDays: z
    .int()
    .min(1)
    .max(MAX_DAYS)
    .nullable()
    .default(DEFAULT_DAYS)
    .openapi({ description: "`null`: it works until it is revoked." }),
};

/** Body of `POST /creators/{id}/portal-links`; it may be left out. */
export const newPortalLink = z.strictObject(linkFields).nullable().openapi("NewPortalLink");

/** Body of `POST /creators/portal-links`. */
export const newPortalLinks = z
  .strictObject({
    creatorIds: idsField("creator", MAX_DECIDED).optional(),
    campaignId: idField("campaign")
      .optional()
      .openapi({
        description: `In place of \`creatorIds\`: all whom it has approved, ${MAX_OF_CAMPAIGN} at most.`,
      }),
    ...linkFields,
    replace: z.boolean().default(false).openapi({
      description: "Whether the links that these creators have are revoked, so that the new one alone works.",
    }),
  })
  .superRefine(({ creatorIds, campaignId }, context) => {
    if ((creatorIds === undefined) !== (campaignId === undefined)) return;
    const message = creatorIds === undefined ? "is missing, or campaignId" : "must be left out beside campaignId";
    context.addIssue({ code: "custom", path: ["creatorIds"], message });
  })
  .openapi("NewPortalLinks");

/** A portal link as the API shows it: never its token, nor the token's hash. */
export const portalLinkSchema = z
  .object({
    id: idField("portalToken"),
    creatorId: idField("creator"),
    label: z.string().nullable(),
    expiresAt: timeOut.nullable(),
    revokedAt: timeOut.nullable(),
    lastUsedAt: timeOut.nullable().openapi({ description: "Exact to an hour." }),
    createdAt: timeOut,
    createdBy: z.string().openapi({ description: "Id of an API key, or `bootstrap`." }),
  })
  .openapi("PortalLink");

/** A portal link just made. */
export const portalLinkWithUrl = portalLinkSchema
  .extend({
    url: z.string().openapi({
      description: "The creator's page. Shown once: whoever has it sees the creator's numbers.",
      example: "https://go.brand.com/creator/0gVt2mD6cXfR1b9yQkHn3sZpLw8uJaEoT4iC5eKvYxM",
    }),
  })
  .openapi("PortalLinkWithUrl");

/** The links of {@link newPortalLinks}. */
export const portalLinksMade = z
  .object({
    counts: z.object({ made: z.int(), refused: z.int(), revoked: z.int() }),
    results: z.array(
      z.object({
        index: z.int(),
        creatorId: idField("creator"),
        status: z.int(),
        name: z.string().optional(),
        email: z.string().nullable().optional(),
        externalId: z.string().nullable().optional(),
        link: portalLinkWithUrl.optional(),
        error: entryError.optional(),
      }),
    ),
  })
  .openapi("PortalLinksMade");

/** A validated {@link newPortalLinks}. */
export type NewPortalLinks = z.infer<typeof newPortalLinks>;
/** See {@link portalLinksMade}. */
export type PortalLinksMade = z.infer<typeof portalLinksMade>;
/** See {@link portalLinkSchema}. */
export type PortalLink = z.infer<typeof portalLinkSchema>;
