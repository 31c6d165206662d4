import * as z from "../../ground/http/zod.ts";
import { decisionsOf, MAX_DECIDED } from "../../ground/http/bulk.ts";
import { idField, idsField, textField, timeOut } from "../../ground/http/fields.ts";
import type {
  ConversionCommission as CommissionState,
  ConversionOrigin,
  UncountedReason,
} from "../../ground/model/conversion.ts";
import { entrySchema } from "../ledger/schema.ts";
import type { Hindrance } from "./decide.ts";

/** Longest reason of a decision. */
const MAX_REASON = 500;

/** Where a conversion's commission may stand. */
export const COMMISSION_STATES = ["none", "pending", "approved", "declined"] as const satisfies CommissionState[];

/** How a conversion may have come to be. */
export const ORIGINS = ["live", "backfill", "manual"] as const satisfies ConversionOrigin[];

/** Why a conversion may not count. */
export const UNCOUNTED = ["limit", "withdrawn"] as const satisfies UncountedReason[];

const HINDRANCES = [
  "backfill",
  "no_rate",
  "limit",
  "withdrawn",
  "contested",
  "uncredited",
] as const satisfies Hindrance[];

/** Body of `POST /conversions/{id}/approve` and `…/decline`; it may be left out. */
export const conversionReview = z
  .strictObject({
    reason: textField(MAX_REASON).optional().openapi({ description: "Is kept with the conversion." }),
  })
  .nullable()
  .openapi("ConversionReviewRequest");

/** Body of `POST /conversions/bulk`. */
export const conversionDecisions = z
  .strictObject({
    action: z.enum(["approve", "decline"]),
    ids: idsField("conversion", MAX_DECIDED),
    reason: textField(MAX_REASON).optional().openapi({ description: "Is kept with each conversion." }),
    dryRun: z.boolean().default(false).openapi({ description: "Whether it is only said what would become of them." }),
  })
  .openapi("ConversionDecisions");

/** What became of the conversions of {@link conversionDecisions}. */
export const decidedConversions = decisionsOf(idField("conversion"), z.enum(COMMISSION_STATES)).openapi(
  "DecidedConversions",
);

/** A decision by hand on what a conversion earns, as the API shows it. */
export const shownReview = z
  .object({
    decision: z.enum(["approved", "declined"]),
    reason: z.string().nullable(),
    actor: z.string().openapi({ description: "Id of the API key, or `bootstrap`." }),
    at: timeOut,
  })
  .openapi("ConversionReview");

/** What creators earn by a conversion, as the API shows it. */
export const conversionCommission = z
  .object({
    id: idField("conversion"),
    definitionId: idField("definition"),
    storeId: idField("store"),
    time: timeOut,
    trust: z.enum(["claimed", "confirmed"]),
    origin: z.enum(ORIGINS),
    state: z.enum(COMMISSION_STATES).openapi({ description: "`none`: no plan pays for it." }),
    hindrance: z.enum(HINDRANCES).nullable().openapi({
      description:
        "Why nothing can be owed for it, whoever approves it: `backfill`: it was made of the past; `no_rate`: no plan pays for it; `limit`: the contact had as many as it may; `withdrawn`: what made it is undone; `contested`: browsers claim it for different creators; `uncredited`: it is nobody's.",
    }),
    dueAt: timeOut.nullable().openapi({ description: "When the rule approves it; `null`: not by itself." }),
    approvedAt: timeOut.nullable(),
    review: shownReview.nullable().openapi({ description: "A decision by hand, which outranks the rule." }),
    commissions: z.array(
      z.object({
        creatorId: idField("creator"),
        planId: idField("plan"),
        amount: z.object({ amountMinor: z.int(), currency: z.string() }),
        holdDays: z.int().nullable(),
      }),
    ),
  })
  .openapi("ConversionCommission");

/** The same with what was booked for it. */
export const bookedCommission = conversionCommission
  .extend({ entries: z.array(entrySchema).openapi({ description: "What was booked for it, oldest first." }) })
  .openapi("BookedConversionCommission");

/** See {@link conversionCommission}. */
export type ConversionCommission = z.infer<typeof conversionCommission>;
/** See {@link bookedCommission}. */
export type BookedCommission = z.infer<typeof bookedCommission>;
/** A validated {@link conversionDecisions}. */
export type ConversionDecisions = z.infer<typeof conversionDecisions>;
/** See {@link decidedConversions}. */
export type DecidedConversions = z.infer<typeof decidedConversions>;
