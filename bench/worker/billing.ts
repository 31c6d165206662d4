/** Rows that D1 bills for. */
export interface Billed {
  read: number;
  written: number;
}

/** A database that tells what D1 bills for all that is asked of it. */
export function billing(db: D1Database, tell: (rows: Billed) => void): D1Database {
  const own = new WeakMap<object, D1PreparedStatement>();
  const told = <Row>(result: D1Result<Row>): D1Result<Row> => {
    tell({ read: result.meta.rows_read, written: result.meta.rows_written });
    return result;
  };
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const all = async <Row>() => told(await statement.all<Row>());
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      all,
      run: async <Row>() => told(await statement.run<Row>()),
      // Neither says what it cost: the same is asked so that it does.
      first: async (column?: string) => {
        const [row = null] = (await all<Record<string, unknown>>()).results;
        return row === null || column === undefined ? row : row[column];
      },
      raw: async () => (await all<Record<string, unknown>>()).results.map((row) => Object.values(row)),
    } as unknown as D1PreparedStatement;
    own.set(wrapped, statement);
    return wrapped;
  };
  return new Proxy(db, {
    get(target, name) {
      if (name === "prepare") return (sql: string) => wrap(target.prepare(sql));
      if (name === "batch") {
        return async (statements: D1PreparedStatement[]) =>
          (await target.batch(statements.map((statement) => own.get(statement) ?? statement))).map(told);
      }
      const value = Reflect.get(target, name) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
