import { env, exports } from "cloudflare:workers";
import Papa from "papaparse";
import { expect } from "vitest";
import { clickLogs } from "../../src/clicks/log/logs-store.ts";
import { pack } from "../../src/clicks/log/pack.ts";
import { firstSeq, STRIDE } from "../../src/clicks/log/sequence.ts";
import { openDatabase } from "../../src/ground/db/client.ts";
import type { Deps } from "../../src/ground/deps.ts";
import { holding } from "../ground/api.ts";

/** What the pages of an export need. */
export const exportDeps = { d1: env.DB, db: openDatabase(env.DB), env, now: Date.now } as unknown as Deps;

/** All clicks, orders and entries that there can be, as a query. */
export const EVER = "from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z";

/** Asks for an export through the Worker's own entry. */
export function askExport(path: string, key = env.ADMIN_API_KEY): Promise<Response> {
  return exports.default.fetch(`https://go.brand.example/api/v1/export/${path}`, { headers: holding(key) });
}

/** The body of a response, whatever it says that it is. */
export async function textOf(response: Response): Promise<string> {
  return new TextDecoder().decode(await response.arrayBuffer());
}

/** The rows of an export as NDJSON, whose last line must say that it is whole. */
export async function exported<Row = Record<string, unknown>>(path: string): Promise<Row[]> {
  const response = await askExport(path);
  const text = await textOf(response);
  expect(response.status, text.slice(0, 500)).toBe(200);
  return rowsOf<Row>(text);
}

/** The rows of NDJSON, whose last line must say that it is whole. */
export function rowsOf<Row>(text: string): Row[] {
  expect(text.endsWith("\n")).toBe(true);
  const lines = text
    .slice(0, -1)
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(lines.at(-1)).toEqual({ end: true, rows: lines.length - 1 });
  return lines.slice(0, -1) as Row[];
}

/** The rows of an export as CSV, by a reader that isn't ours. */
export async function exportedCsv(path: string): Promise<Record<string, string>[]> {
  const response = await askExport(`${path}&format=csv`);
  const text = await textOf(response);
  expect(response.status, text.slice(0, 500)).toBe(200);
  expect(text.endsWith("\r\n")).toBe(true);
  const { data, errors } = Papa.parse<Record<string, string>>(text.slice(0, -2), { header: true });
  expect(errors).toEqual([]);
  return data;
}

/** The forms in which clicks are in the log: as rows in `DB`, or packed, in `DB` or spread over several databases. */
export const FORMS = [
  ["rows", 0],
  ["batches", 0],
  ["batches", 3],
] as const;

/** Clicks of one batch of {@link putClicks}. */
const BATCH = 10;

/**
 * Puts clicks into the log at these times (ms UTC), each counted, in this order, on one link or several in turn. As
 * batches, those of each ten that are of one database; clicks of one call must be less than five minutes apart.
 */
export async function putClicks(
  times: readonly number[],
  linkIds: readonly string[],
  form: (typeof FORMS)[number][0] = "rows",
): Promise<void> {
  const clicks = times.map((time, index) => ({
    ...UNKNOWN,
    id: `clk_${time}_${index}`,
    time,
    linkId: linkIds[index % linkIds.length] ?? "",
  }));
  if (form === "rows") {
    await env.DB.prepare(
      `INSERT INTO click_rows (id, link_id, time, bucket, reason, window_start, unique_of_day, device, source, consent, consent_source, ingested_at)
       SELECT value ->> 'id', value ->> 'linkId', value ->> 'time', 'counted', 'anonymous', (value ->> 'time') / 3600000 * 3600000, 0, 'mobile', 'social', 'strict', 'policy', value ->> 'time'
       FROM json_each(?1)`,
    )
      .bind(JSON.stringify(clicks))
      .run();
    return;
  }
  const { logOf } = await clickLogs(env, Date.now());
  for (const [log, own] of Map.groupBy(clicks, ({ linkId, time }) => logOf(linkId, time))) {
    const first =
      (await log.d1.prepare("SELECT max(seq + count * stride) AS seq FROM click_batches").first<number>("seq")) ?? 0;
    const rows = Array.from({ length: Math.ceil(own.length / BATCH) }, (_none, index) => {
      const part = own.slice(index * BATCH, (index + 1) * BATCH);
      const seq = Math.max(first, firstSeq(times[0] ?? 0, log.number)) + index * BATCH * STRIDE;
      return { ...pack(part), seq, verdicts: "c".repeat(part.length) };
    });
    await log.d1
      .prepare(
        `INSERT INTO click_batches (seq, count, stride, earliest, latest, window_ms, ingested_at, verdicts, facts, clicks)
         SELECT value ->> 'seq', value ->> 'count', ${STRIDE}, value ->> 'earliest', value ->> 'latest', 3600000,
           value ->> 'latest', value ->> 'verdicts', value ->> 'facts', value ->> 'clicks' FROM json_each(?1)`,
      )
      .bind(JSON.stringify(rows))
      .run();
  }
}

/** A click of which little is known. */
const UNKNOWN = {
  visitorKey: null,
  country: null,
  region: null,
  city: null,
  colo: null,
  device: "mobile",
  browser: null,
  os: null,
  language: null,
  referrerHost: null,
  source: "social",
  utmSource: null,
  utmMedium: null,
  utmCampaign: null,
  utmTerm: null,
  utmContent: null,
  rule: null,
  consent: "strict",
  consentSource: "policy",
  reason: null,
};

/**
 * Copies an order this often under ids of its own, in order. `placedAt` (SQL) may use `n`, which counts
 * from 1. Answers their ids.
 */
export async function copyOrder(orderId: string, copies: number, placedAt = "placed_at"): Promise<string[]> {
  const { results: columns } = await env.DB.prepare("SELECT name FROM pragma_table_info('orders')").all<{
    name: string;
  }>();
  const own: Record<string, string> = {
    id: "'ord_' || printf('%016d', n)",
    external_id: "'copy-' || n",
    placed_at: placedAt,
  };
  const values = columns.map(({ name }) => own[name] ?? name);
  const { results } = await env.DB.prepare(
    `INSERT INTO orders (${columns.map(({ name }) => name).join(", ")})
     SELECT ${values.join(", ")} FROM orders, (SELECT value AS n FROM json_each(?2)) WHERE id = ?1 RETURNING id`,
  )
    .bind(orderId, JSON.stringify(Array.from({ length: copies }, (_none, index) => index + 1)))
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** Reads a stream of NDJSON step by step. */
export function stepper(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const step = async (): Promise<boolean> => {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    text += value ?? "";
    return !done;
  };
  return {
    step,
    /** Reads what is left, and answers all rows. */
    rest: async <Row>(): Promise<Row[]> => {
      while (await step());
      return rowsOf<Row>(text);
    },
    /** How many lines were read. */
    lines: () => text.split("\n").length - 1,
  };
}
