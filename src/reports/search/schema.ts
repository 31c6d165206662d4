import * as z from "../../ground/http/zod.ts";
import { idField } from "../../ground/http/fields.ts";
import { FOUND_KINDS } from "./kinds.ts";

/** Longest text that is looked for: an address that is pasted whole. */
const MAX_TEXT = 2_000;

/** Query of `GET /search`. */
export const searchQuery = z.strictObject({
  q: z.string().trim().min(2).max(MAX_TEXT).openapi({
    description:
      "A slug, a short link or a part of its destination, a creator's name, e-mail address, handle or external id, a code, an order's number or its shop's id of it (a part has 3 characters at least), the name of a campaign, plan or store, a phone number, or any id.",
    example: "lea",
  }),
  store: idField("store").optional(),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});

const kindField = z.enum(FOUND_KINDS);

/** Answer of `GET /search`. */
export const searchAnswer = z
  .object({
    data: z.array(
      z.object({
        kind: kindField,
        id: z.string(),
        name: z.string(),
        detail: z.string().openapi({
          description:
            "What tells it from others of its name: where a link leads, a creator's address, whose a code is, where an order stands.",
        }),
        storeId: idField("store").nullable().openapi({ description: "`null`: it is of none, or of several." }),
        whole: z.boolean().openapi({
          description:
            "Whether `q` is all of a name of it, such as a handle or an e-mail address, and not a part of one.",
        }),
      }),
    ),
    hidden: z.array(kindField).openapi({ description: "Kinds that the key may not read, which weren't looked for." }),
  })
  .openapi("SearchAnswer");

/** A validated {@link searchQuery}. */
export type SearchQuery = z.output<typeof searchQuery>;
/** See {@link searchAnswer}. */
export type SearchAnswer = z.infer<typeof searchAnswer>;
