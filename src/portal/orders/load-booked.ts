import type { Deps } from "../../ground/deps.ts";
import type { BookedPart } from "./standing.ts";

interface BookedRow extends Omit<BookedPart, "isClawback"> {
  id: string;
  planId: string | null;
  isClawback: number;
}

/** What the ledger has of a creator's commission for one order or conversion. */
export interface Booked {
  parts: readonly BookedPart[];
  /** The plan that it was booked under; `null`: none. */
  planId: string | null;
}

/** SQL: how far the entry `l` has come by the run `p` that it is in. */
const STAGE = `CASE p.status WHEN 'paid' THEN 'paid' WHEN 'draft' THEN 'draft' ELSE iif(l.time < coalesce((
  SELECT max(d.to_at) FROM periods d WHERE d.store_id = l.store_id AND d.locked_at IS NOT NULL), 0), 'closed', 'booked') END`;

/** SQL: the end of the open period that the entry `l` is in. */
const PERIOD_END = `(SELECT min(d.to_at) FROM periods d
  WHERE d.store_id = l.store_id AND d.locked_at IS NULL AND d.to_at > l.time)`;

/** SQL query of a creator's parts of what is in `key`. A bonus may name an order without being its commission. */
const sql = (key: "order_id" | "conversion_id"): string => `SELECT id, currency, stage, sum(amount_minor) AS minor,
    max(paid_at) AS paidAt, max(reference) AS reference, iif(stage = 'booked', max(period_end), NULL) AS periodEnd,
    max(plan_id) AS planId, max(type = 'clawback') AS isClawback
  FROM (
    SELECT l.${key} AS id, l.currency, ${STAGE} AS stage, l.amount_minor, iif(p.status = 'paid', p.paid_at, NULL) AS paid_at,
      iif(p.status = 'paid', n.reference, NULL) AS reference, ${PERIOD_END} AS period_end, l.plan_id, l.type
    FROM json_each(?2) w CROSS JOIN ledger l ON l.${key} = w.value AND l.creator_id = ?1 AND l.type NOT IN ('bonus', 'payout')
    LEFT JOIN payout_entries e ON e.entry_seq = l.seq AND e.live = 1
    LEFT JOIN payouts p ON p.id = e.payout_id
    LEFT JOIN payout_lines n ON n.payout_id = p.id AND n.creator_id = l.creator_id
  ) GROUP BY id, currency, stage ORDER BY id, currency, stage`;

/** What the ledger has of a creator's commission for orders or conversions, by their ids. Throws what D1 throws. */
export async function bookedOf(
  { d1 }: Pick<Deps, "d1">,
  creatorId: string,
  key: "order_id" | "conversion_id",
  ids: readonly string[],
): Promise<(id: string) => Booked> {
  const { results } = await d1.prepare(sql(key)).bind(creatorId, JSON.stringify(ids)).all<BookedRow>();
  const byId = Map.groupBy(results, ({ id }) => id);
  return (id) => {
    const rows = byId.get(id) ?? [];
    return {
      parts: rows.map(({ id: _id, planId: _planId, isClawback, ...part }) => ({
        ...part,
        isClawback: isClawback === 1,
      })),
      planId: rows.find(({ planId }) => planId !== null)?.planId ?? null,
    };
  };
}
