import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";
import type { LineRow } from "./store.ts";

/** What a payout run collects. */
export interface Collecting {
  storeId: string;
  currency: string;
  /** Booked at this moment or before, ms UTC. */
  bookedTo: number;
  /** `null`: all. */
  creatorIds: readonly string[] | null;
  /** Creators who are owed less are left out; minor units, at least 1. */
  leastMinor: number;
}

/**
 * SQL: that the commission which the entry `l` is of can't be said now for want of a rate. What is booked of it
 * stays booked, but may not be owed any more.
 */
export const RATE_MISSING = `EXISTS (SELECT 1 FROM order_commissions c
  WHERE c.order_id = l.order_id AND c.creator_id = l.creator_id AND c.amount_minor IS NULL
    AND c.note ->> 'reasonCode' = 'rate_missing')`;

/** SQL: that the conversion which the entry `l` is of waits to be settled anew. */
export const CONVERSION_UNSETTLED =
  "EXISTS (SELECT 1 FROM conversions_due d WHERE d.kind = 'settlement' AND d.id = l.conversion_id)";

/**
 * SQL: that the entry `l` is of the store `?1` and, where only some creators are asked for, of one of `?4`: then it is looked
 * for among theirs, of which there are fewer than the store has.
 */
export const entriesOf = ({ creatorIds }: Pick<Collecting, "creatorIds">): string =>
  creatorIds === null
    ? "l.store_id = ?1 AND ?4 IS NULL"
    : "+l.store_id = ?1 AND l.creator_id IN (SELECT value FROM json_each(?4))";

/**
 * The entries that a run takes (`taken`), and what each of their creators is owed (`owed`), by the books at
 * the moment when the statement runs. `?1` to `?5` are those of {@link Collecting}.
 *
 * Ripe entries are booked long enough ago, in a period that is locked. What was found since to be too much,
 * in the same order or conversion and for the same creator, goes with them: nobody is paid what is known not to be owed.
 * Orders and conversions that wait to be settled wait for a later run, as do commissions that wait for a rate: what is booked
 * of them may not be owed any more.
 */
const owedOf = (wanted: Collecting): string => `WITH left_over AS MATERIALIZED (
    SELECT l.seq, l.creator_id, l.order_id, l.conversion_id, l.amount_minor, l.time FROM ledger l
    WHERE ${entriesOf(wanted)} AND l.currency = ?2 AND l.type <> 'payout'
      AND NOT EXISTS (SELECT 1 FROM payout_entries e WHERE e.entry_seq = l.seq AND e.live = 1)
  ), unpaid AS (
    SELECT l.seq, l.creator_id, l.order_id, l.conversion_id, l.amount_minor, l.time <= ?3 AND l.time < (
      SELECT coalesce(max(to_at), 0) FROM periods WHERE store_id = ?1 AND locked_at IS NOT NULL) AS ripe
    FROM left_over l LEFT JOIN orders o ON o.id = l.order_id
    WHERE o.status IS NOT 'disputed'
      AND NOT EXISTS (SELECT 1 FROM settlements_due d WHERE d.order_id = l.order_id) AND NOT ${RATE_MISSING}
      AND NOT ${CONVERSION_UNSETTLED}
  ), grouped AS (
    SELECT *, max(ripe) OVER (PARTITION BY creator_id, order_id, conversion_id) AS any_ripe FROM unpaid
  ), taken AS (
    SELECT seq, creator_id, order_id, amount_minor FROM grouped WHERE ripe OR (any_ripe AND amount_minor < 0)
  ), owed AS (
    SELECT creator_id, sum(amount_minor) AS amount_minor, count(*) AS entries
    FROM taken GROUP BY creator_id HAVING sum(amount_minor) >= ?5
  )`;

/** What a run would pay by the books as they are, newest creator first. */
export async function collect({ d1 }: Deps, wanted: Collecting): Promise<LineRow[]> {
  const { results } = await d1
    .prepare(
      `${owedOf(wanted)} SELECT owed.creator_id AS creatorId, owed.amount_minor AS amountMinor, owed.entries,
         c.first_name AS firstName, c.last_name AS lastName, c.email, c.external_id AS externalId, d.method,
         n.id AS proposalId, NULL AS reference
       FROM owed JOIN creators c ON c.id = owed.creator_id
       LEFT JOIN payout_details d ON d.creator_id = owed.creator_id
       LEFT JOIN payout_detail_proposals n ON n.creator_id = owed.creator_id AND n.state = 'open' ORDER BY owed.creator_id DESC`,
    )
    .bind(...valuesOf(wanted))
    .all<LineRow>();
  return results;
}

/**
 * Statements that give a run its entries and its lines. They choose by the books at the moment when they run,
 * and break their batch off if what each creator gets isn't what was planned: two runs never share an entry.
 */
export function fillPayout(
  { d1 }: Deps,
  payoutId: string,
  wanted: Collecting,
  planned: readonly LineRow[],
): D1PreparedStatement[] {
  const lines = planned.map(({ creatorId, amountMinor, entries, reference }) => [
    creatorId,
    amountMinor,
    entries,
    reference,
  ]);
  return [
    d1
      .prepare(
        `INSERT INTO payout_entries (payout_id, entry_seq, creator_id, order_id, live)
         ${owedOf(wanted)} SELECT ?6, seq, creator_id, order_id, 1 FROM taken WHERE creator_id IN (SELECT creator_id FROM owed)`,
      )
      .bind(...valuesOf(wanted), payoutId),
    d1
      .prepare(
        `INSERT INTO payout_lines (payout_id, creator_id, amount_minor, entries)
         SELECT ?1, e.creator_id, sum(l.amount_minor), count(*)
         FROM payout_entries e JOIN ledger l ON l.seq = e.entry_seq WHERE e.payout_id = ?1 GROUP BY e.creator_id`,
      )
      .bind(payoutId),
    mustHold(d1, "(SELECT count(*) FROM payout_lines WHERE payout_id = ?1) = ?2", payoutId, planned.length),
    ...packJson(lines).flatMap((json) => [
      mustHold(
        d1,
        `NOT EXISTS (SELECT 1 FROM json_each(?2) w WHERE NOT EXISTS (
           SELECT 1 FROM payout_lines WHERE payout_id = ?1 AND creator_id = w.value ->> 0
             AND amount_minor = w.value ->> 1 AND entries = w.value ->> 2))`,
        payoutId,
        json,
      ),
      d1
        .prepare(
          `UPDATE payout_lines SET reference = w.value ->> 3 FROM json_each(?2) w
           WHERE payout_id = ?1 AND creator_id = w.value ->> 0`,
        )
        .bind(payoutId, json),
    ]),
  ];
}

function valuesOf({ storeId, currency, bookedTo, creatorIds, leastMinor }: Collecting): unknown[] {
  return [storeId, currency, bookedTo, creatorIds === null ? null : JSON.stringify(creatorIds), leastMinor];
}
