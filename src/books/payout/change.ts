import { eq } from "drizzle-orm";
import { stores } from "../../ground/db/schema/store.ts";
import type { Actor, Deps } from "../../ground/deps.ts";
import { created, updated } from "../../ground/http/change.ts";
import type { Change } from "../../ground/http/commit.ts";
import { orNotFound, Problem } from "../../ground/http/problem.ts";
import { currencyDigits, minorOf } from "../../ground/money/amount.ts";
import { currencyProblem } from "../../ground/money/withdrawn.ts";
import { collect, type Collecting, fillPayout } from "./collect-store.ts";
import { presentLine, presentPayout } from "./present.ts";
import { DEFAULT_PREFIX, lineReference, referenceStem } from "./reference.ts";
import {
  type NewPayout,
  type Payout,
  type PayoutDraft,
  type PayoutPreview,
  type PayoutWaiting,
  SHOWN_LINES,
} from "./schema.ts";
import {
  bookPayout,
  creatorsOf,
  findPayout,
  freeEntries,
  insertPayout,
  type LineRow,
  movePayout,
  type PayoutRow,
  type PayoutSum,
} from "./store.ts";

import { waitingFor } from "./load-waiting.ts";

const DAY_MS = 86_400_000;

/** The run with this id. Throws a `Problem` (404) if there is none. */
export const existingPayout = orNotFound("payout run", findPayout);

/** What a run would pay by now. Throws as {@link planPayout} does. */
export async function previewPayout(deps: Deps, given: NewPayout): Promise<PayoutPreview> {
  const { currency, minimumMinor, lines, waiting } = await collected(deps, given, deps.now());
  const { totalMinor, creators, entries } = sumOf(lines);
  return {
    storeId: given.storeId,
    currency,
    minimum: { amountMinor: minimumMinor, currency },
    holdDays: given.holdDays,
    total: { amountMinor: totalMinor, currency },
    creators,
    entries,
    lines: shown(lines, currency),
    waiting,
  };
}

/**
 * Plans a draft. Throws a `Problem`: 422 for a store, a creator, a currency or an amount that there isn't,
 * 409 if nobody is owed enough.
 */
export async function planPayout(deps: Deps, actor: Actor, given: NewPayout): Promise<Change<PayoutDraft>> {
  const now = deps.now();
  const { currency, minimumMinor, wanted, lines: owed, waiting } = await collected(deps, given, now);
  const id = deps.newId("payout");
  const stem = referenceStem(given.referencePrefix ?? DEFAULT_PREFIX, id);
  const lines = owed.map((line, index) => ({ ...line, reference: lineReference(stem, index + 1) }));
  const row: PayoutRow = {
    id,
    storeId: given.storeId,
    currency,
    status: "draft",
    minimumMinor,
    holdDays: given.holdDays,
    note: given.note,
    reference: null,
    createdAt: now,
    createdBy: actor.id,
    paidAt: null,
    closedAt: null,
    closedReason: null,
  };
  const payout = presentPayout({ ...row, ...sumOf(lines) });
  return {
    ...created("payout", payout),
    body: { ...payout, lines: shown(lines, currency), waiting },
    statements: [insertPayout(deps, row), ...fillPayout(deps, row.id, wanted, lines)],
  };
}

/** Plans that a draft was paid: each creator's payment is booked. Throws a `Problem`: 404, or 409 for no draft. */
export async function planPayment(
  deps: Deps,
  actor: Actor,
  id: string,
  reference: string | undefined,
): Promise<Change<Payout>> {
  const before = await existingPayout(deps, id);
  refuseNoDraft(before);
  const now = deps.now();
  const after = { ...before, status: "paid" as const, paidAt: now, reference: reference ?? null };
  const reason = reference === undefined ? "paid out" : `paid out: ${reference}`;
  const booked = { payoutId: id, sign: -1, reason, actor: actor.id, now } as const;
  return changed("pay", before, after, [
    ...movePayout(deps, before.status, after),
    ...bookPayout(deps, await creatorsOf(deps, id), booked),
  ]);
}

/** Plans that a draft is given up, which frees its entries. Throws a `Problem`: 404, or 409 for no draft. */
export async function planCancellation(deps: Deps, id: string, reason: string): Promise<Change<Payout>> {
  const before = await existingPayout(deps, id);
  refuseNoDraft(before);
  const after = { ...before, status: "cancelled" as const, closedAt: deps.now(), closedReason: reason };
  return changed("cancel", before, after, [...movePayout(deps, before.status, after), freeEntries(deps, id)]);
}

/**
 * Plans that a payment is undone by entries against it, which frees what it paid for another run. Throws a
 * `Problem`: 404, or 409 for a run that isn't paid.
 */
export async function planReversal(deps: Deps, actor: Actor, id: string, reason: string): Promise<Change<Payout>> {
  const before = await existingPayout(deps, id);
  if (before.status !== "paid") throw new Problem("payout_not_paid", `The run is ${before.status}.`);
  const now = deps.now();
  const after = { ...before, status: "reversed" as const, closedAt: now, closedReason: reason };
  const booked = { payoutId: id, sign: 1, reason, actor: actor.id, now } as const;
  return changed("reverse", before, after, [
    ...movePayout(deps, before.status, after),
    freeEntries(deps, id),
    ...bookPayout(deps, await creatorsOf(deps, id), booked),
  ]);
}

function changed(
  action: "pay" | "cancel" | "reverse",
  before: PayoutRow & PayoutSum,
  after: PayoutRow & PayoutSum,
  statements: D1PreparedStatement[],
): Change<Payout> {
  const body = presentPayout(after);
  return { ...updated("payout", presentPayout(before), body, action), statements };
}

function refuseNoDraft({ status }: PayoutRow): void {
  if (status !== "draft") throw new Problem("payout_not_draft", `The run is ${status}.`);
}

/** What a run collects at `now` (ms UTC), and what that comes to. Throws as {@link planPayout} does. */
async function collected(
  deps: Deps,
  given: NewPayout,
  now: number,
): Promise<{
  currency: string;
  minimumMinor: number;
  wanted: Collecting;
  lines: LineRow[];
  waiting: PayoutWaiting[];
}> {
  const { storeId, creatorIds = null } = given;
  // A deleted store's creators are still owed.
  const [store] = await deps.db.select({ currency: stores.currency }).from(stores).where(eq(stores.id, storeId));
  if (store === undefined) throw Problem.invalid("storeId", "is no store's");
  const currency = given.currency ?? store.currency;
  const problem = currencyProblem(currency);
  if (problem !== null) throw Problem.invalid("currency", problem);
  const minimumMinor = minorOf(given.minimum, currency);
  if (minimumMinor === null) {
    throw Problem.invalid(
      "minimum",
      `must be an amount of 0 or more in ${currency} with ${currencyDigits(currency)} decimals at most`,
    );
  }
  if (creatorIds !== null) await refuseStrangers(deps, creatorIds);
  const bookedTo = now - given.holdDays * DAY_MS;
  // What nobody is owed, or owes, is no payment.
  const wanted = { storeId, currency, bookedTo, creatorIds, leastMinor: Math.max(1, minimumMinor) };
  const [lines, waiting] = await Promise.all([collect(deps, wanted), waitingFor(deps, wanted, now)]);
  if (lines.length === 0) throw new Problem("payout_empty", emptyText(waiting));
  return { currency, minimumMinor, wanted, lines, waiting };
}

/** Why there is nobody to be paid, and what there is to be done about it. */
function emptyText(waiting: readonly PayoutWaiting[]): string {
  if (waiting.length === 0) return "Nothing is booked for these creators that isn't paid, or they owe as much.";
  return `Nobody can be paid now. ${waiting.map(({ detail }) => detail).join(" ")}`;
}

/** Throws a `Problem` (422) that names each id which never was a creator's. */
async function refuseStrangers({ d1 }: Deps, creatorIds: readonly string[]): Promise<void> {
  const { results } = await d1
    .prepare("SELECT key FROM json_each(?1) WHERE NOT EXISTS (SELECT 1 FROM creators WHERE id = value)")
    .bind(JSON.stringify(creatorIds))
    .all<{ key: number }>();
  if (results.length === 0) return;
  const faults = results.map(({ key }) => ({ path: `creatorIds.${key}`, message: "is no creator's" }));
  throw new Problem("validation_failed", `${faults[0]?.path}: is no creator's`, faults);
}

function sumOf(lines: readonly LineRow[]): PayoutSum {
  const sum = { totalMinor: 0, creators: lines.length, entries: 0 };
  for (const { amountMinor, entries } of lines) {
    sum.totalMinor += amountMinor;
    sum.entries += entries;
  }
  return sum;
}

function shown(lines: readonly LineRow[], currency: string) {
  return lines.slice(0, SHOWN_LINES).map((line) => presentLine(line, currency));
}
