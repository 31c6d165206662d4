import type { ClickLog } from "../../clicks/log/logs-store.ts";
import { readCounted } from "../../clicks/log/counted-store.ts";
import type { Contribution } from "../../clicks/log/contribution.ts";
import type { LogSpan } from "../../clicks/log/read-store.ts";
import { eachLink } from "../../ground/db/each-link.ts";
import { packJson } from "../../ground/db/pack.ts";
import { addToHourSums, type HourSum } from "../../reports/rollup/click-sums.ts";
import { atOneState } from "../../reports/rollup/load-sums.ts";
import type { RollupState } from "../../reports/rollup/state.ts";

/** What differs, for an alarm: how many rows, and the first of them. */
export interface Differences {
  count: number;
  first: Record<string, unknown>[];
}

const HOUR_MS = 3_600_000;

const COUNTS = ["counted", "unique_of_day", "bot", "prefetch", "head", "embedded", "duplicate", "inactive"] as const;

/** Differing hours that an alarm names: enough to see what kind of day it was. */
const NAMED_HOURS = 20;

/** What the clicks of a span had been summed up to; `null`: it has more than `most` of them. Throws what D1 throws. */
export async function readAll(
  logs: readonly ClickLog[],
  span: LogSpan,
  { marks }: RollupState,
  most = Infinity,
): Promise<Contribution[][] | null> {
  const pages: Contribution[][] = [];
  let clicks = 0;
  for (const log of logs) {
    for (let from: number | null = span.from; from !== null;) {
      const { contributions, next } = await readCounted(log, { from, to: span.to }, marks.get(log.number) ?? 0);
      pages.push(contributions);
      clicks += contributions.length;
      if (clicks > most) return null;
      from = next;
    }
  }
  return pages;
}

/** The hours from `?1` to before `?2` whose sums differ from those recounted, as log minus roll-up. */
const differencesFrom = (recounted: string): string => `
WITH RECURSIVE ${eachLink("summed", "click_hours")},
both AS (
  ${recounted}
  SELECT h.link_id, h.hour, ${COUNTS.map((name) => `-h.${name} AS ${name}`).join(", ")}
  FROM summed CROSS JOIN click_hours h ON h.link_id = summed.id AND h.hour >= ?1 AND h.hour < ?2
),
differing AS (
  SELECT link_id, hour, ${COUNTS.map((name) => `sum(${name}) AS ${name}`).join(", ")} FROM both GROUP BY 1, 2
  HAVING ${COUNTS.map((name) => `sum(${name}) <> 0`).join(" OR ")}
)
SELECT *, count(*) OVER () AS hours FROM differing ORDER BY hour, link_id LIMIT ${NAMED_HOURS}`;

type Difference = Record<(typeof COUNTS)[number], number> & { link_id: string; hour: number; hours: number };

/** Clicks whose hours are compared at once, unless there are more in one hour. */
const MOST_CLICKS = 200_000;

/** What an hour or more of a day was compared to. */
export interface ComparedHours extends Differences {
  /** Up to here (ms UTC), the start of an hour. */
  to: number;
}

/**
 * Counts the clicks from an hour on again, up to `to` or as many hours as have few clicks enough (ms UTC), and says which
 * hours differ between log and roll-up. `null`: clicks were rolled up all the while. Throws what D1 throws.
 */
export async function differingHours(
  d1: D1Database,
  logs: readonly ClickLog[],
  { from, to }: LogSpan,
): Promise<ComparedHours | null> {
  let end = to;
  const results = await atOneState<Difference>(d1, async (state) => {
    let pages = await readAll(logs, { from, to: end }, state, end - from > HOUR_MS ? MOST_CLICKS : Infinity);
    while (pages === null) {
      const hours = Math.max(1, Math.floor((end - from) / HOUR_MS / 2));
      end = from + hours * HOUR_MS;
      pages = await readAll(logs, { from, to: end }, state, hours > 1 ? MOST_CLICKS : Infinity);
    }
    const sums = new Map<string, HourSum>();
    for (const page of pages) for (const contribution of page) addToHourSums(sums, contribution);
    const packs = packJson(
      [...sums.values()].map(({ linkId, hour, counts: c }) => [
        linkId,
        hour,
        c.counted,
        c.uniqueOfDay,
        c.bot,
        c.prefetch,
        c.head,
        c.embedded,
        c.duplicate,
        c.inactive,
      ]),
    );
    const columns = COUNTS.map((name, index) => `value ->> ${index + 2} AS ${name}`).join(", ");
    const recounted = packs.map(
      (_json, index) =>
        `SELECT value ->> 0 AS link_id, value ->> 1 AS hour, ${columns} FROM json_each(?${index + 3}) UNION ALL`,
    );
    return d1.prepare(differencesFrom(recounted.join("\n  "))).bind(from, end, ...packs);
  });
  if (results === null) return null;
  return {
    to: end,
    count: results[0]?.hours ?? 0,
    first: results.map(({ link_id, hour, hours: _hours, ...logMinusRollup }) => ({
      linkId: link_id,
      hour: new Date(hour).toISOString(),
      logMinusRollup,
    })),
  };
}
