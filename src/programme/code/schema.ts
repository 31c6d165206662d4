import * as z from "../../ground/http/zod.ts";
import { idField, letteredField, textField, timeField, timeOut } from "../../ground/http/fields.ts";
import { LEAK_KINDS } from "./leak.ts";

/** Longest text that is looked at as a code: what no provider takes is refused by its own rules. */
const MAX_CODE = 255;
/** Longest id of an order. */
const MAX_ORDER_ID = 200;
/** Uses in one report. */
const MAX_USES = 1000;
/** Days that a list of leaks looks back at most, and if it isn't told. */
const MAX_LEAK_DAYS = 90;
const DEFAULT_LEAK_DAYS = 7;

const codeField = textField(MAX_CODE).openapi({ example: "LEA10OFF" });

/** Body of `POST /codes`. */
export const newCode = z
  .strictObject({
    planId: idField("plan"),
    creatorId: idField("creator"),
    code: codeField,
    campaignId: idField("campaign").nullable().default(null),
  })
  .openapi("NewCode");

/** Body of `PATCH /codes/{id}`. */
export const codePatch = z.strictObject({ code: codeField }).openapi("CodePatch");

/** Body of `POST /codes/{id}/rotate`; it may be left out. */
export const codeRotation = z
  .strictObject({ code: codeField.optional().openapi({ description: "Made up if left out." }) })
  .nullable()
  .openapi("CodeRotation");

/** Where a code may stand in its store's shop. */
const storeState = z.enum(["none", "pending", "live", "failed", "withdrawn"]);

/** Filters of the list of codes; all that are given must match. */
export const codeFilters = z.object({
  store: idField("store").optional(),
  plan: idField("plan").optional(),
  campaign: idField("campaign")
    .optional()
    .openapi({ description: "Codes of its members, also those made for another campaign of the same plan." }),
  creator: idField("creator").optional(),
  state: z.enum(["active", "withdrawn", "retired"]).optional(),
  storeState: storeState.optional().openapi({ description: "Where they stand in the store's connected shop." }),
  q: z.string().trim().min(1).max(100).optional().openapi({ description: "Part of the code, whatever its case." }),
});

/** A code as lists show it. */
export const codeSchema = z
  .object({
    id: idField("code"),
    storeId: idField("store"),
    planId: idField("plan"),
    campaignId: idField("campaign").nullable(),
    creatorId: idField("creator"),
    code: z.string().openapi({ description: "The text as it is typed now. The id stays when it changes." }),
    state: z.enum(["active", "withdrawn", "retired"]).openapi({
      description: "`withdrawn`: rests because its creator was rejected; `retired`: for good.",
    }),
    origin: z.enum(["generated", "hand"]),
    store: z
      .object({
        state: storeState.openapi({
          description:
            "`none`: the store isn't connected, so that codes are made there by hand; `pending`: under way; `withdrawn`: the shop has it no longer, or was never to have it.",
        }),
        externalId: z.string().nullable().openapi({ description: "The shop's own id of it." }),
        failure: z
          .object({ code: z.string(), detail: z.string() })
          .nullable()
          .openapi({ description: "What stands in the way; while it is `pending`, it is tried again by itself." }),
        syncedAt: timeOut.nullable().openapi({ description: "When the shop last had what was asked for." }),
      })
      .openapi("CodeInStore", { description: "Where it stands in the store's connected shop." }),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("Code");

/** A code with its earlier texts. */
export const codeDetail = codeSchema
  .extend({
    earlier: z
      .array(z.object({ code: z.string(), retiredAt: timeOut }))
      .openapi({ description: "Texts that it had before, the latest retired first. They stay its own." }),
  })
  .openapi("CodeDetail");

/** Body of `POST /codes/uses`. */
export const codeUsesReport = z
  .strictObject({
    uses: z
      .array(
        z.strictObject({
          storeId: idField("store"),
          code: codeField,
          orderId: letteredField(MAX_ORDER_ID).openapi({
            description: "The shop's own id of the order, to the letter.",
          }),
          usedAt: timeField,
          country: z
            .string()
            .regex(/^[A-Za-z]{2}$/, "must be a country of ISO 3166-1, such as FR")
            .toUpperCase()
            .nullable()
            .default(null),
        }),
      )
      .min(1)
      .max(MAX_USES),
  })
  .openapi("CodeUses");

/** What became of reported uses. */
export const codeUsesResult = z
  .object({
    recorded: z.int(),
    repeated: z.int().openapi({ description: "Uses in an order in which the code's use was recorded before." }),
    unknown: z
      .array(z.object({ index: z.int(), code: z.string() }))
      .openapi({ description: "Uses whose text is and was no code of the store." }),
  })
  .openapi("CodeUsesResult");

/** Filters of the list of leaks. */
export const leakFilters = z.object({
  store: idField("store").optional(),
  plan: idField("plan").optional(),
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_LEAK_DAYS)
    .default(DEFAULT_LEAK_DAYS)
    .openapi({ description: "Days to look back." }),
});

/** A code that looks leaked. */
export const codeLeak = z
  .object({
    codeId: idField("code"),
    code: z.string(),
    creatorId: idField("creator"),
    planId: idField("plan"),
    uses: z.int().openapi({ description: "In the period." }),
    clicks: z.int().openapi({
      description: "Counted clicks on the creator's links under the plan, from the hour in which the period begins.",
    }),
    signals: z.array(
      z.object({
        kind: z.enum(LEAK_KINDS),
        detail: z.string(),
        uses: z.int().openapi({ description: "Those that the signal is about." }),
      }),
    ),
  })
  .openapi("CodeLeak");

/** Validated {@link codeFilters}. */
export type CodeFilter = z.infer<typeof codeFilters>;
/** A validated {@link newCode}. */
export type NewCode = z.infer<typeof newCode>;
/** A validated {@link codeUsesReport}'s entries. */
export type ReportedUse = z.infer<typeof codeUsesReport>["uses"][number];
/** See {@link codeUsesResult}. */
export type CodeUsesResult = z.infer<typeof codeUsesResult>;
/** See {@link codeSchema}. */
export type Code = z.infer<typeof codeSchema>;
/** See {@link codeDetail}. */
export type CodeDetail = z.infer<typeof codeDetail>;
/** See {@link codeLeak}. */
export type CodeLeak = z.infer<typeof codeLeak>;
