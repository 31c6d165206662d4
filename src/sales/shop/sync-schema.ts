import * as z from "../../ground/http/zod.ts";
import { timeField } from "../../ground/http/fields.ts";

/** Body of a backfill. */
export const syncBody = z
  .strictObject({
    from: timeField.openapi({ description: "Orders that changed since then are read, and come in as any other." }),
  })
  .openapi("ConnectionSync");
