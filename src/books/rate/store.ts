import { and, desc, sql } from "drizzle-orm";
import { equals } from "../../ground/db/filter.ts";
import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { exchangeRates } from "../../ground/db/schema/money.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { badCursor, type ListOrder, type Stretch, textOf } from "../../ground/http/pagination.ts";
import { markDueWhere } from "../../journal/due/write-settlement.ts";
import { ratePairOf } from "../ledger/exchange.ts";
import { RATE_LIFE_DAYS } from "../../ground/money/rate.ts";
import type { ExchangeRate, RateFilters } from "./schema.ts";

/** A row of the table of exchange rates. */
export type RateRow = typeof exchangeRates.$inferSelect;

/** What makes it the same rate. */
type RateKey = Pick<RateRow, "from" | "to" | "date">;

/** The name of a rate: `USD/EUR 2026-11-22`. */
export function rateName({ from, to, date }: RateKey): string {
  return `${from}/${to} ${date}`;
}

/** Rates that match the filters, from the latest day to the first, starting after the rate `after`. */
export async function listRates(
  { db }: Deps,
  { after, limit }: Stretch<RateKey>,
  { from, to }: RateFilters,
): Promise<RateRow[]> {
  return db
    .select()
    .from(exchangeRates)
    .where(
      and(
        equals(exchangeRates.from, from),
        equals(exchangeRates.to, to),
        after === null
          ? undefined
          : sql`(${exchangeRates.date}, ${exchangeRates.from}, ${exchangeRates.to}) < (${after.date}, ${after.from}, ${after.to})`,
      ),
    )
    .orderBy(desc(exchangeRates.date), desc(exchangeRates.from), desc(exchangeRates.to))
    .limit(limit);
}

/** The order of the list of rates. */
export const byRate: ListOrder<RateKey, RateKey> = { placeOf: decodeRateCursor, cursorOf: encodeRateCursor };

function encodeRateCursor(last: RateKey): string {
  return btoa(`r1:${rateName(last)}`).replaceAll("=", "");
}

/** Throws a `Problem` (422) that names `cursor`. */
function decodeRateCursor(cursor: string | undefined): RateKey | null {
  if (cursor === undefined) return null;
  const [, from, to, date] = /^r1:([A-Z]{3})\/([A-Z]{3}) (\d{4}-\d\d-\d\d)$/.exec(textOf(cursor)) ?? [];
  if (from === undefined || to === undefined || date === undefined) throw badCursor();
  return { from, to, date };
}

/** What there is of these rates, by {@link rateName}. */
export async function ratesLike({ db }: Deps, keys: readonly RateKey[]): Promise<Map<string, RateRow>> {
  const wanted = JSON.stringify(keys.map(({ from, to, date }) => ({ from, to, date })));
  const rows = await db
    .select()
    .from(exchangeRates)
    .where(
      sql`(${exchangeRates.from}, ${exchangeRates.to}, ${exchangeRates.date}) IN
        (SELECT value ->> 'from', value ->> 'to', value ->> 'date' FROM json_each(${wanted}))`,
    );
  return new Map(rows.map((row) => [rateName(row), row]));
}

/** Statements that enter rates. They break their batch off if what was there before is another by now. */
export function writeRates(
  { d1 }: Deps,
  rows: readonly RateRow[],
  before: ReadonlyMap<string, RateRow>,
): D1PreparedStatement[] {
  const known = rows.map((row) => {
    const was = before.get(rateName(row));
    return { from: row.from, to: row.to, date: row.date, rate: was?.rate ?? null, source: was?.source ?? null };
  });
  return [
    ...packJson(known).map((json) =>
      mustHold(
        d1,
        `NOT EXISTS (SELECT 1 FROM json_each(?1) w LEFT JOIN exchange_rates r ON r.from_currency = w.value ->> 'from'
           AND r.to_currency = w.value ->> 'to' AND r.date = w.value ->> 'date'
           WHERE r.rate IS NOT w.value ->> 'rate' OR r.source IS NOT w.value ->> 'source')`,
        json,
      ),
    ),
    ...packJson(rows).map((json) =>
      d1
        .prepare(
          `INSERT INTO exchange_rates (from_currency, to_currency, date, rate, source, actor, updated_at)
           SELECT value ->> 'from', value ->> 'to', value ->> 'date', value ->> 'rate', value ->> 'source',
             value ->> 'actor', value ->> 'updatedAt' FROM json_each(?1) WHERE TRUE
           ON CONFLICT (from_currency, to_currency, date) DO UPDATE SET rate = excluded.rate,
             source = excluded.source, actor = excluded.actor, updated_at = excluded.updated_at`,
        )
        .bind(json),
    ),
  ];
}

const DAY_MS = 86_400_000;

/**
 * Orders whose commissions hang on the pairs of `?1` and that were placed in their time. Commissions that
 * are being computed right now may have no rows yet.
 */
const HANGING = `SELECT c.order_id FROM json_each(?1) w
    CROSS JOIN (SELECT DISTINCT rate_pair AS pairs FROM order_commissions WHERE rate_pair IS NOT NULL) p
      ON instr(p.pairs, w.value ->> 'pair') > 0
    CROSS JOIN order_commissions c
      ON c.rate_pair = p.pairs AND c.placed_at >= w.value ->> 'from' AND c.placed_at < w.value ->> 'to'
  UNION
  SELECT o.id FROM settlements_due d CROSS JOIN orders o ON o.id = d.order_id WHERE d.next_at > 0 AND EXISTS (
    SELECT 1 FROM json_each(?1) w WHERE o.placed_at >= w.value ->> 'from' AND o.placed_at < w.value ->> 'to')`;

/** Statements that ask for the commissions which hang on these rates to be computed anew. */
export function markHanging({ d1 }: Deps, rates: readonly RateKey[]): D1PreparedStatement[] {
  const wanted = rates.map(({ from, to, date }) => {
    const day = Date.parse(date);
    // The day is that of the store, wherever it is: its midnight is less than a day from that of UTC.
    return { pair: ratePairOf(from, to), from: day - DAY_MS, to: day + (RATE_LIFE_DAYS + 2) * DAY_MS };
  });
  return packJson(wanted).map((json) => markDueWhere(d1, HANGING, json));
}

/** A rate as the API shows it. */
export function presentRate({ updatedAt, ...row }: RateRow): ExchangeRate {
  return { ...row, updatedAt: isoOf(updatedAt) };
}
