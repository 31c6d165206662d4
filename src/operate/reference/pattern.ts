/** What a text has to look like, in words and as a sample. */
export interface PatternWords {
  /** May have code between backticks. */
  words: string;
  sample: string;
}

/** Stands behind an id's prefix in samples, as in the descriptions of fields. */
const ID = "06c4v8e5m1k2n3p4";

/** Patterns that the API's schemas use, by their text. */
const KNOWN: Readonly<Record<string, PatternWords>> = {
  "^[\\x21-\\x7e]{1,500}$": {
    words: "1 to 500 characters of ASCII without spaces",
    sample: "example-secret-0a1b2c3d4e5f",
  },
  "^[\\u0021-\\u007e]{16,200}$": {
    words: "16 to 200 characters of ASCII without spaces",
    sample: "example-secret-0a1b2c3d4e5f",
  },
  "^[a-z0-9][a-z0-9 _.-]{0,59}$": { words: "a–z, 0–9, spaces, `_`, `.` and `-`, 60 at most", sample: "summer" },
  "^(?!-)[a-z0-9-]{1,63}(?<!-)(\\.(?!-)[a-z0-9-]{1,63}(?<!-))*$": {
    words: "a host name in small letters",
    sample: "go.brand.com",
  },
  "^\\/": { words: "begins with `/`", sample: "/tea" },
  "^[A-Za-z]{2}$": { words: "two letters", sample: "FR" },
  "^#[0-9a-f]{6}$/i": { words: "`#` and six hexadecimal digits", sample: "#0b7564" },
  "^[A-Za-z][A-Za-z0-9_-]{0,39}$": {
    words: "a letter, then letters, digits, `_` and `-`, 40 at most",
    sample: "wm_click",
  },
  "^(?!__proto__$)[\\w-]{1,60}$": { words: "letters, digits, `_` and `-`, 60 at most", sample: "plan" },
  "^\\d{4}-\\d{2}-\\d{2}$": { words: "a date as `2026-11-21`", sample: "2026-11-21" },
  "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$": { words: "a language as `en` or `pt-BR`", sample: "en" },
  "^([01]\\d|2[0-3]):[0-5]\\d$": { words: "a time of day as `09:30`", sample: "09:30" },
  "^[a-z0-9][a-z0-9_-]{0,59}$": { words: "a–z, 0–9, `_` and `-`, 60 at most", sample: "newsletter_signup" },
  "^[a-z0-9][a-z0-9-]{0,99}\\.myshopify\\.com$": {
    words: "the shop's `….myshopify.com`",
    sample: "linen-example.myshopify.com",
  },
  "^20\\d\\d-(01|04|07|10)$": { words: "a version as `2026-10`", sample: "2026-10" },
  "^[a-z0-9-]{3,60}$": { words: "3 to 60 of a–z, 0–9 and `-`", sample: "abc123def4" },
  "^[a-z0-9][a-z0-9-]{1,39}$": { words: "2 to 40 of a–z, 0–9 and `-`", sample: "linen" },
  "^[a-z0-9][a-z0-9_-]{0,39}$": { words: "a–z, 0–9, `_` and `-`, 40 at most", sample: "summer" },
  "^[a-z0-9]{1,10}$": { words: "1 to 10 of a–z and 0–9", sample: "0a1b2c" },
  "^[A-Za-z0-9]+$": { words: "letters and digits", sample: "AC0123456789abcdef0123456789abcdef" },
};

const ID_PATTERN = /^\^([a-z]{3})_\[0-9a-hjkmnp-tv-z\]\{16\}/;

/** What a pattern asks for, `null` if nobody has put it into words. */
export function patternWords(pattern: string): PatternWords | null {
  const [, prefix] = ID_PATTERN.exec(pattern) ?? [];
  if (prefix === undefined) return KNOWN[pattern] ?? null;
  const words = pattern.includes(",") ? `ids, \`${prefix}_…\`, with commas between` : `an id, \`${prefix}_…\``;
  return { words, sample: `${prefix}_${ID}` };
}
