import { and, asc, count, desc, eq, gt, sql } from "drizzle-orm";
import { packJson } from "../../ground/db/pack.ts";
import { statementOf } from "../../ground/db/client.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { mustChange } from "../../ground/db/premise.ts";
import { creators } from "../../ground/db/schema/link.ts";
import {
  ledger,
  payoutDetailProposals,
  payoutDetails,
  payoutEntries,
  payoutLines,
  payouts,
} from "../../ground/db/schema/money.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import type { PayoutMethod } from "../../ground/model/payout.ts";
import type { EntryRow } from "../ledger/store.ts";
import { MOST_SUM } from "../../ground/money/sum.ts";
import type { PayoutFilters } from "./schema.ts";

/** A row of the table of payout runs. */
export type PayoutRow = typeof payouts.$inferSelect;

/** What a run comes to: its lines together, minor units. */
export interface PayoutSum {
  totalMinor: number;
  creators: number;
  entries: number;
}

/** What a run pays one creator (minor units), with who that is by now. */
export interface LineRow {
  creatorId: string;
  amountMinor: number;
  entries: number;
  firstName: string;
  lastName: string;
  email: string | null;
  externalId: string | null;
  /** How they are paid; `null`: nobody said. */
  method: PayoutMethod | null;
  /** Payout details that they entered and nobody decided on yet; `null`: none. */
  proposalId: string | null;
  /** What the payment is known by from end to end; `null`: it isn't drafted, or an older version of the Worker did that. */
  reference: string | null;
}

/** The run with this id. */
export async function findPayout({ db }: Deps, id: string): Promise<(PayoutRow & PayoutSum) | null> {
  const [found] = await summed(db).where(eq(payouts.id, id)).groupBy(payouts.id);
  return found === undefined ? null : { ...found.run, ...found.sum };
}

/** Runs that pass a filter, from new to old, starting after the id `after`. */
export async function listPayouts(
  { db }: Deps,
  { after, limit }: Stretch,
  { store, status }: PayoutFilters,
): Promise<(PayoutRow & PayoutSum)[]> {
  const found = await summed(db)
    .where(and(equals(payouts.storeId, store), equals(payouts.status, status), below(payouts.id, after)))
    .groupBy(payouts.id)
    .orderBy(desc(payouts.id))
    .limit(limit);
  return found.map(({ run, sum }) => ({ ...run, ...sum }));
}

function summed(db: Deps["db"]) {
  return db
    .select({
      run: payouts,
      sum: {
        totalMinor: sql<number>`coalesce(max(${-MOST_SUM}, min(${MOST_SUM}, sum(${payoutLines.amountMinor}))), 0)`,
        creators: count(payoutLines.creatorId),
        entries: sql<number>`coalesce(sum(${payoutLines.entries}), 0)`,
      },
    })
    .from(payouts)
    .leftJoin(payoutLines, eq(payoutLines.payoutId, payouts.id));
}

/** What a run pays, newest creator first, starting after the creator `after`. */
export async function listLines({ db }: Deps, payoutId: string, { after, limit }: Stretch): Promise<LineRow[]> {
  return (
    db
      .select({
        creatorId: payoutLines.creatorId,
        amountMinor: payoutLines.amountMinor,
        entries: payoutLines.entries,
        firstName: creators.firstName,
        lastName: creators.lastName,
        email: creators.email,
        externalId: creators.externalId,
        method: payoutDetails.method,
        proposalId: payoutDetailProposals.id,
        reference: payoutLines.reference,
      })
      .from(payoutLines)
      // Those who were deleted since, too: they are owed all the same.
      .innerJoin(creators, eq(creators.id, payoutLines.creatorId))
      .leftJoin(payoutDetails, eq(payoutDetails.creatorId, payoutLines.creatorId))
      .leftJoin(
        payoutDetailProposals,
        and(eq(payoutDetailProposals.creatorId, payoutLines.creatorId), eq(payoutDetailProposals.state, "open")),
      )
      .where(and(eq(payoutLines.payoutId, payoutId), below(payoutLines.creatorId, after)))
      .orderBy(desc(payoutLines.creatorId))
      .limit(limit)
  );
}

/** The ledger's entries that a run pays or paid, in the order of their booking, starting after the number `after`. */
export async function listEntries(
  { db }: Deps,
  payoutId: string,
  { after, limit }: Stretch<number>,
): Promise<EntryRow[]> {
  const found = await db
    .select({ entry: ledger })
    .from(payoutEntries)
    .innerJoin(ledger, eq(ledger.seq, payoutEntries.entrySeq))
    .where(and(eq(payoutEntries.payoutId, payoutId), after === null ? undefined : gt(payoutEntries.entrySeq, after)))
    .orderBy(asc(payoutEntries.entrySeq))
    .limit(limit);
  return found.map(({ entry }) => entry);
}

/** Statement that adds a run, without its entries and lines. */
export function insertPayout({ d1, db }: Deps, row: PayoutRow): D1PreparedStatement {
  return statementOf(d1, db.insert(payouts).values(row));
}

/** Statements that take a run from `from` to what `after` has. They break their batch off if it isn't there by now. */
export function movePayout({ d1, db }: Deps, from: PayoutRow["status"], after: PayoutRow): D1PreparedStatement[] {
  const { status, reference, paidAt, closedAt, closedReason } = after;
  const update = db
    .update(payouts)
    .set({ status, reference, paidAt, closedAt, closedReason })
    .where(and(eq(payouts.id, after.id), eq(payouts.status, from)));
  return [statementOf(d1, update), mustChange(d1)];
}

/** Statement that frees the entries of a run, so that another can take them. */
export function freeEntries({ d1 }: Deps, payoutId: string): D1PreparedStatement {
  return d1.prepare("UPDATE payout_entries SET live = 0 WHERE payout_id = ?1").bind(payoutId);
}

/** How a run's payment, or its undoing, is booked. */
export interface Booking {
  payoutId: string;
  /** 1 undoes what -1 booked. */
  sign: 1 | -1;
  reason: string;
  actor: string;
  /** ms UTC; the books have the end of the last lock where that is later. */
  now: number;
}

/**
 * Statements that book what a run pays each of these creators, one entry for each. An entry that is there
 * breaks the key `ledger.key`.
 */
export function bookPayout(
  { d1, newId }: Deps,
  creatorIds: readonly string[],
  { payoutId, sign, reason, actor, now }: Booking,
): D1PreparedStatement[] {
  return packJson(creatorIds.map((creatorId) => [newId("ledger"), creatorId])).map((json) =>
    d1
      .prepare(
        `INSERT INTO ledger (id, key, store_id, creator_id, type, amount_minor, currency, payout_id, reason, actor, time)
         SELECT w.value ->> 0, 'payout:' || p.id || ':' || n.creator_id || iif(?3 > 0, ':reversed', ''), p.store_id,
           n.creator_id, 'payout', ?3 * n.amount_minor, p.currency, p.id, ?4, ?5, max(?6, coalesce((
             SELECT max(to_at) FROM periods WHERE store_id = p.store_id AND locked_at IS NOT NULL), 0))
         FROM json_each(?1) w CROSS JOIN payouts p ON p.id = ?2
         CROSS JOIN payout_lines n ON n.payout_id = p.id AND n.creator_id = w.value ->> 1 ORDER BY w.key`,
      )
      .bind(json, payoutId, sign, reason, actor, now),
  );
}

/** Ids of the creators whom a run pays. */
export async function creatorsOf({ d1 }: Deps, payoutId: string): Promise<string[]> {
  const { results } = await d1
    .prepare("SELECT creator_id FROM payout_lines WHERE payout_id = ?1 ORDER BY creator_id")
    .bind(payoutId)
    .all<{ creator_id: string }>();
  return results.map((row) => row.creator_id);
}
