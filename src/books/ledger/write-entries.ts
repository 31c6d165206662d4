import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";
import { rateText } from "../../ground/money/rate.ts";
import type { CommissionEntry } from "./entries.ts";
import { type EarnedBy, IS_PAID, OF_COMMISSION } from "./load.ts";

/** A commission's entry with what it is of. */
export interface NewEntry extends CommissionEntry {
  storeId: string;
  orderId: string | null;
  conversionId: string | null;
  /** When it counts as booked, ms UTC: never within a locked period. */
  time: number;
}

/** Statements that book commissions by rule. An entry that is there breaks the key `ledger.key`. */
export function insertEntries(
  { d1, newId }: Pick<Deps, "d1" | "newId">,
  entries: readonly NewEntry[],
): D1PreparedStatement[] {
  const rows = entries.map(({ rate, ...entry }) => ({
    ...entry,
    id: newId("ledger"),
    rate: rate === null ? null : rateText(rate),
    rateDate: rate?.date ?? null,
    rateSource: rate?.source ?? null,
  }));
  return packJson(rows).map((json) =>
    d1
      .prepare(
        `INSERT INTO ledger (id, key, store_id, creator_id, type, amount_minor, currency, order_id, conversion_id, plan_id,
           rule_version, original_currency, rate, rate_date, rate_source, reason, actor, time)
         SELECT value ->> 'id', value ->> 'key', value ->> 'storeId', value ->> 'creatorId', value ->> 'type',
           value ->> 'amountMinor', value ->> 'currency', value ->> 'orderId', value ->> 'conversionId',
           value ->> 'planId', value ->> 'ruleVersion', value ->> 'originalCurrency', value ->> 'rate',
           value ->> 'rateDate', value ->> 'rateSource', value ->> 'reason', 'rule', value ->> 'time'
         FROM json_each(?1) e ORDER BY e.key`,
      )
      .bind(json),
  );
}

/** Statement that breaks its batch off if a store's books are locked past the time (ms UTC) that it books at. */
export function booksMustBeOpen(d1: D1Database, times: ReadonlyMap<string, number>): D1PreparedStatement {
  return mustHold(
    d1,
    `NOT EXISTS (SELECT 1 FROM json_each(?1) w CROSS JOIN periods p
       ON p.store_id = w.value ->> 'storeId' AND p.to_at > w.value ->> 'time' AND p.locked_at IS NOT NULL)`,
    JSON.stringify([...times].map(([storeId, time]) => ({ storeId, time }))),
  );
}

/** Entries, of what is named by its id. */
interface EntriesOf {
  id: string;
  entries: readonly CommissionEntry[];
}

/**
 * Statements that break their batch off if it is otherwise by now whether a commission is paid of which something is
 * taken back: what was paid is clawed back.
 */
export function paidMustStand(d1: D1Database, by: EarnedBy, booked: readonly EntriesOf[]): D1PreparedStatement[] {
  const takenBack = booked.flatMap(({ id, entries }) =>
    entries
      .filter(({ amountMinor }) => amountMinor < 0)
      .map(({ creatorId, currency, type }) => ({ id, creatorId, currency, paid: type === "clawback" ? 1 : 0 })),
  );
  const isPaid = `EXISTS (SELECT 1 FROM ledger l WHERE l.${by} = w.value ->> 'id'
    AND l.creator_id = w.value ->> 'creatorId' AND l.currency = w.value ->> 'currency' AND ${OF_COMMISSION} AND ${IS_PAID})`;
  return packJson(takenBack).map((json) =>
    mustHold(d1, `NOT EXISTS (SELECT 1 FROM json_each(?1) w WHERE w.value ->> 'paid' <> ${isPaid})`, json),
  );
}
