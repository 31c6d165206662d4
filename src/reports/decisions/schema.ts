import * as z from "../../ground/http/zod.ts";
import { idField, timeOut } from "../../ground/http/fields.ts";
import { DECISION_KINDS, SEVERITIES } from "./kinds.ts";

/** Query of `GET /decisions`. */
export const decisionsQuery = z.strictObject({
  store: idField("store").optional().openapi({ description: "Only what waits in this store." }),
});

const kindField = z.enum(DECISION_KINDS);

/** Answer of `GET /decisions`. */
export const decisionsAnswer = z
  .object({
    data: z
      .array(
        z.object({
          kind: kindField,
          severity: z.enum(SEVERITIES),
          count: z.int().min(1),
          more: z.boolean().openapi({ description: "Whether there are more: counting ends at 1,000." }),
          oldestAt: timeOut.openapi({ description: "Since when the oldest of those counted waits." }),
          sums: z
            .array(z.object({ currency: z.string(), amountMinor: z.int() }))
            .openapi({ description: "What orders, or draft runs, come to, by currency; empty where there is more." }),
          samples: z
            .array(
              z.object({
                id: z.string(),
                name: z.string(),
                storeId: idField("store").nullable(),
                aboutId: z.string().nullable().openapi({
                  description: "What it is of: a creator's campaign, the code of an alarm, the link of a report.",
                }),
                time: timeOut,
              }),
            )
            .openapi({ description: "The oldest three." }),
          list: z.string().openapi({
            description: "Path and query of the API's list of just these.",
            example: "/api/v1/orders?status=disputed",
          }),
        }),
      )
      .openapi({ description: "Kinds of which something waits, the most urgent first." }),
    hidden: z
      .array(
        z.object({
          kind: kindField,
          scope: z.string().nullable().openapi({
            description: "The scope that the key lacks; `null`: it is of no store, and one was asked for.",
          }),
        }),
      )
      .openapi({ description: "Kinds that weren't looked at." }),
  })
  .openapi("Decisions");

/** See {@link decisionsAnswer}. */
export type Decisions = z.infer<typeof decisionsAnswer>;
