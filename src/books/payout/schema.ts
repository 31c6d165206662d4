import * as z from "../../ground/http/zod.ts";
import { DEFAULT_PREFIX, MAX_PREFIX } from "./reference.ts";
import { currencyField, dayField, idField, textField, timeOut } from "../../ground/http/fields.ts";

/** Why what is booked isn't in a run, in the order in which a reason is looked for. */
export const WAITING_CODES = [
  "in_draft",
  "other_currency",
  "disputed",
  "unsettled",
  "rate_missing",
  "period_open",
  "held",
  "below_minimum",
] as const;

/** Longest note, reason and reference. */
const MAX_TEXT = 500;
/** Longest hold, days. */
const MAX_HOLD_DAYS = 365;
/** Creators that one run may be narrowed to. */
const MAX_CREATORS = 1000;
/** Lines that a planned run shows at once. */
export const SHOWN_LINES = 1000;

/** Where a payout run stands. */
const PAYOUT_STATUSES = ["draft", "paid", "cancelled", "reversed"] as const;

const money = z.object({ amountMinor: z.int(), currency: z.string() });

/** Body of `POST /payouts` and `POST /payouts/preview`. */
export const newPayout = z
  .strictObject({
    storeId: idField("store"),
    currency: currencyField.optional().openapi({ description: "Default: the store's." }),
    minimum: z
      .union([z.number(), z.string().max(40)], { error: "must be a number or a decimal such as 12.50" })
      .default(0)
      .openapi({
        description: "In the currency's major unit. Creators who are owed less wait for a later run.",
        example: 25,
      }),
    holdDays: z.int().min(0).max(MAX_HOLD_DAYS).default(0).openapi({
      description: "Entries booked less than this ago wait for a later run.",
    }),
    creatorIds: z
      .array(idField("creator"))
      .min(1)
      .max(MAX_CREATORS)
      .optional()
      .openapi({ description: "Default: all who are owed something." }),
    note: textField(MAX_TEXT).nullable().default(null),
    referencePrefix: z
      .string()
      .max(MAX_PREFIX)
      .regex(/^[A-Za-z0-9]+$/, "must be letters and digits of ASCII")
      .optional()
      .openapi({
        description: `What the references of its payments begin with. Default: ${DEFAULT_PREFIX}.`,
        example: "LINEN",
      }),
  })
  .openapi("NewPayout");

/** Body of `POST /payouts/{id}/pay`; it may be left out. */
export const payoutPayment = z
  .strictObject({
    reference: textField(MAX_TEXT).optional().openapi({ description: "What the payment is known by elsewhere." }),
  })
  .nullable()
  .openapi("PayoutPayment");

/** Body of `POST /payouts/{id}/cancel` and `POST /payouts/{id}/reverse`. */
export const payoutClosing = z
  .strictObject({ reason: textField(MAX_TEXT).openapi({ description: "Is kept with the run." }) })
  .openapi("PayoutClosing");

/** Filters of the list of payout runs; all that are given must match. */
export const payoutFilters = z.object({
  store: idField("store").optional(),
  status: z.enum(PAYOUT_STATUSES).optional(),
});

/** Query of an export. */
export const exportQuery = z
  .strictObject({
    format: z.enum(["csv", "json", "sepa"]).default("csv"),
    skip: z.literal("missing").optional().openapi({
      description: "For `sepa`: creators who can't be paid by it are left out, as the header `Waymark-Left-Out` tells.",
    }),
    executeOn: dayField.optional().openapi({
      description: "For `sepa`: the day on which the bank is to pay; today, by the store's time zone, if left out.",
    }),
  })
  .superRefine(({ format, ...sepa }, context) => {
    if (format === "sepa") return;
    for (const [name, value] of Object.entries(sepa)) {
      if (value !== undefined) context.addIssue({ code: "custom", path: [name], message: "is for format=sepa alone" });
    }
  });

const terms = {
  storeId: idField("store"),
  currency: z.string(),
  minimum: money,
  holdDays: z.int(),
  total: money,
  creators: z.int().openapi({ description: "Who are paid." }),
  entries: z.int().openapi({ description: "Of the ledger that are paid." }),
};

/** What a payout run pays one creator. */
export const payoutLine = z
  .object({
    creatorId: idField("creator"),
    name: z.string(),
    email: z.string().nullable(),
    externalId: z.string().nullable(),
    amount: money,
    entries: z.int().openapi({ description: "Of the ledger that sum to the amount." }),
    method: z.enum(["sepa", "paypal", "other"]).nullable().openapi({
      description: "How the creator is paid (`PUT /creators/{id}/payout-details`); `null`: nobody said.",
    }),
    proposalId: idField("detailProposal").nullable().openapi({
      description:
        "Another account that the creator entered, which waits to be confirmed: until then the run pays what is in force. `null`: none waits.",
    }),
    reference: z.string().nullable().openapi({
      description: "What the payment is known by from end to end: no other has it, and it stays. `null`: of a preview.",
      example: "WM-06C4V8E5M1K2N3P4-17",
    }),
  })
  .openapi("PayoutLine");

/** A payout run as the API shows it. */
export const payoutSchema = z
  .object({
    id: idField("payout"),
    status: z.enum(PAYOUT_STATUSES).openapi({
      description: "`cancelled`: a draft was given up; `reversed`: it was paid, and that was undone.",
    }),
    ...terms,
    note: z.string().nullable(),
    reference: z.string().nullable(),
    createdAt: timeOut,
    createdBy: z.string().openapi({ description: "Id of the API key, or `bootstrap`." }),
    paidAt: timeOut.nullable(),
    closedAt: timeOut.nullable().openapi({ description: "When it was cancelled or reversed." }),
    closedReason: z.string().nullable(),
  })
  .openapi("Payout");

const shownLines = z.array(payoutLine).openapi({ description: `The first ${SHOWN_LINES}, newest creator first.` });

/** What a run leaves for a later one. */
const waitingSchema = z.object({
  code: z.enum(WAITING_CODES).openapi({
    description:
      "`rate_missing`: its commission can't be said now, since a change of the rule or the order needs an exchange rate that is missing. What is booked of it is held until it is there.",
  }),
  detail: z.string().openapi({ description: "Why, and what there is to be done about it." }),
  amount: money,
  creators: z.int(),
});

const waiting = z
  .array(waitingSchema)
  .openapi({ description: "What else the store owes, and why it isn't in the run; what creators owe is left out." });

/** A new payout run, with what it pays. */
export const payoutDraft = payoutSchema.extend({ lines: shownLines, waiting }).openapi("PayoutDraft");

/** What a payout run would pay. */
export const payoutPreview = z.object({ ...terms, lines: shownLines, waiting }).openapi("PayoutPreview");

/** An export of a payout run as JSON. */
export const payoutExport = payoutSchema.extend({ lines: z.array(payoutLine) }).openapi("PayoutExport");

/** An entry of the ledger that a payout run pays. */
export const payoutEntry = z
  .object({
    id: idField("ledger"),
    creatorId: idField("creator"),
    orderId: idField("order").nullable(),
    conversionId: idField("conversion").nullable(),
    type: z.enum(["accrual", "adjustment", "reversal", "clawback", "bonus"]),
    amount: money,
    reason: z.string(),
    time: timeOut.openapi({ description: "When it was booked." }),
  })
  .openapi("PayoutEntry");

/** A validated {@link newPayout}. */
export type NewPayout = z.infer<typeof newPayout>;
/** Validated {@link payoutFilters}. */
export type PayoutFilters = z.infer<typeof payoutFilters>;
/** See {@link payoutSchema}. */
export type Payout = z.infer<typeof payoutSchema>;
/** See {@link payoutDraft}. */
export type PayoutDraft = z.infer<typeof payoutDraft>;
/** See {@link payoutPreview}. */
export type PayoutPreview = z.infer<typeof payoutPreview>;
/** See {@link payoutPreview}. */
export type PayoutWaiting = z.infer<typeof waitingSchema>;
/** See {@link payoutLine}. */
export type PayoutLine = z.infer<typeof payoutLine>;
/** See {@link payoutEntry}. */
export type PayoutEntry = z.infer<typeof payoutEntry>;
