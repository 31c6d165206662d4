import { env } from "cloudflare:workers";
import { logDatabases } from "./databases-fixtures.ts";
import { LOG_TABLES } from "./log-tables.ts";
import { ingestClicks } from "../../src/clicks/click/ingest.ts";
import { forgetLogs } from "../../src/clicks/log/logs-store.ts";
import type { ClickMessage } from "../../src/edge/click/message.ts";
import type { Config } from "../../src/ground/config.ts";

/** Writes clicks to the log at `now` (ms UTC) that no message tells of, so that each click's own id does. */
export function ingestAll(
  config: Config,
  clicks: readonly ClickMessage[],
  now: number,
  where: Env = env,
): Promise<void> {
  return ingestClicks(where, config, [{ id: null, clicks }], now);
}

/** Takes all clicks out of a database of the log, with what tells whether a click is its visitor's first. */
export async function wipeLog(d1: D1Database = env.DB): Promise<void> {
  const tables = d1 === env.DB ? ["click_rows", ...LOG_TABLES] : LOG_TABLES;
  await d1.batch([
    ...tables.map((table) => d1.prepare(`DELETE FROM ${table}`)),
    // Rows are numbered from the first again: after some that had been batches, their numbers would be a clock's.
    d1.prepare("DELETE FROM sqlite_sequence WHERE name = 'click_rows'"),
  ]);
  forgetLogs(env);
}

/** A click as people with SQL see it. */
type ViewedClick = Record<string, string | number | null>;

/** All clicks of all databases, as the view shows them. */
export async function viewedClicks(): Promise<ViewedClick[]> {
  const found = await Promise.all(logDatabases().map((d1) => d1.prepare("SELECT * FROM clicks").all<ViewedClick>()));
  return found.flatMap(({ results }) => results);
}
