/** Values that are bound to a statement, in the order of their numbers. */
export class Bindings {
  readonly values: (string | number | null)[] = [];

  /** Binds a value. Answers the SQL that stands for it. */
  add(value: string | number | null): string {
    this.values.push(value);
    return `?${this.values.length}`;
  }
}

/** Terms that D1 takes in one compound query. */
const MAX_TERMS = 5;

/** SQL query of the rows of all queries, however many they are; there must be one. */
export function unionAll(queries: readonly string[]): string {
  if (queries.length <= MAX_TERMS) return queries.join("\nUNION ALL\n");
  const groups: string[] = [];
  for (let start = 0; start < queries.length; start += MAX_TERMS) {
    groups.push(`SELECT * FROM (${queries.slice(start, start + MAX_TERMS).join("\nUNION ALL\n")})`);
  }
  return unionAll(groups);
}
