import * as z from "../../ground/http/zod.ts";
import { dayField, idField, timeOut } from "../../ground/http/fields.ts";
import { DATE_ORDERS } from "../../ground/file/date-order.ts";
import { figuresShape } from "../../ground/http/amazon-figures.ts";
import { SOURCE_KINDS } from "../../ground/model/attribution-report.ts";

/** Largest body of a report, bytes. */
export const MAX_REPORT_BYTES = 8_388_608;

/** Most rows of a report. */
export const MAX_REPORT_ROWS = 50_000;

/** Query of `POST /stores/{id}/attribution-reports`. */
export const reportQuery = z.strictObject({
  from: dayField.optional().openapi({
    description:
      "The first day that the report was asked for: days from it to `to` without a row are emptied. Default: `startDate` beside the rows of JSON, else the report covers the days that it has rows of.",
  }),
  to: dayField.optional().openapi({ description: "The last such day, which is in." }),
  dateOrder: z.enum(DATE_ORDERS).optional().openapi({
    description: "What comes first in dates such as 03/11/2026, where the file doesn't tell.",
  }),
});

const totalsField = z
  .array(z.object({ currency: z.string(), ...figuresShape }))
  .openapi({ description: "The sums of its rows by currency, as they were imported." });

/** An imported report as the API shows it. */
export const attributionReportSchema = z
  .object({
    id: idField("report"),
    storeId: idField("store"),
    format: z.enum(["csv", "json"]),
    firstDay: dayField,
    lastDay: dayField,
    days: z.int().openapi({ description: "That it covers: each was replaced whole." }),
    standing: z.int().openapi({ description: "Those of them that no later report has replaced." }),
    rows: z.int(),
    totalLines: z.int().openapi({ description: "Lines of totals, which were passed over." }),
    totals: totalsField,
    actor: z.string(),
    createdAt: timeOut,
  })
  .openapi("AttributionReport");

/** What an import answers. */
export const importedReport = attributionReportSchema
  .extend({
    repeated: z.boolean().openapi({
      description:
        "Whether all of its days said so already, so that nothing was changed; it is shown as it came first.",
    }),
    unassigned: z
      .object({ sources: z.int(), names: z.array(z.partialRecord(z.enum(SOURCE_KINDS), z.string())) })
      .openapi({
        description:
          "What its rows are of that no creator's tag has, 20 of them by name. Enter a tag, and they are its.",
      }),
  })
  .openapi("ImportedAttributionReport");

/** Query of the list of rows. */
export const rowFilters = z.object({
  from: dayField.optional(),
  to: dayField.optional().openapi({ description: "That day is in." }),
  creator: idField("creator").optional(),
  sourceId: idField("source").optional(),
  unassigned: z
    .enum(["true", "false"])
    .optional()
    .openapi({ description: "`true`: rows that are no creator's alone." }),
  format: z.enum(["json", "csv"]).default("json"),
});

/** A row as the API shows it. */
export const attributionRowSchema = z
  .object({
    source: z.literal("amazon"),
    day: dayField.openapi({ description: "Of the advertiser's time zone." }),
    sourceId: idField("source").openapi({ description: "What the row is of, whatever it is called." }),
    names: z.partialRecord(z.enum(SOURCE_KINDS), z.string()).openapi({ description: "What the report knows it by." }),
    creatorId: idField("creator").nullable().openapi({ description: "`null`: no creator's tag has it." }),
    currency: z.string(),
    ...figuresShape,
    reportId: idField("report").openapi({ description: "The last report that covered the day." }),
  })
  .openapi("AttributionRow");

/** A validated {@link reportQuery}. */
export type ReportQuery = z.infer<typeof reportQuery>;
/** See {@link rowFilters}. */
export type RowFilters = z.infer<typeof rowFilters>;
/** See {@link attributionReportSchema}. */
export type AttributionReport = z.infer<typeof attributionReportSchema>;
/** See {@link attributionRowSchema}. */
export type AttributionRow = z.infer<typeof attributionRowSchema>;
