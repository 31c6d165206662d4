import { dropEmptyTotals, EACH_TOTAL, TOTAL_KEY, totalKey } from "../../clicks/click/totals.ts";

/** What facts are summed up to, minor units but for conversions. */
export const ORDER_SUMS = ["conversions", "gross_minor", "refunded_minor", "commission_minor"] as const;

/** A table of sums of facts. */
export interface OrderSums {
  table: "order_days" | "order_months";
  /** The columns that its rows are told apart by beside the currency, as SQL of a fact `f`. */
  key: Readonly<Record<string, string>>;
}

const keyOf = (names: string) => Object.fromEntries(names.split(" ").map((name) => [name, `f.${name}`]));

/** The sums by day. */
export const ORDER_DAYS: OrderSums = {
  table: "order_days",
  key: keyOf("store_id day creator_id campaign_id plan_id link_id code_id country device source method claimed"),
};

/** The sums by month. */
export const ORDER_MONTHS: OrderSums = {
  table: "order_months",
  key: {
    ...keyOf("store_id creator_id campaign_id plan_id method claimed"),
    month: "substr(f.day, 1, 7)",
  },
};

/** All columns of a row but its sums. */
export function keyColumns({ key }: OrderSums): string {
  return [...Object.keys(key), "currency"].join(", ");
}

/**
 * SQL query of what facts add to the rows of a table: each fact its sale in the sale's currency, and its
 * commission in the commission's own. `source` is SQL of the facts, with a column `sign`: 1, or -1 where they
 * are taken away. Rows that come to nothing are left out.
 */
export function sumFacts({ key }: OrderSums, source: string): string {
  const columns = Object.entries(key).map(([name, sql]) => `${sql} AS ${name}`);
  const names = [...Object.keys(key), "currency"];
  return `SELECT ${names.join(", ")}, ${ORDER_SUMS.map((name) => `sum(${name}) AS ${name}`).join(", ")} FROM (
  SELECT ${columns.join(", ")}, f.currency, f.sign * f.conversions AS conversions, f.sign * f.gross_minor AS gross_minor,
    f.sign * f.refunded_minor AS refunded_minor, 0 AS commission_minor FROM (${source}) f
  UNION ALL
  SELECT ${columns.join(", ")}, f.commission_currency, 0, 0, 0, f.sign * f.commission_minor FROM (${source}) f
) GROUP BY ${names.map((_name, index) => index + 1).join(", ")} HAVING ${ORDER_SUMS.map((name) => `sum(${name}) <> 0`).join(" OR ")}`;
}

/** SQL statement that moves the rows of a table by what a query selects as {@link sumFacts} does, after `WITH` members. */
export function addToOrderSums(sums: OrderSums, members: string, query: string): string {
  return `${members} INSERT INTO ${sums.table} (${keyColumns(sums)}, ${ORDER_SUMS.join(", ")})
SELECT * FROM (${query}) WHERE true ON CONFLICT (${keyColumns(sums)}) DO UPDATE SET
  ${ORDER_SUMS.map((name) => `${name} = ${name} + excluded.${name}`).join(", ")}`;
}

/** SQL statement that deletes the rows of a table that came to nothing, of those that a query selects. */
export function dropEmptyOrderSums(sums: OrderSums, members: string, query: string): string {
  return `${members} DELETE FROM ${sums.table} WHERE ${ORDER_SUMS.map((name) => `${name} = 0`).join(" AND ")}
  AND (${keyColumns(sums)}) IN (SELECT ${keyColumns(sums)} FROM (${query}))`;
}

/** What each total of orders is of a row `m` of the months, as SQL. */
const TOTALS: Readonly<Record<string, string>> = {
  conversions: "m.conversions",
  gross_minor: "m.gross_minor",
  refunded_minor: "m.refunded_minor",
  commission_minor: "m.commission_minor",
  by_link: "m.conversions * (m.method = 'click')",
  by_code: "m.conversions * (m.method = 'code')",
  by_call: "m.conversions * (m.method = 'call')",
};

/** The columns of totals of orders, each as SQL of a row `m` of the months. */
const TOTAL_COLUMNS: readonly (readonly [name: string, sql: string])[] = [
  ...Object.entries(TOTALS).map(([name, sql]) => [name, `iif(m.claimed, 0, ${sql})`] as const),
  ...Object.entries(TOTALS).map(([name, sql]) => [`claimed_${name}`, `iif(m.claimed, ${sql}, 0)`] as const),
];

/** SQL query of the totals that rows of the months come to. Those that are nothing are left out. */
export function orderTotals(months: string): string {
  const sums = TOTAL_COLUMNS.map(([name, sql]) => ({ name, sum: `sum(${sql})` }));
  return `SELECT d.value AS dim, ${totalKey("m")} AS key, m.store_id AS store_id, m.currency AS currency,
    ${sums.map(({ name, sum }) => `${sum} AS ${name}`).join(", ")}
  FROM (${months}) m CROSS JOIN ${EACH_TOTAL} GROUP BY 1, 2, 3, 4 HAVING ${sums.map(({ sum }) => `${sum} <> 0`).join(" OR ")}`;
}

/** SQL statement that moves the totals by rows of the months, which a query selects, after `WITH` members. */
export function addToOrderTotals(members: string, months: string): string {
  const names = TOTAL_COLUMNS.map(([name]) => name);
  return `${members} INSERT INTO report_totals (${TOTAL_KEY}, ${names.join(", ")})
SELECT * FROM (${orderTotals(months)}) WHERE true ON CONFLICT (${TOTAL_KEY}) DO UPDATE SET
  ${names.map((name) => `${name} = ${name} + excluded.${name}`).join(", ")}`;
}

/** SQL statement that deletes the totals that came to nothing, of those that facts are in, which a query selects. */
export function dropEmptyOrderTotals(facts: string): string {
  const of = (currency: string) =>
    `SELECT store_id, creator_id, campaign_id, plan_id, ${currency} AS currency FROM (${facts})`;
  return dropEmptyTotals(
    "",
    `SELECT d.value, ${totalKey("m")}, m.store_id, m.currency
     FROM (${of("currency")} UNION ${of("commission_currency")}) m CROSS JOIN ${EACH_TOTAL}`,
  );
}
