import { and, eq } from "drizzle-orm";
import { openDatabase, statementOf } from "../../ground/db/client.ts";
import { brokenOff, mustHold } from "../../ground/db/premise.ts";
import { calls } from "../../ground/db/schema/call.ts";
import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { createIdSource } from "../../ground/id.ts";
import { recordPhones } from "../../sales/attribution/phone-store.ts";
import { type CallRef, factsOf, pendingCalls } from "./events-store.ts";
import { callOf, type FoldedCall, isQualified } from "./fold.ts";
import { type CallCustomer, customerOf, matchGrounds } from "./grounds-load.ts";
import { type MatchedCall, matchOf } from "./match.ts";
import { CALLERS_MS } from "./retention.ts";
import { callSettingsOf } from "./settings-store.ts";
import { recountCaller } from "./write-caller.ts";

/** A call, as it is kept. */
export type CallRow = typeof calls.$inferSelect;

/** What recording calls needs. */
export type RecordDeps = Pick<Deps, "d1" | "db" | "now" | "newId">;

/** Tries of a call that others write at the same moment. */
const MAX_TRIES = 8;

/**
 * Makes calls of all that was told of them: each one row, the same in whichever order it was told, and due for whoever
 * has to know of what changed. May be repeated, and run beside itself. Answers the ids of those that changed. Throws
 * what D1 throws.
 */
export async function recordCalls(deps: RecordDeps, told: readonly CallRef[]): Promise<string[]> {
  const changed: string[] = [];
  for (const call of told) {
    const id = await recordCall(deps, call);
    if (id !== null) changed.push(id);
  }
  return changed;
}

/**
 * Calls that one run of the cron records, each by about ten queries, of which D1 answers an invocation 1,000; and how old
 * what was told of them is at least, ms: requests come first.
 */
const RUN_CALLS = 60;
const LEFT_MS = 10_000;

/** Records, at `now` (ms UTC), what no request came to. One call that can't be recorded holds up no other. */
export async function recordPendingCalls(env: Env, now: number): Promise<void> {
  const d1 = env.DB;
  const newId = createIdSource(Date.now, (bytes) => void crypto.getRandomValues(bytes));
  const deps = { d1, db: openDatabase(d1), now: () => now, newId };
  for (const call of await pendingCalls(d1, now - LEFT_MS, RUN_CALLS)) {
    try {
      await recordCall(deps, call);
    } catch (error) {
      console.error(JSON.stringify({ event: "call_not_recorded", carrier: call.carrier, message: errorText(error) }));
    }
  }
}

/** Records a call; answers its id if it is another than before. */
async function recordCall(deps: RecordDeps, call: CallRef): Promise<string | null> {
  for (let tries = 1; ; tries++) {
    try {
      return await recordOnce(deps, call);
    } catch (error) {
      if (!brokenOff(error) || tries >= MAX_TRIES) throw error;
    }
  }
}

async function recordOnce(deps: RecordDeps, call: CallRef): Promise<string | null> {
  const { d1, db, now } = deps;
  // The row before what was told: what is told in between is told to whoever comes after.
  const before = await findCall(deps, call);
  const [{ facts, pending }, settings] = await Promise.all([factsOf(d1, call), callSettingsOf({ db }, call.storeId)]);
  if (facts.length === 0) return null;
  const folded = whileKnown(callOf(facts), now());
  const matched = isSettled(before, folded) ? matchedBefore(before) : await matchAnew(d1, call.storeId, folded);
  const customer = await customerFor(d1, call.storeId, folded, matched, before);
  const after = {
    ...call,
    ...columnsOf(folded),
    ...matched,
    qualified: isQualified(folded, settings.qualifiedSeconds),
    customerHash: customer?.hash ?? null,
    customerTrust: customer?.trust ?? null,
  };
  const used = d1
    .prepare(
      "UPDATE call_events SET verdict = 'used' WHERE id IN (SELECT value FROM json_each(?1)) AND verdict = 'pending'",
    )
    .bind(JSON.stringify(pending));
  if (before !== null && !differs(before, after)) {
    if (pending.length > 0) await used.run();
    return null;
  }
  const time = now();
  const row = {
    ...after,
    id: before?.id ?? deps.newId("call"),
    callerCall: before?.callerCall ?? null,
    // Also of one that is due: whoever took it as it was comes to it once more.
    dueSince: time,
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? time,
    updatedAt: time,
  };
  const { id: _id, callerCall: _callerCall, createdAt: _createdAt, ...changes } = row;
  await d1.batch([
    mustHold(
      d1,
      `(SELECT version FROM calls WHERE store_id = ?1 AND carrier = ?2 AND external_id = ?3) IS ?4`,
      call.storeId,
      call.carrier,
      call.externalId,
      before?.version ?? null,
    ),
    statementOf(d1, db.insert(calls).values(row).onConflictDoUpdate({ target: calls.id, set: changes })),
    ...recountCaller(d1, call.storeId, before, row),
    ...(folded.customerHash === null || folded.callerHash === null
      ? []
      : recordPhones(deps, call.storeId, [
          { phoneHash: folded.callerHash, customerHash: folded.customerHash, time: folded.startedAt },
        ])),
    used,
  ]);
  return row.id;
}

/** Of a call that is told of long after it was nobody is known any more. */
function whileKnown(folded: FoldedCall, now: number): FoldedCall {
  return folded.startedAt < now - CALLERS_MS ? { ...folded, callerHash: null } : folded;
}

async function findCall({ db }: RecordDeps, { storeId, carrier, externalId }: CallRef): Promise<CallRow | null> {
  const [row] = await db
    .select()
    .from(calls)
    .where(and(eq(calls.storeId, storeId), eq(calls.carrier, carrier), eq(calls.externalId, externalId)));
  return row ?? null;
}

/** Whether nothing that a call is matched by is another than when it was: whatever is known of leases by now. */
function isSettled(before: CallRow | null, { number, startedAt, direction, click }: FoldedCall): before is CallRow {
  return (
    before !== null &&
    before.number === number &&
    before.startedAt === startedAt &&
    before.direction === direction &&
    (click === null || before.clickId === click.clickId || before.leaseId !== null)
  );
}

async function matchAnew(d1: D1Database, storeId: string, folded: FoldedCall): Promise<MatchedCall> {
  return matchOf(folded, await matchGrounds(d1, storeId, folded));
}

function matchedBefore(row: CallRow): MatchedCall {
  return {
    match: row.match,
    reason: row.reason,
    numberId: row.numberId,
    bindingSeq: row.bindingSeq,
    leaseId: row.leaseId,
    poolId: row.poolId,
    channel: row.channel,
    sourceName: row.sourceName,
    creatorId: row.creatorId,
    campaignId: row.campaignId,
    linkId: row.linkId,
    clickId: row.clickId,
    clickAt: row.clickAt,
    visitorHash: row.visitorHash,
    visit: row.visit,
  };
}

/** Whose the call is: by what the server says of it, or else by what is known of its caller and visitor. */
async function customerFor(
  d1: D1Database,
  storeId: string,
  { customerHash, callerHash, startedAt }: FoldedCall,
  { visitorHash }: MatchedCall,
  before: CallRow | null,
): Promise<CallCustomer | null> {
  if (customerHash !== null) return { hash: customerHash, trust: "confirmed" };
  const found =
    callerHash === null && visitorHash === null
      ? null
      : await customerOf(d1, storeId, { callerHash, visitorHash, startedAt });
  if (before?.customerHash == null || before.customerTrust === null) return found;
  // What was known stays known, unless a server knows better than a browser.
  if (found?.trust === "confirmed") return found;
  return { hash: before.customerHash, trust: before.customerTrust };
}

function columnsOf(folded: FoldedCall) {
  const { click: _click, customerHash: _customerHash, ...columns } = folded;
  return columns;
}

/** Whether a call is another than it was, in anything that was told or found of it. */
function differs(before: CallRow, after: Partial<CallRow>): boolean {
  return Object.entries(after).some(
    ([name, value]) => JSON.stringify(before[name as keyof CallRow]) !== JSON.stringify(value),
  );
}
