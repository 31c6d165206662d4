import { DecimalCell } from "../../ground/http/csv.ts";
import { currencyDigits } from "../../ground/money/amount.ts";
import type { CountQuery } from "./count.ts";
import type { Dimension } from "./dimension.ts";
import { KEY_FIELDS, type PresentedRow } from "./present.ts";
import { decimalText, RATIO_DIGITS, scaledRatio } from "../../ground/money/ratio.ts";
import { COUNTS } from "./count.ts";
import type { OtherCurrency, ReportNumbers } from "./rows.ts";

const NAMES: Readonly<Record<Dimension, readonly string[]>> = {
  links: ["slug", "domain", "storeId", "creatorId", "campaignId"],
  creators: ["name"],
  campaigns: ["name"],
  plans: ["name"],
  codes: ["code", "creatorId", "campaignId", "planId"],
  countries: [],
  sources: [],
  devices: [],
};

const AMOUNTS = ["gross", "refunded", "sales", "commission", "claimedSales"] as const;

const NUMBERS = [...COUNTS, "currency", ...AMOUNTS, "cvr", "epc", "aov", "otherCurrencies"];

/** The columns of a report as CSV, in order. */
export function csvColumns({ dimension, periods }: Pick<CountQuery<Dimension>, "dimension" | "periods">): string[] {
  return [
    KEY_FIELDS[dimension],
    ...NAMES[dimension],
    "start",
    ...NUMBERS,
    ...(periods.length > 1 ? NUMBERS.map((name) => `previous${name.charAt(0).toUpperCase()}${name.slice(1)}`) : []),
  ];
}

/** The cells of a row: amounts are decimals in the major unit of their currency. */
export function csvCells(dimension: Dimension, row: PresentedRow): unknown[] {
  return [
    row[KEY_FIELDS[dimension]],
    ...NAMES[dimension].map((name) => row[name]),
    row.start,
    ...numberCells(row),
    ...(row.previous === undefined ? [] : numberCells(row.previous)),
  ];
}

function numberCells(numbers: ReportNumbers): unknown[] {
  const { clicks, conversions, salesMinor, currency, otherCurrencies } = numbers;
  const digits = digitsOf(currency);
  const major = (scaled: bigint | null) =>
    scaled === null ? null : new DecimalCell(decimalText(scaled, RATIO_DIGITS + digits));
  return [
    ...COUNTS.map((name) => numbers[name]),
    currency,
    ...AMOUNTS.map((name) => new DecimalCell(decimalText(numbers[`${name}Minor`], digits))),
    numbers.cvr,
    major(scaledRatio(salesMinor, clicks)),
    major(scaledRatio(salesMinor, conversions)),
    otherCurrencies.length === 0 ? null : JSON.stringify(otherCurrencies.map(majorAmounts)),
  ];
}

function majorAmounts({
  currency,
  conversions,
  claimedConversions,
  ...amounts
}: OtherCurrency): Record<string, unknown> {
  const digits = digitsOf(currency);
  const major = AMOUNTS.map((name) => [name, decimalText(amounts[`${name}Minor`], digits)]);
  return { currency, conversions, claimedConversions, ...Object.fromEntries(major) };
}

/** Where there is no currency, there is no amount but 0. */
function digitsOf(currency: string | null): number {
  return currency === null ? 0 : (currencyDigits(currency) ?? 0);
}
