import type { Deps } from "../../ground/deps.ts";
import type { CommissionReason } from "../../ground/model/commission.ts";
import type { SourceStatus } from "../../ground/model/evidence.ts";
import type { OrderStatus, Review } from "../../ground/model/order.ts";
import { whollyRefunded } from "../../sales/order/state.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";
import { type Brought, type Credit, type CreditRow, creditOf } from "./brought.ts";
import { bookedOf } from "./load-booked.ts";
import { maskedNumber } from "./mask.ts";
import { orderStanding } from "./order-standing.ts";
import type { Amount } from "./standing.ts";

interface Found extends CreditRow {
  id: string;
  time: number;
  /** What the shop calls it: its number, or its id where it has no other. */
  number: string;
  store: string;
  timezone: string;
  status: OrderStatus;
  sourceStatus: SourceStatus | null;
  currency: string | null;
  /** What a server has confirmed. */
  totalMinor: number | null;
  refundedMinor: number | null;
  /** JSON. */
  review: string | null;
  dueAt: number | null;
  unsettled: number;
  expectedCurrency: string | null;
  expectedMinor: number | null;
  reasonCode: CommissionReason | null;
}

const ORDERS = `SELECT o.id, o.placed_at AS time, coalesce(o.order_number, o.external_id) AS number, coalesce(st.brand_name, st.name) AS store,
    st.timezone, o.status, o.source_status AS sourceStatus, o.currency, o.confirmed ->> 'totalMinor' AS totalMinor,
    o.confirmed ->> 'refundedMinor' AS refundedMinor, o.review, o.due_at AS dueAt,
    EXISTS (SELECT 1 FROM settlements_due d WHERE d.order_id = o.id) AS unsettled, o.shares, o.method,
    m.currency AS expectedCurrency, m.amount_minor AS expectedMinor, m.note ->> 'reasonCode' AS reasonCode,
    iif(o.status = 'contested', (SELECT c.value -> 'touch' FROM json_each(o.explanation, '$.candidates') c
      WHERE c.value ->> 'eligible' = 1 AND c.value ->> '$.touch.creatorId' = ?1 LIMIT 1), NULL) AS claim
  FROM json_each(?2) w CROSS JOIN orders o ON o.id = w.value CROSS JOIN stores st ON st.id = o.store_id
  LEFT JOIN order_commissions m ON m.order_id = o.id AND m.creator_id = ?1`;

/**
 * Orders as their creator is shown them at `now` (ms UTC), by their ids, which must be those that they may see (see
 * `readPlaces`); `campaigns`: those that show their numbers. Throws what D1 throws.
 */
export async function loadOrders(
  deps: Pick<Deps, "d1">,
  creatorId: string,
  campaigns: readonly PortalCampaign[],
  ids: readonly string[],
  now: number,
): Promise<Brought[]> {
  if (ids.length === 0) return [];
  const [{ results }, booked] = await Promise.all([
    deps.d1.prepare(ORDERS).bind(creatorId, JSON.stringify(ids)).all<Found>(),
    bookedOf(deps, creatorId, "order_id", ids),
  ]);
  return results.map((found): Brought => {
    const { id, time, store, timezone, totalMinor, refundedMinor, sourceStatus } = found;
    const { parts, planId } = booked(id);
    const credit = creditOf(creatorId, found, planId, campaigns);
    return {
      kind: "order",
      id,
      time,
      title: maskedNumber(found.number),
      store,
      timezone,
      ...credit.shown,
      value: valueOf(found, credit),
      call: null,
      talkSeconds: null,
      standing: orderStanding(
        {
          status: found.status,
          sourceStatus,
          isRefunded: whollyRefunded(sourceStatus, totalMinor === null ? null : { totalMinor, refundedMinor }),
          isCredited: credit.index >= 0,
          review: found.review === null ? null : (JSON.parse(found.review) as Review),
          dueAt: found.dueAt,
          isUnsettled: found.unsettled === 1,
          expected: expectedOf(found),
          reasonCode: found.reasonCode,
          refundedMinor: refundedMinor ?? 0,
          booked: parts,
        },
        now,
      ),
    };
  });
}

function expectedOf({ expectedCurrency: currency, expectedMinor: minor }: Found): Amount | null {
  return currency === null || minor === null ? null : { currency, minor };
}

/** What a share comes to, less its part of what was given back; as in the reports, the first shares have what is left over. */
function valueOf({ currency, totalMinor, refundedMinor }: Found, { shares, index }: Credit): Amount | null {
  const amountMinor = shares[index]?.amountMinor ?? null;
  // Anybody may claim an order of any amount.
  if (currency === null || totalMinor === null || amountMinor === null) return null;
  const refunded = refundedMinor ?? 0;
  const own = Math.floor(refunded / shares.length) + (index < refunded % shares.length ? 1 : 0);
  return { currency, minor: amountMinor - own };
}
