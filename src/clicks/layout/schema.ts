import * as z from "../../ground/http/zod.ts";
import { timeOut } from "../../ground/http/fields.ts";
import { MAX_LOGS } from "../log/logs-store.ts";

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, "must be a date, such as 2026-12-01")
  .refine((text) => !Number.isNaN(Date.parse(text)), "must be a date that there is")
  .openapi({ example: "2026-12-01", description: "A UTC day." });

/** Body of `POST /click-log/layouts`. */
export const layoutRequest = z.strictObject({
  databases: z.int().min(0).max(MAX_LOGS).openapi({
    description: "`CLICKS_1` to `CLICKS_n`; 0: `DB` alone.",
  }),
  sinceDay: day.optional().openapi({
    description:
      "From when on clicks go there, by their time. Default: the next midnight (UTC) that is two hours away or more; at once while nothing was ever logged.",
  }),
});

/** Over how many databases clicks are spread from a day on. */
export const layoutSchema = z
  .object({ sinceDay: day, databases: z.int(), createdAt: timeOut })
  .openapi("ClickLogLayout");

/** One database of the log. */
export const logDatabaseSchema = z
  .object({
    binding: z.string().openapi({ example: "CLICKS_1" }),
    bytes: z.int().nullable().openapi({ description: "Its size; D1 ends at 10 GB." }),
    waiting: z.int().nullable().openapi({ description: "Clicks that no sum has yet." }),
    failure: z.string().nullable().openapi({
      description: "Why it can't be read; clicks that belong there wait in the queue until it can.",
    }),
  })
  .openapi("ClickLogDatabase");

/** How the log is laid out. */
export const layoutsSchema = z
  .object({
    layouts: z.array(layoutSchema).openapi({ description: "The latest first; before the first, all are in `DB`." }),
    databases: z.array(logDatabaseSchema).openapi({ description: "All that are bound, `DB` first." }),
  })
  .openapi("ClickLogLayouts");

/** See {@link layoutSchema}. */
export type Layout = z.infer<typeof layoutSchema>;
/** See {@link logDatabaseSchema}. */
export type LogDatabase = z.infer<typeof logDatabaseSchema>;
