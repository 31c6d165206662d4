import * as z from "../../ground/http/zod.ts";

/** Which way clicks of `DB` are moved: rows into batches, nowhere, batches into rows. */
export const DIRECTIONS = ["packed", "off", "rows"] as const;

/** One of {@link DIRECTIONS}. */
export type Direction = (typeof DIRECTIONS)[number];

const direction = z.enum(DIRECTIONS).openapi({
  description:
    "`packed`: clicks that are kept as rows are moved into batches. `rows`: back, for a return to an older version. `off`: neither.",
});

/** Body of `POST /click-log/packing`. */
export const packingRequest = z.strictObject({ direction });

/** How the log of `DB` is kept. */
export const packingSchema = z
  .object({
    direction,
    rows: z.int().openapi({ description: "Clicks that are kept as rows." }),
    batches: z.int().openapi({ description: "Of up to 500 clicks each." }),
  })
  .openapi("ClickPacking");

/** See {@link packingSchema}. */
export type Packing = z.infer<typeof packingSchema>;
