import { currencyDigits } from "../money/amount.ts";
import type { DaySpan } from "../time/range.ts";
import { readLanguages } from "./language.ts";
import { decimalText, RATIO_DIGITS, scaledRatio } from "../money/ratio.ts";

/** The words around them run from left to right, so digits and calendar do not change. */
const FIXED = { calendar: "gregory", numberingSystem: "latn" } as const;

/** Writes numbers, amounts and days as people of one language do. */
export interface Formats {
  /** A whole number. */
  count: (value: number) => string;
  /** An amount in minor units of a currency (ISO 4217). Throws a `RangeError` for a currency that isn't known. */
  money: (minor: number, currency: string) => string;
  /**
   * An amount in minor units shared by so many, to as many decimals whatever it comes to, so that a column of them is read
   * at a glance: those of its currency, two at least. A dash for none; what is more than nothing never looks like nothing.
   */
  moneyEach: (minor: number, among: number, currency: string) => string;
  /** Any number, to two decimals. */
  decimal: (value: number) => string;
  /** A part of a whole in per cent, to two decimals; a dash without a whole. */
  share: (part: number, whole: number) => string;
  /** A day (2026-11-22) without its year, or the first and the last day of a span. */
  day: (day: string | DaySpan) => string;
  /** A day (2026-11-22) with its year. */
  date: (day: string) => string;
  /** A month (2026-11) with its year. */
  month: (month: string) => string;
  /** A day (2026-11-22) as it stands in a sentence, with its month in full: `22 November`, with the year if that is another's. */
  longDay: (day: string, thisYear: number) => string;
  /** A time (ms UTC) in a time zone, with the zone's name. */
  moment: (time: number, timezone: string) => string;
}

/** Decimals that an amount for one of something has at least: a click is often worth less than a yen. */
const EACH_DIGITS = 2;

/** What is shown where there is nothing to divide by. */
const NONE = "–";

/** Formats for the best language of an `Accept-Language` header (RFC 9110, section 12.5.4) that is known; else English. */
export function formatsFor(acceptLanguage: string | null): Formats {
  return formatsOf(localeOf(acceptLanguage));
}

/** Formats for a language, perhaps with a country (BCP 47): one that `Intl` knows. */
export function formatsOf(locale: string): Formats {
  const counts = new Intl.NumberFormat(locale, FIXED);
  const decimals = new Intl.NumberFormat(locale, { ...FIXED, minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const shares = new Intl.NumberFormat(locale, { ...FIXED, style: "percent", maximumFractionDigits: 2 });
  const month = monthIn(locale);
  const days = new Intl.DateTimeFormat(locale, { ...FIXED, timeZone: "UTC", day: "numeric", month });
  const dates = new Intl.DateTimeFormat(locale, {
    ...FIXED,
    timeZone: "UTC",
    day: "numeric",
    month,
    year: "numeric",
  });
  const months = new Intl.DateTimeFormat(locale, { ...FIXED, timeZone: "UTC", month: "long", year: "numeric" });
  const longDays = new Intl.DateTimeFormat(locale, { ...FIXED, timeZone: "UTC", day: "numeric", month: "long" });
  const longDates = new Intl.DateTimeFormat(locale, { ...FIXED, timeZone: "UTC", dateStyle: "long" });
  // Making one takes longer than all that a page writes with it.
  const amounts = new Map<string, Intl.NumberFormat>();
  const amount = (decimal: string, currency: string, digits: number): string => {
    const key = `${currency} ${digits}`;
    let written = amounts.get(key);
    if (written === undefined) {
      written = new Intl.NumberFormat(locale, {
        ...FIXED,
        style: "currency",
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      });
      amounts.set(key, written);
    }
    return written.format(decimal as Intl.StringNumericLiteral);
  };
  return {
    count: (value) => counts.format(value),
    money: (minor, currency) => amount(decimalOf(minor, currency), currency, digitsOf(currency)),
    moneyEach: (minor, among, currency) => {
      const each = scaledRatio(minor, among);
      if (each === null) return NONE;
      const decimal = decimalText(each, RATIO_DIGITS + digitsOf(currency));
      const digits = Math.max(EACH_DIGITS, digitsOf(currency));
      const least = decimalText(1, digits);
      const isTooSmall = minor > 0 && Number(decimal) < Number(least) / 2;
      return isTooSmall ? `<${amount(least, currency, digits)}` : amount(decimal, currency, digits);
    },
    decimal: (value) => decimals.format(value),
    share: (part, whole) => {
      const ratio = scaledRatio(part, whole);
      return ratio === null ? NONE : shares.format(decimalText(ratio, RATIO_DIGITS) as Intl.StringNumericLiteral);
    },
    day: (day) =>
      typeof day === "string"
        ? days.format(Date.parse(day))
        : day.first === day.last
          ? days.format(Date.parse(day.first))
          : days.formatRange(Date.parse(day.first), Date.parse(day.last)),
    date: (day) => dates.format(Date.parse(day)),
    month: (month) => months.format(Date.parse(`${month}-01`)),
    longDay: (day, thisYear) => (day.startsWith(`${thisYear}-`) ? longDays : longDates).format(Date.parse(day)),
    moment: (time, timezone) =>
      new Intl.DateTimeFormat(locale, {
        ...FIXED,
        timeZone: timezone,
        day: "numeric",
        month,
        year: "numeric",
        hour: hourIn(locale),
        minute: "2-digit",
        timeZoneName: "short",
      }).format(time),
  };
}

/** In German months are written out wherever they stand: beside those of sentences, short ones with their dots look like slips. */
function monthIn(locale: string): "short" | "long" {
  return new Intl.Locale(locale).language === "de" ? "long" : "short";
}

/** On a clock of twelve hours nobody writes a zero before the hour. */
function hourIn(locale: string): "numeric" | "2-digit" {
  const { hourCycle } = new Intl.DateTimeFormat(locale, { hour: "numeric" }).resolvedOptions();
  return hourCycle === "h11" || hourCycle === "h12" ? "numeric" : "2-digit";
}

/** An amount in minor units as a decimal in the major unit, also below 0. Throws a `RangeError` for a currency that isn't known. */
export function decimalOf(minor: number, currency: string): string {
  return decimalText(minor, digitsOf(currency));
}

function digitsOf(currency: string): number {
  const digits = currencyDigits(currency);
  if (digits === null) throw new RangeError(`not a known currency: ${currency}`);
  return digits;
}

function localeOf(acceptLanguage: string | null): string {
  for (const tag of readLanguages(acceptLanguage)) {
    try {
      // Without extensions, by which anybody could choose other digits and calendars.
      const locale = new Intl.Locale(tag).baseName;
      if (Intl.NumberFormat.supportedLocalesOf(locale).length > 0) return locale;
    } catch {
      // Not a language tag (BCP 47): the next may be one.
    }
  }
  return "en";
}
