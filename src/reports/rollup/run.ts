import { markOf } from "../../clicks/log/mark.ts";
import { type Contribution, contributionOf, contributionsOf } from "../../clicks/log/contribution.ts";
import { type ClickLog, clickLogs } from "../../clicks/log/logs-store.ts";
import { type LogStretch, readAfter } from "../../clicks/log/read-store.ts";
import { readOldest, readWaiting } from "../../clicks/log/waiting-store.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { ensureStoreZones } from "../../ground/time/zones-store.ts";
import { sumClicks } from "./click-sums.ts";
import { addDays, type LinkFacts, loadDays, loadLinks, loadState } from "./load-sums.ts";
import { isReadAnew, type RollupState } from "./state.ts";
import {
  addToHours,
  addToHoursAnew,
  addToMonths,
  addToTotals,
  isOutrun,
  keepOutermost,
  markAwaiting,
  moveMark,
  mustBeAt,
  putDays,
} from "./write-sums.ts";

/** Clicks rolled up in one transaction, which takes some tenths of a second, far below D1's limit of 30 s. */
const CHUNK_CLICKS = 20_000;

/** Transactions in one run: a backlog of a million clicks is worked off in three minutes. */
const CHUNKS_A_RUN = 20;

/** No transaction is begun after this long, ms: a run ends long before the cron begins the next. */
const TIME_MS = 20_000;

/** Sums are written once so many clicks wait, in all databases together, … */
const ENOUGH_CLICKS = 5_000;

/** … or one of them since so long, ms. Reports count what waits as they are read. */
const LONG_ENOUGH_MS = 600_000;

/**
 * Rolls up what waits, if it is enough or has waited long enough: a sum costs the same whether it moves by one click or by a
 * hundred. `now` is ms UTC. Throws what D1 throws.
 */
export async function rollUpWaiting(env: Env, now: number): Promise<void> {
  const [{ all }, { marks }] = await Promise.all([clickLogs(env, now), loadState(env.DB)]);
  if (await isEnough(all, marks, now)) await rollUpClicks(env, now);
  // That it was looked after is to be seen.
  else await moveMark(env.DB, markOf(0), marks.get(0) ?? 0, now).run();
}

async function isEnough(logs: readonly ClickLog[], marks: RollupState["marks"], now: number): Promise<boolean> {
  const afterOf = ({ number }: ClickLog): number => marks.get(number) ?? 0;
  const oldest = await Promise.allSettled(logs.map((log) => readOldest(log, afterOf(log))));
  // A database that fails here fails again as it is rolled up, and is told of then.
  const waitsLong = (found: PromiseSettledResult<number | null>): boolean =>
    found.status === "rejected" || (found.value !== null && found.value <= now - LONG_ENOUGH_MS);
  if (oldest.some(waitsLong)) return true;
  const waiting = await Promise.all(logs.map((log) => readWaiting(log, afterOf(log))));
  return waiting.reduce((sum, { clicks }) => sum + clicks, 0) >= ENOUGH_CLICKS;
}

/**
 * Adds the clicks that arrived since the watermarks to their hours, and those that count to the days, months, splits and
 * totals, marks the orders as due that awaited them, and moves the watermarks, in one transaction a chunk: a run that dies
 * has done whole chunks, and two runs at once take turns. Cost follows the new clicks alone. `now` is ms UTC. Returns the
 * number of chunks. Throws what D1 throws; a database of the log that fails holds up its own clicks alone.
 */
export async function rollUpClicks(env: Env, now: number, chunk = CHUNK_CLICKS): Promise<number> {
  const endAt = Date.now() + TIME_MS;
  await ensureStoreZones(env.DB);
  const { all } = await clickLogs(env, now);
  for (let done = 1; ; done++) {
    const { more, failures } = await rollUpChunk(env.DB, all, now, chunk);
    if (more && done < CHUNKS_A_RUN && Date.now() < endAt) continue;
    if (failures.length > 0) throw failures[0];
    return done;
  }
}

interface Stretch extends LogStretch {
  log: ClickLog;
  after: number;
}

async function rollUpChunk(
  d1: D1Database,
  logs: readonly ClickLog[],
  now: number,
  chunk: number,
): Promise<{ more: boolean; failures: unknown[] }> {
  const state = await loadState(d1);
  const most = Math.ceil(chunk / logs.length);
  const read = await Promise.allSettled(
    logs.map(async (log): Promise<Stretch> => {
      const after = state.marks.get(log.number) ?? 0;
      return { ...(await readAfter(log, after, most)), log, after };
    }),
  );
  const failures = read.flatMap((one): unknown[] => (one.status === "rejected" ? [one.reason] : []));
  const stretches = read.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const statements = await statementsFor(d1, stretches, state, now);
  try {
    await d1.batch(statements);
  } catch (error) {
    // Another run was first: what it left is read anew.
    if (isOutrun(error)) return { more: true, failures };
    throw error;
  }
  const left = await Promise.all(
    stretches.filter(({ last, after }) => last > after).map(({ log, last }) => readOldest(log, last)),
  );
  return { more: left.some((oldest) => oldest !== null), failures };
}

async function statementsFor(
  d1: D1Database,
  stretches: readonly Stretch[],
  state: RollupState,
  now: number,
): Promise<D1PreparedStatement[]> {
  const found = stretches.map((stretch) => ({ log: stretch.log.number, contributions: contributionsIn(stretch) }));
  const all = found.flatMap(({ contributions }) => contributions);
  const facts = await loadLinks(
    d1,
    all.filter(countsForDays).map(({ linkId }) => linkId),
  );
  const sums = sumClicks(all, facts.dayOf);
  const clickIds = all.flatMap(({ id }) => (id === null ? [] : [id]));
  const days = addDays(await loadDays(d1, "click_days", sums.days), sums.days);
  return [
    mustBeAt(d1, state),
    ...stretches.flatMap((stretch) => mustBeSame(d1, stretch)),
    ...addToHours(d1, sums.hours, state),
    ...addToMonths(d1, sums.days, state),
    ...putDays(d1, "click_days", days),
    ...addToTotals(d1, sums.links, sums.takesBack),
    ...(await addAnew(d1, found, facts, state)),
    ...markAwaiting(d1, clickIds, clickIds.length === 0 ? 0 : await countAwaiting(d1, clickIds.length)),
    ...keepOutermost(d1, sums, now),
    // That it was looked after is to be seen, if nothing is new.
    ...stretches
      .filter(({ log, last, after }) => last > after || log.number === 0)
      .map(({ log, last }) => moveMark(d1, markOf(log.number), last, now)),
  ];
}

function contributionsIn({ batches, rows }: LogStretch): Contribution[] {
  return [...rows.map((row) => contributionOf(row)), ...batches.flatMap((batch) => contributionsOf(batch))];
}

/** Whether it moves anything but hours. */
function countsForDays({ counts }: Contribution): boolean {
  return counts.counted !== 0 || counts.uniqueOfDay !== 0;
}

/** What a rebuild has read of the log already moves with what comes to it. */
async function addAnew(
  d1: D1Database,
  found: readonly { log: number; contributions: readonly Contribution[] }[],
  { storeOf, dayOf }: LinkFacts,
  { anew }: RollupState,
): Promise<D1PreparedStatement[]> {
  if (anew === null) return [];
  const read = found.flatMap(({ log, contributions }) =>
    contributions.filter(
      (one) => countsForDays(one) && isReadAnew(anew, { ...one, log, storeId: storeOf(one.linkId) }),
    ),
  );
  const { hours, days } = sumClicks(read, dayOf);
  return [
    ...addToHoursAnew(d1, hours),
    ...putDays(d1, "click_days_anew", addDays(await loadDays(d1, "click_days_anew", days), days)),
  ];
}

/** Clicks that are rows may be changed until they are rolled up, without a word of it: as they were read, so they must be. */
function mustBeSame(d1: D1Database, { rows, after, last }: Stretch): D1PreparedStatement[] {
  if (rows.length === 0) return [];
  const weight = rows.reduce((sum, { bucket, uniqueOfDay }) => sum + (bucket === "counted" ? 2 : 0) + uniqueOfDay, 0);
  return [
    mustHold(
      d1,
      `(SELECT sum((bucket = 'counted') * 2 + unique_of_day) FROM click_rows WHERE seq > ?1 AND seq <= ?2) = ?3`,
      after,
      Math.min(last, rows.at(-1)?.seq ?? last),
      weight,
    ),
  ];
}

/** How many orders await a click; of more than `most` it doesn't matter how many. */
async function countAwaiting(d1: D1Database, most: number): Promise<number> {
  const sql = "SELECT count(*) AS n FROM (SELECT 1 FROM order_facts WHERE awaits <> '' LIMIT ?1)";
  return (await d1.prepare(sql).bind(most).first<number>("n")) ?? 0;
}
