import { idOf } from "../fields.ts";
import { msOf, timeText } from "./times.ts";
import type { Filter } from "./criteria.ts";

/**
 * Where a page of a list begins that is read by the time of its entries' last change. Pages are not counted: what changes
 * while they are read moves to the end, and all behind it over the edge of a page.
 */
export interface Place {
  /** From this time on, ms UTC, whole seconds. */
  since: number;
  /** Within that second alone, behind the entry of this id; `null`: not within one second. */
  afterId: string | null;
}

/** A place as a cursor, and back; `null` for no cursor and for what is none. */
export function cursorOf({ since, afterId }: Place): string {
  return afterId === null ? String(since) : `${since}.${afterId}`;
}

export function placeOf(cursor: string | null): Place | null {
  const [, since, , afterId] = /^(\d{1,15})(\.(\d{1,20}))?$/.exec(cursor ?? "") ?? [];
  return since === undefined ? null : { since: Number(since), afterId: afterId ?? null };
}

/** What is asked for at a place, and how it is sorted. Times are compared as they are kept: UTC, to the second. */
export function filtersOf({ since, afterId }: Place): { filters: Filter[]; sort: string[] } {
  const time = timeText(Math.max(0, since));
  return afterId === null
    ? { filters: [["updated_at", "gteq", time]], sort: ["updated_at", "entity_id"] }
    : {
        filters: [
          ["updated_at", "eq", time],
          ["entity_id", "gt", afterId],
        ],
        sort: ["entity_id"],
      };
}

/**
 * Where the next page begins; `null`: this was the last. `last`: the last entry that was read; `isLast`: whether the list
 * has none behind it. A page begins with the second of the one before's last entry, some entries a second time; one that
 * ends in the second that it began in goes on by ids, until that second is done.
 */
export function nextPlace(place: Place, last: Readonly<Record<string, unknown>> | null, isLast: boolean): Place | null {
  const second = Math.floor(place.since / 1000) * 1000;
  if (place.afterId !== null) {
    return isLast || last === null
      ? { since: second + 1000, afterId: null }
      : { since: second, afterId: idOf(last["entity_id"]) ?? place.afterId };
  }
  if (isLast || last === null) return null;
  const at = msOf(last["updated_at"]) ?? second;
  return at > second ? { since: at, afterId: null } : { since: second, afterId: "0" };
}
