import { env } from "cloudflare:workers";
import { ARCHIVE_LIMITS } from "../../src/clicks/archive/run.ts";
import { ingestAll } from "./log-fixtures.ts";
import type { ClickMessage } from "../../src/edge/click/message.ts";
import { readConfig } from "../../src/ground/config.ts";
import { clickMessage } from "./click-message.ts";

/** A night's run: 03:17 UTC. */
export const NIGHT = Date.UTC(2026, 10, 21, 3, 17);
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** A deployment that keeps clicks for a week. */
export const WEEK = readConfig({ CLICK_RETENTION_DAYS: "7" });

/** The first moment (ms UTC) that a run at {@link NIGHT} keeps under {@link WEEK}. */
export const CUTOFF = Date.UTC(2026, 10, 14);

/** Files so small that a few clicks make several, pages and deletions smaller still. */
export const SMALL = { ...ARCHIVE_LIMITS, fileRows: 4, pageRows: 3, deleteRows: 2 };

/** A visit of somebody of their own. */
export function visitAt(id: string, time: number, parts: Partial<ClickMessage> = {}): ClickMessage {
  return clickMessage({ id, linkId: "lnk_0000000000000001", time, pseudonym: id, ...parts });
}

/** Writes clicks to the log as a queue's message would. */
export async function log(...clicks: ClickMessage[]): Promise<void> {
  await ingestAll(WEEK, clicks, NIGHT);
}

/** A row of the log, whole. */
export type LoggedClick = Record<string, unknown> & { seq: number; id: string };

/** Every row of the log by order of arrival. */
export async function logged(): Promise<LoggedClick[]> {
  const { results } = await env.DB.prepare("SELECT * FROM clicks ORDER BY seq").all<LoggedClick>();
  return results;
}

/** Every file of clicks in R2. */
export async function archiveFiles(): Promise<R2Object[]> {
  return (await env.ARCHIVE.list({ prefix: "clicks/" })).objects;
}

/** Every row of every file in R2, however often it is there. */
export async function archived(): Promise<LoggedClick[]> {
  const files = await Promise.all((await archiveFiles()).map(({ key }) => textOf(key)));
  return files.flatMap((text) =>
    text
      .split("\n")
      .slice(0, -1)
      .map((line): LoggedClick => JSON.parse(line)),
  );
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
