import { env } from "cloudflare:workers";
import { dropAll } from "./storage.ts";

/** What a database holds: the statements that make it, and rows by table. */
interface Opening<Told> {
  told: Told;
  tables: string[];
  behind: string[];
  rows: [table: string, rows: Record<string, unknown>[]][];
}

/** Rows an insert, so that it stays below what D1 binds. */
const MAX_BOUND = 90;

/**
 * What a file's tests all begin with, played once and put back as rows for each after the first, in a tenth of the
 * time. For what is in D1 alone: what is left in KV, R2, queues or an isolate's memory isn't put back.
 */
export function opening<Told>(play: () => Promise<Told>): () => Promise<Told> {
  let kept: Opening<Told> | null = null;
  return async () => {
    if (kept !== null) await putBack(kept);
    kept ??= { told: await play(), ...(await taken()) };
    return structuredClone(kept.told);
  };
}

async function taken(): Promise<Omit<Opening<unknown>, "told">> {
  const { results } = await env.DB.prepare(
    `SELECT type, name, sql FROM sqlite_master
     WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*' ORDER BY rowid`,
  ).all<{ type: string; name: string; sql: string }>();
  const tables = results.filter(({ type }) => type === "table");
  const found = await env.DB.batch<Record<string, unknown>>(
    tables.map(({ name }) => env.DB.prepare(`SELECT * FROM "${name}"`)),
  );
  const rows = tables.map(({ name }, index): Opening<unknown>["rows"][number] => [name, found[index]?.results ?? []]);
  return {
    tables: tables.map(({ sql }) => sql),
    behind: results.filter(({ type }) => type !== "table").map(({ sql }) => sql),
    rows: rows.filter(([, some]) => some.length > 0),
  };
}

/** Triggers come last: what they would add is among the rows. */
async function putBack({ tables, rows, behind }: Opening<unknown>): Promise<void> {
  await dropAll(env.DB);
  await env.DB.prepare(tables.join(";\n")).run();
  const inserts = rows.flatMap(([table, some]) => {
    const names = Object.keys(some[0] ?? {});
    const each = Math.max(1, Math.floor(MAX_BOUND / names.length));
    const row = `(${names.map(() => "?").join(", ")})`;
    return Array.from({ length: Math.ceil(some.length / each) }, (_none, index) => {
      const part = some.slice(index * each, (index + 1) * each);
      return env.DB.prepare(
        `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join(", ")}) VALUES ${part.map(() => row).join(", ")}`,
      ).bind(...part.flatMap((values) => names.map((name) => values[name])));
    });
  });
  await env.DB.batch([env.DB.prepare("PRAGMA defer_foreign_keys = on"), ...inserts]);
  await env.DB.prepare(behind.join(";\n")).run();
}
