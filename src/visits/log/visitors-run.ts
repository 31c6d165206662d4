import { packJson } from "../../ground/db/pack.ts";
import { DAY_MS, dayAfter } from "../../ground/time/range.ts";
import { DayNames } from "./bound.ts";
import { readLogRows } from "./read-store.ts";
import { dayOfHour, hoursInZones } from "./span.ts";
import { readStoreIds } from "./store-ids-store.ts";

/** Events of a day that are looked at at most: their visitors, each once a page, are in memory. */
const MAX_EVENTS = 500_000;

/** How many closed days are looked at, and how many of them are counted whether they were or not: what came late. */
const DAYS = 7;
const ANEW = 2;

/** A local day of any zone is within these, ms before and after that of UTC. */
const BEFORE_MS = 14 * 3_600_000;
const AFTER_MS = 12 * 3_600_000;

const TIMEZONE = "SELECT timezone FROM stores WHERE id = ?1";

const EVENTS = `SELECT coalesce(sum(count), 0) AS events FROM visit_log
  WHERE store_id = ?1 AND latest >= ?2 AND earliest < ?3`;

/** Pages that a day has rows of: what is beyond its names is counted as another page. */
const PAGES = `SELECT DISTINCT page FROM page_sums
  WHERE store_id = ?1 AND span >= ?2 AND span < ?2 || '~' AND page <> ''`;

/**
 * How many visitors looked at each page of a store on a local day (2026-11-30), as far as the log has it; `null`: it has too
 * many events for that. Throws what D1 throws.
 */
export async function pageVisitorsOf(
  d1: D1Database,
  storeId: string,
  day: string,
): Promise<ReadonlyMap<string, number> | null> {
  const from = Date.parse(day) - BEFORE_MS;
  const to = Date.parse(day) + DAY_MS + AFTER_MS;
  const [zone, counted] = await d1.batch<{ timezone: string; events: number }>([
    d1.prepare(TIMEZONE).bind(storeId),
    d1.prepare(EVENTS).bind(storeId, from, to),
  ]);
  if ((counted?.results[0]?.events ?? 0) > MAX_EVENTS) return null;
  const timezone = zone?.results[0]?.timezone ?? "UTC";
  const hourOf = hoursInZones();
  const { results } = await d1.prepare(PAGES).bind(storeId, day).all<{ page: string }>();
  const names = new DayNames({ pages: results.map(({ page }) => [page]) });
  const visitors = new Map<string, Set<string>>();
  for await (const rows of readLogRows(d1, { storeId, from, to })) {
    for (const event of rows.flatMap(({ events }) => events)) {
      if (event.type !== "page" || dayOfHour(hourOf(timezone, event.time)) !== day) continue;
      const page = names.page(event.page);
      const known = visitors.get(page);
      if (known === undefined) visitors.set(page, new Set([event.visitorHash]));
      else known.add(event.visitorHash);
    }
  }
  return new Map([...visitors].map(([page, known]) => [page, known.size]));
}

/** Whether the visitors of pages were counted on a day: they stand in the day's own rows. */
const IS_COUNTED = `SELECT EXISTS (SELECT 1 FROM page_sums
  WHERE store_id = ?1 AND span = ?2 AND consent = 'granted' AND page <> '' AND visitors IS NOT NULL) AS found`;

const WRITE = `INSERT INTO page_sums
    (store_id, span, page, consent, views, entries, nexts, engaged_ms, engaged, scroll, visitors)
  SELECT ?1, ?2, value ->> 0, 'granted', 0, 0, 0, 0, 0, 0, value ->> 1 FROM json_each(?3) WHERE true
  ON CONFLICT (store_id, span, page, consent) DO UPDATE SET visitors = excluded.visitors`;

/**
 * Counts the visitors of each page on the last local days that are over, at `now` (ms UTC), as far as the log has them. To
 * count a day again comes to the same. Throws what D1 throws.
 */
export async function countPageVisitors(d1: D1Database, now: number): Promise<void> {
  const hourOf = hoursInZones();
  for (const storeId of await readStoreIds(d1)) {
    const timezone = await d1.prepare(TIMEZONE).bind(storeId).first<string>("timezone");
    const today = dayOfHour(hourOf(timezone ?? "UTC", now));
    for (let back = 1; back <= DAYS; back++) {
      const day = dayAfter(today, -back);
      if (back > ANEW && (await d1.prepare(IS_COUNTED).bind(storeId, day).first<number>("found")) === 1) continue;
      const visitors = await pageVisitorsOf(d1, storeId, day);
      const packs = packJson([...(visitors ?? [])]);
      if (packs.length > 0) await d1.batch(packs.map((json) => d1.prepare(WRITE).bind(storeId, day, json)));
    }
  }
}
