import { type UnverifiedClick, unverifiedText } from "../order/unverified.ts";
import { judge, windowOf } from "./eligible.ts";
import { candidateText, manualText, nobodyText, ruleText, splitText, type TextContext } from "./text.ts";
import type { Decision, ManualDecision, Method, Model, Policy, Rule, Share, Touch } from "./touch.ts";

/** Grows when the same touches and policy come to give another decision. */
export const RULE_VERSION = 1;

/** All models of attribution. */
export const MODELS = ["last_click", "first_click", "code_wins", "link_wins", "split"] as const satisfies Model[];

/** The parts of an order that decide. */
export interface AttributedOrder {
  /** ms UTC. */
  placedAt: number;
  /** Minor units; `null` while no amount is known. */
  totalMinor: number | null;
}

/** The touch that decides for an owner, and by which rule. */
interface Choice {
  touch: Touch & { creatorId: string };
  rule: Exclude<Rule, "split" | "manual" | "nobody">;
}

/**
 * Says who is credited with an order, in which parts, and why. A decision by hand outranks every rule.
 * Touches may come in any order and more than once. The parts always sum to the total. `unverified` are
 * click ids that came along and can't be believed: they decide nothing, and are named.
 */
export function attribute(
  order: AttributedOrder,
  touches: readonly Touch[],
  policy: Policy,
  manual: ManualDecision | null,
  unverified: readonly UnverifiedClick[] = [],
): Decision {
  const judged = judge(touches, order.placedAt, policy);
  const eligible = judged.flatMap(({ touch, reasonCode }) => (reasonCode === null && isCredited(touch) ? [touch] : []));
  const chosen = manual === null ? choose(eligible, policy) : [];
  const context: TextContext = { placedAt: order.placedAt, windowDays: policy.windowDays, eligible };
  const deciding = new Set<Touch>(chosen.map(({ touch }) => touch));
  const candidates = judged.map((one) => ({
    touch: one.touch,
    eligible: one.reasonCode === null,
    reasonCode: one.reasonCode,
    reason: candidateText(one, deciding.has(one.touch), context),
  }));
  const others = MODELS.filter((model) => manual !== null || model !== policy.model);
  const [first] = chosen;
  const decided =
    manual !== null
      ? byHand(manual, order.totalMinor)
      : first === undefined
        ? {
            shares: [],
            method: null,
            rule: "nobody" as const,
            decision: nobodyText(candidates.length, candidates[0]?.reason, unverified.length > 0),
          }
        : credited([first, ...chosen.slice(1)], order.totalMinor, policy, context);
  return {
    shares: decided.shares,
    method: decided.method,
    explanation: {
      // Whoever is credited by a click, or by hand, has no need of another.
      decision:
        decided.method === "click" || decided.method === "manual"
          ? decided.decision
          : [decided.decision, ...unverified.map(unverifiedText)].join(" "),
      rule: decided.rule,
      ruleVersion: RULE_VERSION,
      policy,
      window: windowOf(order.placedAt, policy.windowDays),
      candidates,
      ...(unverified.length > 0 && { unverified: [...unverified] }),
      wouldHaveBeen: Object.fromEntries(
        others.map((model) => [model, choose(eligible, { ...policy, model })[0]?.touch.creatorId ?? null]),
      ),
    },
  };
}

interface Decided {
  shares: Share[];
  method: Method | null;
  rule: Rule;
  decision: string;
}

function byHand(manual: ManualDecision, totalMinor: number | null): Decided {
  const { creatorId, campaignId, planId } = manual;
  const owner = { campaignId, planId, linkId: null, codeId: null };
  return {
    shares: creatorId === null ? [] : sharesOf([{ ...owner, creatorId }], totalMinor),
    method: "manual",
    rule: "manual",
    decision: manualText(manual),
  };
}

function credited(
  chosen: readonly [Choice, ...Choice[]],
  totalMinor: number | null,
  policy: Policy,
  context: TextContext,
): Decided {
  const [{ touch, rule }] = chosen;
  const owner = ruleText(rule, touch, context);
  const split = policy.model === "split";
  return {
    shares: sharesOf(
      chosen.map((choice) => choice.touch),
      totalMinor,
    ),
    method: touch.kind === "code" ? "code" : "click",
    rule: split ? "split" : rule,
    decision: split
      ? splitText(
          chosen.map((choice) => choice.touch.creatorId),
          owner,
        )
      : owner,
  };
}

/** Who is credited under a policy, the owner first; nobody: empty. `eligible` runs from early to late. */
function choose(eligible: readonly Choice["touch"][], policy: Policy): Choice[] {
  if (policy.model !== "split") return chooseOne(eligible, policy);
  const single: Policy = { ...policy, model: "last_click" };
  const [owner] = chooseOne(eligible, single);
  if (owner === undefined) return [];
  const others = eligible.filter(({ creatorId }) => creatorId !== owner.touch.creatorId);
  // The next in line is who would own it if the ones before were not there.
  return [owner, ...choose(others, policy)];
}

function chooseOne(eligible: readonly Choice["touch"][], { model, codePriority }: Policy): Choice[] {
  const clicks = eligible.filter(({ kind }) => kind !== "code");
  const code = eligible.find(({ kind }) => kind === "code");
  // Of several at the same moment the one with the lowest id.
  const latest = clicks.find(({ time }) => time === clicks.at(-1)?.time);
  const click = model === "first_click" ? clicks[0] : latest;
  const codeFirst = model === "code_wins" || (model !== "link_wins" && codePriority);
  if (code !== undefined && (codeFirst || click === undefined)) {
    const rule = model === "code_wins" ? "code_wins" : codeFirst ? "code_priority" : "code_fallback";
    return [{ touch: code, rule }];
  }
  if (click === undefined) return [];
  const rule = model === "code_wins" ? "click_fallback" : model === "split" ? "last_click" : model;
  return [{ touch: click, rule }];
}

/** Equal parts of a total in whole minor units: what is left over goes to the first of them, one unit each. */
function sharesOf(owners: readonly Omit<Share, "weight" | "amountMinor">[], totalMinor: number | null): Share[] {
  const denominator = owners.length;
  const left = (totalMinor ?? 0) % denominator;
  return owners.map(({ creatorId, campaignId, planId, linkId, codeId }, index) => ({
    creatorId,
    campaignId,
    planId,
    linkId,
    codeId,
    weight: { numerator: 1, denominator },
    amountMinor: totalMinor === null ? null : (totalMinor - left) / denominator + (index < left ? 1 : 0),
  }));
}

function isCredited(touch: Touch): touch is Choice["touch"] {
  return touch.creatorId !== null;
}
