import type { Trust } from "./evidence.ts";

/** How a store credits its orders. */
export interface AttributionSettings {
  model: "last_click" | "first_click" | "code_wins" | "link_wins" | "split";
  windowDays: number;
  codePriority: boolean;
  /**
   * Whose word links a customer to an earlier click: `confirmed` (also where it isn't stored) the shop's
   * server's alone, `any` a browser's too.
   */
  customerClicks?: "confirmed" | "any";
}

/** A click id that came with an order and can't be believed. */
export interface UnverifiedClick {
  /** Why: see `TokenProblem`. */
  problem: string;
  /** Whose word it came by. */
  trust: Trust;
}

/** How a creator came to be named by an order: its own click, code or call, or one of its customer's before it. */
export const TOUCH_KINDS = ["click", "code", "customer_click", "call", "customer_call"] as const;

/** One of {@link TOUCH_KINDS}. */
export type TouchKind = (typeof TOUCH_KINDS)[number];

/** What is so of a call, for the rules to judge. */
export interface TouchCall {
  callId: string;
  /** Of its source, such as `tv`. */
  channel: string;
  /** Whether the store called the customer. */
  outbound: boolean;
  /** Whether somebody talked for as long as a call takes to count. */
  qualified: boolean;
  /** Whether several visitors may have had the number: it counts for what all of them have in common. */
  ambiguous: boolean;
}

/** One candidate for an order's credit, with all that the rules look at. */
export interface Touch {
  /** The click id, or `code:` with the code's id, or `call:` with the call's. Touches that share it are one and count once. */
  id: string;
  kind: TouchKind;
  trust: Trust;
  /** When it happened, ms UTC; a code's is when the order was placed. */
  time: number;
  creatorId: string | null;
  /** When the creator was deleted, ms UTC. */
  creatorDeletedAt: number | null;
  campaignId: string | null;
  planId: string | null;
  linkId: string | null;
  codeId: string | null;
  /** Of the link of a click, or of a call's number: `tracking` counts clicks and credits nobody. `null`: there is none, or no link has this id. */
  linkKind: "affiliate" | "tracking" | null;
  /** Whether the link leads to another store: a cookie knows no stores. */
  otherStore: boolean;
  /** When the code's text was retired, ms UTC. */
  retiredAt: number | null;
  /** Whether the code rested when the order was placed, because its creator was rejected. */
  withdrawn: boolean;
  /** Dates of the plan, ms UTC. */
  planStartsAt: number | null;
  planEndsAt: number | null;
  /** Whether the customer is the creator. */
  ownPurchase: boolean;
  /** Names of the claims that bring it, each a report of a browser; none in what was stored before they were told apart. */
  claims?: readonly string[];
  /** When the first of these came, ms UTC; `null`: there are none. */
  claimedAt?: number | null;
  /** Of calls alone. */
  call?: TouchCall;
}

/** The policy that decides. */
export type Policy = AttributionSettings;

/** One of the models of attribution. */
export type Model = Policy["model"];

/** By what an order, or a conversion, is credited. */
export const METHODS = ["click", "code", "call", "manual"] as const;

/** One of {@link METHODS}. */
export type Method = (typeof METHODS)[number];

/** A part of an order's value. */
export interface Share {
  creatorId: string;
  campaignId: string | null;
  planId: string | null;
  linkId: string | null;
  codeId: string | null;
  /** The part as a fraction of the whole. */
  weight: { numerator: number; denominator: number };
  /** Of the order's total, minor units; `null` while no amount is known. */
  amountMinor: number | null;
}

/** A decision by hand. */
export interface ManualDecision {
  /** `null`: nobody. */
  creatorId: string | null;
  campaignId: string | null;
  planId: string | null;
  reason: string;
  /** Id of the API key, or `bootstrap`. */
  actor: string;
  /** ms UTC. */
  at: number;
}

/** Why a touch does not count, in the order in which the reasons are looked for. */
export const REASON_CODES = [
  "unknown_link",
  "other_store",
  "tracking_link",
  "no_creator",
  "creator_deleted",
  "self_purchase",
  "outbound_call",
  "not_qualified",
  "code_withdrawn",
  "code_retired",
  "plan_not_active",
  "outside_window",
  "browser_link",
  "claimed_only",
  "duplicate",
] as const;

/** One of {@link REASON_CODES}. */
export type ReasonCode = (typeof REASON_CODES)[number];

/** The rule that chose: the model's own, what it falls back on, a hand, or none. */
export type Rule =
  | Model
  | "code_priority"
  | "code_fallback"
  | "click_fallback"
  | "manual"
  /** Nobody yet: what browsers say contradicts itself, and no server says who it is. */
  | "contested"
  | "nobody";

/** A candidate, and what the rules made of it. */
export interface Candidate {
  touch: Touch;
  eligible: boolean;
  /** `null` if eligible. */
  reasonCode: ReasonCode | null;
  /** For people. Names creators by id. */
  reason: string;
}

/** Why an order is credited as it is. */
export interface Explanation {
  /** For people: who, and why. Names creators by id, so that no profile is copied into an order. */
  decision: string;
  rule: Rule;
  /** Grows when the rules change. */
  ruleVersion: number;
  policy: Policy;
  /** In which a touch counts, ms UTC. */
  window: { from: number; to: number };
  candidates: Candidate[];
  /** Click ids that came along and can't be believed; left out where there are none. */
  unverified?: UnverifiedClick[];
  /** Who would own the order under each other model. */
  wouldHaveBeen: Partial<Record<Model, string | null>>;
}

/** The outcome of attribution. */
export interface Decision {
  /** The owner's share first. Empty: nobody is credited. */
  shares: Share[];
  method: Method | null;
  explanation: Explanation;
}
