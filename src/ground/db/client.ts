import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";

/** A query builder of drizzle's, seen as what it compiles to. */
interface Compilable {
  toSQL: () => { sql: string; params: unknown[] };
}

/** Drizzle over D1. Its `transaction()` does not work on D1 and is banned by lint: use one `batch`. */
export type Database = DrizzleD1Database;

/** Opens drizzle on a D1 binding. */
export function openDatabase(d1: D1Database): Database {
  return drizzle(d1);
}

/**
 * Turns a drizzle query into a D1 statement, so that built and hand-written SQL go into one batch,
 * which is the only transaction that D1 has.
 */
export function statementOf(d1: D1Database, query: Compilable): D1PreparedStatement {
  const { sql, params } = query.toSQL();
  return d1.prepare(sql).bind(...params);
}

/**
 * The columns of a broken UNIQUE constraint, such as `links.domain, links.slug_key`, or `null` if
 * the error is another.
 */
export function brokenUnique(error: unknown): string | null {
  const text =
    error instanceof Error ? `${error.message} ${error.cause instanceof Error ? error.cause.message : ""}` : "";
  return /UNIQUE constraint failed: (\w+\.\w+(?:, \w+\.\w+)*)/.exec(text)?.[1] ?? null;
}
