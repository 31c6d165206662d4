import { recordCustomerTouches } from "../attribution/customer-store.ts";
import { type CustomerPhone, recallGuests, recordPhones } from "../attribution/phone-store.ts";
import { keepOwnPurchases } from "../attribution/own-purchase.ts";
import { loadTouches, type TouchDeps } from "../attribution/load-touches.ts";
import { brokenUnique } from "../../ground/db/client.ts";
import { writeInHalves } from "../../ground/db/halves.ts";
import { isForgotten } from "../shop/forgotten.ts";
import { reopenCustomers } from "../shop/reopen-store.ts";
import { renewalStandings, reopenRenewals } from "../shop/renewals-store.ts";
import type { AttributionSettings, Touch } from "../../ground/model/attribution.ts";
import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { markChanged } from "../../journal/due/write-settlement.ts";
import type { Evidence, Trust } from "../../ground/model/evidence.ts";
import { distinct, foldOrder, MAX_CLAIMS, type Snapshot } from "./fold.ts";
import { changeOf, insertHistory } from "./history-store.ts";
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
import { heard, takenBack, type Told, toldOf } from "./told.ts";
import type { UnverifiedClick } from "../../ground/model/attribution.ts";
import { unverifiedClicks } from "./unverified.ts";
import { writeUses } from "./write-uses.ts";

/** What recording needs. */
export interface RecordDeps extends Pick<Deps, "d1" | "db" | "now" | "newId">, TouchDeps {
  /** Is waited for between groups of orders; left out: there is no pause. */
  rest?: () => Promise<void>;
}

/** A piece of evidence, and the report that it was read from. */
export interface ReportedEvidence {
  evidence: Evidence;
  /** `null`: it came another way than through the inbox. */
  inboxId: string | null;
  /** Whether its order is judged anew even if this is known, for what it is judged by may have changed. */
  anew?: boolean;
}

/** The parts of a store that recording looks at. */
export interface RecordingStore {
  id: string;
  /** Is kept with orders that are confirmed for the first time: later evidence of them is judged by it too. */
  attribution: AttributionSettings;
}

/** What became of reported evidence. */
export interface Recorded {
  /** Ids of the orders by the shop's own; one that couldn't be written is absent. */
  ids: ReadonlyMap<string, string>;
  /** Claims that their orders have no place for: see `MAX_CLAIMS`. They are not recorded. */
  refused: ReadonlySet<Evidence>;
}

/** Orders in one transaction. */
const GROUP = 50;

/** All that is reported of one order. */
type ReportedOrder = readonly [externalId: string, reported: readonly ReportedEvidence[]];

/** One order that something new is known of. */
interface Changed {
  before: OrderRow | null;
  fresh: readonly FreshEvidence[];
  snapshot: Snapshot;
  told: Told | null;
  unverified: readonly UnverifiedClick[];
  policy: AttributionSettings;
}

/**
 * Records evidence of a store's orders and credits them anew by all that is known. What is known already
 * changes nothing, and neither the order nor the company in which evidence comes makes a difference, but for
 * claims: those past the bound are refused, and those that come after the approval decide nothing. An order
 * that can't be written is logged and left out of the answer; the others are recorded. Throws what D1 throws
 * when it is busy or gone: some orders may be recorded then, and a repeat is safe.
 */
export async function recordEvidence(
  deps: RecordDeps,
  store: RecordingStore,
  reported: readonly ReportedEvidence[],
): Promise<Recorded> {
  const byOrder = [...Map.groupBy(reported, ({ evidence }) => evidence.externalId)];
  const recorded = { ids: new Map<string, string>(), refused: new Set<Evidence>() };
  for (let start = 0; start < byOrder.length; start += GROUP) {
    if (start > 0) await deps.rest?.();
    await recordGroup(deps, store, byOrder.slice(start, start + GROUP), recorded);
  }
  return recorded;
}

/** What is answered in the end, as it is being put together. */
interface Recording {
  ids: Map<string, string>;
  refused: Set<Evidence>;
}

/** Records a group of orders. Whenever one of them changed meanwhile, all is read anew. */
async function recordGroup(
  deps: RecordDeps,
  store: RecordingStore,
  group: readonly ReportedOrder[],
  recording: Recording,
): Promise<void> {
  return writeInHalves(group, {
    write: (some) => recordOnce(deps, store, some, recording),
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
  { ids, refused }: Recording,
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
    const { fresh, excess } = admitted(earlier, freshOf(earlier, reported, before?.approvedAt != null));
    for (const { hash } of excess) {
      for (const one of reported) if (one.evidence.hash === hash) refused.add(one.evidence);
    }
    if (fresh.length === 0 && !(before !== null && reported.some(({ anew }) => anew === true))) continue;
    const snapshot = foldOrder([...earlier, ...fresh]);
    // What a browser says first must not choose the rules that a real order is judged by.
    const isKnown = before !== null && (before.trust === "confirmed" || snapshot.trust === "claimed");
    const policy = isKnown ? before.policy : store.attribution;
    const all = [...earlier, ...fresh];
    changed.push({ before, fresh, snapshot, told: toldOf(all), unverified: unverifiedClicks(all), policy });
  }
  if (changed.length > 0) {
    const judged = await writesOf(deps, store.id, changed);
    // Judged anew it may be what it was.
    const isNews = (index: number): boolean => changed[index]?.fresh.length !== 0 || judged[index]?.isSame !== true;
    const writes = judged.filter((_write, index) => isNews(index));
    const news = changed.filter((_one, index) => isNews(index));
    if (news.length > 0) await deps.d1.batch(statementsOf(deps, store.id, news, writes));
    for (const { row } of writes) recorded.set(row.externalId, row.id);
  }
  for (const [externalId, id] of recorded) ids.set(externalId, id);
}

/** Evidence to be written. */
type FreshEvidence = Evidence & { inboxId: string | null; late: boolean };

/**
 * Reported evidence that isn't known, or that came earlier or was stated at another time than what is known of
 * it. What was claimed before the approval and is claimed again after it is no news: claims decide nothing by then.
 */
function freshOf(
  earlier: readonly Evidence[],
  reported: readonly ReportedEvidence[],
  isApproved: boolean,
): FreshEvidence[] {
  const known = new Map(earlier.map((one) => [one.hash, one]));
  const told = reported.map(({ evidence, inboxId }): FreshEvidence => {
    const before = known.get(evidence.hash);
    const isOver = isApproved && evidence.trust === "claimed";
    return {
      ...evidence,
      inboxId,
      late: before?.late ?? isOver,
      ...(isOver && before !== undefined && { sourceTime: before.sourceTime }),
    };
  });
  return distinct(told).filter((one) => {
    const before = known.get(one.hash);
    if (before === undefined) return true;
    const [merged] = distinct<Evidence>([before, one]);
    return merged?.receivedAt !== before.receivedAt || merged.sourceTime !== before.sourceTime;
  });
}

/** Fresh evidence for which an order has a place: all that a server says, and claims up to the bound, the first to come. */
function admitted(
  earlier: readonly Evidence[],
  fresh: readonly FreshEvidence[],
): { fresh: FreshEvidence[]; excess: FreshEvidence[] } {
  const known = new Set(earlier.map(({ hash }) => hash));
  const claims = fresh
    .filter(({ trust, hash }) => trust === "claimed" && !known.has(hash))
    .toSorted((a, b) => a.receivedAt - b.receivedAt || (a.hash < b.hash ? -1 : 1));
  const places = Math.max(0, MAX_CLAIMS - earlier.filter(({ trust }) => trust === "claimed").length);
  const excess = new Set(claims.slice(places));
  return { fresh: fresh.filter((one) => !excess.has(one)), excess: [...excess] };
}

/**
 * Touches of an order whose customer was forgotten (see `privacy-run.ts`), with those that were known by the customer:
 * whom it is credited to was decided, and stays so.
 */
function withForgotten(touches: readonly Touch[], { customerHash }: Snapshot, before: readonly Touch[]): Touch[] {
  if (customerHash === null || !isForgotten(customerHash)) return [...touches];
  const own = new Set(before.flatMap(({ id, ownPurchase }) => (ownPurchase ? [id] : [])));
  const ids = new Set(touches.map(({ id }) => id));
  return [
    ...touches.map((touch) => (own.has(touch.id) ? { ...touch, ownPurchase: true } : touch)),
    ...before.filter(({ id, kind }) => kind === "customer_click" && !ids.has(id)),
  ];
}

/** What an order was judged by before, of the same customer: what a claim said of another is forgotten once a server speaks. */
function notedOf(before: OrderRow | null, { customerHash }: Snapshot): readonly Touch[] {
  return before?.customerHash === customerHash ? before.touches : [];
}

/** The calls of its customer's that an order was judged by before; also where a server names anew whom it had forgotten. */
function knownCalls(before: OrderRow | null, snapshot: Snapshot): { id: string; trust: Trust }[] {
  const wasForgotten = before?.customerHash != null && isForgotten(before.customerHash);
  const noted = wasForgotten ? before.touches : notedOf(before, snapshot);
  return noted.flatMap(({ kind, call, trust }) =>
    kind === "customer_call" && call !== undefined ? [{ id: call.callId, trust }] : [],
  );
}

/** An order to be written. */
interface RecordedWrite extends OrderWrite {
  /** Whether it is what it was: what was said again differs in nothing, and only when it was said is news. */
  isSame: boolean;
}

/** The rows of orders as all evidence has them, in the order of `changed`. */
async function writesOf(deps: RecordDeps, storeId: string, changed: readonly Changed[]): Promise<RecordedWrite[]> {
  const touches = await loadTouches(
    deps,
    { id: storeId },
    changed.map(({ before, snapshot, policy }) => ({
      ...snapshot,
      key: snapshot.externalId,
      windowDays: policy.windowDays,
      knownCalls: knownCalls(before, snapshot),
    })),
  );
  const renewals = await renewalStandings(
    deps.d1,
    storeId,
    changed.flatMap(({ snapshot }) => {
      const { externalId, renewalOf, customerHash, placedAt, items } = snapshot;
      return renewalOf === null ? [] : [{ externalId, renewalOf, customerHash, placedAt, items }];
    }),
  );
  const now = deps.now();
  return changed.map(({ before, snapshot, told, unverified, policy }) => {
    const { clicks: _1, calls: _2, emailHash: _3, phoneHash: _4, renewalOf: _5, codes, ...known } = snapshot;
    const manual = before?.manual ?? null;
    const noted = notedOf(before, snapshot);
    const own = keepOwnPurchases(withForgotten(touches.get(snapshot.externalId) ?? [], snapshot, noted), noted);
    const renewal = renewals.get(snapshot.externalId);
    // A renewal is credited to whom what it renews is, as of then.
    const judged = renewal === undefined ? own : renewal.counts ? (renewal.parent?.touches ?? own) : [];
    const placedAt = renewal?.parent?.placedAt ?? snapshot.placedAt;
    const decided = { review: heard(before?.review ?? null, told), approvedAt: before?.approvedAt ?? null };
    const row: OrderRow = {
      ...known,
      ...judge({ ...snapshot, placedAt, ...decided }, judged, policy, manual, unverified),
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
    if (before === null || !isSame(before, row)) return { row, before: before?.version ?? null, isSame: false };
    return { row: { ...row, updatedAt: before.updatedAt }, before: before.version, isSame: true };
  });
}

/** Whether an order is what it was, but for when it was written. */
function isSame(before: OrderRow, row: OrderRow): boolean {
  const { version: _version, updatedAt: _updatedAt, ...fields } = before;
  return Object.entries(fields).every(
    ([name, value]) => JSON.stringify(value) === JSON.stringify(row[name as keyof OrderRow]),
  );
}

/** All that is written of a group, in one transaction. */
function statementsOf(
  deps: RecordDeps,
  storeId: string,
  changed: readonly Changed[],
  writes: readonly RecordedWrite[],
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
      rows.flatMap((row, index) => {
        const { before = null, told = null } = changed[index] ?? {};
        const reason = takenBack(before?.review ?? null, row.review, told);
        return changeOf(before, row, { time: now, cause: "source", reason });
      }),
    ),
    ...markChanged(
      deps,
      changed.flatMap(({ before }, index) => {
        const write = writes[index];
        if (write === undefined || write.isSame) return [];
        return before === null ? [write.row] : [before, write.row];
      }),
    ),
    ...writeUses(deps, storeId, rows, now),
    ...reopenRenewals(
      deps.d1,
      storeId,
      // Only connected shops know of renewals, and what was renewed.
      changed.flatMap(({ fresh, snapshot }, index) => {
        const write = writes[index];
        // What was judged anew is whatever it may be.
        const ofShop =
          snapshot.renewalOf === null && (fresh.length === 0 || fresh.some(({ source }) => source === "shop"));
        return write === undefined || write.isSame || !ofShop ? [] : [snapshot];
      }),
      now,
    ),
    ...reopenCustomers(deps.d1, storeId, ofCustomers(fresh.filter(({ source }) => source === "shop")), now),
    ...recordCustomerTouches(
      deps,
      ofCustomers(fresh).map((touch) => ({ storeId, ...touch })),
    ),
    ...recordPhones(deps, storeId, phonesOf(fresh)),
    ...recallGuests(
      deps,
      storeId,
      fresh.flatMap(({ data: { customerHash, phoneHash } }) => (customerHash === undefined ? (phoneHash ?? []) : [])),
    ),
  ];
}

/** The phones that a server's reports name together with whose they are. */
function phonesOf(fresh: readonly EvidenceRow[]): CustomerPhone[] {
  return fresh.flatMap(({ trust, receivedAt, data: { customerHash, phoneHash, test, placedAt: time = receivedAt } }) =>
    trust === "claimed" || customerHash === undefined || phoneHash === undefined || test === true
      ? []
      : [{ customerHash, phoneHash, time }],
  );
}

/** The clicks that evidence brings, as those of its customers. */
function ofCustomers(fresh: readonly EvidenceRow[]) {
  return fresh.flatMap(({ trust, late, data: { customerHash, clicks = [], test } }) =>
    customerHash === undefined || test === true || late
      ? []
      : clicks.map((click) => ({ customerHash, trust, ...click })),
  );
}
