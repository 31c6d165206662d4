import type { Deps } from "../../ground/deps.ts";
import { ENTRY_TYPES, type EntryType } from "../../ground/model/ledger.ts";
import { boundedSum } from "../../ground/money/sum.ts";
import { localDay } from "../../ground/time/local-day.ts";
import { ensureStoreZones } from "../../ground/time/zones-store.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";
import { maskedNumber } from "../orders/mask.ts";
import { shareOf } from "./load-accounts.ts";
import type { StatementEntry, StatementPart } from "./statement.ts";

/** SQL: the local month (2026-11) of the entry `l` of the store `st`. */
const MONTH = `substr(${localDay("st.timezone", "l.time")}, 1, 7)`;

/** SQL: the entries `l` of the creator `?1`, but for those of the stores of the JSON array `?2`. */
const OWN = `FROM ledger l JOIN stores st ON st.id = l.store_id
  WHERE l.creator_id = ?1 AND l.store_id NOT IN (SELECT value FROM json_each(?2))`;

/** Whose entries are read: all but those of stores that hide them. */
export interface Whose {
  creatorId: string;
  hiddenStores: readonly string[];
}

/** The local months in which something was booked, the newest first. Throws what D1 throws. */
export async function readMonths({ d1 }: Pick<Deps, "d1">, { creatorId, hiddenStores }: Whose): Promise<string[]> {
  await ensureStoreZones(d1);
  const { results } = await d1
    .prepare(`SELECT DISTINCT ${MONTH} AS month ${OWN} ORDER BY 1 DESC`)
    .bind(creatorId, JSON.stringify(hiddenStores))
    .all<{ month: string }>();
  return results.map(({ month }) => month);
}

const sumOf = (kind: EntryType): string =>
  `coalesce(${boundedSum(`sum(amount) FILTER (WHERE month = ?3 AND type = '${kind}')`)}, 0) AS ${kind}`;

const PARTS = `WITH own AS (
    SELECT l.store_id AS id, coalesce(st.brand_name, st.name) AS name, st.timezone, l.currency, l.type,
      l.amount_minor AS amount, ${MONTH} AS month ${OWN}
  )
  SELECT id, name, timezone, currency, ${ENTRY_TYPES.map(sumOf).join(", ")}, count(*) FILTER (WHERE month = ?3) AS entries,
    coalesce(${boundedSum("sum(amount) FILTER (WHERE month < ?3)")}, 0) AS openingMinor
  FROM own WHERE month <= ?3 GROUP BY id, currency
  HAVING entries > 0 OR openingMinor <> 0 ORDER BY name, id, currency`;

type PartRow = Record<EntryType, number> & {
  id: string;
  name: string;
  timezone: string;
  currency: string;
  entries: number;
  openingMinor: number;
};

/** What was booked in a local month (2026-11), by the names of stores and currency, with what each began with. Throws what D1 throws. */
export async function readParts(
  { d1 }: Pick<Deps, "d1">,
  { creatorId, hiddenStores }: Whose,
  month: string,
): Promise<StatementPart[]> {
  const { results } = await d1.prepare(PARTS).bind(creatorId, JSON.stringify(hiddenStores), month).all<PartRow>();
  return results.map(({ id, name, timezone, currency, entries, openingMinor, ...sums }) => ({
    store: { id, name, timezone },
    currency,
    openingMinor,
    sums,
    entries,
  }));
}

/** Where a page of entries begins: after this one. */
export type After = Pick<StatementEntry, "time" | "seq">;

const ENTRIES = `SELECT l.seq, l.store_id AS storeId, l.currency, l.time, ${localDay("st.timezone", "l.time")} AS day, l.type,
    l.amount_minor AS amountMinor, coalesce(o.order_number, o.external_id) AS "order", d.name AS definition, n.reference, x.name AS campaign,
    coalesce(m.plan_id, l.plan_id, ${shareOf("o", "planId")}, ${shareOf("v", "planId")}) AS planId
  FROM ledger l JOIN stores st ON st.id = l.store_id
  LEFT JOIN orders o ON o.id = l.order_id
  LEFT JOIN order_commissions m ON m.order_id = l.order_id AND m.creator_id = l.creator_id
  LEFT JOIN conversions v ON v.id = l.conversion_id LEFT JOIN conversion_definitions d ON d.id = v.definition_id
  LEFT JOIN campaigns x ON x.id = coalesce(m.campaign_id, ${shareOf("o", "campaignId")}, ${shareOf("v", "campaignId")})
  LEFT JOIN payout_lines n ON n.payout_id = l.payout_id AND n.creator_id = l.creator_id
  WHERE l.creator_id = ?1 AND l.store_id = ?2 AND l.currency = ?3 AND ${MONTH} = ?4
    AND l.time BETWEEN ?8 AND ?9 AND (l.time, l.seq) > (?5, ?6)
  ORDER BY l.time, l.seq LIMIT ?7 OFFSET ?10`;

const DAY_MS = 86_400_000;

/**
 * The entries of one part of a statement in the order of their booking, `limit` at most, after one or `skip` of them. Of campaigns that
 * the creator knows by their plan alone, the oldest of that plan is named. Throws what D1 throws.
 */
export async function readEntries(
  { d1 }: Pick<Deps, "d1">,
  { creatorId, campaigns }: { creatorId: string; campaigns: readonly Pick<PortalCampaign, "name" | "planId">[] },
  { store, currency }: Pick<StatementPart, "store" | "currency">,
  { month, after = null, skip = 0, limit }: { month: string; after?: After | null; skip?: number; limit: number },
): Promise<StatementEntry[]> {
  // No zone is two days from UTC, and no month has more than 31 days.
  const begins = Date.parse(`${month}-01`);
  const { results } = await d1
    .prepare(ENTRIES)
    .bind(
      creatorId,
      store.id,
      currency,
      month,
      after?.time ?? -1,
      after?.seq ?? 0,
      limit,
      begins - 2 * DAY_MS,
      begins + 33 * DAY_MS,
      skip,
    )
    .all<StatementEntry & { planId: string | null }>();
  return results.map(({ planId, ...entry }) => ({
    ...entry,
    order: entry.order === null ? null : maskedNumber(entry.order),
    campaign: entry.campaign ?? campaigns.findLast((each) => planId !== null && each.planId === planId)?.name ?? null,
  }));
}
