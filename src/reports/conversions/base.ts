import { localDay } from "../../ground/time/local-day.ts";
import { DAY_MS, type ReportSpan } from "../../ground/time/range.ts";
import type { Bindings } from "../report/bindings.ts";
import { conditionOf } from "../report/filter.ts";

/** What a report on conversions is asked. */
export interface ConversionsAsked {
  span: ReportSpan;
  interval: "day" | "total";
  by: "definition" | "creator";
  store: string | undefined;
  definition: string | undefined;
  creator: string | undefined;
  campaign: string | undefined;
}

/** Whether it is about whom conversions are credited to: each share of one is looked at by itself then. */
export function asksForCredit({ by, creator, campaign }: ConversionsAsked): boolean {
  return by === "creator" || creator !== undefined || campaign !== undefined;
}

/** SQL: whether it is known whose the conversion `c` is: a contact's, a visitor's or a customer's. */
const TOLD_APART = "substr(c.subject, 1, 2) IN ('c:', 'v:', 'h:')";

/** SQL: the day of a time of the store `st`, or nothing where all are one. */
export function startOf(interval: ConversionsAsked["interval"], time: string): string {
  return interval === "day" ? localDay("st.timezone", time) : "''";
}

/** SQL condition on a time of the store `st` that it is in a span: days are its own. */
export function within(span: ReportSpan, time: string, bindings: Bindings): string {
  if (span.by === "moments") return `${time} >= ${bindings.add(span.from)} AND ${time} < ${bindings.add(span.to)}`;
  // By the index first: no zone is further from UTC than a day.
  const [from, to] = [Date.parse(span.first) - DAY_MS, Date.parse(span.last) + 2 * DAY_MS];
  return `${time} >= ${bindings.add(from)} AND ${time} < ${bindings.add(to)}
    AND ${localDay("st.timezone", time)} BETWEEN ${bindings.add(span.first)} AND ${bindings.add(span.last)}`;
}

/** SQL: that the definition of the conversion `c` isn't being deleted: for whoever asks, one that is has gone already. */
export const IS_THERE = "c.definition_id NOT IN (SELECT id FROM conversions_due WHERE kind = 'deletion')";

const SHARE = {
  campaign: "s.value ->> 'campaignId'",
  plan: "s.value ->> 'planId'",
  creator: "s.value ->> 'creatorId'",
};

/**
 * SQL: members `base` and `parts` of a `WITH`. `base` has a row for each conversion of the span, or for each share of one
 * where it is asked for credit: that of the first share counts (`counts`), each has its own value. `parts` has what they
 * come to by currency.
 */
export function baseOf(asked: ConversionsAsked, bindings: Bindings): string {
  const credit = asksForCredit(asked);
  const { store, creator, campaign, definition } = asked;
  const columns = {
    store: "st.id",
    plan: SHARE.plan,
    creator: SHARE.creator,
    campaign: SHARE.campaign,
    link: null,
    code: null,
  };
  const filter = conditionOf(credit ? { store, creator, campaign } : { store }, columns, bindings);
  const ofDefinition = definition === undefined ? "TRUE" : `c.definition_id = ${bindings.add(definition)}`;
  const creatorOf = asked.by === "creator" ? SHARE.creator : "NULL";
  return `base AS MATERIALIZED (
    SELECT c.id, c.definition_id, ${startOf(asked.interval, "c.time")} AS start, ${creatorOf} AS creator_id,
      ${credit ? SHARE.creator : "NULL"} AS earner_id, ${credit ? "coalesce(s.key, 0) = 0" : "TRUE"} AS counts,
      c.uncounted, c.origin, c.trust, iif(${TOLD_APART}, c.subject, NULL) AS subject,
      ${credit ? "iif(s.key IS NULL, c.value_minor, s.value ->> 'amountMinor')" : "c.value_minor"} AS value_minor,
      c.commission IN ('pending', 'approved') AND c.contested = 0 AND c.origin <> 'backfill' AS earns
    FROM stores st CROSS JOIN conversions c ON c.store_id = st.id
      ${credit ? "LEFT JOIN json_each(c.shares) s" : ""}
    WHERE ${within(asked.span, "c.time", bindings)} AND ${ofDefinition} AND ${filter} AND ${IS_THERE}
  ), parts AS (
    SELECT b.start, b.definition_id, b.creator_id, d.currency, b.value_minor, 0 AS commission_minor
    FROM base b JOIN conversion_definitions d ON d.id = b.definition_id
    WHERE b.uncounted IS NULL AND b.value_minor IS NOT NULL
    UNION ALL
    SELECT b.start, b.definition_id, b.creator_id, m.currency, 0, m.amount_minor
    FROM base b CROSS JOIN conversion_commissions m ON m.conversion_id = b.id
    WHERE b.uncounted IS NULL AND b.earns ${credit ? "AND m.creator_id = b.earner_id" : ""}
  )`;
}

/** SQL: the counts of rows of `base`. */
export const COUNTS = `coalesce(sum(counts AND uncounted IS NULL), 0) AS conversions,
  count(DISTINCT iif(counts AND uncounted IS NULL, subject, NULL)) AS converters,
  coalesce(sum(counts AND uncounted IS NULL AND subject IS NULL), 0) AS notToldApart,
  coalesce(sum(counts AND uncounted IS NULL AND trust = 'claimed'), 0) AS claimed,
  coalesce(sum(counts AND uncounted IS NULL AND origin = 'backfill'), 0) AS backfilled,
  coalesce(sum(counts AND uncounted IS 'limit'), 0) AS overLimit,
  coalesce(sum(counts AND uncounted IS 'withdrawn'), 0) AS withdrawn`;

/**
 * SQL query of the distinct visitors and contacts of the span, as rows `store_id`, `start` and `visitors`. Who converted
 * was there, whether an event tells of it or not: events are kept for 90 days, and servers tell of conversions alone.
 * `interval` may be another than the report's.
 */
export function visitorsOf(
  { span, store, definition }: ConversionsAsked,
  interval: ConversionsAsked["interval"],
  bindings: Bindings,
): string {
  const ofStore =
    definition === undefined
      ? conditionOf(
          { store },
          { store: "st.id", campaign: null, creator: null, plan: null, link: null, code: null },
          bindings,
        )
      : `st.id = (SELECT store_id FROM conversion_definitions WHERE id = ${bindings.add(definition)})`;
  return `SELECT store_id, start, count(DISTINCT subject) AS visitors FROM (
    SELECT e.store_id, ${startOf(interval, "e.time")} AS start,
      coalesce('c:' || e.contact_id, 'v:' || e.visitor_hash) AS subject
    FROM stores st CROSS JOIN visitor_events e ON e.store_id = st.id
    WHERE ${within(span, "e.time", bindings)} AND ${ofStore}
    UNION ALL
    SELECT c.store_id, ${startOf(interval, "c.time")}, c.subject FROM stores st CROSS JOIN conversions c ON c.store_id = st.id
    WHERE ${within(span, "c.time", bindings)} AND ${ofStore} AND c.uncounted IS NULL AND ${TOLD_APART}
  ) GROUP BY store_id, start`;
}
