import type { ReportSpan } from "../../ground/time/range.ts";
import { Bindings } from "../report/bindings.ts";
import { IS_THERE, startOf, within } from "../conversions/base.ts";

/** How many conversions count of a store on a day (2026-11-22) of its time zone. */
export interface GoalDay {
  storeId: string;
  day: string;
  conversions: number;
}

/** Conversions that count in a span by store and day, as `reports/conversions` counts them. Throws what D1 throws. */
export async function goalDays(d1: D1Database, span: ReportSpan, storeId: string | undefined): Promise<GoalDay[]> {
  const bindings = new Bindings();
  const ofStore = storeId === undefined ? "TRUE" : `st.id = ${bindings.add(storeId)}`;
  const { results } = await d1
    .prepare(
      `SELECT c.store_id AS storeId, ${startOf("day", "c.time")} AS day, count(*) AS conversions
       FROM stores st CROSS JOIN conversions c ON c.store_id = st.id
       WHERE ${ofStore} AND ${within(span, "c.time", bindings)} AND c.uncounted IS NULL AND ${IS_THERE}
       GROUP BY 1, 2`,
    )
    .bind(...bindings.values)
    .all<GoalDay>();
  return results;
}
