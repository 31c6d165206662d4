import type { Deps } from "../../ground/deps.ts";
import { MOST_OF_ANY } from "../../ground/money/bound.ts";
import { type Rate, RATE_LIFE_DAYS, rateBook, type RateOf } from "../../ground/money/rate.ts";
import { addSums, boundedSum } from "../../ground/money/sum.ts";
import { SHOWN_WAITING, type Waiting } from "./without.ts";
import type { Counting } from "../../ground/model/commission.ts";

/** A creator's order under a plan among those of a calendar month of the store. */
export interface Position {
  planId: string;
  creatorId: string;
  /** 2026-11. */
  month: string;
  /** ms UTC. */
  placedAt: number;
  orderId: string;
}

/**
 * What a creator sold and earned in a month before an order, minor units of the store's currency: sums that end
 * at `MOST_SUM`, past every tier and cap.
 */
export interface Before {
  salesMinor: number;
  earnedMinor: number;
  /** What of it can't be said for want of rates, and isn't in the sums. */
  waiting: readonly Waiting[];
}

/** A name for what counts together: a creator's orders under a plan in a month. */
export function monthKey({ planId, creatorId, month }: Omit<Position, "placedAt" | "orderId">): string {
  return `${planId} ${creatorId} ${month}`;
}

/** What one position is looked up by. */
export function positionKey({ orderId, creatorId }: Pick<Position, "orderId" | "creatorId">): string {
  return `${orderId} ${creatorId}`;
}

/** SQL: sums of commissions `c`. Those from before there was a bound on orders must not break 64 bits. */
const SOLD = boundedSum(`sum(min(c.sales_minor, ${MOST_OF_ANY}))`);
const EARNED = boundedSum(`sum(min(c.uncapped_minor, ${MOST_OF_ANY}))`);

/**
 * What creators sold and earned before each position, by {@link positionKey}, without the orders `but`.
 * Each month is read once, from one position to the next. However large an earlier order is, it holds up none.
 */
export async function soldBefore(
  { d1 }: Pick<Deps, "d1">,
  positions: readonly Position[],
  but: readonly string[],
): Promise<Map<string, Before>> {
  if (positions.length === 0) return new Map();
  const months = [...Map.groupBy(positions, monthKey).values()].map((month) => month.toSorted(byPlaced));
  const spans = months.flatMap((month) =>
    month.map(({ placedAt, orderId, ...key }, index) => {
      const from = month[index - 1];
      return {
        ...key,
        fromAt: from?.placedAt ?? Number.MIN_SAFE_INTEGER,
        fromId: from?.orderId ?? "",
        toAt: placedAt,
        toId: orderId,
      };
    }),
  );
  const values = [JSON.stringify(spans), JSON.stringify(but)];
  const [summed, waited] = await d1.batch([d1.prepare(SUMS).bind(...values), d1.prepare(WAITING).bind(...values)]);
  const sums = new Map(((summed?.results ?? []) as SpanSums[]).map((row) => [row.span, row]));
  const waitingIn = Map.groupBy((waited?.results ?? []) as SpanWaiting[], ({ span }) => span);
  const before = new Map<string, Before>();
  let span = 0;
  for (const month of months) {
    let [salesMinor, earnedMinor] = [0, 0];
    let waiting: readonly Waiting[] = [];
    for (const position of month) {
      const more = sums.get(span);
      salesMinor = addSums([salesMinor, more?.salesMinor ?? 0]);
      earnedMinor = addSums([earnedMinor, more?.earnedMinor ?? 0]);
      waiting = [...waiting, ...waitingOf(waitingIn.get(span) ?? [])];
      before.set(positionKey(position), { salesMinor, earnedMinor, waiting });
      span += 1;
    }
  }
  return before;
}

/** SQL: the commissions `c` within the spans `w` of `?1`, without those of the orders `?2`. */
const WITHIN = `json_each(?1) w CROSS JOIN order_commissions c
  ON c.plan_id = w.value ->> 'planId' AND c.creator_id = w.value ->> 'creatorId' AND c.month = w.value ->> 'month'
    AND (c.placed_at, c.order_id) > (w.value ->> 'fromAt', w.value ->> 'fromId')
    AND (c.placed_at, c.order_id) < (w.value ->> 'toAt', w.value ->> 'toId')
  WHERE c.order_id NOT IN (SELECT value FROM json_each(?2))`;

const SUMS = `SELECT w.key AS span, ${SOLD} AS salesMinor, ${EARNED} AS earnedMinor
  FROM ${WITHIN} GROUP BY w.key`;

interface SpanSums {
  span: number;
  salesMinor: number;
  earnedMinor: number;
}

/** Notes are read of those alone that hang on a rate: most hang on none. */
const WAITING = `SELECT span, orderId, placedAt, uncounted, missingRates, alike FROM (
    SELECT w.key AS span, c.order_id AS orderId, c.placed_at AS placedAt, c.note ->> 'uncounted' AS uncounted,
      c.note ->> 'missingRates' AS missingRates,
      count(*) OVER (PARTITION BY w.key, c.note ->> 'uncounted') AS alike,
      row_number() OVER (PARTITION BY w.key, c.note ->> 'uncounted' ORDER BY c.placed_at, c.order_id) AS place
    FROM ${WITHIN} AND c.rate_pair IS NOT NULL AND json_array_length(c.note, '$.uncounted') > 0
  ) WHERE place <= ${SHOWN_WAITING} ORDER BY span, uncounted, place`;

interface SpanWaiting {
  span: number;
  orderId: string;
  placedAt: number;
  /** JSON, as `missingRates`. */
  uncounted: string;
  missingRates: string;
  /** Orders of the span of which the same can't be said. */
  alike: number;
}

function waitingOf(rows: readonly SpanWaiting[]): Waiting[] {
  return [...Map.groupBy(rows, ({ uncounted }) => uncounted)].map(([uncounted, alike]) => ({
    uncounted: JSON.parse(uncounted) as Counting[],
    count: alike[0]?.alike ?? 0,
    orders: alike.map(({ orderId, placedAt, missingRates }) => ({
      orderId,
      placedAt,
      missingRates: JSON.parse(missingRates) as string[],
    })),
  }));
}

function byPlaced(a: Position, b: Position): number {
  return a.placedAt - b.placedAt || (a.orderId < b.orderId ? -1 : 1);
}

/** An order of a customer whom the store knows. */
export interface CustomersOrder {
  id: string;
  storeId: string;
  customerHash: string;
  /** ms UTC. */
  placedAt: number;
}

/** Ids of those orders before which their customers had another that counts: confirmed, and neither declined nor a test. */
export async function returningOrders(
  { d1 }: Pick<Deps, "d1">,
  wanted: readonly CustomersOrder[],
): Promise<Set<string>> {
  if (wanted.length === 0) return new Set();
  const { results } = await d1
    .prepare(
      `SELECT w.value ->> 'id' AS id FROM json_each(?1) w WHERE EXISTS (
         SELECT 1 FROM orders o
         WHERE o.store_id = w.value ->> 'storeId' AND o.customer_hash = w.value ->> 'customerHash'
           AND (o.placed_at, o.id) < (w.value ->> 'placedAt', w.value ->> 'id')
           AND o.trust = 'confirmed' AND o.status NOT IN ('declined', 'test', 'received'))`,
    )
    .bind(JSON.stringify(wanted))
    .all<{ id: string }>();
  return new Set(results.map(({ id }) => id));
}

/** Currencies (ISO 4217) among which amounts may have to be converted, and the day (2026-11-22) whose rates hold. */
export interface WantedRates {
  currencies: ReadonlySet<string>;
  day: string;
}

/** The rates that there are for all of these. */
export async function ratesFor({ d1 }: Pick<Deps, "d1">, wanted: readonly WantedRates[]): Promise<RateOf> {
  const pairs = new Map<string, { from: string; to: string; day: string }>();
  for (const { currencies, day } of wanted) {
    for (const from of currencies) {
      for (const to of currencies) if (from !== to) pairs.set(`${from}/${to} ${day}`, { from, to, day });
    }
  }
  if (pairs.size === 0) return rateBook([]);
  const { results } = await d1
    .prepare(
      `SELECT DISTINCT r.from_currency AS "from", r.to_currency AS "to", r.date, r.rate, r.source
       FROM json_each(?1) w CROSS JOIN exchange_rates r
       ON r.from_currency = w.value ->> 'from' AND r.to_currency = w.value ->> 'to'
         AND r.date BETWEEN date(w.value ->> 'day', '-${RATE_LIFE_DAYS} days') AND w.value ->> 'day'`,
    )
    .bind(JSON.stringify([...pairs.values()]))
    .all<Omit<Rate, "inverse">>();
  return rateBook(results.map((rate) => ({ ...rate, inverse: false })));
}
