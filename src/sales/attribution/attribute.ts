import type { UnverifiedClick } from "../../ground/model/attribution.ts";
import { unverifiedText } from "../order/unverified.ts";
import { isContested } from "./contest.ts";
import { creditOf, isNamed, judge, type Judged, windowOf } from "./eligible.ts";
import { candidateText, contestedText, manualText, nobodyText, ruleText, splitText, type TextContext } from "./text.ts";
import type {
  Decision,
  ManualDecision,
  Method,
  Model,
  Policy,
  Rule,
  Share,
  Touch,
} from "../../ground/model/attribution.ts";

/** Grows when the same touches and policy come to give another decision. */
export const RULE_VERSION = 3;

/** All models of attribution. */
export const MODELS = ["last_click", "first_click", "code_wins", "link_wins", "split"] as const satisfies Model[];

/** The parts of an order that decide. */
export interface AttributedOrder {
  /** ms UTC. */
  placedAt: number;
  /** Minor units; `null` while no amount is known. */
  totalMinor: number | null;
  /** Whether some claims may be missing, so many came. */
  crowded: boolean;
  /** When its commission was first approved, ms UTC: what is approved is contested no more. */
  approvedAt: number | null;
}

/** The touch that decides for an owner, and by which rule. */
interface Choice {
  touch: Credited;
  rule: Exclude<Rule, "split" | "manual" | "contested" | "nobody">;
}

/** A touch that counts. */
export type Credited = Touch & { creatorId: string };

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
  const chosen = manual === null ? decide(eligible, judged, order, policy) : [];
  const context: TextContext = { placedAt: order.placedAt, windowDays: policy.windowDays, eligible };
  const deciding = new Set<Touch>((chosen ?? []).map(({ touch }) => touch));
  const candidates = judged.map((one) => ({
    touch: one.touch,
    eligible: one.reasonCode === null,
    reasonCode: one.reasonCode,
    reason: candidateText(one, deciding.has(one.touch), context),
  }));
  const others = MODELS.filter((model) => manual !== null || model !== policy.model);
  const decided =
    manual !== null
      ? byHand(manual, order.totalMinor)
      : chosen === null
        ? { ...NOBODY, rule: "contested" as const, decision: contestedText(eligible, order.crowded) }
        : isSome(chosen)
          ? credited(chosen, order.totalMinor, policy, context)
          : {
              ...NOBODY,
              rule: "nobody" as const,
              decision: nobodyText(candidates.length, candidates[0]?.reason, unverified.length > 0),
            };
  return {
    shares: decided.shares,
    method: decided.method,
    explanation: {
      // Whoever is credited by a click, a call or a hand has no need of another click.
      decision:
        decided.method !== null && decided.method !== "code"
          ? decided.decision
          : [decided.decision, ...unverified.map(unverifiedText)].join(" "),
      rule: decided.rule,
      ruleVersion: RULE_VERSION,
      policy,
      window: windowOf(order.placedAt, policy.windowDays),
      candidates,
      ...(unverified.length > 0 && { unverified: [...unverified] }),
      wouldHaveBeen: Object.fromEntries(
        others.map((model) => [
          model,
          decide(eligible, judged, order, { ...policy, model })?.[0]?.touch.creatorId ?? null,
        ]),
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

const NOBODY = { shares: [], method: null };

function isSome<Item>(items: readonly Item[]): items is readonly [Item, ...Item[]] {
  return items.length > 0;
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
    method: methodOf(touch),
    rule: split ? "split" : rule,
    decision: split
      ? splitText(
          chosen.map((choice) => choice.touch.creatorId),
          owner,
        )
      : owner,
  };
}

/**
 * Who is credited with an order under a policy, the owner first; nobody: empty; `null`: it is contested.
 * What a server confirms decides alone. A claim that agrees with a code of it shows at most by which link
 * the same creator's sale came.
 */
function decide(
  eligible: readonly Credited[],
  judged: readonly Judged[],
  { crowded, approvedAt }: AttributedOrder,
  policy: Policy,
): Choice[] | null {
  const confirmed = eligible.filter(({ trust }) => trust === "confirmed");
  const named = judged.some(({ touch }) => touch.trust === "confirmed" && isNamed(touch));
  if (confirmed.length > 0) {
    const choices = choose(confirmed, policy);
    return named ? choices : choices.map((choice) => byLink(choice, eligible, policy));
  }
  const ownersBy = (some: readonly Credited[]) => choose(some, policy).map(({ touch }) => touch.creatorId);
  if (!named && approvedAt === null && (crowded || isContested(eligible, judged, ownersBy))) return null;
  return choose(eligible, policy);
}

/** A code that decides because no click or call is confirmed gives way to a claimed one that credits the same. */
function byLink(choice: Choice, eligible: readonly Credited[], policy: Policy): Choice {
  if (choice.rule !== "code_fallback") return choice;
  const alike = eligible.filter(
    ({ kind, ...touch }) => kind !== "code" && creditOf({ ...touch, kind }) === creditOf(choice.touch),
  );
  return chooseOne(alike, policy)[0] ?? choice;
}

/** Who is credited by touches under a policy, the owner first; nobody: empty. `eligible` runs from early to late. */
function choose(eligible: readonly Credited[], policy: Policy): Choice[] {
  if (policy.model !== "split") return chooseOne(eligible, policy);
  const single: Policy = { ...policy, model: "last_click" };
  const [owner] = chooseOne(eligible, single);
  if (owner === undefined) return [];
  const others = eligible.filter(({ creatorId }) => creatorId !== owner.touch.creatorId);
  // The next in line is who would own it if the ones before were not there.
  return [owner, ...choose(others, policy)];
}

function chooseOne(eligible: readonly Credited[], { model, codePriority }: Policy): Choice[] {
  // Calls count as clicks do: when one was made is when it happened.
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

function methodOf({ kind }: Touch): Method {
  if (kind === "code") return "code";
  return kind === "call" || kind === "customer_call" ? "call" : "click";
}

function isCredited(touch: Touch): touch is Credited {
  return touch.creatorId !== null;
}
