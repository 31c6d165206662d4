import * as fc from "fast-check";

/** Cases for each field. */
export const RUNS = 10_000;

/** Texts that have broken readers before. */
const KNOWN = [
  "",
  " ",
  "\u0000",
  "1\r\nSet-Cookie: a=b",
  "\ud800",
  "\udfff\ud800",
  "NaN",
  "Infinity",
  "-0",
  "1e309",
  "1e-7",
  "12,50",
  "12.505",
  "+1",
  "0x10",
  "1_000",
  "１２",
  ".5",
  "5.",
  "00",
  "9007199254740993",
  "90071992547409.92",
  "__proto__",
  "constructor",
  "toString",
  "EUR",
  "JPY",
  "KWD",
  "XXX",
  "2026-11-21T09:00:00Z",
  "2026-02-30T09:00:00Z",
  "+275760-09-13T00:00:00.001Z",
  "jane@mail.example",
  "a@a@a@a.a",
  "203.0.113.77",
  "2001:db8::1",
  "' OR 1=1 --",
  "<script>",
  "{{click}}",
  "%00%ff",
  "x".repeat(5_000),
];

const knownNumbers = [0, -0, -1, 0.1, 1.005, 1e21, 1e-7, 1e308, Number.NaN, Infinity, -Infinity, 2 ** 53, 2 ** 53 - 1];

/** Any text: by chance, known to be bad, or nearly an amount. */
export const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ maxLength: 300 }),
  fc.constantFrom(...KNOWN),
  fc.stringMatching(/^[-+]?\d{0,18}[.,]?\d{0,5}$/),
);

/** Any value that JSON can hold, and some that it can't; objects may have the names of what every object has. */
export const value = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 2, arbitrary: fc.oneof(fc.double(), fc.integer(), fc.constantFrom(...knownNumbers)) },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined, true, false) },
  { weight: 1, arbitrary: fc.array(text, { maxLength: 5 }) },
  { weight: 1, arbitrary: fc.constantFrom({}, { toString: 1, valueOf: 1 }, JSON.parse('{"__proto__":{"amount":1}}')) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
);
