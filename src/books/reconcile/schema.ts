import * as z from "../../ground/http/zod.ts";
import { endMsOf, idField, msOf, timeField, timeOut } from "../../ground/http/fields.ts";
import { pageQuery } from "../../ground/http/pagination.ts";
import { SOURCE_STATUSES, type SourceStatus } from "../../ground/model/evidence.ts";
import type { HeaderMap } from "./columns.ts";
import { DATE_ORDERS } from "../../ground/file/date-order.ts";
import { FIELDS, PRESET_NAMES } from "./preset.ts";
import { ROW_CLASSES } from "../../ground/model/reconciliation.ts";

/** Longest header, and longest `map`. */
const MAX_HEADER = 255;
const MAX_MAP = 4_000;

/** Rows that one request may select by their numbers. */
const MAX_ROWS = 1_000;

const boolean = z.enum(["true", "false"]);

const headerMap = z.partialRecord(z.enum(FIELDS), z.string().trim().min(1).max(MAX_HEADER).nullable());

/** A map of headers as JSON in the query. */
const mapField = z
  .string()
  .max(MAX_MAP)
  .transform((text, context): HeaderMap => {
    const read = headerMap.safeParse(jsonOf(text));
    if (read.success) return read.data;
    context.addIssue({ code: "custom", message: `must be a JSON object of fields (${FIELDS.join(", ")}) and headers` });
    return z.NEVER;
  })
  .openapi({
    type: "string",
    description: "Headers that differ from the preset's, as JSON; `null`: the file lacks the field.",
    example: '{"order_id": "Id", "codes": null}',
  });

/** What a shop's own statuses mean, as JSON in the query. */
const statusesField = z
  .string()
  .max(MAX_MAP)
  .transform((text, context): Record<string, SourceStatus> => {
    const read = z.record(z.string().trim().min(1).max(MAX_HEADER), z.enum(SOURCE_STATUSES)).safeParse(jsonOf(text));
    if (read.success) return read.data;
    const message = `must be a JSON object of the shop's words and what they mean (${SOURCE_STATUSES.join(", ")})`;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  })
  .openapi({
    type: "string",
    description: "What statuses mean that the preset doesn't know, as JSON.",
    example: '{"Shipped by drone": "paid"}',
  });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Query of `POST /reconciliations`. */
export const uploadQuery = z
  .strictObject({
    store: idField("store"),
    dryRun: boolean
      .default("false")
      .openapi({ description: "It can't be applied, and is deleted after 7 days, unless it is kept." }),
    preset: z.enum(PRESET_NAMES).optional().openapi({
      description: "Whose export it is. By default the header tells; JSON is `generic`.",
    }),
    from: timeField.optional().openapi({
      description: "Orders placed at or after this should be in the file. By default its earliest day.",
    }),
    to: timeField.optional().openapi({
      description: "Orders placed before this should be in the file. By default the end of its latest day.",
    }),
    map: mapField.optional(),
    dateOrder: z.enum(DATE_ORDERS).optional().openapi({
      description:
        "What comes first in dates such as 03/11/2026: `mdy` the month, `dmy` the day. By default the file's other dates tell; it is refused if they don't.",
    }),
    statuses: statusesField.optional(),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || msOf(from) < endMsOf(to), {
    path: ["to"],
    message: "must be after from",
  });

/** Query of the list of reconciliations. */
export const listQuery = pageQuery.extend({
  store: idField("store").optional(),
  open: boolean.optional().openapi({
    description: "`true`: only each store's last comparison, if it has differences that nobody applied.",
  }),
});

const money = z.object({ amountMinor: z.int(), currency: z.string() }).openapi("Money");

/** An amount that may be too large for JSON's numbers. */
const sum = z
  .object({
    amountMinor: z.int().nullable().openapi({ description: "`null`: it is past what JSON's numbers hold exactly." }),
    currency: z.string(),
  })
  .openapi("MoneySum");

/** A reconciliation as lists show it. */
export const reconciliationSchema = z
  .object({
    id: idField("reconciliation"),
    storeId: idField("store"),
    status: z.enum(["receiving", "classifying", "ready", "applying", "failed"]),
    dryRun: z.boolean(),
    preset: z.enum(PRESET_NAMES),
    format: z.enum(["csv", "json"]),
    fileHash: z.string().nullable().openapi({ description: "SHA-256 of the file, hex." }),
    bytes: z.int(),
    progress: z
      .object({ rows: z.int(), classified: z.int(), selected: z.int(), applied: z.int() })
      .openapi({ description: "Rows of the file, and how many have their class, were selected and were worked off." }),
    from: timeOut.nullable().openapi({ description: "Orders placed from here on should be in the file." }),
    to: timeOut.nullable().openapi({ description: "To before this. `null`: no order was looked for in the file." }),
    sameFileAs: idField("reconciliation").nullable().openapi({
      description: "The store's last reconciliation with the very same file before this one.",
    }),
    failure: z.string().nullable(),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("Reconciliation");

/** A reconciliation with what it came to. */
export const reconciliationDetail = reconciliationSchema
  .extend({
    counts: z
      .partialRecord(z.enum(ROW_CLASSES), z.int())
      .openapi({ description: "Rows by class; orders that the store lacks among them." }),
    totals: z
      .partialRecord(
        z.enum(ROW_CLASSES),
        z.object({
          store: z.array(sum).openapi({ description: "Totals of the orders as the store has them." }),
          tracker: z.array(sum).openapi({ description: "As they were tracked when they were compared." }),
        }),
      )
      .nullable()
      .openapi({ description: "By class and currency; `null` while it runs." }),
    warning: z.string().nullable().openapi({
      description:
        "Why applying it has to be confirmed: nearly nothing matches. `null`: it needn't, or isn't known yet.",
    }),
  })
  .openapi("ReconciliationDetail");

/** Query of the list of discrepancies. */
export const discrepancyQuery = pageQuery.extend({
  class: z
    .enum(ROW_CLASSES)
    .optional()
    .openapi({ description: "By default all but `matched`, one class after another." }),
  format: z.enum(["json", "csv"]).default("json").openapi({ description: "`csv` has all pages in one." }),
});

/** A row of an export, and what comparing it came to. */
export const discrepancySchema = z
  .object({
    n: z.int().openapi({ description: "Its place in the file, from 1. Orders that the file lacks come after it." }),
    externalId: z.string().nullable(),
    class: z.enum(ROW_CLASSES),
    orderId: idField("order").nullable(),
    store: z
      .object({
        placedAt: timeOut.nullable(),
        total: money,
        subtotal: money.nullable(),
        discount: money.nullable(),
        shipping: money.nullable(),
        tax: money.nullable(),
        refunded: money.nullable(),
        status: z.enum(SOURCE_STATUSES).nullable(),
        unknownStatus: z.string().nullable().openapi({ description: "The store's own word, if nobody knows it." }),
        codes: z.array(z.string()),
      })
      .nullable()
      .openapi({ description: "What the row says; `null`: it can't be read, or is no row of the file." }),
    fault: z.string().nullable().openapi({ description: "Why it can't be read." }),
    differences: z.array(
      z.object({
        field: z.enum(["order", "currency", "total", "subtotal", "refunded", "status"]),
        store: z.union([z.string(), z.int()]).nullable(),
        tracker: z.union([z.string(), z.int()]).nullable(),
      }),
    ),
    selectedAt: timeOut.nullable(),
    appliedAt: timeOut.nullable(),
    outcome: z.string().nullable().openapi({ description: "What applying it came to.", example: "recorded" }),
  })
  .openapi("Discrepancy");

/** Body of `POST /reconciliations/{id}/apply`. */
export const reconciliationApply = z
  .strictObject({
    classes: z.array(z.enum(ROW_CLASSES)).min(1).max(ROW_CLASSES.length).optional(),
    rows: z
      .array(z.int().min(1).max(Number.MAX_SAFE_INTEGER))
      .min(1)
      .max(MAX_ROWS)
      .optional()
      .openapi({ description: "Numbers of rows (`n`), beside those of the classes." }),
    confirmUnmatched: z.boolean().default(false).openapi({
      description: "Apply it though nearly nothing of the file or of what was tracked matches.",
    }),
  })
  .refine(({ classes, rows }) => classes !== undefined || rows !== undefined, {
    path: ["classes"],
    message: "is needed unless rows are named",
  })
  .openapi("ReconciliationApply");

/** Validated {@link uploadQuery}. */
export type UploadQuery = z.infer<typeof uploadQuery>;
/** See {@link reconciliationSchema}. */
export type Reconciliation = z.infer<typeof reconciliationSchema>;
/** See {@link reconciliationDetail}. */
export type ReconciliationDetail = z.infer<typeof reconciliationDetail>;
/** See {@link discrepancySchema}. */
export type Discrepancy = z.infer<typeof discrepancySchema>;
/** Validated {@link reconciliationApply}. */
export type ReconciliationApply = z.infer<typeof reconciliationApply>;
