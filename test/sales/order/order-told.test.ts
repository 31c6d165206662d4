import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Evidence, EvidenceSource } from "../../../src/ground/model/evidence.ts";
import type { Lack, Review } from "../../../src/ground/model/order.ts";
import { reviewInForce, type StateFacts, stateOf } from "../../../src/sales/order/state.ts";
import { heard, lackOf, lackReason, takenBack, toldOf } from "../../../src/sales/order/told.ts";

const REC = "rec_0123456789abcdef";

let count = 0;

function told(source: EvidenceSource, sourceTime: number, receivedAt = sourceTime): Evidence {
  count += 1;
  const trust = source === "snippet" || source === "pixel" ? "claimed" : "confirmed";
  return { hash: `${count}`.padStart(64, "0"), source, trust, sourceTime, receivedAt, externalId: "1", data: {} };
}

const byHand = (decision: Review["decision"]): Review => ({ decision, reason: "x", actor: "key_1", at: 1, lack: null });

const lacked = (lack: Partial<Lack> = {}): Review => ({
  decision: "declined",
  reason: lackReason(REC),
  actor: "key_1",
  at: 12,
  lack: { reconciliationId: REC, asOf: 10, toldAt: null, instead: null, ...lack },
});

/** One of before it was kept how a decision was made. */
const old = (values: Partial<Review> = {}): Review => {
  const { lack: _lack, ...review } = { ...lacked(), ...values };
  return review;
};

const FACTS: StateFacts = {
  test: false,
  trust: "confirmed",
  sourceStatus: "paid",
  confirmed: null,
  owned: true,
  contested: false,
  review: null,
  approvedAt: 5,
};

describe("the last word of a shop", () => {
  test.each<[string, Evidence[], ReturnType<typeof toldOf>]>([
    ["nobody's", [], null],
    ["no browser's", [told("snippet", 9), told("pixel", 9)], null],
    ["its server's, whichever way", [told("order", 3), told("postback", 7)], { at: 7, source: "postback" }],
    ["that of an export that has the order", [told("order", 3), told("import", 8)], { at: 8, source: "import" }],
    ["its server's at the same moment", [told("import", 8), told("order", 8)], { at: 8, source: "order" }],
    ["as old as what it says, however late it comes", [told("order", 3, 20)], { at: 3, source: "order" }],
  ])("is %s", (_what, evidence, last) => {
    expect(toldOf(evidence)).toEqual(last);
    expect(toldOf(evidence.toReversed())).toEqual(last);
  });

  test("is later for a report that is said again, and not for one that is delivered again", () => {
    const first = told("order", 3);
    const again = { receivedAt: 20, sourceTime: 20 };
    expect(toldOf([{ ...first, ...again }, first])).toEqual({ at: 20, source: "order" });
    const dated = { ...first, data: { updatedAt: 3 } };
    expect(toldOf([{ ...dated, ...again }, dated])).toEqual({ at: 3, source: "order" });
  });
});

describe("G2-6: a decline by an import", () => {
  test.each<[string, number | null, boolean]>([
    ["nothing was told", null, true],
    ["something was told before the export", 9, true],
    ["something was told at the moment of the export", 10, true],
    ["something was told since", 11, false],
  ])("holds as long as nothing newer is known: %s", (_what, at, holds) => {
    const review = heard(lacked(), at === null ? null : { at, source: "order" });
    expect(reviewInForce(review)).toBe(holds ? review : null);
    expect(stateOf({ ...FACTS, review })).toBe(holds ? "declined" : "approved");
    expect(stateOf({ ...FACTS, review, contested: true })).toBe(holds ? "declined" : "contested");
  });

  test("gives way to what was decided by hand before", () => {
    const review = heard(lacked({ instead: byHand("disputed") }), { at: 11, source: "order" });
    expect(stateOf({ ...FACTS, review })).toBe("disputed");
  });

  test("of before that was kept is told by its reason, and no other", () => {
    expect(lackOf(old())).toEqual({ reconciliationId: REC, asOf: 12, toldAt: null, instead: null });
    expect(stateOf({ ...FACTS, review: old() })).toBe("declined");
    expect(stateOf({ ...FACTS, review: heard(old(), { at: 12, source: "order" }) })).toBe("declined");
    expect(stateOf({ ...FACTS, review: heard(old(), { at: 13, source: "order" }) })).toBe("approved");
    for (const other of [old({ reason: `${lackReason(REC)}!` }), old({ decision: "disputed" }), byHand("declined")]) {
      expect(lackOf(other)).toBeNull();
      expect(heard(other, { at: 99, source: "order" })).toBe(other);
    }
    // Who decides by hand may use these words, too.
    expect(lackOf({ ...lacked(), lack: null })).toBeNull();
  });

  test("says why it holds no longer", () => {
    const since = (source: EvidenceSource) => ({ at: 11, source });
    const why = (before: Review | null, source: EvidenceSource) =>
      takenBack(before, heard(before, since(source)), since(source));
    expect(why(lacked(), "order")).toBe("The shop's server reported it again.");
    expect(why(old({ at: 10 }), "postback")).toBe("The shop's server reported it again.");
    expect(why(lacked(), "import")).toBe("A later export of the store has it.");
    expect(why(lacked({ toldAt: 11 }), "order")).toBeNull();
    expect(why(byHand("declined"), "order")).toBeNull();
    expect(why(null, "order")).toBeNull();
    expect(takenBack(lacked(), heard(lacked(), null), null)).toBeNull();
  });

  test("comes to the same in whatever order reports are heard, again and again", () => {
    const times = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(times, fc.infiniteStream(fc.nat()), fc.boolean(), (reports, chance, isOld) => {
        const evidence = reports.map(([sourceTime, receivedAt]) => told("order", sourceTime, receivedAt));
        const shuffled = [...evidence, ...evidence.slice(0, 2)]
          .map((one) => ({ one, at: chance.next().value }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ one }) => one);
        let review: Review | null = isOld ? old({ at: 10 }) : lacked();
        for (let known = 1; known <= shuffled.length; known++) review = heard(review, toldOf(shuffled.slice(0, known)));
        const isTold = reports.some(([sourceTime]) => sourceTime > 10);
        expect(stateOf({ ...FACTS, review })).toBe(isTold ? "approved" : "declined");
      }),
    );
  });
});
