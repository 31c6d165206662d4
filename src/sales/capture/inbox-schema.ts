import * as z from "../../ground/http/zod.ts";
import { idField, timeField, timeOut } from "../../ground/http/fields.ts";
import { pageQuery } from "../../ground/http/pagination.ts";
import { REPORT_SOURCES } from "../../ground/model/evidence.ts";

/** What may become of a report. */
export const REPORT_VERDICTS = ["pending", "used", "waiting", "refused", "kept"] as const;

/** Days that a summary looks back at most, and if it isn't told. */
const MAX_DAYS = 90;
const DEFAULT_DAYS = 7;

/** Query of the list of reports; all that is given must match. */
export const inboxQuery = pageQuery.extend({
  store: idField("store").optional(),
  verdict: z.enum(REPORT_VERDICTS).optional(),
  source: z.enum(REPORT_SOURCES).optional(),
  from: timeField.optional().openapi({ description: "Came at or after this time." }),
  to: timeField.optional().openapi({ description: "Came before this time." }),
});

/** Query of a store's summary. */
export const inboxSummaryQuery = z.strictObject({
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_DAYS)
    .default(DEFAULT_DAYS)
    .openapi({ description: "How far to look back." }),
});

/** A report as lists show it. */
export const inboxItem = z
  .object({
    id: idField("inbox"),
    receivedAt: timeOut,
    source: z.enum(REPORT_SOURCES),
    storeKey: z.string().openapi({ description: "As it was given; it may name no store." }),
    storeId: idField("store").nullable(),
    verdict: z.enum(REPORT_VERDICTS).openapi({
      description:
        "`pending`: about to be processed; `used`; `waiting`: can't be used yet, and is tried again for 7 days; `refused`: see its reason; `kept`: nothing uses it.",
    }),
    reason: z.object({ code: z.string(), detail: z.string() }).nullable(),
    attempts: z.int(),
    nextAt: timeOut.nullable().openapi({ description: "When it is tried next; `null`: never." }),
    processedAt: timeOut.nullable(),
    orderId: idField("order").nullable(),
    ignored: z
      .array(
        z.object({
          field: z.string().openapi({ description: "Its name as it was sent; `items[].qty` in a line." }),
          nearest: z.string().optional().openapi({ description: "The field that was meant, as far as can be told." }),
          reason: z.enum(["unknown", "server_only", "malformed"]),
        }),
      )
      .openapi({
        description:
          "Fields that came along and that nobody reads, by their names alone. `server_only`: a browser's word on it is not believed; `malformed`: it can't be what it should.",
      }),
    ignoredMore: z.int().openapi({ description: "How many more there were." }),
  })
  .openapi("Report");

/** A report with what was sent. */
export const inboxDetail = inboxItem
  .extend({
    body: z.unknown().openapi({
      description:
        "As it was sent, but with customers hashed and without what the shopper did not allow; a text if it is no JSON; `null` once it was emptied.",
    }),
    origin: z.string().nullable(),
    country: z.string().nullable(),
    consent: z.string().openapi({ description: "What the page said of the shopper's consent." }),
  })
  .openapi("ReportDetail");

/** What came in for a store. */
export const inboxSummary = z
  .object({
    from: timeOut,
    to: timeOut,
    total: z.int(),
    counts: z.object({
      pending: z.int(),
      used: z.int(),
      waiting: z.int(),
      refused: z.int(),
      kept: z.int(),
    }),
    reasons: z
      .array(
        z.object({
          source: z.enum(REPORT_SOURCES),
          verdict: z.enum(REPORT_VERDICTS),
          code: z.string(),
          count: z.int(),
        }),
      )
      .openapi({ description: "The most frequent first." }),
  })
  .openapi("ReportSummary");

/** See {@link inboxItem}. */
export type Report = z.infer<typeof inboxItem>;
/** See {@link inboxDetail}. */
export type ReportDetail = z.infer<typeof inboxDetail>;
/** See {@link inboxSummary}. */
export type ReportSummary = z.infer<typeof inboxSummary>;
