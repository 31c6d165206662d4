import type { FieldError } from "../../ground/http/problem.ts";
import { currencyDigits, minorOf, scaledDecimal } from "../../ground/money/amount.ts";
import { mostOfOrder, mostText } from "../../ground/money/bound.ts";
import { currencyProblem } from "../../ground/money/withdrawn.ts";

/** Basis points of 100 %. */
const ALL = 10_000;

/** A decimal as it came. */
type Given = string | number;

/** A value in per cent or as an amount, in the form that it is kept in. */
export type ReadValue =
  | { type: "percentage"; basisPoints: number }
  | { type: "fixed"; amountMinor: number; currency: string };

/** Reads amounts and keeps what is wrong with them, so that one answer names it all. What can't be read is 0. */
export class AmountReader {
  readonly faults: FieldError[] = [];
  /** The store's: what amounts are in that name no currency. */
  readonly currency: string;

  constructor(currency: string) {
    this.currency = currency;
  }

  /** A value at a path of the body; `currency` is that of an amount which names none. */
  value(
    path: string,
    given: { type: "percentage"; value: Given } | { type: "fixed"; value: Given; currency?: string | undefined },
    currency = this.currency,
  ): ReadValue {
    if (given.type === "percentage") {
      return { type: "percentage", basisPoints: this.percentage(`${path}.value`, given.value) };
    }
    const own = given.currency ?? currency;
    return this.known(`${path}.currency`, own)
      ? { type: "fixed", amountMinor: this.payment(`${path}.value`, given.value, own), currency: own }
      : { type: "fixed", amountMinor: 0, currency: own };
  }

  /** Per cent in basis points. */
  percentage(path: string, value: Given): number {
    const basisPoints = scaledDecimal(value, 2);
    if (basisPoints !== null && basisPoints <= ALL) return basisPoints;
    this.fault(path, "must be 0 to 100 with 2 decimals at most");
    return 0;
  }

  /** An amount in major units in minor units, as large as it likes: what sums are only compared with. */
  amount(path: string, value: Given, currency: string): number {
    const amount = minorOf(value, currency);
    if (amount !== null) return amount;
    const digits = currencyDigits(currency);
    this.fault(
      path,
      digits === null
        ? `can't be held in ${currency}, whose decimals are not known`
        : `must be an amount of 0 or more in ${currency} with ${digits} decimals at most`,
    );
    return 0;
  }

  /** The same for what is paid for one order, or taken off it: no more than an order may come to. */
  payment(path: string, value: Given, currency: string): number {
    const amount = this.amount(path, value, currency);
    if (currencyDigits(currency) === null || amount <= mostOfOrder(currency)) return amount;
    this.fault(path, `must be ${mostText(currency)} at most, which no order comes to`);
    return 0;
  }

  /** Whether the decimals of a currency are known. */
  known(path: string, currency: string): boolean {
    const problem = currencyProblem(currency);
    if (problem !== null) this.fault(path, problem);
    return problem === null;
  }

  fault(path: string, message: string): void {
    this.faults.push({ path, message });
  }
}
