import { batchesOf, type BatchRow, pack } from "../../src/clicks/log/pack.ts";
import { STRIDE } from "../../src/clicks/log/sequence.ts";
import { openDatabase, statementOf } from "../../src/ground/db/client.ts";
import { clickBatches } from "../../src/ground/db/schema/click.ts";
import { closeDays } from "../../src/reports/rollup/months-run.ts";
import { rollUpOrders } from "../../src/reports/rollup/orders-run.ts";
import { rollUpClicks } from "../../src/reports/rollup/run.ts";
import { UNTOLD } from "./untold.ts";

/** How long histories are. */
const DAYS = 90;
/** A day, ms. */
export const DAY_MS = 86_400_000;
/** Their first moment, ms UTC: in the middle of a month, so that months are cut at both ends. */
export const START = Date.UTC(2026, 7, 20);
/** The moment after their last, ms UTC. */
export const END = START + DAYS * DAY_MS;

/** SQL: numbers `i`, from one to before another. */
export const numbers = (first: number, end: number): string =>
  `WITH RECURSIVE n (i) AS (SELECT ${first} UNION ALL SELECT i + 1 FROM n WHERE i < ${end - 1})`;

/** SQL: an id by its number (SQL). */
export const padded = (prefix: string, number: string): string => `printf('${prefix}_%016d', ${number})`;

/** Odd factors, so that what hangs on one has nothing to do with what hangs on another. */
const FACTORS = { click: 2_654_435_761, order: 3_266_489_917, orderTime: 668_265_263 };

/** SQL: a number below a bound that hangs on `i`, and is spread evenly. */
export const spread = (bound: number, by: keyof typeof FACTORS): string =>
  `(i * ${FACTORS[by]} % 4294967296 * ${bound} / 4294967296)`;

/** SQL: a moment of the history. */
export const moment = (by: keyof typeof FACTORS): string => `(${START} + ${spread(DAYS * 86_400, by)} * 1000)`;

const COUNTRIES = ["DE", "FR", "US", "GB"];

/** SQL: the country of what has the number `i`. */
export const COUNTRY = `substr('${COUNTRIES.join("")}', 1 + i % 4 * 2, 2)`;

/** Batches written in one transaction. */
const BATCHES_AT_ONCE = 200;

/** What of the environment the log and its reports need. */
export const envOf = (db: D1Database): Env => ({ DB: db }) as unknown as Env;

/** The click with a number, of so many over the whole history. */
function clickOf(i: number, of: number, links: number) {
  const link = Math.floor((((i * FACTORS.click) % 2 ** 32) * links) / 2 ** 32);
  return {
    ...UNTOLD,
    id: `clk_${String(i).padStart(16, "0")}`,
    linkId: `lnk_${String(link).padStart(16, "0")}`,
    time: START + Math.floor((i * DAYS * DAY_MS) / of),
    isUnique: i % 5 > 0,
    visitorKey: null,
    reason: null,
    country: COUNTRIES[i % 4] ?? null,
    device: "mobile",
    source: "social",
    consent: "deferred",
    consentSource: "policy",
  };
}

interface ClicksWritten {
  first: number;
  end: number;
  of: number;
  links: number;
}

/** Writes counted clicks in the order of their times: those of a stretch, of `of` over the whole history, on so many links. */
export async function writeClicks(db: D1Database, { first, end, of, links }: ClicksWritten): Promise<void> {
  const all = Array.from({ length: end - first }, (_none, index) => clickOf(first + index, of, links));
  let seq = (first + 1) * STRIDE;
  const rows = batchesOf(all).map((clicks): BatchRow => {
    const row = {
      ...pack(clicks.map(({ isUnique: _unique, ...click }) => click)),
      seq,
      stride: STRIDE,
      windowMs: DAY_MS,
      ingestedAt: END,
      verdicts: clicks.map(({ isUnique }) => (isUnique ? "u" : "c")).join(""),
      entered: null,
      corrections: null,
    };
    seq += clicks.length * STRIDE;
    return row;
  });
  const writer = openDatabase(db);
  for (let start = 0; start < rows.length; start += BATCHES_AT_ONCE) {
    const statements = rows
      .slice(start, start + BATCHES_AT_ONCE)
      .map((row) => statementOf(db, writer.insert(clickBatches).values(row)));
    await db.batch(statements);
  }
}

/** What the cron does every minute, and at the end what the night does. Resolves to how much is left to be counted. */
export async function rollUp(db: D1Database): Promise<{ left: number | null }> {
  await rollUpClicks(envOf(db), END);
  await rollUpOrders(envOf(db), END);
  const left = await db
    .prepare(
      `SELECT (SELECT count(*) FROM order_rollups_due) + (SELECT count(*) FROM click_batches
         WHERE seq > coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0)) AS n`,
    )
    .first<number>("n");
  // As the night does.
  if (left === 0) await closeDays(envOf(db), END);
  return { left };
}
