import type { Deps } from "../../ground/deps.ts";
import { settlementsOf } from "./settlement-store.ts";
import type { Settlement } from "./state.ts";
import type { OrderRow } from "./store.ts";

/** What a creator earns by an order. Amounts: minor units of `currency`. */
export interface Earning {
  orderId: string;
  creatorId: string;
  planId: string | null;
  ruleVersion: number | null;
  /** ISO 4217; `null` while it can't be said. */
  currency: string | null;
  /** `null` while it can't be said. */
  amountMinor: number | null;
  /** Why it is nothing, or can't be said; `null`: neither. */
  reasonCode: string | null;
  /** Rates that it waits for (`USD/EUR 2026-11-22`) if it can't be said. */
  missingRates: readonly string[];
  /** The sum that the ledger has of it, minor units of `bookedCurrency`. */
  bookedMinor: number;
  /** Another than `currency` where it was booked before it came to be owed in that one; `null`: nothing is booked, nor can it be said in what. */
  bookedCurrency: string | null;
}

/** What is shown with an order and isn't in its row. */
export interface OrderDress {
  /** `null`: it is neither locked, payable nor paid. */
  settlement: Settlement | null;
  commissions: readonly Earning[];
}

/** Reads what is shown with orders, in two queries. Answers a lookup by an order's id. */
export async function dressOrders(
  deps: Pick<Deps, "d1">,
  rows: readonly Pick<OrderRow, "id">[],
): Promise<(orderId: string) => OrderDress> {
  const ids = rows.map(({ id }) => id);
  const [settlements, commissions] = await Promise.all([settlementsOf(deps, ids), earnedBy(deps, ids)]);
  return (orderId) => ({
    settlement: settlements.get(orderId) ?? null,
    commissions: commissions.get(orderId) ?? [],
  });
}

type EarningRow = Omit<Earning, "missingRates" | "bookedMinor" | "bookedCurrency"> & {
  /** JSON, as `booked`: sums by their currency that aren't 0. */
  missingRates: string | null;
  booked: string;
};

async function earnedBy({ d1 }: Pick<Deps, "d1">, orderIds: readonly string[]): Promise<Map<string, Earning[]>> {
  const { results } = await d1
    .prepare(
      // A bonus may name an order without being its commission. Of what is booked, one currency has more than nothing.
      `SELECT c.order_id AS orderId, c.creator_id AS creatorId, c.plan_id AS planId, c.rule_version AS ruleVersion,
         c.currency, c.amount_minor AS amountMinor, c.note ->> 'reasonCode' AS reasonCode,
         iif(c.amount_minor IS NULL, c.note ->> 'missingRates', NULL) AS missingRates,
         (SELECT json_group_object(currency, sum) FROM (
            SELECT l.currency, sum(l.amount_minor) AS sum FROM ledger l
            WHERE l.order_id = c.order_id AND l.creator_id = c.creator_id AND l.type NOT IN ('bonus', 'payout')
            GROUP BY l.currency HAVING sum(l.amount_minor) <> 0)) AS booked
       FROM json_each(?1) w CROSS JOIN order_commissions c ON c.order_id = w.value`,
    )
    .bind(JSON.stringify(orderIds))
    .all<EarningRow>();
  const earnings = results.map(({ booked, missingRates, ...row }): Earning => {
    const sums = Object.entries(JSON.parse(booked) as Record<string, number>);
    const [bookedCurrency, bookedMinor] = sums.find(([currency]) => currency === row.currency) ??
      sums[0] ?? [row.currency, 0];
    const rates = missingRates === null ? [] : (JSON.parse(missingRates) as string[]);
    return { ...row, missingRates: rates, bookedMinor, bookedCurrency };
  });
  return Map.groupBy(earnings, ({ orderId }) => orderId);
}
