import { errorText } from "../../ground/error-text.ts";
import type { AttributionSettings } from "../../ground/model/attribution.ts";
import { recordGoals } from "../../conversions/count/record-run.ts";
import { countDepsOf, type EvaluateEnv } from "../../conversions/due-run.ts";
import { recordEvidence, type RecordDeps } from "../../sales/order/record-run.ts";
import { evidenceOf } from "../../sales/order/store.ts";
import { type CalledOrder, endCalls, ordersOfCalls, takeCalls } from "./due-store.ts";
import { callGoal, type DueCall } from "./goal.ts";

/** How much one run does. */
export interface CallLimits {
  /** Only these, as far as they are due. */
  ids?: readonly string[];
  /** Nothing is begun after this long, ms. */
  timeMs?: number;
  /** So many times a hundred orders are judged by the calls of a store that are taken at once. */
  pages?: number;
}

/** Calls that are taken at once, and orders that are judged at once. */
const AT_ONCE = 100;

/**
 * More orders than this, by hundreds, nobody's calls lead to but those of a customer whom a shop names for everybody, such
 * as `guest`: without an end no run would come to the others.
 */
const PAGES = 20;

/** A run ends long before the cron begins the next, ms. */
const TIME_MS = 20_000;

/**
 * Tells whoever has to know of calls that are due at `now` (ms UTC): definitions, of those that ended; the orders that a
 * call may have led to, which are judged anew, so that it makes no difference which of both came first; and webhooks. It
 * may be doubled, run beside itself and die at any point; what can't be done is logged and tried again, and holds up no
 * other. Throws what D1 throws when it is busy or gone.
 */
export async function tellCallsDue(env: EvaluateEnv, now: number, limits: CallLimits = {}): Promise<void> {
  const { ids = null, timeMs = TIME_MS, pages = PAGES } = limits;
  const endAt = Date.now() + timeMs;
  for (;;) {
    const calls = await takeCalls(env.DB, now, AT_ONCE, ids);
    for (const [storeId, ofStore] of Map.groupBy(calls, (call) => call.storeId)) {
      await tellOfStore(env, now, storeId, ofStore, pages);
    }
    if (calls.length < AT_ONCE || Date.now() >= endAt) return;
  }
}

async function tellOfStore(
  env: EvaluateEnv,
  now: number,
  storeId: string,
  calls: readonly DueCall[],
  pages: number,
): Promise<void> {
  const deps = await countDepsOf(env, now);
  const left = new Set<string>();
  try {
    const { failed } = await recordGoals(
      deps,
      storeId,
      calls.flatMap((call) => callGoal(call) ?? []),
    );
    for (const { id } of calls) if (failed.has(`call:${id}`)) left.add(id);
    for (const id of await judgeOrders(deps, storeId, calls, pages)) left.add(id);
    const done = calls.filter(({ id }) => !left.has(id));
    if (done.length > 0) await env.DB.batch(endCalls(env.DB, done, now));
  } catch (error) {
    console.error(JSON.stringify({ event: "calls_not_told", storeId, message: errorText(error) }));
  }
}

/** Judges the orders anew that calls may have led to. Answers the calls of those that couldn't be written. */
async function judgeOrders(
  deps: RecordDeps,
  storeId: string,
  calls: readonly DueCall[],
  pages: number,
): Promise<Set<string>> {
  const failed = new Set<string>();
  let after = "";
  for (let page = 0; ; page++) {
    const found: CalledOrder[] = await ordersOfCalls(deps.d1, storeId, calls, after, AT_ONCE);
    const orders = new Map(found.map(({ orderId, externalId }) => [orderId, externalId]));
    const last = found.at(-1)?.orderId;
    if (last === undefined) return failed;
    if (page === pages) {
      console.error(JSON.stringify({ event: "calls_of_too_many_orders", storeId, orders: pages * AT_ONCE }));
      return failed;
    }
    const recorded = await judgeAnew(deps, storeId, orders);
    for (const { callId, externalId } of found) if (!recorded.has(externalId)) failed.add(callId);
    after = last;
  }
}

/** Has orders, by their ids, judged by what is known now. Answers the shop's own ids of those that could be written. */
async function judgeAnew(
  deps: RecordDeps,
  storeId: string,
  orders: ReadonlyMap<string, string>,
): Promise<ReadonlySet<string>> {
  const store = await deps.d1
    .prepare("SELECT attribution FROM stores WHERE id = ?1")
    .bind(storeId)
    .first<{ attribution: string }>();
  if (store === null) return new Set(orders.values());
  // Whatever is known of an order has it judged: one piece that is said once more is no news.
  const pieces = new Map((await evidenceOf(deps, [...orders.keys()])).map((row) => [row.orderId, row]));
  const reported = [...pieces].map(([orderId, { orderId: _orderId, inboxId, ...piece }]) => ({
    evidence: { ...piece, externalId: orders.get(orderId) ?? "" },
    inboxId,
    anew: true,
  }));
  const attribution = JSON.parse(store.attribution) as AttributionSettings;
  const { ids } = await recordEvidence(deps, { id: storeId, attribution }, reported);
  return new Set(ids.keys());
}
