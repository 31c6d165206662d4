import type { DaySpan } from "../../ground/time/range.ts";
import type { Bindings } from "./bindings.ts";
import { CLICKS, SALES } from "./columns.ts";
import type { CountQuery } from "./count.ts";
import type { Counted } from "./dimension.ts";
import type { ReportFilter } from "./filter.ts";

/*
 * A report on creators, campaigns or plans that covers all there is needn't add months up link by link: `report_totals`
 * has what each creator, campaign and plan comes to, and what all do. Three things move that table, each in the
 * transaction of what it follows from: roll-ups, as they move the months (late clicks, restated orders and rebuilds
 * among them); a trigger on links, since a click belongs to what its link belongs to now; and the end of a rebuild,
 * which makes it anew. So it always says what the months say, joined with the links. Whether a span holds all there
 * is can only be told as it is read: see `load-whole.ts`.
 *
 * What isn't rolled up yet is counted as for every report, for the few keys that it concerns. These are put together
 * with their totals (`exact_…`); so is what has more than one row, of several stores or currencies. All the others,
 * nearly all there are, are ranked row by row as they are read: nothing is grouped, and little is sorted.
 */

/** Dimensions that there are totals of. */
const DIMENSIONS: ReadonlySet<Counted> = new Set(["creators", "campaigns", "plans"]);

/** The span of a report that could be read from the totals, if it holds all there is; else `null`. */
export function wholeSpan({
  dimension,
  filter: { store: _store, ...filter },
  interval,
  periods: [{ span }, ...others],
  always,
}: Pick<CountQuery, "dimension" | "filter" | "interval" | "periods"> & { always: unknown }): DaySpan | null {
  const isTotalled =
    DIMENSIONS.has(dimension) &&
    interval === "total" &&
    others.length === 0 &&
    always === null &&
    Object.values(filter).every((value) => value === undefined);
  return isTotalled && span.by === "days" ? span : null;
}

/** Columns of a row `m` of the totals that claims have too. */
const SUMMED: Readonly<Record<Exclude<(typeof SALES)[number], "claimed" | "claimed_sales">, string>> = {
  conversions: "conversions",
  by_link: "by_link",
  by_code: "by_code",
  by_call: "by_call",
  gross: "gross_minor",
  refunded: "refunded_minor",
  commission: "commission_minor",
};

/** SQL: a number of a row `m` of the totals, claims as the query has them. */
function numberOf(name: (typeof SALES)[number], confirmedOnly: boolean): string {
  if (name === "claimed") return "m.claimed_conversions";
  if (name === "claimed_sales") return "m.claimed_gross_minor - m.claimed_refunded_minor";
  const column = SUMMED[name];
  return confirmedOnly ? `m.${column}` : `m.${column} + m.claimed_${column}`;
}

type WholeQuery = Pick<CountQuery, "dimension" | "confirmedOnly"> & { filter: Pick<ReportFilter, "store"> };

/** SQL queries that put totals together with what waits, which `summed_clicks`, `summed_uses` and `summed_sales` have. */
export interface WholeSql {
  /** `WITH` members: `others`, the keys that `exact_clicks` and `exact_sales` have; and `total_clicks`, `total_sales`. */
  members: string[];
  /** Members `page_clicks` and `page_sales` of the keys of `page`. */
  pageMembers: string[];
  /** Rows of all keys but `others`, one a key: `key`, `currency`, all of {@link CLICKS} and {@link SALES}. */
  plain: string;
}

/** See {@link WholeSql}. */
export function wholeSql({ dimension, confirmedOnly, filter }: WholeQuery, bindings: Bindings): WholeSql {
  const sales = SALES.map((name) => `${numberOf(name, confirmedOnly)} AS ${name}`).join(", ");
  const ofStore = filter.store === undefined ? "" : `AND m.store_id = ${bindings.add(filter.store)}`;
  const ofDimension = `m.dim = '${dimension}' ${ofStore}`;
  const sums = (names: readonly string[]) => names.map((name) => `sum(${name}) AS ${name}`).join(", ");
  const isAny = (names: readonly string[]) => names.map((name) => `sum(${name}) <> 0`).join(" OR ");

  /** Clicks and sales of the keys of a table. */
  const exact = (name: string, keys: string): string[] => [
    `${name}_clicks AS MATERIALIZED (SELECT key, '' AS start, 0 AS previous, ${sums(CLICKS)} FROM (
      SELECT m.key, m.clicks, m.uniques FROM ${keys} k CROSS JOIN report_totals m ON m.key = k.key AND ${ofDimension}
      UNION ALL SELECT key, ${CLICKS.join(", ")} FROM summed_clicks WHERE key IN (SELECT key FROM ${keys})
    ) GROUP BY key HAVING ${isAny(CLICKS)})`,
    `${name}_sales AS MATERIALIZED (SELECT key, '' AS start, 0 AS previous, currency, ${sums(SALES)} FROM (
      SELECT m.key, m.currency, ${sales} FROM ${keys} k CROSS JOIN report_totals m ON m.key = k.key AND ${ofDimension}
      UNION ALL SELECT key, currency, ${SALES.join(", ")} FROM summed_sales WHERE key IN (SELECT key FROM ${keys})
    ) GROUP BY key, currency HAVING ${isAny(SALES)})`,
  ];

  return {
    members: [
      `others AS MATERIALIZED (SELECT key FROM summed_clicks UNION SELECT key FROM summed_uses UNION
        SELECT key FROM summed_sales UNION SELECT m.key FROM report_totals m INDEXED BY report_totals_shared WHERE m.dim = '${dimension}' AND m.shared = 1)`,
      ...exact("exact", "others"),
      `total_clicks AS MATERIALIZED (SELECT 0 AS previous, clicks, uniques FROM report_totals m WHERE m.dim = 'all' ${ofStore}
        UNION ALL SELECT previous, clicks, uniques FROM summed_clicks)`,
      `total_sales AS MATERIALIZED (SELECT 0 AS previous, currency, ${sums(SALES)} FROM (
        SELECT m.currency, ${sales} FROM report_totals m WHERE m.dim = 'all' ${ofStore}
        UNION ALL SELECT currency, ${SALES.join(", ")} FROM summed_sales) GROUP BY currency HAVING ${isAny(SALES)})`,
    ],
    pageMembers: exact("page", "page"),
    plain: `SELECT m.key, m.currency, m.clicks, m.uniques, ${sales} FROM report_totals m
      WHERE ${ofDimension} AND m.shared = 0 AND (${[...CLICKS, ...SALES.map((name) => numberOf(name, confirmedOnly))]
        .map((number) => `(${number}) <> 0`)
        .join(" OR ")})`,
  };
}
