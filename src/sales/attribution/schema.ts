import * as z from "../../ground/http/zod.ts";
import { idField, timeField } from "../../ground/http/fields.ts";
import { METHODS } from "../../ground/model/attribution.ts";
import { MODELS } from "./attribute.ts";

/** Most orders that one simulation looks at. */
export const MAX_SIMULATED = 10_000;

/** Most changed orders that one simulation lists. */
export const MAX_CHANGES = 200;

const momentField = timeField.optional();

const modelField = z.enum(MODELS);
const customerClicksField = z.enum(["confirmed", "any"]);
const windowField = z.int().min(1).max(400);

/** Body of `POST /attribution/simulate`. */
export const simulationRequest = z
  .strictObject({
    storeId: idField("store"),
    policy: z
      .strictObject({
        model: modelField.optional(),
        windowDays: windowField.optional(),
        codePriority: z.boolean().optional(),
        customerClicks: customerClicksField.optional(),
      })
      .openapi({ description: "What is left out is as the store has it now." }),
    from: momentField.openapi({
      description: "When the first orders were placed: a date (UTC) or a time. Default: 30 days.",
      example: "2026-11-01",
    }),
    to: momentField.openapi({
      description: "A date (that day is in) or a time (that moment is not). Default: today.",
      example: "2026-11-30",
    }),
    limit: z.int().min(1).max(MAX_SIMULATED).default(MAX_SIMULATED).openapi({ description: "Orders, newest first." }),
    cursor: z.string().min(1).max(200).optional().openapi({ description: "`nextCursor` of the call before." }),
  })
  .openapi("AttributionSimulationRequest");

const moneySchema = z.object({ amountMinor: z.int(), currency: z.string() });

const outcomeSchema = z.object({
  creatorId: idField("creator").nullable().openapi({ description: "The owner; `null`: nobody." }),
  method: z.enum(METHODS).nullable(),
  shares: z.array(
    z.object({
      creatorId: idField("creator"),
      campaignId: idField("campaign").nullable(),
      planId: idField("plan").nullable(),
      linkId: idField("link").nullable(),
      codeId: idField("code").nullable(),
      weight: z.object({ numerator: z.int(), denominator: z.int() }),
      amountMinor: z.int().nullable(),
    }),
  ),
});

const creditSchema = z.object({ orders: z.int().min(0), totals: z.array(moneySchema) });

/** What another policy would make of past orders. */
export const simulationResult = z
  .object({
    policy: z.object({
      model: modelField,
      windowDays: windowField,
      codePriority: z.boolean(),
      customerClicks: customerClicksField,
    }),
    range: z.object({ from: z.string(), to: z.string() }),
    orders: z.int().min(0).openapi({ description: "Orders that were looked at." }),
    changed: z.int().min(0).openapi({ description: "Those of which anybody's part, or the method, would differ." }),
    changes: z
      .array(
        z.object({
          orderId: idField("order"),
          externalId: z.string(),
          total: moneySchema.nullable(),
          before: outcomeSchema,
          after: outcomeSchema,
          decision: z.string().openapi({ description: "Why, under the other policy." }),
        }),
      )
      .openapi({ description: `The first ${MAX_CHANGES} of them.` }),
    byCreator: z
      .array(z.object({ creatorId: idField("creator").nullable(), before: creditSchema, after: creditSchema }))
      .openapi({ description: "An order that is split counts for each of its creators, with their part." }),
    nextCursor: z.string().nullable().openapi({ description: "Where the next call goes on; `null`: that was all." }),
  })
  .openapi("AttributionSimulation");

/** See {@link simulationResult}. */
export type SimulationResult = z.infer<typeof simulationResult>;
