import { getTableColumns, sql, type SQL } from "drizzle-orm";
import { openDatabase } from "../../ground/db/client.ts";
import { clickBatches, clickRows } from "../../ground/db/schema/click.ts";
import { type Contribution, contributionOf, contributionsOf } from "./contribution.ts";
import type { ClickLog } from "./logs-store.ts";
import { BATCH_SPAN_MS, type BatchRow, type LoggedClick, unpack } from "./pack.ts";
import type { LogSpan } from "./read-store.ts";

/** So many links are looked for by D1, which then sends what has any of them; with more, it sends all. */
const MOST_LINKS = 40;

/** SQL: whether a batch may have clicks on any of the links. No index tells: it is read for that. */
export function namesAny(links: Iterable<string>): SQL {
  const ids = [...links];
  if (ids.length > MOST_LINKS) return sql`1`;
  if (ids.length === 0) return sql`0`;
  // What it took back of clicks names their links in the same way.
  const named = ids.map((id) => sql`instr(facts || coalesce(corrections, ''), ${JSON.stringify(id)}) > 0`);
  return sql`(${sql.join(named, sql` OR `)})`;
}

/** Columns of batches, of which the texts are left out where a condition doesn't hold. */
export function columnsIf(condition: SQL) {
  const { facts: _facts, clicks: _clicks, ...columns } = getTableColumns(clickBatches);
  return {
    ...columns,
    facts: sql<string | null>`iif(${condition}, facts, NULL)`,
    clicks: sql<string | null>`iif(${condition}, clicks, NULL)`,
  };
}

/** A batch that was read with its texts. */
export function isWhole<Batch extends { facts: string | null; clicks: string | null }>(
  batch: Batch,
): batch is Batch & { facts: string; clicks: string } {
  return batch.facts !== null && batch.clicks !== null;
}

/** Batches read in one statement. */
const PAGE_BATCHES = 100;
const PAGE_ROWS = 5_000;

/** What moves the sums of some links after a number: what no sum has yet. Throws what D1 throws. */
export async function contributionsAfter(
  log: ClickLog,
  after: number,
  links: ReadonlySet<string>,
): Promise<Contribution[]> {
  const db = openDatabase(log.d1);
  const found: Contribution[] = [];
  for (let at = after; log.number === 0;) {
    const rows = await db
      .select()
      .from(clickRows)
      .where(sql`seq > ${at}`)
      .orderBy(sql`seq`)
      .limit(PAGE_ROWS);
    found.push(...rows.filter(({ linkId }) => links.has(linkId)).map(contributionOf));
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) break;
    at = last.seq;
  }
  for (let at = after; ;) {
    const batches = await db
      .select(columnsIf(namesAny(links)))
      .from(clickBatches)
      .where(sql`seq > ${at}`)
      .orderBy(sql`seq`)
      .limit(PAGE_BATCHES);
    for (const batch of batches.filter(isWhole)) {
      found.push(...contributionsOf(batch satisfies BatchRow).filter(({ linkId }) => links.has(linkId)));
    }
    const last = batches.at(-1);
    if (last === undefined || batches.length < PAGE_BATCHES) return found;
    at = last.seq;
  }
}

/**
 * The clicks of a span of time on some links, as they count now; `null` if it has more than `most` batches, of which all
 * would have to be read. Throws what D1 throws.
 */
export async function clicksOnLinks(
  log: ClickLog,
  { from, to }: LogSpan,
  links: ReadonlySet<string>,
  most: number,
): Promise<LoggedClick[] | null> {
  const db = openDatabase(log.d1);
  // Rows first: what is packed meanwhile is met in its batch.
  const rows =
    log.number === 0
      ? await db
          .select()
          .from(clickRows)
          .where(
            sql`link_id IN (SELECT value FROM json_each(${JSON.stringify([...links])})) AND time >= ${from} AND time < ${to}`,
          )
      : [];
  const batches = await db
    .select(columnsIf(namesAny(links)))
    .from(clickBatches)
    .where(sql`earliest > ${from - BATCH_SPAN_MS} AND earliest < ${to} AND latest >= ${from}`)
    .limit(most + 1);
  if (batches.length > most) return null;
  const packed = batches
    .filter(isWhole)
    .flatMap((batch) => unpack(batch))
    .filter(({ linkId, time }) => links.has(linkId) && time >= from && time < to);
  return [...rows, ...packed];
}
