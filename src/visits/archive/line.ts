import type { LoggedEvent } from "../../ground/model/visit.ts";

const HOUR_MS = 3_600_000;

/**
 * Events as lines of a file, of which none tells whose it is, or which others are of the same visit: no visitor, no visit,
 * no place in it, and of the time the hour (UTC). They are in the order of their texts, so that nor does their order.
 */
export function archivedLines(events: readonly LoggedEvent[]): string[] {
  return events
    .map(({ time, visitorHash: _visitorHash, visit: _visit, pageOfVisit, ...event }) =>
      JSON.stringify({ hour: hourOf(time), ...event, entry: event.type === "page" && pageOfVisit === 1 }),
    )
    .toSorted();
}

function hourOf(time: number): string {
  return new Date(time - (time % HOUR_MS)).toISOString().slice(0, 13);
}

/**
 * Name of the file of a store's rows up to `lastSeq` that was begun on a day such as `2026-11-30`: the same rows always
 * have the same name, so that a file which is written twice is one.
 */
export function visitArchiveKey(storeId: string, day: string, lastSeq: number): string {
  return `visits/${storeId}/${day.replaceAll("-", "/")}/${lastSeq}.ndjson.gz`;
}
