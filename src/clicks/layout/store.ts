import { desc } from "drizzle-orm";
import { openDatabase } from "../../ground/db/client.ts";
import { clickLayouts } from "../../ground/db/schema/click.ts";
import { errorText } from "../../ground/error-text.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { type ClickLog, nameOfLog } from "../log/logs-store.ts";
import { markOf } from "../log/mark.ts";
import { readWaiting } from "../log/waiting-store.ts";
import type { Layout, LogDatabase } from "./schema.ts";
import { dateOfDay } from "./since.ts";

/** All layouts, the latest first. Throws what D1 throws. */
export async function readLayouts(d1: D1Database): Promise<Layout[]> {
  const rows = await openDatabase(d1).select().from(clickLayouts).orderBy(desc(clickLayouts.sinceDay));
  return rows.map(({ sinceDay, databases, createdAt }) => ({
    sinceDay: dateOfDay(sinceDay),
    databases,
    createdAt: isoOf(createdAt),
  }));
}

/** Statement that enters a layout at `now` (ms UTC), instead of another of the same day. */
export function putLayout(d1: D1Database, sinceDay: number, databases: number, now: number): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO click_layouts (since_day, databases, created_at) VALUES (?1, ?2, ?3)
       ON CONFLICT (since_day) DO UPDATE SET databases = excluded.databases, created_at = excluded.created_at`,
    )
    .bind(sinceDay, databases, now);
}

/** What there is to see of databases of the log. One that fails says so. Throws what `DB` throws. */
export async function readDatabases(d1: D1Database, logs: readonly ClickLog[]): Promise<LogDatabase[]> {
  const { results } = await d1
    .prepare("SELECT name, value FROM watermarks WHERE name GLOB 'clicks*'")
    .all<{ name: string; value: number }>();
  const marks = new Map(results.map(({ name, value }) => [name, value]));
  return Promise.all(
    logs.map(async (log): Promise<LogDatabase> => {
      const binding = nameOfLog(log);
      const mark = marks.get(markOf(log.number)) ?? 0;
      try {
        // Not before the tables that ingest writes are there.
        const { meta } = await log.d1.prepare(`SELECT ${INGESTED.join(", ")}`).run();
        const { clicks } = await readWaiting(log, mark);
        return { binding, bytes: meta.size_after, waiting: clicks, failure: null };
      } catch (error) {
        return { binding, bytes: null, waiting: null, failure: errorText(error) };
      }
    }),
  );
}

const INGESTED = ["click_batches", "click_messages", "first_visits_7"].map(
  (table) => `(SELECT 1 FROM ${table} LIMIT 1) AS ${table}`,
);

/** Whether nothing was ever logged in any database. Throws what D1 throws. */
export async function isUntouched(d1: D1Database, logs: readonly ClickLog[]): Promise<boolean> {
  const rolledUp = await d1
    .prepare("SELECT max(value) AS seq FROM watermarks WHERE name GLOB 'clicks*'")
    .first<number>("seq");
  if ((rolledUp ?? 0) > 0) return false;
  const found = await Promise.all(
    logs.map(({ d1: own }) => own.prepare("SELECT 1 AS found FROM clicks LIMIT 1").first("found")),
  );
  return found.every((one) => one === null);
}
