import { attribute } from "../attribution/attribute.ts";
import type { Explanation, ManualDecision, Method, Policy, Share, Touch } from "../../ground/model/attribution.ts";
import type { OrderStatus } from "../../ground/model/order.ts";
import type { UnverifiedClick } from "../../ground/model/attribution.ts";
import { stateOf, type StateFacts } from "./state.ts";

/** What a judgement looks at of an order. */
export interface JudgedOrder extends Omit<StateFacts, "owned" | "contested"> {
  totalMinor: number | null;
  /** ms UTC. */
  placedAt: number;
  /** See `AttributedOrder`. */
  crowded: boolean;
}

/** Who is credited with an order, why, and where it stands by that. */
export interface Judgement {
  status: OrderStatus;
  /** Whether a person has to decide whose it is. */
  contested: boolean;
  /** When the claim came that the credit rests on, ms UTC; `null`: it rests on a server's word, or a person's. */
  claimedAt: number | null;
  touches: Touch[];
  explanation: Explanation;
  shares: Share[];
  method: Method | null;
  /** This and what follows: of the owner's share. */
  creatorId: string | null;
  campaignId: string | null;
  planId: string | null;
  linkId: string | null;
  codeId: string | null;
}

/**
 * Judges an order by the touches that compete for it. The order in which they come makes no difference.
 * `unverified` are click ids that came along and can't be believed.
 */
export function judge(
  order: JudgedOrder,
  touches: readonly Touch[],
  policy: Policy,
  manual: ManualDecision | null,
  unverified: readonly UnverifiedClick[] = [],
): Judgement {
  const { shares, method, explanation } = attribute(order, touches, policy, manual, unverified);
  const owner = shares[0];
  const contested = explanation.rule === "contested";
  return {
    status: stateOf({ ...order, owned: owner !== undefined, contested }),
    contested,
    claimedAt: method === "manual" ? null : claimedAtOf(shares, explanation),
    touches: explanation.candidates.map(({ touch }) => touch),
    explanation,
    shares,
    method,
    creatorId: owner?.creatorId ?? null,
    campaignId: owner?.campaignId ?? null,
    planId: owner?.planId ?? null,
    linkId: owner?.linkId ?? null,
    codeId: owner?.codeId ?? null,
  };
}

/** When the last of the owners was first claimed, of those whom no server names; see `Judgement`. */
export function claimedAtOf(shares: readonly Share[], { candidates }: Explanation): number | null {
  const claims = shares.flatMap(({ creatorId }) => {
    const touches = candidates.filter(({ eligible, touch }) => eligible && touch.creatorId === creatorId);
    if (touches.some(({ touch }) => touch.trust === "confirmed")) return [];
    const times = touches.flatMap(({ touch }) => touch.claimedAt ?? []);
    return times.length === 0 ? [] : [Math.min(...times)];
  });
  return claims.length === 0 ? null : Math.max(...claims);
}
