import { creatorName } from "../../ground/db/names.ts";
import { boundedSum } from "../../ground/money/sum.ts";
import { localHour } from "../../ground/time/local-day.ts";
import { DAY_MS } from "../../ground/time/range.ts";
import type { Bindings } from "../report/bindings.ts";
import { ratio } from "../../ground/money/ratio.ts";
import type { SumsAsked, SumsReport } from "../visits/sums.ts";
import { CURRENCY, IS_FIRST_DEAL, IS_SOLD, NET } from "./sales.ts";

/** What calls are told apart by. */
export const CALLS_BY = [
  "channel",
  "source",
  "number",
  "creator",
  "campaign",
  "link",
  "hour",
  "day",
  "status",
  "match",
] as const;

/** One of {@link CALLS_BY}. */
export type CallsBy = (typeof CALLS_BY)[number];

const NONE = "NULL";

/** SQL of what each shows: a key, and what it is called. */
const KEYS: Readonly<Record<CallsBy, Record<"key" | "name" | "number", string>>> = {
  channel: { key: "s.channel", name: NONE, number: NONE },
  source: { key: "s.channel", name: "nullif(s.source_name, '')", number: NONE },
  number: {
    key: "s.number_id",
    name: "(SELECT n.label FROM phone_numbers n WHERE n.id = s.number_id)",
    // Of no number of the store's it may be a customer's.
    number: "iif(s.number_id IS NULL, NULL, s.number)",
  },
  creator: {
    key: "s.creator_id",
    name: `(SELECT ${creatorName("k")} FROM creators k WHERE k.id = s.creator_id)`,
    number: NONE,
  },
  campaign: {
    key: "s.campaign_id",
    name: "(SELECT g.name FROM campaigns g WHERE g.id = s.campaign_id)",
    number: NONE,
  },
  link: { key: "s.link_id", name: "(SELECT l.slug FROM links l WHERE l.id = s.link_id)", number: NONE },
  hour: { key: "substr(s.span, 12, 2)", name: NONE, number: NONE },
  day: { key: "substr(s.span, 1, 10)", name: NONE, number: NONE },
  status: { key: "s.status", name: NONE, number: NONE },
  match: { key: "s.match", name: NONE, number: NONE },
};

/** Which calls a report is of; what is left out holds for all. */
export interface CallsFilter {
  number?: string | undefined;
  creator?: string | undefined;
  campaign?: string | undefined;
  link?: string | undefined;
  channel?: string | undefined;
  status?: string | undefined;
  match?: string | undefined;
  qualified?: boolean | undefined;
  /** `all`: those that the store made, too. */
  direction: "inbound" | "outbound" | "all";
}

/** A part of what a channel cost, in a stretch of the report: a day or more that begin on `span` (2026-11-30). */
export interface CostRow {
  channel: string;
  span: string;
  /** Minor units of the report's currency. */
  costMinor: number;
}

/** What a report on calls goes by beside its span. */
export interface CallsScope {
  by: CallsBy;
  filter: CallsFilter;
  /** What amounts are of, ISO 4217. */
  currency: string;
  /** What channels cost in a span; `null`: that isn't told of such calls. */
  costs: ((asked: Pick<SumsAsked, "span" | "interval">) => CostRow[]) | null;
}

const FILTERED = {
  number: "number_id",
  creator: "creator_id",
  campaign: "campaign_id",
  link: "link_id",
  channel: "channel",
  status: "status",
  match: "match",
} as const;

/** Sums of calls by one of {@link CALLS_BY}. A call is of the hour of its store in which it began. */
export function callsReport({ by, filter, currency, costs }: CallsScope) {
  return {
    from: (asked, bindings) => `(${callsOf(asked, currency, bindings)} ${costsOf(asked, costs, bindings)}) s`,
    // What isn't a call is a cost, which passes for the channel that is asked for alone.
    where: (bindings) =>
      [
        ...Object.entries(FILTERED).flatMap(([name, column]) => {
          const value = filter[name as keyof typeof FILTERED];
          return value === undefined ? [] : [`s.${column} = ${bindings.add(value)}`];
        }),
        ...(filter.qualified === undefined ? [] : [`s.qualified = ${filter.qualified ? 1 : 0}`]),
        ...(filter.direction === "all" ? [] : [`coalesce(s.direction, '') IN ('', '${filter.direction}')`]),
      ].join(" AND ") || "TRUE",
    keys: KEYS[by],
    sums: {
      calls: "coalesce(sum(s.calls), 0)",
      answered: "coalesce(sum(s.calls AND s.status IN ('completed', 'in_progress')), 0)",
      missed: "coalesce(sum(s.calls AND s.status IN ('missed', 'busy', 'voicemail', 'failed')), 0)",
      qualified: "coalesce(sum(s.qualified), 0)",
      first: "coalesce(sum(s.first), 0)",
      talkSeconds: "coalesce(sum(s.talk_seconds), 0)",
      measured: "coalesce(sum(s.calls AND s.match IN ('lease', 'static')), 0)",
      deals: "coalesce(sum(s.deals), 0)",
      otherDeals: "coalesce(sum(s.other_deals), 0)",
      salesMinor: boundedSum("coalesce(sum(s.sales_minor), 0)"),
      costMinor: boundedSum("coalesce(sum(s.cost_minor), 0)"),
    },
  } satisfies SumsReport<string, string>;
}

/** SQL query of the calls of a store that may be in a span, each with the hour that it began in and the deals it made. */
function callsOf({ storeId, span }: Omit<SumsAsked, "today">, currency: string, bindings: Bindings): string {
  const store = bindings.add(storeId);
  // By the index first: no zone is further from UTC than a day.
  const [from, to] = [Date.parse(span.first) - DAY_MS, Date.parse(span.last) + 2 * DAY_MS].map((t) => bindings.add(t));
  const isNear = `c.store_id = ${store} AND c.started_at >= ${from} AND c.started_at < ${to}`;
  const own = `${CURRENCY} = ${bindings.add(currency)}`;
  return `SELECT c.store_id, ${localHour("st.timezone", "c.started_at")} AS span, 'granted' AS consent, c.channel,
      c.source_name, c.number_id, c.number, c.creator_id, c.campaign_id, c.link_id, c.status, c.match, c.direction,
      1 AS calls, c.qualified, c.caller_call IS 1 AS first, coalesce(c.talk_seconds, 0) AS talk_seconds,
      coalesce(w.deals, 0) AS deals, coalesce(w.other_deals, 0) AS other_deals, coalesce(w.sales_minor, 0) AS sales_minor,
      0 AS cost_minor
    FROM calls c CROSS JOIN stores st ON st.id = c.store_id
    LEFT JOIN (SELECT d.call_id, count(*) AS deals, sum(NOT (${own})) AS other_deals, sum(iif(${own}, ${NET}, 0)) AS sales_minor
      FROM calls c CROSS JOIN call_deals d ON d.call_id = c.id CROSS JOIN stores st ON st.id = c.store_id
      CROSS JOIN orders o ON o.store_id = d.store_id AND o.external_id = d.order_external_id
      WHERE ${isNear} AND ${IS_FIRST_DEAL} AND ${IS_SOLD} GROUP BY d.call_id) w ON w.call_id = c.id
    WHERE ${isNear}`;
}

/** SQL: what channels cost, as rows beside those of calls. */
function costsOf(asked: Omit<SumsAsked, "today">, costs: CallsScope["costs"], bindings: Bindings): string {
  if (costs === null) return "";
  // Each channel's name once: of many channels and days a statement would not take them otherwise.
  const channels = [...Map.groupBy(costs(asked), ({ channel }) => channel)].map(([channel, rows]) => [
    channel,
    rows.map(({ span, costMinor }) => [span, costMinor]),
  ]);
  const rows = bindings.add(JSON.stringify(channels));
  const nothing = (columns: number) => Array.from({ length: columns }, () => "NULL").join(", ");
  return `UNION ALL SELECT ${bindings.add(asked.storeId)}, k.value ->> 0, 'granted', j.value ->> 0, ${nothing(9)},
      0, 0, 0, 0, 0, 0, 0, k.value ->> 1 FROM json_each(${rows}) j CROSS JOIN json_each(j.value, '$[1]') k`;
}

type Sums = Record<keyof ReturnType<typeof callsReport>["sums"], number>;

/** What of calls is shown. Amounts are minor units of `currency`; where costs aren't told they are `null`. */
export function callFigures(sums: Sums, { currency, costs }: Pick<CallsScope, "currency" | "costs">) {
  const { calls, answered, missed, qualified, first, talkSeconds, measured, deals, otherDeals, salesMinor } = sums;
  const costMinor = costs === null ? null : sums.costMinor;
  // Where nothing was entered, nothing is said of what one cost.
  const per = (count: number) => (costMinor === null || costMinor === 0 ? null : ratio(costMinor, count));
  return {
    calls,
    answered,
    missed,
    // Whose phone rings still, or of which no carrier told the end.
    open: calls - answered - missed,
    missedShare: ratio(missed, calls),
    qualified,
    firstTimeCallers: first,
    talkSeconds,
    averageTalkSeconds: answered === 0 ? null : Math.round(talkSeconds / answered),
    measured,
    measuredShare: ratio(measured, calls),
    deals,
    otherDeals,
    currency,
    salesMinor,
    costMinor,
    costPerCallMinor: per(calls),
    costPerQualifiedMinor: per(qualified),
  };
}

/** What rows of `GET /reports/calls` can be sorted by. */
export const CALLS_SORTS = [
  "key",
  "name",
  "start",
  "calls",
  "answered",
  "missed",
  "qualified",
  "talkSeconds",
  "deals",
  "salesMinor",
  "costMinor",
] as const;

/** What rows of `GET /reports/channels` can be sorted by. */
export const CHANNELS_SORTS = [
  "channel",
  "visits",
  "clicks",
  "calls",
  "qualified",
  "orders",
  "salesMinor",
  "commissionMinor",
  "costMinor",
  "spentMinor",
] as const;
