import { addSums } from "../../ground/money/sum.ts";
import type { DaySpan } from "../../ground/time/range.ts";
import type { Credited } from "./credited.ts";

/** What a creator did, in a campaign or in several, on a day or in all. */
export interface Numbers {
  /** Counted clicks. */
  clicks: number;
  /** Orders credited to the creator that the shop confirmed. */
  sales: number;
  /** Orders that only a browser tells of. They are in none of the other numbers: anybody can make one up. */
  claimed: number;
  /** Sales whose commission can't be said yet, since an exchange rate is missing. */
  waiting: number;
  /** By currency, in the order of their codes; none without an order. */
  money: readonly MoneyOfCurrency[];
}

/** What was sold in one currency, and earned in it. Amounts are minor units. */
export interface MoneyOfCurrency {
  /** ISO 4217. */
  currency: string;
  /** Orders in this currency. */
  sales: number;
  /** Value of the sales, less refunds. */
  salesMinor: number;
  commissionMinor: number;
}

/** Numbers of one local day (2026-11-22) of a store. */
export interface DayNumbers extends Numbers, Credited {
  day: string;
}

/** One bar of each series of the page's chart. */
export interface Bar extends Pick<Numbers, "clicks" | "sales"> {
  span: DaySpan;
}

/** The sums of many numbers. Those of amounts end at `MOST_SUM`. */
export function sumNumbers(rows: readonly Numbers[]): Numbers {
  const byCurrency = new Map<string, MoneyOfCurrency>();
  let clicks = 0;
  let sales = 0;
  let claimed = 0;
  let waiting = 0;
  for (const row of rows) {
    clicks += row.clicks;
    sales += row.sales;
    claimed += row.claimed;
    waiting += row.waiting;
    for (const part of row.money) {
      const { currency } = part;
      const sum = byCurrency.get(currency) ?? { currency, sales: 0, salesMinor: 0, commissionMinor: 0 };
      byCurrency.set(currency, {
        currency,
        sales: sum.sales + part.sales,
        salesMinor: addSums([sum.salesMinor, part.salesMinor]),
        commissionMinor: addSums([sum.commissionMinor, part.commissionMinor]),
      });
    }
  }
  const money = [...byCurrency.values()].toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
  return { clicks, sales, claimed, waiting, money };
}
