import type { Deps } from "../../ground/deps.ts";
import { localDay } from "../../ground/time/local-day.ts";
import { ensureStoreZones } from "../../ground/time/zones-store.ts";

/** Payouts that one page shows at most. */
const SHOWN = 12;

/** What a payout run paid a creator, or is about to. */
export interface PortalPayout {
  id: string;
  storeId: string;
  store: string;
  /** The local day on which it was paid, else made: 2026-11-22. */
  day: string;
  /** The last local day whose entries it could hold: that of its store's last lock; `null`: that isn't known. */
  bookedTo: string | null;
  amountMinor: number;
  /** ISO 4217. */
  currency: string;
  state: "draft" | "paid" | "reversed";
  /** What the payment is known by from end to end. */
  reference: string | null;
}

/**
 * A creator's payouts, the newest first, from the one after the id `after` on; of campaigns that hide their numbers, too:
 * what somebody was paid is theirs to know. Runs that were given up never were any. Throws what D1 throws.
 */
export async function readPayouts(
  { d1 }: Pick<Deps, "d1">,
  creatorId: string,
  after: string | null,
): Promise<{ payouts: PortalPayout[]; next: string | null }> {
  await ensureStoreZones(d1);
  const lockedTo = `(SELECT max(d.to_at) FROM periods d WHERE d.store_id = p.store_id AND d.locked_at <= p.created_at)`;
  const { results } = await d1
    .prepare(
      `SELECT p.id, p.store_id AS storeId, coalesce(st.brand_name, st.name) AS store, n.amount_minor AS amountMinor, p.currency,
         p.status AS state, n.reference, ${localDay("st.timezone", "coalesce(p.paid_at, p.created_at)")} AS day,
         ${localDay("st.timezone", `min(${lockedTo} - 1, p.created_at - p.hold_days * 86400000)`)} AS bookedTo
       FROM payout_lines n JOIN payouts p ON p.id = n.payout_id AND p.status <> 'cancelled'
       JOIN stores st ON st.id = p.store_id
       WHERE n.creator_id = ?1 AND (?2 IS NULL OR p.id < ?2) ORDER BY p.id DESC LIMIT ${SHOWN + 1}`,
    )
    .bind(creatorId, after)
    .all<PortalPayout>();
  const payouts = results.slice(0, SHOWN);
  return { payouts, next: results.length > SHOWN ? (payouts.at(-1)?.id ?? null) : null };
}
