import type { AttributionSettings } from "../db/schema/store.ts";
import type { Trust } from "../order/evidence.ts";

/** How a creator came to be named by an order. */
export type TouchKind = "click" | "code" | "customer_click";

/** One candidate for an order's credit, with all that the rules look at. */
export interface Touch {
  /** Unique among the touches of an order: the click id, or `code:` with the code's id. */
  id: string;
  kind: TouchKind;
  trust: Trust;
  /** When it happened, ms UTC; a code's is when the order was placed. */
  time: number;
  creatorId: string | null;
  campaignId: string | null;
  planId: string | null;
  linkId: string | null;
  codeId: string | null;
  /** Of a click's link: `tracking` counts clicks and credits nobody. */
  linkKind: "affiliate" | "tracking" | null;
  /** When the code's text was retired, ms UTC. */
  retiredAt: number | null;
  /** Whether the code rests because its creator was rejected. */
  withdrawn: boolean;
  /** Dates of the plan, ms UTC. */
  planStartsAt: number | null;
  planEndsAt: number | null;
  /** Whether the customer is the creator. */
  ownPurchase: boolean;
}

/** The policy that decides. */
export type Policy = AttributionSettings;

/** One of the models of attribution. */
export type Model = Policy["model"];

/** By what an order was credited. */
export type Method = "click" | "code" | "manual";

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

/** A candidate, and what the rules made of it. */
export interface Candidate {
  touch: Touch;
  eligible: boolean;
  /** Stable code such as `outside_window`; `null` if eligible. */
  reasonCode: string | null;
  /** For people. */
  reason: string;
}

/** Why an order is credited as it is. */
export interface Explanation {
  /** For people: who, and why. */
  decision: string;
  /** Stable name of the rule that chose, such as `last_click`. */
  rule: string;
  /** Grows when the rules change. */
  ruleVersion: number;
  policy: Policy;
  /** In which a touch counts, ms UTC. */
  window: { from: number; to: number };
  candidates: Candidate[];
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
