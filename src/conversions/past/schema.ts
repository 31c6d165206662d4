import * as z from "../../ground/http/zod.ts";
import { idField, timeField, timeOut } from "../../ground/http/fields.ts";

/** Body of `POST /conversion-definitions/{id}/backfill`. */
export const backfillRequest = z
  .strictObject({
    from: timeField.optional().openapi({ description: "How far back: 90 days if left out, and for events at most." }),
    confirm: z.int().min(0).optional().openapi({
      description: "The number of conversions that it makes, as the answer without it says.",
    }),
  })
  .openapi("BackfillRequest");

/** How far a definition is applied to the past. */
export const backfillSchema = z
  .object({
    definitionId: idField("definition"),
    state: z.enum(["running", "done", "cancelled"]).openapi({ description: "`cancelled`: it was archived meanwhile." }),
    from: timeOut,
    to: timeOut.openapi({
      description: "When the definition began to count: what came since is counted as it comes.",
    }),
    expected: z
      .int()
      .openapi({ description: "What was counted before it began, of which the limit is not looked at." }),
    seen: z.int().openapi({ description: "Events, orders and conversions that were looked at so far." }),
    made: z.int().openapi({ description: "Conversions that were made so far." }),
    startedAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("Backfill");

/** See {@link backfillRequest}. */
export type BackfillRequest = z.infer<typeof backfillRequest>;

/** See {@link backfillSchema}. */
export type Backfill = z.infer<typeof backfillSchema>;
