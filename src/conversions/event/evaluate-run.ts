import type { TokenKeys } from "../../edge/click/token.ts";
import { readConfig } from "../../ground/config.ts";
import { errorText } from "../../ground/error-text.ts";
import type { ConsentSetting } from "../../ground/model/link.ts";
import { asAllowed, clicksOf } from "../../sales/capture/evidence.ts";
import { ended, later, type Outcome, PUT_OFF, writeOutcomes } from "../../sales/capture/inbox-store.ts";
import { TO_BE_EVALUATED } from "../../sales/capture/listening-store.ts";
import type { ProcessEnv } from "../../sales/capture/process-run.ts";
import type { Refusal } from "../../sales/capture/read-order.ts";
import type { CountDeps } from "../count/plan-run.ts";
import { recordGoals } from "../count/record-run.ts";
import { relinkConversions } from "../count/recount-run.ts";
import type { CountEvent } from "../count/work.ts";
import { activeDefinitions } from "../definition/store.ts";
import { countDepsOf } from "../due-run.ts";
import { type Identity, keepEvents, type KnownVisitor, knownVisitors, linkVisitors } from "./contact-store.ts";
import { forgottenAmong } from "./forgotten-store.ts";
import { type EventRow, goalEventOf } from "./goal-event.ts";

/** How much one run does. */
export interface EvaluateLimits {
  /** Only these rows of the inbox, as far as they are due. */
  ids?: readonly string[];
  /** No page is begun after this long, ms. */
  timeMs?: number;
  /** Is waited for between pages; left out: there is no pause. */
  rest?: () => Promise<void>;
}

/** A run ends long before Cloudflare would end it, or the next begins. */
const PAGE = 250;
const TIME_MS = 15_000;

interface Run extends CountDeps {
  startedAt: number;
  /** For a store that states none. */
  policy: ConsentSetting;
}

/** A row that waits to be held against definitions. */
interface DueRow extends EventRow {
  storeId: string;
  statedAt: number | null;
  attempts: number;
}

/** A row with the event that it tells of. */
interface Told {
  row: DueRow;
  event: CountEvent;
}

/**
 * Holds events of the inbox that are due at `now` (ms UTC) against their stores' active definitions, oldest first:
 * what visitors did is kept, who they are is linked, and what meets a definition becomes a conversion. It may be
 * doubled, run beside itself and die at any point: an event counts once, and what isn't done stays due. Throws what D1
 * throws where rows can't be read or what became of them can't be written.
 */
export async function evaluateEvents(env: ProcessEnv, now: number, limits: EvaluateLimits = {}): Promise<void> {
  const { DB: d1 } = env;
  let run: Run | null = null;
  const endAt = Date.now() + (limits.timeMs ?? TIME_MS);
  for (let at = 0; Date.now() < endAt; at += PAGE) {
    if (at > 0) await limits.rest?.();
    const ids = limits.ids?.slice(at, at + PAGE);
    const rows = ids === undefined ? await takeDue(d1, now) : await dueAmong(d1, ids, now);
    if (rows.length > 0) await evaluateRows((run ??= await runOf(env, now)), rows);
    if (ids === undefined ? rows.length < PAGE : at + PAGE >= (limits.ids?.length ?? 0)) return;
  }
}

async function runOf(env: ProcessEnv, now: number): Promise<Run> {
  return { ...(await countDepsOf(env, now)), startedAt: now, policy: readConfig(env).consentPolicy };
}

const DUE = `next_at <= ?1 AND reason_code = '${TO_BE_EVALUATED}'`;

const COLUMNS = `id, store_id AS storeId, source, received_at AS receivedAt, stated_at AS statedAt, body, meta, attempts`;

type RawRow = Omit<DueRow, "meta"> & { meta: string };

function rowsOf(results: readonly RawRow[]): DueRow[] {
  return results
    .map(({ meta, ...row }) => ({ ...row, meta: JSON.parse(meta) as DueRow["meta"] }))
    .toSorted((a, b) => a.receivedAt - b.receivedAt || (a.id < b.id ? -1 : 1));
}

async function dueAmong(d1: D1Database, ids: readonly string[], now: number): Promise<DueRow[]> {
  const { results } = await d1
    .prepare(`SELECT ${COLUMNS} FROM inbox WHERE id IN (SELECT value FROM json_each(?2)) AND ${DUE}`)
    .bind(now, JSON.stringify(ids))
    .all<RawRow>();
  return rowsOf(results);
}

/** Takes rows that are due, which puts them off first: one that ends the run must not be the next run's first too. */
async function takeDue(d1: D1Database, now: number): Promise<DueRow[]> {
  const { results } = await d1
    .prepare(
      `UPDATE inbox SET ${PUT_OFF} WHERE id IN (SELECT id FROM inbox WHERE ${DUE} ORDER BY next_at, id LIMIT ?2)
       RETURNING ${COLUMNS}`,
    )
    .bind(now, PAGE)
    .all<RawRow>();
  return rowsOf(results);
}

async function evaluateRows(run: Run, rows: readonly DueRow[]): Promise<void> {
  const storeIds = [...new Set(rows.map(({ storeId }) => storeId))];
  const [definitions, policies] = await Promise.all([activeDefinitions(run.d1, storeIds), policiesOf(run, storeIds)]);
  const asking = new Set(definitions.map(({ storeId }) => storeId));
  for (const [storeId, ofStore] of Map.groupBy(rows, (row) => row.storeId)) {
    const policy = policies.get(storeId);
    const outcomes =
      policy === undefined || !asking.has(storeId)
        ? ofStore.map((row) => ended(row, "kept", NO_DEFINITION))
        : await outcomesOf(run, storeId, ofStore, policy);
    await run.d1.batch(writeOutcomes(run.d1, outcomes, run.startedAt));
  }
}

/** The policies that hold for the shoppers of these stores, of those that exist. */
async function policiesOf({ d1, policy }: Run, storeIds: readonly string[]): Promise<Map<string, ConsentSetting>> {
  const { results } = await d1
    .prepare(
      `SELECT id, consent_policy AS own FROM stores
       WHERE id IN (SELECT value FROM json_each(?1)) AND deleted_at IS NULL`,
    )
    .bind(JSON.stringify(storeIds))
    .all<{ id: string; own: ConsentSetting | null }>();
  return new Map(results.map(({ id, own }) => [id, own ?? policy]));
}

const NO_DEFINITION: Refusal = { code: "no_definition", path: "", detail: "No definition asks for it." };
const NO_KEYS: Refusal = { code: TO_BE_EVALUATED, path: "", detail: "CLICK_TOKEN_KEYS can't be read." };
const NOT_RECORDED: Refusal = { code: TO_BE_EVALUATED, path: "", detail: "Its conversion could not be written." };
const STORAGE: Refusal = { code: TO_BE_EVALUATED, path: "", detail: "The database was not available." };

/** What becomes of a store's rows. Never rejects: what one store's rows come to holds up no other's. */
async function outcomesOf(
  run: Run,
  storeId: string,
  rows: readonly DueRow[],
  policy: ConsentSetting,
): Promise<Outcome[]> {
  if (run.keys === null) return rows.map((row) => later(row, NO_KEYS, run.startedAt));
  try {
    const told = await ofNobodyForgotten(run.d1, storeId, await toldOf(rows, run.keys, policy));
    const goals = await goalsOf(run, storeId, told);
    const { met, failed } = await recordGoals(run, storeId, [...goals.values()]);
    return rows.map((row) => {
      const goal = goals.get(row.id);
      if (goal !== undefined && failed.has(goal.key)) return later(row, NOT_RECORDED, run.startedAt);
      const isUsed = goal !== undefined && (met.has(goal.key) || goal.kind === "identify");
      return isUsed ? ended(row, "used", null) : ended(row, "kept", NO_DEFINITION);
    });
  } catch (error) {
    console.error(JSON.stringify({ event: "events_wait", storeId, message: errorText(error) }));
    return rows.map((row) => later(row, STORAGE, run.startedAt));
  }
}

async function toldOf(rows: readonly DueRow[], keys: TokenKeys, policy: ConsentSetting): Promise<Told[]> {
  const told = await Promise.all(
    rows.map(async (given): Promise<Told | null> => {
      const row = asAllowed(given, policy);
      const event = goalEventOf(row);
      if (event === null) return null;
      const { clicks } = await clicksOf(row, keys, [event.click]);
      // One that is none is left to be told of where the conversion is explained.
      if (clicks.length === 0) return { row, event };
      // What one browser says is one claim.
      const claim = { trust: event.trust, claims: clicks.map(({ clickId }) => clickId), claimedAt: event.time };
      return { row, event: { ...event, click: null, clicks: clicks.map((click) => ({ ...click, ...claim })) } };
    }),
  );
  return told.filter((one) => one !== null);
}

/** What visitors tell who asked to be forgotten is an event of nobody, until their browser has another id. */
async function ofNobodyForgotten(d1: D1Database, storeId: string, told: readonly Told[]): Promise<Told[]> {
  const visitors = told.flatMap(({ event }) => event.visitorHash ?? []);
  const forgotten = await forgottenAmong(d1, storeId, visitors);
  return told.map(({ row, event }) => ({
    row,
    event: forgotten.has(event.visitorHash ?? "") ? { ...event, visitorHash: null } : event,
  }));
}

/**
 * Keeps what visitors did and who they are, and answers what is to be held against definitions, by the ids of the rows.
 * Throws what D1 throws.
 */
async function goalsOf(run: Run, storeId: string, told: readonly Told[]): Promise<Map<string, CountEvent>> {
  const identities = told.flatMap(({ event }) => identityOf(event) ?? []);
  const done = told.flatMap(({ event }) => (event.kind === "identify" ? [] : [event]));
  const statements = [...linkVisitors(run.d1, run.newId, identities, run.startedAt), ...keepEvents(run.d1, done)];
  if (statements.length > 0) await run.d1.batch(statements);
  const known = identities.length === 0 ? [] : await knownVisitors(run.d1, identities);
  await relink(run, storeId, identities, known);
  const links = new Map(known.map((one) => [`${one.visitorHash} ${one.customerHash}`, one]));
  const goals = new Map<string, CountEvent>();
  for (const { row, event } of told) {
    if (event.kind !== "identify") goals.set(row.id, event);
    else if (event.customerHash !== null) {
      const link = links.get(`${event.visitorHash} ${event.customerHash}`);
      // Whoever said so before is known already, so it is that time again.
      const goal = link && { key: `identified:${link.visitorHash}:${link.contactId}`, time: link.since };
      goals.set(row.id, { ...event, ...goal });
    }
  }
  return goals;
}

/** Gives conversions to whom their visitors, or customers, came to be known as. */
async function relink(
  run: Run,
  storeId: string,
  identities: readonly Identity[],
  known: readonly KnownVisitor[],
): Promise<void> {
  const news = known.filter(({ isNews }) => isNews);
  const unseen = identities.filter(({ visitorHash }) => visitorHash === null);
  const visitors = [...new Set(news.map(({ visitorHash }) => visitorHash))];
  const customers = [...new Set([...news, ...unseen].map(({ customerHash }) => customerHash))];
  if (customers.length > 0) await relinkConversions(run, storeId, { visitors, customers });
}

function identityOf({ kind, storeId, customerHash, visitorHash, time }: CountEvent): Identity | null {
  return kind === "identify" && customerHash !== null ? { storeId, customerHash, visitorHash, time } : null;
}
