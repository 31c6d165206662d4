import { localDay } from "../../ground/time/local-day.ts";
import type { Bindings } from "./bindings.ts";
import { type CountQuery, startOf } from "./count.ts";
import { DIMENSION_SQL } from "./dimension.ts";
import { conditionOf, type FilterColumns } from "./filter.ts";
import { DAY_MS, timesOf } from "../../ground/time/range.ts";

/** Where a code `k` has what filters ask for. No link has to do with one that was typed. */
export const CODE_COLUMNS: FilterColumns = {
  store: "k.store_id",
  campaign: "k.campaign_id",
  creator: "k.creator_id",
  plan: "k.plan_id",
  link: null,
  code: "k.id",
};

/** Nobody but a browser tells of the order, and the store told of the use no earlier. */
const ONLY_CLAIMED = `EXISTS (SELECT 1 FROM orders o WHERE o.store_id = k.store_id AND o.external_id = u.order_id
  AND o.trust = 'claimed' AND o.created_at <= u.created_at)`;

/** SQL queries of the uses of codes, one an order and code: `key`, `start`, `previous`, `uses`. */
export function useCounts(
  { dimension, filter, interval, periods, confirmedOnly }: CountQuery,
  bindings: Bindings,
): string[] {
  const where = conditionOf(filter, CODE_COLUMNS, bindings);
  const day = localDay("st.timezone", "u.used_at");
  return periods.map((period) => {
    const { span, previous } = period;
    const { from, to } = timesOf(span);
    // Local days are a day from UTC's at most; the index has times alone.
    const reach = span.by === "days" ? DAY_MS : 0;
    const isInDays =
      span.by === "days" ? `${day} BETWEEN ${bindings.add(span.first)} AND ${bindings.add(span.last)}` : "TRUE";
    return `SELECT ${DIMENSION_SQL[dimension].use} AS key, ${startOf(interval, period, { time: "u.used_at", day })} AS start,
        ${previous} AS previous, 1 AS uses
      FROM codes k CROSS JOIN code_uses u ON u.code_id = k.id AND u.used_at >= ${bindings.add(from - reach)}
        AND u.used_at < ${bindings.add(to + reach)}
      CROSS JOIN stores st ON st.id = k.store_id
      WHERE ${where} AND ${isInDays} ${confirmedOnly ? `AND NOT ${ONLY_CLAIMED}` : ""}`;
  });
}
