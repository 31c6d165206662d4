import { FACT_COLUMNS, facts } from "../rollup/facts.ts";
import type { Bindings } from "./bindings.ts";
import { type CountQuery, type Period, startOf } from "./count.ts";
import { DIMENSION_SQL } from "./dimension.ts";
import { conditionOf, type FilterColumns } from "./filter.ts";
import { piecesOf } from "./pieces.ts";

const orderColumns = (alias: string): FilterColumns => ({
  store: `${alias}.store_id`,
  campaign: `${alias}.campaign_id`,
  creator: `${alias}.creator_id`,
  plan: `${alias}.plan_id`,
  link: `${alias}.link_id`,
  code: `${alias}.code_id`,
});

const FACTS = FACT_COLUMNS.join(", ");
/** Orders that count by what they are now, and what the log knows of the clicks that decided them. */
export interface DecidedOrders {
  /** JSON: ids of clicks that orders awaited, and that have come but aren't rolled up yet. */
  came: string;
  /** JSON array of `DecidingClick`. */
  clicks: string;
}

/**
 * SQL condition on the orders `o` that they changed since they were rolled up, or that a click came which they awaited;
 * `came` is bound, see {@link DecidedOrders}. `null`: what they came by isn't asked for.
 */
export function changedOrders(came: string | null): string {
  return `o.id IN (${changed(came)})`;
}

const changed = (came: string | null): string =>
  came === null
    ? "SELECT order_id FROM order_rollups_due"
    : `SELECT order_id FROM order_rollups_due UNION
       SELECT order_id FROM order_facts WHERE awaits <> '' AND awaits IN (SELECT value FROM json_each(${came}))`;

/** What orders that changed will add to what is rolled up, and what they will take away. */
function changesOf(decided: DecidedOrders | null, bindings: Bindings): string {
  const came = decided === null ? null : bindings.add(decided.came);
  return `changes AS MATERIALIZED (
  SELECT ${FACTS}, 1 AS sign FROM (${facts(changedOrders(came), decided === null ? "'[]'" : bindings.add(decided.clicks))})
  UNION ALL SELECT ${FACTS}, -1 FROM order_facts WHERE order_id IN (${changed(came)}))`;
}

/** What a row of orders counts for, as SQL. */
interface Counted {
  conversions: string;
  gross: string;
  refunded: string;
  commission: string;
}

/**
 * SQL: the numbers of a row `m`, in the order of {@link orderCounts}. They are sorted with each row, and numbers are
 * less to sort than the texts that they are told apart by. What is only claimed has numbers of its own, and is in
 * the others where `withClaims` says so.
 */
function toldApart({ conversions, gross, refunded, commission }: Counted, withClaims: boolean): string {
  const counting = (number: string): string => (withClaims ? number : `iif(m.claimed, 0, ${number})`);
  const claimed = (number: string): string => `iif(m.claimed, ${number}, 0)`;
  return [
    counting(conversions),
    claimed(conversions),
    ...["click", "code", "call"].map((method) => counting(`${conversions} * (m.method = '${method}')`)),
    ...[gross, refunded, commission].map(counting),
    claimed(`${gross} - ${refunded}`),
  ].join(", ");
}

/**
 * SQL of what orders count for: `members` of a `WITH`, and `queries` of rows `key`, `start`, `previous`,
 * `currency`, `conversions`, `claimed`, `by_link`, `by_code`, `by_call`, `gross`, `refunded`, `commission`, `claimed_sales` (minor
 * units). Orders that only browsers tell of are in the two that say so, and in the others if the query has it. What
 * is rolled up is read where it has the fewest rows; orders that changed since count by what they are now. `only` the
 * changes of these, in days. `decided` is needed where country, device or source is asked for.
 */
export function orderCounts(
  query: CountQuery,
  bindings: Bindings,
  decided: DecidedOrders | null,
  only: "waiting" | null = null,
): { members: string[]; queries: string[] } {
  const { dimension, filter, interval, periods, confirmedOnly } = query;
  const { order: key, inMonths } = DIMENSION_SQL[dimension];
  const where = conditionOf(filter, orderColumns("m"), bindings);
  const hasMonths = inMonths && interval !== "day" && filter.link === undefined && filter.code === undefined;

  /** A table by its index: a creator's orders, or store by store. */
  const from = (table: string): string =>
    filter.creator === undefined ? `stores s CROSS JOIN ${table} m ON m.store_id = s.id` : `${table} m`;

  const rolledUp = (table: string, day: string, on: string, sign: number, period: Period): string =>
    `SELECT ${key} AS key, ${startOf(interval, period, { day })} AS start, ${period.previous} AS previous, m.currency,
        ${toldApart(
          {
            conversions: `${sign} * m.conversions`,
            gross: `${sign} * m.gross_minor`,
            refunded: `${sign} * m.refunded_minor`,
            commission: `${sign} * m.commission_minor`,
          },
          !confirmedOnly,
        )}
      FROM ${from(table)} WHERE ${on} AND ${where}`;

  /** A fact counts under the currency of its sale, and its commission under its own. */
  const ofFacts = (source: string, sign: string, condition: string, period: Period): string =>
    `SELECT ${key}, ${startOf(interval, period, { time: "m.placed_at", day: "m.day" })}, ${period.previous},
        iif(p.commission, m.commission_currency, m.currency), ${toldApart(
          {
            conversions: `iif(p.commission, 0, ${sign} * m.conversions)`,
            gross: `iif(p.commission, 0, ${sign} * m.gross_minor)`,
            refunded: `iif(p.commission, 0, ${sign} * m.refunded_minor)`,
            commission: `iif(p.commission, ${sign} * m.commission_minor, 0)`,
          },
          !confirmedOnly,
        )}
      FROM ${source} CROSS JOIN (SELECT 0 AS commission UNION ALL SELECT 1) p WHERE ${condition} AND ${where}`;

  const queries = periods.flatMap((period) => {
    const { span } = period;
    if (span.by === "days") {
      const [first, last] = [bindings.add(span.first), bindings.add(span.last)];
      const waiting = ofFacts("changes m", "m.sign", `m.day BETWEEN ${first} AND ${last}`, period);
      if (only === "waiting") return [waiting];
      return [
        ...piecesOf(span, hasMonths && period.shift === 0).map((piece) => {
          const [table, day] = piece.table === "months" ? ["order_months", "m.month"] : ["order_days", "m.day"];
          const on = `${day} BETWEEN ${bindings.add(piece.first)} AND ${bindings.add(piece.last)}`;
          return rolledUp(table, day, on, piece.sign, period);
        }),
        waiting,
      ];
    }
    const placed = `m.placed_at >= ${bindings.add(span.from)} AND m.placed_at < ${bindings.add(span.to)}`;
    return [ofFacts(from("order_facts"), "1", placed, period), ofFacts("changes m", "m.sign", placed, period)];
  });
  return { members: [changesOf(decided, bindings)], queries };
}
