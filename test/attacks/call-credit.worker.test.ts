import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { tellCallsDue } from "../../src/calls/call/due-run.ts";
import { customerHasher } from "../../src/sales/capture/customer.ts";
import { api, holding } from "../ground/api.ts";
import { putCall } from "../calls/call-rows.ts";
import { createKey } from "../operate/key-fixtures.ts";
import { createCreator, createStore } from "../programme/fixtures.ts";
import { insertLink } from "../links/link-fixtures.ts";
import { call as request, postEvents, postOrder, type ShopStore } from "../sales/capture-fixtures.ts";

/*
 * Calls are credited by what a server says, of a carrier or a shop, and deals by whoever holds a key. Here others try.
 */

const HOUR = 3_600_000;
const PHONE = "+4930123456";
const LINK = "lnk_0000000000000777";

let store: ShopStore;
let creatorId: string;
let callId: string;

/** The hash of the caller of a store's calls. */
const callerOf = async (storeId: string) => customerHasher(env.VISITOR_KEY)(storeId, `phone:${PHONE}`);

beforeEach(async () => {
  store = await createStore({ origins: ["https://shop.example"] });
  creatorId = (await createCreator()).id;
  await insertLink({ id: LINK, kind: "affiliate", creatorId, storeId: store.id });
  const callerHash = await callerOf(store.id);
  ({ id: callId } = await putCall({
    storeId: store.id,
    creatorId,
    linkId: LINK,
    callerHash,
    startedAt: Date.now() - HOUR,
  }));
});

/** Who is credited with each order, by store and the shop's own id. */
async function credited(): Promise<Record<string, string | null>> {
  const { results } = await env.DB.prepare("SELECT store_id, external_id, creator_id FROM orders").all<{
    store_id: string;
    external_id: string;
    creator_id: string | null;
  }>();
  return Object.fromEntries(
    results.map((row) => [`${row.store_id === store.id ? "own" : "other"} ${row.external_id}`, row.creator_id]),
  );
}

const order = { orderId: "1", amount: "100.00", currency: "EUR" };
const deal = { amount: "100.00", currency: "EUR" };

/** What a browser may say of calls and phones, in whatever field. */
const said = () => ({
  ...order,
  phone: PHONE,
  phoneHash: "0".repeat(64),
  calls: [{ callId }],
  callId,
  call: callId,
  source: "call",
  data: { calls: [{ callId }], phone: PHONE },
});

describe("money rules of calls", () => {
  it("a browser's word of a call or a phone credits nobody (BXX-5)", async () => {
    const event = { v: 1, type: "order", consent: "granted", url: "https://shop.example/", data: said() };
    expect((await postEvents(store.key, [event], { Origin: "https://shop.example" })).status).toBe(202);
    const query = new URLSearchParams({
      s: store.key,
      order: "2",
      amount: "5",
      phone: PHONE,
      call: callId,
      calls: callId,
    });
    await request(`/pixel.gif?${query.toString()}`);
    expect(await credited()).toEqual({ "own 1": null, "own 2": null });
    // Nor does it, once the shop's server told of the order and named no phone; the server's own does.
    await postOrder(store, { ...said(), phone: "030 123456" });
    await tellCallsDue(env, Date.now());
    expect((await credited())["own 1"]).toBeNull();
    await postOrder(store, { ...order, phone: "+49 (0)30 123456" });
    expect((await credited())["own 1"]).toBe(creatorId);
    const kept = (await env.DB.prepare("SELECT body FROM inbox").all<{ body: string }>()).results.map(
      ({ body }) => body,
    );
    expect(kept.join()).not.toMatch(/30123456|030 123456|\(0\)30/);
  });

  it("a postback's word of a phone isn't read: it stands in an address that others may see", async () => {
    await request(
      `/postback?${new URLSearchParams({ s: store.key, token: store.secret, order: "3", amount: "5", phone: PHONE }).toString()}`,
    );
    expect(await credited()).toEqual({ "own 3": null });
  });

  it("a deal that is forged, by nobody or by a key that may not, makes nothing; one that is replayed makes nothing more (BX-15)", async () => {
    const path = `/calls/${callId}/deal`;
    const reader = await createKey(["orders:read", "reports:read", "settings:write", "plans:write"]);
    expect((await api("POST", path, deal, { authorization: "" })).status).toBe(401);
    expect((await api("POST", path, deal, holding(`${store.key}.${store.secret}`))).status).toBe(401);
    expect((await api("POST", path, deal, holding(reader.key))).status).toBe(403);
    expect(await credited()).toEqual({});
    const key = { "Idempotency-Key": "once" };
    for (const headers of [key, key, {}, {}]) expect((await api("POST", path, deal, headers)).status).toBe(200);
    expect(await credited()).toEqual({ [`own call-${callId}`]: creatorId });
    const count = await env.DB.prepare("SELECT count(*) AS n FROM order_evidence").first<number>("n");
    expect(count).toBe(1);
  });

  it("a call of another store credits no order, whoever called and whatever names it", async () => {
    const other = await createStore();
    const callerHash = await callerOf(store.id);
    // The same hash would be the same person: no store's is another's.
    expect(await callerOf(other.id)).not.toBe(callerHash);
    await postOrder(other, { ...order, phone: PHONE, customerId: "anna" });
    // A deal makes an order of the call's own store, though another store's has the same id.
    await api("POST", `/calls/${callId}/deal`, { ...deal, orderId: "1" });
    await tellCallsDue(env, Date.now());
    expect(await credited()).toEqual({ "other 1": null, "own 1": creatorId });
    // Evidence that names another store's call, however it came to, finds no call.
    await env.DB.prepare(
      `UPDATE order_evidence SET data = json_set(data, '$.calls', json(?1)), source = 'call'
       WHERE order_id = (SELECT id FROM orders WHERE store_id = ?2)`,
    )
      .bind(JSON.stringify([{ callId }]), other.id)
      .run();
    await postOrder(other, { ...order, amount: "90.00" });
    expect((await credited())["other 1"]).toBeNull();
  });

  it("a call that nobody answered, or a talk too short, earns nothing by the phone alone", async () => {
    await env.DB.prepare("UPDATE calls SET qualified = 0, talk_seconds = 2").run();
    await postOrder(store, { ...order, phone: PHONE });
    expect(await credited()).toEqual({ "own 1": null });
  });
});
