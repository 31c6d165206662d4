import type { Judged } from "./eligible.ts";
import type { ManualDecision, ReasonCode, Rule, Touch } from "../../ground/model/attribution.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The last words on a candidate from which the credit follows. */
export const DECIDES = "It decides.";

/** What the sentences say beside who and what. */
export interface TextContext {
  placedAt: number;
  windowDays: number;
  /** The touches that count. */
  eligible: readonly Touch[];
}

/** Why a candidate counts or doesn't, in a sentence or two. `decides`: the credit follows from it. */
export function candidateText({ touch, reasonCode }: Judged, decides: boolean, context: TextContext): string {
  if (reasonCode !== null) return REASONS[reasonCode](touch, context);
  return `${touchText(touch, context)}. ${decides ? DECIDES : "It counts, but it does not decide."}`;
}

const REASONS: Readonly<Record<ReasonCode, (touch: Touch, context: TextContext) => string>> = {
  unknown_link: ({ linkId }) => `The link ${linkId} that was clicked is not known here.`,
  other_store: (touch, context) =>
    `${touchText(touch, context)}, but the ${touch.call === undefined || touch.linkId !== null ? "link leads to" : "plan is of"} another store.`,
  tracking_link: ({ linkId }) => `${linkId} is a tracking link: it counts clicks and credits nobody.`,
  no_creator: (touch, context) =>
    touch.call === undefined
      ? `${touch.linkId ?? touch.codeId} belongs to no creator.`
      : `${touchText(touch, context)}, and belongs to no creator.`,
  creator_deleted: (touch, context) =>
    `${touchText(touch, context)}, but ${touch.creatorId} was deleted before the order was placed.`,
  outbound_call: ({ time }, { placedAt }) =>
    `The store called the customer ${whenText(time, placedAt)}: whom a store calls, no number brought.`,
  not_qualified: (touch, context) => `${touchText(touch, context)}, but nobody talked long enough for it to count.`,
  self_purchase: ({ creatorId }) => `${creatorId} is the customer, and nobody earns by an order of their own.`,
  code_withdrawn: ({ creatorId }) => `${creatorId}'s code was withdrawn when the order was placed.`,
  code_retired: (touch, { placedAt }) =>
    `${touch.creatorId}'s code was used by a text that was retired ${distance(placedAt - (touch.retiredAt ?? placedAt))} before the order.`,
  plan_not_active: (touch, context) => `${touchText(touch, context)}, but ${planText(touch, context)}.`,
  outside_window: (touch, context) =>
    touch.time > context.placedAt
      ? `${touchText(touch, context)}.`
      : `${touchText(touch, context)}, before the window of ${days(context.windowDays)}.`,
  browser_link: (touch, context) =>
    `${touchText(touch, context)}, but only a browser says that it was the customer's, and the store takes the word of its server alone.`,
  duplicate: ({ kind, call }) =>
    `This ${kind === "code" ? "code" : call === undefined ? "click" : "call"} is among the candidates already.`,
  claimed_only: (touch, context) =>
    `${touchText(touch, context)}, but only a browser says so, and it is not what the shop's server names.`,
};

/** Who is credited and why, in a sentence: `touch` is the one that chose the owner. */
export function ruleText(
  rule: Exclude<Rule, "manual" | "contested" | "nobody" | "split">,
  touch: Touch,
  context: TextContext,
) {
  const subject = touchText(touch, context);
  const clicks = context.eligible.filter(({ kind }) => kind !== "code");
  const calls = clicks.filter(({ call }) => call !== undefined);
  const noun = calls.length === 0 ? "click" : calls.length === clicks.length ? "call" : "click or call";
  const window = `in the window of ${days(context.windowDays)}`;
  const place = (name: "first" | "last") => `the ${clicks.length === 1 ? "only" : name} ${noun} ${window}`;
  switch (rule) {
    case "last_click":
      return `${subject}, ${place("last")}.`;
    case "first_click":
      return `${subject}, ${place("first")}.`;
    case "link_wins":
      return `${subject}, ${place("last")}, and a ${touch.call === undefined ? "click" : "call"} wins over every code.`;
    case "click_fallback":
      return `${subject}, ${place("last")}, and no code counts.`;
    case "code_wins":
      return `${subject}, and a code wins over every click.`;
    case "code_priority":
      return `${subject}, and the store has a code go before every click.`;
    case "code_fallback":
      return `${subject}, and no click counts ${window}.`;
  }
}

/** The decision of an order that is split: the owner first. */
export function splitText(creatorIds: readonly string[], owner: string): string {
  if (creatorIds.length === 1) return `${owner} Nobody else is named, so all of the order is ${creatorIds[0]}'s.`;
  return `The order is split into ${creatorIds.length} equal parts for ${list(creatorIds)}. The first of them owns it: ${owner}`;
}

/**
 * The decision of an order that nobody is credited with; `reason`: why its one candidate does not count;
 * `unverified`: a click id came along that can't be believed.
 */
export function nobodyText(candidates: number, reason: string | undefined, unverified: boolean): string {
  if (reason === undefined) {
    const click = unverified ? "no click that can be verified" : "no click";
    return `Nobody is credited: ${click} and no known code came with the order.`;
  }
  return candidates === 1
    ? `Nobody is credited. ${reason}`
    : `Nobody is credited: none of the ${candidates} candidates counts.`;
}

/** The decision of an order for which browsers name different creators, and no server does. */
export function contestedText(eligible: readonly Touch[], crowded: boolean): string {
  const creators = [...new Set(eligible.flatMap(({ creatorId }) => creatorId ?? []))].toSorted();
  const names = creators.length === 0 ? "" : ` They name ${list(creators)}.`;
  const why = crowded ? "more browsers claim it than an order takes" : "browsers contradict each other";
  return `Nobody is credited yet: ${why}, and the shop's server doesn't say who it is.${names} A person has to decide.`;
}

/** A decision by hand. */
export function manualText({ creatorId, reason }: ManualDecision): string {
  return creatorId === null
    ? `It was decided by hand that nobody is credited: ${reason}`
    : `${creatorId} was credited by hand: ${reason}`;
}

/** What happened, without its full stop. */
function touchText({ kind, creatorId, linkId, time, call }: Touch, { placedAt }: TextContext): string {
  if (kind === "code") return `${creatorId}'s code was used in the order`;
  const when = whenText(time, placedAt);
  if (call !== undefined) {
    const number = creatorId === null ? `A number of the channel ${call.channel}` : `${creatorId}'s number`;
    const caller = kind === "customer_call" ? " by the same customer" : "";
    const shared = " (several visitors may have been shown it, and this is what they have in common)";
    return `${number} was called${caller} ${when}${call.ambiguous ? shared : ""}`;
  }
  const link = creatorId === null ? `The link ${linkId}` : `${creatorId}'s link`;
  const by = kind === "customer_click" ? " by the same customer" : "";
  return `${link} was clicked${by} ${when}`;
}

function whenText(time: number, placedAt: number): string {
  return `${distance(Math.abs(placedAt - time))} ${time > placedAt ? "after" : "before"} the order`;
}

/** Some names in a row. */
function list(names: readonly string[]): string {
  const [last, ...others] = names.toReversed();
  return others.length === 0 ? (last ?? "") : `${others.toReversed().join(", ")} and ${last}`;
}

function planText({ planStartsAt, planEndsAt }: Touch, { placedAt, windowDays }: TextContext): string {
  const more = `more than the window of ${days(windowDays)}`;
  return planEndsAt !== null && placedAt > planEndsAt
    ? `its plan had ended ${distance(placedAt - planEndsAt)} earlier, ${more}`
    : `its plan starts ${distance((planStartsAt ?? placedAt) - placedAt)} later, ${more}`;
}

/** A span of time in the largest unit that it fills, rounded down. */
function distance(ms: number): string {
  if (ms < MINUTE_MS) return "less than a minute";
  if (ms < HOUR_MS) return plural(Math.floor(ms / MINUTE_MS), "minute");
  return ms < DAY_MS ? plural(Math.floor(ms / HOUR_MS), "hour") : days(Math.floor(ms / DAY_MS));
}

function days(count: number): string {
  return plural(count, "day");
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
