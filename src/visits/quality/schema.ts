import { idField, timeOut } from "../../ground/http/fields.ts";
import * as z from "../../ground/http/zod.ts";

/** Query of `GET /stores/{id}/quality`. */
export const qualityQuery = z.strictObject({
  days: z.coerce.number().int().min(1).max(90).default(7).openapi({
    description: "Days back from now, today (UTC) among them.",
  }),
});

/** What became of what a store's pages told. */
export const qualitySchema = z
  .object({
    plan: z
      .object({ id: idField("taggingPlan"), name: z.string(), version: z.int() })
      .nullable()
      .openapi({ description: "The active one; `null`: nothing is expected." }),
    days: z.int(),
    data: z.array(
      z.object({
        kind: z.string().openapi({ description: "As pages tell it.", example: "click" }),
        rule: z.string().nullable().openapi({ description: "The plan's rule by its id, or the step by its name." }),
        event: z.string().nullable().openapi({ description: "What it is counted as." }),
        planned: z.boolean().openapi({ description: "`false`: the active plan has no such thing." }),
        seen: z.int().openapi({ description: "All that came: the sum of what follows." }),
        valid: z.int().openapi({ description: "Counted." }),
        refused: z
          .object({ unplanned: z.int(), no_consent: z.int(), missing: z.int(), malformed: z.int() })
          .openapi({ description: "Not counted, by why: see docs/visits.md." }),
        duplicates: z.int(),
        implausible: z.int().openapi({ description: "More than can have happened." }),
        bots: z.int(),
        firstAt: timeOut.nullable(),
        lastAt: timeOut.nullable(),
        silentSince: timeOut
          .nullable()
          .openapi({ description: "It used to come, and hasn't since then: the alarm `tagging_silent`." }),
      }),
    ),
  })
  .openapi("VisitQuality");

/** See {@link qualitySchema}. */
export type VisitQuality = z.infer<typeof qualitySchema>;
