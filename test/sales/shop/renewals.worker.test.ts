import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { renewalOfItself, type ShopReading } from "../../../src/ground/model/shop-order.ts";
import { customerHasher } from "../../../src/sales/capture/customer.ts";
import { processInbox } from "../../../src/sales/capture/process-run.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { claimed, clickOn, DAY, HOUR, insertShop, LEA, LEA_LINK, recordOne, ZOE, ZOE_LINK } from "../order-fixtures.ts";
import { tokenOf } from "../capture-fixtures.ts";
import { ANNA, insertConnection, isoOf, orders, reading, take, verdicts } from "./shop-fixtures.ts";

beforeEach(async () => {
  await insertShop();
});

/** The order of a month, so many days ago, that a subscription made; `of` is what it renews. */
function renewal(orderId: string, days: number, of: string, values: Record<string, unknown> = {}): ShopReading {
  const time = isoOf(NOW - days * DAY);
  return reading({ orderId, placedAt: time, updatedAt: time, renewalOf: of, ...values });
}

/** The order that began it, on a click of Lea's. */
async function first(orderId = "1000", days = 200): Promise<ShopReading> {
  const time = NOW - days * DAY;
  const click = await tokenOf(LEA_LINK, time - HOUR);
  return reading({ orderId, placedAt: isoOf(time), updatedAt: isoOf(time), click });
}

const creators = async () => (await orders()).map(({ id, creator }) => [id, creator]);

describe("SHP-21: orders that subscriptions make", () => {
  it("don't count unless the store wants it, and are kept", async () => {
    await insertConnection();
    await take([await first(), renewal("1001", 60, "1000")]);
    expect(await creators()).toEqual([["1000", LEA]]);
    expect(await verdicts()).toEqual([
      { source: "shop", verdict: "used", code: null },
      { source: "shop", verdict: "kept", code: "renewal_not_counted" },
    ]);
  });

  it("are read again by what the store wants by now, when the shop lists them again", async () => {
    await insertConnection();
    await take([await first(), renewal("1001", 60, "1000")]);
    await env.DB.prepare(`UPDATE shop_connections SET settings = json_set(settings, '$.renewals', 'all')`).run();
    await take([renewal("1001", 60, "1000")]);
    expect(await creators()).toEqual([
      ["1000", LEA],
      ["1001", LEA],
    ]);
  });

  it("are credited to whom what they renew is, judged at its time, and not by codes of their own", async () => {
    await insertConnection({ renewals: "all" });
    // Long after the window of the click.
    await take([await first(), renewal("1001", 10, "1000", { codes: ["ZOE10"] })]);
    expect(await creators()).toEqual([
      ["1000", LEA],
      ["1001", LEA],
    ]);
  });

  it("are so if what they renew is told later, or changes", async () => {
    await insertConnection({ renewals: "all" });
    await take([renewal("1001", 60, "1000"), renewal("1002", 30, "1000")]);
    expect(await creators()).toEqual([
      ["1001", null],
      ["1002", null],
    ]);
    await take([await first()]);
    expect(await creators()).toEqual([
      ["1000", LEA],
      ["1001", LEA],
      ["1002", LEA],
    ]);
    // The shop tells a code of it that Zoe has.
    const later = { ...(await first()), kind: "order" } as ShopReading & { kind: "order" };
    const order = { ...later.order, click: null, codes: ["ZOE10"], updatedAt: isoOf(NOW - DAY) };
    await env.DB.prepare("UPDATE orders SET policy = json_set(policy, '$.codePriority', json('true'))").run();
    await take([{ ...later, order }]);
    expect(await creators()).toEqual([
      ["1000", ZOE],
      ["1001", ZOE],
      ["1002", ZOE],
    ]);
  });

  it("that name no order are credited as the last of their customer with the same article", async () => {
    await insertConnection({ renewals: "all" });
    const other = reading({
      orderId: "1500",
      placedAt: isoOf(NOW - 100 * DAY),
      codes: ["ZOE10"],
      items: [{ sku: "MUG", name: "Mug", quantity: 1, price: "100.00" }],
    });
    await take([renewal("1001", 60, "77"), other, await first()]);
    expect(await creators()).toEqual([
      ["1000", LEA],
      ["1001", LEA],
      ["1500", ZOE],
    ]);
  });

  it.each([
    ["in their sequence", [0, 1, 2, 3]],
    ["backwards", [3, 2, 1, 0]],
    ["any other way", [2, 0, 3, 1]],
  ])("count by the first of each, told %s", async (_name, sequence) => {
    await insertConnection({ renewals: { first: 2 } });
    const all = [await first(), renewal("1001", 90, "1000"), renewal("1002", 60, "1000"), renewal("1003", 30, "1000")];
    for (const index of sequence) await take(all.slice(index, index + 1));
    expect((await creators()).filter(([, creator]) => creator !== null)).toEqual([
      ["1000", LEA],
      ["1001", LEA],
      ["1002", LEA],
    ]);
  });

  it("count by the first of each customer, where nobody says what they renew", async () => {
    await insertConnection({ renewals: { first: 1 } });
    await take([renewal("1002", 30, renewalOfItself("1002"))]);
    await take([renewal("1001", 60, renewalOfItself("1001")), await first()]);
    await processInbox(env, NOW + HOUR);
    expect(await creators()).toEqual([
      ["1000", LEA],
      ["1001", LEA],
      ["1002", null],
    ]);
  });

  it("make no click of their own count", async () => {
    await insertConnection({ renewals: "all" });
    await take([renewal("1001", 60, "1000", { click: await tokenOf(clickOn(LEA_LINK).linkId, NOW - 61 * DAY) })]);
    await take([reading({ orderId: "1000", placedAt: isoOf(NOW - 200 * DAY), updatedAt: isoOf(NOW - 200 * DAY) })]);
    expect(await creators()).toEqual([
      ["1000", null],
      ["1001", null],
    ]);
  });
});

describe("what a page claims", () => {
  /** A claim of an order by whoever has the snippet's key, with a click of Zoe's. */
  const claim = async (externalId: string, data: Record<string, unknown> = {}) =>
    recordOne(
      claimed({ clicks: [clickOn(ZOE_LINK, NOW - 201 * DAY)], ...data }, { externalId, receivedAt: NOW - 200 * DAY }),
    );

  it.each(["subscription:77", "900", renewalOfItself("1001")])(
    "is not what renewals are credited by: %s",
    async (of) => {
      await insertConnection({ renewals: "all" });
      await claim(of);
      await take([renewal("1001", 60, of)]);
      expect(await creators()).toEqual(expect.arrayContaining([["1001", null]]));
    },
  );

  it("is no earlier order of a customer's either", async () => {
    await insertConnection({ renewals: "all" });
    const customerHash = (await customerHasher(env.VISITOR_KEY)(STORE, ANNA.id ?? "")) ?? "";
    const items = [{ sku: "TEE", quantity: 1, priceMinor: 100 }];
    await claim("900", { customerHash, items, currency: "EUR", totalMinor: 100 });
    await take([renewal("1001", 60, renewalOfItself("1001"))]);
    expect(await creators()).toEqual(expect.arrayContaining([["1001", null]]));
  });
});
