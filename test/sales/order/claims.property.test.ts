import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MODELS } from "../../../src/sales/attribution/attribute.ts";
import type { Policy, Touch } from "../../../src/ground/model/attribution.ts";
import type { Evidence, EvidenceData } from "../../../src/ground/model/evidence.ts";
import { foldOrder, type Snapshot } from "../../../src/sales/order/fold.ts";
import { judge } from "../../../src/sales/order/judge.ts";
import { DAY_MS, PLACED_AT } from "../attribution/attribute-fixtures.ts";

const few = <Value>(...values: Value[]) => fc.option(fc.constantFrom(...values), { nil: undefined });

/** Clicks of three creators, some of them too old, and one whose link credits nobody. */
const CLICKS = ["lea", "nora", "mia", "none"].flatMap((name) =>
  [1, 20, 45].map((days) => ({ clickId: `${name}-${days}`, linkId: `lnk-${name}`, time: PLACED_AT - days * DAY_MS })),
);
const clickArb = fc.constantFrom(...CLICKS);

const dataArb = (clicks: fc.Arbitrary<EvidenceData["clicks"]>): fc.Arbitrary<EvidenceData> =>
  fc.record({
    currency: fc.constantFrom("EUR", "EUR", "USD"),
    totalMinor: few(0, 1000, 99_999),
    refundedMinor: few(0, 400),
    taxMinor: few(19),
    items: few([{ sku: "a", quantity: 1, priceMinor: 1000 }]),
    status: few("paid", "cancelled", "refunded"),
    placedAt: few(PLACED_AT, PLACED_AT - 30 * DAY_MS, 0),
    codes: few(["LEA"], ["NORA"], ["MIA", "LEA"]),
    customerHash: few("lea", "nora", "c"),
    country: few("DE", "FR"),
    test: few(true, false),
    clicks,
  });

const evidenceArb = (trust: Evidence["trust"], clicks: fc.Arbitrary<EvidenceData["clicks"]>) =>
  fc
    .record({
      source: fc.constantFrom<Evidence["source"]>(
        ...(trust === "claimed" ? (["snippet", "pixel"] as const) : (["order"] as const)),
      ),
      offset: fc.integer({ min: -40, max: 40 }),
      data: dataArb(clicks),
      hash: fc.uuid(),
    })
    .map(({ source, offset, data, hash }): Evidence => {
      const receivedAt = PLACED_AT + offset * DAY_MS;
      return { hash: `${trust}${hash}`, source, trust, receivedAt, sourceTime: receivedAt, externalId: "1001", data };
    });

const named = evidenceArb("confirmed", fc.uniqueArray(clickArb, { minLength: 1, maxLength: 2 }));
const confirmedArb = fc
  .tuple(named, fc.array(evidenceArb("confirmed", few([])), { maxLength: 2 }))
  .map(([first, more]) => [first, ...more]);
const claimsArb = fc.array(
  evidenceArb("claimed", fc.option(fc.array(clickArb, { maxLength: 3 }), { nil: undefined })),
  {
    maxLength: 6,
  },
);
const policyArb: fc.Arbitrary<Policy> = fc.record({
  model: fc.constantFrom(...MODELS),
  windowDays: fc.constantFrom(7, 30),
  codePriority: fc.boolean(),
  customerClicks: fc.constantFrom("confirmed", "any"),
});

/** The touches that an order's codes and clicks lead to, as the database would. */
function touchesOf({ clicks, codes, placedAt, customerHash }: Snapshot, customers: readonly Touch[]): Touch[] {
  const rest = {
    creatorDeletedAt: null,
    campaignId: null,
    planId: "pln",
    otherStore: false,
    retiredAt: null,
    withdrawn: false,
    planStartsAt: null,
    planEndsAt: null,
  };
  return [
    ...clicks.map(({ clickId, linkId, time, trust, claims }): Touch => {
      const creatorId = linkId.slice("lnk-".length);
      const own = { creatorId: creatorId === "none" ? null : creatorId, ownPurchase: creatorId === customerHash };
      return {
        ...rest,
        ...own,
        id: clickId,
        kind: "click",
        trust,
        claims,
        time,
        linkId,
        codeId: null,
        linkKind: "affiliate",
      };
    }),
    ...codes.map(({ text, trust, claims }): Touch => {
      const creatorId = text.toLowerCase();
      const own = { creatorId, ownPurchase: creatorId === customerHash, codeId: text, linkId: null, linkKind: null };
      return { ...rest, ...own, id: `code:${text}`, kind: "code", trust, claims, time: placedAt };
    }),
    ...customers,
  ];
}

/** Earlier clicks that browsers link to the customer. */
const customersArb = fc.array(
  clickArb.map(({ clickId, linkId, time }): Touch => {
    const [click] = touchesOf(
      {
        clicks: [{ clickId: `cust-${clickId}`, linkId, time, trust: "claimed", claims: [] }],
        codes: [],
      } as unknown as Snapshot,
      [],
    );
    return { ...(click as Touch), kind: "customer_click" };
  }),
  { maxLength: 2 },
);

function judged(evidence: readonly Evidence[], policy: Policy, customers: readonly Touch[], approvedAt: number | null) {
  const order = foldOrder(evidence);
  const { shares, status, creatorId, planId, contested } = judge(
    { ...order, review: null, approvedAt },
    touchesOf(order, customers),
    policy,
    null,
  );
  const { codes: _codes, clicks: _clicks, crowded: _crowded, country: _country, ...told } = order;
  return { ...told, shares, status, creatorId, planId, contested };
}

test("G-1, G-2, G-3: no set of claims, in any order, bends an order whose click the server names", () => {
  fc.assert(
    fc.property(
      confirmedArb,
      claimsArb,
      policyArb,
      customersArb,
      fc.constantFrom(null, PLACED_AT),
      fc.infiniteStream(fc.nat()),
      (confirmed, claims, policy, customers, approvedAt, places) => {
        const mixed = [...confirmed];
        for (const claim of claims) mixed.splice((places.next().value ?? 0) % (mixed.length + 1), 0, claim);
        expect(judged(mixed, policy, customers, approvedAt)).toEqual(judged(confirmed, policy, [], approvedAt));
      },
    ),
    { numRuns: 3000 },
  );
});

test("G-3: what a server's code credits, no claim takes away or moves to another plan", () => {
  const byCode = dataArb(fc.constant(undefined)).map((data) => ({
    ...data,
    codes: ["LEA"],
    placedAt: PLACED_AT,
    test: false,
  }));
  fc.assert(
    fc.property(byCode, claimsArb, policyArb, (data, claims, policy) => {
      const { customerHash: _customer, ...rest } = data;
      const server: Evidence = {
        hash: "s",
        source: "order",
        trust: "confirmed",
        receivedAt: PLACED_AT,
        sourceTime: PLACED_AT,
        externalId: "1001",
        data: rest,
      };
      const [alone, among] = [judged([server], policy, [], null), judged([server, ...claims], policy, [], null)];
      expect([among.creatorId, among.planId, among.status]).toEqual([alone.creatorId, alone.planId, alone.status]);
      expect(among.shares.map(({ creatorId, amountMinor }) => [creatorId, amountMinor])).toEqual(
        alone.shares.map(({ creatorId, amountMinor }) => [creatorId, amountMinor]),
      );
    }),
    { numRuns: 2000 },
  );
});

test("G-3: claims that would credit different creators credit nobody, whichever came first", () => {
  const claim = (hash: string, data: EvidenceData, days: number): Evidence => {
    const receivedAt = PLACED_AT - days * DAY_MS;
    return { hash, source: "pixel", trust: "claimed", receivedAt, sourceTime: receivedAt, externalId: "1001", data };
  };
  const server: Evidence = {
    ...claim("s", { currency: "EUR", totalMinor: 1000 }, 0),
    trust: "confirmed",
    source: "order",
  };
  const policy: Policy = { model: "last_click", windowDays: 30, codePriority: false };
  const [lea] = CLICKS;
  const a = claim("a", { clicks: lea === undefined ? [] : [lea] }, 1);
  const b = claim("b", { codes: ["NORA"] }, 2);
  for (const evidence of [
    [server, a, b],
    [b, server, a],
    [b, a, server],
  ]) {
    expect(judged(evidence, policy, [], null)).toMatchObject({ status: "contested", creatorId: null, shares: [] });
  }
  expect(judged([server, a], policy, [], null)).toMatchObject({ status: "pending", creatorId: "lea" });
  // One browser that names both is one claim, and the policy decides.
  const both = claim("c", { ...a.data, ...b.data }, 1);
  expect(judged([server, both], policy, [], null)).toMatchObject({ status: "pending", creatorId: "lea" });
  // Once it is approved, nothing is contested any more.
  expect(judged([server, a, b], policy, [], PLACED_AT)).toMatchObject({ status: "approved" });
});
