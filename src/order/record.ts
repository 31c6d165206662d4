import { recordCustomerTouches } from "../attribution/customer.ts";
import { loadTouches, type TouchDeps } from "../attribution/touches.ts";
import { brokenUnique } from "../db/client.ts";
import { writeInHalves } from "../db/halves.ts";
import type { AttributionSettings } from "../db/schema/store.ts";
import type { Deps } from "../deps.ts";
import { errorText } from "../error-text.ts";
import { markChanged } from "../ledger/due.ts";
import type { Evidence } from "./evidence.ts";
import { distinct, foldOrder, type Snapshot } from "./fold.ts";
import { changeOf, insertHistory } from "./history.ts";
import { judge } from "./judge.ts";
import {
  evidenceOf,
  type EvidenceRow,
  insertEvidence,
  ordersByExternalId,
  type OrderRow,
  type OrderWrite,
  writeOrders,
} from "./store.ts";
import { writeUses } from "./uses.ts";

/** What recording needs. */
export interface RecordDeps extends Pick<Deps, "d1" | "db" | "now" | "newId">, TouchDeps {}

/** A piece of evidence, and the report that it was read from. */
export interface ReportedEvidence {
  evidence: Evidence;
  /** `null`: it came another way than through the inbox. */
  inboxId: string | null;
}

/** The parts of a store that recording looks at. */
export interface RecordingStore {
  id: string;
  /** Is kept with orders that are new: later evidence of them is judged by it too. */
  attribution: AttributionSettings;
}

/** Orders in one transaction. */
const GROUP = 50;

/** All that is reported of one order. */
type ReportedOrder = readonly [externalId: string, reported: readonly ReportedEvidence[]];

/** One order that something new is known of. */
interface Changed {
  before: OrderRow | null;
  fresh: readonly (Evidence & { inboxId: string | null })[];
  snapshot: Snapshot;
  policy: AttributionSettings;
}

/**
 * Records evidence of a store's orders and credits them anew by all that is known. Answers the ids of
 * the orders by the shop's own. What is known already changes nothing, and neither the order nor the
 * company in which evidence comes makes a difference. An order that can't be written is logged and left
 * out of the answer; the others are recorded. Throws what D1 throws when it is busy or gone: some orders
 * may be recorded then, and a repeat is safe.
 */
export async function recordEvidence(
  deps: RecordDeps,
  store: RecordingStore,
  reported: readonly ReportedEvidence[],
): Promise<Map<string, string>> {
  const byOrder = [...Map.groupBy(reported, ({ evidence }) => evidence.externalId)];
  const ids = new Map<string, string>();
  for (let start = 0; start < byOrder.length; start += GROUP) {
    await recordGroup(deps, store, byOrder.slice(start, start + GROUP), ids);
  }
  return ids;
}

/** Records a group of orders. Whenever one of them changed meanwhile, all is read anew. */
async function recordGroup(
  deps: RecordDeps,
  store: RecordingStore,
  group: readonly ReportedOrder[],
  ids: Map<string, string>,
): Promise<void> {
  return writeInHalves(group, {
    write: (some) => recordOnce(deps, store, some, ids),
    lostRace: (error) => brokenUnique(error) === "orders.store_id, orders.external_id",
    giveUp: ([externalId], error) =>
      console.error(
        JSON.stringify({ event: "order_not_recorded", storeId: store.id, externalId, message: errorText(error) }),
      ),
  });
}

async function recordOnce(
  deps: RecordDeps,
  store: RecordingStore,
  group: readonly ReportedOrder[],
  ids: Map<string, string>,
): Promise<void> {
  // Orders before their evidence: what is added in between has raised their versions, and is found out.
  const known = await ordersByExternalId(
    deps,
    store.id,
    group.map(([externalId]) => externalId),
  );
  const evidence = Map.groupBy(
    await evidenceOf(
      deps,
      [...known.values()].map(({ id }) => id),
    ),
    ({ orderId }) => orderId,
  );

  const recorded = new Map([...known].map(([externalId, { id }]) => [externalId, id]));
  const changed: Changed[] = [];
  for (const [externalId, reported] of group) {
    const before = known.get(externalId) ?? null;
    const earlier = (evidence.get(before?.id ?? "") ?? []).map((row): Evidence => ({ ...row, externalId }));
    const fresh = freshOf(earlier, reported);
    if (fresh.length === 0) continue;
    const snapshot = foldOrder([...earlier, ...fresh]);
    changed.push({ before, fresh, snapshot, policy: before?.policy ?? store.attribution });
  }
  if (changed.length > 0) {
    const writes = await writesOf(deps, store.id, changed);
    await deps.d1.batch(statementsOf(deps, store.id, changed, writes));
    for (const { row } of writes) recorded.set(row.externalId, row.id);
  }
  for (const [externalId, id] of recorded) ids.set(externalId, id);
}

/** Reported evidence that isn't known, or came earlier than what is known of it. */
function freshOf(
  earlier: readonly Evidence[],
  reported: readonly ReportedEvidence[],
): (Evidence & { inboxId: string | null })[] {
  const known = new Map(earlier.map(({ hash, receivedAt }) => [hash, receivedAt]));
  return distinct(reported.map(({ evidence, inboxId }) => ({ ...evidence, inboxId }))).filter(
    ({ hash, receivedAt }) => receivedAt < (known.get(hash) ?? Infinity),
  );
}

/** The rows of orders as all evidence has them, in the order of `changed`. */
async function writesOf(deps: RecordDeps, storeId: string, changed: readonly Changed[]): Promise<OrderWrite[]> {
  const touches = await loadTouches(
    deps,
    { id: storeId },
    changed.map(({ snapshot, policy }) => ({
      key: snapshot.externalId,
      placedAt: snapshot.placedAt,
      windowDays: policy.windowDays,
      customerHash: snapshot.customerHash,
      clicks: snapshot.clicks,
      codes: snapshot.codes,
    })),
  );
  const now = deps.now();
  return changed.map(({ before, snapshot, policy }) => {
    const { clicks: _clicks, codes, ...known } = snapshot;
    const manual = before?.manual ?? null;
    const decided = { review: before?.review ?? null, approvedAt: before?.approvedAt ?? null };
    const row: OrderRow = {
      ...known,
      ...judge({ ...snapshot, ...decided }, touches.get(snapshot.externalId) ?? [], policy, manual),
      ...decided,
      dueAt: before?.dueAt ?? null,
      id: before?.id ?? deps.newId("order"),
      storeId,
      codes: codes.map(({ text }) => text),
      policy,
      manual,
      version: (before?.version ?? 0) + 1,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    };
    return { row, before: before?.version ?? null };
  });
}

/** All that is written of a group, in one transaction. */
function statementsOf(
  deps: RecordDeps,
  storeId: string,
  changed: readonly Changed[],
  writes: readonly OrderWrite[],
): D1PreparedStatement[] {
  const now = deps.now();
  const rows = writes.map(({ row }) => row);
  const fresh = changed.flatMap(({ fresh }, index) => {
    const orderId = writes[index]?.row.id ?? "";
    return fresh.map(({ externalId: _externalId, ...one }): EvidenceRow => ({ ...one, orderId }));
  });
  return [
    ...writeOrders(deps, writes),
    ...insertEvidence(deps, fresh),
    ...insertHistory(
      deps,
      rows.flatMap((row, index) => changeOf(changed[index]?.before ?? null, row, { time: now, cause: "source" })),
    ),
    ...markChanged(deps, [...changed.flatMap(({ before }) => before ?? []), ...rows]),
    ...writeUses(deps, storeId, rows, now),
    ...recordCustomerTouches(
      deps,
      fresh.flatMap(({ data: { customerHash, clicks = [], test } }) =>
        customerHash === undefined || test === true ? [] : clicks.map((click) => ({ storeId, customerHash, ...click })),
      ),
    ),
  ];
}
