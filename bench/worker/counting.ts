/** Statements that a step ran, and the rows that D1 bills for them. */
export interface Cost {
  statements: number;
  rows: number;
}

/** A database that counts what is run on it; rows of batches alone, unless those of single statements are asked for, too. */
export function counting(db: D1Database, cost: Cost, { singles } = { singles: false }): D1Database {
  const rowsOf = (results: readonly D1Result[]): number =>
    results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
  const counted = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== "function") return value;
        if (name === "bind")
          return (...values: unknown[]) => wrap((value as D1PreparedStatement["bind"]).apply(target, values));
        return (...values: unknown[]) => {
          if (["first", "run", "all", "raw"].includes(String(name))) cost.statements += 1;
          const given = (value as (...args: unknown[]) => unknown).apply(target, values);
          if (!singles || (name !== "run" && name !== "all")) return given;
          return (given as Promise<D1Result>).then((result) => {
            cost.rows += rowsOf([result]);
            return result;
          });
        };
      },
    });
  const originals = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = counted(statement);
    originals.set(wrapped, statement);
    return wrapped;
  };
  return new Proxy(db, {
    get(target, name) {
      if (name === "prepare") return (sql: string) => wrap(target.prepare(sql));
      if (name === "batch") {
        return async (statements: D1PreparedStatement[]) => {
          cost.statements += statements.length;
          const results = await target.batch(statements.map((statement) => originals.get(statement) ?? statement));
          cost.rows += rowsOf(results);
          return results;
        };
      }
      const value = Reflect.get(target, name) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
