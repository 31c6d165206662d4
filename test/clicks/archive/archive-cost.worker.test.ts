import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { archiveClicks } from "../../../src/clicks/archive/run.ts";
import { restoreArchive } from "../../../src/clicks/archive/restore-run.ts";
import {
  archiveFiles,
  CUTOFF,
  DAY,
  HOUR,
  logAt,
  logged,
  markRolledUp,
  NIGHT,
  visitAt,
  WEEK,
} from "../archive-fixtures.ts";

/** Rows that D1 bills, read and written. */
interface Rows {
  read: number;
  written: number;
}

/** The environment, with what D1 says of each statement counted. */
function metered(rows: Rows): Env {
  const count = <Result extends { meta: D1Meta }>(result: Result): Result => {
    rows.read += result.meta.rows_read;
    rows.written += result.meta.rows_written;
    return result;
  };
  const inners = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const statement = (inner: D1PreparedStatement): D1PreparedStatement => {
    const outer = new Proxy(inner, {
      get(target, name) {
        if (name === "bind") return (...values: unknown[]) => statement(target.bind(...values));
        if (name === "all" || name === "run") return async () => count(await target.all());
        if (name === "raw") {
          return async () => count(await target.all()).results.map((row) => Object.values(row as object));
        }
        if (name !== "first") return Reflect.get(target, name) as unknown;
        return async (column?: string) => {
          const [row = null] = count(await target.all()).results;
          return column === undefined || row === null ? row : row[column];
        };
      },
    });
    inners.set(outer, inner);
    return outer;
  };
  const database = new Proxy(env.DB, {
    get(target, name) {
      if (name === "prepare") return (sql: string) => statement(target.prepare(sql));
      if (name !== "batch") return Reflect.get(target, name) as unknown;
      return async (statements: D1PreparedStatement[]) =>
        (await target.batch(statements.map((outer) => inners.get(outer) ?? outer))).map(count);
    },
  });
  return { ...env, DB: database };
}

/** Puts a day of batches of this size into the log. */
async function putDay(batches: number, size: number): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    const time = CUTOFF - DAY + batch * 60_000;
    const visits = Array.from({ length: size }, (_none, index) =>
      visitAt(`clk_${batch}_${index}`, time + index, { linkId: `lnk_${String(index % 50).padStart(16, "0")}` }),
    );
    await logAt(time + HOUR, ...visits);
  }
  await markRolledUp();
}

// A batch costs three rows: read once by the index by time, deleted by it, which reads and writes one.
it.each([
  [500, 0.012],
  [200, 0.02],
])("an archived click costs few rows of D1, in batches of %d", async (size, most) => {
  const batches = 8_000 / size;
  await putDay(batches, size);
  const rows: Rows = { read: 0, written: 0 };
  expect(await archiveClicks(metered(rows), WEEK, NIGHT)).toEqual({ files: 1, rows: 8_000 });
  expect((rows.read + rows.written) / 8_000, JSON.stringify(rows)).toBeLessThanOrEqual(most);
  expect(await logged()).toEqual([]);
  const [{ key } = { key: "" }] = await archiveFiles();
  await restoreArchive(env, key, NIGHT);
  expect(await logged()).toHaveLength(8_000);
});
