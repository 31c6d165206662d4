import type { SegmentCondition } from "../../ground/model/conversion.ts";
import { BOUGHT_SQL } from "../count/order-goal.ts";
import { dateText, isDateText, isFieldName, normalField } from "../contact/field.ts";
import { foldCase, foldSql } from "./fold.ts";

const DAY_MS = 86_400_000;

/** Never so. */
const NEVER = "0";

/** SQL: what an order `o` comes to by what servers say, less what was given back; minor units of its currency. */
export const NET_MINOR = `max(0, (o.confirmed ->> '$.totalMinor') - coalesce(o.confirmed ->> '$.refundedMinor', 0))`;

/** SQL: its currency; ISO 4217. */
export const NET_CURRENCY = "o.confirmed ->> '$.currency'";

/** SQL: orders `o` of a contact `c`. */
export const ORDERS_OF = "orders o WHERE o.store_id = c.store_id AND o.customer_hash = c.customer_hash";

/** Conditions as SQL. */
export interface SegmentSql {
  /** What holds of a row `c` of `contacts` that meets all of them: never NULL. */
  sql: string;
  /** What has to be bound at the place that was named: all values of the conditions, as JSON. */
  values: string;
}

/** Where values stand, and the time that days are counted back from, ms UTC. */
export interface SegmentPlace {
  /** 3 for `?3`. */
  place: number;
  now: number;
}

/** Keeps a value and answers the SQL that has it. */
type Bind = (value: string | number) => string;

/**
 * Compiles conditions, all of which have to hold, to SQL for a contact `c`. None, and such as make no sense, hold of
 * nobody. Whatever the conditions have of texts and numbers is bound, in one parameter.
 */
export function segmentSql(conditions: readonly SegmentCondition[], { place, now }: SegmentPlace): SegmentSql {
  const values: (string | number)[] = [];
  const bind: Bind = (value) => {
    values.push(value);
    return `json_extract(?${place}, '$[${values.length - 1}]')`;
  };
  const sql = conditions.length === 0 ? NEVER : all(conditions.map((condition) => oneSql(condition, bind, now)));
  return { sql, values: JSON.stringify(values) };
}

/** As a balanced tree: D1 bounds how deep an expression is. */
function all(terms: readonly string[]): string {
  const [only] = terms;
  if (terms.length === 1 && only !== undefined) return only;
  const middle = terms.length >> 1;
  return `(${all(terms.slice(0, middle))} AND ${all(terms.slice(middle))})`;
}

function oneSql(condition: SegmentCondition, bind: Bind, now: number): string {
  switch (condition.about) {
    case "field":
      return fieldSql(condition, bind, now);
    case "event":
    case "goal":
    case "url":
      return eventsSql(condition, bind, now);
    case "order":
      return timesSql(`${ORDERS_OF} AND ${BOUGHT_SQL}`, "o.placed_at", condition, bind, now);
    case "spent":
      return spentSql(condition, bind, now);
    case "click":
      return clicksSql(condition, bind, now);
  }
}

type About<Kind extends SegmentCondition["about"]> = Extract<SegmentCondition, { about: Kind }>;

function fieldSql({ field, is, value }: About<"field">, bind: Bind, now: number): string {
  if (!isFieldName(field)) return is === "missing" || (is === "not_equals" && value !== undefined) ? "1" : NEVER;
  const path = `'$."${field}"'`;
  const type = `json_type(c.fields, ${path})`;
  const it = `json_extract(c.fields, ${path})`;
  if (is === "exists") return `${type} IS NOT NULL`;
  if (is === "missing") return `${type} IS NULL`;
  if (value === undefined) return NEVER;
  const wanted = normalField(value);
  switch (is) {
    case "equals":
      return equalSql(type, it, wanted, bind);
    case "not_equals":
      return `NOT ${equalSql(type, it, wanted, bind)}`;
    case "contains": {
      if (typeof value !== "string" || value === "") return NEVER;
      const folded = foldCase(value);
      return `(${type} IS 'text' AND instr(${foldSql(it, folded)}, ${bind(folded)}) > 0)`;
    }
    case "greater":
    case "less": {
      const sign = is === "greater" ? ">" : "<";
      if (typeof wanted === "number") return `(${isNumber(type)} AND ${it} ${sign} ${bind(wanted)})`;
      return isDateText(wanted) ? `(${isDate(type, it)} AND ${it} ${sign} ${bind(wanted)})` : NEVER;
    }
    case "within_days":
    case "before_days": {
      const from = typeof value === "number" ? dateBefore(now, value) : null;
      if (from === null) return NEVER;
      const then =
        is === "before_days" ? `${it} < ${bind(from)}` : `${it} BETWEEN ${bind(from)} AND ${bind(dateText(now))}`;
      return `(${isDate(type, it)} AND ${then})`;
    }
  }
}

/** Never NULL, so that it can be negated. */
function equalSql(type: string, it: string, wanted: string | number | boolean, bind: Bind): string {
  if (typeof wanted === "boolean") return `(${type} IS '${wanted}')`;
  if (typeof wanted === "number") return `(${isNumber(type)} AND ${it} = ${bind(wanted)})`;
  const folded = foldCase(wanted);
  return `(${type} IS 'text' AND ${foldSql(it, folded)} = ${bind(folded)})`;
}

function isNumber(type: string): string {
  return `coalesce(${type}, '') IN ('integer', 'real')`;
}

function isDate(type: string, it: string): string {
  return `${type} IS 'text' AND ${it} GLOB '????-??-??T??:??:??.???Z'`;
}

/** Where the years of four digits begin: no date of a field is before. */
const YEAR_0 = Date.parse("0000-01-01T00:00:00.000Z");

/** The date so many days before `now`; `null`: it is no number of days. */
function dateBefore(now: number, days: number): string | null {
  return days >= 0 ? dateText(Math.max(YEAR_0, now - days * DAY_MS)) : null;
}

/** What was done at least, or at most, so often. No more rows are read than it takes to tell. */
function timesSql(
  from: string,
  time: string,
  { is, times, withinDays }: Pick<About<"order">, "is" | "times" | "withinDays">,
  bind: Bind,
  now: number,
): string {
  const since = withinDays === undefined ? "" : ` AND ${time} > ${bind(now - withinDays * DAY_MS)}`;
  const count = (limit: number): string =>
    `(SELECT count(*) FROM (SELECT 1 FROM ${from}${since} LIMIT ${bind(limit)}))`;
  return is === "at_least" ? `${count(times)} >= ${bind(times)}` : `${count(times + 1)} <= ${bind(times)}`;
}

const EVENT_KINDS = { event: "track", goal: "conversion", url: "page" } as const;

function eventsSql(condition: About<"event" | "goal" | "url">, bind: Bind, now: number): string {
  const { about, name } = condition;
  const folded = foldCase(name);
  const named = about === "url" ? `instr(${foldSql("e.page", folded)}, ${bind(folded)}) > 0` : `e.name = ${bind(name)}`;
  const from = `visitor_events e WHERE e.contact_id = c.id AND e.kind = '${EVENT_KINDS[about]}' AND ${named}`;
  return timesSql(from, "e.time", condition, bind, now);
}

function spentSql({ is, amountMinor, withinDays }: About<"spent">, bind: Bind, now: number): string {
  const since = withinDays === undefined ? "" : ` AND o.placed_at > ${bind(now - withinDays * DAY_MS)}`;
  const sum = `(SELECT coalesce(sum(${NET_MINOR}), 0) FROM ${ORDERS_OF} AND ${BOUGHT_SQL}${since}
    AND ${NET_CURRENCY} = (SELECT s.currency FROM stores s WHERE s.id = c.store_id))`;
  return `${sum} ${is === "greater" ? ">" : "<"} ${bind(amountMinor)}`;
}

function clicksSql(condition: About<"click">, bind: Bind, now: number): string {
  const { creatorId, campaignId, linkId } = condition;
  const ofLink = [
    ...(creatorId === undefined ? [] : [`l.creator_id = ${bind(creatorId)}`]),
    ...(campaignId === undefined ? [] : [`l.campaign_id = ${bind(campaignId)}`]),
  ];
  const terms = [
    "t.store_id = c.store_id AND t.customer_hash = c.customer_hash",
    ...(linkId === undefined ? [] : [`t.link_id = ${bind(linkId)}`]),
    ...(ofLink.length === 0
      ? []
      : [`EXISTS (SELECT 1 FROM links l WHERE l.id = t.link_id AND ${ofLink.join(" AND ")})`]),
  ];
  return timesSql(`customer_touches t WHERE ${terms.join(" AND ")}`, "t.time", condition, bind, now);
}
