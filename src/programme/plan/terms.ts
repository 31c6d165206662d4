import type { FieldError } from "../../ground/http/problem.ts";
import { AmountReader } from "./amount-reader.ts";
import { majorNumber, presentCommission, presentValue, readCommission } from "./commission-terms.ts";
import type { Commission, Discount, Limits } from "../../ground/model/plan.ts";
import type { NewPlan, TrackingPlan } from "./schema.ts";

/** The parts of a plan that hold amounts. */
export interface Terms {
  discount: Discount | null;
  commission: Commission;
  limits: Limits;
}

type GivenTerms = Pick<NewPlan, keyof Terms>;

/**
 * Reads those parts of a plan with amounts that are given. `currency` is the store's. What can't be read
 * is named in `faults`, and `terms` is of no use then.
 */
export function readTerms(
  given: Partial<GivenTerms>,
  currency: string,
): { terms: Partial<Terms>; faults: FieldError[] } {
  const reader = new AmountReader(currency);
  const terms: Partial<Terms> = {};
  if (given.discount !== undefined) {
    terms.discount = given.discount === null ? null : reader.value("discount", given.discount);
  }
  if (given.commission !== undefined) terms.commission = readCommission(reader, given.commission);
  if (given.limits !== undefined) terms.limits = readLimits(reader, given.limits);
  return { terms, faults: reader.faults };
}

function readLimits(reader: AmountReader, { minimum, ...plain }: NewPlan["limits"]): Limits {
  if (minimum === undefined) return plain;
  if (minimum.type === "quantity") return { ...plain, minimum: { type: "quantity", quantity: minimum.value } };
  const amountMinor = reader.amount("limits.minimum.value", minimum.value, reader.currency);
  return { ...plain, minimum: { type: "cartValue", amountMinor } };
}

/** Terms as the API shows them: amounts as numbers, in major units. `currency` is the store's. */
export function presentTerms(
  { discount, commission, limits }: Terms,
  currency: string,
): Pick<TrackingPlan, keyof Terms> {
  const { minimum, ...plain } = limits;
  return {
    discount: discount === null ? null : presentValue(discount),
    commission: presentCommission(commission, currency),
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
