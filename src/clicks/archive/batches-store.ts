import { markOf } from "../log/mark.ts";
import { getTableColumns } from "drizzle-orm";
import { mustHold } from "../../ground/db/premise.ts";
import { clickBatches } from "../../ground/db/schema/click.ts";
import type { ClickLog } from "../log/logs-store.ts";
import { type BatchRow, weightOf } from "../log/pack.ts";
import { isOutrun, logMustHold } from "../log/write.ts";
import { readDirection } from "../pack/store.ts";
import { buildFile, readIfWhole, readLines } from "./file-store.ts";
import type { ArchiveForm, ArchiveLimits, FromLog, NewFile } from "./store-form.ts";
import { batchOf, type BatchRecord, lastSeqOf, lineOf } from "./format.ts";

/** Every column of batches, as the table and the files name it. */
const COLUMNS = Object.values(getTableColumns(clickBatches)).map((column) => column.name);

/** In the order of the index by time, which leads to them: a batch costs one row read, and no index by anything else. */
const OLD = `
SELECT ${COLUMNS.join(", ")} FROM click_batches
WHERE (earliest, latest, seq) > (?1, ?2, ?3) AND earliest >= ?1 AND earliest < ?4 AND latest < ?4
  AND seq + stride * (count - 1) <= ?5
ORDER BY earliest, latest, seq LIMIT ?6`;

const RECORDED = `
SELECT ${COLUMNS.join(", ")} FROM click_batches
WHERE (earliest, latest, seq) > (?1, ?2, ?3) AND earliest >= ?1 AND earliest <= ?4
  AND instr(?5, ',' || seq || ',') > 0
ORDER BY earliest, latest, seq LIMIT ?6`;

/** Where a walk of the index stands. */
type Place = Pick<BatchRow, "earliest" | "latest" | "seq">;

/** Batches by their time, a page at a time; `read` has those behind a place. */
async function* walk(from: number, read: (place: Place) => Promise<BatchRecord[]>): AsyncGenerator<BatchRecord[]> {
  let place: Place = { earliest: from, latest: -1, seq: -1 };
  for (;;) {
    const batches = await read(place);
    const last = batches.at(-1);
    if (last === undefined) return;
    yield batches;
    place = last;
  }
}

/** What stands in a text of numbers, so that SQL finds one in it without reading a row for each. */
const numbers = (seqs: readonly number[]): string => `,${seqs.join(",")},`;

/** SQL: all that may change in a batch, for late clicks change verdicts and an erasure changes what clicks are. */
const STATE = `char(10) || seq || '|' || verdicts || '|' || coalesce(entered, '') || '|' || coalesce(corrections, '')
  || '|' || facts || clicks || char(10)`;

const stateOf = ({ seq, verdicts, entered, corrections, facts, clicks }: BatchRow): string =>
  `\n${seq}|${verdicts}|${entered ?? ""}|${corrections ?? ""}|${facts}${clicks}\n`;

const REMOVE = `DELETE FROM click_batches WHERE earliest BETWEEN ?1 AND ?2 AND instr(?3, ${STATE}) > 0`;

const GONE = `NOT EXISTS (
  SELECT 1 FROM click_batches WHERE earliest BETWEEN ?1 AND ?2 AND instr(?3, ',' || seq || ',') > 0)`;

/** A batch as far as its removal needs it. */
type Held = Place & { count: number; state: string };

/** Text of one statement's parameter: D1 takes 2 MB, and the largest batch is added to this. */
const MAX_TEXT = 500_000;

/** A page of what was read back, in groups whose texts fit into a parameter each. */
function groupsOf<Item>(items: readonly Item[], sizeOf: (item: Item) => number): Item[][] {
  const groups: Item[][] = [];
  let size = Infinity;
  for (const item of items) {
    if (size + sizeOf(item) > MAX_TEXT) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)?.push(item);
    size += sizeOf(item);
  }
  return groups;
}

/** Batches looked at together while a file is read. */
const PAGE_LINES = 20;

/** A batch that is there already is passed over, though it may have changed since. */
const INSERT = `
INSERT INTO click_batches (${COLUMNS.join(", ")})
SELECT ${COLUMNS.map((name) => `value ->> '${name}'`).join(", ")} FROM json_each(?1) WHERE true
ON CONFLICT (seq) DO NOTHING`;

/**
 * The packed clicks of one database of the log: a line a batch, whole. Those of a file leave the log together or not
 * at all, and come back so: the log has all of them or none.
 */
export function batchesForm(
  env: Env,
  log: ClickLog,
  { fileRows, fileBatches, pageBatches }: ArchiveLimits,
): ArchiveForm {
  const { d1, number } = log;

  /** Pages of lines, and what they hold, which is known once all are read. */
  function builder(pages: AsyncIterable<BatchRecord[]>) {
    const batches: BatchRecord[] = [];
    async function* lines(): AsyncGenerator<string[]> {
      for await (const page of pages) {
        batches.push(...page.map((batch) => ({ ...batch, clicks: "", facts: "" })));
        yield page.map(lineOf);
      }
    }
    return async (): Promise<FromLog & { batches: BatchRecord[] }> => {
      const built = await buildFile(lines());
      return { ...built, batches, rows: batches.reduce((sum, { count }) => sum + count, 0) };
    };
  }

  return {
    begin: async (cutoff) => {
      const mark = await rolledUp(env.DB, number);
      let [clicks, count] = [0, 0];
      const pages = walk(0, async ({ earliest, latest, seq }) => {
        if (clicks >= fileRows || count >= fileBatches) return [];
        const { results } = await d1
          .prepare(OLD)
          .bind(earliest, latest, seq, cutoff, mark, pageBatches)
          .all<BatchRecord>();
        for (const batch of results) clicks += weightOf(batch);
        count += results.length;
        return results;
      });
      const { batches, ...built } = await builder(pages)();
      if (batches.length === 0) return null;
      const file = {
        log: number,
        batches: JSON.stringify(batches.map(({ seq }) => seq)),
        firstSeq: Math.min(...batches.map(({ seq }) => seq)),
        lastSeq: Math.max(...batches.map(lastSeqOf)),
        earliest: Math.min(...batches.map(({ earliest }) => earliest)),
        latest: Math.max(...batches.map(({ latest }) => latest)),
        rows: built.rows,
      };
      return { file, built, premises: number === 0 ? await mustStayPacked(env.DB, file) : [] };
    },

    build: async (record) => {
      const seqs: number[] = JSON.parse(record.batches ?? "[]");
      const pages = walk(record.earliest, async ({ earliest, latest, seq }) => {
        const statement = d1.prepare(RECORDED);
        return (
          await statement.bind(earliest, latest, seq, record.latest, numbers(seqs), pageBatches).all<BatchRecord>()
        ).results;
      });
      const { batches: _batches, ...built } = await builder(pages)();
      return built;
    },

    mayReplace: (record, built) => built.rows === record.rows,

    check: async (record) => {
      const held = await readIfWhole(env.ARCHIVE, record, PAGE_LINES, (line): Held => {
        const batch = batchOf(line);
        const { earliest, latest, seq, count } = batch;
        return { earliest, latest, seq, count, state: stateOf(batch) };
      });
      if (held?.reduce((sum, { count }) => sum + count, 0) !== record.rows) return null;
      return () => remove(log, held);
    },

    restore: async (record, ready) => {
      if ((await readIfWhole(env.ARCHIVE, record, PAGE_LINES, batchOf)) === null) return false;
      await ready();
      const statements: D1PreparedStatement[] = [];
      for await (const lines of readLines(env.ARCHIVE, record.key, PAGE_LINES)) {
        for (const group of groupsOf(lines, ({ length }) => length)) {
          statements.push(d1.prepare(INSERT).bind(`[${group.join(",")}]`));
        }
      }
      await d1.batch(statements);
      return true;
    },
  };
}

/** Takes batches out of the log, all of them unless one isn't there as it is held: then none, and `false`. */
async function remove(log: ClickLog, held: readonly Held[]): Promise<boolean> {
  const statements = groupsOf(held, ({ state }) => state.length).map((group) =>
    log.d1.prepare(REMOVE).bind(...spanOf(group), group.map(({ state }) => state).join("")),
  );
  const gone = logMustHold(log, GONE, ...spanOf(held), numbers(held.map(({ seq }) => seq)));
  try {
    await log.d1.batch([...statements, gone]);
    return true;
  } catch (error) {
    if (isOutrun(error)) return false;
    throw error;
  }
}

function spanOf(held: readonly Held[]): [number, number] {
  const times = held.map(({ earliest }) => earliest);
  return [Math.min(...times), Math.max(...times)];
}

/** Batches of `DB` may be moved back into rows (see `pack/run.ts`), which is asked for some minutes before it begins. */
async function mustStayPacked(db: D1Database, { batches, earliest, latest }: NewFile): Promise<D1PreparedStatement[]> {
  const { direction } = await readDirection(db);
  if (direction !== "rows") return [];
  const seqs: number[] = JSON.parse(batches ?? "[]");
  const there = `(SELECT count(*) FROM click_batches
    WHERE earliest BETWEEN ?1 AND ?2 AND instr(?3, ',' || seq || ',') > 0) = ?4`;
  return [mustHold(db, there, earliest, latest, numbers(seqs), seqs.length)];
}

/** The number up to which a database of the log is rolled up. */
async function rolledUp(db: D1Database, number: number): Promise<number> {
  const named = db.prepare("SELECT value FROM watermarks WHERE name = ?1").bind(markOf(number));
  const value = await named.first<number>("value");
  return value ?? 0;
}
