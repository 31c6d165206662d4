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

/**
 * Adds the days of clicks that are over to their months, and says up to which day these have them: roll-ups that move such a
 * day move its month with it from then on. One transaction, which reads two rows a link and writes one a link and month: some
 * seconds for a million links. `now` is ms UTC. Throws what D1 throws.
 */
export async function closeDays(env: Env, now: number): Promise<void> {
  const state = await loadState(env.DB);
  const last = Math.floor(now / DAY_MS) - OVER_AFTER_DAYS;
  if (last - Date.parse(state.lastInMonths) / DAY_MS < DAYS_AT_ONCE) return;
  try {
    await env.DB.batch([
      mustBeAt(env.DB, state),
      env.DB.prepare(ADD_DAYS).bind(last),
      moveMark(env.DB, "click_months", last, now),
    ]);
  } catch (error) {
    // Sums were moved meanwhile: the next night does it.
    if (!brokenOff(error)) throw error;
  }
}
