import { majorOf } from "../../ground/money/amount.ts";
import type { AmountReader, ReadValue } from "./amount-reader.ts";
import type { GivenCommission, ShownCommission } from "./commission-schema.ts";
import type { Commission, SpecialRate } from "../../ground/model/plan.ts";

/** Reads a commission at the path `commission` of the body. */
export function readCommission(reader: AmountReader, given: GivenCommission): Commission {
  const value = reader.value("commission", given);
  const { payIn } = given;
  if (payIn !== null) reader.known("commission.payIn", payIn);
  return {
    ...value,
    tiers: readTiers(reader, given, value),
    special: given.special.map((special, index) => readSpecial(reader, special, index, value)),
    capPerOrderMinor: readCap(reader, "capPerOrder", given.capPerOrder),
    capPerCreatorMinor: readCap(reader, "capPerCreator", given.capPerCreator),
    newCustomersOnly: given.newCustomersOnly,
    includeTax: given.includeTax,
    includeShipping: given.includeShipping,
    holdDays: given.holdDays,
    payIn,
  };
}

function readTiers(reader: AmountReader, given: GivenCommission, base: ReadValue): Commission["tiers"] {
  const tiers = given.tiers.map((tier, index) => {
    const path = `commission.tiers.${index}`;
    return {
      fromMinor: reader.amount(`${path}.from`, tier.from, reader.currency),
      value:
        base.type === "percentage"
          ? reader.percentage(`${path}.value`, tier.value)
          : reader.payment(`${path}.value`, tier.value, base.currency),
    };
  });
  for (const [index, tier] of tiers.entries()) {
    const earlier = tiers[index - 1];
    if (earlier !== undefined && tier.fromMinor <= earlier.fromMinor) {
      reader.fault(`commission.tiers.${index}.from`, "must be more than that of the tier before");
    }
  }
  return tiers;
}

function readSpecial(
  reader: AmountReader,
  given: GivenCommission["special"][number],
  index: number,
  base: ReadValue,
): SpecialRate {
  const path = `commission.special.${index}`;
  const { products, categories } = given;
  if (products.length === 0 && categories.length === 0) {
    reader.fault(`${path}.products`, "must name a product, or categories a category");
  }
  const value = reader.value(path, given, base.type === "fixed" ? base.currency : reader.currency);
  if (value.type === "fixed" && base.type === "fixed" && value.currency !== base.currency) {
    reader.fault(`${path}.currency`, `must be ${base.currency}, as the commission's own`);
  }
  return { products, categories, ...value };
}

function readCap(reader: AmountReader, field: string, given: string | number | null): number | null {
  return given === null ? null : reader.amount(`commission.${field}`, given, reader.currency);
}

/** A commission as the API shows it; `currency` is the store's. */
export function presentCommission(commission: Commission, currency: string): ShownCommission {
  const { tiers, special, capPerOrderMinor, capPerCreatorMinor } = commission;
  const { newCustomersOnly, includeTax, includeShipping, holdDays, payIn } = commission;
  return {
    ...presentValue(commission),
    tiers: tiers.map(({ fromMinor, value }) => ({
      from: majorNumber(fromMinor, currency),
      value: commission.type === "percentage" ? value / 100 : majorNumber(value, commission.currency),
    })),
    special: special.map((rate) => ({
      products: rate.products,
      categories: rate.categories,
      ...presentValue(rate),
    })),
    capPerOrder: capPerOrderMinor === null ? null : majorNumber(capPerOrderMinor, currency),
    capPerCreator: capPerCreatorMinor === null ? null : majorNumber(capPerCreatorMinor, currency),
    newCustomersOnly,
    includeTax,
    includeShipping,
    holdDays,
    payIn,
  };
}

/** A value in per cent or as an amount, as the API shows it. */
export function presentValue(given: ReadValue) {
  return given.type === "percentage"
    ? { type: given.type, value: given.basisPoints / 100 }
    : { type: given.type, value: majorNumber(given.amountMinor, given.currency), currency: given.currency };
}

/** An amount in minor units as a number in the major unit. */
export function majorNumber(minor: number, currency: string): number {
  return Number(majorOf(minor, currency));
}
