import type { FieldError } from "../http/problem.ts";
import { currencyDigits, majorOf, minorOf, scaledDecimal } from "../money/amount.ts";
import type { Commission, Discount, Limits } from "./plan.ts";
import type { NewPlan, TrackingPlan } from "./schema.ts";

/** Basis points of 100 %. */
const ALL = 10_000;

/** The parts of a plan that hold amounts. */
export interface Terms {
  discount: Discount | null;
  commission: Commission;
  limits: Limits;
}

type GivenTerms = Pick<NewPlan, keyof Terms>;
type Value = string | number;

/**
 * Reads those parts of a plan with amounts that are given. `currency` is the store's. What can't be read
 * is named in `faults`, and `terms` is of no use then.
 */
export function readTerms(
  given: Partial<GivenTerms>,
  currency: string,
): { terms: Partial<Terms>; faults: FieldError[] } {
  const reader = new Reader(currency);
  const terms: Partial<Terms> = {};
  if (given.discount !== undefined) {
    terms.discount = given.discount === null ? null : reader.discount("discount", given.discount);
  }
  if (given.commission !== undefined) terms.commission = reader.commission(given.commission);
  if (given.limits !== undefined) terms.limits = reader.limits(given.limits);
  return { terms, faults: reader.faults };
}

/** Reads amounts and keeps what is wrong with them, so that one answer names it all. */
class Reader {
  readonly faults: FieldError[] = [];
  readonly #currency: string;

  constructor(currency: string) {
    this.#currency = currency;
  }

  discount(path: string, given: NonNullable<NewPlan["discount"]> | NewPlan["commission"]): Discount {
    if (given.type === "percentage") {
      return { type: "percentage", basisPoints: this.#percentage(`${path}.value`, given.value) };
    }
    const currency = given.currency ?? this.#currency;
    if (currencyDigits(currency) === null) {
      this.#fault(`${path}.currency`, `${currency} is not a currency whose decimals are known`);
      return { type: "fixed", amountMinor: 0, currency };
    }
    return { type: "fixed", amountMinor: this.#amount(`${path}.value`, given.value, currency), currency };
  }

  commission(given: NewPlan["commission"]): Commission {
    const base = this.discount("commission", given);
    const tiers = given.tiers.map((tier, index) => {
      const path = `commission.tiers.${index}`;
      return {
        fromMinor: this.#amount(`${path}.from`, tier.from, this.#currency),
        value:
          base.type === "percentage"
            ? this.#percentage(`${path}.value`, tier.value)
            : this.#amount(`${path}.value`, tier.value, base.currency),
      };
    });
    for (const [index, tier] of tiers.entries()) {
      const earlier = tiers[index - 1];
      if (earlier !== undefined && tier.fromMinor <= earlier.fromMinor) {
        this.#fault(`commission.tiers.${index}.from`, "must be more than that of the tier before");
      }
    }
    return { ...base, tiers };
  }

  limits({ minimum, ...plain }: NewPlan["limits"]): Limits {
    if (minimum === undefined) return plain;
    if (minimum.type === "quantity") return { ...plain, minimum: { type: "quantity", quantity: minimum.value } };
    const amountMinor = this.#amount("limits.minimum.value", minimum.value, this.#currency);
    return { ...plain, minimum: { type: "cartValue", amountMinor } };
  }

  #percentage(path: string, value: Value): number {
    const basisPoints = scaledDecimal(value, 2);
    if (basisPoints !== null && basisPoints <= ALL) return basisPoints;
    this.#fault(path, "must be 0 to 100 with 2 decimals at most");
    return 0;
  }

  #amount(path: string, value: Value, currency: string): number {
    const amount = minorOf(value, currency);
    if (amount !== null) return amount;
    const digits = currencyDigits(currency);
    this.#fault(
      path,
      digits === null
        ? `can't be held in ${currency}, whose decimals are not known`
        : `must be an amount of 0 or more in ${currency} with ${digits} decimals at most`,
    );
    return 0;
  }

  #fault(path: string, message: string): void {
    this.faults.push({ path, message });
  }
}

/** Terms as the API shows them: amounts as numbers, in major units. `currency` is the store's. */
export function presentTerms(
  { discount, commission, limits }: Terms,
  currency: string,
): Pick<TrackingPlan, keyof Terms> {
  const { minimum, ...plain } = limits;
  return {
    discount: discount === null ? null : presentValue(discount),
    commission: {
      ...presentValue(commission),
      tiers: commission.tiers.map(({ fromMinor, value }) => ({
        from: majorNumber(fromMinor, currency),
        value: commission.type === "percentage" ? value / 100 : majorNumber(value, commission.currency),
      })),
    },
    limits: {
      ...plain,
      ...(minimum !== undefined && {
        minimum:
          minimum.type === "quantity"
            ? { type: minimum.type, value: minimum.quantity }
            : { type: minimum.type, value: majorNumber(minimum.amountMinor, currency) },
      }),
    },
  };
}

function presentValue(given: Discount) {
  return given.type === "percentage"
    ? { type: given.type, value: given.basisPoints / 100 }
    : { type: given.type, value: majorNumber(given.amountMinor, given.currency), currency: given.currency };
}

function majorNumber(minor: number, currency: string): number {
  return Number(majorOf(minor, currency));
}
