import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { majorOf } from "../../ground/money/amount.ts";
import { boundedSum } from "../../ground/money/sum.ts";
import { type Collecting, CONVERSION_UNSETTLED, entriesOf, RATE_MISSING } from "./collect-store.ts";
import { type PayoutWaiting, WAITING_CODES } from "./schema.ts";

type WaitingCode = (typeof WAITING_CODES)[number];

interface WaitingRow {
  code: WaitingCode;
  currency: string;
  amountMinor: number;
  creators: number;
}

/** The store's first period that isn't locked. */
interface OpenPeriod {
  id: string;
  toAt: number;
}

/** What a store has booked for creators and neither paid nor taken into a run that collects `?1` to `?5` (see `Collecting`), by why. */
const unpaidOf = (wanted: Collecting): string => `WITH left_over AS MATERIALIZED (
    SELECT l.creator_id, l.order_id, l.conversion_id, l.currency, l.amount_minor, l.time, p.status AS run FROM ledger l
    LEFT JOIN payout_entries e ON e.entry_seq = l.seq AND e.live = 1 LEFT JOIN payouts p ON p.id = e.payout_id
    WHERE ${entriesOf(wanted)} AND l.type <> 'payout' AND (p.id IS NULL OR p.status = 'draft')
  ), unpaid AS (
    SELECT l.creator_id, l.order_id, l.currency, l.amount_minor, CASE
      WHEN l.run = 'draft' THEN 'in_draft'
      WHEN l.currency <> ?2 THEN 'other_currency'
      WHEN o.status IS 'disputed' THEN 'disputed'
      WHEN EXISTS (SELECT 1 FROM settlements_due d WHERE d.order_id = l.order_id) OR ${CONVERSION_UNSETTLED} THEN 'unsettled'
      WHEN ${RATE_MISSING} THEN 'rate_missing'
      WHEN l.time >= (SELECT coalesce(max(to_at), 0) FROM periods WHERE store_id = ?1 AND locked_at IS NOT NULL)
        THEN 'period_open'
      WHEN l.time > ?3 THEN 'held' END AS code
    FROM left_over l LEFT JOIN orders o ON o.id = l.order_id
  )`;

/** The sums of it. What is known to be too much of an order that is taken goes with it, and waits for nothing. */
const waitingSql = (wanted: Collecting): string => `${unpaidOf(wanted)}, owed AS (
    SELECT coalesce(code, 'below_minimum') AS code, currency, creator_id, sum(amount_minor) AS amount_minor FROM unpaid
    GROUP BY 1, 2, 3 HAVING sum(amount_minor) > 0 AND (coalesce(code, 'below_minimum') <> 'below_minimum' OR sum(amount_minor) < ?5)
  )
  SELECT code, currency, ${boundedSum("sum(amount_minor)")} AS amountMinor, count(*) AS creators FROM owed GROUP BY 1, 2`;

/** Rates that are named at most. */
const SHOWN_RATES = 5;

/** The rates that are missing, and how many there are. Notes of before name none. */
const missingRatesSql = (wanted: Collecting): string => `${unpaidOf(wanted)}, missing AS (
    SELECT DISTINCT r.value AS rate FROM (SELECT DISTINCT order_id, creator_id FROM unpaid WHERE code = 'rate_missing') u
    CROSS JOIN order_commissions c ON c.order_id = u.order_id AND c.creator_id = u.creator_id
    CROSS JOIN json_each(c.note, '$.missingRates') r
  )
  SELECT rate, count(*) OVER () AS count FROM missing ORDER BY rate LIMIT ${SHOWN_RATES}`;

interface MissingRate {
  rate: string;
  /** Of all that are missing. */
  count: number;
}

const OPEN_PERIOD = `SELECT id, to_at AS toAt FROM periods WHERE store_id = ?1 AND locked_at IS NULL
  ORDER BY to_at LIMIT 1`;

/** What a run leaves for later, why, and what there is to be done about it, at `now` (ms UTC). */
export async function waitingFor({ d1 }: Deps, wanted: Collecting, now: number): Promise<PayoutWaiting[]> {
  const { storeId, currency, bookedTo, creatorIds, leastMinor } = wanted;
  const creators = creatorIds === null ? null : JSON.stringify(creatorIds);
  const [waiting, open] = await d1.batch<WaitingRow | OpenPeriod>([
    d1.prepare(waitingSql(wanted)).bind(storeId, currency, bookedTo, creators, leastMinor),
    d1.prepare(OPEN_PERIOD).bind(storeId),
  ]);
  const period = (open?.results[0] as OpenPeriod | undefined) ?? null;
  const rows = (waiting?.results ?? []) as WaitingRow[];
  const rates = rows.some(({ code }) => code === "rate_missing")
    ? (await d1.prepare(missingRatesSql(wanted)).bind(storeId, currency, bookedTo, creators).all<MissingRate>()).results
    : [];
  return rows
    .toSorted(
      (a, b) => WAITING_CODES.indexOf(a.code) - WAITING_CODES.indexOf(b.code) || (a.currency < b.currency ? -1 : 1),
    )
    .map(({ code, currency, amountMinor, creators }) => {
      const whose = creators === 1 ? "one creator" : `${creators} creators`;
      return {
        code,
        detail: `${majorOf(amountMinor, currency)} ${currency} of ${whose} ${wayOut(code, { period, now, rates })}`,
        amount: { amountMinor, currency },
        creators,
      };
    });
}

/** What a way out names; `now` is ms UTC. */
interface Ways {
  period: OpenPeriod | null;
  now: number;
  rates: readonly MissingRate[];
}

function wayOut(code: WaitingCode, { period, now, rates }: Ways): string {
  switch (code) {
    case "in_draft":
      return "is in a draft run already: pay that one, or cancel it.";
    case "other_currency":
      return "is owed in another currency: a run pays one, which `currency` names.";
    case "disputed":
      return "is for disputed orders: approve or decline them.";
    case "unsettled":
      return "is for orders or conversions whose commission is being computed anew: try again in a minute.";
    case "rate_missing":
      return `is for orders whose commission can't be said now, since an exchange rate is missing. ${enterRates(rates)}`;
    case "period_open":
      return `is booked in no locked period. ${lockFirst(period, now)}`;
    case "held":
      return "was booked less than `holdDays` ago.";
    case "below_minimum":
      return "is less than the `minimum` for each of them.";
  }
}

function enterRates(rates: readonly MissingRate[]): string {
  const more = (rates[0]?.count ?? 0) - rates.length;
  const names = `${rates.map(({ rate }) => rate).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return `Enter it with POST /api/v1/exchange-rates${names === "" ? "." : `: ${names}.`}`;
}

function lockFirst(period: OpenPeriod | null, now: number): string {
  if (period === null) {
    return "Lock the period first: create one that ends after them with POST /api/v1/periods, and lock it when it is over.";
  }
  const { id, toAt } = period;
  return toAt > now
    ? `Lock the period first: ${id} ends at ${isoOf(toAt)}, and can be locked then.`
    : `Lock the period first: POST /api/v1/periods/${id}/lock. It ended at ${isoOf(toAt)}.`;
}
