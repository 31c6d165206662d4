import * as z from "../../ground/http/zod.ts";
import { idField, textField, timeField, timeOut } from "../../ground/http/fields.ts";

/** Longest note. */
const MAX_NOTE = 500;

const noteField = textField(MAX_NOTE).nullable();
const endField = timeField.openapi({ description: "Its end: what is booked at this moment or later isn't in it." });

/** Body of `POST /periods`. */
export const newPeriod = z
  .strictObject({
    storeId: idField("store"),
    to: endField,
    note: noteField.default(null),
  })
  .openapi("NewPeriod");

/** Body of `PATCH /periods/{id}`. */
export const periodPatch = z
  .strictObject({
    to: endField.openapi({ description: "Of the store's last period alone." }),
    note: noteField,
  })
  .partial()
  .openapi("PeriodPatch");

/** Body of `POST /periods/{id}/lock`; it may be left out. */
export const periodLock = z
  .strictObject({ note: noteField.optional().openapi({ description: "Takes the place of the one it has." }) })
  .nullable()
  .openapi("PeriodLock");

/** Filters of the list of periods. */
export const periodFilters = z.object({
  store: idField("store").optional(),
  state: z
    .enum(["open", "due", "locked"])
    .optional()
    .openapi({ description: "`due`: it is over and not locked, so that it can be." }),
});

/** Validated {@link periodFilters}. */
export type PeriodFilters = z.infer<typeof periodFilters>;

const minor = z.int().openapi({ description: "In minor units." });

/** What was booked in a period in one currency. Each amount is the sum of its entries with their signs. */
const periodTotals = z
  .object({
    currency: z.string(),
    accruedMinor: minor,
    adjustedMinor: minor,
    reversedMinor: minor,
    clawedBackMinor: minor,
    bonusesMinor: minor,
    paidMinor: minor.openapi({ description: "Negative: what was paid lessens what is owed." }),
    sumMinor: minor.openapi({ description: "Of all the others." }),
    entries: z.int(),
  })
  .openapi("PeriodTotals");

/** A period as the API shows it. */
export const periodSchema = z
  .object({
    id: idField("period"),
    storeId: idField("store"),
    from: timeOut.nullable().openapi({ description: "The end of the one before; `null`: from the beginning." }),
    to: timeOut.openapi({ description: "What is booked at this moment or later isn't in it." }),
    note: z.string().nullable(),
    lockedAt: timeOut.nullable(),
    lockedBy: z.string().nullable().openapi({ description: "Id of the API key, or `bootstrap`." }),
    totals: z.array(periodTotals).openapi({ description: "By the time of booking, one a currency." }),
    openIssues: z.int().openapi({
      description: "Orders placed in it that are `received`, `pending` or `disputed` now. They don't hold up a lock.",
    }),
    createdAt: timeOut,
  })
  .openapi("Period");

/** A validated {@link newPeriod}. */
export type NewPeriod = z.infer<typeof newPeriod>;
/** A validated {@link periodPatch}. */
export type PeriodPatch = z.infer<typeof periodPatch>;
/** See {@link periodSchema}. */
export type Period = z.infer<typeof periodSchema>;
