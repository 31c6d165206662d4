import { currencyDigits } from "../ground/money/amount.ts";

/** A decimal as platforms write it: with a sign, zeros or an exponent (numbers of JSON have one), but no comma. */
const DECIMAL = /^([+-]?)(\d{1,30})(?:\.(\d{0,30}))?(?:[eE]([+-]?\d{1,2}))?$/;

/** An amount that was read. */
export interface ReadAmount {
  /** Minor units, with its sign. */
  minor: bigint;
  /** Whether it had digits past the currency's, other than zeros: they were rounded, half to even. */
  rounded: boolean;
}

/**
 * Reads an amount in a currency's major unit (ISO 4217), as text or as a number. `null` for what isn't a plain decimal,
 * such as `1,50` or nothing at all, and for a currency that isn't known: nothing is ever taken for 0.
 */
export function readDecimal(value: unknown, currency: string): ReadAmount | null {
  const digits = currencyDigits(currency);
  if (digits === null || (typeof value !== "string" && typeof value !== "number")) return null;
  // A number as JavaScript writes it is the shortest decimal that reads back as the same number.
  const [, sign, whole, fraction = "", exponent = "0"] = DECIMAL.exec(String(value).trim()) ?? [];
  if (whole === undefined) return null;
  const { scaled, rounded } = shift(BigInt(whole + fraction), Number(exponent) - fraction.length + digits);
  return { minor: sign === "-" ? -scaled : scaled, rounded };
}

/** `value` × 10^`places`, half to even (IEEE 754 roundTiesToEven) where that isn't whole. */
function shift(value: bigint, places: number): { scaled: bigint; rounded: boolean } {
  if (places >= 0) return { scaled: value * 10n ** BigInt(places), rounded: false };
  const unit = 10n ** BigInt(-places);
  return { scaled: divideHalfEven(value, unit), rounded: value % unit !== 0n };
}

/** The whole number next to a quotient of two that are 0 or more, half to even. */
export function divideHalfEven(value: bigint, by: bigint): bigint {
  const [floor, twice] = [value / by, (value % by) * 2n];
  return twice > by || (twice === by && floor % 2n === 1n) ? floor + 1n : floor;
}

/**
 * An amount in minor units as a decimal in the major unit, with all of the currency's decimals: 1250 EUR is `12.50`.
 * Throws a `RangeError` for less than 0, and for a currency that isn't known.
 */
export function decimalText(minor: bigint, currency: string): string {
  const digits = currencyDigits(currency);
  if (digits === null) throw new RangeError(`not a known currency: ${currency}`);
  if (minor < 0n) throw new RangeError(`less than 0: ${minor}`);
  const text = String(minor).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** What can't be read of a platform's order. */
export class OrderFault extends Error {
  override readonly name = "OrderFault";
  /** Where, such as `line_items.3.price`. */
  readonly path: string;

  constructor(path: string, detail: string) {
    super(detail);
    this.path = path;
  }
}

/** Reads the amounts of one order, in one currency, and remembers what had to be mended. */
export class AmountReader {
  readonly currency: string;
  readonly #warnings = new Set<string>();

  /** Throws an {@link OrderFault} at `path` for a currency that isn't known. */
  constructor(currency: unknown, path: string) {
    const code = typeof currency === "string" ? currency.toUpperCase() : "";
    if (currencyDigits(code) === null) throw new OrderFault(path, "must be a currency of ISO 4217");
    this.currency = code;
  }

  /** An amount in minor units, with its sign. Throws an {@link OrderFault} for what is none. */
  read(value: unknown, path: string): bigint {
    const amount = readDecimal(value, this.currency);
    if (amount === null) throw new OrderFault(path, `must be a decimal with a point, in ${this.currency}`);
    if (amount.rounded) this.warn("rounded");
    return amount.minor;
  }

  /** Notes, once, what had to be mended: a stable code. */
  warn(code: string): void {
    this.#warnings.add(code);
  }

  /** What had to be mended, sorted. */
  warnings(): string[] {
    return [...this.#warnings].toSorted();
  }

  /** See {@link decimalText}; less than 0 is 0. */
  text(minor: bigint): string {
    return decimalText(minor < 0n ? 0n : minor, this.currency);
  }

  /**
   * A line's amount as prices of its pieces, which add up to it exactly: `10.00` of three is `3.34` once and `3.33`
   * twice. `total` in minor units, 0 or more; `quantity` a whole number of 1 or more.
   */
  pieces(total: bigint, quantity: number): { quantity: number; price: string }[] {
    const each = total / BigInt(quantity);
    const more = Number(total % BigInt(quantity));
    return [
      ...(more > 0 ? [{ quantity: more, price: this.text(each + 1n) }] : []),
      { quantity: quantity - more, price: this.text(each) },
    ];
  }
}
