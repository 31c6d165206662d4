import * as z from "../../ground/http/zod.ts";
import { timeOut } from "../../ground/http/fields.ts";
import { TRIGGER_TYPES } from "../../ground/model/conversion.ts";

const money = z.object({ amountMinor: z.int(), currency: z.string() });

/** What a definition would have come to. */
export const previewSchema = z
  .object({
    from: timeOut,
    to: timeOut,
    looked: z
      .object({ events: z.int(), orders: z.int(), conversions: z.int(), contacts: z.int() })
      .openapi({ description: "What was looked at, the newest first; 20,000 of each at most." }),
    partial: z
      .boolean()
      .openapi({ description: "Whether there was more than was looked at: it would have been more." }),
    met: z.int().openapi({ description: "Conversions that would have been recorded." }),
    counted: z.int().openapi({ description: "Of these, those that would have counted, by the limit." }),
    converters: z.int().openapi({ description: "Different contacts and visitors among those who met it." }),
    notToldApart: z.int().openapi({ description: "Of `met`, those without consent, whom nobody can tell apart." }),
    byTrigger: z.array(
      z.object({
        index: z.int(),
        type: z.enum(TRIGGER_TYPES),
        summary: z.string(),
        met: z
          .int()
          .nullable()
          .openapi({ description: "As the first trigger that was met; `null`: it can't be told." }),
        note: z.string().nullable(),
      }),
    ),
    value: money.nullable().openapi({ description: "Of those that would have counted; `null`: it has no value." }),
    valueless: z.int().openapi({ description: "Those that would have counted and have no value, though they should." }),
    samples: z
      .array(
        z.object({
          time: timeOut,
          trigger: z.int(),
          kind: z.string(),
          name: z.string().nullable(),
          page: z.string().nullable(),
          contactId: z.string().nullable(),
          trust: z.enum(["claimed", "confirmed"]),
          value: money.nullable(),
          valueNote: z.string().nullable(),
          counted: z.boolean(),
        }),
      )
      .openapi({ description: "The newest ones, 10 at most." }),
  })
  .openapi("ConversionPreview");

/** See {@link previewSchema}. */
export type Preview = z.infer<typeof previewSchema>;
