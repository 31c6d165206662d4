import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { noteUsed } from "../storage.ts";
import { LOG_TABLES } from "./log-tables.ts";
import { boundLogs, forgetLogs } from "../../src/clicks/log/logs-store.ts";

/** Databases that tests may bind at most: `SPARE_1` to `SPARE_8` of `test/worker.config.ts`. */
export const MOST_DATABASES = 8;

/** Day 0 was long ago: from then on, all clicks are spread. */
const ALWAYS = 0;

/** A database that is bound under no name by which the Worker looks for any. Throws an `Error` if there are no more. */
export function spareDatabase(number: number): D1Database {
  const d1 = Reflect.get(env, `SPARE_${number}`) as D1Database | undefined;
  if (d1 === undefined) throw new Error(`there is no SPARE_${number}`);
  noteUsed(d1);
  return d1;
}

/**
 * Binds `CLICKS_1` to `CLICKS_n`, migrated and empty as each test begins, in the environment of this Worker itself, so
 * that `exports.default.fetch`, queues and jobs have them too. {@link unbindClickDatabases}, which `test/setup.ts`
 * calls before each test, takes them out again. With `sinceDay` (the number of a UTC day) clicks are spread over them
 * from that day on; `null`: they are bound, and nothing is in them yet.
 */
export async function bindClickDatabases(databases: number, sinceDay: number | null = ALWAYS): Promise<void> {
  for (let number = boundLogs(env).length + 1; number <= databases; number++) {
    const d1 = spareDatabase(number);
    await applyD1Migrations(d1, env.TEST_CLICK_MIGRATIONS);
    // What the file before left running in the same Worker may have written since.
    await d1.batch(LOG_TABLES.map((table) => d1.prepare(`DELETE FROM ${table}`)));
    Reflect.set(env, `CLICKS_${number}`, d1);
  }
  if (sinceDay !== null) await layOut(databases, sinceDay);
  forgetLogs(env);
}

/** Enters that clicks are spread over so many databases from a UTC day on. */
export async function layOut(databases: number, sinceDay: number): Promise<void> {
  await env.DB.prepare("INSERT INTO click_layouts (since_day, databases, created_at) VALUES (?1, ?2, 0)")
    .bind(sinceDay, databases)
    .run();
  forgetLogs(env);
}

/** The Worker has `DB` alone again, and knows nothing of how the log was laid out. */
export function unbindClickDatabases(): void {
  for (let number = 1; number <= MOST_DATABASES; number++) Reflect.deleteProperty(env, `CLICKS_${number}`);
  forgetLogs(env);
}

/** All databases of the log, `DB` first. */
export function logDatabases(): D1Database[] {
  return [env.DB, ...boundLogs(env)];
}
