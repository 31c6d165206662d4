import * as z from "../../ground/http/zod.ts";
import { dayField } from "../../ground/http/fields.ts";
import { measuredShare, pageField, spanFields } from "./schema.ts";

/** Query of `GET /heatmaps`. */
export const heatQuery = z.strictObject({
  ...spanFields,
  page: pageField,
  width: z.enum(["narrow", "medium", "wide"]).openapi({
    description: "Windows of up to 767 px, of up to 1199, and wider ones: a page is laid out otherwise in each.",
  }),
});

const place = {
  column: z.int().openapi({ description: "From 0, each a fiftieth of the width." }),
  row: z.int().openapi({ description: "From 0, each 20 px high." }),
  fixed: z.boolean().openapi({ description: "In what stays where it is while the page is scrolled." }),
  count: z.int(),
};

/** Answer of `GET /heatmaps`. */
export const heatAnswer = z
  .object({
    page: z.string(),
    width: heatQuery.shape.width,
    views: z.int().openapi({ description: "Measured views of such windows." }),
    cells: z.array(z.object(place)).openapi({ description: "Clicks by zone, the most first." }),
    rage: z.array(z.object(place)).openapi({ description: "Three clicks and more in one place within a second each." }),
    elements: z
      .array(z.object({ rule: z.string(), column: z.int(), row: z.int(), count: z.int() }))
      .openapi({ description: "Clicks by the planned element that they met, and where on it, in tenths." }),
    scroll: z
      .array(z.object({ px: z.int(), views: z.int() }))
      .openapi({ description: "Views that saw the page so far at least." }),
    outline: z
      .object({
        width: z.number(),
        height: z.number(),
        elements: z.array(
          z.object({ rule: z.string(), left: z.number(), top: z.number(), width: z.number(), height: z.number() }),
        ),
      })
      .nullable()
      .openapi({ description: "Where planned elements stand, CSS px, as it was seen last; `null`: no view told." }),
    measuredShare: measuredShare.openapi({ description: "The share of consenting visitors in all views of the page." }),
    range: z.object({ from: dayField, to: dayField }),
  })
  .openapi("HeatMap");

/** See {@link heatAnswer}. */
export type HeatAnswer = z.infer<typeof heatAnswer>;
