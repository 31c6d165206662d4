import { and, desc, eq, gte, lt, notInArray, sql } from "drizzle-orm";
import type { Database } from "../../ground/db/client.ts";
import { orders } from "../../ground/db/schema/order.ts";
import { encodeCursor } from "../../ground/http/pagination.ts";
import type { UnverifiedClick } from "../../ground/model/attribution.ts";
import { attribute } from "./attribute.ts";
import { type Compared, creditByCreator, differs, outcomeOf } from "./compare.ts";
import { creatorNames, withNames } from "./names-store.ts";
import { MAX_CHANGES, type SimulationResult } from "./schema.ts";
import type { Policy, Touch } from "../../ground/model/attribution.ts";
import { loadTouches, type TouchDeps } from "./load-touches.ts";

/** What a simulation needs. */
export interface SimulationDeps extends TouchDeps {
  db: Database;
}

/** Which orders a simulation looks at. */
export interface Selection {
  /** When they were placed, ms UTC; `to` itself is not in it. */
  from: number;
  to: number;
  /** Id of the last order of the call before. */
  after: string | null;
  limit: number;
}

/** Orders that are read at once: their touches may be large. */
const PAGE = 500;

/** The parts of an order that a simulation reads. */
const COLUMNS = {
  id: orders.id,
  externalId: orders.externalId,
  placedAt: orders.placedAt,
  totalMinor: orders.totalMinor,
  currency: orders.currency,
  customerHash: orders.customerHash,
  policy: orders.policy,
  touches: orders.touches,
  manual: orders.manual,
  crowded: orders.crowded,
  approvedAt: orders.approvedAt,
  shares: orders.shares,
  method: orders.method,
  /** JSON of `Explanation.unverified`; the rest of an explanation may be far longer, and is not read. */
  unverified: sql<string | null>`json_extract(${orders.explanation}, '$.unverified')`,
  creatorId: orders.creatorId,
  /** As its server last told it: the row has none. */
  phoneHash: sql<string | null>`(SELECT e.data ->> '$.phoneHash' FROM order_evidence e
    WHERE e.order_id = ${orders.id} AND e.trust = 'confirmed' AND e.data ->> '$.phoneHash' IS NOT NULL
    ORDER BY e.source = 'call', e.source_time DESC, e.hash LIMIT 1)`,
};

type SimulatedOrder = Awaited<ReturnType<typeof readOrders>>[number];

/**
 * What another policy would make of a store's past orders, newest first. It writes nothing. Test
 * orders and declined ones are left out: nobody earns by them. What was decided by hand stays.
 */
export async function simulateAttribution(
  deps: SimulationDeps,
  store: { id: string },
  policy: Required<Policy>,
  selection: Selection,
): Promise<Omit<SimulationResult, "range">> {
  const compared: Compared[] = [];
  const changes: SimulationResult["changes"] = [];
  let changed = 0;
  let { after } = selection;
  let more = true;
  while (more && compared.length < selection.limit) {
    const size = Math.min(PAGE, selection.limit - compared.length);
    const rows = await readOrders(deps.db, store.id, { ...selection, after, limit: size + 1 });
    more = rows.length > size;
    const page = rows.slice(0, size);
    const earlier = await earlierClicks(deps, store, policy, page);
    for (const order of page) {
      const touches = [...order.touches, ...(earlier.get(order.id) ?? [])];
      const unverified = order.unverified === null ? [] : (JSON.parse(order.unverified) as UnverifiedClick[]);
      const decision = attribute(order, touches, policy, order.manual, unverified);
      const one: Compared = { ...order, before: order, after: outcomeOf(decision) };
      compared.push(one);
      if (!differs(one.before, one.after)) continue;
      changed += 1;
      if (changes.length < MAX_CHANGES) changes.push(presentChange(order, one, decision.explanation.decision));
    }
    after = page.at(-1)?.id ?? after;
  }
  const names = await creatorNames(
    deps.d1,
    changes.map(({ decision }) => decision),
  );
  return {
    policy,
    orders: compared.length,
    changed,
    changes: changes.map((change) => ({ ...change, decision: withNames(change.decision, names) })),
    byCreator: creditByCreator(compared),
    nextCursor: more && after !== null ? encodeCursor(after) : null,
  };
}

/**
 * Orders keep what competed for them, of their customers' earlier clicks and calls only those in the window that
 * held then. Under a longer one the others are read again.
 */
async function earlierClicks(
  deps: SimulationDeps,
  store: { id: string },
  { windowDays }: Policy,
  page: readonly SimulatedOrder[],
): Promise<Map<string, Touch[]>> {
  const short = page.filter(
    ({ policy, customerHash, phoneHash }) =>
      policy.windowDays < windowDays && (customerHash !== null || phoneHash !== null),
  );
  const found = await loadTouches(
    deps,
    store,
    short.map(({ id, placedAt, customerHash, phoneHash }) => ({
      key: id,
      placedAt,
      windowDays,
      customerHash,
      phoneHash,
      clicks: [],
      codes: [],
    })),
  );
  // What is stored was judged by links and creators as they were then, so it comes first.
  for (const { id, touches } of short) {
    const stored = new Set(touches.map((touch) => touch.id));
    found.set(
      id,
      (found.get(id) ?? []).filter((touch) => !stored.has(touch.id)),
    );
  }
  return found;
}

async function readOrders(db: Database, storeId: string, { from, to, after, limit }: Selection) {
  return db
    .select(COLUMNS)
    .from(orders)
    .where(
      and(
        eq(orders.storeId, storeId),
        gte(orders.placedAt, from),
        lt(orders.placedAt, to),
        notInArray(orders.status, ["test", "declined"]),
        after === null
          ? undefined
          : sql`(${orders.placedAt}, ${orders.id}) < (SELECT last.placed_at, last.id FROM orders last WHERE last.id = ${after})`,
      ),
    )
    .orderBy(desc(orders.placedAt), desc(orders.id))
    .limit(limit);
}

function presentChange(
  { id, externalId }: SimulatedOrder,
  { totalMinor, currency, before, after }: Compared,
  decision: string,
): SimulationResult["changes"][number] {
  const present = ({ creatorId, method, shares }: Compared["before"]) => ({ creatorId, method, shares: [...shares] });
  return {
    orderId: id,
    externalId,
    total: totalMinor === null || currency === null ? null : { amountMinor: totalMinor, currency },
    before: present(before),
    after: present(after),
    decision,
  };
}
