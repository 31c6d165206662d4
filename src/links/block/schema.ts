import * as z from "../../ground/http/zod.ts";
import { hostnameField, idField, textField, timeOut } from "../../ground/http/fields.ts";

const scopeField = z
  .enum(["host", "suffix"])
  .openapi({ description: "`host`: that host alone; `suffix`: its subdomains too." });

/** Body of `POST /blocked-hosts`. */
export const newBlockedHost = z
  .strictObject({
    host: hostnameField.openapi({ example: "phish.example" }),
    scope: scopeField.default("suffix"),
    reason: textField(300),
  })
  .openapi("NewBlockedHost");

/** A blocked host as the API shows it. */
export const blockedHostSchema = z
  .object({ id: idField("blockedHost"), host: z.string(), scope: scopeField, reason: z.string(), createdAt: timeOut })
  .openapi("BlockedHost");

/** See {@link blockedHostSchema}. */
export type BlockedHost = z.infer<typeof blockedHostSchema>;
