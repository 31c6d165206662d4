/** Rows that D1 bills for. */
export interface Billed {
  read: number;
  written: number;
}

/** A database that tells what D1 bills for each batch. */
export function billing(db: D1Database, tell: (rows: Billed) => void): D1Database {
  return new Proxy(db, {
    get(target, name) {
      if (name === "batch") {
        return async (statements: D1PreparedStatement[]) => {
          const results = await target.batch(statements);
          for (const { meta } of results) tell({ read: meta.rows_read, written: meta.rows_written });
          return results;
        };
      }
      const value = Reflect.get(target, name) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
