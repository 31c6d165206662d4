import * as z from "../../ground/http/zod.ts";
import { textField, timeField } from "../../ground/http/fields.ts";

/** Stands for the click id that a real click would get. */
export const CLICK_ID = "CLICK_ID";

/** Body of `POST /links/{id}/simulate`: the visitor to imagine; what is left out is unknown. */
export const visitorSchema = z
  .strictObject({
    country: z
      .string()
      .regex(/^[A-Za-z]{2}$/, "must be a country of ISO 3166-1, such as DE")
      .toUpperCase()
      .nullable()
      .default(null),
    region: textField(80).nullable().default(null),
    userAgent: z.string().max(1_000).default(""),
    acceptLanguage: z.string().max(500).nullable().default(null),
    at: timeField.optional().openapi({ description: "Default: now." }),
    draw: z
      .number()
      .min(0)
      .lt(100)
      .default(0)
      .openapi({ description: "Where the visitor stands in an A/B test, of 100." }),
    query: z.string().max(2_000).default("").openapi({ description: "The visitor's own query, without `?`." }),
    method: z.enum(["GET", "HEAD"]).default("GET"),
    purpose: z.string().max(100).nullable().default(null).openapi({ description: "The `Sec-Purpose` header." }),
    fetchDest: z
      .string()
      .max(100)
      .nullable()
      .default(null)
      .openapi({ description: "The `Sec-Fetch-Dest` header, such as `image`." }),
    gpc: z.boolean().default(false),
    dnt: z.boolean().default(false),
    cookie: z.string().max(4_000).nullable().default(null).openapi({ description: "The `Cookie` header." }),
  })
  .openapi("SimulatedVisitor");

/** What would happen, and why. */
export const simulationSchema = z
  .object({
    outcome: z.enum(["redirect", "fallback", "page"]),
    status: z.int(),
    location: z
      .string()
      .nullable()
      .openapi({ description: `A real click would have its id where ${CLICK_ID} stands.` }),
    rule: z
      .int()
      .nullable()
      .openapi({ description: "Index of the rule that applied; `null`: the link's own destination." }),
    trace: z.array(z.object({ index: z.int(), matched: z.boolean(), reason: z.string() })),
    bucket: z.enum(["visit", "bot", "prefetch", "head", "embedded", "inactive"]),
    reason: z.string(),
    consent: z.object({ policy: z.enum(["strict", "deferred", "implied"]), source: z.string() }),
    cookie: z.boolean().openapi({ description: "Whether the attribution cookie would be set." }),
  })
  .openapi("Simulation");

/** A validated {@link visitorSchema}. */
export type SimulatedVisitor = z.infer<typeof visitorSchema>;
/** See {@link simulationSchema}. */
export type Simulation = z.infer<typeof simulationSchema>;
