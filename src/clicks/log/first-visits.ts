/** First visits are kept in so many tables in turn, one a UTC day. */
export const FIRST_VISIT_TABLES = 8;

/** The table that has the first visits of a UTC day (its number). */
export function firstVisitsTable(day: number): string {
  return `first_visits_${((day % FIRST_VISIT_TABLES) + FIRST_VISIT_TABLES) % FIRST_VISIT_TABLES}`;
}

/**
 * SQL statements that empty the table of first visits which the day after `today` will need. What is in it is of a week
 * ago: the salt of its visitor keys is destroyed, so no click can come any more that it would tell. Dropping a table
 * costs D1 no row written, where deleting its rows would cost one for each click that counted.
 */
export function renewFirstVisits(today: number): string[] {
  const table = firstVisitsTable(today + 1);
  return [
    `DROP TABLE IF EXISTS ${table}`,
    `CREATE TABLE ${table} (
      visitor_key text NOT NULL, link_id text NOT NULL, window_start integer NOT NULL, time integer NOT NULL,
      seq integer NOT NULL, PRIMARY KEY (visitor_key, link_id, window_start)
    ) WITHOUT ROWID`,
  ];
}
