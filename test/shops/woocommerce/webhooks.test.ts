import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Delivery } from "../../../scripts/shops/outbox.ts";
import type { Stand } from "../../../scripts/shops/stand.ts";
import { woocommerce } from "../../../src/shops/woocommerce/platform.ts";
import { orderIn } from "./order-fixtures.ts";
import { HOOK, openShop, type OpenShop, startWoo, STORE } from "./open-shop.ts";

let woo: Stand;

beforeAll(async () => {
  woo = await startWoo();
});

afterAll(() => woo.close());

const TOPICS = ["order.created", "order.updated", "order.deleted", "order.restored"];

interface State {
  webhooks: { id: number; topic: string; status: string; delivery_url: string; failures: number }[];
}

/** Takes what the shop sends, as our webhook route does: the signature, then the reading. Pings are answered and left out. */
async function taken({ stand, access }: OpenShop) {
  const deliveries = await stand.take();
  await stand.answered(deliveries.map(({ id }) => ({ id, status: 200 })));
  const messages = [];
  for (const delivery of deliveries) {
    const { headers, body } = bytesOf(delivery);
    if (woocommerce.isPing(headers, body)) continue;
    expect(await woocommerce.verify(headers, body, access.secrets)).toBe(true);
    expect(await woocommerce.verify(headers, body, { webhookSecret: "another" })).toBe(false);
    messages.push(woocommerce.read(headers, body, "wm_click"));
  }
  return messages;
}

function bytesOf({ headers, body }: Delivery) {
  return { headers: new Headers(headers), body: new TextEncoder().encode(body) };
}

describe("webhooks of a shop", () => {
  it("are registered once a topic, with our secret, and pinged unsigned", async () => {
    const open = await openShop(woo.origin);
    const states = await open.shop.registerWebhooks(HOOK);
    expect(states).toEqual(TOPICS.map((topic) => ({ topic, externalId: expect.any(String), state: "active" })));
    const pings = await open.stand.take();
    expect(pings.map((ping) => woocommerce.isPing(bytesOf(ping).headers, bytesOf(ping).body))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(await open.shop.registerWebhooks(HOOK)).toEqual(states);
    expect((await open.shop.check(HOOK)).webhooks).toEqual(states);
    expect((await open.stand.state<State>()).webhooks).toHaveLength(4);
  });

  it("that lead to where this installation was are gone, others' stay", async () => {
    const { stand, shop } = await openShop(woo.origin);
    await shop.registerWebhooks(`https://old.example/webhooks/woocommerce/${STORE}`);
    await shop.registerWebhooks("https://go.example/webhooks/woocommerce/st_another");
    await shop.registerWebhooks(HOOK);
    const left = (await stand.state<State>()).webhooks.map(({ delivery_url }) => delivery_url);
    expect(new Set(left)).toEqual(new Set([HOOK, "https://go.example/webhooks/woocommerce/st_another"]));
    await shop.withdrawWebhooks();
    expect((await stand.state<State>()).webhooks).toHaveLength(4);
    await shop.withdrawWebhooks();
  });

  it("go off in silence at the seventh failure in a row, are seen to be off, and woken (SHP-17)", async () => {
    const { stand, shop } = await openShop(woo.origin);
    await shop.registerWebhooks(HOOK);
    await stand.take();
    for (let failure = 1; failure <= 7; failure++) {
      expect((await shop.check(HOOK)).webhooks[0]).toMatchObject({ topic: "order.created", state: "active" });
      await stand.act("order", { lines: [{ price: "1.00" }] });
      const [delivery] = await stand.take();
      await stand.answered([{ id: delivery?.id ?? "", status: failure % 2 === 0 ? 500 : null }]);
      // Nothing is sent a second time.
      expect(await stand.take()).toEqual([]);
    }
    expect((await shop.check(HOOK)).webhooks[0]).toMatchObject({ topic: "order.created", state: "paused" });
    await stand.act("order", { lines: [{ price: "1.00" }] });
    expect(await stand.take()).toEqual([]);
    expect((await shop.registerWebhooks(HOOK))[0]).toMatchObject({ state: "active" });
    expect((await stand.state<State>()).webhooks).toHaveLength(4);
    expect((await stand.take()).map(({ topic }) => topic)).toEqual(["ping"]);
    // The count of failures begins anew, or the next would switch it off again.
    for (const status of [500, 200]) {
      await stand.act("order", { lines: [{ price: "1.00" }] });
      const sent = await stand.take();
      expect(sent.map(({ topic }) => topic)).toEqual(["order.created"]);
      await stand.answered(sent.map(({ id }) => ({ id, status })));
    }
  });

  it("that people paused or deleted are there again (SHP-17)", async () => {
    const { stand, shop } = await openShop(woo.origin);
    await shop.registerWebhooks(HOOK);
    await stand.act("pauseWebhooks");
    expect((await shop.check(HOOK)).webhooks.map(({ state }) => state)).toEqual(Array(4).fill("paused"));
    await shop.registerWebhooks(HOOK);
    await stand.act("dropWebhooks");
    expect((await shop.check(HOOK)).webhooks.map(({ state }) => state)).toEqual(Array(4).fill("missing"));
    await shop.registerWebhooks(HOOK);
    expect((await shop.check(HOOK)).webhooks.map(({ state }) => state)).toEqual(Array(4).fill("active"));
  });

  it("are one a topic again where two installations' hands made more", async () => {
    const open = await openShop(woo.origin);
    await open.shop.registerWebhooks(HOOK);
    // Made at once by two, neither of which saw the other's.
    const { consumerKey = "", consumerSecret = "" } = open.access.secrets;
    await fetch(`${open.stand.origin}/wp-json/wc/v3/webhooks`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${consumerKey}:${consumerSecret}`)}` },
      body: JSON.stringify({ topic: "order.created", delivery_url: HOOK, secret: "x" }),
    });
    await open.shop.registerWebhooks(HOOK);
    expect((await open.stand.state<State>()).webhooks.map(({ topic }) => topic).toSorted()).toEqual(TOPICS.toSorted());
  });

  it("tell of an order's whole life, and what they say is what a list says, to the letter (SHP-1, SHP-2, SHP-6)", async () => {
    const open = await openShop(woo.origin, { refundsBump: true });
    const { stand, shop } = open;
    await shop.registerWebhooks(HOOK);
    await stand.act("coupon", { code: "Anna10", discount_type: "percent", amount: "10" });
    const { id } = await stand.act<{ id: string }>("order", {
      lines: [
        { sku: "TEE", price: "19.99", quantity: 3 },
        { sku: "MUG", title: "Große Tasse", price: "7.50" },
      ],
      codes: ["ANNA10"],
      shipping: { price: "4.90" },
      taxRate: 0.19,
      payment: "pending",
      landingSite: "https://shop.example/?wm_click=tok",
    });
    const steps = [
      () => undefined,
      () => stand.act("pay", { order: id }),
      () => stand.act("edit", { order: id, remove: [{ line: 0, quantity: 1 }], add: [{ sku: "CAP", price: "12.00" }] }),
      () => stand.act("refund", { order: id, lines: [{ line: 1 }] }),
      () => stand.act("refund", { order: id, shipping: "4.90" }),
      () => stand.act("cancel", { order: id }),
    ];
    const states = [];
    for (const step of steps) {
      await step();
      const messages = await taken(open);
      const [message] = messages;
      if (messages.length !== 1 || message?.kind !== "order") throw new Error(JSON.stringify(messages));
      const page = await shop.ordersSince(0, null);
      expect(page.readings).toEqual([message.reading]);
      expect(JSON.stringify(page.readings[0])).toBe(JSON.stringify(message.reading));
      expect(await shop.order(id)).toEqual(message.reading);
      states.push(orderIn(message.reading));
    }
    expect(states.map(({ status, goods, refunded }) => [status, goods, refunded])).toEqual([
      ["pending", "60.72", "0.00"],
      ["paid", "60.72", "0.00"],
      ["paid", "54.73", "0.00"],
      ["paid", "54.73", "8.03"],
      ["paid", "54.73", "13.86"],
      ["cancelled", "54.73", "13.86"],
    ]);
    expect(states[0]).toMatchObject({
      codes: ["anna10"],
      click: "tok",
      items: [{ sku: "TEE" }, { name: "Große Tasse" }],
    });
  });

  it("tell of a deletion by the id alone, and of a restored order as it is", async () => {
    const open = await openShop(woo.origin);
    await open.shop.registerWebhooks(HOOK);
    const { id } = await open.stand.act<{ id: string }>("order", { lines: [{ price: "5.00" }] });
    await open.stand.act("delete", { order: id });
    // Its first message is made when it is sent, and the order is in the bin by then.
    expect(await taken(open)).toEqual([
      expect.objectContaining({ kind: "ignored", reason: "order_gone" }),
      { kind: "deleted", topic: "order.deleted", orderId: id, at: null },
    ]);
    expect(await open.shop.order(id)).toBeNull();
    await open.stand.act("restore", { order: id });
    expect(await taken(open)).toEqual([{ kind: "order", topic: "order.restored", reading: await open.shop.order(id) }]);
  });

  it("of a user who lost the right to see orders say so, and cost nothing but the wait for a poll (SHP-17)", async () => {
    const open = await openShop(woo.origin);
    await open.shop.registerWebhooks(HOOK);
    await open.stand.act("set", { manager: false });
    await open.stand.act("order", { lines: [{ price: "5.00" }] });
    expect(await taken(open)).toMatchObject([{ kind: "ignored", reason: "webhook_user_lost_rights" }]);
  });
});
