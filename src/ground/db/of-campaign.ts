import { type SQL, sql } from "drizzle-orm";
import { belongsTo, type OwnedColumns } from "./belongs.ts";

/** {@link belongsTo} as a condition of a query that drizzle builds; `id` is the campaign's, and is bound. */
export function ofCampaign(id: string, columns: OwnedColumns): SQL {
  const parts = belongsTo("?", columns).split("?");
  return sql.join(
    parts.map((part) => sql.raw(part)),
    sql`${id}`,
  );
}
