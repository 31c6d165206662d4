import type { EntryType } from "../../ground/model/ledger.ts";

/** Entries of the ledger, and payouts, that a path shows, the first ones. */
const MOST_ENTRIES = 500;

/** What was booked for an order or a conversion. */
export interface PathEntry {
  id: string;
  type: EntryType;
  amountMinor: number;
  currency: string;
  creatorId: string;
  orderId: string | null;
  conversionId: string | null;
  time: number;
}

/** What a payout paid of it to one creator. */
export interface PathPayout {
  id: string;
  reference: string | null;
  creatorId: string;
  amountMinor: number;
  currency: string;
  paidAt: number;
}

/** SQL condition on entries `l` that they are booked for one of the orders `?1` or conversions `?2`. */
const IS_OF = `l.seq IN (SELECT seq FROM ledger WHERE order_id IN (SELECT value FROM json_each(?1))
  UNION SELECT seq FROM ledger WHERE conversion_id IN (SELECT value FROM json_each(?2)))`;

const ENTRIES = `SELECT l.id, l.type, l.amount_minor AS amountMinor, l.currency, l.creator_id AS creatorId,
    l.order_id AS orderId, l.conversion_id AS conversionId, l.time
  FROM ledger l WHERE ${IS_OF} AND l.type <> 'payout' ORDER BY l.time, l.seq LIMIT ${MOST_ENTRIES + 1}`;

const PAYOUTS = `SELECT p.id, p.reference, e.creator_id AS creatorId, sum(l.amount_minor) AS amountMinor, p.currency,
    p.paid_at AS paidAt
  FROM ledger l CROSS JOIN payout_entries e ON e.entry_seq = l.seq AND e.live = 1
  CROSS JOIN payouts p ON p.id = e.payout_id AND p.status = 'paid'
  WHERE ${IS_OF} GROUP BY p.id, e.creator_id ORDER BY p.paid_at, p.id LIMIT ${MOST_ENTRIES + 1}`;

/** What was booked and paid for orders and conversions. Throws what D1 throws. */
export async function moneyOf(
  d1: D1Database,
  orderIds: readonly string[],
  conversionIds: readonly string[],
): Promise<{ entries: PathEntry[]; payouts: PathPayout[]; leftOut: number }> {
  const bound = [JSON.stringify(orderIds), JSON.stringify(conversionIds)];
  const [entries, payouts] = await d1.batch<PathEntry | PathPayout>([
    d1.prepare(ENTRIES).bind(...bound),
    d1.prepare(PAYOUTS).bind(...bound),
  ]);
  const all = [entries?.results ?? [], payouts?.results ?? []];
  return {
    entries: (all[0] as PathEntry[]).slice(0, MOST_ENTRIES),
    payouts: (all[1] as PathPayout[]).slice(0, MOST_ENTRIES),
    leftOut: all.filter((rows) => rows.length > MOST_ENTRIES).length,
  };
}
