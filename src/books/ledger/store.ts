import { endMsOf, msOf } from "../../ground/http/fields.ts";
import { and, asc, desc, eq, getTableColumns, gte, lt, type SQL, sql } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { ledger, orderCommissions } from "../../ground/db/schema/money.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { boundedSum } from "../../ground/money/sum.ts";
import type { CommissionRow } from "./decide.ts";
import type { LedgerFilters } from "./schema.ts";

/** An entry of the ledger; `payoutId` is also that of the payout run which it is in. */
export type EntryRow = typeof ledger.$inferSelect;

/** The same with the rows of Amazon's reports that it was booked for, as JSON; `null`: none. */
export type ShownEntry = EntryRow & { reportRows: string | null };

/** The columns of a {@link ShownEntry}. */
export const entryColumns = {
  ...getTableColumns(ledger),
  payoutId: sql<string | null>`coalesce(${ledger.payoutId}, (
    SELECT payout_entries.payout_id FROM payout_entries WHERE entry_seq = ${ledger.seq} AND live = 1))`,
  reportRows: sql<string | null>`(SELECT json_object('from', b.first_day, 'to', b.last_day, 'sourceId', b.source_id,
    'figures', json(b.figures)) FROM attribution_bonuses b WHERE b.ledger_id = ${ledger.id})`,
};

/** Entries that match the filters, from new to old, starting after the number `after`. */
export async function listLedger(
  { db }: Deps,
  { after, limit }: Stretch<number>,
  { store, creator, order, conversion, payout, type, currency, from, to }: LedgerFilters,
): Promise<ShownEntry[]> {
  return db
    .select(entryColumns)
    .from(ledger)
    .where(
      and(
        equals(ledger.storeId, store),
        equals(ledger.creatorId, creator),
        equals(ledger.orderId, order),
        equals(ledger.conversionId, conversion),
        payout === undefined ? undefined : ofPayout(payout),
        equals(ledger.type, type),
        equals(ledger.currency, currency),
        from === undefined ? undefined : gte(ledger.time, msOf(from)),
        to === undefined ? undefined : lt(ledger.time, endMsOf(to)),
        below(ledger.seq, after),
      ),
    )
    .orderBy(desc(ledger.seq))
    .limit(limit);
}

function ofPayout(id: string): SQL {
  return sql`(${ledger.payoutId} = ${id} OR ${ledger.seq} IN (
    SELECT entry_seq FROM payout_entries WHERE payout_entries.payout_id = ${id}))`;
}

/** An order's entries, oldest first. */
export async function entriesOf({ db }: Deps, orderId: string): Promise<ShownEntry[]> {
  return db.select(entryColumns).from(ledger).where(eq(ledger.orderId, orderId)).orderBy(asc(ledger.seq));
}

/** What an order's creators earn by it, and the currency of its store; `null` if there is no such order. */
export async function commissionOf(
  { d1, db }: Deps,
  orderId: string,
): Promise<{ currency: string; rows: CommissionRow[] } | null> {
  const currency = await d1
    .prepare("SELECT s.currency FROM orders o JOIN stores s ON s.id = o.store_id WHERE o.id = ?1")
    .bind(orderId)
    .first<string>("currency");
  if (currency === null) return null;
  const rows = await db
    .select()
    .from(orderCommissions)
    .where(eq(orderCommissions.orderId, orderId))
    .orderBy(asc(orderCommissions.creatorId));
  return { currency, rows };
}

/** What a creator has in one currency, minor units: sums that end at `MOST_SUM`. */
export interface BalanceRow {
  creatorId: string;
  /** ISO 4217. */
  currency: string;
  balanceMinor: number;
  paidMinor: number;
  unapprovedMinor: number;
}

/** SQL: that the commission of the conversion `v` may come to be owed by what is known now. */
export const CONVERSION_PENDING =
  "v.commission = 'pending' AND v.uncounted IS NULL AND v.contested = 0 AND v.origin <> 'backfill'";

/**
 * What creators have, in each currency, from the newest creator to the oldest. `at` (ms UTC) is the last
 * moment whose entries count; with it there are no estimates of what isn't approved.
 */
export async function balancesOf(
  { d1 }: Deps,
  { creator, store }: { creator?: string | undefined; store?: string | undefined },
  at: number | null,
): Promise<BalanceRow[]> {
  const ofCreator = creator === undefined ? "" : "AND creator_id = ?1";
  const ofStore = store === undefined ? "" : "AND store_id = ?2";
  const { results } = await d1
    .prepare(
      `SELECT creatorId, currency, ${boundedSum("sum(balance)")} AS balanceMinor,
         ${boundedSum("sum(paid)")} AS paidMinor, ${boundedSum("sum(unapproved)")} AS unapprovedMinor
       FROM (
         SELECT creator_id AS creatorId, currency, amount_minor AS balance,
           iif(type = 'payout', -amount_minor, 0) AS paid, 0 AS unapproved
         FROM ledger WHERE (?3 IS NULL OR time <= ?3) ${ofCreator} ${ofStore}
         UNION ALL
         SELECT creator_id, currency, 0, 0, amount_minor
         FROM order_commissions WHERE ?3 IS NULL AND amount_minor IS NOT NULL ${ofCreator} ${ofStore}
           AND order_id IN (SELECT id FROM orders WHERE status = 'pending')
         UNION ALL
         SELECT m.creator_id, m.currency, 0, 0, m.amount_minor
         FROM conversion_commissions m JOIN conversions v ON v.id = m.conversion_id
         WHERE ?3 IS NULL AND ${CONVERSION_PENDING} ${ofCreator.replace("creator_id", "m.creator_id")}
           ${ofStore.replace("store_id", "v.store_id")}
       ) GROUP BY creatorId, currency ORDER BY creatorId DESC, currency`,
    )
    .bind(creator ?? null, store ?? null, at)
    .all<BalanceRow>();
  return results;
}

/** What an entry by hand refers to. */
export interface BonusGround {
  creator: boolean;
  store: boolean;
  /** The store of the order; `null`: there is no such order, or none was named. */
  orderStore: string | null;
}

/** Whether what an entry by hand refers to is there. Who was deleted may be owed something all the same. */
export async function groundOfBonus(
  { d1 }: Deps,
  creatorId: string,
  storeId: string,
  orderId: string | null,
): Promise<BonusGround> {
  const found = await d1
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM creators WHERE id = ?1) AS creator, EXISTS (SELECT 1 FROM stores WHERE id = ?2) AS store,
         (SELECT store_id FROM orders WHERE id = ?3) AS orderStore`,
    )
    .bind(creatorId, storeId, orderId)
    .first<{ creator: number; store: number; orderStore: string | null }>();
  return { creator: found?.creator === 1, store: found?.store === 1, orderStore: found?.orderStore ?? null };
}

/** Statements that book an entry by hand. They break their batch off if its time is in a locked period by now. */
export function insertBonus({ d1, db }: Deps, row: Omit<EntryRow, "seq">): D1PreparedStatement[] {
  return [
    mustHold(
      d1,
      "NOT EXISTS (SELECT 1 FROM periods WHERE store_id = ?1 AND locked_at IS NOT NULL AND to_at > ?2)",
      row.storeId,
      row.time,
    ),
    statementOf(d1, db.insert(ledger).values(row)),
  ];
}
