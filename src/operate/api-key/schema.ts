import * as z from "../../ground/http/zod.ts";
import { SCOPES } from "../../ground/http/auth.ts";
import { idField, textField, timeField, timeOut } from "../../ground/http/fields.ts";

const nameField = textField(120).openapi({ description: "What the key is for.", example: "shop back office" });

/** Body of `POST /api-keys`. */
export const newApiKey = z
  .strictObject({
    name: nameField,
    scopes: z
      .array(z.enum(SCOPES))
      .min(1)
      .refine((scopes) => new Set(scopes).size === scopes.length, "must not name a scope twice")
      .openapi({
        description:
          "What the key may do. A `…:write` scope includes `…:read`; `metrics:read` and `audit:read` are in no other.",
      }),
    expiresAt: timeField.nullable().default(null).openapi({ description: "`null`: it works until it is revoked." }),
  })
  .openapi("NewApiKey");

/** Body of `PATCH /api-keys/{id}`: what a key may do never changes under those who hold it. */
export const apiKeyPatch = z.strictObject({ name: nameField }).partial().openapi("ApiKeyPatch");

/** An API key as the API shows it: never the key, never its hash. */
export const apiKeySchema = z
  .object({
    id: idField("apiKey"),
    name: z.string(),
    prefix: z.string().openapi({ description: "The key's first characters." }),
    scopes: z.array(z.string()),
    createdAt: timeOut,
    expiresAt: timeOut.nullable(),
    lastUsedAt: timeOut.nullable().openapi({ description: "Exact to a minute." }),
    revokedAt: timeOut.nullable(),
  })
  .openapi("ApiKey");

/** A key just made. */
export const apiKeyWithKey = apiKeySchema
  .extend({ key: z.string().openapi({ description: "The key itself. Shown once." }) })
  .openapi("ApiKeyWithKey");

/** See {@link apiKeySchema}. */
export type ApiKey = z.infer<typeof apiKeySchema>;
