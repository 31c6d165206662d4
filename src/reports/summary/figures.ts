import { addSums } from "../../ground/money/sum.ts";
import { ratio } from "../../ground/money/ratio.ts";
import type { ReportNumbers } from "../report/rows.ts";
import type { SummaryReport } from "./schema.ts";

type StoreFigures = NonNullable<SummaryReport["stores"][number]["before"]>;
type TotalFigures = NonNullable<SummaryReport["total"]["before"]>;
type Amounts = StoreFigures["otherCurrencies"][number];

/** What a store, or all of them, came to in a span: as reports have it, and how many conversions there were. */
export interface Counted {
  numbers: ReportNumbers;
  conversions: number;
}

/** A store's, with the currency that its amounts are of. */
export interface StoreCounted extends Counted {
  /** ISO 4217; `null`: it has none. */
  currency: string | null;
}

/** All amounts of a row, each currency with anything in it once, minor units. */
export function amountsOf(numbers: ReportNumbers): Amounts[] {
  const { currency } = numbers;
  const own = currency === null ? [] : [{ ...numbers, currency }];
  return [...own, ...numbers.otherCurrencies]
    .map(({ currency: of, salesMinor, refundedMinor, commissionMinor, claimedSalesMinor }) => {
      return { currency: of, salesMinor, refundedMinor, commissionMinor, claimedSalesMinor };
    })
    .filter(({ currency: _of, ...amounts }) => Object.values(amounts).some((amount) => amount !== 0));
}

function countsOf({ numbers, conversions }: Counted) {
  const { clicks, conversions: sales, claimedConversions, waitingCommissions, cvr } = numbers;
  return { clicks, conversions, sales, claimedSales: claimedConversions, waitingCommissions, cvr };
}

/** The figures of a store: amounts in its currency, and what there is in others beside. */
export function storeFigures({ currency, ...counted }: StoreCounted): StoreFigures {
  const all = amountsOf(counted.numbers);
  const own = all.find((amounts) => amounts.currency === currency);
  const { salesMinor = 0, refundedMinor = 0, commissionMinor = 0, claimedSalesMinor = 0 } = own ?? {};
  return {
    ...countsOf(counted),
    salesMinor,
    refundedMinor,
    commissionMinor,
    claimedSalesMinor,
    epcMinor: ratio(salesMinor, counted.numbers.clicks),
    otherCurrencies: all.filter((amounts) => amounts !== own),
  };
}

/** The figures of all stores together. An amount is divided by the clicks of those stores alone that sell in its currency. */
export function totalFigures(total: Counted, stores: readonly StoreCounted[]): TotalFigures {
  const currencies = new Set(stores.flatMap(({ currency }) => currency ?? []));
  const amounts = amountsOf(total.numbers).map((of) => {
    const own = stores.filter(({ currency }) => currency === of.currency);
    const clicks = currencies.size === 1 ? total.numbers.clicks : addSums(own.map(({ numbers }) => numbers.clicks));
    return { ...of, epcMinor: ratio(of.salesMinor, clicks) };
  });
  return { ...countsOf(total), amounts: amounts.toSorted((a, b) => b.salesMinor - a.salesMinor) };
}
