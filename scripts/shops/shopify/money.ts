import { Refusal } from "../refusal.ts";

/** By currency: to make a formatter takes longer than all else of an order. */
const exponents = new Map<string, number>();

/** Decimals of a currency's major unit, by ISO 4217. */
export function exponentOf(currency: string): number {
  const known = exponents.get(currency);
  if (known !== undefined) return known;
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
  exponents.set(currency, maximumFractionDigits);
  return maximumFractionDigits;
}

/** An amount as it was said, in minor units. Throws a {@link Refusal} for what has more decimals than the currency. */
export function toMinor(text: string, currency: string): number {
  const exponent = exponentOf(currency);
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text.trim());
  const [, sign = "", whole = "", decimals = ""] = match ?? [];
  if (match === null || decimals.replace(/0+$/, "").length > exponent) {
    throw new Refusal(`"${text}" is no amount in ${currency}.`);
  }
  const minor = Number(whole + decimals.slice(0, exponent).padEnd(exponent, "0"));
  return sign === "-" ? -minor : minor;
}

/** As REST writes it: with all decimals of the currency, and none where it has none. */
export function restText(minor: number, currency: string): string {
  const exponent = exponentOf(currency);
  const digits = String(Math.abs(minor)).padStart(exponent + 1, "0");
  const text = exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
  return minor < 0 ? `-${text}` : text;
}

/** As GraphQL writes it: without the zeros at the end, but with one decimal, such as `12.5` and `100.0`. */
export function graphqlText(minor: number, currency: string): string {
  const text = restText(minor, currency);
  if (!text.includes(".")) return `${text}.0`;
  return text.replace(/(\.\d+?)0+$/, "$1");
}

/** Spreads `total` by `weights`, without a remainder: what is left over goes to the first of them. Whole numbers. */
export function spread(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  if (sum === 0) return weights.map(() => 0);
  const shares = weights.map((weight) => Math.floor((total * weight) / sum));
  let left = total - shares.reduce((all, share) => all + share, 0);
  return shares.map((share, index) => {
    if (left === 0 || weights[index] === 0) return share;
    left -= 1;
    return share + 1;
  });
}

/** What units `from` to `to` of `quantity` have of `total`, so that the parts of all units sum up to it. */
export function part(total: number, from: number, to: number, quantity: number): number {
  return Math.floor((total * to) / quantity) - Math.floor((total * from) / quantity);
}
