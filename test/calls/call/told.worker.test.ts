import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { nightly } from "../../../src/calls/jobs.ts";
import { runCron } from "../../../src/cron.ts";
import { MAX_CALL_BYTES } from "../../../src/calls/call/told-routes.ts";
import { callDetail, callEventSchema, callSchema } from "../../../src/calls/call/schema.ts";
import { BODIES_MS } from "../../../src/calls/call/tidy-run.ts";
import { CALLERS_MS } from "../../../src/calls/call/retention.ts";
import { callSettingsSchema } from "../../../src/calls/call/settings-schema.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { exporterOf } from "../../../src/visits/export/exported.ts";
import { forgetVisitor } from "../../../src/visits/forget/write-forget.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { rowsOf } from "../../ground/rows.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { call, everything, type ShopStore, signatureOf, tokenOf } from "../../sales/capture-fixtures.ts";
import { event } from "../../visits/log-fixtures.ts";
import { putBinding, putCall, putNumber } from "../call-rows.ts";
import { CALLER, callRows } from "../carrier-fixtures.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const HOUR = 3_600_000;
const iso = (time: number): string => new Date(time).toISOString();
const began = Math.floor(Date.now() / 1000) * 1000 - HOUR;

const NUMBER = "+493012345678";
const base = { number: "+49 (30) 1234-5678", status: "completed", startedAt: iso(began), talkSeconds: 40 };

/** Tells of a call as the store's own server does. */
function tell(store: Pick<ShopStore, "key" | "secret">, body: unknown): Promise<Response> {
  return call("/calls", {
    method: "POST",
    headers: { Authorization: `Bearer ${store.key}.${store.secret}` },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

describe("POST /t/calls", () => {
  it("BXX-5: takes a call of any carrier, once however often it is told, and later words in any order", async () => {
    const store = await createStore();
    const number = await putNumber({ storeId: store.id, number: NUMBER, createdAt: 0 });
    await putBinding(number);
    const words = [
      { ...base, callId: "c1", caller: CALLER, status: "ringing", talkSeconds: undefined, sequence: 0 },
      {
        ...base,
        callId: "c1",
        caller: CALLER,
        endedAt: iso(began + 60_000),
        answeredAt: iso(began + 20_000),
        sequence: 1,
      },
      { ...base, callId: "c1", talkSeconds: 20, tags: ["sale"], sequence: 2 },
    ];
    const first = await tell(store, words[2]);
    expect(first.status).toBe(202);
    expect(await first.json()).toMatchObject({ id: expect.stringMatching(/^cev_/), callId: "c1", status: "recorded" });
    for (const word of [words[1], words[0]]) expect((await tell(store, word)).status).toBe(202);
    for (const word of words) expect((await tell(store, word)).status).toBe(200);
    expect(await callRows()).toMatchObject([
      {
        carrier: "api",
        external_id: "c1",
        number: NUMBER,
        status: "completed",
        talk_seconds: 20,
        qualified: 0,
        channel: "tv",
        match: "static",
        started_at: began,
        answered_at: began + 20_000,
        ended_at: began + 60_000,
        tags: '["sale"]',
      },
    ]);
    const text = await everything();
    expect(text).not.toContain(CALLER.slice(1));
  });

  it("takes the store's signature, and nobody else's word", async () => {
    const store = await createStore();
    const other = await createStore();
    const body = JSON.stringify({ ...base, callId: "c1" });
    const signed = async (secret: string, key: string): Promise<number> => {
      const time = Math.floor(Date.now() / 1000);
      const headers = { "Waymark-Store": key, "Waymark-Signature": await signatureOf(secret, body, time) };
      return (await call("/calls", { method: "POST", headers, body })).status;
    };
    expect(await signed(other.secret, store.key)).toBe(401);
    expect((await call("/calls", { method: "POST", body })).status).toBe(401);
    expect((await tell({ key: store.key, secret: other.secret }, body)).status).toBe(401);
    expect(await rowsOf("SELECT 1 FROM call_events")).toEqual([]);
    expect(await signed(store.secret, store.key)).toBe(202);
    expect((await tell(store, " ".repeat(MAX_CALL_BYTES + 1))).status).toBe(413);
  });

  it.each([
    ["callId", { callId: undefined }],
    ["callId", { callId: "a\u0000b" }],
    ["callId", { callId: "x".repeat(201) }],
    ["callId", { callId: CALLER }],
    ["number", { number: "030 1234567" }],
    ["number", { number: { toString: "x" } }],
    ["status", { status: "answered" }],
    ["status", { status: "__proto__" }],
    ["direction", { direction: "sideways" }],
    ["startedAt", { startedAt: undefined }],
    ["startedAt", { startedAt: "2026-11-20" }],
    ["startedAt", { startedAt: "2126-11-20T12:00:00Z" }],
    ["endedAt", { endedAt: iso(began - 1_000) }],
    ["answeredAt", { answeredAt: iso(began - 1_000) }],
    ["talkSeconds", { talkSeconds: -1 }],
    ["talkSeconds", { talkSeconds: 1e9 }],
    ["sequence", { sequence: 1.5 }],
    ["tags", { tags: "sale" }],
    ["tags", { tags: ["x".repeat(101)] }],
  ])("names %s, of %j, as what can't be, and keeps why", async (path, fault) => {
    const store = await createStore();
    const response = await tell(store, { ...base, callId: "c1", ...fault });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: "validation_failed", errors: [{ path }] });
    expect(await rowsOf("SELECT verdict FROM call_events")).toEqual([{ verdict: "refused" }]);
    expect(await callRows()).toEqual([]);
  });

  it("refuses what is no JSON object, says which fields it didn't use, and takes a withheld number", async () => {
    const store = await createStore();
    for (const body of ["{", "[]", "null", '"x"', "[".repeat(40)]) {
      expect((await tell(store, body)).status, body).toBe(400);
    }
    const response = await tell(store, {
      ...base,
      callId: "c1",
      caler: "+4930555",
      clickId: "nonsense",
      caller: "n/a",
    });
    expect(await response.json()).toMatchObject({
      ignored: [
        { field: "caler", nearest: "caller", reason: "unknown" },
        { field: "caller", reason: "malformed" },
        { field: "clickId", reason: "malformed" },
      ],
    });
    expect(await callRows()).toMatchObject([{ caller_hash: null, caller_call: null, click_id: null }]);
  });

  it("BX-8: knows the customer by the server's word, and by their number from then on, before and after", async () => {
    const store = await createStore();
    const link = "lnk_0000000000000007";
    await insertLink({ id: link, storeId: store.id });
    const clickId = await tokenOf(link, began - HOUR);
    await tell(store, { ...base, callId: "a", caller: CALLER, startedAt: iso(began - HOUR) });
    expect(await callRows()).toMatchObject([{ customer_hash: null }]);
    await tell(store, { ...base, callId: "b", caller: CALLER, customerId: "customer-7", clickId });
    await tell(store, { ...base, callId: "c", caller: CALLER, startedAt: iso(began + 60_000) });
    await tell(store, { ...base, callId: "d", caller: "+4930999999" });
    const rows = await callRows();
    expect(rows).toMatchObject([
      { external_id: "a", customer_trust: "confirmed", caller_call: 1 },
      { external_id: "b", customer_trust: "confirmed", caller_call: 2, link_id: link },
      { external_id: "c", customer_trust: "confirmed", caller_call: 3 },
      { external_id: "d", customer_trust: null, caller_call: 1 },
    ]);
    expect(
      new Set(rows.slice(0, 3).map((row) => (row as unknown as { customer_hash: string }).customer_hash)).size,
    ).toBe(1);
    // Who is to know of the others knows already; whose call the first is turned out later.
    expect(await rowsOf("SELECT external_id AS id FROM calls WHERE due_since IS NOT NULL")).toEqual([{ id: "a" }]);
  });

  it("BXX-5: counts the calls of a number in the order in which they began, whichever is told first", async () => {
    const store = await createStore();
    for (const minute of [3, 1, 2, 0]) {
      await tell(store, { ...base, callId: `c${minute}`, caller: CALLER, startedAt: iso(began + minute * 60_000) });
    }
    expect(await rowsOf("SELECT external_id AS id, caller_call AS call FROM calls ORDER BY started_at")).toEqual(
      [0, 1, 2, 3].map((minute) => ({ id: `c${minute}`, call: minute + 1 })),
    );
    await tell(store, { ...base, callId: "c3", caller: CALLER, startedAt: iso(began - 60_000), sequence: 1 });
    expect(await rowsOf("SELECT external_id AS id FROM calls ORDER BY caller_call")).toEqual(
      [3, 0, 1, 2].map((minute) => ({ id: `c${minute}` })),
    );
  });

  it("is made a call by the cron where no request came to it", async () => {
    const store = await createStore();
    vi.spyOn(console, "error").mockReturnValue();
    await tell(store, { ...base, callId: "c1" });
    await env.DB.batch([
      env.DB.prepare("DELETE FROM calls"),
      env.DB.prepare("UPDATE call_events SET verdict = 'pending'"),
      env.DB.prepare(
        `INSERT INTO call_events (id, store_id, carrier, external_id, hash, received_at, verdict, facts, body)
         VALUES ('cev_0000000000000001', ?1, 'api', 'odd', 'x', 0, 'pending', '{broken', '')`,
      ).bind(store.id),
    ]);
    await runCron("* * * * *", env, Date.now() + 60_000);
    expect(await callRows()).toMatchObject([{ external_id: "c1" }]);
  });
});

describe("the calls of a store", () => {
  it("BX-4: are listed by what is asked for, sorted, page by page, and as CSV", async () => {
    const store = await createStore();
    const storeId = store.id;
    for (const [place, talkSeconds] of [30, 10, 50, 20].entries()) {
      await putCall({ storeId, startedAt: began + place, talkSeconds, qualified: talkSeconds >= 30, channel: "=tv" });
    }
    await putCall({ storeId, status: "missed", talkSeconds: 0, qualified: false, channel: "radio", match: "none" });
    const talked = async (query: string): Promise<(number | null)[]> => {
      const pages = await pagesOf(callSchema, `/calls?store=${storeId}&limit=2&${query}`);
      return pages.flat().map(({ talkSeconds }) => talkSeconds);
    };
    expect(await talked("channel=%3Dtv")).toEqual([20, 50, 10, 30]);
    expect(await talked("sort=talkSeconds")).toEqual([0, 10, 20, 30, 50]);
    expect(await talked("sort=-talkSeconds&status=completed")).toEqual([50, 30, 20, 10]);
    expect(await talked("qualified=true&sort=startedAt")).toEqual([30, 50]);
    expect(await talked("match=none")).toEqual([0]);
    expect(await talked(`from=${iso(began + 1)}&to=${iso(began + 3)}`)).toEqual([50, 10]);
    const { body } = await api("GET", "/calls?limit=1");
    const cursor = (body as { nextCursor: string }).nextCursor;
    expectInvalid(await api("GET", `/calls?sort=talkSeconds&cursor=${cursor}`), "cursor");

    const response = await exports.default.fetch(
      "https://go.brand.example/api/v1/calls?format=csv&sort=startedAt&channel=%3Dtv",
      { headers: { Authorization: `Bearer ${env.ADMIN_API_KEY}` } },
    );
    expect(response.headers.get("content-type")).toContain("text/csv");
    const lines = (await response.text()).trim().split("\r\n");
    expect(lines).toHaveLength(5);
    expect(lines[0]).toContain("talkSeconds");
    // A channel is the admin's own word, and no formula.
    expect(lines[1]).toContain('"\'=tv"');
  });

  it("are read with what was told of them, and nothing in that says who called", async () => {
    const store = await createStore();
    await tell(store, { ...base, callId: "c1", caller: CALLER });
    await tell(store, { ...base, callId: "c1", status: "nonsense" });
    const listed = bodyOf(pageOf(callSchema), await api("GET", `/calls?store=${store.id}`));
    const [{ id } = expect.fail()] = listed.data;
    const detail = bodyOf(callDetail, await api("GET", `/calls/${id}`));
    expect(detail).toMatchObject({ externalId: "c1", match: "none", contactId: null });
    expect(detail.events).toMatchObject([{ verdict: "used", body: { callId: "c1", number: NUMBER } }]);
    expect(JSON.stringify(detail)).not.toMatch(/hash/i);
    const refused = bodyOf(
      pageOf(callEventSchema),
      await api("GET", `/calls/events?store=${store.id}&verdict=refused`),
    );
    expect(refused.data).toMatchObject([{ externalId: null, reason: { code: "bad_status" } }]);
    expect(problemOf(await api("GET", "/calls/cal_0000000000000009")).status).toBe(404);
  });

  it("name the visitor who was shown the number as exports of visits do, and never by what is kept", async () => {
    const { id: storeId } = await createStore();
    const visitorHash = "hash-of-a-visitor";
    await putCall({ storeId, match: "lease", visitorHash, startedAt: began });
    await putCall({ storeId, startedAt: began - 1 });
    const { data } = bodyOf(pageOf(callSchema), await api("GET", `/calls?store=${storeId}`));
    const [exported] = await exporterOf(env.VISITOR_KEY)(storeId, [event({ visitorHash })]);
    expect(data.map(({ visitorId }) => visitorId)).toEqual([exported?.visitor, null]);
    expect(JSON.stringify(data)).not.toContain(visitorHash);
  });

  it("are qualified by the store's own seconds", async () => {
    const store = await createStore();
    const path = `/stores/${store.id}/call-settings`;
    const read = async () => bodyOf(callSettingsSchema, await api("GET", path));
    expect(await read()).toEqual({ storeId: store.id, qualifiedSeconds: 30, announcement: null });
    expect((await api("PUT", path, { qualifiedSeconds: 45, announcement: "Recorded." })).status).toBe(200);
    expect(await read()).toMatchObject({ qualifiedSeconds: 45, announcement: "Recorded." });
    await tell(store, { ...base, callId: "a", talkSeconds: 44 });
    await tell(store, { ...base, callId: "b", talkSeconds: 45 });
    await tell(store, { ...base, callId: "c", status: "voicemail", talkSeconds: 90 });
    expect(await callRows()).toMatchObject([{ qualified: 0 }, { qualified: 1 }, { qualified: 0 }]);
    expectInvalid(await api("PUT", path, { qualifiedSeconds: -1 }), "qualifiedSeconds");
  });
});

describe("what is kept of a call", () => {
  it("is emptied: what was said after 90 days, who called after 13 months; the call and its source stay", async () => {
    const store = await createStore();
    await tell(store, { ...base, callId: "c1", caller: CALLER, customerId: "customer-7" });
    await env.DB.prepare("UPDATE calls SET visitor_hash = 'v', visit = 'w'").run();
    const state = () =>
      rowsOf(
        `SELECT c.caller_hash IS NULL AS nobody, c.visitor_hash AS visitor, c.caller_call AS call, e.body = '' AS emptied,
           e.facts ->> '$.callerHash' IS NULL AS unnamed
         FROM calls c JOIN call_events e ON e.external_id = c.external_id`,
      );
    const now = Date.now();
    await runNight(now + BODIES_MS - HOUR);
    expect(await state()).toMatchObject([{ nobody: 0, visitor: "v", emptied: 0, unnamed: 0 }]);
    await runNight(now + BODIES_MS + HOUR);
    expect(await state()).toMatchObject([{ nobody: 0, emptied: 1 }]);
    await runNight(now + CALLERS_MS + 2 * HOUR);
    expect(await state()).toEqual([{ nobody: 1, visitor: null, call: 1, emptied: 1, unnamed: 1 }]);
    expect(await callRows()).toMatchObject([{ status: "completed", talk_seconds: 40 }]);
  });

  async function runNight(now: number): Promise<void> {
    await nightly["tidy_calls"]?.(env, now);
  }

  it("says nothing of a visitor who is forgotten, nor of a customer whom their browser alone named", async () => {
    const { id: storeId } = await createStore();
    const claimed = await putCall({
      storeId,
      visitorHash: "v",
      visit: "w",
      customerHash: "h",
      customerTrust: "claimed",
    });
    const known = await putCall({ storeId, visitorHash: "v", customerHash: "h", customerTrust: "confirmed" });
    await env.DB.batch(forgetVisitor(env.DB, storeId, "v", Date.now()));
    expect(
      await rowsOf("SELECT id, visitor_hash, visit, customer_hash, customer_trust FROM calls ORDER BY id"),
    ).toEqual([
      { id: claimed.id, visitor_hash: null, visit: null, customer_hash: null, customer_trust: null },
      { id: known.id, visitor_hash: null, visit: null, customer_hash: "h", customer_trust: "confirmed" },
    ]);
  });
});
