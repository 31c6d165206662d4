import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stand } from "../../../scripts/shops/stand.ts";
import { specOf } from "../code-fixtures.ts";
import { HOOK, openShop, startWoo } from "./open-shop.ts";

let woo: Stand;

beforeAll(async () => {
  woo = await startWoo();
});

afterAll(() => woo.close());

const NOW = Date.parse("2026-06-01T12:00:00Z");

describe("calls to a shop", () => {
  it("prove who they are by the header, and never by their address", async () => {
    const { stand, shop } = await openShop(woo.origin);
    await shop.ordersSince(NOW, null);
    expect(await stand.calls()).toEqual([{ label: "GET /orders", status: 200, fault: null }]);
  });

  it("go by keys in the query where a host takes the header away, found out once", async () => {
    const { stand, shop } = await openShop(woo.origin, { stripsAuthorization: true });
    await shop.ordersSince(NOW, null);
    await shop.makeCode(specOf("Anna10"), NOW);
    expect((await stand.calls()).map(({ label, status }) => `${label} ${status}`)).toEqual([
      "GET /orders 401",
      "GET /orders 200",
      "POST /coupons 201",
    ]);
  });

  it.each([
    ["a secret that is wrong", { consumerSecret: "cs_wrong" }, 1],
    ["a key that nobody has", { consumerKey: "ck_wrong" }, 2],
  ])("with %s fail as unauthorised", async (_what, secrets: Record<string, string>, calls) => {
    const { stand, shop } = await openShop(woo.origin, {}, secrets);
    await expect(shop.ordersSince(NOW, null)).rejects.toMatchObject({ code: "unauthorised", passing: false });
    expect(await stand.calls()).toHaveLength(calls);
    for (const secret of Object.values(secrets)) {
      await expect(shop.ordersSince(NOW, null)).rejects.toMatchObject({ message: expect.not.stringContaining(secret) });
    }
  });

  it("that write by a key that may only read name the permission to change", async () => {
    const { shop } = await openShop(woo.origin, { permissions: "read" });
    const failure = expect.objectContaining({ code: "missing_scope", message: expect.stringContaining("Read/Write") });
    await expect(shop.makeCode(specOf("Anna10"), NOW)).rejects.toEqual(failure);
    await expect(shop.registerWebhooks(HOOK)).rejects.toEqual(failure);
    await expect(shop.withdrawCode("1")).rejects.toEqual(failure);
  });

  it("of a user who may not manage the shop name the role that it needs", async () => {
    const { shop } = await openShop(woo.origin, { manager: false });
    await expect(shop.check(null)).rejects.toMatchObject({
      code: "missing_scope",
      message: expect.stringContaining("Shop manager"),
    });
  });

  it("to a shop whose links are plain name that setting", async () => {
    const { shop } = await openShop(woo.origin, { permalinks: false });
    await expect(shop.check(null)).rejects.toMatchObject({
      code: "missing_setting",
      message: expect.stringContaining("Permalinks"),
    });
  });

  it("wait as long as the host asks, and go on", async () => {
    const { stand, shop, waits } = await openShop(woo.origin);
    await stand.faults({ next: [{ kind: "throttled", times: 2 }] });
    expect(await shop.ordersSince(NOW, null)).toEqual({ readings: [], skipped: [], next: null });
    expect(waits).toEqual([1050, 1050]);
  });

  it("fail for now where a host doesn't stop, or is down", async () => {
    const { stand, shop } = await openShop(woo.origin);
    await stand.faults({ throttled: 1 });
    await expect(shop.order("5")).rejects.toMatchObject({ code: "throttled", passing: true });
    await stand.faults({ error: 1 });
    await expect(shop.order("5")).rejects.toMatchObject({ code: "unavailable", passing: true });
    await stand.faults({ cut: 1 });
    await expect(shop.order("5")).rejects.toMatchObject({ code: "unavailable", passing: true });
  });
});

describe("a check of a shop", () => {
  it("says what works", async () => {
    const { stand, shop } = await openShop(woo.origin, { currency: "SEK" });
    expect(await shop.check(HOOK)).toEqual({
      account: stand.origin,
      apiVersion: "wc/v3",
      scopes: ["read", "write"],
      currency: "SEK",
      webhooks: ["order.created", "order.updated", "order.deleted", "order.restored"].map((topic) => ({
        topic,
        externalId: null,
        state: "missing",
      })),
      problems: [],
    });
    expect(await stand.state()).toMatchObject({ coupons: [], webhooks: [], orders: [] });
  });

  it("names the settings that are in the way", async () => {
    const { shop } = await openShop(woo.origin, { permissions: "read", couponsEnabled: false });
    const check = await shop.check(null);
    expect(check).toMatchObject({ scopes: ["read"], webhooks: [] });
    expect(check.problems).toEqual([
      { code: "missing_setting", detail: expect.stringContaining("Enable the use of coupon codes") },
      { code: "missing_scope", detail: expect.stringContaining("Read/Write") },
    ]);
  });
});
