import * as z from "../../ground/http/zod.ts";
import { SCOPES } from "../../ground/http/auth.ts";
import { idField, textField, timeField, timeOut } from "../../ground/http/fields.ts";

const nameField = textField(120).openapi({ description: "What the key is for.", example: "shop back office" });

/** Stores that a key can be limited to at most: more are as good as all. */
const MAX_STORES = 50;

/** Scopes of what is of no store: a key that is limited to some could do nothing with them. */
const STORELESS = ["metrics:read", "audit:read"] as const;

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
    storeIds: z
      .array(idField("store"))
      .min(1)
      .max(MAX_STORES)
      .refine((ids) => new Set(ids).size === ids.length, "must not name a store twice")
      .nullable()
      .default(null)
      .openapi({ description: "The stores that the key is limited to; `null`: all, those to come too." }),
    expiresAt: timeField.nullable().default(null).openapi({ description: "`null`: it works until it is revoked." }),
  })
  .superRefine(({ scopes, storeIds }, context) => {
    for (const scope of storeIds === null ? [] : STORELESS) {
      const index = scopes.indexOf(scope);
      if (index === -1) continue;
      const message = "is of no store: leave it out, or leave storeIds out";
      context.addIssue({ code: "custom", path: ["scopes", index], message });
    }
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
    storeIds: z.array(z.string()).nullable().openapi({ description: "`null`: it is a key of all stores." }),
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

/** The key that a request came with, as `GET /api-keys/self` shows it. */
export const callingKey = z
  .object({
    id: z.string().openapi({ description: "`bootstrap` for the deployment's own `ADMIN_API_KEY`." }),
    ...apiKeySchema.pick({ name: true, scopes: true, storeIds: true, expiresAt: true }).shape,
  })
  .openapi("CallingKey");

/** See {@link apiKeySchema}. */
export type ApiKey = z.infer<typeof apiKeySchema>;
/** See {@link callingKey}. */
export type CallingKey = z.infer<typeof callingKey>;
