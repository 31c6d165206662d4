import * as z from "../../ground/http/zod.ts";
import { idField, timeField } from "../../ground/http/fields.ts";

/** Query of every export. */
export const exportQuery = z.strictObject({
  from: timeField.optional().openapi({ description: "First moment. Default: the first there is." }),
  to: timeField.optional().openapi({ description: "The moment before which it ends. Default: now." }),
  store: idField("store").optional(),
  format: z.enum(["ndjson", "csv"]).default("ndjson"),
});

/** The last line of every export as NDJSON. */
export const exportEnd = z
  .object({ end: z.literal(true), rows: z.int().openapi({ description: "The number of lines before this one." }) })
  .openapi("ExportEnd");

/** Validated {@link exportQuery}. */
export type ExportQuery = z.infer<typeof exportQuery>;
