import * as z from "../../ground/http/zod.ts";
import { entryError } from "../../ground/http/bulk.ts";
import { idField, NOT_WELL_FORMED, textField, timeOut } from "../../ground/http/fields.ts";
import { isOneLine } from "../../ground/http/one-line.ts";

/** Networks that one creator may have a handle on: more than there are in use. */
const MAX_HANDLES = 20;

const networkField = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,29}$/, "must be a network such as instagram: lower-case letters, digits or _");

/** People write handles with an `@` and networks store them without. */
const handleField = z
  .string()
  .overwrite((handle) => handle.replace(/^@+/, ""))
  .min(1)
  .max(100)
  .refine((handle) => !/[\p{Cc}\s]/u.test(handle), "must not have spaces or control characters")
  .refine((handle) => handle.isWellFormed(), NOT_WELL_FORMED);

/** A part of a name, trimmed; empty: not known yet. */
const nameField = z
  .string()
  .trim()
  .max(80)
  .refine(isOneLine, "must not have control characters")
  .refine((text) => text.isWellFormed(), NOT_WELL_FORMED)
  .openapi({ description: "May be empty until a code or a link is to be made of the profile." });

const creatorFields = {
  firstName: nameField,
  lastName: nameField,
  email: z.email().max(254).nullable().openapi({ example: "lea@creator.example" }),
  handles: z
    .record(networkField, handleField)
    .refine((handles) => Object.keys(handles).length <= MAX_HANDLES, `must have ${MAX_HANDLES} networks at most`)
    .openapi({ description: "Network to handle; a leading @ is dropped.", example: { instagram: "lea.makes" } }),
  externalId: textField(120).nullable().openapi({ description: "The id in your own system; unique." }),
};

/** Body of `POST /creators`. */
export const newCreator = z
  .strictObject({
    ...creatorFields,
    firstName: creatorFields.firstName.default(""),
    lastName: creatorFields.lastName.default(""),
    email: creatorFields.email.default(null),
    handles: creatorFields.handles.default({}),
    externalId: creatorFields.externalId.default(null),
  })
  .openapi("NewCreator");

/** Body of `POST /creators/bulk`. Entries are checked one by one, so that one bad entry spoils no other. */
export const bulkCreators = z
  .strictObject({
    creators: z
      .array(z.unknown())
      .min(1)
      .max(1000)
      .openapi({ description: "Each as in `POST /creators`.", type: "array" }),
  })
  .openapi("BulkCreators");

/** Body of `PATCH /creators/{id}`; `handles` replaces all that were there. */
export const creatorPatch = z.strictObject(creatorFields).partial().openapi("CreatorPatch");

/** Filters of the list of creators. */
export const creatorFilters = z.object({
  q: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .openapi({ description: "Text in the name, e-mail address or a handle; A–Z match a–z." }),
  externalId: z.string().min(1).max(120).optional(),
  store: idField("store").optional().openapi({ description: "Those who are, or were, in a campaign of this store." }),
});

/** A creator as the API shows it. */
export const creatorSchema = z
  .object({
    id: idField("creator"),
    firstName: z.string(),
    lastName: z.string(),
    email: z.string().nullable(),
    handles: z.record(z.string(), z.string()),
    externalId: z.string().nullable(),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("Creator");

/** What became of each entry of a bulk request. */
export const bulkCreatorsResult = z
  .object({
    results: z.array(
      z.object({
        index: z.int(),
        status: z.int(),
        creator: creatorSchema.optional(),
        error: entryError.optional(),
      }),
    ),
  })
  .openapi("BulkCreatorsResult");

/** A validated {@link newCreator}. */
export type NewCreator = z.infer<typeof newCreator>;
/** A validated {@link creatorPatch}. */
export type CreatorPatch = z.infer<typeof creatorPatch>;
/** Validated {@link creatorFilters}. */
export type CreatorFilters = z.infer<typeof creatorFilters>;
/** See {@link creatorSchema}. */
export type Creator = z.infer<typeof creatorSchema>;
