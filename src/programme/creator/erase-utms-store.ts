import { sql } from "drizzle-orm";
import { type ClickLog, clickLogs } from "../../clicks/log/logs-store.ts";
import { columnsIf, isWhole, namesAny } from "../../clicks/log/links-store.ts";
import type { BatchRow } from "../../clicks/log/pack.ts";
import { firstSeq } from "../../clicks/log/sequence.ts";
import { withoutUtms } from "../../clicks/log/without-utms.ts";
import { openDatabase } from "../../ground/db/client.ts";
import { clickBatches } from "../../ground/db/schema/click.ts";

/** A queue may bring a click for four days, and what it could not place lies in wait: clicks come as late as this, ms. */
const LATEST_CLICK_MS = 8 * 86_400_000;

/** Clocks of the machines that number clicks differ by less, ms. */
const CLOCK_SLACK_MS = 60_000;

/** How much is done at once. */
export interface EraseLimits {
  /** Batches looked at in one statement. */
  pageBatches: number;
  /** Batches looked at in one night; the rest waits for the next. */
  batches: number;
}

const LIMITS: EraseLimits = { pageBatches: 100, batches: 100_000 };

/** Clicks that are rows, changed by one statement. */
const ROWS_AT_ONCE = 2_000;

const UTM_COLUMNS = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"];

/** How a batch without any UTM value says so. */
const NO_UTMS = '"utms":[[null,null,null,null,null]]';

/**
 * Takes the UTM values out of clicks on links of creators who were deleted before `now` (ms UTC): of those deleted since
 * the last complete run in the whole log, of some days before in what has come since. Bounded: what it doesn't reach it
 * goes on with in the next run. Idempotent. Throws what D1 throws.
 */
export async function eraseUtms(env: Env, now: number, limits: EraseLimits = LIMITS): Promise<void> {
  const walk = await openWalk(env.DB, now);
  const links = await linksOf(env.DB, walk);
  if (links.all.size > 0) {
    const { all } = await clickLogs(env, now);
    // Before and after the batches: a click that changes its form meanwhile is met in one of them.
    await eraseRows(env.DB, walk);
    let left = limits.batches;
    for (const log of all) {
      left -= await eraseLog(env.DB, log, { ...walk, links }, { ...limits, batches: left });
      if (left <= 0) return;
    }
    await eraseRows(env.DB, walk);
  }
  await closeWalk(env.DB, walk.startedAt);
}

/** A run of several nights at most: of whom it takes something out, and where it stands. */
interface Walk {
  /** When the last complete one began, ms UTC; 0: there was none. */
  doneAt: number;
  startedAt: number;
  /** By database: the number up to which its batches were looked at. */
  reached: ReadonlyMap<string, number>;
}

/** Links of deleted creators. */
interface ErasedLinks {
  all: ReadonlySet<string>;
  /** Whether some of them were never looked for. */
  fresh: boolean;
}

const UNDER_WAY = "creators_erasing";
const placeOf = ({ number }: ClickLog): string => `${UNDER_WAY}_${number}`;

async function openWalk(d1: D1Database, now: number): Promise<Walk> {
  const { results } = await d1
    .prepare("SELECT name, value FROM watermarks WHERE name GLOB 'creators_eras*'")
    .all<{ name: string; value: number }>();
  const reached = new Map(results.map(({ name, value }) => [name, value]));
  const doneAt = reached.get("creators_erased") ?? 0;
  const underWay = reached.get(UNDER_WAY);
  if (underWay !== undefined) return { doneAt, startedAt: underWay, reached };
  await keep(d1, UNDER_WAY, now, now).run();
  return { doneAt, startedAt: now, reached: new Map() };
}

async function closeWalk(d1: D1Database, startedAt: number): Promise<void> {
  await d1.batch([
    keep(d1, "creators_erased", startedAt, startedAt),
    d1.prepare(`DELETE FROM watermarks WHERE name = '${UNDER_WAY}' OR name GLOB '${UNDER_WAY}_*'`),
  ]);
}

function keep(d1: D1Database, name: string, value: number, now: number): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO watermarks (name, value, updated_at) VALUES (?1, ?2, ?3)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    )
    .bind(name, value, now);
}

/** SQL: the creators that a walk is about, as `r`; `?1` and `?2` are its bounds. */
const ERASED = "creators r CROSS JOIN links l ON l.creator_id = r.id WHERE r.deleted_at BETWEEN ?1 AND ?2";

const boundsOf = ({ doneAt, startedAt }: Walk): [number, number] => [Math.max(0, doneAt - LATEST_CLICK_MS), startedAt];

async function linksOf(d1: D1Database, walk: Walk): Promise<ErasedLinks> {
  const { results } = await d1
    .prepare(`SELECT l.id, r.deleted_at >= ?3 AS fresh FROM ${ERASED}`)
    .bind(...boundsOf(walk), walk.doneAt)
    .all<{ id: string; fresh: number }>();
  return { all: new Set(results.map(({ id }) => id)), fresh: results.some(({ fresh }) => fresh === 1) };
}

async function eraseRows(d1: D1Database, walk: Walk): Promise<void> {
  const nulls = UTM_COLUMNS.map((column) => `${column} = NULL`).join(", ");
  const any = `coalesce(${UTM_COLUMNS.map((column) => `c.${column}`).join(", ")}) IS NOT NULL`;
  for (;;) {
    const { meta } = await d1
      .prepare(
        `UPDATE click_rows SET ${nulls} WHERE seq IN (
           SELECT c.seq FROM (SELECT l.id FROM ${ERASED}) w CROSS JOIN click_rows c ON c.link_id = w.id
           WHERE ${any} LIMIT ${ROWS_AT_ONCE})`,
      )
      .bind(...boundsOf(walk))
      .run();
    if (meta.changes < ROWS_AT_ONCE) return;
  }
}

/** Goes on with one database; returns how many batches were looked at, which may be all that it may. */
async function eraseLog(
  d1: D1Database,
  log: ClickLog,
  { doneAt, reached, links }: Walk & { links: ErasedLinks },
  { pageBatches, batches }: EraseLimits,
): Promise<number> {
  const start = links.fresh ? -1 : firstSeq(doneAt - CLOCK_SLACK_MS, 0);
  let after = Math.max(start, reached.get(placeOf(log)) ?? start);
  for (let looked = 0; looked < batches;) {
    const page = await readPage(log, after, pageBatches, links.all);
    const last = page.at(-1);
    if (last === undefined) return looked;
    const updates = page.filter(isWhole).flatMap((batch) => {
      const erased = withoutUtms(batch, isErased);
      return erased === null ? [] : [rewrite(log, batch, erased)];
    });
    if (updates.length > 0) await log.d1.batch(updates);
    looked += page.length;
    after = last.seq;
    await keep(d1, placeOf(log), after, after).run();
  }
  return batches;

  function isErased(linkId: string): boolean {
    return links.all.has(linkId);
  }
}

/** The next batches; the texts of those that have nothing to take out are left out. */
async function readPage(log: ClickLog, after: number, most: number, links: ReadonlySet<string>) {
  return openDatabase(log.d1)
    .select(columnsIf(sql`instr(facts, ${NO_UTMS}) = 0 AND ${namesAny(links)}`))
    .from(clickBatches)
    .where(sql`seq > ${after}`)
    .orderBy(sql`seq`)
    .limit(most);
}

/** What it counts as may change meanwhile, and stays: no other column is written. */
function rewrite(
  { d1 }: ClickLog,
  { seq, facts, clicks }: BatchRow,
  erased: Pick<BatchRow, "facts" | "clicks">,
): D1PreparedStatement {
  return d1
    .prepare("UPDATE click_batches SET facts = ?4, clicks = ?5 WHERE seq = ?1 AND facts = ?2 AND clicks = ?3")
    .bind(seq, facts, clicks, erased.facts, erased.clicks);
}
