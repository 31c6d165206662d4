import { idField, textField } from "../../ground/http/fields.ts";
import * as z from "../../ground/http/zod.ts";

/** Longest announcement, characters: half a minute of speech. */
const MAX_ANNOUNCEMENT = 500;

/** Body of `PUT /stores/{id}/call-settings`. */
export const callSettingsBody = z.strictObject({
  qualifiedSeconds: z.int().min(0).max(3_600).default(30).openapi({
    description: "A call that was answered and talked for so long is qualified, s. Calls that come from then on.",
  }),
  announcement: textField(MAX_ANNOUNCEMENT).nullable().default(null).openapi({
    description:
      "What callers are told before they are put through, such as that the call is recorded: a text, which carriers read in English, or the https address of a recording. `null`: nothing.",
  }),
});

/** How a store's calls are judged, and what callers are told. */
export const callSettingsSchema = z
  .object({ storeId: idField("store"), qualifiedSeconds: z.int(), announcement: z.string().nullable() })
  .openapi("CallSettings");
