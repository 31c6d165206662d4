import { raiseAlarm } from "../../journal/alarm/store.ts";
import { brokenUnique, openDatabase } from "../../ground/db/client.ts";
import { writeInHalves } from "../../ground/db/halves.ts";
import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { createIdSource } from "../../ground/id.ts";
import { rulesOf } from "../../programme/plan/rule-store.ts";
import { markDueWhere } from "../../journal/due/write-settlement.ts";
import { ratesFor, returningOrders, soldBefore } from "./load-grounds.ts";
import { settleGroup, wantedGrounds } from "./group.ts";
import { dueOrders, loadGroup, takeOrders } from "./load.ts";
import { writeSettled } from "./write.ts";

/** What settling needs. */
export type SettleDeps = Pick<Deps, "d1" | "db" | "now" | "newId">;

/** How much one run does. */
export interface SettleLimits {
  /** Only these orders, as far as they are due. */
  ids?: readonly string[];
  /** No group is begun after this long, ms. */
  timeMs?: number;
  /** Is waited for between groups; left out: there is no pause. */
  rest?: () => Promise<void>;
}

/** Orders looked up at once, and sorted, so that what comes first in a month is settled first. */
const PAGE = 1_000;

/** Orders in one transaction. */
const GROUP = 100;

/** A run ends long before the cron begins the next. */
const TIME_MS = 20_000;

/** Orders whose hold period is over that one run of the cron has settled. */
const APPROVALS = 5_000;

/**
 * Settles orders that are due: approves them if their hold period is over, and books what their creators are
 * owed by what is known now, less what is booked. It may be doubled, run beside itself and die at any point:
 * an entry is booked once, and what isn't done stays due. An order that can't be settled is put off with an
 * alarm, and holds up no other. Throws what D1 throws when it is busy or gone.
 */
export async function settleDue(deps: SettleDeps, { ids, timeMs = TIME_MS, rest }: SettleLimits = {}): Promise<void> {
  const endAt = Date.now() + timeMs;
  for (;;) {
    const page = await dueOrders(deps, deps.now(), PAGE, ids ?? null);
    for (let start = 0; start < page.length; start += GROUP) {
      if (start > 0) await rest?.();
      if (Date.now() >= endAt) return;
      await settleTogether(deps, page.slice(start, start + GROUP));
    }
    if (page.length === 0 || ids !== undefined) return;
  }
}

/** The cron's job at `now` (ms UTC): what is due, and what has to be approved by then. Throws as {@link settleDue}. */
export async function settleOrders({ DB: d1 }: Pick<Env, "DB">, now: number): Promise<void> {
  // One that is queued already comes up in its turn: it may have been put off.
  const held = `SELECT id FROM orders
    WHERE due_at <= ?1 AND NOT EXISTS (SELECT 1 FROM settlements_due WHERE order_id = orders.id)
    ORDER BY due_at LIMIT ${APPROVALS}`;
  await markDueWhere(d1, held, now).run();
  const newId = createIdSource(Date.now, (bytes) => void crypto.getRandomValues(bytes));
  await settleDue({ d1, db: openDatabase(d1), now: () => now, newId });
  await keepSettled(d1, now);
}

/** For the lag that `/metrics` shows: when nothing was left to be settled. */
async function keepSettled(d1: D1Database, now: number): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO watermarks (name, value, updated_at)
       SELECT 'settled', ?1, ?1 WHERE NOT EXISTS (SELECT 1 FROM settlements_due WHERE next_at <= ?1)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    )
    .bind(now)
    .run();
}

/** Settles a group of orders. Whenever one of them changed meanwhile, all is read anew. */
async function settleTogether(deps: SettleDeps, ids: readonly string[]): Promise<void> {
  const marks = new Map<string, number>();
  return writeInHalves(ids, {
    write: (some) => settleOnce(deps, some, marks),
    lostRace: (error) => brokenUnique(error) === "ledger.key",
    giveUp: (id, error, overtaken) => putOff(deps, id, error, overtaken),
  });
}

async function settleOnce(deps: SettleDeps, ids: readonly string[], marks: Map<string, number>): Promise<void> {
  const now = deps.now();
  const wanted = ids.map((id) => ({ id, mark: marks.get(id) }));
  const taken = await takeOrders(deps, wanted, now);
  for (const [id, mark] of taken) marks.set(id, mark);
  if (taken.size === 0) return;

  const group = await loadGroup(deps, [...taken.keys()]);
  const plans = new Set(group.orders.flatMap(({ shares }) => shares.flatMap(({ planId }) => planId ?? [])));
  const ruleOf = await rulesOf(deps, [...plans]);
  const { positions, customers, rates } = wantedGrounds(group, ruleOf);
  const [before, returning, rateOf] = await Promise.all([
    soldBefore(deps, positions, [...taken.keys()]),
    returningOrders(deps, customers),
    ratesFor(deps, rates),
  ]);
  const settled = settleGroup(group, { ruleOf, before, returning, rateOf }, now);
  await deps.d1.batch(writeSettled(deps, settled, group.rows, taken, now));
}

/** An order that can't be settled is put off already, since it was taken. */
async function putOff({ d1, now }: SettleDeps, orderId: string, error: unknown, overtaken: boolean): Promise<void> {
  const message = errorText(error);
  console.error(JSON.stringify({ event: "order_not_settled", orderId, message }));
  if (overtaken) return;
  await raiseAlarm(d1, { kind: "settlement_failed", subject: orderId, detail: { message } }, now());
}
