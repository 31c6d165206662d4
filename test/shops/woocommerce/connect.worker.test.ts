import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { loadConnection, openShop } from "../../../src/shops/connection/load-shop.ts";
import { api } from "../../ground/api.ts";
import { createStore } from "../../programme/fixtures.ts";
import { connect, connectionOf } from "../connection-fixtures.ts";
import { makeShopOf } from "../stand-shops.ts";
import { orderIn } from "./order-fixtures.ts";

interface State {
  webhooks: { id: number; status: string; delivery_url: string }[];
}

test("a store is connected to WooCommerce by its address and a key, and what its webhooks say is verified in workerd", async () => {
  const stand = await makeShopOf("woocommerce", { stripsAuthorization: true });
  const { id } = await createStore({ provider: "woocommerce", currency: "EUR" });
  const { consumerKey = "", consumerSecret = "", url = "" } = stand.credentials;
  const shown = await connect(id, { provider: "woocommerce", url, consumerKey, consumerSecret });
  expect(shown).toMatchObject({ state: "connected", account: url, scopes: ["read", "write"], failure: null });
  expect(JSON.stringify(await connectionOf(id))).not.toMatch(/c[ks]_[0-9a-f]/);

  const found = await loadConnection(env, id);
  const opened = await openShop(env, id);
  if (found === null || opened === null) throw new Error("not connected");
  // Woo signs by a secret whose entities it has unescaped: ours has nothing that it could take for one.
  expect(found.secrets["webhookSecret"]).toMatch(/^[\w+/=-]{20,}$/);
  const order = await stand.act<{ id: string }>("order", { lines: [{ price: "12.50", quantity: 2 }], taxRate: 0.19 });
  const told = [];
  for (const { headers, body } of await stand.take()) {
    const [said, bytes] = [new Headers(headers), new TextEncoder().encode(body)];
    if (found.platform.isPing(said, bytes)) continue;
    expect(await found.platform.verify(said, bytes, found.secrets)).toBe(true);
    const message = found.platform.read(said, bytes, found.clickParam);
    if (message.kind === "order") told.push(orderIn(message.reading));
  }
  expect(told).toMatchObject([{ orderId: order.id, total: "29.75", goods: "25.00", currency: "EUR" }]);
  expect((await opened.shop.ordersSince(0, null)).readings.map(orderIn)).toEqual(told);

  const { webhooks } = await stand.state<State>();
  expect(webhooks).toHaveLength(4);
  for (const { status, delivery_url } of webhooks) {
    expect(status).toBe("active");
    expect(delivery_url).toMatch(new RegExp(`/webhooks/woocommerce/${id}$`));
  }
  await api("DELETE", `/stores/${id}/connection`);
  expect((await stand.state<State>()).webhooks).toEqual([]);
});

test("a key that may only read is told of with the setting to change", async () => {
  // Alarms are logged as they open.
  const log = vi.spyOn(console, "error").mockReturnValue();
  const stand = await makeShopOf("woocommerce", { permissions: "read" });
  const { id } = await createStore({ provider: "woocommerce" });
  const { state, scopes, failure } = await connect(id, stand.credentials);
  log.mockRestore();
  expect({ state, scopes, failure }).toEqual({
    state: "failing",
    scopes: ["read"],
    failure: { code: "missing_scope", detail: expect.stringContaining("Read/Write"), since: expect.any(String) },
  });
});
