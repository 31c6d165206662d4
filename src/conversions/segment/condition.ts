import type { SegmentCondition } from "../../ground/model/conversion.ts";
import type { Trust } from "../../ground/model/evidence.ts";

/**
 * Whether a contact of whom nothing is told may come to meet conditions, all of them, by time alone: days go by, and
 * what was done long ago is forgotten. Then all contacts are looked at each day.
 */
export function changesWithTime(conditions: readonly SegmentCondition[]): boolean {
  return conditions.some((condition) => {
    switch (condition.about) {
      case "field":
        // A date that is yet to come is within so many days of itself some day.
        return condition.is === "within_days" || condition.is === "before_days";
      case "spent":
        return condition.is === "less" && condition.withinDays !== undefined;
      case "order":
        return condition.is === "at_most" && condition.withinDays !== undefined;
      default:
        // Events and clicks are not kept for ever.
        return condition.is === "at_most";
    }
  });
}

/**
 * How far it is believed that a contact meets conditions: a server has to have named the contact, and be who tells of
 * all that is asked. Browsers may claim any events and clicks, and to be anybody of whom no more is known.
 */
export function segmentTrust(conditions: readonly SegmentCondition[], contact: Trust): Trust {
  const told = conditions.every(({ about }) => about === "field" || about === "order" || about === "spent");
  return told && contact === "confirmed" ? "confirmed" : "claimed";
}
