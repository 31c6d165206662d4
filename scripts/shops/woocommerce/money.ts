import { exponentOf } from "../shopify/money.ts";

/** An amount of minor units as the REST API writes it, with `shown` decimals, or those of the currency. */
export function toText(minor: number, currency: string, shown = exponentOf(currency)): string {
  const digits = exponentOf(currency);
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const [whole, decimals] = digits === 0 ? [text, ""] : [text.slice(0, -digits), text.slice(-digits)];
  const padded = decimals.padEnd(shown, "0");
  return `${minor < 0 ? "-" : ""}${whole}${padded === "" ? "" : `.${padded}`}`;
}
