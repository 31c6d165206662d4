/** What the rows of `report_totals` are of. */
const DIMS = ["all", "creators", "campaigns", "plans"] as const;

/** SQL: the dimensions `d.value`. */
export const EACH_TOTAL = `json_each('${JSON.stringify(DIMS)}') d`;

/** SQL: what a row is in the dimension `d.value`, given the columns of its creator, campaign and plan by an alias. */
export const totalKey = (alias: string): string => `CASE d.value WHEN 'creators' THEN coalesce(${alias}.creator_id, '')
  WHEN 'campaigns' THEN coalesce(${alias}.campaign_id, '') WHEN 'plans' THEN coalesce(${alias}.plan_id, '') ELSE '' END`;

/** The columns that rows are told apart by. */
export const TOTAL_KEY = "dim, key, store_id, currency";

/** All that is summed up. */
export const TOTAL_SUMS = [
  "clicks",
  "uniques",
  "conversions",
  "gross_minor",
  "refunded_minor",
  "commission_minor",
  "by_link",
  "by_code",
  "by_call",
  "claimed_conversions",
  "claimed_gross_minor",
  "claimed_refunded_minor",
  "claimed_commission_minor",
  "claimed_by_link",
  "claimed_by_code",
  "claimed_by_call",
] as const;

/** SQL statement that deletes the rows that came to nothing, of those whose {@link TOTAL_KEY} a query selects, after `WITH` members. */
export function dropEmptyTotals(members: string, keys: string): string {
  return `${members} DELETE FROM report_totals WHERE ${TOTAL_SUMS.map((name) => `${name} = 0`).join(" AND ")}
  AND (${TOTAL_KEY}) IN (${keys})`;
}

/** SQL query of the rows, with `clicks` and `uniques`, that a query of `link_id`, `counted` and `unique_of_day` comes to. */
export function clickTotals(perLink: string): string {
  // Many links have one owner: their clicks are added up before they are totalled four times.
  return `SELECT d.value AS dim, ${totalKey("l")} AS key, coalesce(l.store_id, '') AS store_id,
    coalesce(st.currency, '') AS currency, sum(l.clicks) AS clicks, sum(l.uniques) AS uniques
  FROM (SELECT o.store_id, o.creator_id, o.campaign_id, o.plan_id, sum(p.counted) AS clicks, sum(p.unique_of_day) AS uniques
    FROM (${perLink}) p CROSS JOIN links o ON o.id = p.link_id GROUP BY 1, 2, 3, 4) l
  LEFT JOIN stores st ON st.id = l.store_id CROSS JOIN ${EACH_TOTAL} GROUP BY 1, 2, 3, 4`;
}

/** SQL statement that moves the totals by the clicks that such a query selects, after `WITH` members. */
export function addToClickTotals(members: string, perLink: string): string {
  return `${members} INSERT INTO report_totals (${TOTAL_KEY}, clicks, uniques)
SELECT * FROM (${clickTotals(perLink)}) WHERE true
ON CONFLICT (${TOTAL_KEY}) DO UPDATE SET clicks = clicks + excluded.clicks, uniques = uniques + excluded.uniques`;
}

/** SQL statement that deletes the totals that came to nothing by the clicks that such a query selects. */
export function dropEmptyClickTotals(members: string, perLink: string): string {
  return dropEmptyTotals(members, `SELECT ${TOTAL_KEY} FROM (${clickTotals(perLink)})`);
}

/** SQL: the last day (2026-11-22) that months have. What is later is in the days alone. */
export const LAST_IN_MONTHS =
  "date(coalesce((SELECT value FROM watermarks WHERE name = 'click_months'), 0) * 86400, 'unixepoch')";

/**
 * SQL query of what the months, and the days that they don't have yet, of each link of the store `?1` come to; empty: of
 * links without one. It sorts nothing.
 */
export const CLICKS_OF_STORE = `SELECT l.id AS link_id, sum(m.counted) AS counted, sum(m.unique_of_day) AS unique_of_day
  FROM links l CROSS JOIN click_months m ON m.link_id = l.id WHERE l.store_id IS nullif(?1, '') GROUP BY l.rowid
  UNION ALL
  SELECT l.id, sum(m.counted), sum(m.unique_of_day)
  FROM links l CROSS JOIN click_days m ON m.link_id = l.id AND m.day > ${LAST_IN_MONTHS}
  WHERE l.store_id IS nullif(?1, '') GROUP BY l.rowid`;
