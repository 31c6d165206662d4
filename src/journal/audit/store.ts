import { and, desc } from "drizzle-orm";
import { below, equals } from "../../ground/db/filter.ts";
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
        equals(auditLog.entity, entity),
        equals(auditLog.entityId, entityId),
        equals(auditLog.actor, actor),
        below(auditLog.id, after),
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(limit);
}

/** A change as the API shows it. */
export function presentAudit({ time, ...row }: AuditRow): Audit {
  return { ...row, time: isoOf(time) };
}
