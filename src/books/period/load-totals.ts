import type { Deps } from "../../ground/deps.ts";
import { boundedSum } from "../../ground/money/sum.ts";
import type { PeriodBooks, PeriodRow } from "./store.ts";

type PeriodTotals = PeriodBooks["totals"][number];

/** Where a period lies. */
type Span = Pick<PeriodRow, "id" | "storeId" | "fromAt" | "toAt">;

/** The periods that `?1` holds as JSON, as a table `w`. */
const WANTED = `(SELECT value ->> 'id' AS id, value ->> 'storeId' AS store_id, value ->> 'fromAt' AS from_at,
  value ->> 'toAt' AS to_at FROM json_each(?1)) w`;

/** What the ledger and the orders have of periods, by a period's id. */
export async function booksOf({ d1 }: Deps, spans: readonly Span[]): Promise<(id: string) => PeriodBooks> {
  const wanted = JSON.stringify(spans.map(({ id, storeId, fromAt, toAt }) => ({ id, storeId, fromAt, toAt })));
  const [sums, issues] = await d1.batch<Record<string, unknown>>([
    d1
      .prepare(
        `SELECT w.id, l.currency, count(*) AS entries, ${boundedSum("sum(l.amount_minor)")} AS sumMinor,
           ${sumOf("accrual", "accruedMinor")}, ${sumOf("adjustment", "adjustedMinor")},
           ${sumOf("reversal", "reversedMinor")}, ${sumOf("clawback", "clawedBackMinor")},
           ${sumOf("bonus", "bonusesMinor")}, ${sumOf("payout", "paidMinor")}
         FROM ${WANTED}
         CROSS JOIN ledger l ON l.store_id = w.store_id AND l.time >= w.from_at AND l.time < w.to_at
         GROUP BY w.id, l.currency ORDER BY w.id, l.currency`,
      )
      .bind(wanted),
    d1
      .prepare(
        `SELECT w.id, count(*) AS orders FROM ${WANTED}
         CROSS JOIN orders o ON o.store_id = w.store_id AND o.placed_at >= w.from_at AND o.placed_at < w.to_at
         WHERE o.status IN ('received', 'contested', 'pending', 'disputed') GROUP BY w.id`,
      )
      .bind(wanted),
  ]);
  const totals = Map.groupBy((sums?.results ?? []) as ({ id: string } & PeriodTotals)[], ({ id }) => id);
  const open = new Map((issues?.results ?? []).map(({ id, orders }) => [id, Number(orders)]));
  return (id) => ({
    totals: (totals.get(id) ?? []).map(({ id: _period, ...sums }) => sums),
    openIssues: open.get(id) ?? 0,
  });
}

function sumOf(type: string, name: string): string {
  return `coalesce(${boundedSum(`sum(l.amount_minor) FILTER (WHERE l.type = '${type}')`)}, 0) AS ${name}`;
}
