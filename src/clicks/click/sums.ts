import { addToClickTotals, dropEmptyClickTotals } from "./totals.ts";
import { CLICK_DAY } from "../../ground/time/local-day.ts";

/** What clicks are split by, a column of the log each. */
export const SPLITS = ["country", "device", "source"] as const;

/** SQL: the value of a click `c` for the dimension `d.value`. */
export const SPLIT_VALUE = `coalesce(CASE d.value ${SPLITS.map((dim) => `WHEN '${dim}' THEN c.${dim}`).join(" ")} END, '')`;

/** SQL: the dimensions `d.value`. */
export const EACH_SPLIT = `json_each('${JSON.stringify(SPLITS)}') d`;

const ADDED = "counted = counted + excluded.counted, unique_of_day = unique_of_day + excluded.unique_of_day";

/** SQL: a member after `moved` that has the day of each of its clicks, looked up once however many rows it goes to. */
const DATED = `dated AS MATERIALIZED (SELECT c.*, ${CLICK_DAY} AS day FROM moved c)`;

/** What clicks are summed by beside the hour. Each has the columns that make its rows. */
const TABLES = [
  { name: "click_days", key: ["link_id", "day"], select: "c.link_id, c.day", from: "dated c" },
  {
    name: "click_months",
    key: ["link_id", "month"],
    select: "c.link_id, substr(c.day, 1, 7)",
    from: "dated c",
  },
  {
    name: "click_splits",
    key: ["link_id", "day", "dim", "value"],
    select: `c.link_id, c.day, d.value, ${SPLIT_VALUE}`,
    from: `dated c CROSS JOIN ${EACH_SPLIT}`,
  },
] as const;

/** What was moved, link by link: many clicks are of few links, of which each is totalled four times. */
const PER_LINK = `SELECT link_id, sum(counted) AS counted, sum(unique_of_day) AS unique_of_day FROM moved GROUP BY 1`;

/**
 * SQL statements that move the sums of days, months and splits, and the totals. `moved` is SQL `WITH` members, of which one
 * is named `moved`: the clicks that the sums move by, with `link_id`, `time`, `country`, `device`, `source`,
 * and by how much each moves `counted` and `unique_of_day`.
 */
export function addToSums(moved: string): string[] {
  const sums = TABLES.map(
    ({ name, key, select, from }) => `${moved}, ${DATED}
INSERT INTO ${name} (${key.join(", ")}, counted, unique_of_day)
SELECT ${select}, sum(c.counted), sum(c.unique_of_day) FROM ${from}
GROUP BY ${key.map((_column, index) => index + 1).join(", ")}
ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${ADDED}`,
  );
  return [...sums, addToClickTotals(moved, PER_LINK)];
}

/** SQL statements that delete the sums that came to nothing by what was `moved`: see {@link addToSums}. */
export function dropEmptySums(moved: string): string[] {
  const sums = TABLES.map(
    ({ name, key, select, from }) => `${moved}, ${DATED}
DELETE FROM ${name} WHERE counted = 0 AND (${key.join(", ")}) IN (SELECT ${select} FROM ${from})`,
  );
  return [...sums, dropEmptyClickTotals(moved, PER_LINK)];
}
