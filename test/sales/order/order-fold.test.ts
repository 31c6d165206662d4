import { describe, expect, test } from "vitest";
import type { Evidence, EvidenceData } from "../../../src/ground/model/evidence.ts";
import { confirmedAmounts, foldOrder } from "../../../src/sales/order/fold.ts";

let count = 0;

/** A piece of evidence; each has a hash of its own and came a second after the one before. */
function evidence(trust: Evidence["trust"], data: EvidenceData, values: Partial<Evidence> = {}): Evidence {
  count += 1;
  const receivedAt = values.receivedAt ?? count * 1000;
  return {
    hash: String(count).padStart(4, "0"),
    source: trust === "claimed" ? "snippet" : "order",
    trust,
    sourceTime: receivedAt,
    receivedAt,
    externalId: "1001",
    data,
    ...values,
  };
}

const claimed = (data: EvidenceData, values?: Partial<Evidence>) => evidence("claimed", data, values);
const confirmed = (data: EvidenceData, values?: Partial<Evidence>) => evidence("confirmed", data, values);

describe("an order", () => {
  test("is what one piece of evidence says", () => {
    const items = [{ sku: "a", quantity: 2, priceMinor: 500 }];
    const amounts = {
      totalMinor: 1000,
      subtotalMinor: 900,
      discountMinor: 100,
      shippingMinor: 50,
      taxMinor: 150,
      refundedMinor: 20,
    };
    const who = { country: "DE", customerHash: "c", phoneHash: "p" };
    const said = { currency: "EUR", ...amounts, items, status: "paid", ...who } as const;
    const clicks = [{ clickId: "k", linkId: "l", time: 5 }];
    expect(foldOrder([confirmed({ ...said, placedAt: 7, codes: ["LEA10"], clicks, test: false })])).toEqual({
      externalId: "1001",
      orderNumber: null,
      trust: "confirmed",
      sourceStatus: "paid",
      currency: "EUR",
      ...amounts,
      items,
      confirmed: { currency: "EUR", ...amounts, items },
      importedOnly: false,
      codes: [{ text: "LEA10", trust: "confirmed", claims: [], claimedAt: null }],
      clicks: [{ clickId: "k", linkId: "l", time: 5, trust: "confirmed", claims: [], claimedAt: null }],
      calls: [],
      crowded: false,
      customerHash: "c",
      emailHash: null,
      phoneHash: "p",
      renewalOf: null,
      country: "DE",
      test: false,
      placedAt: 7,
    });
  });

  test("of which little is said has nothing made up", () => {
    const order = foldOrder([claimed({}, { receivedAt: 9 })]);
    expect(order).toMatchObject({ trust: "claimed", currency: null, items: null, codes: [], clicks: [], placedAt: 9 });
    expect(order).toMatchObject({ totalMinor: null, sourceStatus: null, customerHash: null, test: false });
    // Whether tax is in a subtotal, nobody knows.
    const parts = { currency: "EUR", subtotalMinor: 900, shippingMinor: 50, taxMinor: 50 };
    expect(foldOrder([confirmed(parts)])).toMatchObject({ ...parts, totalMinor: null });
  });

  test("without evidence is none", () => {
    expect(() => foldOrder([])).toThrow(RangeError);
  });

  test("is what a server says alone once one does, but for codes, clicks and country", () => {
    const order = foldOrder([
      confirmed({ currency: "EUR", totalMinor: 1000 }),
      claimed({ currency: "EUR", totalMinor: 9999, taxMinor: 160, country: "FR", customerHash: "c" }),
    ]);
    expect(order).toMatchObject({ trust: "confirmed", totalMinor: 1000, taxMinor: null, country: "FR" });
    expect(order.customerHash).toBeNull();
  });

  test("is not what claims say that came once it was approved", () => {
    const late = claimed(
      { codes: ["ZOE"], clicks: [{ clickId: "k", linkId: "l", time: 5 }], country: "FR" },
      { late: true },
    );
    const known = confirmed({ currency: "EUR", totalMinor: 1000, codes: ["LEA10"] });
    expect(foldOrder([late, known])).toEqual(foldOrder([known]));
  });

  test("is crowded by as many claims as it takes, or by all that they name", () => {
    const claims = Array.from({ length: 50 }, (_, index) => claimed({ codes: [`C${index}`] }));
    expect(foldOrder(claims.slice(1)).crowded).toBe(false);
    expect(foldOrder(claims).crowded).toBe(true);
    const codes = (count: number) => Array.from({ length: count }, (_, index) => `C${index}`);
    expect(foldOrder([claimed({ codes: codes(200) })])).toMatchObject({ crowded: false });
    const many = foldOrder([claimed({ codes: codes(201) })]);
    expect([many.crowded, many.codes.length]).toEqual([true, 200]);
  });

  test("is what was true last, whenever that was told", () => {
    const order = foldOrder([
      confirmed({ currency: "EUR", totalMinor: 900, status: "refunded" }, { sourceTime: 30, receivedAt: 40 }),
      confirmed(
        { currency: "EUR", totalMinor: 1000, status: "paid", country: "DE" },
        { sourceTime: 20, receivedAt: 50 },
      ),
    ]);
    expect(order).toMatchObject({ totalMinor: 900, sourceStatus: "refunded", country: "DE", placedAt: 40 });
  });

  test("takes the later arrival, then the higher hash, where the times are the same", () => {
    const time = { sourceTime: 20 };
    const early = confirmed({ country: "DE" }, { ...time, receivedAt: 30 });
    const late = confirmed({ country: "FR" }, { ...time, receivedAt: 31 });
    expect(foldOrder([late, early]).country).toBe("FR");
    const same = confirmed({ country: "IT" }, { ...time, receivedAt: 31 });
    expect(foldOrder([same, late, early]).country).toBe(foldOrder([early, late, same]).country);
  });

  test("was placed when a server says, or else when it was first heard of: a browser's clock is not believed", () => {
    const first = claimed({ placedAt: 1 }, { receivedAt: 500 });
    const second = confirmed({}, { receivedAt: 600, sourceTime: 100 });
    expect(foldOrder([first]).placedAt).toBe(500);
    expect(foldOrder([second, first]).placedAt).toBe(600);
    const row = confirmed({ placedAt: 300 }, { source: "import", receivedAt: 2000 });
    expect(foldOrder([row, first]).placedAt).toBe(300);
    expect(foldOrder([row, second, first]).placedAt).toBe(600);
    expect(foldOrder([second, first, confirmed({ placedAt: 450 }, { receivedAt: 900 })]).placedAt).toBe(450);
  });

  test("is told by a server alone what became of it", () => {
    const order = foldOrder([
      confirmed({ currency: "EUR", totalMinor: 1000 }),
      claimed({ currency: "EUR", status: "cancelled", refundedMinor: 1000, test: true }),
    ]);
    expect(order).toMatchObject({ sourceStatus: null, refundedMinor: null, test: false });
  });

  test("is a test if a server says so, or a browser while no server speaks", () => {
    const browser = claimed({ test: true });
    expect(foldOrder([browser]).test).toBe(true);
    expect(foldOrder([browser, confirmed({})]).test).toBe(false);
    const real = confirmed({ test: false });
    const rehearsal = confirmed({ test: true });
    expect(foldOrder([rehearsal, real, browser]).test).toBe(true);
    expect(foldOrder([{ ...rehearsal, sourceTime: 0 }, real]).test).toBe(false);
  });
});

describe("amounts", () => {
  test("are all in the currency of the best total", () => {
    const order = foldOrder([
      claimed({ currency: "USD", totalMinor: 1100, taxMinor: 200, items: [{ sku: "a", quantity: 1, priceMinor: 1 }] }),
      confirmed({ currency: "EUR", totalMinor: 1000 }),
      claimed({ currency: "EUR", totalMinor: 1, shippingMinor: 50 }),
    ]);
    expect(order).toMatchObject({
      currency: "EUR",
      totalMinor: 1000,
      taxMinor: null,
      shippingMinor: null,
      items: null,
    });
  });

  test("G2-4: belong to the total that they came with", () => {
    const items = [{ sku: "a", quantity: 1, priceMinor: 10_000 }];
    const first = confirmed(
      { currency: "EUR", totalMinor: 11_900, taxMinor: 1900, subtotalMinor: 10_000, refundedMinor: 5, items },
      { sourceTime: 1 },
    );
    const again = confirmed({ currency: "EUR", totalMinor: 11_900, shippingMinor: 0 }, { sourceTime: 2 });
    const part = confirmed({ currency: "EUR", discountMinor: 3 }, { sourceTime: 3 });
    expect(foldOrder([first, again, part])).toMatchObject({
      taxMinor: 1900,
      shippingMinor: 0,
      discountMinor: 3,
      items,
    });
    const changed = confirmed({ currency: "EUR", totalMinor: 1190 }, { sourceTime: 4 });
    const order = foldOrder([first, again, part, changed]);
    const dropped = { subtotalMinor: null, taxMinor: null, shippingMinor: null, discountMinor: null, items: null };
    expect(order).toMatchObject({ totalMinor: 1190, refundedMinor: 5, ...dropped });
    expect(order.confirmed).toMatchObject({ totalMinor: 1190, refundedMinor: 5, ...dropped });
    const told = confirmed({ currency: "EUR", taxMinor: 190 }, { sourceTime: 5 });
    expect(foldOrder([first, changed, told])).toMatchObject({ totalMinor: 1190, taxMinor: 190, subtotalMinor: null });
  });

  test("of a refund in another currency don't take the total away", () => {
    const total = confirmed({ currency: "EUR", totalMinor: 1000 });
    const refund = confirmed({ currency: "USD", refundedMinor: 500 });
    expect(foldOrder([total, refund])).toMatchObject({ currency: "EUR", totalMinor: 1000, refundedMinor: null });
  });

  test("that are claimed yield to those that are confirmed in another currency", () => {
    const order = foldOrder([claimed({ currency: "EUR", totalMinor: 1 }), confirmed({ currency: "JPY", taxMinor: 5 })]);
    expect(order).toMatchObject({ currency: "JPY", totalMinor: null, taxMinor: 5 });
  });

  test("are not chosen by a currency that comes without any, and of 0 are amounts", () => {
    expect(foldOrder([confirmed({ currency: "USD", status: "paid" })]).currency).toBeNull();
    const free = confirmed({ currency: "EUR", totalMinor: 0 });
    expect(foldOrder([confirmed({ currency: "USD" }), free])).toMatchObject({ currency: "EUR", totalMinor: 0 });
    expect(foldOrder([claimed({ totalMinor: 5 })])).toMatchObject({ currency: null, totalMinor: null });
  });

  test("are refunded as the server said last", () => {
    const paid = confirmed({ currency: "EUR", totalMinor: 1000, status: "paid" });
    const part = confirmed({ currency: "EUR", refundedMinor: 400 });
    const all = confirmed({ currency: "EUR", refundedMinor: 1000, status: "refunded" });
    expect(foldOrder([part, paid])).toMatchObject({ totalMinor: 1000, refundedMinor: 400, sourceStatus: "paid" });
    expect(foldOrder([all, paid, part])).toMatchObject({ refundedMinor: 1000, sourceStatus: "refunded" });
  });
});

describe("G2-3: what is said once more", () => {
  const at = (time: number) => ({ receivedAt: time, sourceTime: time });
  const first = confirmed({ currency: "EUR", totalMinor: 10_000, taxMinor: 1_900, status: "paid" }, at(10));
  const other = confirmed({ currency: "EUR", totalMinor: 12_000, status: "cancelled", refundedMinor: 1 }, at(20));
  const again = { ...first, ...at(30) };

  test("holds anew, with the parts that it came with", () => {
    for (const arrival of [
      [first, other, again],
      [again, first, other],
      [other, again, first],
    ]) {
      expect(foldOrder(arrival)).toMatchObject({ totalMinor: 10_000, taxMinor: 1_900, sourceStatus: "paid" });
      // What it is silent on stands.
      expect(foldOrder(arrival).refundedMinor).toBe(1);
    }
  });

  test("was first heard of when it first came", () => {
    expect(foldOrder([again, first]).placedAt).toBe(foldOrder([first]).placedAt);
  });

  test("is nothing new if it names the time of which it holds", () => {
    const [dated, repeat] = [first, again].map((one) => ({ ...one, data: { ...one.data, updatedAt: 10 } }));
    if (dated === undefined || repeat === undefined) throw new Error("there are two");
    for (const arrival of [
      [dated, other, repeat],
      [repeat, dated, other],
    ]) {
      expect(foldOrder(arrival)).toMatchObject({ totalMinor: 12_000, taxMinor: null, sourceStatus: "cancelled" });
    }
  });

  test("changes nothing without anything else in between", () => {
    expect(foldOrder([first, again])).toEqual(foldOrder([first]));
    expect(foldOrder([other, first, again])).toEqual(foldOrder([first, other, again]));
  });
});

describe("confirmed amounts", () => {
  const nothing = { subtotalMinor: null, discountMinor: null, shippingMinor: null, taxMinor: null, items: null };

  test("are those of confirmed evidence alone, in its own currency", () => {
    const order = foldOrder([
      claimed({ currency: "USD", totalMinor: 9999, taxMinor: 900 }),
      claimed({ currency: "EUR", shippingMinor: 50, items: [{ sku: "a", quantity: 1, priceMinor: 1 }] }),
      confirmed({ currency: "EUR", totalMinor: 1000 }),
    ]);
    expect(order.shippingMinor).toBeNull();
    expect(order.confirmed).toEqual({ currency: "EUR", totalMinor: 1000, refundedMinor: null, ...nothing });
  });

  test("are none until confirmed evidence names a total, whatever a browser claims", () => {
    const claim = claimed({ currency: "EUR", totalMinor: 1000 });
    const part = confirmed({ currency: "EUR", subtotalMinor: 900, refundedMinor: 5 });
    expect(foldOrder([claim])).toMatchObject({ totalMinor: 1000, confirmed: null });
    expect(foldOrder([claim, part])).toMatchObject({ totalMinor: null, trust: "confirmed", confirmed: null });
    const total = confirmed({ currency: "EUR", totalMinor: 0 });
    expect(foldOrder([claim, part, total]).confirmed).toEqual({
      currency: "EUR",
      totalMinor: 0,
      refundedMinor: 5,
      ...nothing,
      subtotalMinor: 900,
    });
  });

  test("leave out what is in another currency than their total", () => {
    const total = confirmed({ currency: "EUR", totalMinor: 1000 });
    const other = confirmed({ currency: "USD", refundedMinor: 500, taxMinor: 7 });
    expect(foldOrder([total, other]).confirmed).toMatchObject({ currency: "EUR", refundedMinor: null, taxMinor: null });
  });

  test("are the same by themselves", () => {
    const total = confirmed({ currency: "EUR", totalMinor: 1000 }, { receivedAt: 10, sourceTime: 10 });
    const late = confirmed({ currency: "EUR", totalMinor: 900 }, { receivedAt: 20, sourceTime: 20 });
    const all = [late, claimed({ currency: "EUR", totalMinor: 1 }), total];
    expect(confirmedAmounts(all)).toEqual(foldOrder(all).confirmed);
    expect(confirmedAmounts(all)?.totalMinor).toBe(900);
    expect(confirmedAmounts([])).toBeNull();
  });
});

test("an order is imported only while nothing else tells of it", () => {
  const row = confirmed({ currency: "EUR", totalMinor: 1000 }, { source: "import" });
  expect(foldOrder([row]).importedOnly).toBe(true);
  expect(foldOrder([row, confirmed({}, { source: "import" })]).importedOnly).toBe(true);
  expect(foldOrder([row, claimed({})]).importedOnly).toBe(true);
  expect(foldOrder([row, confirmed({})]).importedOnly).toBe(false);
});

describe("codes and clicks", () => {
  const click = (clickId: string, time: number) => ({ clickId, linkId: `link-${clickId}`, time });

  test("are those of all evidence, with the best trust that each has", () => {
    const order = foldOrder([
      claimed({ codes: [" lea10 ", "ZOE"], clicks: [click("b", 2), click("a", 3)] }),
      confirmed({ codes: ["LEA10"], clicks: [click("a", 3)] }),
      claimed({ codes: ["Ada"], clicks: [click("c", 1), click("d", 1)] }),
    ]);
    const [one, two] = [[expect.any(String)], [expect.any(String)]];
    expect(order.codes).toEqual([
      { text: "Ada", trust: "claimed", claims: two, claimedAt: expect.any(Number) },
      { text: "LEA10", trust: "confirmed", claims: one, claimedAt: expect.any(Number) },
      { text: "ZOE", trust: "claimed", claims: one, claimedAt: expect.any(Number) },
    ]);
    expect(order.clicks).toEqual([
      { ...click("c", 1), trust: "claimed", claims: two, claimedAt: expect.any(Number) },
      { ...click("d", 1), trust: "claimed", claims: two, claimedAt: expect.any(Number) },
      { ...click("b", 2), trust: "claimed", claims: one, claimedAt: expect.any(Number) },
      { ...click("a", 3), trust: "confirmed", claims: one, claimedAt: expect.any(Number) },
    ]);
    expect(order.codes[0]?.claims).not.toEqual(order.codes[2]?.claims);
    expect(order.codes[1]?.claims).toEqual(order.clicks[3]?.claims);
  });

  test("of evidence that came again count once, as it came first", () => {
    const first = claimed({ codes: ["A"] }, { receivedAt: 10 });
    const again = { ...first, receivedAt: 90, sourceTime: 90 };
    expect(foldOrder([again, first])).toEqual(foldOrder([first]));
  });
});
