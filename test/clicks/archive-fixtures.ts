import { env } from "cloudflare:workers";
import { getTableColumns } from "drizzle-orm";
import { batchOf } from "../../src/clicks/archive/format.ts";
import { ARCHIVE_LIMITS } from "../../src/clicks/archive/run.ts";
import { forgetLogs } from "../../src/clicks/log/logs-store.ts";
import { markOf } from "../../src/clicks/log/mark.ts";
import { unpack } from "../../src/clicks/log/pack.ts";
import type { ClickMessage } from "../../src/edge/click/message.ts";
import { readConfig } from "../../src/ground/config.ts";
import { clickRows } from "../../src/ground/db/schema/click.ts";
import { clickMessage } from "./click-message.ts";
import { logDatabases } from "./databases-fixtures.ts";
import { ingestAll } from "./log-fixtures.ts";
import { LOG_TABLES } from "./log-tables.ts";

/** A night's run: 03:17 UTC. */
export const NIGHT = Date.UTC(2026, 10, 21, 3, 17);
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** A deployment that keeps clicks for a week. */
export const WEEK = readConfig({ CLICK_RETENTION_DAYS: "7" });

/** The first moment (ms UTC) that a run at {@link NIGHT} keeps under {@link WEEK}. */
export const CUTOFF = Date.UTC(2026, 10, 14);

/** Files so small that a few clicks make several, pages and deletions smaller still. */
export const SMALL = { ...ARCHIVE_LIMITS, fileRows: 4, pageRows: 3, deleteRows: 2, fileBatches: 4, pageBatches: 2 };

/** A visit of somebody of their own. */
export function visitAt(id: string, time: number, parts: Partial<ClickMessage> = {}): ClickMessage {
  return clickMessage({ id, linkId: "lnk_0000000000000001", time, pseudonym: id, ...parts });
}

/** Writes clicks to the log at `now` (ms UTC) as a queue's message would. */
export async function logAt(now: number, ...clicks: ClickMessage[]): Promise<void> {
  await ingestAll(WEEK, clicks, now);
}

/** The same at {@link NIGHT}. */
export async function log(...clicks: ClickMessage[]): Promise<void> {
  await logAt(NIGHT, ...clicks);
}

/**
 * Writes clicks to the log as it was before it was packed: as rows in `DB`, by small numbers in the order of arrival.
 * There was no packed log then, so none may be in it that isn't rolled up.
 */
export async function logRows(...clicks: ClickMessage[]): Promise<void> {
  const known = JSON.stringify((await logged()).map(({ seq }) => seq));
  for (const click of clicks) await log(click);
  const fresh = (await logged()).filter(({ seq }) => !known.includes(String(seq)));
  const names = COLUMNS.map(([, { name }]) => name).filter((name) => name !== "seq");
  await env.DB.prepare(
    `INSERT INTO click_rows (${names.join()}) SELECT ${names.map((name) => `value ->> '${name}'`).join()} FROM json_each(?1)`,
  )
    .bind(JSON.stringify(fresh))
    .run();
  const seqs = JSON.stringify(fresh.map(({ seq }) => seq));
  const tables = LOG_TABLES.filter((table) => table !== "click_messages");
  for (const d1 of logDatabases()) {
    await d1.batch(
      tables.map((table) =>
        d1.prepare(`DELETE FROM ${table} WHERE seq IN (SELECT value FROM json_each(?1))`).bind(seqs),
      ),
    );
  }
  forgetLogs(env);
}

/** Says of all that is in the log that it is rolled up, without doing it. */
export async function markRolledUp(): Promise<void> {
  for (const [number, d1] of logDatabases().entries()) {
    const seq = (await d1.prepare("SELECT max(seq) AS seq FROM clicks").first<number>("seq")) ?? 0;
    await env.DB.prepare("INSERT OR REPLACE INTO watermarks (name, value, updated_at) VALUES (?1, ?2, ?3)")
      .bind(markOf(number), seq, NIGHT)
      .run();
  }
}

/** A row of the log, whole. */
export type LoggedClick = Record<string, unknown> & { seq: number; id: string };

/** Every click of the log, in all of its databases, by order of arrival. */
export async function logged(): Promise<LoggedClick[]> {
  const all = await Promise.all(
    logDatabases().map((d1) => d1.prepare("SELECT * FROM clicks ORDER BY seq").all<LoggedClick>()),
  );
  return all.flatMap(({ results }) => results).toSorted((a, b) => a.seq - b.seq);
}

/** Every file of clicks in R2. */
export async function archiveFiles(): Promise<R2Object[]> {
  return (await env.ARCHIVE.list({ prefix: "clicks/" })).objects;
}

/** Every click of every file in R2, however often it is there, as the log has it. */
export async function archived(): Promise<LoggedClick[]> {
  const files = await Promise.all((await archiveFiles()).map(({ key }) => textOf(key)));
  return files.flatMap((text) =>
    text
      .split("\n")
      .slice(0, -1)
      .flatMap((line): LoggedClick[] => {
        const row: LoggedClick = JSON.parse(line);
        return "verdicts" in row ? unpack(batchOf(line)).map(rowOf) : [row];
      }),
  );
}

const COLUMNS = Object.entries(getTableColumns(clickRows));

/** A click by the names of the log's columns. */
function rowOf(click: Readonly<Record<string, unknown>>): LoggedClick {
  return Object.fromEntries(COLUMNS.map(([field, { name }]) => [name, click[field]])) as LoggedClick;
}

/** A file's text. */
export async function textOf(key: string): Promise<string> {
  const object = await env.ARCHIVE.get(key);
  if (object === null) throw new Error(`${key} is missing`);
  return new Response(object.body.pipeThrough(new DecompressionStream("gzip"))).text();
}

/** The open alarms as `kind subject`. */
export async function openAlarms(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT kind || ' ' || subject AS name FROM alarms WHERE resolved_at IS NULL ORDER BY 1",
  ).all<{ name: string }>();
  return results.map(({ name }) => name);
}
