import type { EventCondition, SegmentCondition, Trigger } from "../../ground/model/conversion.ts";
import { majorOf } from "../../ground/money/amount.ts";

/** What a trigger is put into words with. */
export interface Wording {
  /** The definition's own key, which its script says. */
  key: string;
  /** ISO 4217: the definition's, and the store's. */
  currency: string;
  storeCurrency: string;
  /** Names of the definitions that triggers wait for, by id. */
  names: ReadonlyMap<string, string>;
}

/** A trigger in words, for people: "A page whose address contains “/thanks”, where country is “DE”". */
export function triggerWords(trigger: Trigger, wording: Wording): string {
  switch (trigger.type) {
    case "url":
      return `A page whose address ${MATCHES[trigger.url.is]} ${quoted(trigger.url.value)}${whereWords(trigger.where)}`;
    case "event":
      return `The event ${quoted(trigger.event)}${whereWords(trigger.where)}`;
    case "script":
      return `A page runs wm('conversion', '${wording.key}')${whereWords(trigger.where)}`;
    case "segment":
      return `A contact comes to meet all of: ${trigger.all.map((one) => segmentWords(one, wording)).join("; ")}`;
    case "conversion": {
      const name = wording.names.get(trigger.definitionId);
      return `The conversion ${name === undefined ? trigger.definitionId : quoted(name)}`;
    }
    case "identified":
      return "An anonymous visitor becomes known";
    case "order":
      return orderWords(trigger, wording.currency);
    case "call":
      return callWords(trigger);
    case "manual":
      return "Recorded by hand or by a server";
  }
}

const MATCHES = { equals: "is", contains: "contains", starts: "starts with" } as const;

const COMPARES = {
  equals: "is",
  not_equals: "is not",
  contains: "contains",
  greater: "is more than",
  less: "is less than",
} as const;

function quoted(text: string): string {
  return `“${text}”`;
}

function compared({ is, value }: Pick<Extract<SegmentCondition, { about: "field" }>, "is" | "value">): string {
  const shown = typeof value === "string" ? quoted(value) : String(value);
  switch (is) {
    case "exists":
      return "is there";
    case "missing":
      return "is not there";
    case "within_days":
      return `is a day of the last ${shown} days`;
    case "before_days":
      return `is a day more than ${shown} days ago`;
    default:
      return `${COMPARES[is]} ${shown}`;
  }
}

function whereWords(where: readonly EventCondition[]): string {
  if (where.length === 0) return "";
  return `, where ${where.map(({ property, ...rest }) => `${property} ${compared(rest)}`).join(" and ")}`;
}

function orderWords({ which, minimumMinor, skus }: Extract<Trigger, { type: "order" }>, currency: string): string {
  const whose = {
    any: "An order is bought",
    first: "A customer's first order is bought",
    returning: "An order of a customer who bought before is bought",
  };
  const least = minimumMinor === null ? "" : `, of ${majorOf(minimumMinor, currency)} ${currency} or more`;
  return `${whose[which]}${least}${skus.length === 0 ? "" : `, with ${either(skus)} in it`}`;
}

function callWords({ minTalkSeconds, numbers }: Extract<Trigger, { type: "call" }>): string {
  const long = minTalkSeconds === 0 ? "A call" : `A call of ${minTalkSeconds} seconds or more`;
  return numbers.length === 0 ? long : `${long} to ${either(numbers)}`;
}

/** Names of which one has to be: the first few of them. */
function either(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(" or ");
  return names.length > 3 ? `${shown} or one of ${names.length - 3} others` : shown;
}

function segmentWords(condition: SegmentCondition, { storeCurrency }: Wording): string {
  switch (condition.about) {
    case "field":
      return `its field ${condition.field} ${compared(condition)}`;
    case "event":
      return `the event ${quoted(condition.name)} ${timesWords(condition)}`;
    case "goal":
      return `the script ${quoted(condition.name)} ${timesWords(condition)}`;
    case "url":
      return `a page whose address contains ${quoted(condition.name)} ${timesWords(condition)}`;
    case "order":
      return `bought ${timesWords(condition)}`;
    case "spent":
      return `spent ${condition.is === "greater" ? "more" : "less"} than ${majorOf(condition.amountMinor, storeCurrency)} ${storeCurrency}${daysWords(condition.withinDays)}`;
    case "click":
      return `clicked ${clickedWords(condition)} ${timesWords(condition)}`;
  }
}

function clickedWords({ creatorId, campaignId, linkId }: Extract<SegmentCondition, { about: "click" }>): string {
  const of = [linkId, creatorId && `of ${creatorId}`, campaignId && `in ${campaignId}`].filter(
    (one) => one !== undefined,
  );
  return of.length === 0 ? "a link" : `${linkId === undefined ? "a link " : ""}${of.join(" ")}`;
}

function timesWords({ is, times, withinDays }: { is: string; times: number; withinDays?: number | undefined }): string {
  const often = `${times} time${times === 1 ? "" : "s"}`;
  const words = is === "at_least" ? `${often} at least` : times === 0 ? "never" : `${often} at most`;
  return `${words}${daysWords(withinDays)}`;
}

function daysWords(days: number | undefined): string {
  if (days === undefined) return "";
  return days === 1 ? " within a day" : ` within ${days} days`;
}
