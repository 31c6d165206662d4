import { recordOf } from "../fields.ts";
import { gmtOf, toGmt } from "./fields.ts";

/** Where a page of a list begins. */
export interface Place {
  /** From this time on, ms UTC. */
  since: number;
  /** Behind so many rows of that. */
  offset: number;
}

/** Rows that are read again where one second has more than a page, since those that change meanwhile leave a gap. */
const OVERLAP = 10;

/** A place as a cursor, and back; `null` for no cursor and for what is none. */
export function cursorOf({ since, offset }: Place): string {
  return `${since}.${offset}`;
}

export function placeOf(cursor: string | null): Place | null {
  const [, since, offset] = /^(\d{1,15})\.(\d{1,9})$/.exec(cursor ?? "") ?? [];
  return since === undefined ? null : { since: Number(since), offset: Number(offset) };
}

/** The query of a page. The filter takes what is after a time, to the second, and takes a time with a zone for another. */
export function queryOf(
  filter: "after" | "modified_after",
  { since, offset }: Place,
  size: number,
): Record<string, string> {
  return {
    [filter]: toGmt(Math.max(0, since - 1000)),
    dates_are_gmt: "true",
    orderby: filter === "after" ? "date" : "modified",
    order: "asc",
    per_page: String(size),
    ...(offset > 0 && { offset: String(offset) }),
  };
}

/**
 * Where the next page begins; `null`: this was the last. An order that changes while pages are read moves to the end, and
 * all behind it move up, over the edge of a page that is counted: so the next begins with the time of the last row, some
 * rows a second time. Only within one second is there nothing but to count. `total`: how many the list has from
 * `place.since` on; `null`: a cache or a proxy took that away.
 */
export function nextPlace(
  rows: readonly unknown[],
  timeField: string,
  total: number | null,
  place: Place,
  size: number,
): Place | null {
  const isLast = total === null ? rows.length < size : place.offset + size >= total;
  if (isLast) return null;
  const last = Date.parse(gmtOf(recordOf(rows.at(-1))?.[timeField]) ?? "");
  // A page with the offset may be short, by orders that nobody may see; then its last row is no measure.
  if (last > place.since) return { since: last, offset: 0 };
  return { since: place.since, offset: place.offset + size - OVERLAP };
}
