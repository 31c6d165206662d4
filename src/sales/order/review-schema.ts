import * as z from "../../ground/http/zod.ts";
import { decisionsOf, MAX_DECIDED } from "../../ground/http/bulk.ts";
import { idField, idsField, textField, timeOut } from "../../ground/http/fields.ts";
import type { ShownStatus } from "./state.ts";

/** Longest reason of a decision. */
export const MAX_REASON = 500;

/** Where an order may stand, as the API shows it. */
export const ORDER_STATUSES = [
  "received",
  "contested",
  "pending",
  "approved",
  "locked",
  "payable",
  "paid",
  "disputed",
  "declined",
  "orphan",
  "test",
] as const satisfies ShownStatus[];

/** A decision on whether an order's commission is owed, by hand or by an import. */
export const reviewSchema = z
  .object({
    decision: z.enum(["approved", "declined", "disputed"]),
    reason: z.string(),
    actor: z.string().openapi({ description: "Id of the API key, or `bootstrap`." }),
    at: timeOut,
    reconciliationId: idField("reconciliation").nullable().openapi({
      description:
        "The reconciliation whose export lacks the order: what it declined comes back once the shop reports the order again. `null`: decided by hand.",
    }),
  })
  .openapi("OrderReview");

/** One step of an order's history. */
export const orderStep = z
  .object({
    time: timeOut,
    from: z.enum(ORDER_STATUSES).nullable().openapi({ description: "`null`: it was recorded." }),
    to: z.enum(ORDER_STATUSES),
    cause: z.enum(["source", "rule", "admin", "period", "payout"]).openapi({
      description:
        "`source`: what the shop reported; `rule`: its hold is over; `admin`: a decision by hand; `period`: its period was locked; `payout`: a payout run took, paid or freed its commission.",
    }),
    actor: z.string().nullable().openapi({ description: "Id of the API key, or `bootstrap`; `null`: not by hand." }),
    reason: z.string().nullable(),
    periodId: idField("period").nullable(),
    payoutId: idField("payout").nullable(),
  })
  .openapi("OrderStep");

/** Body of `POST /orders/{id}/approve`, `…/decline` and `…/dispute`. */
export const orderReview = z
  .strictObject({ reason: textField(MAX_REASON).openapi({ description: "Is kept with the order and its history." }) })
  .openapi("OrderReviewRequest");

/** Body of `POST /orders/bulk`. */
export const orderDecisions = z
  .strictObject({
    action: z.enum(["approve", "decline", "dispute"]),
    ids: idsField("order", MAX_DECIDED),
    reason: textField(MAX_REASON).optional().openapi({
      description: "Is kept with each order and its history; a dry run needs none.",
    }),
    dryRun: z.boolean().default(false).openapi({ description: "Whether it is only said what would become of them." }),
  })
  .refine(({ reason, dryRun }) => dryRun || reason !== undefined, { path: ["reason"], message: "is missing" })
  .openapi("OrderDecisions");

/** What became of the orders of {@link orderDecisions}. */
export const decidedOrders = decisionsOf(idField("order"), z.enum(ORDER_STATUSES)).openapi("DecidedOrders");

/** A validated {@link orderDecisions}. */
export type OrderDecisions = z.infer<typeof orderDecisions>;
/** See {@link decidedOrders}. */
export type DecidedOrders = z.infer<typeof decidedOrders>;
/** See {@link orderStep}. */
export type OrderStep = z.infer<typeof orderStep>;
