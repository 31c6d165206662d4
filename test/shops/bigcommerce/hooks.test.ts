import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stand } from "../../../scripts/shops/stand.ts";
import { bigcommerce } from "../../../src/shops/bigcommerce/platform.ts";
import { HOOK, openShop, type OpenShop, startBig } from "./open-shop.ts";

let big: Stand;

beforeAll(async () => {
  big = await startBig();
});

afterAll(() => big.close());

interface Hook {
  id: number;
  scope: string;
  destination: string;
  is_active: boolean;
}

const hooksOf = async ({ stand }: OpenShop) => (await stand.state<{ webhooks: Hook[] }>()).webhooks;
const states = (list: { state: string }[]) => [...new Set(list.map(({ state }) => state))];
const other = HOOK.replace("go.brand.example", "old.brand.example");
const foreign = "https://elsewhere.example/hook";

/** Registers a hook as somebody else would. */
async function add({ stand, access }: OpenShop, scope: string, destination: string) {
  const body = JSON.stringify({ scope, destination, is_active: true });
  const headers = { "x-auth-token": access.secrets["accessToken"] ?? "" };
  return (await fetch(`${stand.origin}/v3/hooks`, { method: "POST", headers, body })).status;
}

describe("webhooks of a BigCommerce store", () => {
  it("are registered, one a scope, and once", async () => {
    const open = await openShop(big.origin);
    const first = await open.shop.registerWebhooks(HOOK);
    expect(first.map(({ topic }) => topic)).toEqual(bigcommerce.topics);
    expect(states(first)).toEqual(["active"]);
    expect(await open.shop.registerWebhooks(HOOK)).toEqual(first);
    expect(await hooksOf(open)).toHaveLength(bigcommerce.topics.length);
    expect((await open.shop.check(HOOK)).webhooks).toEqual(first);
  });

  it("SHP-17: that BigCommerce deactivated are paused, and come back", async () => {
    const open = await openShop(big.origin);
    const first = await open.shop.registerWebhooks(HOOK);
    await open.stand.act("deactivateWebhooks");
    expect(states((await open.shop.check(HOOK)).webhooks)).toEqual(["paused"]);
    expect(await open.shop.registerWebhooks(HOOK)).toEqual(first);
    expect((await hooksOf(open)).every((hook) => hook.is_active)).toBe(true);
  });

  it("SHP-17: fall silent after eleven retries in two days, and come back", async () => {
    const open = await openShop(big.origin);
    let now = Date.parse("2026-06-01T12:00:00Z");
    await open.stand.clock(now);
    // The seconds between tries, by BigCommerce's documentation.
    const waits = [60, 180, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 50_400, 86_400];
    await open.shop.registerWebhooks(HOOK);
    await open.stand.act("order", { lines: [{ price: "5.00" }] });
    for (const wait of [0, ...waits]) {
      await open.stand.clock((now += wait * 1000 - 1));
      if (wait > 0) expect(await open.stand.take(true)).toEqual([]);
      await open.stand.clock((now += 1));
      const taken = await open.stand.take(true);
      expect(taken).toHaveLength(3);
      expect(states((await open.shop.check(HOOK)).webhooks)).toEqual(["active"]);
      await open.stand.answered(taken.map(({ id }) => ({ id, status: 500 })));
    }
    const off = (await open.shop.check(HOOK)).webhooks.filter(({ state }) => state === "paused");
    expect(off.map(({ topic }) => topic)).toContain("store/order/created");
    expect(states(await open.shop.registerWebhooks(HOOK))).toEqual(["active"]);
  });

  it("of this store that lead elsewhere go, and nobody else's do, though a scope has no room for more", async () => {
    const open = await openShop(big.origin);
    const scope = "store/order/created";
    for (let count = 0; count < 9; count++) expect(await add(open, scope, `${foreign}${count}`)).toBe(200);
    expect(await add(open, scope, other)).toBe(200);
    expect(await add(open, "store/product/updated", foreign)).toBe(200);
    expect(states(await open.shop.registerWebhooks(HOOK))).toEqual(["active"]);
    const left = await hooksOf(open);
    expect(left.filter(({ destination }) => destination === other)).toEqual([]);
    expect(left.filter(({ destination }) => destination.startsWith(foreign))).toHaveLength(10);
    await open.shop.withdrawWebhooks();
    expect((await hooksOf(open)).every(({ destination }) => destination.startsWith(foreign))).toBe(true);
  });

  it("that there is no room for are told of", async () => {
    const open = await openShop(big.origin);
    const scope = "store/order/created";
    for (let count = 0; count < 10; count++) await add(open, scope, `${foreign}${count}`);
    await expect(open.shop.registerWebhooks(HOOK)).rejects.toMatchObject({ code: "refused" });
  });

  it("whose answer got lost are registered once", async () => {
    const open = await openShop(big.origin);
    await open.stand.faults({ next: [{ kind: "lost", match: "POST /v3/hooks", times: 3 }] });
    await open.shop.registerWebhooks(HOOK).catch(() => []);
    await open.stand.faults({});
    await open.shop.registerWebhooks(HOOK);
    expect(await hooksOf(open)).toHaveLength(bigcommerce.topics.length);
  });

  it("have to lead to port 443", async () => {
    const open = await openShop(big.origin);
    await expect(open.shop.registerWebhooks(HOOK.replace(".example", ".example:8443"))).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining("443"),
    });
  });
});

describe("a message of a BigCommerce store", () => {
  it("is signed by the client secret's own bytes, and names its order", async () => {
    const open = await openShop(big.origin);
    await open.shop.registerWebhooks(HOOK);
    const { id } = await open.stand.act<{ id: string }>("order", { lines: [{ price: "5.00" }], at: 0 });
    const taken = await open.stand.take();
    expect(taken.map(({ topic }) => topic).toSorted()).toEqual([
      "store/order/created",
      "store/order/statusUpdated",
      "store/order/updated",
    ]);
    const secret = open.access.secrets["clientSecret"] ?? "";
    for (const { topic, headers, body } of taken) {
      new Webhook(secret, { format: "raw" }).verify(body, headers);
      const bytes = new TextEncoder().encode(body);
      expect(await bigcommerce.verify(new Headers(headers), bytes, open.access.secrets)).toBe(true);
      expect(bigcommerce.read(new Headers(headers), bytes, "wm_click")).toEqual({
        kind: "fetch",
        topic,
        orderId: id,
        deliveryId: headers["webhook-id"],
      });
    }
    // Events of one order share the hash, and nothing else.
    const hashes = taken.map(({ body }) => (JSON.parse(body) as { hash: string }).hash);
    expect(new Set(hashes).size).toBe(1);
    expect(new Set(taken.map(({ headers }) => headers["webhook-id"])).size).toBe(3);
  });
});
