import { idField, timeOut, urlField } from "../../ground/http/fields.ts";
import * as z from "../../ground/http/zod.ts";

/** A secret as an admin gives it: it becomes part of a header, an address or a body. */
const secret = z
  .string()
  .regex(/^[\x21-\x7e]{1,500}$/, "must be 1 to 500 characters of ASCII without blanks")
  .optional();

const format = z.enum(["ndjson", "ga4", "meta"]);

/** Body of `PUT /stores/{id}/analytics-export`. */
export const analyticsExportRequest = z
  .strictObject({
    format: format.openapi({
      description:
        "`ndjson`: an event a line; `ga4`: Google's Measurement Protocol; `meta`: Meta's Conversions API. See docs/visits.md.",
    }),
    endpoint: urlField.openapi({
      description: "HTTPS, of a host of the public internet. Redirects are not followed.",
      example: "https://www.google-analytics.com/mp/collect",
    }),
    secrets: z
      .strictObject({
        token: secret.openapi({ description: "`ndjson`: sent as `Authorization: Bearer`." }),
        measurementId: secret.openapi({ description: "`ga4`.", example: "G-AB12CD34EF" }),
        apiSecret: secret.openapi({ description: "`ga4`: of the Measurement Protocol." }),
        accessToken: secret.openapi({ description: "`meta`: of the Conversions API." }),
      })
      .optional()
      .openapi({
        description: "Those that are kept stay where this is left out, for the same format and endpoint alone.",
      }),
    enabled: z.boolean().default(true),
  })
  .openapi("AnalyticsExportRequest");

/** A store's export as the API shows it: without any secret. */
export const analyticsExportSchema = z
  .object({
    storeId: idField("store"),
    format,
    endpoint: z.string(),
    hasSecrets: z.boolean(),
    enabled: z.boolean(),
    waiting: z.int().openapi({ description: "Events that are logged and not sent yet." }),
    failure: z.string().nullable().openapi({ description: "Why the last attempt failed; `null`: it did not." }),
    failingSince: timeOut.nullable(),
    nextAttemptAt: timeOut.nullable().openapi({ description: "While it fails: when it is tried again." }),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("AnalyticsExport");

/** What a test came to. */
export const analyticsExportTest = z
  .object({
    taken: z.boolean(),
    status: z.int().nullable().openapi({ description: "HTTP status; `null`: none came." }),
    failure: z.string().nullable(),
  })
  .openapi("AnalyticsExportTest");

/** A validated {@link analyticsExportRequest}. */
export type AnalyticsExportRequest = z.infer<typeof analyticsExportRequest>;
/** See {@link analyticsExportSchema}. */
export type AnalyticsExport = z.infer<typeof analyticsExportSchema>;
/** See {@link analyticsExportTest}. */
export type AnalyticsExportTest = z.infer<typeof analyticsExportTest>;
