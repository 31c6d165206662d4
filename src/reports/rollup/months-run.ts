import { LAST_IN_MONTHS } from "../../clicks/click/totals.ts";
import { brokenOff } from "../../ground/db/premise.ts";
import { eachLink } from "../../ground/db/each-link.ts";
import { loadState } from "./load-sums.ts";
import { moveMark, mustBeAt } from "./write-sums.ts";

const DAY_MS = 86_400_000;

/** A local day is over in every zone by then, days of UTC. */
const OVER_AFTER_DAYS = 2;

/**
 * Days are added to months so many at a time: a link that is clicked every day has its months written once a week, and
 * reports on months read nine days at most beside.
 */
const DAYS_AT_ONCE = 7;

const ADD_DAYS = `WITH RECURSIVE ${eachLink("summed", "click_days")}
INSERT INTO click_months (link_id, month, counted, unique_of_day)
SELECT d.link_id, substr(d.day, 1, 7), sum(d.counted), sum(d.unique_of_day)
FROM summed CROSS JOIN click_days d ON d.link_id = summed.id AND d.day > ${LAST_IN_MONTHS} AND d.day <= date(?1 * 86400, 'unixepoch')
WHERE true GROUP BY d.link_id, substr(d.day, 1, 7)
ON CONFLICT (link_id, month) DO UPDATE SET counted = counted + excluded.counted,
  unique_of_day = unique_of_day + excluded.unique_of_day`;

/** No click is later than now by more than a day of any zone. */
const AHEAD_DAYS = 2;

/** Months that have whatever there is have all days up to the last of any zone that anything is summed of. */
const BACK_TO_LAST = `UPDATE watermarks SET updated_at = ?1, value = coalesce(
  (SELECT (value + 50400000) / ${DAY_MS} FROM watermarks WHERE name = 'latest_click'), 0) WHERE name = 'click_months'`;

/**
 * Adds the days of clicks that are over to their months, and says up to which day these have them: roll-ups that move such a
 * day move its month with it from then on. One transaction, which reads two rows a link and writes one a link and month: some
 * seconds for a million links. `now` is ms UTC. Throws what D1 throws.
 */
export async function closeDays(env: Env, now: number): Promise<void> {
  const state = await loadState(env.DB);
  const today = Math.floor(now / DAY_MS);
  const last = today - OVER_AFTER_DAYS;
  const known = Date.parse(state.lastInMonths) / DAY_MS;
  // An older version wrote each day into its month: see "Going back" in docs/operating.md.
  const isAhead = known > today + AHEAD_DAYS;
  if (!isAhead && last - known < DAYS_AT_ONCE) return;
  const writes = isAhead
    ? [env.DB.prepare(BACK_TO_LAST).bind(now)]
    : [env.DB.prepare(ADD_DAYS).bind(last), moveMark(env.DB, "click_months", last, now)];
  try {
    await env.DB.batch([mustBeAt(env.DB, state), ...writes]);
  } catch (error) {
    // Sums were moved meanwhile: the next night does it.
    if (!brokenOff(error)) throw error;
  }
}
