import { packJson } from "../../ground/db/pack.ts";
import { daysInZones } from "../../ground/time/day-in-zone.ts";
import { addDay, addToSplit, type DaySum, noSplits, readSplits, type SPLITS } from "./click-sums.ts";
import { readState, type RollupState, STATE } from "./state.ts";

/** Tables of days: what reports read, and what a rebuild has read so far. */
export type DayTable = "click_days" | "click_days_anew";

/** Tells the local day (2026-11-22) of a link at a time (ms UTC). */
export type DayOf = (linkId: string, time: number) => string;

/** The state of the roll-ups. Throws what D1 throws. */
export async function loadState(d1: D1Database): Promise<RollupState> {
  const text = await d1.prepare(`SELECT ${STATE} AS state`).first<string>("state");
  return readState(text ?? "[{},null,1]");
}

/** Tries of a comparison in whose middle clicks were rolled up. */
const TRIES = 5;

/**
 * Does something with the log as it was when all up to the state's watermarks was rolled up, and then asks the sums about
 * it, in one moment at which they are at the same watermarks. `null`: clicks were rolled up in between, again and again.
 * Throws what D1 throws.
 */
export async function atOneState<Row>(
  d1: D1Database,
  ask: (state: RollupState) => Promise<D1PreparedStatement>,
): Promise<Row[] | null> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const state = await loadState(d1);
    const [now, rows] = await d1.batch([d1.prepare(`SELECT ${STATE} AS state`), await ask(state)]);
    if ((now?.results[0] as { state?: string } | undefined)?.state === state.text)
      return (rows?.results ?? []) as Row[];
  }
  return null;
}

/** What sums need to know of links. */
export interface LinkFacts {
  /** Of the link; `null`: it has none, or doesn't exist. */
  storeOf: (linkId: string) => string | null;
  /** That of the link's store, else UTC. */
  zoneOf: (linkId: string) => string;
  dayOf: DayOf;
}

/** Looks links up. Throws what D1 throws. */
export async function loadLinks(d1: D1Database, linkIds: Iterable<string>): Promise<LinkFacts> {
  const packs = packJson([...new Set(linkIds)]);
  const [stores, ...links] = await d1.batch<Record<string, string>>([
    d1.prepare("SELECT id, timezone FROM stores"),
    ...packs.map((json) =>
      d1
        .prepare(
          `SELECT l.id, l.store_id AS store FROM json_each(?1) w CROSS JOIN links l ON l.id = w.value
           WHERE l.store_id IS NOT NULL`,
        )
        .bind(json),
    ),
  ]);
  const zones = new Map(stores?.results.map(({ id, timezone }) => [id, timezone]));
  const storeOf = new Map(links.flatMap(({ results }) => results.map(({ id, store }) => [id, store])));
  const dayIn = daysInZones();
  const zoneOf = (linkId: string): string => zones.get(storeOf.get(linkId)) ?? "UTC";
  return {
    storeOf: (linkId) => storeOf.get(linkId) ?? null,
    zoneOf,
    dayOf: (linkId, time) => dayIn(zoneOf(linkId), time),
  };
}

/** A day as it is stored. */
export interface StoredDay extends DaySum {
  /** Whether its splits are rows of their own, as they were kept before the day had a column for them. */
  hasRows: boolean;
}

/** The name of a day of a link among others. */
export function dayKey({ linkId, day }: Pick<DaySum, "linkId" | "day">): string {
  return `${day} ${linkId}`;
}

/** The days of a table that are there already, of those given, by {@link dayKey}. Throws what D1 throws. */
export async function loadDays(
  d1: D1Database,
  table: DayTable,
  days: readonly Pick<DaySum, "linkId" | "day">[],
): Promise<Map<string, StoredDay>> {
  const packs = packJson(days.map(({ linkId, day }) => [linkId, day]));
  if (packs.length === 0) return new Map();
  const found = await d1.batch<DayRow>(
    packs.map((json) =>
      d1
        .prepare(
          `SELECT d.* FROM json_each(?1) w CROSS JOIN ${table} d ON d.link_id = w.value ->> 0 AND d.day = w.value ->> 1`,
        )
        .bind(json),
    ),
  );
  const stored = found.flatMap(({ results }) => results.map(storedDay));
  await loadSplitRows(
    d1,
    stored.filter(({ hasRows }) => hasRows),
  );
  return new Map(stored.map((day) => [dayKey(day), day]));
}

interface DayRow {
  link_id: string;
  day: string;
  counted: number;
  unique_of_day: number;
  splits: string | null;
}

/** A row of a table of days. Throws a `SyntaxError` for splits that are damaged. */
export function storedDay({ link_id, day, counted, unique_of_day, splits }: DayRow): StoredDay {
  return {
    linkId: link_id,
    day,
    counted,
    unique: unique_of_day,
    splits: splits === null ? noSplits() : readSplits(splits),
    hasRows: splits === null,
  };
}

/** Adds to days the splits that are rows of their own. */
async function loadSplitRows(d1: D1Database, days: readonly StoredDay[]): Promise<void> {
  const byKey = new Map(days.map((day) => [dayKey(day), day]));
  const packs = packJson(days.map(({ linkId, day }) => [linkId, day]));
  for (const json of packs) {
    const { results } = await d1
      .prepare(
        `SELECT s.link_id AS linkId, s.day, s.dim, s.value, s.counted, s.unique_of_day AS uniques FROM json_each(?1) w
         CROSS JOIN click_splits s ON s.link_id = w.value ->> 0 AND s.day = w.value ->> 1`,
      )
      .bind(json)
      .all<{
        linkId: string;
        day: string;
        dim: (typeof SPLITS)[number];
        value: string;
        counted: number;
        uniques: number;
      }>();
    for (const row of results) {
      const day = byKey.get(dayKey(row));
      if (day !== undefined) addToSplit(day.splits[row.dim], row.value, row.counted, row.uniques);
    }
  }
}

/** What days become. */
export interface DayChange {
  put: DaySum[];
  /** Those that come to nothing. */
  drop: DaySum[];
  /** Those whose splits had rows of their own, which are in the column now. */
  taken: DaySum[];
}

/** Adds what moves days to what is stored of them, which it changes. */
export function addDays(stored: ReadonlyMap<string, StoredDay>, moves: readonly DaySum[]): DayChange {
  const change: DayChange = { put: [], drop: [], taken: [] };
  for (const move of moves) {
    const known = stored.get(dayKey(move));
    if (known !== undefined) addDay(known, move);
    const day = known ?? move;
    if (day.counted === 0 && day.unique === 0) {
      if (known !== undefined) change.drop.push(day);
    } else change.put.push(day);
    if (known?.hasRows === true) change.taken.push(day);
  }
  return change;
}
