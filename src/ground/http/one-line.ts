/** What ends a line or a cell in some reader. */
const BREAKS = /[\t-\r\u0085\u2028\u2029]+/g;

/** Control characters (Unicode's Cc) and the two separators that are line breaks without being such. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

/** Whether a text is on one line and has no control characters. */
export function isOneLine(text: string): boolean {
  return !CONTROL.test(text);
}

/** A text on one line: control characters are taken out, and a space stands where a line or a cell would have ended. */
export function oneLine(text: string): string {
  return isOneLine(text) ? text : text.replaceAll(BREAKS, " ").replaceAll(/\p{Cc}/gu, "");
}
