import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";

/** A database that is kept between tests: what it is when it is whole, and how to tell. */
interface Whole {
  /** The statements that make all of it, `;` between them. */
  create: string;
  /** A query: the {@link SHAPE} of the database, and which of its tables have rows. */
  look: string;
  /** What `look` says of a whole database's shape. */
  shape: string;
  tables: string[];
  /** The triggers by table that forbid to delete its rows: name and statement. */
  guards: Map<string, { name: string; sql: string }[]>;
}

interface Found {
  shape: string;
  /** Numbers of `tables`. */
  filled: number[];
}

interface MasterRow {
  type: string;
  name: string;
  tbl_name: string;
  sql: string;
}

/** Rows of `sqlite_master` that are neither SQLite's nor D1's own. */
const OWN = "name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'";

/** Tables, indexes, triggers and views as far as two of their states are told apart by it. */
const SHAPE = `(SELECT count(*) || ' ' || total(octet_length(sql)) || ' ' || total(octet_length(name) * octet_length(sql))
  FROM sqlite_master WHERE ${OWN})`;

/** Where SQLite keeps how far the tables that count their rows have counted. The migrations' own table counts on. */
const COUNTED = "sqlite_sequence WHERE name <> 'd1_migrations'";

/** Tables whose rows are looked for in one column of {@link Whole.look}: a function takes no more arguments. */
const LOOK_TABLES = 80;

/** At most so often, {@link AGAIN_MS} apart, is storage emptied again that work left over from before writes to. */
const MAX_TRIES = 50;

const AGAIN_MS = 20;

/** By a name of its own, since the modules of each file are others. */
const kept = globalThis as { waymarkTestDatabase?: Whole; waymarkTestSpares?: Set<D1Database> };

/** What a test does to another database than `DB` is gone before the next one. */
export function noteUsed(d1: D1Database): void {
  (kept.waymarkTestSpares ??= new Set()).add(d1);
}

/**
 * Empties D1, KV, R2, caches and rate limits. `DB` is then as the migrations leave it; they themselves are run once
 * a Worker. Its tables stay between tests, as making them costs more than most tests do, and so do the statements
 * that D1 has prepared. What a test did to them is seen by their shape, and they are made anew.
 */
export async function emptyStorage(): Promise<void> {
  // It leaves databases alone: see worker.config.ts.
  await reset();
  if (kept.waymarkTestDatabase === undefined) {
    await dropAll(env.DB);
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
    kept.waymarkTestDatabase = await wholeOf(env.DB);
  }
  await emptyDatabase(env.DB, kept.waymarkTestDatabase);
  const spares = kept.waymarkTestSpares ?? [];
  kept.waymarkTestSpares = new Set();
  for (const d1 of spares) await dropAll(d1);
}

/** Empties a database until nothing is in it any more: what the test before left running may come in between. */
async function emptyDatabase(d1: D1Database, whole: Whole): Promise<void> {
  let found = await lookAt(d1, whole);
  for (let tries = 1; ; tries++) {
    if (found?.shape === whole.shape && found.filled.length === 0) return;
    if (tries > MAX_TRIES) throw new Error("the database can't be emptied");
    // Triggers may have put rows where none were.
    if (tries > 2) await scheduler.wait(AGAIN_MS);
    if (found?.shape === whole.shape) {
      found = await emptyTables(d1, whole, found.filled);
    } else {
      await dropAll(d1);
      await d1.prepare(whole.create).run();
      found = await lookAt(d1, whole);
    }
  }
}

/** `null` where a table that is looked at isn't there. */
async function lookAt(d1: D1Database, { look }: Whole): Promise<Found | null> {
  return d1
    .prepare(look)
    .first<Record<string, string>>()
    .then(foundIn)
    .catch(() => null);
}

function foundIn(row: Record<string, string> | null): Found {
  const { shape = "", ...columns } = row ?? {};
  const filled = Object.values(columns).flatMap((column) => JSON.parse(column) as number[]);
  return { shape, filled: filled.flatMap((has, index) => (has === 1 ? [index] : [])) };
}

/** Deletes the rows of some tables, and looks whether triggers have put others anywhere. */
async function emptyTables(d1: D1Database, whole: Whole, filled: number[]): Promise<Found> {
  const names = filled.flatMap((index) => whole.tables[index] ?? []);
  const guards = names.flatMap((name) => whole.guards.get(name) ?? []);
  const statements = [
    "PRAGMA defer_foreign_keys = on",
    ...guards.map(({ name }) => `DROP TRIGGER "${name}"`),
    ...names.map((name) => `DELETE FROM ${name === "sqlite_sequence" ? COUNTED : `"${name}"`}`),
    ...guards.map(({ sql }) => sql),
    whole.look,
  ];
  const results = await d1.batch<Record<string, string>>(statements.map((sql) => d1.prepare(sql)));
  return foundIn(results.at(-1)?.results[0] ?? null);
}

/** Drops all that a database holds. */
export async function dropAll(d1: D1Database): Promise<void> {
  const found = await masterOf(d1);
  if (found.length === 0) return;
  const named = (kind: string): string[] => found.filter(({ type }) => type === kind).map(({ name }) => name);
  const drops = [
    ...named("trigger").map((name) => `DROP TRIGGER "${name}"`),
    ...named("view").map((name) => `DROP VIEW "${name}"`),
    ...(await childrenFirst(d1, found)).map((name) => `DROP TABLE "${name}"`),
  ];
  await d1.batch(["PRAGMA defer_foreign_keys = on", ...drops].map((sql) => d1.prepare(sql)));
}

async function masterOf(d1: D1Database): Promise<MasterRow[]> {
  const { results } = await d1
    .prepare(`SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND ${OWN} ORDER BY rowid`)
    .all<MasterRow>();
  return results;
}

/**
 * Tables in an order in which none comes before those that refer to it, or whose triggers write to it when a row goes.
 * Where a reference has no index, SQLite reads all of the table that has it for each row that is deleted: an empty one
 * is read quickly.
 */
async function childrenFirst(d1: D1Database, master: MasterRow[]): Promise<string[]> {
  const tables = master.filter(({ type }) => type === "table").map(({ name }) => name);
  const found = await d1.batch<{ table: string }>(
    tables.map((name) => d1.prepare(`PRAGMA foreign_key_list("${name}")`)),
  );
  const parents = new Map(tables.map((name, index) => [name, found[index]?.results.map(({ table }) => table) ?? []]));
  for (const { type, tbl_name, sql } of master) {
    if (type !== "trigger" || !/\bAFTER DELETE ON\b/i.test(sql)) continue;
    for (const [, into = ""] of sql.matchAll(/\bINTO [`"]?(\w+)/gi)) parents.get(tbl_name)?.push(into);
  }
  const parentsFirst: string[] = [];
  const add = (name: string): void => {
    const own = parents.get(name);
    if (own === undefined) return;
    // Each is added once, although tables may refer to one another.
    parents.delete(name);
    for (const parent of own) add(parent);
    parentsFirst.push(name);
  };
  for (const name of tables) add(name);
  return parentsFirst.toReversed();
}

/** What a database is that was just migrated. Throws an `Error` if a table has rows. */
async function wholeOf(d1: D1Database): Promise<Whole> {
  const found = await masterOf(d1);
  const tables = (await childrenFirst(d1, found)).filter((name) => name !== "d1_migrations");
  const guards = Map.groupBy(
    found.filter(({ type, sql }) => type === "trigger" && /\bBEFORE DELETE ON\b/i.test(sql)),
    (trigger) => trigger.tbl_name,
  );
  tables.push("sqlite_sequence");
  const columns: string[] = [];
  for (let from = 0; from < tables.length; from += LOOK_TABLES) {
    const some = tables.slice(from, from + LOOK_TABLES).map((name) => {
      return `EXISTS (SELECT 1 FROM ${name === "sqlite_sequence" ? `${COUNTED} AND seq > 0` : `"${name}"`})`;
    });
    columns.push(`json_array(${some.join(", ")}) AS filled_${from}`);
  }
  const whole = {
    create: found.map(({ sql }) => sql).join(";\n"),
    look: `SELECT ${SHAPE} AS shape, ${columns.join(", ")}`,
    tables,
    guards,
  };
  const row = await d1.prepare(whole.look).first<Record<string, string>>();
  const { shape, filled } = foundIn(row);
  if (filled.length > 0) throw new Error(`migrations leave rows in ${filled.map((index) => tables[index]).join(", ")}`);
  return { ...whole, shape };
}
