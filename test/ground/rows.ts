import { env } from "cloudflare:workers";
import { expect } from "vitest";

/** Every row of a table, as one text to search. */
export async function dump(table: "api_keys" | "audit_log" | "idempotency_keys" | "stores"): Promise<string> {
  const { results } = await env.DB.prepare(`SELECT * FROM ${table}`).all();
  expect(results.length).toBeGreaterThan(0);
  return JSON.stringify(results);
}

/** How many rows a table has. */
export async function countRows(table: "creators" | "stores" | "audit_log" | "api_keys"): Promise<number> {
  const row = await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<{ n: number }>();
  return row?.n ?? -1;
}

/** What a statement gives. */
export async function rowsOf<Row>(statement: string, ...values: unknown[]): Promise<Row[]> {
  const { results } = await env.DB.prepare(statement)
    .bind(...values)
    .all<Row>();
  return results;
}
