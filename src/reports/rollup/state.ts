/**
 * What is rolled up, and what is made anew: the text that {@link STATE} gives. It becomes another whenever anything writes
 * sums of clicks, or the marks that they go by: who has planned to write some breaks off then.
 */
export interface RollupState {
  text: string;
  /** The highest number that is rolled up, by the number of the database of the log. */
  marks: ReadonlyMap<number, number>;
  /** The last day (2026-11-22) that months have. */
  lastInMonths: string;
  /** What of a rebuild has been read of the log. */
  anew: Anew | null;
  /** Whether hours have the table that they are to have. */
  areHoursCopied: boolean;
}

/** How far the rebuild that is under way has read the log, or replaced sums. */
export interface Anew {
  /** Id of a store or a link; empty: all. */
  scope: string;
  /** Up to here the log is read: the number of its database, and a time (ms UTC). */
  log: number;
  time: number;
  /** The last link that has its sums again, once the whole log is read. */
  link: string;
}

/** SQL: whether hours have the table that they are to have (see `hours-run.ts`). */
export const IS_COPIED = "NOT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'click_hours_lean')";

/** SQL: the state, as JSON. */
export const STATE = `json_array(
  json((SELECT json_group_object(name, value) FROM (SELECT name, value FROM watermarks
     WHERE name IN ('clicks', 'click_months', 'click_rebuilds') OR name GLOB 'clicks_[0-9]*' ORDER BY name))),
  json((SELECT json_array(store_id, step, done, requested_at) FROM rollup_rebuilds ORDER BY requested_at, store_id LIMIT 1)),
  ${IS_COPIED})`;

const DAY_MS = 86_400_000;

/** Reads the state. Throws a `SyntaxError` for any other text. */
export function readState(text: string): RollupState {
  const [marks, rebuild, areHoursCopied] = JSON.parse(text) as [
    Record<string, number>,
    [scope: string, step: string, done: string, requestedAt: number] | null,
    0 | 1,
  ];
  const numbers = Object.entries(marks).flatMap(([name, value]): [number, number][] => {
    if (name === "clicks") return [[0, value]];
    return name.startsWith("clicks_") ? [[Number(name.slice("clicks_".length)), value]] : [];
  });
  return {
    text,
    marks: new Map(numbers),
    lastInMonths: new Date((marks["click_months"] ?? 0) * DAY_MS).toISOString().slice(0, 10),
    anew: rebuild === null ? null : anewOf(rebuild[0], rebuild[1], rebuild[2]),
    areHoursCopied: areHoursCopied === 1,
  };
}

/** Where the whole log is read: ids of links come after it. */
export const ALL_READ = "lnk_";

/** How far a rebuild is, as its row says: what of the log it has read. */
export function doneText({ log, time }: Pick<Anew, "log" | "time">): string {
  return `${log}:${time}`;
}

function anewOf(scope: string, step: string, done: string): Anew | null {
  if (step !== "clicks" || done === "") return null;
  if (done.startsWith(ALL_READ)) return { scope, log: Infinity, time: 0, link: done };
  const [log = 0, time = 0] = done.split(":").map((part) => Number(part));
  return { scope, log, time, link: "" };
}

/**
 * Whether clicks of a link and time, in a database of the log, are in what a rebuild has read and not replaced yet, so
 * that what comes to them has to be added there as well.
 */
export function isReadAnew(
  anew: Anew,
  { log, linkId, time, storeId }: { log: number; linkId: string; time: number; storeId: string | null },
): boolean {
  if (!isOfScope(anew.scope, linkId, storeId) || linkId <= anew.link) return false;
  return log < anew.log || (log === anew.log && time < anew.time);
}

/** Whether a rebuild is about a link. */
export function isOfScope(scope: string, linkId: string, storeId: string | null): boolean {
  return scope === "" || scope === linkId || scope === storeId;
}
