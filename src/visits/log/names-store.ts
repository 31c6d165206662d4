import { type Bounds, dayKey, type KnownNames, NAMED, type StoreDay } from "./bound.ts";
import { SUM_TABLES } from "./sum-rows.ts";

/** SQL: what days of stores (`?1`, each store and day) have rows of, each once. */
function namesSql(name: keyof Bounds): string {
  const columns = NAMED[name].map((column) => `s.${column}`).join(", ");
  // All that is within a day begins with it and a `T`, which `~` comes after.
  const within =
    name === "heat" ? "s.day = d.value ->> 1" : "s.span >= d.value ->> 1 AND s.span < (d.value ->> 1) || '~'";
  return `SELECT DISTINCT d.value ->> 0 AS storeId, d.value ->> 1 AS day, json_array(${columns}) AS names
    FROM json_each(?1) d CROSS JOIN ${SUM_TABLES[name].table} s ON s.store_id = d.value ->> 0 AND ${within}`;
}

const NAMES = (Object.keys(NAMED) as (keyof Bounds)[]).map((name) => [name, namesSql(name)] as const);

/** What days of stores have rows of, by `dayKey`. Throws what D1 throws. */
export async function readNames(d1: D1Database, days: readonly StoreDay[]): Promise<ReadonlyMap<string, KnownNames>> {
  const known = new Map<string, KnownNames>();
  if (days.length === 0) return known;
  const asked = JSON.stringify(days.map(({ storeId, day }) => [storeId, day]));
  const results = await d1.batch<StoreDay & { names: string }>(NAMES.map(([, sql]) => d1.prepare(sql).bind(asked)));
  for (const [place, { results: rows }] of results.entries()) {
    const name = NAMES[place]?.[0];
    if (name === undefined) continue;
    for (const { names, ...day } of rows) {
      const key = dayKey(day);
      let ofDay = known.get(key);
      if (ofDay === undefined) known.set(key, (ofDay = { pages: [], visits: [], behaviours: [], heat: [] }));
      ofDay[name].push(JSON.parse(names) as unknown[]);
    }
  }
  return known;
}
