import * as z from "../../ground/http/zod.ts";
import { idField, timeOut } from "../../ground/http/fields.ts";

/** Something that a consenting visitor did, as it is exported. */
export const exportedVisitEvent = z
  .object({
    id: z.string().openapi({ description: "The same in every export." }),
    storeId: idField("store"),
    time: timeOut,
    type: z.enum(["page", "engage", "click", "download", "form", "visible", "cart", "step"]),
    visitor: z.string().openapi({
      description: "A name that is the same in all exports of the store, and is found nowhere else.",
    }),
    visit: z.string(),
    pageOfVisit: z.int(),
    page: z.string(),
    source: z.object({ kind: z.string(), name: z.string(), rule: z.string() }),
    campaign: z.string().nullable(),
    linkId: z.string().nullable(),
    country: z.string().nullable(),
    device: z.string(),
    name: z.string().nullable().openapi({ description: "The event of its rule, or the step." }),
    label: z.string().nullable(),
    engagedMs: z.int(),
    scroll: z.number(),
    cart: z.object({ items: z.int(), valueMinor: z.int().nullable(), currency: z.string().nullable() }).nullable(),
  })
  .openapi("ExportedVisitEvent");

/** See {@link exportedVisitEvent}. */
export type ExportedVisitEvent = z.infer<typeof exportedVisitEvent>;
