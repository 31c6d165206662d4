import type { Formats } from "../../ground/language/formats.ts";
import type { Desk } from "../frame/desk-load.ts";
import type { Measure } from "./report.ts";

/** Names of the fields of `F` that are numbers, or none. */
type NumberOf<F> = { [Name in keyof F]-?: F[Name] extends number | null | undefined ? Name : never }[keyof F] & string;

type More<F> = Partial<Omit<Measure<F>, "name" | "label" | "value" | "text">>;

/** Ratios of the API have four decimals; as whole numbers of the last one they are exact. */
const SCALE = 10_000;

/** Makes the columns of a report whose numbers are `F`: each of one field, by the API's name. */
export function measuresOf<F extends object>() {
  const field =
    (write: (value: number, figures: F, desk: Desk) => string) =>
    (name: NumberOf<F>, label: string, more: More<F> = {}): Measure<F> => ({
      name,
      label,
      value: (figures) => (figures as Record<string, number | null | undefined>)[name] ?? null,
      text: write,
      ...more,
    });
  const currencyOf = (figures: F): string | null => (figures as { currency?: string | null }).currency ?? null;
  return {
    /** A whole number. */
    count: field((value, _figures, { formats }) => formats.count(value)),
    /** An amount in minor units, of the currency that stands beside it. */
    money: field((value, figures, { formats }) => {
      const currency = currencyOf(figures);
      return currency === null ? formats.count(value) : formats.money(value, currency);
    }),
    /** An amount for one of something, in minor units to four decimals. */
    each: field((value, figures, { formats }) => {
      const currency = currencyOf(figures);
      return currency === null ? String(value) : eachText(formats, value, currency);
    }),
    /** A part of 1. */
    share: field((value, _figures, { formats }) => shareText(formats, value)),
    /** Any number, to two decimals. */
    number: field((value, _figures, { formats }) => formats.decimal(value)),
    /** ms. */
    time: field((value) => durationText(value)),
    /** s. */
    seconds: field((value) => durationText(value * 1_000)),
  };
}

/** A part of 1 in per cent. */
export function shareText(formats: Formats, value: number): string {
  return formats.share(Math.round(value * SCALE), SCALE);
}

/** An amount for one of something, in minor units to four decimals. */
export function eachText(formats: Formats, value: number, currency: string): string {
  return formats.moneyEach(Math.round(value * SCALE), SCALE, currency);
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** A span of time, ms, by its two largest units: "2 h 5 min". */
export function durationText(ms: number): string {
  if (ms <= 0) return "0 s";
  if (ms < 1_000) return "under 1 s";
  const first = UNITS.findIndex(([, unit]) => ms >= unit);
  const [, least] = UNITS[Math.min(first + 1, UNITS.length - 1)] ?? UNITS[3];
  let rest = Math.floor(ms / least) * least;
  return UNITS.slice(first, first + 2)
    .flatMap(([name, unit]) => {
      const count = Math.floor(rest / unit);
      rest -= count * unit;
      return count === 0 ? [] : [`${count} ${name}`];
    })
    .join(" ");
}
