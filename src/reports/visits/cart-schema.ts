import * as z from "../../ground/http/zod.ts";
import { dayField, idField, timeOut } from "../../ground/http/fields.ts";
import { CART_STATES } from "../../visits/cart/state.ts";
import { TOLD_STATES } from "./abandonment.ts";
import { measuredShare, rowFields, spanFields } from "./schema.ts";

const range = z.object({ from: dayField, to: dayField });
const format = rowFields.format;
const TEXT = z.string().min(1).max(120);

/** Query of `GET /reports/checkout`. */
export const checkoutQuery = z.strictObject({ ...spanFields, format });

/** Query of `GET /reports/abandonment`. */
export const abandonmentQuery = z.strictObject({
  ...spanFields,
  ...rowFields,
  interval: z.enum(["day", "month", "total"]).default("total"),
  by: z.enum(["none", "source"]).default("none").openapi({ description: "`source`: by where its visit came from." }),
});

/** Query of `GET /carts`. */
export const cartsQuery = z.strictObject({
  ...spanFields,
  state: z.enum(CART_STATES).optional(),
  step: TEXT.optional().openapi({ description: "Carts that came to this step of the checkout." }),
  outcome: z.enum(["continued", "left", "open"]).optional().openapi({
    description: "What became of them at `step`: they went on, were left there, or are there yet.",
  }),
  source: TEXT.optional().openapi({ example: "search Google" }),
  limit: z.coerce.number().int().min(1).max(200).default(50).openapi({ description: "Rows of a page, at most." }),
  cursor: rowFields.cursor,
});

/** Query of `GET /audiences/abandoners`. */
export const abandonersQuery = z.strictObject({
  ...spanFields,
  format,
  limit: z.coerce.number().int().min(1).max(1000).default(500).openapi({ description: "Rows of a page of JSON." }),
  cursor: rowFields.cursor,
});

const median = z.int().nullable().openapi({ description: "ms, from first entering it to the next step or the order." });
const list = z.string().openapi({ description: "Path of the list of these carts." });

/** Answer of `GET /reports/checkout`. */
export const checkoutAnswer = z
  .object({
    data: z.array(
      z
        .object({
          step: z.string(),
          events: z.int().openapi({ description: "How often it was entered by whomever." }),
          measuredEvents: z.int().openapi({ description: "Of these, by consenting visitors." }),
          entered: z.int().openapi({ description: "Carts of consenting visitors that came to it, each once." }),
          continued: z.int().openapi({ description: "Of these, those that went on to a later step or an order." }),
          left: z.int().openapi({ description: "Of these, those of which it was the last step." }),
          open: z.int().openapi({ description: "Of these, those that are there yet." }),
          lostShare: z.number().nullable().openapi({ description: "Left ÷ entered." }),
          medianMsToNext: median,
          measuredShare,
          lists: z.object({ entered: list, continued: list, left: list, open: list }),
        })
        .openapi("CheckoutReportRow"),
    ),
    total: z.object({
      carts: z.int().openapi({ description: "Carts that came to any step." }),
      bought: z.int(),
    }),
    measuredShare,
    range,
  })
  .openapi("CheckoutReport");

const value = z
  .object({ amountMinor: z.int(), currency: z.string() })
  .nullable()
  .openapi({ description: "`null`: the page didn't say." });

const counts = {
  carts: z.int().openapi({ description: "Carts with an item at least that began then." }),
  ...(Object.fromEntries(TOLD_STATES.map((state) => [state, z.int()])) as Record<
    (typeof TOLD_STATES)[number],
    z.ZodInt
  >),
  recoveryRate: z.number().nullable().openapi({ description: "Recovered ÷ (abandoned + recovered)." }),
  amounts: z.array(
    z.object({
      currency: z.string(),
      openMinor: z.int(),
      abandonedMinor: z.int(),
      recoveredMinor: z.int(),
      boughtMinor: z.int(),
      replacedMinor: z.int(),
    }),
  ),
};

/** Answer of `GET /reports/abandonment`. */
export const abandonmentAnswer = z
  .object({
    data: z.array(
      z
        .object({
          start: z.string().nullable().openapi({ description: "The day or month; `null` for the whole span." }),
          source: z.string().nullable().openapi({ description: "`null`: not asked for." }),
          ...counts,
        })
        .openapi("AbandonmentReportRow"),
    ),
    total: z.object(counts),
    abandonedAfterMinutes: z.int(),
    measuredShare,
    range,
    nextCursor: z.string().nullable(),
  })
  .openapi("AbandonmentReport");

const id = z.string().openapi({ description: "Tells it from others; of nobody.", example: "cart_06c4v8e5m1k2n3p4" });
const contactId = idField("contact").nullable().openapi({ description: "`null`: it isn't known whose it is." });
const source = z
  .string()
  .openapi({ description: "Where the visit came from in which it began.", example: "paid Google" });

/** A cart as the API shows it. */
const cartSchema = z
  .object({
    id,
    state: z.enum(CART_STATES),
    beganAt: timeOut,
    silentSince: timeOut,
    abandonedAt: timeOut.nullable(),
    boughtAt: timeOut.nullable(),
    items: z.int(),
    value,
    steps: z.array(z.object({ name: z.string(), at: timeOut })),
    source,
    contactId,
  })
  .openapi("Cart");

/** Answer of `GET /carts`. */
export const cartsAnswer = z.object({ data: z.array(cartSchema), nextCursor: z.string().nullable() });

/** Answer of `GET /audiences/abandoners`. */
export const abandonersAnswer = z.object({
  data: z.array(
    z
      .object({
        id,
        abandonedAt: timeOut,
        items: z.int(),
        value,
        step: z.string().nullable().openapi({ description: "The last step of the checkout that it came to." }),
        source,
        contactId,
      })
      .openapi("Abandoner"),
  ),
  nextCursor: z.string().nullable(),
});

/** See {@link cartSchema}. */
export type ShownCart = z.infer<typeof cartSchema>;
/** See {@link abandonersAnswer}. */
export type ShownAbandoner = z.infer<typeof abandonersAnswer>["data"][number];
/** See {@link checkoutAnswer}. */
export type CheckoutReport = z.infer<typeof checkoutAnswer>;
/** See {@link abandonmentAnswer}. */
export type AbandonmentReport = z.infer<typeof abandonmentAnswer>;
