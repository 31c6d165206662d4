import type { Contribution } from "./sums.ts";

/**
 * Characters about that are kept event by event of a store's visitors in a day (UTC): a million events have room and more.
 * Whoever makes events up could fill the database else.
 */
export const MOST_A_DAY = 128_000_000;

/** Carts that a store begins in a day (UTC) at most: reports look at each one, at a hundred thousand together. */
export const MOST_CARTS = 20_000;

/** What a row takes beside its texts, characters: of a day of a visitor, of a cart that something is told of. */
const DAY_ROW = 100;
const CART_ROW = 300;

/** How the name of what a store's day has taken starts; the store and the day follow. */
const NOTE = "visit_room:";

/** The same of how many carts were begun. */
const CARTS = "visit_carts:";

/** For so long it is known, ms. */
const KEPT_MS = 2 * 86_400_000;

function noteOf(storeId: string, now: number, note = NOTE): string {
  return `${note}${storeId}:${new Date(now).toISOString().slice(0, 10)}`;
}

const FULL = "SELECT name FROM watermarks WHERE name IN (SELECT value FROM json_each(?1)) AND value >= ?2";

/** Which of these stores have no room left on the day that it is at `now` (ms UTC). Throws what D1 throws. */
export async function readFull(d1: D1Database, storeIds: Iterable<string>, now: number): Promise<ReadonlySet<string>> {
  const names = new Map([...storeIds].map((storeId) => [noteOf(storeId, now), storeId]));
  const { results } = await d1
    .prepare(FULL)
    .bind(JSON.stringify([...names.keys()]), MOST_A_DAY)
    .all<{ name: string }>();
  return new Set(results.map(({ name }) => names.get(name) ?? ""));
}

/** What is added of events, without what is kept event by event of stores that have no room: sums go on. */
export function withinRoom(added: Contribution, full: ReadonlySet<string>): Contribution {
  if (full.size === 0) return added;
  const isRoomFor = ({ storeId }: { storeId: string }) => !full.has(storeId);
  return {
    ...added,
    visitorDays: added.visitorDays.filter(isRoomFor),
    carts: added.carts.filter(isRoomFor),
    log: new Map([...added.log].filter(([storeId]) => isRoomFor({ storeId }))),
  };
}

const TAKE = `INSERT INTO watermarks (name, value, updated_at)
  SELECT value ->> 0, value ->> 1, ?2 FROM json_each(?1) WHERE true
  ON CONFLICT (name) DO UPDATE SET value = value + excluded.value, updated_at = excluded.updated_at`;

/** Statements that note at `now` (ms UTC) what room is taken: rows of the log by their stores, days and carts. */
export function writeRoom(
  d1: D1Database,
  { visitorDays, carts }: Pick<Contribution, "visitorDays" | "carts">,
  rows: readonly { storeId: string; facts: string }[],
  now: number,
): D1PreparedStatement[] {
  const taken = new Map<string, number>();
  const take = (storeId: string, characters: number) => taken.set(storeId, (taken.get(storeId) ?? 0) + characters);
  for (const { storeId, facts } of rows) take(storeId, facts.length);
  for (const { storeId } of visitorDays) take(storeId, DAY_ROW);
  for (const { storeId, told } of carts) take(storeId, CART_ROW + JSON.stringify(told).length);
  if (taken.size === 0) return [];
  const notes = [...taken].map(([storeId, characters]) => [noteOf(storeId, now), characters]);
  return [d1.prepare(TAKE).bind(JSON.stringify(notes), now)];
}

/** Carts that may be written: all that are known, and of others as many as may still begin. */
export interface CartsBegun<Kept extends { storeId: string }> {
  carts: Kept[];
  statements: D1PreparedStatement[];
}

/**
 * Leaves out carts that are one too many on the day that it is at `now` (ms UTC), with the statements that note those that
 * begin. Throws what D1 throws.
 */
export async function beginCarts<Kept extends { storeId: string }>(
  d1: D1Database,
  carts: readonly Kept[],
  isKnown: (cart: Kept) => boolean,
  now: number,
): Promise<CartsBegun<Kept>> {
  const begun = new Map<string, number>();
  for (const { storeId } of carts.filter((cart) => !isKnown(cart))) begun.set(storeId, 0);
  if (begun.size === 0) return { carts: [...carts], statements: [] };
  const names = [...begun.keys()].map((storeId) => noteOf(storeId, now, CARTS));
  const { results } = await d1
    .prepare("SELECT name, value FROM watermarks WHERE name IN (SELECT value FROM json_each(?1))")
    .bind(JSON.stringify(names))
    .all<{ name: string; value: number }>();
  const before = new Map(results.map(({ name, value }) => [name, value]));
  const kept = carts.filter((cart) => {
    if (isKnown(cart)) return true;
    const more = (begun.get(cart.storeId) ?? 0) + 1;
    if ((before.get(noteOf(cart.storeId, now, CARTS)) ?? 0) + more > MOST_CARTS) return false;
    begun.set(cart.storeId, more);
    return true;
  });
  const notes = [...begun].filter(([, more]) => more > 0).map(([id, more]) => [noteOf(id, now, CARTS), more]);
  return { carts: kept, statements: notes.length === 0 ? [] : [d1.prepare(TAKE).bind(JSON.stringify(notes), now)] };
}

/** Stores that had no room left on the day that it is at `now` (ms UTC). Throws what D1 throws. */
export async function fullStores(d1: D1Database, now: number): Promise<string[]> {
  const { results } = await d1
    .prepare(`SELECT name FROM watermarks WHERE name GLOB '${NOTE}*:' || ?1 AND value >= ?2 ORDER BY name`)
    .bind(new Date(now).toISOString().slice(0, 10), MOST_A_DAY)
    .all<{ name: string }>();
  return results.map(({ name }) => name.slice(NOTE.length, -11));
}

/** Forgets, at `now` (ms UTC), what room was taken on days that are over. Throws what D1 throws. */
export async function tidyRoom(d1: D1Database, now: number): Promise<void> {
  await d1
    .prepare(`DELETE FROM watermarks WHERE (name GLOB '${NOTE}*' OR name GLOB '${CARTS}*') AND updated_at < ?1`)
    .bind(now - KEPT_MS)
    .run();
}
