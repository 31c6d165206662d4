import { UNSAID } from "../rollup/facts.ts";
import { ratio } from "../../ground/money/ratio.ts";
import type { AnswerRow, Numbers } from "./page-statement.ts";

/** What was sold and earned, minor units of one currency. */
interface Amounts {
  grossMinor: number;
  refundedMinor: number;
  salesMinor: number;
  commissionMinor: number;
  claimedSalesMinor: number;
}

/** What was sold in another currency than the report's, and earned by it. */
export interface OtherCurrency extends Amounts {
  currency: string;
  conversions: number;
  claimedConversions: number;
}

/**
 * The numbers of a row, or of all rows. Amounts are minor units of `currency`; conversions are of all currencies.
 * `claimedConversions` and `claimedSalesMinor` are of orders that only browsers tell of; the others are of those
 * that are confirmed, unless claims were asked for too.
 */
export interface ReportNumbers extends Amounts {
  clicks: number;
  uniqueClicks: number;
  conversions: number;
  claimedConversions: number;
  linkConversions: number;
  codeConversions: number;
  callConversions: number;
  codeUses: number;
  /** Commissions that can't be said for want of an exchange rate, and are in no amount. */
  waitingCommissions: number;
  currency: string | null;
  cvr: number | null;
  epcMinor: number | null;
  aovMinor: number | null;
  otherCurrencies: OtherCurrency[];
}

/** Numbers, with those of the span before where the report compares. */
export type ComparedNumbers = ReportNumbers & { previous?: ReportNumbers };

/** A row of a report as it was read. */
export interface ReportRow extends ComparedNumbers {
  /** Empty where it isn't known what the row is of. */
  key: string;
  /** Empty for the whole span, an hour as ms UTC, a local day (2026-11-22) or month (2026-11). */
  start: string | number;
  names: Readonly<Record<string, string | null>>;
  /** What it was sorted by. */
  value: string | number | null;
}

/** A page of a report as it was read. */
export interface ReportPage {
  rows: ReportRow[];
  /** Of all rows, not only of the page. */
  total: ComparedNumbers;
  currency: string | null;
}

/** Puts the answer to a page's statement together; `compares`: with the span before. */
export function pageOf(answer: readonly AnswerRow[], compares: boolean): ReportPage {
  const currency = answer.find(({ kind }) => kind === "reported")?.currency ?? null;
  const numbers = (counts: readonly AnswerRow[] = []): ComparedNumbers => {
    const own = numbersOf(
      counts.filter(({ previous }) => previous === 0),
      currency,
    );
    if (!compares) return own;
    return {
      ...own,
      previous: numbersOf(
        counts.filter(({ previous }) => previous === 1),
        currency,
      ),
    };
  };
  const placeOf = ({ key, start }: AnswerRow): string => `${start} ${key}`;
  const counts = Map.groupBy(
    answer.filter(({ kind }) => kind === "count"),
    placeOf,
  );
  const rows = answer
    .filter(({ kind }) => kind === "page")
    .toSorted((a, b) => a.place - b.place)
    .map((row) => ({
      key: row.key,
      start: row.start,
      value: row.value,
      names: JSON.parse(row.names) as ReportRow["names"],
      ...numbers(counts.get(placeOf(row))),
    }));
  return { rows, total: numbers(answer.filter(({ kind }) => kind === "total")), currency };
}

function numbersOf(counts: readonly AnswerRow[], currency: string | null): ReportNumbers {
  const sum = (name: keyof Numbers, rows = counts): number => rows.reduce((total, row) => total + row[name], 0);
  const amounts = (rows: readonly AnswerRow[]) => {
    return {
      grossMinor: sum("gross", rows),
      refundedMinor: sum("refunded", rows),
      salesMinor: sum("net", rows),
      commissionMinor: sum("commission", rows),
      claimedSalesMinor: sum("claimed_sales", rows),
    };
  };
  const byCurrency = Map.groupBy(
    counts.filter((row) => row.currency !== null),
    (row) => row.currency ?? "",
  );
  const own = amounts(byCurrency.get(currency ?? "") ?? []);
  const [clicks, conversions] = [sum("clicks"), sum("conversions")];
  return {
    clicks,
    uniqueClicks: sum("uniques"),
    conversions,
    claimedConversions: sum("claimed"),
    linkConversions: sum("by_link"),
    codeConversions: sum("by_code"),
    callConversions: sum("by_call"),
    codeUses: sum("uses"),
    waitingCommissions: sum("commission", byCurrency.get(UNSAID) ?? []),
    currency,
    ...own,
    cvr: ratio(conversions, clicks),
    epcMinor: ratio(own.salesMinor, clicks),
    aovMinor: ratio(own.salesMinor, conversions),
    otherCurrencies: [...byCurrency]
      .filter(([other]) => other !== currency && other !== UNSAID)
      .map(([other, rows]) => ({
        currency: other,
        conversions: sum("conversions", rows),
        claimedConversions: sum("claimed", rows),
        ...amounts(rows),
      }))
      .toSorted((a, b) => (a.currency < b.currency ? -1 : 1)),
  };
}
