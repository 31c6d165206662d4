import * as z from "../../ground/http/zod.ts";
import { idField, textField, timeOut } from "../../ground/http/fields.ts";

/** Days that a portal link lives where nobody says. */
const DEFAULT_DAYS = 365;
/** Longest life of a portal link that ends, days: ten years. */
const MAX_DAYS = 3_650;

/** Body of `POST /creators/{id}/portal-links`; it may be left out. */
export const newPortalLink = z
  .strictObject({
    label: textField(120).nullable().default(null).openapi({ description: "For whom or what it was made." }),
    expiresInDays: z
      .int()
      .min(1)
      .max(MAX_DAYS)
      .nullable()
      .default(DEFAULT_DAYS)
      .openapi({ description: "`null`: it works until it is revoked." }),
  })
  .nullable()
  .openapi("NewPortalLink");

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

/** See {@link portalLinkSchema}. */
export type PortalLink = z.infer<typeof portalLinkSchema>;
