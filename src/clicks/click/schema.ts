import * as z from "../../ground/http/zod.ts";
import { idField, timeField, timeOut } from "../../ground/http/fields.ts";
import { pageQuery } from "../../ground/http/pagination.ts";

const BUCKETS = ["counted", "bot", "prefetch", "head", "embedded", "duplicate", "inactive"] as const;

/** Query of `GET /clicks`. */
export const clickQuery = z
  .strictObject({
    link: idField("link").optional(),
    bucket: z.enum(BUCKETS).optional(),
    from: timeField.optional().openapi({ description: "Clicks at or after this time." }),
    to: timeField.optional().openapi({ description: "Clicks before this time." }),
  })
  .extend(pageQuery.shape);

/** A row of the click log as the API shows it. */
export const clickSchema = z
  .object({
    id: z.string().openapi({ example: "clk_AZqh2x0kq3o5y8Xv1ZbT" }),
    seq: z.int().openapi({ description: "Order of arrival." }),
    linkId: idField("link"),
    time: timeOut,
    bucket: z.enum(BUCKETS),
    reason: z.string(),
    rule: z.int().nullable().openapi({ description: "Index of the rule that chose the destination." }),
    visitorKey: z
      .string()
      .nullable()
      .openapi({ description: "Tells visitors apart for one UTC day; `null` without consent." }),
    unique: z.boolean().openapi({ description: "The visitor's first counted click on this link that day." }),
    country: z.string().nullable(),
    region: z.string().nullable(),
    city: z.string().nullable(),
    device: z.string(),
    browser: z.string().nullable(),
    os: z.string().nullable(),
    language: z.string().nullable(),
    referrerHost: z.string().nullable(),
    source: z.string(),
    utm: z.object({
      source: z.string().nullable(),
      medium: z.string().nullable(),
      campaign: z.string().nullable(),
      term: z.string().nullable(),
      content: z.string().nullable(),
    }),
    consent: z.enum(["strict", "deferred", "implied"]),
    consentSource: z.string(),
    ingestedAt: timeOut,
  })
  .openapi("Click");

/** A validated {@link clickQuery}. */
export type ClickQuery = z.infer<typeof clickQuery>;
/** See {@link clickSchema}. */
export type Click = z.infer<typeof clickSchema>;
