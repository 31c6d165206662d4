import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { reconcile } from "../../../src/books/reconcile/run.ts";
import { reconciliationDetail } from "../../../src/books/reconcile/schema.ts";
import { loadConnection } from "../../../src/shops/connection/load-shop.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { rowsOf } from "../../ground/rows.ts";
import { change, connectLive, hear, placeOrder, send } from "../../sales/shop/live-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { connect, connectionOf } from "../connection-fixtures.ts";
import { makeShopOf } from "../stand-shops.ts";
import { DAY, holdShopQueue, manyCodes } from "../code/model-run.ts";
import { codesIn, standStore, syncOver } from "../code/stand-run.ts";

beforeEach(() => {
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const SETTING = "Allow OAuth Access Tokens to be used as standalone Bearer tokens";

test("UPF-2: a store is connected to Magento by a token or by OAuth, one way at a time", async () => {
  const shop = await makeShopOf("magento", { auth: "token" });
  const { id } = await createStore({ provider: "magento" });
  const { url = "", accessToken = "" } = shop.credentials;
  await connect(id, { url, accessToken });
  expect((await loadConnection(env, id))?.secrets).toEqual({ accessToken });
  const oauth = { consumerKey: "a".repeat(32), consumerSecret: "b", token: accessToken, tokenSecret: "c" };
  const both = { url, accessToken, oauth };
  expectInvalid(await api("PUT", `/stores/${id}/connection`, both), "oauth");
  const other = await makeShopOf("magento");
  const path = `/stores/${(await createStore({ provider: "magento" })).id}/connection`;
  const address = other.credentials["url"];
  expectInvalid(await api("PUT", path, { url: address }), "accessToken");
  expectInvalid(await api("PUT", path, { url: address, oauth: { consumerKey: "k" } }), "oauth.consumerSecret");
  expectInvalid(await api("PUT", path, { url: "ftp://shop.example", accessToken }), "url");
});

test("is told the very setting where a token isn't taken by itself", async () => {
  const shop = await makeShopOf("magento", { auth: "token", bearer: false });
  const { id } = await createStore({ provider: "magento" });
  const problem = problemOf(await api("PUT", `/stores/${id}/connection`, shop.credentials));
  expect(problem).toMatchObject({ code: "shop_refused", detail: expect.stringContaining(SETTING) });
});

test("nothing that comes to its address for webhooks is believed", async () => {
  const { storeId } = await connectLive("magento");
  const url = `https://go.brand.example/webhooks/magento/${storeId}`;
  for (const headers of [{}, { authorization: "Bearer x" }, { "x-adobe-signature": "x" }] as Record<string, string>[]) {
    const answer = await send(new Request(url, { method: "POST", headers, body: '{"entity_id": 1}' }));
    expect(answer.status).toBe(401);
  }
  expect(await rowsOf("SELECT * FROM inbox")).toEqual([]);
  expect(await connectionOf(storeId)).toMatchObject({ webhooks: [], webhookUrl: null, problems: [] });
});

test("UPF-21, UPF-55: codes of a plan are in the shop from its start to its end, and nothing is left of them then", async () => {
  holdShopQueue();
  const now = Date.now();
  const plan = { startsAt: now + DAY, endsAt: now + 3 * DAY, limits: { totalUses: 9 } };
  const { storeId, planId, shop } = await standStore("magento", plan);
  await manyCodes(planId, storeId, 3);
  const published = async () => (await codesIn(shop)).map(({ isPublished }) => isPublished);
  await syncOver(storeId, now);
  expect(await published()).toEqual([false, false, false]);
  await syncOver(storeId, now + DAY);
  expect(await published()).toEqual([true, true, true]);
  await syncOver(storeId, now + 3 * DAY);
  expect(await shop.state()).toMatchObject({ rules: [], coupons: [] });
});

test("SHP-25: an order that the shop fails at is told of, and holds up no other", async () => {
  const live = await connectLive("magento");
  const ids = [await placeOrder(live), await placeOrder(live), await placeOrder(live)];
  await change(live, "poison", ids[1] ?? "");
  await hear(live);
  expect(await rowsOf("SELECT external_id AS id FROM orders ORDER BY 1")).toEqual([{ id: ids[0] }, { id: ids[2] }]);
  const { body } = await api("GET", `/inbox?store=${live.storeId}&source=shop&verdict=refused`);
  expect(JSON.stringify(body)).toContain("skipped_by_shop");
  // Its code was mended: the next poll brings it.
  await change(live, "poison", ids[1] ?? "", { heal: true });
  await hear(live);
  expect(await rowsOf("SELECT external_id AS id FROM orders ORDER BY 1")).toHaveLength(3);
});

test("SHP-7: an export of its grid names orders as polls do, and finds them as they are", async () => {
  const live = await connectLive("magento", {}, {}, { currency: "EUR", timezone: "Europe/Berlin" });
  const placedAt = Date.now() - 3_600_000;
  await live.shop.clock(placedAt);
  const plain = await placeOrder(live);
  const second = await placeOrder(live, { storeView: 2 });
  const partly = await placeOrder(live);
  const closed = await placeOrder(live);
  const cancelled = await placeOrder(live, { payment: "pending" });
  await live.shop.clock(placedAt + 60_000);
  await change(live, "refund", partly, { amount: "12.50", adjustmentNegative: "2.50" });
  await change(live, "refund", closed);
  await change(live, "cancel", cancelled);
  await live.shop.clock(null);
  await hear(live);
  expect(second).toMatch(/^2\d{9}$/);

  const at = new Intl.DateTimeFormat("en-US", {
    timeZone: "Europe/Berlin",
    dateStyle: "medium",
    timeStyle: "medium",
  }).format(placedAt);
  const date = at.replaceAll("\u202f", " ");
  const row = (id: string, status: string, refunded: string) =>
    `${id},"Main Website","${date}",105.0000,105.0000,${status},100.0000,5.0000,checkmo,${refunded}`;
  const csv = [
    "ID,Purchase Point,Purchase Date,Grand Total (Base),Grand Total (Purchased),Status,Subtotal,Shipping and Handling,Payment Method,Total Refunded",
    row(plain, "Processing", ""),
    row(second, "Processing", ""),
    row(partly, "Processing", "10.0000"),
    row(closed, "Closed", "105.0000"),
    row(cancelled, "Canceled", ""),
  ].join("\n");
  const path = `/reconciliations?store=${live.storeId}&dryRun=true`;
  const { id } = bodyOf(reconciliationDetail, await api("POST", path, csv, { "content-type": "text/csv" }));
  await vi.waitFor(async () => {
    await reconcile(env, Date.now());
    const { status, counts } = bodyOf(reconciliationDetail, await api("GET", `/reconciliations/${id}`));
    expect(status).toBe("ready");
    const found = Object.entries(counts).filter(([, count]) => count > 0);
    expect(Object.fromEntries(found)).toEqual({ matched: 5 });
  }, 20_000);
});
