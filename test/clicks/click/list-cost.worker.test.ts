import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { listClicks } from "../../../src/clicks/click/list-store.ts";
import { pack } from "../../../src/clicks/log/pack.ts";
import { firstSeq } from "../../../src/clicks/log/sequence.ts";
import { clickBatches } from "../../../src/ground/db/schema/click.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { wipeLog } from "../log-fixtures.ts";

const START = Date.UTC(2026, 10, 1);
const BATCHES = 4_000;

/** `DB`, with how many rows were read by statements that were asked for all their rows. */
function metered(): { d1: D1Database; rowsRead: () => number } {
  let rowsRead = 0;
  const meter = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (name === "bind") return (...values: unknown[]) => meter(target.bind(...values));
        // What drizzle asks for doesn't tell its cost.
        if (name !== "raw") return value.bind(target);
        return async () => {
          const { results, meta } = await target.all();
          rowsRead += meta.rows_read;
          return results.map((row) => Object.values(row));
        };
      },
    });
  const d1 = new Proxy(env.DB, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return name === "prepare" ? (query: string) => meter(target.prepare(query)) : value.bind(target);
    },
  });
  return { d1, rowsRead: () => rowsRead };
}

it("reads the index of a span once a request, however many batches it looks at", { timeout: 120_000 }, async () => {
  await wipeLog();
  const { facts } = pack([]);
  for (let from = 0; from < BATCHES; from += 8) {
    await openDatabase(env.DB)
      .insert(clickBatches)
      .values(
        Array.from({ length: 8 }, (_none, index) => {
          const time = START + (from + index) * 60_000;
          return {
            seq: firstSeq(time, 0),
            count: 1,
            stride: 64,
            earliest: time,
            latest: time,
            windowMs: 1,
            ingestedAt: time,
            verdicts: "b",
            entered: null,
            corrections: null,
            facts,
            clicks: "[]",
          };
        }),
      );
  }
  const { d1, rowsRead } = metered();
  const to = new Date(START + 86_400_000 * 30).toISOString();
  const query = { bucket: "counted" as const, to, link: undefined, from: undefined };
  const where = { env: { ...env, DB: d1 }, now: () => START };
  const { rows, next } = await listClicks(where, { after: null, limit: 10 }, query);
  expect(rows).toEqual([]);
  expect(next).not.toBeNull();
  expect(rowsRead()).toBeGreaterThan(BATCHES);
  expect(rowsRead()).toBeLessThan(3 * BATCHES);
  let pages = 1;
  for (let after = next; after !== null; pages++) {
    ({ next: after } = await listClicks(where, { after, limit: 10 }, query));
  }
  expect(pages).toBeGreaterThanOrEqual(4);
  expect(pages).toBeLessThanOrEqual(6);
});
