import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Evidence, EvidenceData } from "../../../src/ground/model/evidence.ts";
import { confirmedAmounts, foldOrder } from "../../../src/sales/order/fold.ts";

const amount = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });
const time = fc.integer({ min: 0, max: 4 });
const few = <Value>(...values: Value[]) => fc.option(fc.constantFrom(...values), { nil: undefined });

/** Few values of everything, so that evidence agrees and disagrees in every way. */
const anyData: fc.Arbitrary<EvidenceData> = fc.record({
  currency: few("EUR", "USD"),
  totalMinor: amount,
  subtotalMinor: amount,
  taxMinor: amount,
  refundedMinor: amount,
  status: few("paid", "cancelled", "refunded"),
  items: few([{ sku: "a", quantity: 1, priceMinor: 1 }], [{ sku: "b", quantity: 2, priceMinor: 1 }]),
  placedAt: fc.option(time, { nil: undefined }),
  codes: few(["LEA10"], ["lea10", "ZOE"], [" Lea10"]),
  clicks: few([{ clickId: "a", linkId: "l", time: 1 }], [{ clickId: "b", linkId: "m", time: 1 }]),
  customerHash: few("c", "d"),
  country: few("DE", "FR"),
  test: few(true, false),
});

const anyEvidence: fc.Arbitrary<Evidence[]> = fc
  .array(
    fc.record({
      source: fc.constantFrom("snippet", "order", "import", "shop"),
      trust: fc.constantFrom("claimed", "confirmed"),
      sourceTime: time,
      receivedAt: time,
      data: anyData,
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((all) => all.map((one, index) => ({ ...one, hash: `h${index}`, externalId: "1001" }) satisfies Evidence));

/** The same evidence, some of it again and later, and all of that in another order. */
const anyArrival = anyEvidence.chain((evidence) =>
  fc
    .tuple(
      fc.shuffledSubarray(evidence, { minLength: evidence.length }),
      fc.array(fc.tuple(fc.constantFrom(...evidence), fc.nat({ max: 2 })), { maxLength: 5 }),
      fc.infiniteStream(fc.nat()),
    )
    .map(([shuffled, repeats, places]) => {
      const arrival = [...shuffled];
      const told = [...evidence];
      for (const [one, later] of repeats) {
        const again = { ...one, receivedAt: one.receivedAt + later, sourceTime: one.sourceTime + later };
        told.push(again);
        arrival.splice((places.next().value ?? 0) % (arrival.length + 1), 0, again);
      }
      return { evidence: told, arrival };
    }),
);

test("an order is the same in whatever order and however often its evidence comes", () => {
  fc.assert(
    fc.property(anyArrival, ({ evidence, arrival }) => {
      expect(foldOrder(arrival)).toEqual(foldOrder(evidence));
      expect(foldOrder([...arrival, ...arrival])).toEqual(foldOrder(evidence));
    }),
    { numRuns: 2000 },
  );
});

test("G2-3: whatever was said in between, what a server says once more is what holds", () => {
  fc.assert(
    fc.property(anyEvidence, fc.nat(), (evidence, which) => {
      const own = evidence.filter(({ trust, source }) => trust === "confirmed" && source === "order");
      const one = own[which % Math.max(1, own.length)];
      if (one === undefined) return;
      const again = { ...one, receivedAt: 9, sourceTime: 9 };
      const order = foldOrder([...evidence, again]);
      // As if nobody had said so before, and somebody did now.
      const now = foldOrder([
        ...evidence.filter(({ hash }) => hash !== one.hash),
        { ...again, receivedAt: one.receivedAt },
      ]);
      expect(order).toEqual(now);
      const { status, currency, totalMinor, taxMinor, refundedMinor, customerHash } = one.data;
      if (status !== undefined) expect(order.sourceStatus).toBe(status);
      if (customerHash !== undefined) expect(order.customerHash).toBe(customerHash);
      if (currency === undefined || totalMinor === undefined) return;
      expect([order.currency, order.totalMinor]).toEqual([currency, totalMinor]);
      if (taxMinor !== undefined) expect(order.taxMinor).toBe(taxMinor);
      if (refundedMinor !== undefined) expect(order.refundedMinor).toBe(refundedMinor);
      // And said twice, it says no more.
      expect(foldOrder([...evidence, again, { ...again, receivedAt: 12, sourceTime: 12 }])).toEqual(order);
    }),
    { numRuns: 2000 },
  );
});

test("what is only claimed never changes what a server says", () => {
  fc.assert(
    fc.property(anyEvidence, (evidence) => {
      const confirmed = evidence.filter(({ trust }) => trust === "confirmed");
      if (confirmed.length === 0) return;
      const [order, alone] = [foldOrder(evidence), foldOrder(confirmed)];
      for (const [field, value] of Object.entries(alone)) {
        // What a server leaves open of these, a claim may add.
        if (["codes", "clicks"].includes(field) || (field === "country" && value === null)) continue;
        expect([field, order[field as keyof typeof order]]).toEqual([field, value]);
      }
      const proven = <Known extends { trust: string }>(all: readonly Known[]) =>
        all.filter(({ trust }) => trust === "confirmed").map((one) => ({ ...one, claims: [], claimedAt: null }));
      expect(proven(order.codes)).toEqual(alone.codes);
      expect(proven(order.clicks)).toEqual(alone.clicks);
    }),
    { numRuns: 2000 },
  );
});

test("what is only claimed never changes the confirmed amounts", () => {
  fc.assert(
    fc.property(anyArrival, ({ evidence, arrival }) => {
      const confirmed = evidence.filter(({ trust }) => trust === "confirmed");
      const { confirmed: amounts, currency, totalMinor } = foldOrder(arrival);
      expect(amounts).toEqual(confirmedAmounts(confirmed));
      expect(amounts).toEqual(confirmedAmounts(arrival));
      const named = confirmed.some(({ data }) => data.currency !== undefined && data.totalMinor !== undefined);
      expect(amounts !== null).toBe(named);
      // What is shown is what is paid for, once it is confirmed.
      if (amounts !== null) expect([currency, totalMinor]).toEqual([amounts.currency, amounts.totalMinor]);
    }),
    { numRuns: 2000 },
  );
});

test("all amounts are of evidence in the one currency", () => {
  fc.assert(
    fc.property(anyEvidence, (evidence) => {
      const { currency, ...order } = foldOrder(evidence);
      for (const field of ["totalMinor", "subtotalMinor", "taxMinor", "refundedMinor", "items"] as const) {
        if (order[field] === null) continue;
        const said = evidence.filter(({ data }) => data.currency === currency).map(({ data }) => data[field]);
        expect(said).toContainEqual(order[field]);
      }
    }),
    { numRuns: 2000 },
  );
});

test("SHP-3: of what a platform says of one time, the larger refund holds, and an order goes on", () => {
  const word = fc.record({
    source: fc.constantFrom("shop", "order"),
    receivedAt: time,
    refundedMinor: fc.integer({ min: 0, max: 3 }),
    status: fc.constantFrom("pending", "paid", "cancelled"),
  });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), fc.infiniteStream(fc.nat()), (words, places) => {
      const evidence = words.map(({ source, receivedAt, ...data }, index): Evidence => ({
        hash: `h${index}`,
        source,
        trust: "confirmed",
        sourceTime: 7,
        receivedAt,
        externalId: "1001",
        data: { currency: "EUR", totalMinor: 9, placedAt: 1, ...data },
      }));
      const order = foldOrder(evidence);
      const shuffled = evidence
        .map((one) => ({
          one: one.source === "shop" ? { ...one, receivedAt: places.next().value ?? 0 } : one,
          place: places.next().value ?? 0,
        }))
        .toSorted((a, b) => a.place - b.place)
        .map(({ one }) => one);
      const ofShop = evidence.filter(({ source }) => source === "shop").map(({ data }) => data);
      if (ofShop.length === 0) return;
      const refunded = Math.max(...ofShop.map(({ refundedMinor }) => refundedMinor ?? 0));
      expect(order.refundedMinor).toBe(refunded);
      const standings = ofShop.filter(({ refundedMinor }) => refundedMinor === refunded).map(({ status }) => status);
      const furthest = (["cancelled", "paid", "pending"] as const).find((status) => standings.includes(status));
      expect(order.sourceStatus).toBe(furthest);
      // Whenever each came, and in whatever sequence.
      expect(foldOrder(shuffled)).toEqual(order);
    }),
    { numRuns: 1000 },
  );
});
