import { recordsOf } from "../fields.ts";

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
