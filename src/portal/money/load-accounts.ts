import { CONVERSION_PENDING } from "../../books/ledger/store.ts";
import type { Deps } from "../../ground/deps.ts";
import { boundedSum } from "../../ground/money/sum.ts";
import { localDay } from "../../ground/time/local-day.ts";
import { ensureStoreZones } from "../../ground/time/zones-store.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";
import { hidingStores } from "../frame/stores.ts";
import type { Account } from "./account.ts";

/** What a creator may see of what stores owe them. */
export interface Accounts {
  /** By the names of their stores, and currency. */
  accounts: Account[];
  /** Stores that have a campaign of theirs which hides its numbers: of these, what was paid is told and nothing else. */
  hiddenStores: string[];
}

/** SQL: that the campaign `x` hides its numbers from its creators. */
const HIDES = "x.deleted_at IS NULL AND x.creators_see_performance = 0";

/** SQL: of the share that the creator `?1` has of the order or conversion `row`, its campaign or its plan. */
export const shareOf = (row: string, field: "campaignId" | "planId"): string =>
  `(SELECT s.value ->> '${field}' FROM json_each(${row}.shares) s WHERE s.value ->> 'creatorId' = ?1 LIMIT 1)`;

const BOOKED = `SELECT l.store_id AS storeId, l.currency, ${boundedSum("sum(l.amount_minor)")} AS balanceMinor,
    ${boundedSum("coalesce(sum(-l.amount_minor) FILTER (WHERE l.type = 'payout'), 0)")} AS paidMinor
  FROM ledger l WHERE l.creator_id = ?1 GROUP BY 1, 2`;

/**
 * The same estimates as those of `GET /ledger/balances`, by store and by the day on which they are approved. Orders are found
 * by whose they are, wholly or in part (see `stakes`): of all that wait in all stores, few are one creator's.
 */
export const WAITING = `SELECT w.store_id AS storeId, w.currency, iif(w.due_at IS NULL, NULL, ${localDay("st.timezone", "w.due_at")}) AS day,
    ${boundedSum("sum(w.amount_minor)")} AS minor, max(coalesce(${HIDES}, 0)) AS hidden
  FROM (
    SELECT m.store_id, m.currency, m.amount_minor, o.due_at, coalesce(m.campaign_id, ${shareOf("o", "campaignId")}) AS campaign_id
    FROM (
      SELECT id FROM orders WHERE creator_id = ?1 AND status = 'pending'
      UNION SELECT id FROM stakes WHERE creator_id = ?1 AND kind = 'order'
    ) own
    CROSS JOIN orders o ON o.id = own.id AND o.status = 'pending'
    CROSS JOIN order_commissions m ON m.order_id = o.id AND m.creator_id = ?1
    WHERE m.amount_minor IS NOT NULL
    UNION ALL
    SELECT v.store_id, m.currency, m.amount_minor, v.due_at, ${shareOf("v", "campaignId")}
    FROM conversion_commissions m CROSS JOIN conversions v ON v.id = m.conversion_id
    WHERE m.creator_id = ?1 AND ${CONVERSION_PENDING}
  ) w JOIN stores st ON st.id = w.store_id LEFT JOIN campaigns x ON x.id = w.campaign_id
  GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;

/** Stores that booked something for a campaign which hides its numbers, whether the creator is in it still or not. */
const HIDDEN = `SELECT DISTINCT l.store_id AS storeId FROM ledger l
  WHERE l.creator_id = ?1
    AND EXISTS (SELECT 1 FROM campaigns x WHERE ${HIDES})
    AND coalesce(
      (SELECT m.campaign_id FROM order_commissions m WHERE m.order_id = l.order_id AND m.creator_id = ?1),
      (SELECT ${shareOf("o", "campaignId")} FROM orders o WHERE o.id = l.order_id),
      (SELECT ${shareOf("v", "campaignId")} FROM conversions v WHERE v.id = l.conversion_id)
    ) IN (SELECT x.id FROM campaigns x WHERE ${HIDES})`;

const STORES = `SELECT s.id, coalesce(s.brand_name, s.name) AS name, s.timezone
  FROM stores s WHERE s.id IN (SELECT value FROM json_each(?1)) ORDER BY name, s.id`;

interface Booked {
  storeId: string;
  currency: string;
  balanceMinor: number;
  paidMinor: number;
}

interface Waiting {
  storeId: string;
  currency: string;
  day: string | null;
  minor: number;
  hidden: number;
}

/** Stores that hide what they owe a creator: see {@link Accounts}. Throws what D1 throws. */
export async function readHiddenStores(
  { d1 }: Pick<Deps, "d1">,
  creatorId: string,
  campaigns: readonly SeenCampaign[],
): Promise<string[]> {
  await ensureStoreZones(d1);
  const [waiting, booked] = await d1.batch<Waiting>([WAITING, HIDDEN].map((sql) => d1.prepare(sql).bind(creatorId)));
  return [...hiddenIn(campaigns, waiting?.results ?? [], booked?.results ?? [])].toSorted();
}

type SeenCampaign = Pick<PortalCampaign, "visible" | "store">;

function hiddenIn(
  campaigns: readonly SeenCampaign[],
  waiting: readonly Waiting[],
  booked: readonly Pick<Booked, "storeId">[],
): Set<string> {
  return new Set([
    ...hidingStores(campaigns),
    ...waiting.flatMap(({ hidden, storeId }) => (hidden === 1 ? [storeId] : [])),
    ...booked.map(({ storeId }) => storeId),
  ]);
}

/** What stores owe a creator, have paid them, and may come to owe them. Throws what D1 throws. */
export async function readAccounts(
  { d1 }: Pick<Deps, "d1">,
  creatorId: string,
  campaigns: readonly SeenCampaign[],
): Promise<Accounts> {
  await ensureStoreZones(d1);
  const [booked, waiting, hidden] = await d1.batch<Booked | Waiting>(
    [BOOKED, WAITING, HIDDEN].map((sql) => d1.prepare(sql).bind(creatorId)),
  );
  const rows = (booked?.results ?? []) as Booked[];
  const days = (waiting?.results ?? []) as Waiting[];
  const hiddenStores = hiddenIn(campaigns, days, hidden?.results ?? []);
  const ids = [...new Set([...rows, ...days].map(({ storeId }) => storeId))].filter((id) => !hiddenStores.has(id));
  const { results: stores } = await d1
    .prepare(STORES)
    .bind(JSON.stringify(ids))
    .all<{ id: string; name: string; timezone: string }>();
  const accounts = stores.flatMap((store) => {
    const own = [...rows, ...days].filter(({ storeId }) => storeId === store.id).map(({ currency }) => currency);
    return [...new Set(own)].toSorted().map((currency): Account => {
      const isIt = (row: Booked | Waiting) => row.storeId === store.id && row.currency === currency;
      const sums = rows.find(isIt);
      return {
        store,
        currency,
        balanceMinor: sums?.balanceMinor ?? 0,
        paidMinor: sums?.paidMinor ?? 0,
        waiting: days.filter(isIt).map(({ day, minor }) => ({ day, minor })),
      };
    });
  });
  return { accounts, hiddenStores: [...hiddenStores].toSorted() };
}
