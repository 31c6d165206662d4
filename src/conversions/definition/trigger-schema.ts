import * as z from "../../ground/http/zod.ts";
import { idField, textField } from "../../ground/http/fields.ts";
import { EVENT_OPERATORS, FIELD_OPERATORS, TEXT_MATCHES } from "../../ground/model/conversion.ts";
import { decimalField } from "../../programme/plan/value-schema.ts";

/** Longest name of an event, a goal or a property, characters. */
const MAX_NAME = 100;

/** Longest text that something is compared with, characters. */
const MAX_TEXT = 500;

/** The largest number that something is compared with, and as much below 0. */
const MOST = 1e15;

/** Conditions of one trigger. */
const MAX_CONDITIONS = 20;

/** Triggers of one definition. */
const MAX_TRIGGERS = 20;

/** Most times that anything is asked for. */
const MAX_TIMES = 1_000;

/** Events are looked back on for so many days, orders and clicks for those. */
const EVENT_DAYS = 90;
const ORDER_DAYS = 400;

/** What a contact's field may be called. */
export const fieldName = z
  .string()
  .regex(/^(?!__proto__$)[\w-]{1,60}$/, "must be 1 to 60 letters, digits, - or _")
  .openapi({ example: "plan" });

/** What a page may call a definition by. */
export const keyField = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,59}$/, "must be 1 to 60 lower-case letters, digits, - or _, not - or _ first")
  .openapi({ example: "newsletter" });

const comparedField = z
  .union([textField(MAX_TEXT), z.number().min(-MOST).max(MOST), z.boolean()], {
    error: `must be a text of ${MAX_TEXT} characters at most, a number, or true or false`,
  })
  .openapi({ description: "What it is compared with: left out for `exists` and `missing`.", example: "DE" });

const eventCondition = z
  .strictObject({
    property: textField(MAX_NAME).openapi({
      description:
        "A field of the event's own data, at its top. `page`, `country` and `value` are the event's, whatever it says.",
      example: "country",
    }),
    is: z.enum(EVENT_OPERATORS),
    value: comparedField.optional(),
  })
  .openapi("EventCondition");

const where = z
  .array(eventCondition)
  .max(MAX_CONDITIONS)
  .openapi({ description: "What the event has to say besides: all of it." });

const timesOf = (days: number) => ({
  is: z.enum(["at_least", "at_most"]),
  times: z.int().min(0).max(MAX_TIMES),
  withinDays: z.int().min(1).max(days).optional().openapi({ description: "Left out: of all that is known." }),
});

const about = {
  field: { about: z.literal("field"), field: fieldName, is: z.enum(FIELD_OPERATORS), value: comparedField.optional() },
  done: { about: z.enum(["event", "goal", "url"]), name: textField(MAX_TEXT), ...timesOf(EVENT_DAYS) },
  order: { about: z.literal("order"), ...timesOf(ORDER_DAYS) },
  spent: {
    about: z.literal("spent"),
    is: z.enum(["greater", "less"]),
    withinDays: z.int().min(1).max(ORDER_DAYS).optional(),
  },
  click: {
    about: z.literal("click"),
    creatorId: idField("creator").optional(),
    campaignId: idField("campaign").optional(),
    linkId: idField("link").optional(),
    ...timesOf(ORDER_DAYS),
  },
};

const segmentCondition = z
  .discriminatedUnion("about", [
    z.strictObject(about.field),
    z.strictObject(about.done),
    z.strictObject(about.order),
    z.strictObject({
      ...about.spent,
      amount: decimalField.openapi({ description: "In the major unit of the store's currency." }),
    }),
    z.strictObject(about.click),
  ])
  .openapi("SegmentCondition");

const money = z.object({ amountMinor: z.int(), currency: z.string() });

const shownSegmentCondition = z
  .discriminatedUnion("about", [
    z.object(about.field),
    z.object(about.done),
    z.object(about.order),
    z.object({ ...about.spent, amount: money }),
    z.object(about.click),
  ])
  .openapi("ShownSegmentCondition");

const kind = {
  url: {
    type: z.literal("url"),
    url: z
      .strictObject({ is: z.enum(TEXT_MATCHES), value: textField(MAX_TEXT) })
      .openapi({ description: "The page's address without query and fragment, whatever its case." }),
  },
  event: {
    type: z.literal("event"),
    event: textField(MAX_NAME).openapi({ description: "As in `wm('track', event, …)`.", example: "sign_up" }),
  },
  script: { type: z.literal("script") },
  conversion: { type: z.literal("conversion"), definitionId: idField("definition") },
  identified: { type: z.literal("identified") },
  order: { type: z.literal("order"), which: z.enum(["any", "first", "returning"]) },
  call: { type: z.literal("call") },
  manual: { type: z.literal("manual") },
};

const skus = z
  .array(textField(MAX_NAME))
  .max(200)
  .openapi({ description: "One of these has to be among its items; none: whichever." });
const minTalkSeconds = z.int().min(0).max(86_400);
const numbers = z.array(textField(40)).max(50).openapi({ description: "Called ones; none: whichever." });

/** The ways to a conversion, as they are given. */
export const triggersField = z
  .array(
    z
      .discriminatedUnion("type", [
        z.strictObject({ ...kind.url, where: where.default([]) }),
        z.strictObject({ ...kind.event, where: where.default([]) }),
        z.strictObject({ ...kind.script, where: where.default([]) }),
        z.strictObject({ type: z.literal("segment"), all: z.array(segmentCondition).min(1).max(MAX_CONDITIONS) }),
        z.strictObject(kind.conversion),
        z.strictObject(kind.identified),
        z.strictObject({
          ...kind.order,
          which: kind.order.which.default("any"),
          minimum: decimalField.nullable().default(null).openapi({
            description: "The least that its total may be, in the major unit of the definition's currency.",
          }),
          skus: skus.default([]),
        }),
        z.strictObject({ ...kind.call, minTalkSeconds: minTalkSeconds.default(0), numbers: numbers.default([]) }),
        z.strictObject(kind.manual),
      ])
      .openapi("ConversionTrigger"),
  )
  .min(1)
  .max(MAX_TRIGGERS)
  .openapi({ description: "Any one of them makes a conversion; within one, all conditions have to hold." });

/** The ways to a conversion, as the API shows them. */
export const shownTriggers = z.array(
  z
    .discriminatedUnion("type", [
      z.object({ ...kind.url, where }),
      z.object({ ...kind.event, where }),
      z.object({ ...kind.script, where }),
      z.object({ type: z.literal("segment"), all: z.array(shownSegmentCondition) }),
      z.object(kind.conversion),
      z.object(kind.identified),
      z.object({ ...kind.order, minimum: money.nullable(), skus: z.array(z.string()) }),
      z.object({ ...kind.call, minTalkSeconds: z.int(), numbers: z.array(z.string()) }),
      z.object(kind.manual),
    ])
    .openapi("ShownConversionTrigger"),
);

/** A way to a conversion as it is given, with its defaults. */
export type GivenTrigger = z.output<typeof triggersField>[number];
/** A way to a conversion as the API shows it. */
export type ShownTrigger = z.infer<typeof shownTriggers>[number];
/** A condition over contacts as it is given. */
export type GivenSegmentCondition = z.output<typeof segmentCondition>;
/** A condition over contacts as the API shows it. */
export type ShownSegmentCondition = z.infer<typeof shownSegmentCondition>;
