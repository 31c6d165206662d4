import * as z from "../../ground/http/zod.ts";
import { idField, timeOut } from "../../ground/http/fields.ts";

/** Filters of the audit log; all that are given must match. */
export const auditFilters = z.object({
  entity: z.string().min(1).max(40).optional().openapi({ description: "Kind of thing, such as `store`." }),
  entityId: z.string().min(1).max(40).optional(),
  actor: z
    .string()
    .min(1)
    .max(40)
    .optional()
    .openapi({ description: "Id of an API key, `bootstrap`, or the id of the portal link by which a creator did it." }),
});

/** One change, as the API shows it. */
export const auditSchema = z
  .object({
    id: idField("audit"),
    time: timeOut,
    actor: z.string(),
    action: z.string(),
    entity: z.string(),
    entityId: z.string(),
    before: z.unknown().openapi({ description: "The entity before; `null` if there was none." }),
    after: z.unknown().openapi({ description: "The entity after; `null` if it is gone." }),
    requestId: z.string(),
  })
  .openapi("AuditEntry");

/** Validated {@link auditFilters}. */
export type AuditFilters = z.infer<typeof auditFilters>;
/** See {@link auditSchema}. */
export type Audit = z.infer<typeof auditSchema>;
