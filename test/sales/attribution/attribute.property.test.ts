import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attribute, MODELS } from "../../../src/sales/attribution/attribute.ts";
import type { Decision, Policy, Touch } from "../../../src/ground/model/attribution.ts";
import { isNamed } from "../../../src/sales/attribution/eligible.ts";
import { DAY_MS, PLACED_AT } from "./attribute-fixtures.ts";

const near = fc.integer({ min: -40 * DAY_MS, max: DAY_MS }).map((offset) => PLACED_AT + offset);
const rarely = fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: near });
const seldom = fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });

const touchArb: fc.Arbitrary<Touch> = fc
  .record({
    kind: fc.constantFrom("click", "code", "customer_click", "call", "customer_call"),
    number: fc.nat(7),
    trust: fc.constantFrom("claimed", "claimed", "confirmed"),
    // Few different times, so that some are the same.
    time: fc.oneof(near, fc.constantFrom(PLACED_AT - DAY_MS, PLACED_AT - 30 * DAY_MS, PLACED_AT - 31 * DAY_MS)),
    creatorId: fc.oneof({ weight: 8, arbitrary: fc.constantFrom("lea", "nora", "mia", "zoe") }, fc.constant(null)),
    creatorDeletedAt: rarely,
    planId: fc.constantFrom("pln_1", null),
    linkKind: fc.constantFrom("affiliate", "affiliate", "affiliate", "tracking", null),
    otherStore: seldom,
    retiredAt: rarely,
    withdrawn: seldom,
    planStartsAt: rarely,
    planEndsAt: rarely,
    ownPurchase: seldom,
    claims: fc.subarray(["a", "b", "c"]),
    call: fc.record({
      channel: fc.constantFrom("tv", "website"),
      outbound: seldom,
      qualified: seldom.map((not) => !not),
      ambiguous: seldom,
    }),
  } as const)
  .map(({ kind, number, call, ...parts }): Touch => {
    const shared = { ...parts, kind, campaignId: null };
    if (kind === "call" || kind === "customer_call") {
      const callId = `cal_${number}`;
      const own = { retiredAt: null, withdrawn: false, linkId: null, codeId: null };
      // Servers and carriers tell of calls: a claim can be at most that one is a customer's.
      const trust = kind === "call" ? "confirmed" : parts.trust;
      return { ...shared, ...own, id: `call:${callId}`, trust, claims: [], call: { callId, ...call } };
    }
    return kind === "code"
      ? { ...shared, id: `code:${number}`, time: PLACED_AT, linkId: null, linkKind: null, codeId: `cod_${number}` }
      : { ...shared, id: `clk_${number}`, linkId: `lnk_${number}`, codeId: null, retiredAt: null, withdrawn: false };
  });

const touchesArb = fc.array(touchArb, { maxLength: 9 });
const policyArb: fc.Arbitrary<Policy> = fc.record({
  model: fc.constantFrom(...MODELS),
  windowDays: fc.constantFrom(1, 7, 30, 31, 400),
  codePriority: fc.boolean(),
  customerClicks: fc.constantFrom("confirmed", "any"),
});
const totalArb = fc.oneof(fc.constantFrom(0, 1, 2, 3, Number.MAX_SAFE_INTEGER), fc.maxSafeNat());

const run = (touches: readonly Touch[], policy: Policy, totalMinor: number | null = 10_000): Decision =>
  attribute({ placedAt: PLACED_AT, totalMinor, crowded: false, approvedAt: null }, touches, policy, null);

/** What a decision comes to, without what was said of candidates. */
const outcome = ({ shares, method, explanation }: Decision) => ({
  shares,
  method,
  rule: explanation.rule,
  wouldHaveBeen: explanation.wouldHaveBeen,
});

const RUNS = { numRuns: 500 };

describe("attribution", () => {
  it("does not depend on the order in which touches come", () => {
    const shuffled = touchesArb.chain((touches) =>
      fc.tuple(fc.constant(touches), fc.shuffledSubarray(touches, { minLength: touches.length })),
    );
    fc.assert(
      fc.property(shuffled, policyArb, ([touches, others], policy) => {
        expect(run(others, policy)).toEqual(run(touches, policy));
      }),
      RUNS,
    );
  });

  it("does not depend on the order of a touch's fields, which a database may change", () => {
    fc.assert(
      fc.property(touchesArb, policyArb, (touches, policy) => {
        const turned = touches.map(
          (touch) => Object.fromEntries(Object.entries(touch).toReversed()) as unknown as Touch,
        );
        expect(run(turned, policy)).toEqual(run(touches, policy));
      }),
    );
  });

  it("gives away the total exactly, in weights that sum to one, each creator once", () => {
    fc.assert(
      fc.property(touchesArb, policyArb, totalArb, (touches, policy, total) => {
        const { shares } = run(touches, policy, total);
        if (shares.length === 0) return;
        const sum = shares.reduce((left, { amountMinor }) => left + BigInt(amountMinor ?? -1), 0n);
        expect(sum).toBe(BigInt(total));
        const denominator = shares[0]?.weight.denominator ?? 0;
        expect(shares.every(({ weight }) => weight.denominator === denominator)).toBe(true);
        expect(shares.reduce((left, { weight }) => left + weight.numerator, 0)).toBe(denominator);
        expect(new Set(shares.map(({ creatorId }) => creatorId)).size).toBe(shares.length);
        const amounts = shares.map(({ amountMinor }) => amountMinor ?? -1);
        expect(Math.max(...amounts) - Math.min(...amounts)).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
  });

  it("has exactly one owner, or nobody at all", () => {
    fc.assert(
      fc.property(touchesArb, policyArb, (touches, policy) => {
        const { shares, method, explanation } = run(touches, policy);
        const eligible = explanation.candidates.filter((candidate) => candidate.eligible);
        expect(shares.length > 0).toBe(eligible.length > 0 && explanation.rule !== "contested");
        expect(method === null).toBe(shares.length === 0);
        if (policy.model !== "split" || shares.length === 0) expect(shares.length).toBeLessThanOrEqual(1);
        else expect(shares.length).toBe(new Set(eligible.map(({ touch }) => touch.creatorId)).size);
      }),
      RUNS,
    );
  });

  it("lists every touch once, with a reason; one that doesn't count changes nothing", () => {
    fc.assert(
      fc.property(touchesArb, policyArb, (touches, policy) => {
        const decision = run(touches, policy);
        const { candidates } = decision.explanation;
        expect(candidates.length).toBe(touches.length);
        expect(new Set(candidates.map(({ touch }) => touch))).toEqual(new Set(touches));
        for (const { touch, eligible, reasonCode, reason } of candidates) {
          expect(reasonCode === null).toBe(eligible);
          expect(reason).toMatch(/^\S.*[^.]\.$/);
          // That the server names a click has its say, whatever became of the click; so has a claim that names one again.
          if (eligible || (isNamed(touch) && touch.trust === "confirmed")) continue;
          if (reasonCode === "duplicate" && touch.claims?.length !== 0) continue;
          expect(
            outcome(
              run(
                touches.filter((other) => other !== touch),
                policy,
              ),
            ),
          ).toEqual(outcome(decision));
        }
      }),
      RUNS,
    );
  });

  it("says of each other model what that model does", () => {
    fc.assert(
      fc.property(touchesArb, policyArb, (touches, policy) => {
        const { wouldHaveBeen } = run(touches, policy).explanation;
        expect(Object.keys(wouldHaveBeen).toSorted()).toEqual(
          MODELS.filter((name) => name !== policy.model).toSorted(),
        );
        for (const model of MODELS) {
          if (model === policy.model) continue;
          expect(wouldHaveBeen[model]).toBe(run(touches, { ...policy, model }).shares[0]?.creatorId ?? null);
        }
      }),
      RUNS,
    );
  });

  it("is the same again when a policy is changed and back", () => {
    fc.assert(
      fc.property(touchesArb, policyArb, policyArb, (touches, policy, other) => {
        const before = JSON.stringify(run(touches, policy));
        run(touches, other);
        expect(JSON.stringify(run(touches, policy))).toBe(before);
      }),
    );
  });

  it("treats calls as clicks: what a call made is a click's in all but the method and the words (BX-15)", () => {
    const asClick = ({ call, ...touch }: Touch): Touch =>
      call === undefined || (touch.kind === "customer_call" && !call.qualified) || call.outbound
        ? { ...touch, ...(call !== undefined && { call }) }
        : {
            ...touch,
            kind: touch.kind === "call" ? "click" : "customer_click",
            linkKind: touch.linkKind ?? "affiliate",
          };
    fc.assert(
      fc.property(touchesArb, policyArb, (touches, policy) => {
        const ids = new Set(touches.map(({ id, kind }) => `${id} ${kind}`));
        fc.pre(ids.size === touches.length && new Set(touches.map(({ id }) => id)).size === touches.length);
        const [calls, clicks] = [run(touches, policy), run(touches.map(asClick), policy)];
        expect({ ...outcome(calls), method: null }).toEqual({ ...outcome(clicks), method: null });
        const counted = ({ explanation }: Decision) => explanation.candidates.map(({ reasonCode }) => reasonCode);
        expect(counted(calls)).toEqual(counted(clicks));
        expect(calls.explanation.ruleVersion).toBe(3);
      }),
      RUNS,
    );
  });

  it("credits no claim of a browser against the creators whom the server names", () => {
    fc.assert(
      fc.property(touchesArb, policyArb, (touches, policy) => {
        const { shares, explanation } = run(touches, policy);
        const counting = explanation.candidates.filter((candidate) => candidate.eligible);
        const named = counting.filter(({ touch }) => touch.trust === "confirmed").map(({ touch }) => touch.creatorId);
        if (named.length > 0) for (const { creatorId } of shares) expect(named).toContain(creatorId);
      }),
      RUNS,
    );
  });
});
