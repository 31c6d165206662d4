import { z } from "@hono/zod-openapi";
import { idField, NOT_WELL_FORMED, textField, timeOut } from "../http/fields.ts";

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

const creatorFields = {
  firstName: textField(80),
  lastName: textField(80),
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
    email: creatorFields.email.default(null),
    handles: creatorFields.handles.default({}),
    externalId: creatorFields.externalId.default(null),
  })
  .openapi("NewCreator");

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

/** A validated {@link creatorPatch}. */
export type CreatorPatch = z.infer<typeof creatorPatch>;
/** Validated {@link creatorFilters}. */
export type CreatorFilters = z.infer<typeof creatorFilters>;
/** See {@link creatorSchema}. */
export type Creator = z.infer<typeof creatorSchema>;
