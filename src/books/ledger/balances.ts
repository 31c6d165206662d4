import { Fraction } from "fraction.js";
import { roundHalfEven, sumOf } from "../../ground/money/exact.ts";
import { convertMinor, type RateOf, rateText } from "../../ground/money/rate.ts";
import { addSums, isEnded, MOST_SUM } from "../../ground/money/sum.ts";
import type { Balances } from "./schema.ts";
import type { BalanceRow } from "./store.ts";

type Total = Balances["totals"][number];

/** The currency (ISO 4217) that totals are converted to, by the rates of a day (2026-11-22). */
export interface Reporting {
  currency: string;
  day: string;
  rateOf: RateOf;
}

/** What is told of balances in all: see {@link totalsOf}. */
export type BalanceTotals = Pick<Balances, "totals" | "total" | "missingRates">;

/**
 * Totals of balances for each currency, and in one currency where one is asked for. A rate that is missing
 * is told, and what hangs on it is `null`. Sums end at `MOST_SUM`.
 */
export function totalsOf(rows: readonly BalanceRow[], isNow: boolean, reporting: Reporting | null): BalanceTotals {
  const byCurrency = [...Map.groupBy(rows, ({ currency }) => currency)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const exact: Fraction[] = [];
  const missingRates: string[] = [];
  let ended = false;
  const totals = byCurrency.map(([currency, ofCurrency]): Total => {
    const sum = (field: "balanceMinor" | "paidMinor" | "unapprovedMinor"): number =>
      addSums(ofCurrency.map((row) => row[field]));
    const sums = sumsOf(
      {
        currency,
        balanceMinor: sum("balanceMinor"),
        paidMinor: sum("paidMinor"),
        unapprovedMinor: sum("unapprovedMinor"),
      },
      isNow,
    );
    if (reporting === null) return { currency, ...sums, converted: null };

    const { amountMinor: balanceMinor } = sums.balance;
    const balance = new Fraction(balanceMinor);
    const rate = currency === reporting.currency ? null : reporting.rateOf(currency, reporting.currency, reporting.day);
    if (rate === null && currency !== reporting.currency) {
      missingRates.push(`${currency}/${reporting.currency} ${reporting.day}`);
      return { currency, ...sums, converted: null };
    }
    const value = rate === null ? balance : convertMinor(balance, rate);
    exact.push(value);
    ended ||= isEnded(balanceMinor);
    return {
      currency,
      ...sums,
      converted: {
        amount: { amountMinor: rounded(value, isEnded(balanceMinor)), currency: reporting.currency },
        rate: rate === null ? null : rateText(rate),
        date: rate?.date ?? null,
        source: rate?.source ?? null,
      },
    };
  });
  // The exact sum, rounded once: converted totals that are rounded need not add up to it.
  const total =
    reporting === null || missingRates.length > 0
      ? null
      : { amountMinor: rounded(sumOf(exact), ended), currency: reporting.currency };
  return { totals, total, missingRates };
}

/** The sums of one currency as the API shows them. They end at `MOST_SUM`. */
export function sumsOf(
  { currency, balanceMinor, paidMinor, unapprovedMinor }: Omit<BalanceRow, "creatorId">,
  isNow: boolean,
): Omit<Total, "currency" | "converted"> {
  const money = (amountMinor: number) => ({ amountMinor, currency });
  return {
    balance: money(balanceMinor),
    earned: money(addSums([balanceMinor, paidMinor])),
    paid: money(paidMinor),
    unapproved: isNow ? money(unapprovedMinor) : null,
  };
}

/** A sum in whole minor units, which ends at `MOST_SUM`, as one does whose parts `ended` there. */
function rounded(value: Fraction, ended: boolean): number {
  if (!ended && value.abs().lt(MOST_SUM)) return roundHalfEven(value);
  return value.compare(0) < 0 ? -MOST_SUM : MOST_SUM;
}
