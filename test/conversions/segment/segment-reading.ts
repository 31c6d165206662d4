import type { SegmentCondition } from "../../../src/ground/model/conversion.ts";
import type { FieldValue } from "../../../src/conversions/contact/field.ts";

const DAY = 86_400_000;

/** All that is known of a contact. */
export interface Known {
  fields: Record<string, FieldValue>;
  events: { kind: string; name: string | null; page: string | null; time: number }[];
  orders: {
    bought: boolean;
    currency: string;
    totalMinor: number;
    refundedMinor: number | null;
    placedAt: number;
  }[];
  clicks: { linkId: string; creatorId: string; campaignId: string | null; time: number }[];
}

/** Whether a contact meets all conditions, by the words of docs/contacts.md and nothing else. */
export function meets(conditions: readonly SegmentCondition[], known: Known, now: number, currency: string): boolean {
  return conditions.length > 0 && conditions.every((condition) => meetsOne(condition, known, now, currency));
}

function meetsOne(condition: SegmentCondition, known: Known, now: number, currency: string): boolean {
  switch (condition.about) {
    case "field":
      return meetsField(condition, known.fields, now);
    case "event":
      return often(
        condition,
        known.events.filter(({ kind, name }) => kind === "track" && name === condition.name),
        now,
      );
    case "goal":
      return often(
        condition,
        known.events.filter(({ kind, name }) => kind === "conversion" && name === condition.name),
        now,
      );
    case "url":
      return often(
        condition,
        known.events.filter(({ kind, page }) => kind === "page" && folded(page ?? "").includes(folded(condition.name))),
        now,
      );
    case "order": {
      const bought = known.orders.filter((order) => order.bought).map(({ placedAt }) => ({ time: placedAt }));
      return often(condition, bought, now);
    }
    case "spent": {
      let sum = 0;
      for (const order of known.orders) {
        if (!order.bought || order.currency !== currency || !recent(order.placedAt, condition.withinDays, now))
          continue;
        sum += Math.max(0, order.totalMinor - (order.refundedMinor ?? 0));
      }
      return condition.is === "greater" ? sum > condition.amountMinor : sum < condition.amountMinor;
    }
    case "click":
      return often(
        condition,
        known.clicks.filter(
          ({ linkId, creatorId, campaignId }) =>
            (condition.linkId === undefined || condition.linkId === linkId) &&
            (condition.creatorId === undefined || condition.creatorId === creatorId) &&
            (condition.campaignId === undefined || condition.campaignId === campaignId),
        ),
        now,
      );
  }
}

function often(
  { is, times, withinDays }: { is: "at_least" | "at_most"; times: number; withinDays?: number | undefined },
  done: readonly { time: number }[],
  now: number,
): boolean {
  const count = done.filter(({ time }) => recent(time, withinDays, now)).length;
  return is === "at_least" ? count >= times : count <= times;
}

function recent(time: number, days: number | undefined, now: number): boolean {
  return days === undefined || time > now - days * DAY;
}

function meetsField(
  { field, is, value }: Extract<SegmentCondition, { about: "field" }>,
  fields: Record<string, FieldValue>,
  now: number,
): boolean {
  const it = Object.hasOwn(fields, field) ? fields[field] : undefined;
  switch (is) {
    case "exists":
      return it !== undefined;
    case "missing":
      return it === undefined;
    case "equals":
      return same(it, value);
    case "not_equals":
      return value !== undefined && !same(it, value);
    case "contains":
      return typeof it === "string" && typeof value === "string" && value !== "" && folded(it).includes(folded(value));
    case "greater":
    case "less": {
      const [a, b] = [amountOf(it), amountOf(value)];
      // Numbers are compared with numbers, dates with dates.
      if (a === null || b === null || typeof it !== typeof value) return false;
      return is === "greater" ? a > b : a < b;
    }
    case "within_days":
    case "before_days": {
      const date = typeof it === "string" ? amountOf(it) : null;
      if (date === null || typeof value !== "number" || value < 0) return false;
      const days = (now - date) / DAY;
      return is === "before_days" ? days > value : days >= 0 && days <= value;
    }
  }
}

function same(a: FieldValue | undefined, b: FieldValue | undefined): boolean {
  if (typeof a !== "string" || typeof b !== "string") return a !== undefined && a === b;
  const [first, second] = [amountOf(a), amountOf(b)];
  if (first !== null && second !== null) return first === second;
  return folded(a) === folded(b);
}

/** A number, or the time of a date; `null` of anything else. */
function amountOf(value: FieldValue | undefined): number | null {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}/.test(value)) return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : time;
}

function folded(text: string): string {
  return text.toLowerCase();
}
