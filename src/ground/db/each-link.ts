/**
 * A recursive `WITH` member that lists every `link_id` of a table whose index begins with it, one
 * seek a link: SQLite would read the whole table for a `DISTINCT`. So a statement finds the rows of a
 * span of time by `(link_id, time)`, and no index on time alone has to be written for every click.
 * The last row is `NULL`, which joins nothing.
 */
export function eachLink(name: string, table: "clicks" | "click_rows" | "click_hours" | "click_days"): string {
  return `${name}(id) AS (
  SELECT min(link_id) FROM ${table}
  UNION ALL
  SELECT (SELECT min(link_id) FROM ${table} WHERE link_id > ${name}.id) FROM ${name} WHERE ${name}.id IS NOT NULL
)`;
}
