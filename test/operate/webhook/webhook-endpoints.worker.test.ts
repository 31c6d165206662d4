import { env } from "cloudflare:workers";
import { createExecutionContext } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import worker from "../../../src/index.ts";
import { deliverySchema, endpointSchema, endpointWithSecret } from "../../../src/operate/webhook/schema.ts";
import type { Scope } from "../../../src/ground/http/auth.ts";
import { api, bodyOf, expectInvalid, holding, pagesOf, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { dump } from "../../ground/rows.ts";
import { expectGuarded } from "../key-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import {
  answering,
  changeEndpoint,
  createEndpoint,
  deliveriesTo,
  happen,
  messageOf,
  signers,
  world,
} from "../webhook-fixtures.ts";

const NOBODY = "whk_0000000000000zzz";
const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/;

/** What is sent behind an answer goes nowhere, also what is still being sent when its test is over. */
const request = vi.fn<typeof fetch>();
vi.stubGlobal("fetch", request);

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  request.mockReset().mockImplementation(async () => new Response(null, { status: 204 }));
});

afterEach(() => {
  vi.restoreAllMocks();
});

const read = async (endpointId: string) =>
  bodyOf(endpointSchema.strict(), await api("GET", `/webhook-endpoints/${endpointId}`));
const post = async (path: string, body?: unknown, headers?: Record<string, string>) =>
  api("POST", `/webhook-endpoints/${path}`, body, headers);

/** How long something behind an answer may take. */
const WAIT = { timeout: 10_000 };

/** Waits until nothing is under way. */
async function settled(endpointId: string): Promise<void> {
  await vi.waitFor(async () => expect(await deliveriesTo(endpointId, "?status=pending")).toEqual([]), WAIT);
}

describe("/webhook-endpoints", () => {
  it("makes, lists, changes and deletes endpoints, each with an audit entry", async () => {
    const store = await createStore();
    const { secret: _first, ...first } = await createEndpoint();
    const given = {
      url: "https://hooks.example.com/b",
      storeId: store.id,
      types: ["payout.paid"],
      description: "Books",
    };
    const { secret: _second, ...second } = await createEndpoint(given);
    expect(first).toMatchObject({ storeId: null, types: null, description: null, disabled: false });
    expect(second).toMatchObject(given);
    expect(await read(second.id)).toEqual(second);
    expect(await pagesOf(endpointSchema, "/webhook-endpoints?limit=1")).toEqual([[second], [first]]);

    const changes = { url: "https://hooks.example.com/c", types: null, description: null, disabled: true };
    const changed = await changeEndpoint(second.id, changes);
    expect(changed).toEqual({ ...second, ...changes, updatedAt: expect.any(String) });
    expect(await read(second.id)).toEqual(changed);
    expect(await changeEndpoint(second.id, { disabled: false })).toMatchObject({ ...changes, disabled: false });

    expect((await api("DELETE", `/webhook-endpoints/${second.id}`)).status).toBe(204);
    for (const [method, path, body] of [
      ["GET", "", undefined],
      ["PATCH", "", {}],
      ["DELETE", "", undefined],
      ["POST", "/rotate-secret", undefined],
      ["POST", "/test", undefined],
      ["GET", "/deliveries", undefined],
      ["POST", "/deliveries/1/replay", undefined],
      ["POST", "/replay", {}],
    ] as const) {
      const answer = await api(method, `/webhook-endpoints/${second.id}${path}`, body);
      expect(problemOf(answer).code, `${method} ${path}`).toBe("not_found");
    }
    expect(await pagesOf(endpointSchema, "/webhook-endpoints?limit=5")).toEqual([[first]]);
    const { results } = await env.DB.prepare(
      "SELECT action FROM audit_log WHERE entity_id = ?1 AND entity = 'webhookEndpoint' ORDER BY id",
    )
      .bind(second.id)
      .all();
    expect(results.map(({ action }) => action)).toEqual(["create", "update", "update", "delete"]);
  });

  it("shows a secret once, and keeps it sealed alone", async () => {
    const key = { "idempotency-key": "endpoint-1" };
    const create = async () => api("POST", "/webhook-endpoints", { url: "https://hooks.example.com/" }, key);
    const { id, secret } = bodyOf(endpointWithSecret, await create());
    expect(bodyOf(endpointWithSecret, await create())).toMatchObject({ id, secret });
    const { secret: next } = bodyOf(endpointWithSecret, await post(`${id}/rotate-secret`));
    expect([secret, next].every((text) => SECRET.test(text))).toBe(true);
    expect(next).not.toBe(secret);
    const shown = await changeEndpoint(id, { disabled: false });
    const { results } = await env.DB.prepare("SELECT * FROM webhook_endpoints").all();
    const told = JSON.stringify([
      shown,
      await read(id),
      (await api("GET", "/webhook-endpoints")).body,
      (await api("GET", "/audit")).body,
      results,
    ]);
    for (const text of [told, await dump("audit_log"), await dump("idempotency_keys")]) {
      expect(text).not.toContain(secret.slice(6));
      expect(text).not.toContain(next.slice(6));
    }
    await api("DELETE", `/webhook-endpoints/${id}`);
    const kept = await env.DB.prepare("SELECT secret_sealed AS sealed FROM webhook_endpoints").first();
    expect(kept).toEqual({ sealed: "" });
  });

  it("seals a secret for its endpoint alone: another's row can't use it", async () => {
    const [one, other] = [await createEndpoint(), await createEndpoint()];
    await env.DB.prepare(
      "UPDATE webhook_endpoints SET secret_sealed = (SELECT secret_sealed FROM webhook_endpoints WHERE id = ?1) WHERE id = ?2",
    )
      .bind(one.id, other.id)
      .run();
    await happen();
    const { messages, run } = world();
    await run();
    expect(messages).toHaveLength(1);
    expect(await deliveriesTo(other.id)).toMatchObject([{ lastError: expect.stringContaining("can't be opened") }]);
    // A new secret mends it, and nothing of the old is signed with.
    const { secret } = bodyOf(endpointWithSecret, await post(`${other.id}/rotate-secret`));
    await happen();
    await run();
    const last = messages.at(-1);
    expect(last?.headers["webhook-signature"]).not.toContain(" ");
    for (const message of messages.slice(1)) expect(signers(message, [one.secret, secret])).toHaveLength(1);
  });

  it("keeps both of two rotations at the same moment", async () => {
    const { id, secret: first } = await createEndpoint();
    let second = "";
    beforeNextWrite(async () => {
      second = bodyOf(endpointWithSecret, await post(`${id}/rotate-secret`)).secret;
    });
    const { secret: third } = bodyOf(endpointWithSecret, await post(`${id}/rotate-secret`));
    await happen();
    const { messages, run } = world();
    await run();
    expect(signers(messages[0], [first, second, third])).toEqual([second, third]);
  });

  it.each([
    "http://hooks.example.com/",
    "https://user:secret@hooks.example.com/",
    "https://10.0.0.8/",
    "https://[::1]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://metadata.google.internal/",
    "https://intranet/",
    "ftp://hooks.example.com/",
  ])("refuses the URL %s, when it is made and when it is changed", async (url) => {
    expectInvalid(await api("POST", "/webhook-endpoints", { url }), "url");
    const { id } = await createEndpoint();
    expectInvalid(await api("PATCH", `/webhook-endpoints/${id}`, { url }), "url");
    expect((await read(id)).url).toBe("https://hooks.example.com/waymark");
  });

  it("G-14: takes this machine from this machine alone, and by its plain name", async () => {
    const create = async (origin: string, publicUrl: string, url: string) => {
      const made = new Request<unknown, IncomingRequestCfProperties>(`${origin}/api/v1/webhook-endpoints`, {
        method: "POST",
        headers: holding(env.ADMIN_API_KEY),
        body: JSON.stringify({ url }),
      });
      return (await worker.fetch(made, { ...env, PUBLIC_URL: publicUrl as "" }, createExecutionContext())).status;
    };
    const here = "http://127.0.0.1:8787";
    const hook = "http://127.0.0.1:9000/hook";
    expect(await create(here, "", hook)).toBe(201);
    expect(await create(here, "http://localhost:8787", hook)).toBe(201);
    expect(await create(here, "https://go.brand.com", hook)).toBe(422);
    for (const publicUrl of ["", "http://localhost:8787", "https://go.brand.com"]) {
      expect(await create("https://go.brand.example", publicUrl, hook), publicUrl).toBe(422);
      expect(await create("https://waymark.example.workers.dev", publicUrl, "http://localhost/"), publicUrl).toBe(422);
    }
    for (const host of ["0x7f000001", "127.1", "localhost.", "2130706433", "0177.0.0.1", "127.0.0.1.", "[::1]", "0"]) {
      expect(await create(here, "", `http://${host}:9000/hook`), host).toBe(422);
      expect(await create(here, "", `https://${host}/`), host).toBe(422);
    }
  });

  it("refuses a store that there isn't, types that there aren't, and a store that is deleted meanwhile", async () => {
    const body = { url: "https://hooks.example.com/" };
    expectInvalid(await api("POST", "/webhook-endpoints", { ...body, storeId: "str_0000000000000zzz" }), "storeId");
    expectInvalid(await api("POST", "/webhook-endpoints", { ...body, types: ["ping"] }), "types.0");
    expectInvalid(await api("POST", "/webhook-endpoints", { ...body, types: [] }), "types");
    const { id } = await createEndpoint();
    expectInvalid(await api("PATCH", `/webhook-endpoints/${id}`, { storeId: null }), "storeId");
    expectInvalid(await api("PATCH", `/webhook-endpoints/${id}`, { secret: "whsec_x" }), "secret");
    const store = await createStore();
    beforeNextWrite(() => api("DELETE", `/stores/${store.id}`));
    expectInvalid(await api("POST", "/webhook-endpoints", { ...body, storeId: store.id }), "storeId");
  });

  it("holds 50, also if two are made at the same moment", async () => {
    const { id } = await createEndpoint();
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 57)
       INSERT INTO webhook_endpoints (id, url, secret_sealed, disabled, created_at, updated_at)
       SELECT 'whk_00000000000000' || i, 'https://hooks.example.com/', '', 0, 0, 0 FROM n`,
    ).run();
    const create = async () => api("POST", "/webhook-endpoints", { url: "https://hooks.example.com/" });
    beforeNextWrite(create);
    expect(problemOf(await create())).toMatchObject({ status: 409, code: "list_full" });
    expect(problemOf(await create()).code).toBe("list_full");
    await api("DELETE", `/webhook-endpoints/${id}`);
    expect((await create()).status).toBe(201);
  });

  it.each<[string, string, ...Scope[]]>([
    ["GET", "", "settings:read"],
    ["POST", "", "settings:write", "orders:read"],
    ["GET", `/${NOBODY}`, "settings:read"],
    ["PATCH", `/${NOBODY}`, "settings:write", "orders:read"],
    ["DELETE", `/${NOBODY}`, "settings:write"],
    ["POST", `/${NOBODY}/rotate-secret`, "settings:write", "orders:read"],
    ["POST", `/${NOBODY}/test`, "settings:write"],
    ["GET", `/${NOBODY}/deliveries`, "settings:read", "orders:read"],
    ["POST", `/${NOBODY}/deliveries/1/replay`, "settings:write", "orders:read"],
    ["POST", `/${NOBODY}/replay`, "settings:write", "orders:read"],
  ])("%s /webhook-endpoints%s needs %s", async (method, path, ...scopes) => {
    await expectGuarded(method, `/webhook-endpoints${path}`, ...scopes);
  });
});

describe("a ping", () => {
  it("goes at once to the one endpoint that is tried, whatever it wants", async () => {
    const { id, secret, url } = await createEndpoint({ types: ["payout.paid"] });
    const other = await createEndpoint();
    expect(bodyOf(endpointSchema, await post(`${id}/test`)).id).toBe(id);
    await settled(id);
    expect(request).toHaveBeenCalledTimes(1);
    const [message] = request.mock.calls.map(messageOf);
    expect(message?.url).toBe(url);
    expect(signers(message, [secret])).toEqual([secret]);
    expect(message?.event).toEqual({
      id: "evt_1",
      type: "ping",
      time: expect.any(String),
      storeId: null,
      subjectId: id,
      data: {},
    });
    expect(await deliveriesTo(id)).toMatchObject([{ status: "delivered", event: { type: "ping" } }]);
    await world().run();
    expect(await deliveriesTo(other.id)).toEqual([]);
    expect(await deliveriesTo(id)).toHaveLength(1);
  });

  it("is refused while the endpoint is disabled, and where it is disabled meanwhile", async () => {
    const { id } = await createEndpoint();
    beforeNextWrite(() => changeEndpoint(id, { disabled: true }));
    expectInvalid(await post(`${id}/test`), "disabled");
    expectInvalid(await post(`${id}/test`), "disabled");
    expect(await deliveriesTo(id)).toEqual([]);
  });
});

describe("deliveries", () => {
  it("are listed by state and by pages, the newest event first", async () => {
    const { id } = await createEndpoint();
    await happen(3, "order.approved", null, { currency: "EUR", totalMinor: 1001, refundedMinor: null });
    await world(({ event }) => new Response("no", { status: event.id === "evt_2" ? 410 : 200 })).run();
    await changeEndpoint(id, { disabled: false });
    expect(await pagesOf(deliverySchema.strict(), `/webhook-endpoints/${id}/deliveries?limit=2`)).toMatchObject([
      [{ seq: 3 }, { seq: 2 }],
      [{ seq: 1 }],
    ]);
    const states = ["pending", "dead", "delivered"].map(async (status) =>
      (await deliveriesTo(id, `?status=${status}`)).map(({ seq }) => seq),
    );
    expect(await Promise.all(states)).toEqual([[3], [2], [1]]);
    expect((await deliveriesTo(id))[1]).toMatchObject({
      seq: 2,
      status: "dead",
      attempts: 1,
      lastStatus: 410,
      lastError: "HTTP 410: no",
      event: {
        id: "evt_2",
        type: "order.approved",
        data: { total: { amountMinor: 1001, currency: "EUR" }, refunded: null },
      },
    });
    expectInvalid(await api("GET", `/webhook-endpoints/${id}/deliveries?status=lost`), "status");
    expectInvalid(await api("GET", `/webhook-endpoints/${id}/deliveries?cursor=x`), "cursor");
    expect(
      bodyOf(pageOf(deliverySchema), await api("GET", `/webhook-endpoints/${id}/deliveries`)).nextCursor,
    ).toBeNull();
  });
});

describe("a replay", () => {
  it("sends one event again with its id and all attempts anew; not while it is under way", async () => {
    const { id, secret } = await createEndpoint();
    await happen();
    await world(answering(500)).run();
    const again = async () => post(`${id}/deliveries/1/replay`);
    expect(problemOf(await again())).toMatchObject({ status: 409, code: "delivery_pending" });
    await env.DB.prepare("UPDATE webhook_deliveries SET status = 'dead', next_at = NULL, attempts = 9").run();
    expect(bodyOf(deliverySchema, await again())).toMatchObject({ seq: 1, status: "pending", attempts: 0 });
    await settled(id);
    expect(bodyOf(deliverySchema, await again())).toMatchObject({ status: "pending", deliveredAt: null });
    await settled(id);
    expect(request).toHaveBeenCalledTimes(2);
    for (const message of request.mock.calls.map(messageOf)) {
      expect(message.event.id).toBe("evt_1");
      expect(signers(message, [secret])).toEqual([secret]);
    }
    expect(await deliveriesTo(id)).toMatchObject([{ status: "delivered", attempts: 1 }]);
    expect(problemOf(await post(`${id}/deliveries/2/replay`)).code).toBe("not_found");
    for (const seq of ["0", "-1", "1e3", "x", "1234567890123456"]) {
      expectInvalid(await post(`${id}/deliveries/${seq}/replay`), "seq");
    }
    await changeEndpoint(id, { disabled: true });
    expectInvalid(await again(), "disabled");
  });

  it("of two at the same moment happens once", async () => {
    const { id } = await createEndpoint();
    await happen();
    await world().run();
    request.mockImplementation(async () => new Response(null, { status: 500 }));
    beforeNextWrite(() => post(`${id}/deliveries/1/replay`));
    expect(problemOf(await post(`${id}/deliveries/1/replay`)).code).toBe("delivery_pending");
    await vi.waitFor(async () => expect(await deliveriesTo(id)).toMatchObject([{ attempts: 1 }]), WAIT);
  });

  it("of many takes what is dead, or what was delivered, of a span of time, and leaves what is under way", async () => {
    const { id } = await createEndpoint();
    await happen(6);
    await env.DB.prepare("UPDATE events SET time = seq * 1000").run();
    await world().run();
    await env.DB.prepare("UPDATE webhook_deliveries SET status = 'dead' WHERE event_seq <= 4").run();
    await env.DB.prepare("UPDATE webhook_deliveries SET status = 'pending' WHERE event_seq = 3").run();
    const replay = async (body: unknown) => (await post(`${id}/replay`, body)).body;
    const sent = async () => {
      const seqs = request.mock.calls.map((call) => messageOf(call).event.id);
      request.mockClear();
      return seqs;
    };
    const wait = async (count: number) => vi.waitFor(() => expect(request).toHaveBeenCalledTimes(count), WAIT);
    expect(await replay({ from: "1970-01-01T00:00:02Z", to: "1970-01-01T00:00:04Z" })).toEqual({ replayed: 1 });
    await wait(1);
    expect(await sent()).toEqual(["evt_2"]);
    await vi.waitFor(async () => expect(await deliveriesTo(id, "?status=dead")).toHaveLength(2), WAIT);
    expect(await replay({})).toEqual({ replayed: 2 });
    await wait(2);
    expect(await sent()).toEqual(["evt_1", "evt_4"]);
    await vi.waitFor(async () => expect(await deliveriesTo(id, "?status=delivered")).toHaveLength(5), WAIT);
    expect(await replay({ status: "delivered", from: "1970-01-01T01:00:05+01:00" })).toEqual({ replayed: 2 });
    await wait(2);
    expect(await sent()).toEqual(["evt_5", "evt_6"]);
    await vi.waitFor(async () => expect(await deliveriesTo(id, "?status=delivered")).toHaveLength(5), WAIT);
    expect(await replay({})).toEqual({ replayed: 0 });
    await changeEndpoint(id, { disabled: true });
    expectInvalid(await post(`${id}/replay`, {}), "disabled");
  });

  it("of many says how many there were when it happened", async () => {
    const { id } = await createEndpoint();
    await happen(2);
    await world().run();
    await env.DB.prepare("UPDATE webhook_deliveries SET status = 'dead' WHERE event_seq = 1").run();
    beforeNextWrite(() => env.DB.prepare("UPDATE webhook_deliveries SET status = 'dead'").run());
    expect((await post(`${id}/replay`, {})).body).toEqual({ replayed: 2 });
    await settled(id);
  });
});
