/** A JSON object; `null` for all else. */
export function recordOf(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** The objects of a list; none of what is no list. */
export function recordsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(recordOf).filter((entry) => entry !== null) : [];
}

/** A text that says something, without blanks around it; else `null`. */
export function textOf(value: unknown): string | null {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? null : text;
}

/** Longest text of one line that is kept. */
const MAX_LINE = 200;

/** The same on one line, cut to 200 characters. */
export function lineText(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const line = value.replaceAll(/[\p{C}\s]+/gu, " ").trim();
  // Not half of a character that has two units.
  return textOf(line.slice(0, MAX_LINE).replace(/[\uD800-\uDBFF]$/, ""));
}

/** An id of the shop's, a whole number above 0, as text; `null` for all else, and for what JSON has rounded. */
export function idOf(value: unknown): string | null {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === "string" && /^[1-9]\d{0,19}$/.test(text) ? text : null;
}

/** An entry of `meta_data` of an order or a line. */
export interface Meta {
  key: string;
  value: unknown;
}

/** What plugins have written to an order or a line. */
export function metaOf(value: unknown): Meta[] {
  return recordsOf(value).flatMap(({ key, value: said }) => (typeof key === "string" ? [{ key, value: said }] : []));
}

/** The first value of a key. */
export function metaValue(meta: readonly Meta[], key: string): unknown {
  return meta.find((entry) => entry.key === key)?.value;
}

/**
 * A time in UTC that is written without a zone, as fields that end on `_gmt` have it, as ISO 8601; `null` if it is none,
 * as of drafts.
 */
export function gmtOf(value: unknown): string | null {
  const [, day, time] = (typeof value === "string" && GMT.exec(value)) || [];
  if (day === undefined) return null;
  const ms = Date.parse(`${day}T${time}Z`);
  // 30 February would be read as a day of March.
  if (Number.isNaN(ms) || ms < 0) return null;
  const iso = new Date(ms).toISOString();
  return iso.startsWith(day) ? iso : null;
}

const GMT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.\d+)?Z?$/;

/** The same the other way: ms UTC, cut to seconds, as the shop's filters take it. A zone would be taken as one to convert. */
export function toGmt(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}
