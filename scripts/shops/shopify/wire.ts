/**
 * JSON as Shopify's webhooks have it: slashes escaped, and `&`, `<` and `>` too; a bigint is written as a number, with all
 * its digits.
 */
export function wire(value: unknown): string {
  const marked = JSON.stringify(value, (_key, one: unknown) => (typeof one === "bigint" ? `\u{E000}${one}` : one));
  return marked
    .replaceAll(/"\u{E000}(-?\d+)"/gu, "$1")
    .replaceAll("/", "\\/")
    .replaceAll("&", "\\u0026")
    .replaceAll("<", "\\u003c")
    .replaceAll(">", "\\u003e");
}

/** A time as REST writes it: without milliseconds, with the shop's offset, such as `-05:00`. */
export function restTime(at: number, offsetMinutes: number): string {
  const sign = offsetMinutes < 0 ? "-" : "+";
  const two = (part: number): string => String(Math.trunc(Math.abs(part))).padStart(2, "0");
  const offset = `${sign}${two(offsetMinutes / 60)}:${two(offsetMinutes % 60)}`;
  return new Date(at + offsetMinutes * 60_000).toISOString().replace(/\.\d+Z$/, offset);
}

/** A time as GraphQL writes it: UTC, without milliseconds. */
export function graphqlTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}
