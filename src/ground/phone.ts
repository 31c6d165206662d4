/**
 * The calling codes of one and two digits (ITU-T E.164, list of assigned country codes). All others have three, so
 * that a code which is assigned tomorrow is read right today.
 */
const SHORT_CODES = new Set(
  "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98".split(
    " ",
  ),
);

/**
 * Where a national number may begin with a 0 that belongs to it: Italy with the Vatican, San Marino, the Ivory Coast,
 * Gabon and the Congo. Elsewhere a 0 there is the one that is dialled at home alone.
 */
const KEEPS_ZERO = new Set(["39", "378", "225", "241", "242"]);

/** Codes of no country: what follows them begins with any digit. */
const OF_NO_COUNTRY = /^(?:800|808|87\d|88[1-38]|979)$/;

/** Longest text that may be a number: 15 digits with a mark or two around each. */
const MAX_TEXT = 48;

/** Marks that are copied along with a number and mean nothing: directions, joiners, spaces of no width. */
const UNSEEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** What is wrong with a text that {@link phoneOf} can't read, and the way out. */
export const NO_PHONE =
  "must be a phone number with its country, such as +49 30 1234567 or 0049 30 1234567: + and the calling code in place of the 0 that is dialled at home";

const BETWEEN_DIGITS = /[\s().\-/\u2010-\u2015\u2212\u00b7]/g;

/**
 * A phone number as E.164 (`+493012345678`) of how people write it, if it says its country: `+49 (30) 123-45678`,
 * `+49 (0)30/12345678`, `0049 30 12345678`, `tel:+493012345678`. `null` for anything else, such as a number as it is
 * dialled at home, an extension or letters.
 */
export function phoneOf(text: string): string | null {
  if (text.length > MAX_TEXT) return null;
  const bare = text
    .normalize("NFKC")
    .replaceAll(UNSEEN, "")
    .trim()
    .replace(/^tel:\s*/i, "");
  const [, rest] = /^(?:\+|00)(.*)$/s.exec(bare) ?? [];
  if (rest === undefined) return null;
  const [before = "", after] = rest.split(/\(\s*0\s*\)/);
  const digits = joined(before, after);
  // Of 15 digits at most; the shortest numbers that can be called from abroad have 4 after a code of 3.
  if (digits === null || !/^[1-9]\d{6,14}$/.test(digits)) return null;
  const code = codeOf(digits);
  if (digits[code.length] === "0" && !KEEPS_ZERO.has(code) && !OF_NO_COUNTRY.test(code)) return null;
  return `+${digits}`;
}

/** The calling code of a number in E.164, such as `49` or `353`, without the plus. */
export function callingCodeOf(e164: string): string {
  return codeOf(e164.slice(1));
}

/** All digits, the 0 in brackets between both only where it belongs to the number; `null`: there is more than digits. */
function joined(before: string, after: string | undefined): string | null {
  const [code, rest] = [before, after ?? ""].map((part) => part.replaceAll(BETWEEN_DIGITS, ""));
  const digits = `${code}${after !== undefined && KEEPS_ZERO.has(code ?? "") ? "0" : ""}${rest}`;
  // A 0 in brackets stands right behind the code, and nowhere else.
  if (after !== undefined && code !== codeOf(digits)) return null;
  return /^\d+$/.test(digits) ? digits : null;
}

function codeOf(digits: string): string {
  const short = [1, 2].map((length) => digits.slice(0, length)).find((code) => SHORT_CODES.has(code));
  return short ?? digits.slice(0, 3);
}
