import { and, desc, eq, lt } from "drizzle-orm";
import { auditLog } from "../../ground/db/schema/admin.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import type { Audit, AuditFilters } from "./schema.ts";

/** A row of the audit log. */
export type AuditRow = typeof auditLog.$inferSelect;

/** Changes that match the filters, from new to old, starting after the id `after`. */
export async function listAudit(
  { db }: Deps,
  { after, limit }: Stretch,
  { entity, entityId, actor }: AuditFilters,
): Promise<AuditRow[]> {
  return db
    .select()
    .from(auditLog)
    .where(
      and(
        entity === undefined ? undefined : eq(auditLog.entity, entity),
        entityId === undefined ? undefined : eq(auditLog.entityId, entityId),
        actor === undefined ? undefined : eq(auditLog.actor, actor),
        after === null ? undefined : lt(auditLog.id, after),
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(limit);
}

/** A change as the API shows it. */
export function presentAudit({ time, ...row }: AuditRow): Audit {
  return { ...row, time: isoOf(time) };
}
