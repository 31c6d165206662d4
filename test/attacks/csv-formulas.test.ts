import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as fc from "fast-check";
import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { readOrder } from "../../src/sales/capture/read-order.ts";
import { cellText, csvLines } from "../../src/ground/http/csv.ts";
import { textField } from "../../src/ground/http/fields.ts";

/** A row as a reader of CSV has it, with this character between cells. */
function read(csv: string, delimiter = ","): string[][] {
  const { data, errors } = Papa.parse<string[]>(csv.replace(/\r\n$/, ""), { delimiter, newline: "\r\n" });
  expect(errors.filter(({ type }) => type === "Quotes" && delimiter === ",")).toEqual([]);
  return data;
}

/** What a spreadsheet makes of a cell that may begin with a formula, written apart from the code under test. */
function isFormula(cell: string): boolean {
  const seen = cell.replace(/^[\s\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]+/u, "");
  return "=+-@\u2212".includes(firstOf(seen.normalize("NFKC")));
}

/** A text's first character; `?` of none. */
function firstOf(text: string): string {
  return text === "" ? "?" : String.fromCodePoint(text.codePointAt(0) ?? 0);
}

const INSERTS = [
  "=",
  "+",
  "-",
  "@",
  "＝",
  "＋",
  "－",
  "＠",
  "﹦",
  "⁺",
  "\n",
  "\r",
  "\t",
  "\0",
  "\u0085",
  "\u2028",
  ";",
  ",",
  '"',
  " ",
  "\u200b",
  "\ufeff",
  "\u202e",
  "'",
  "1",
  "\ud800",
];
const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.oneof(fc.constantFrom(...INSERTS), fc.string({ unit: "binary", maxLength: 1 })) }),
);

describe("G-12: a cell of CSV", () => {
  it.each([
    "=1+1",
    "\n=1+1",
    "=1+1\n",
    "\r\n@SUM(1)",
    "\t@SUM(1)",
    " \u00a0=1",
    "\0=1",
    "\u200b=1",
    "\ufeff+1+1",
    "\u2028-2+3",
    "＝1+1",
    "＋1+1",
    "－2+3",
    "＠SUM(1)",
    "\n＝cmd|' /C calc'!A0",
    "﹦1",
    "−2+3",
    "-2+3",
    "--1",
    "-1e3+x",
    "+1",
  ])("%j begins with an apostrophe", (text) => {
    expect(cellText(text)).toMatch(/^'/);
    expect(read(csvLines([[text, "next"]]))).toEqual([[cellText(text), "next"]]);
  });

  it.each(["first\n=1+1", "first\r\n\t=1+1", "a\u0085@SUM(1)", "a\u2029=1"])("%j has no second line", (text) => {
    const line = cellText(text);
    expect(line).toMatch(/^(first|a) [ ]*[=@]/);
    expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
  });

  it("is disarmed behind a semicolon too, where that parts cells", () => {
    expect(cellText("summer;=HYPERLINK(1)")).toBe("summer;'=HYPERLINK(1)");
    expect(cellText("summer; \u200b＝1;@x")).toBe("summer;' \u200b＝1;'@x");
    expect(cellText("a;b;c")).toBe("a;b;c");
  });

  it("that is a number, true or nothing is written as it is: a negative amount stays a number, a slug a text", () => {
    expect(csvLines([[-5, -12.5, true, null, undefined, ""]])).toBe("-5,-12.5,true,,,\r\n");
    expect(csvLines([["-5"]])).toBe('"\'-5"\r\n');
  });

  it.each(["Léa", "a-b", "lea@creator.example", "100 %", 'a,"b"', "", "2026-11-21", "1+1=2", "日本語 — ok"])(
    "%j is left as it is",
    (text) => expect(read(csvLines([[text, "x"]]))).toEqual([[text, "x"]]),
  );

  it("is one cell on one line that no spreadsheet runs, whatever its text", () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 3 }), (texts) => {
        const csv = csvLines([[...texts, "end"]]);
        const rows = read(csv);
        expect(rows).toHaveLength(1);
        const [cells = []] = rows;
        expect(cells).toHaveLength(texts.length + 1);
        for (const [index, cell] of cells.slice(0, -1).entries()) {
          expect(isFormula(cell)).toBe(false);
          expect(cell).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
          // Nothing but control characters goes, and nothing but apostrophes comes.
          const bare = (text: string) => text.toWellFormed().replaceAll(/[\p{Cc}\p{Z}']/gu, "");
          expect(bare(cell)).toBe(bare(texts[index] ?? ""));
          for (const part of cell.split(";").slice(1)) {
            const seen = part.replace(/^[\s\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]+/u, "");
            expect("=+-@\u2212".includes(firstOf(seen.normalize("NFKC")))).toBe(false);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("knows every sign that Unicode makes one of a formula's", () => {
    for (let code = 0x21; code <= 0x1ffff; code++) {
      const sign = String.fromCodePoint(code);
      if ("=+-@\u2212".includes(firstOf(sign.normalize("NFKC")))) {
        expect(cellText(`${sign}x`), code.toString(16)).toBe(`'${sign}x`);
      }
    }
  });
});

describe("G-12: control characters at ingest", () => {
  it.each(["a\tb", "a\0b", "a\nb", "a\u0085b", "a\u2028b", "a\u2029b", "a\u007fb"])(
    "%j is no text of a field",
    (text) => {
      expect(textField(20).safeParse(text).success).toBe(false);
    },
  );

  it("go from the texts of an order's items, and lose no order", () => {
    const items = [{ sku: "A\t1", name: "Linen\r\n=shirt\0", category: "\u2028Shirts", quantity: 1, price: "5.00" }];
    const reading = readOrder({ orderId: "1", amount: "5.00", currency: "EUR", items }, "order", null, 0);
    expect(reading).toMatchObject({
      order: { data: { items: [{ sku: "A 1", name: "Linen =shirt", category: "Shirts" }] } },
    });
    const codes = (text: string) =>
      readOrder({ orderId: "1", amount: 5, currency: "EUR", codes: [text] }, "order", null, 0);
    expect(codes("LEA\u202810")).toMatchObject({ refused: { code: "bad_codes" } });
  });
});

describe("G-12: every CSV goes through one door", () => {
  const src = resolve(import.meta.dirname, "../../src");
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
  const holding = (pattern: RegExp) =>
    files.filter((path) => pattern.test(readFileSync(join(src, path), "utf8"))).toSorted();

  it("which alone writes it, and names its type in an answer", () => {
    expect(holding(/\bunparse\(/)).toEqual(["ground/http/csv.ts"]);
    expect(holding(/text\/csv; charset|["']Content-Type["']: ["']text\/csv/i)).toEqual(["ground/http/csv.ts"]);
    expect(holding(/filename="[^"]*\.csv/)).toEqual([]);
    expect(holding(/\.join\(["'](?:,|;|\\t)["']\).{0,40}\\r?\\n/)).toEqual([]);
  });
});
