import { z } from "@hono/zod-openapi";
import { idField, timeOut } from "../http/fields.ts";

const momentField = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: "must be a date or a time of ISO 8601" })
  .optional();

const rangeQuery = {
  from: momentField.openapi({
    description: "First moment: a date (UTC) or a time. Default: 30 days.",
    example: "2026-11-01",
  }),
  to: momentField.openapi({
    description: "A date (that day is in) or a time (that moment is not). Default: today.",
    example: "2026-11-30",
  }),
  store: idField("store").optional(),
  campaign: idField("campaign").optional(),
  creator: idField("creator").optional(),
  link: idField("link").optional(),
  interval: z.enum(["hour", "day", "total"]).default("total"),
  format: z.enum(["json", "csv"]).default("json"),
};

/** Query of `GET /reports/traffic`. */
export const trafficQuery = z.strictObject(rangeQuery);

/** Query of `GET /reports/links`. */
export const linksQuery = z.strictObject({
  ...rangeQuery,
  sort: z
    .enum(["-clicks", "clicks", "-uniqueClicks", "uniqueClicks", "slug", "-slug", "start", "-start"])
    .default("-clicks"),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
});

const startField = timeOut.nullable().openapi({ description: "Start of the interval; `null` for the whole span." });
const countField = z.int().min(0);

/** Requests by bucket. `requests` is the sum of the rest. */
export const trafficRow = z
  .object({
    start: startField,
    requests: countField,
    counted: countField,
    bot: countField,
    prefetch: countField,
    head: countField,
    duplicate: countField,
    inactive: countField,
  })
  .openapi("TrafficRow");

/** Clicks of one link. */
export const linkRow = z
  .object({
    linkId: idField("link"),
    slug: z.string(),
    domain: z.string().nullable(),
    storeId: idField("store").nullable(),
    creatorId: idField("creator").nullable(),
    campaignId: idField("campaign").nullable(),
    start: startField,
    clicks: countField.openapi({ description: "Bucket `counted`: one a visitor, link and hour." }),
    uniqueClicks: countField.openapi({ description: "One a visitor, link and UTC day." }),
  })
  .openapi("LinkReportRow");

const linkTotal = z.object({ clicks: countField, uniqueClicks: countField });
const spanSchema = z.object({ from: timeOut, to: timeOut });

/** Answer of `GET /reports/traffic`. */
export const trafficReport = z
  .object({ data: z.array(trafficRow), total: trafficRow, range: spanSchema })
  .openapi("TrafficReport");

/** Answer of `GET /reports/links`. */
export const linksReport = z
  .object({
    data: z.array(linkRow),
    total: linkTotal.openapi({ description: "Of all rows, not only of this page." }),
    range: spanSchema,
    nextOffset: z.int().nullable(),
  })
  .openapi("LinksReport");

/** A validated {@link linksQuery}. */
export type LinksQuery = z.infer<typeof linksQuery>;
/** A validated {@link trafficQuery}. */
export type TrafficQuery = z.infer<typeof trafficQuery>;
/** See {@link trafficRow}. */
export type TrafficRow = z.infer<typeof trafficRow>;
/** See {@link linkRow}. */
export type LinkReportRow = z.infer<typeof linkRow>;
