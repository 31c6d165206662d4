import * as z from "../../ground/http/zod.ts";
import { idField, textField, timeOut } from "../../ground/http/fields.ts";

const countField = z.int().min(0);
const storeId = idField("store");

/** Body of `POST /rollups/rebuild`; it may be left out. */
export const rebuildRequest = z
  .strictObject({
    storeId: storeId.optional().openapi({ description: "Only the roll-ups of this store; all unless given." }),
    reason: textField(200).optional(),
  })
  .nullable()
  .openapi("RollupRebuildRequest");

/** Roll-ups that are made anew. */
export const rebuildSchema = z
  .object({
    storeId: storeId.nullable().openapi({ description: "`null`: of all stores, or of one link." }),
    linkId: idField("link").nullable().openapi({ description: "The link whose clicks alone are summed anew." }),
    reason: z.string(),
    step: z.enum(["clicks", "orders"]),
    done: countField.openapi({ description: "Links, or orders, that are done in this step." }),
    total: countField.openapi({ description: "Links, or orders, of this step." }),
    requestedAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("RollupRebuild");

const lagField = z.number().min(0).nullable();

/** How far roll-ups are. */
export const rollupsSchema = z
  .object({
    clicks: z.object({
      watermark: countField.openapi({
        description: "Clicks are numbered as they arrive; up to this one they are summed, of those in `DB`.",
      }),
      waiting: countField.openapi({
        description:
          "Clicks that no roll-up has read yet. They are summed once there are 5,000, or the first is ten minutes old; reports count them one by one until then.",
      }),
      lagSeconds: lagField.openapi({ description: "Age of the oldest of them; 0 without one." }),
      ranAt: timeOut.nullable(),
      databases: z
        .array(
          z.object({
            name: z.string().openapi({ description: "The binding: `DB`, `CLICKS_1`, …" }),
            watermark: countField,
            waiting: countField,
            lagSeconds: z.number().min(0),
          }),
        )
        .openapi({ description: "The same of each database that clicks are logged in." }),
    }),
    orders: z.object({
      waiting: countField.openapi({ description: "Orders that changed since they were rolled up." }),
      lagSeconds: lagField.openapi({
        description: "Time since none was waiting; 0 if none is, `null` if that was never so.",
      }),
      ranAt: timeOut.nullable(),
    }),
    rebuilds: z
      .array(rebuildSchema)
      .openapi({ description: "Under way or waiting, in the order in which they are done." }),
  })
  .openapi("Rollups");

/** See {@link rebuildSchema}. */
export type Rebuild = z.infer<typeof rebuildSchema>;
/** See {@link rollupsSchema}. */
export type Rollups = z.infer<typeof rollupsSchema>;
