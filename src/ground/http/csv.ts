import Papa from "papaparse";
import { signedMajorOf } from "../money/amount.ts";
import { oneLine } from "./one-line.ts";

/**
 * What a spreadsheet may take for the beginning of a formula: `=`, `+`, `-`, `@`, the minus sign, and all that is one
 * of them under another width (Unicode's NFKC), which some spreadsheets make of it.
 */
const SIGN =
  "[=+\\-@\\u2212\\u207A-\\u207C\\u208A-\\u208C\\u2A75\\u2A76\\uFB29\\uFE62\\uFE63\\uFE66\\uFE6B\\uFF0B\\uFF0D\\uFF1D\\uFF20]";
/** What nobody sees, and some spreadsheets pass over. */
const UNSEEN = "[\\s\\p{Z}\\p{C}\\p{Default_Ignorable_Code_Point}]*";

/** Where a formula could begin: at a text's start, and behind what parts cells where a comma is a decimal point. */
const FORMULA = new RegExp(`(^|;)(?=${UNSEEN}${SIGN})`, "gu");

/**
 * A text as it may stand in a cell: on one line, without control characters, and with an apostrophe in front of what
 * a spreadsheet would run as a formula, whatever unseen characters are around it.
 */
export function cellText(text: string): string {
  return oneLine(text.toWellFormed()).replaceAll(FORMULA, "$1'");
}

/** Where {@link cellText} put its apostrophe. */
const GUARD = new RegExp(`(^|;)'(?=${UNSEEN}${SIGN})`, "gu");

/** The text of a cell that was written by {@link cellText}, for a file that was exported and comes back. */
export function textOfCell(cell: string): string {
  return cell.replaceAll(GUARD, "$1");
}

/**
 * A cell that is a decimal with all its digits, such as `-12.50`: a number to spreadsheets, and no formula. Throws a
 * `RangeError` for any other text.
 */
export class DecimalCell {
  readonly text: string;

  constructor(text: string) {
    if (!/^-?\d+(?:\.\d+)?$/.test(text)) throw new RangeError(`not a decimal: ${text}`);
    this.text = text;
  }
}

/**
 * An amount in minor units as a cell: in the major unit, with all the decimals of its currency. Throws a `RangeError` for a
 * currency that isn't known, and for what isn't a whole number of minor units.
 */
export function amountCell(minor: number, currency: string): DecimalCell {
  return new DecimalCell(signedMajorOf(minor, currency));
}

/**
 * Rows as lines of CSV (RFC 4180, CRLF): what every CSV of Waymark is written by, for names, addresses and codes
 * come from outside. Texts are written as {@link cellText} has them; an amount must come as {@link amountCell} makes it,
 * or as a number: a text that begins with a minus is taken for a formula.
 */
export function csvLines(rows: readonly (readonly unknown[])[]): string {
  if (rows.length === 0) return "";
  const cells = rows.map((row) => row.map(cellOf));
  // What begins with an apostrophe is quoted, for some readers take a bare one for a quote.
  const quotes = (cell: unknown): boolean => typeof cell === "string" && cell.startsWith("'");
  return `${Papa.unparse(cells, { newline: "\r\n", quotes })}\r\n`;
}

function cellOf(cell: unknown): unknown {
  if (typeof cell === "string") return cellText(cell);
  return cell instanceof DecimalCell ? cell.text : cell;
}

/** A download of rows that come page by page, so that no more than a page is ever held. */
export function csvStream(filename: string, columns: readonly string[], pages: AsyncIterator<unknown[][]>): Response {
  const encoder = new TextEncoder();
  let started = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!started) {
        started = true;
        controller.enqueue(encoder.encode(csvLines([columns])));
        return;
      }
      const page = await pages.next();
      if (page.done === true) controller.close();
      else controller.enqueue(encoder.encode(csvLines(page.value)));
    },
  });
  return new Response(body, { headers: csvHeaders(filename) });
}

/** Headers of a CSV download. A browser never shows it as a page, whatever it holds. */
export function csvHeaders(filename: string): Record<string, string> {
  return {
    "Content-Type": "text/csv; charset=utf-8",
    "Content-Disposition": `attachment; filename="${filename}"`,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
  };
}
