import * as z from "../../ground/http/zod.ts";
import { currencyField, idField, textField, timeField, timeOut } from "../../ground/http/fields.ts";
import { pageQuery } from "../../ground/http/pagination.ts";
import { decimalField } from "../../programme/plan/value-schema.ts";
import { TEMPLATE_IDS } from "./templates.ts";
import { fieldName, keyField, shownTriggers, triggersField } from "./trigger-schema.ts";

/** Most definitions that one request deletes. */
export const MAX_DELETED = 100;

const money = z.object({ amountMinor: z.int(), currency: z.string() });

/** What a conversion is worth. */
export const valueField = z
  .discriminatedUnion("mode", [
    z.strictObject({ mode: z.literal("none") }),
    z.strictObject({
      mode: z.literal("static"),
      amount: decimalField.openapi({ description: "In the major unit of the definition's currency." }),
    }),
    z.strictObject({ mode: z.literal("event") }),
    z.strictObject({ mode: z.literal("field"), field: fieldName }),
    z.strictObject({ mode: z.literal("order") }),
  ])
  .openapi("ConversionValue", {
    description:
      "`none`; `static`: an amount; `event`: the event's own `value` and `currency`; `field`: a field of the contact, in major units; `order`: the total of the order that made it.",
  });

const shownValue = z
  .discriminatedUnion("mode", [
    z.object({ mode: z.literal("none") }),
    z.object({ mode: z.literal("static"), amount: money }),
    z.object({ mode: z.literal("event") }),
    z.object({ mode: z.literal("field"), field: z.string() }),
    z.object({ mode: z.literal("order") }),
  ])
  .openapi("ShownConversionValue");

const limitField = z
  .strictObject({
    times: z.int().min(1).max(1_000),
    windowDays: z
      .int()
      .min(1)
      .max(365)
      .nullable()
      .default(null)
      .openapi({ description: "Within so many days, whichever; `null`: for ever." }),
  })
  .nullable()
  .openapi({ description: "How often one contact converts at most; `null`: as often as it likes." });

const fields = {
  name: textField(120),
  key: keyField,
  triggers: triggersField,
  value: valueField,
  limit: limitField,
  appliesToPast: z.boolean().openapi({
    description:
      "Whether it is applied to what happened before it, too, as far as that is kept: its activation says how many conversions that makes, and wants the number confirmed.",
  }),
  effectiveFrom: timeField.nullable().openapi({
    description: "What happened before is not looked at; `null`: from its activation on.",
  }),
};

/** Body of `POST /conversion-definitions`. A template gives what is left out. */
export const newDefinition = z
  .strictObject({
    storeId: idField("store"),
    template: z.enum(TEMPLATE_IDS).optional().openapi({
      description: "Of `GET /conversion-templates`: its name, triggers, value and limit, where the body has none.",
    }),
    name: fields.name.optional().openapi({ description: "Needed without a template. For people." }),
    key: fields.key.optional().openapi({
      description: "What pages call it by: `wm('conversion', key)`. Unique in the store; made of the name if left out.",
    }),
    triggers: fields.triggers.optional().openapi({ description: "Needed without a template." }),
    value: fields.value.optional().openapi({ description: "If left out: the template's, else `none`." }),
    currency: currencyField.optional().openapi({ description: "Fixed from then on. If left out: the store's." }),
    limit: fields.limit.optional().openapi({ description: "If left out: the template's, else `null`." }),
    appliesToPast: fields.appliesToPast.default(false),
    effectiveFrom: fields.effectiveFrom.default(null),
  })
  .superRefine(({ template, name, triggers }, context) => {
    if (template !== undefined) return;
    for (const [path, value] of Object.entries({ name, triggers })) {
      if (value === undefined) context.addIssue({ code: "custom", path: [path], message: "is missing" });
    }
  })
  .openapi("NewConversionDefinition");

/** Body of `PATCH /conversion-definitions/{id}`: of drafts; the name alone changes always. */
export const definitionPatch = z.strictObject(fields).partial().openapi("ConversionDefinitionPatch");

/** Body of `POST /conversion-definitions/{id}/copy`; it may be left out. */
export const definitionCopy = z
  .strictObject({ name: fields.name.optional().openapi({ description: "If left out: the same, and `(copy)`." }) })
  .nullable()
  .openapi("ConversionDefinitionCopy");

/** Body of `POST /conversion-definitions/{id}/activate`. */
export const definitionActivation = z
  .strictObject({
    confirm: z.int().min(0).optional().openapi({
      description: "Of one that `appliesToPast`: the number of conversions that makes, as the answer without it says.",
    }),
  })
  .nullable()
  .openapi("ConversionDefinitionActivation");

/** A definition as the API shows it. */
export const definitionSchema = z
  .object({
    id: idField("definition"),
    storeId: idField("store"),
    name: z.string(),
    key: z.string(),
    status: z.enum(["draft", "active", "archived"]),
    triggers: shownTriggers,
    summary: z.array(z.string()).openapi({ description: "Its triggers in words, one by one." }),
    value: shownValue,
    currency: z.string(),
    limit: z.object({ times: z.int(), windowDays: z.int().nullable() }).nullable(),
    appliesToPast: z.boolean(),
    effectiveFrom: timeOut.nullable(),
    copiedFrom: z.string().nullable().openapi({ description: "The definition that it is a copy of." }),
    activatedAt: timeOut.nullable(),
    archivedAt: timeOut.nullable(),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("ConversionDefinition");

/** A definition in the list, with what it came to lately. */
export const listedDefinition = definitionSchema
  .extend({
    last30Days: z
      .object({
        conversions: z.int(),
        converters: z
          .int()
          .openapi({ description: "Different contacts and visitors, as far as they can be told apart." }),
        valueMinor: z.int(),
        notToldApart: z.int().openapi({
          description: "Of the conversions, those without consent, whose people nobody can tell apart: no converters.",
        }),
      })
      .openapi({ description: "Conversions that count, of 30 days back from now." }),
  })
  .openapi("ListedConversionDefinition");

const named = { id: z.string(), name: z.string() };

/** A definition by itself, with what it is used by. */
export const wholeDefinition = definitionSchema
  .extend({
    usedBy: z.object({
      definitions: z
        .array(z.object({ ...named, status: z.enum(["draft", "active", "archived"]) }))
        .openapi({ description: "Whose triggers its conversions are." }),
      plans: z
        .array(z.object({ ...named, rate: money }))
        .openapi({ description: "Tracking plans that pay for its conversions now." }),
    }),
  })
  .openapi("WholeConversionDefinition");

/** Query of `GET /conversion-definitions`. */
export const definitionFilter = z.strictObject({
  store: idField("store").optional(),
  status: z.enum(["draft", "active", "archived"]).optional(),
  ...pageQuery.shape,
});

/** Query of `DELETE /conversion-definitions/{id}`. */
export const confirmQuery = z.strictObject({
  confirm: z.coerce.number().int().min(0).optional().openapi({
    description: "The number of its conversions, which go with it.",
  }),
});

/** Body of `POST /conversion-definitions/delete`. */
export const deletionRequest = z
  .strictObject({
    ids: z.array(idField("definition")).min(1).max(MAX_DELETED),
    confirm: z.int().min(0).optional().openapi({ description: "The number of all their conversions, which go too." }),
  })
  .openapi("ConversionDefinitionDeletion");

/** What was deleted. */
export const deletionSchema = z
  .object({ ids: z.array(idField("definition")), conversions: z.int(), converters: z.int(), earned: z.int() })
  .openapi("ConversionDefinitionsDeleted");

/** Query of `GET /conversion-definitions/{id}/snippet`. */
export const snippetQuery = z.strictObject({
  value: z.string().max(40).optional().openapi({
    description: "The value that the page passes, in the major unit, where the definition takes the event's.",
    example: "12.50",
  }),
});

/** The script for any page. */
export const snippetSchema = z
  .object({
    key: z.string(),
    html: z.string().openapi({ description: "For a page as it is, with the loader, which may be there already." }),
    js: z.string().openapi({ description: "For where scripts run: a button's click, a form that was sent." }),
    listening: z.boolean().openapi({ description: "Whether the definition is active, so that it counts." }),
  })
  .openapi("ConversionSnippet");

/** Query of `GET /conversion-definitions/used-in`. */
export const useQuery = z
  .strictObject({
    store: idField("store"),
    event: textField(100).optional(),
    goal: textField(100).optional(),
    field: textField(100).optional(),
    url: textField(2_000).optional().openapi({ description: "The address of a page." }),
  })
  .refine(({ event, goal, field, url }) => [event, goal, field, url].filter((one) => one !== undefined).length === 1, {
    path: ["event"],
    message: "is needed, or goal, field or url in its place; one of them",
  });

/** Where an event, a page or a field is used. */
export const useSchema = z
  .object({
    data: z.array(
      z.object({
        ...named,
        status: z.enum(["draft", "active", "archived"]),
        places: z.array(z.string()).openapi({ description: "Paths in the definition.", example: ["triggers.0.event"] }),
      }),
    ),
  })
  .openapi("ConversionDefinitionUses");

/** A validated {@link newDefinition}. */
export type NewDefinition = z.output<typeof newDefinition>;
/** A validated {@link definitionPatch}. */
export type DefinitionPatch = z.output<typeof definitionPatch>;
/** A validated value. */
export type GivenValue = z.output<typeof valueField>;
/** See {@link definitionSchema}. */
export type Definition = z.infer<typeof definitionSchema>;
/** See {@link listedDefinition}. */
export type ListedDefinition = z.infer<typeof listedDefinition>;
/** See {@link wholeDefinition}. */
export type WholeDefinition = z.infer<typeof wholeDefinition>;
/** See {@link definitionFilter}. */
export type DefinitionFilter = z.output<typeof definitionFilter>;
/** See {@link deletionSchema}. */
export type Deletion = z.infer<typeof deletionSchema>;
/** See {@link snippetSchema}. */
export type Snippet = z.infer<typeof snippetSchema>;
/** See {@link useQuery}. */
export type UseQuery = z.output<typeof useQuery>;
