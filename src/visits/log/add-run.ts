import { brokenOff, mustHold } from "../../ground/db/premise.ts";
import { BoundedRows, dayKey, rowsByDay } from "./bound.ts";
import { readNames } from "./names-store.ts";
import { MergedRows, SUM_TABLES, type SumRow } from "./sum-rows.ts";
import { addRows } from "./write-sums.ts";

/** For so long sums wait for others that are added to the same rows, ms, unless somebody looks at them. */
const WAIT_MS = 300_000;

/** Characters of waiting sums that are read together at most, and that are added together: only what they come to is kept. */
const CHARACTERS_A_READ = 1_500_000;
const CHARACTERS_AT_ONCE = 60_000_000;

/** Rows that they may come to: what is read then is left to the next step. */
const ROWS_AT_ONCE = 30_000;

/** Days of stores whose names are read together: in memory each is two megabytes at most. */
const DAYS_AT_ONCE = 10;

/** Steps of a run at most, with those that others came before. */
const MAX_STEPS = 100;

const LISTED = "SELECT seq, length(sums) AS size FROM visit_sums_waiting ORDER BY seq LIMIT 1000";
const READ = "SELECT sums FROM visit_sums_waiting WHERE seq IN (SELECT value FROM json_each(?1)) ORDER BY seq";
const ALL_THERE = `(SELECT count(*) FROM visit_sums_waiting WHERE seq IN (SELECT value FROM json_each(?1))) = ?2`;
const DELETE = "DELETE FROM visit_sums_waiting WHERE seq IN (SELECT value FROM json_each(?1))";

/** Adds what waits to the sums, if any of it has waited for long at `now` (ms UTC). Throws what D1 throws. */
export async function addSumsDue(d1: D1Database, now: number): Promise<void> {
  const oldest = await d1
    .prepare("SELECT written_at FROM visit_sums_waiting ORDER BY seq LIMIT 1")
    .first<number>("written_at");
  if (oldest !== null && oldest <= now - WAIT_MS) await addWaitingSums(d1);
}

/**
 * Adds all that waits to the sums: whoever reads them calls this first, so that they have what was written. Each step is a
 * transaction of its own; it may be doubled, interrupted and repeated. Throws what D1 throws.
 */
export async function addWaitingSums(d1: D1Database): Promise<void> {
  for (let step = 0; step < MAX_STEPS; step++) {
    const { results } = await d1.prepare(LISTED).all<{ seq: number; size: number }>();
    if (results.length === 0) return;
    try {
      await addSome(d1, results);
    } catch (error) {
      // Another has added them.
      if (!brokenOff(error)) throw error;
    }
  }
}

interface Waiting {
  seq: number;
  size: number;
}

async function addSome(d1: D1Database, waiting: readonly Waiting[]): Promise<void> {
  const merged = new MergedRows();
  const added: number[] = [];
  let characters = 0;
  for (let begin = 0; begin < waiting.length && characters < CHARACTERS_AT_ONCE && merged.size < ROWS_AT_ONCE;) {
    const some = firstOf(waiting.slice(begin));
    begin += some.length;
    const seqs = some.map(({ seq }) => seq);
    const { results } = await d1.prepare(READ).bind(JSON.stringify(seqs)).all<{ sums: string }>();
    for (const { sums } of results) {
      characters += sums.length;
      for (const row of JSON.parse(sums) as SumRow[]) merged.add(row);
    }
    added.push(...seqs);
  }
  const rows = await bounded(d1, merged);
  const json = JSON.stringify(added);
  await d1.batch([
    mustHold(d1, ALL_THERE, json, added.length),
    ...rows.tables.flatMap(([name, some]) => addRows(d1, SUM_TABLES[name], some)),
    d1.prepare(DELETE).bind(json),
  ]);
}

/**
 * Rows with no more names than their days may have. Whoever adds sums begins with those that have waited longest, so that
 * of two at once one is broken off: no names are added between reading and writing.
 */
async function bounded(d1: D1Database, merged: MergedRows): Promise<MergedRows> {
  const rows = new BoundedRows();
  const days = rowsByDay(merged);
  for (let begin = 0; begin < days.length; begin += DAYS_AT_ONCE) {
    const some = days.slice(begin, begin + DAYS_AT_ONCE);
    const known = await readNames(d1, some);
    for (const day of some) rows.addDay(day, known.get(dayKey(day)));
  }
  return rows.finish(merged);
}

/** As many of the first as are read together. */
function firstOf(waiting: readonly Waiting[]): Waiting[] {
  let characters = 0;
  const end = waiting.findIndex(({ size }, place) => {
    characters += size;
    return place > 0 && characters > CHARACTERS_A_READ;
  });
  return end < 0 ? [...waiting] : waiting.slice(0, end);
}
