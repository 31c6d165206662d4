import { boundedSum } from "../../ground/money/sum.ts";
import { UNSAID } from "../rollup/facts.ts";
import { Bindings, unionAll } from "./bindings.ts";
import { clickCounts, LINK_COLUMNS } from "./clicks.ts";
import { CLICKS, SALES, USES } from "./columns.ts";
import type { CountQuery } from "./count.ts";
import type { ReportCursor } from "./cursor.ts";
import { type Counted, DIMENSION_SQL } from "./dimension.ts";
import { conditionOf } from "./filter.ts";
import type { LogCounts } from "./log-counts.ts";
import { type DecidedOrders, orderCounts } from "./orders.ts";
import { type Ranked, RANKS, type Sort } from "./sort.ts";
import { CODE_COLUMNS, useCounts } from "./uses.ts";
import { wholeSql } from "./whole.ts";

/** Whose rows are there even if all of their numbers are 0: links, codes, a campaign's creators, or a creator's campaigns. */
export type Always = "links" | "codes" | "members" | "memberships" | null;

/** A page of a report. */
export interface PageQuery<Of extends Counted = Counted> extends CountQuery<Of> {
  always: Always;
  sort: Sort;
  limit: number;
  offset: number;
  after: ReportCursor | null;
  /** ISO 4217; `null`: that of the store asked for, else that of most sales. */
  currency: string | null;
}

/** What pages have in common that have every row, from the first on, by orders that a server confirmed. */
export const EVERY_ROW = {
  always: null,
  confirmedOnly: true,
  offset: 0,
  after: null,
  currency: null,
} as const satisfies Partial<PageQuery>;

/** What the log knows for a page. */
export interface Logged {
  counts: LogCounts;
  decided: DecidedOrders | null;
}

/** What clicks, uses of codes and sales are counted by. */
const NUMBERS = [...CLICKS, ...USES, ...SALES, "net"] as const;

/** Numbers of a row; amounts are minor units, sums of them end at `MOST_SUM`. `net` is `gross` less `refunded`. */
export type Numbers = Record<(typeof NUMBERS)[number], number>;

/** A row of the answer: the numbers of one currency, or of clicks and uses, which have none. */
export interface AnswerRow extends Numbers {
  /** `page`: a row that the page has, without numbers; `count`: numbers of such a row; `total`: of all rows; `reported`: the report's currency. */
  kind: "page" | "count" | "total" | "reported";
  /** Of the page. */
  place: number;
  value: string | number | null;
  /** JSON of what the row is named by. */
  names: string;
  key: string;
  start: string | number;
  previous: 0 | 1;
  currency: string | null;
}

/** SQL: that sales which were summed are more than what is only claimed beside them, or can't be said. */
const IS_SOLD = `(conversions <> 0 OR gross <> 0 OR refunded <> 0 OR commission <> 0) AND currency <> '${UNSAID}'`;

/** Where a part of the statement reads clicks, uses of codes and sales. */
type Tables = Readonly<Record<keyof Ranked, string>>;

const SUMMED: Tables = { clicks: "summed_clicks", uses: "summed_uses", sales: "summed_sales" };

/** The same where what is rolled up is read from the totals; no table has uses but that of all. */
const tablesOf = (name: string): Tables => ({ ...SUMMED, clicks: `${name}_clicks`, sales: `${name}_sales` });

/**
 * The statement that reads a page of a report and the row after it, with the total of all rows. It is one, so that nothing comes in
 * between what it reads; what it is given of the log must be of that moment, see `load-log.ts`. `isWhole`: what is rolled up may be read from the totals, see `wholeSpan`.
 */
export function pageStatement(
  d1: D1Database,
  query: PageQuery,
  { counts, decided }: Logged,
  isWhole = false,
): D1PreparedStatement {
  const bindings = new Bindings();
  const only = isWhole ? "waiting" : null;
  const clicks = clickCounts(query, bindings, counts, only);
  const orders = orderCounts(query, bindings, decided, only);
  const uses = useCounts(query, bindings);
  const whole = isWhole ? wholeSql(query, bindings) : null;
  const [totalled, shown] = whole === null ? [SUMMED, SUMMED] : [tablesOf("total"), tablesOf("page")];
  const { names } = DIMENSION_SQL[query.dimension];
  const order = orderOf(query);
  // Limits are written out: of a bound one SQLite supposes that a page has nearly all rows, and plans for that.
  const sql = `WITH ${[...clicks.members, ...orders.members].join(",\n")},
read_clicks (key, start, previous, clicks, uniques) AS NOT MATERIALIZED (${unionAll(clicks.queries)}),
summed_clicks AS MATERIALIZED (${summed(query, "read_clicks", CLICKS)}),
read_uses (key, start, previous, uses) AS NOT MATERIALIZED (${unionAll(uses)}),
summed_uses AS MATERIALIZED (${summed(query, "read_uses", USES)}),
read_sales (key, start, previous, currency, ${SALES.join(", ")})
  AS NOT MATERIALIZED (${unionAll(orders.queries)}),
${[
  `summed_sales AS MATERIALIZED (${summed(query, "read_sales", SALES, "currency")})`,
  ...(whole?.members ?? []),
  `reported AS MATERIALIZED (SELECT ${reportedCurrency(query, totalled.sales, bindings)} AS currency)`,
  `ranked AS (${
    whole === null
      ? rankedRows(query, SUMMED, bindings)
      : unionAll([rankedRows(query, tablesOf("exact"), bindings), plainRows(query, whole.plain, bindings)])
  })`,
].join(",\n")},
page AS MATERIALIZED (
  SELECT key, start, value FROM ranked WHERE ${afterCursor(query, bindings)}
  ORDER BY ${order} LIMIT ${query.limit + 1} OFFSET ${query.offset})
${whole === null ? "" : `, ${whole.pageMembers.join(",\n")}`}
${unionAll([
  `SELECT 'page' AS kind, row_number() OVER (ORDER BY ${order}) AS place, value, ${names.fields} AS names,
    key, start, 0 AS previous, NULL AS currency, ${NUMBERS.map((name) => `0 AS ${name}`).join(", ")}
  FROM page ${names.join}`,
  ...(
    [
      ["clicks", CLICKS, "NULL"],
      ["uses", USES, "NULL"],
      ["sales", SALES, "currency"],
    ] as const
  ).flatMap(([name, own, currency]) => [
    `SELECT 'count', 0, NULL, '', key, start, previous, ${currency}, ${columnsOf(own, (number) => number)}
    FROM ${shown[name]} WHERE (key, start) IN (SELECT key, start FROM page)`,
    ...query.periods.map(({ previous }) => totalOf(totalled[name], own, previous, name === "sales")),
  ]),
  ...otherTotals(totalled.sales),
  `SELECT 'reported', 0, NULL, '', '', '', 0, currency, ${columnsOf([], String)} FROM reported`,
])}`;
  return d1.prepare(sql).bind(...bindings.values);
}

/** SQL: the order of rows. Where there is no value, it is last. */
function orderOf({ sort }: PageQuery): string {
  // From the largest on, what is NULL is last as it is; to say so costs as much again for each row.
  return `${sort.descending ? "value DESC" : "value IS NULL, value ASC"}, key, start`;
}

/**
 * The total of a period in the report's currency. It is no group: sorting all rows for it would take longer
 * than all else.
 */
function totalOf(table: string, own: readonly string[], previous: 0 | 1, isSale: boolean): string {
  return `SELECT 'total', 0, NULL, '', '', '', ${previous}, ${isSale ? "(SELECT currency FROM reported)" : "NULL"},
    ${columnsOf(own, (number) => `coalesce(sum(${number}), 0)`)}
    FROM ${table} WHERE +previous = ${previous} ${isSale ? "AND currency = (SELECT currency FROM reported)" : ""}`;
}

/** The totals of other currencies, which few reports have. */
function otherTotals(sales: string): string[] {
  return [
    `SELECT 'total', 0, NULL, '', '', '', previous, currency, ${columnsOf(SALES, (number) => `sum(${number})`)}
    FROM ${sales} WHERE currency <> (SELECT currency FROM reported) GROUP BY previous, currency`,
  ];
}

const AMOUNTS: ReadonlySet<string> = new Set(["gross", "refunded", "commission", "claimed_sales", "net"]);

/** All numbers, those that a query doesn't have as 0; `sql` is of a number, or of a difference of two. */
function columnsOf(own: readonly string[], sql: (number: string) => string): string {
  return NUMBERS.map((name) => {
    const isOwn = own.includes(name === "net" ? "gross" : name);
    if (!isOwn) return "0";
    const number = sql(name === "net" ? "(gross - refunded)" : name);
    return AMOUNTS.has(name) ? boundedSum(number) : number;
  }).join(", ");
}

/** SQL query of the sums of what was read; those that came to nothing are left out. */
function summed({ interval, periods }: PageQuery, rows: string, numbers: readonly string[], also?: string): string {
  const sums = numbers.map((name) => ({ name, sum: `sum(${name})` }));
  // What is the same in all rows is not sorted by.
  const start = interval === "total" ? "'' AS start" : "start";
  const previous = periods.length === 1 ? "0 AS previous" : "previous";
  const columns = ["key", start, previous, ...(also === undefined ? [] : [also])];
  return `SELECT ${columns.join(", ")}, ${sums.map(({ name, sum }) => `${sum} AS ${name}`).join(", ")} FROM ${rows}
  GROUP BY ${columns.filter((column) => !column.includes(" AS ")).join(", ")}
  HAVING ${sums.map(({ sum }) => `${sum} <> 0`).join(" OR ")}`;
}

function reportedCurrency({ currency, filter }: PageQuery, sales: string, bindings: Bindings): string {
  if (currency !== null) return bindings.add(currency);
  const ofStore =
    filter.store === undefined ? [] : [`(SELECT currency FROM stores WHERE id = ${bindings.add(filter.store)})`];
  return `coalesce(${[
    ...ofStore,
    // Where there is but one, nothing is sorted. What browsers claim beside the sums names no currency.
    `(SELECT min(currency) FROM ${sales} WHERE ${IS_SOLD} HAVING min(currency) = max(currency))`,
    `(SELECT currency FROM ${sales} WHERE ${IS_SOLD} GROUP BY currency
      ORDER BY sum(iif(previous = 0, conversions, 0)) DESC, currency LIMIT 1)`,
    "(SELECT currency FROM stores WHERE deleted_at IS NULL GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1)",
  ].join(", ")})`;
}

/** Every row that tables have, with the value that it is sorted by. */
function rankedRows(query: PageQuery, tables: Tables, bindings: Bindings): string {
  const rank = rankOf(query);
  const of = (table: keyof Ranked, ranked: Ranked | undefined): string => {
    const number = ranked?.[table];
    return number === undefined ? "0" : `iif(previous = 0, ${number}, 0)`;
  };
  const always = alwaysThere(query, bindings);
  // What is the same in all rows is not sorted by.
  const [start, group] = query.interval === "total" ? ["'' AS start", "key"] : ["start", "key, start"];
  // As it is shown: a cursor must find its place again.
  return valued(
    query,
    `SELECT key, ${start}, ${boundedSum("sum(part)")} AS part, sum(whole) AS whole FROM (${unionAll([
      ...(["clicks", "uses", "sales"] as const).map(
        (table) =>
          `SELECT key, start, ${of(table, rank?.sum)} AS part, ${of(table, rank?.over)} AS whole FROM ${tables[table]}`,
      ),
      ...(always === null ? [] : [`SELECT key, '', 0, 0 FROM (${always})`]),
    ])}) GROUP BY ${group}`,
  );
}

/** The same of the totals that have one row a key: as many as a page may need, however many of them are ranked otherwise. */
function plainRows(query: PageQuery, plain: string, bindings: Bindings): string {
  const rank = rankOf(query);
  const of = (ranked: Ranked | undefined): string => ranked?.clicks ?? ranked?.sales ?? "0";
  // A ratio is no whole number that a cursor could lose: bounding each row's part would be a sixth of all that is done.
  const part = rank?.over === undefined ? boundedSum(of(rank?.sum)) : of(rank.sum);
  const rows = `SELECT key, '' AS start, ${part} AS part, ${of(rank?.over)} AS whole FROM (${plain})`;
  return `SELECT key, start, value FROM (
    SELECT key, start, value FROM (${valued(query, rows)}) WHERE ${afterCursor(query, bindings)} ORDER BY ${orderOf(query)}
    LIMIT ${query.limit + 1 + query.offset} + (SELECT count(*) FROM others)
  ) WHERE key NOT IN (SELECT key FROM others)`;
}

function rankOf({ sort: { by } }: PageQuery): { sum: Ranked; over?: Ranked } | null {
  return by === "name" || by === "start" ? null : RANKS[by];
}

/** SQL query of rows with what they are sorted by, given such with `part` and `whole`. */
function valued({ dimension, sort: { by } }: PageQuery, rows: string): string {
  if (by === "name") {
    const { join, sorted } = DIMENSION_SQL[dimension].names;
    return `SELECT key, start, ${sorted} AS value FROM (${rows}) ${join}`;
  }
  if (by === "start") return `SELECT key, start, nullif(start, '') AS value FROM (${rows})`;
  // A division in binary keeps the order of the exact values; what is shown is divided exactly. By 0 it is NULL.
  const value = RANKS[by].over === undefined ? "part" : "part * 1.0 / whole";
  return `SELECT key, start, ${value} AS value FROM (${rows})`;
}

/** SQL query of the keys that have a row in any case. Interval by interval there are none. */
function alwaysThere({ always, filter, interval }: PageQuery, bindings: Bindings): string | null {
  if (always === null || interval !== "total") return null;
  if (always === "links") {
    return `SELECT l.id AS key FROM links l WHERE l.deleted_at IS NULL AND ${conditionOf(filter, LINK_COLUMNS, bindings)}`;
  }
  if (always === "codes") {
    return `SELECT k.id AS key FROM codes k WHERE k.state <> 'retired' AND ${conditionOf(filter, CODE_COLUMNS, bindings)}`;
  }
  const columns = {
    store: null,
    campaign: "m.campaign_id",
    creator: "m.creator_id",
    plan: null,
    link: null,
    code: null,
  };
  const { campaign, creator } = filter;
  return `SELECT ${always === "members" ? "m.creator_id" : "m.campaign_id"} AS key FROM campaign_creators m
    WHERE ${conditionOf({ campaign, creator }, columns, bindings)}`;
}

/** SQL condition that a row comes after the one that a cursor was made of. */
function afterCursor({ after, sort }: PageQuery, bindings: Bindings): string {
  if (after === null) return "TRUE";
  const isLater = `(key, start) > (${bindings.add(after.key)}, ${bindings.add(after.start)})`;
  if (after.value === null) return `value IS NULL AND ${isLater}`;
  const value = bindings.add(after.value);
  return `(value IS NULL OR value ${sort.descending ? "<" : ">"} ${value} OR (value = ${value} AND ${isLater}))`;
}
