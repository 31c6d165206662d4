import { attribute, type AttributedOrder } from "../../../src/sales/attribution/attribute.ts";
import type { Decision, ManualDecision, Policy, Touch, TouchCall } from "../../../src/ground/model/attribution.ts";

export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

/** When the order of these tests is placed, ms UTC. */
export const PLACED_AT = Date.parse("2026-11-21T12:00:00Z");

/** The policy of these tests unless they say otherwise. */
export const POLICY: Policy = { model: "last_click", windowDays: 30, codePriority: false };

/** A day so long before the order, as ms UTC. */
export function daysBefore(days: number): number {
  return PLACED_AT - days * DAY_MS;
}

let count = 0;

/** A click on a creator's affiliate link, the day before the order. */
export function click(creatorId: string | null, parts: Partial<Touch> = {}): Touch {
  count += 1;
  return {
    id: `clk_${String(count).padStart(4, "0")}`,
    kind: "click",
    trust: "claimed",
    time: daysBefore(1),
    creatorId,
    creatorDeletedAt: null,
    campaignId: "cmp_1",
    planId: "pln_1",
    linkId: `lnk_${creatorId}`,
    codeId: null,
    linkKind: "affiliate",
    otherStore: false,
    retiredAt: null,
    withdrawn: false,
    planStartsAt: null,
    planEndsAt: null,
    ownPurchase: false,
    ...parts,
  };
}

/** A creator's code, used in the order. */
export function code(creatorId: string, parts: Partial<Touch> = {}): Touch {
  const codeId = `cod_${creatorId}`;
  return click(creatorId, {
    id: `code:${codeId}`,
    kind: "code",
    time: PLACED_AT,
    linkId: null,
    linkKind: null,
    codeId,
    ...parts,
  });
}

/** A call to a creator's number, the day before the order, of which somebody entered that it made it. */
export function call(creatorId: string | null, parts: Partial<Touch> & { said?: Partial<TouchCall> } = {}): Touch {
  count += 1;
  const callId = `cal_${String(count).padStart(4, "0")}`;
  const { said, ...others } = parts;
  return click(creatorId, {
    id: `call:${callId}`,
    kind: "call",
    trust: "confirmed",
    linkId: null,
    linkKind: null,
    call: { callId, channel: "tv", outbound: false, qualified: true, ambiguous: false, ...said },
    ...others,
  });
}

/** An earlier call of the same customer's. */
export function customerCall(creatorId: string | null, parts: Parameters<typeof call>[1] = {}): Touch {
  return call(creatorId, { kind: "customer_call", ...parts });
}

/** Attributes an order of 100.00 by these touches. */
export function decide(
  touches: readonly Touch[],
  policy: Partial<Policy> = {},
  manual: ManualDecision | null = null,
  order: Partial<AttributedOrder> = {},
): Decision {
  const known = { placedAt: PLACED_AT, totalMinor: 10_000, crowded: false, approvedAt: null, ...order };
  return attribute(known, touches, { ...POLICY, ...policy }, manual);
}

/** Who is credited, the owner first. */
export function credited({ shares }: Decision): string[] {
  return shares.map(({ creatorId }) => creatorId);
}

/** The reason codes of the candidates, from the earliest on; `null`: it counts. */
export function reasons({ explanation }: Decision): (string | null)[] {
  return explanation.candidates.map(({ reasonCode }) => reasonCode);
}
