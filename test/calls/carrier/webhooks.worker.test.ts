import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PERSON, type StandName } from "../../../scripts/calls/messages.ts";
import { makeCarrier } from "../../../scripts/calls/stand.ts";
import { MAX_MESSAGE_BYTES } from "../../../src/calls/carrier/webhook-routes.ts";
import { carrierSchema } from "../../../src/calls/carrier/schema.ts";
import { ROTATION_MS } from "../../../src/calls/carrier/seal.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { rowsOf } from "../../ground/rows.ts";
import { createStore } from "../../programme/fixtures.ts";
import { everything, tokenOf } from "../../sales/capture-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { alarmsOf } from "../../shops/connection-fixtures.ts";
import { putBinding, putNumber } from "../call-rows.ts";
import { CALLER, callRows, connectCarrier, FORWARD, send, standCall } from "../carrier-fixtures.ts";

const MINUTE = 60_000;

beforeEach(() => {
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const NAMES = ["twilio", "telnyx", "texml", "callrail"] as const satisfies StandName[];

describe.each(NAMES)("BXX-5: a message of %s", (name) => {
  it("leaves who called nowhere: no number, name, place or word of theirs, in no table and no line", async () => {
    const { id: storeId } = await createStore();
    const { carrier, url } = await connectCarrier(storeId, name);
    const number = await putNumber({ storeId, createdAt: 0 });
    await putBinding(number);
    const lines = [vi.spyOn(console, "log"), vi.spyOn(console, "warn"), vi.spyOn(console, "error")];
    const told = standCall({ id: "call", to: number.number, tags: ["sale", CALLER, "erika@mail.example"] });
    expect(new Set(await carrier.call(url, told, { send }))).toEqual(new Set([200]));
    // What can't be read either.
    const broken = { type: "application/json", body: `{"customer_phone_number":"${CALLER}",` } as const;
    expect((await send(await carrier.request(url, broken))).status).toBe(200);
    const [call] = await callRows();
    expect(call).toMatchObject({ status: "completed", match: "static", channel: "tv" });
    expect(call).toHaveProperty("caller_hash", expect.stringMatching(/^\S{10,}$/));
    const text = (await everything()) + JSON.stringify(lines.map(({ mock }) => mock.calls));
    for (const mark of [CALLER, CALLER.slice(1), PERSON.name, PERSON.city, PERSON.zip, PERSON.said, "erika"]) {
      expect(text.includes(mark), mark).toBe(false);
    }
  });

  it("that isn't signed, or not by this store's carrier, is 401, and nothing of it is kept", async () => {
    const { id: storeId } = await createStore();
    const { id: otherId } = await createStore();
    const { carrier, url } = await connectCarrier(storeId, name);
    const { url: otherUrl } = await connectCarrier(otherId, name);
    const [message = expect.fail()] = carrier.messagesOf(standCall({ id: "call", to: "+493012345678" }));
    const good = await carrier.request(url, message);
    const headers = [...good.headers.keys()].filter((header) => header !== "content-type");
    const forged = (to: string, body: string, change?: (headers: Headers) => void): Request => {
      const copy = new Headers(good.headers);
      change?.(copy);
      return new Request(to, { method: "POST", headers: copy, body });
    };
    for (const request of [
      ...headers.map((header) => forged(url, message.body, (all) => all.delete(header))),
      ...headers.map((header) => forged(url, message.body, (all) => all.set(header, "AAAA"))),
      forged(url, `${message.body} `),
      // Another store's address, and another carrier's hand.
      forged(otherUrl, message.body),
      await (await makeCarrier(name)).request(url, message),
    ]) {
      const response = await send(request);
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: "unsigned" });
    }
    expect(await rowsOf("SELECT 1 FROM call_events")).toEqual([]);
    expect((await send(good)).status).toBe(200);
  });
});

describe("BXX-5: a webhook", () => {
  it("to where no store is connected is 404, of a body past 1 MiB 413, and of another method 405", async () => {
    const { id: storeId } = await createStore();
    const { url } = await connectCarrier(storeId, "twilio");
    const to = (address: string, body = "a=1"): Promise<Response> =>
      send(new Request(address, { method: "POST", body }));
    expect((await to(url.replace(storeId, "str_0000000000000009"))).status).toBe(404);
    expect((await to(url.replace("twilio", "telnyx"))).status).toBe(404);
    expect((await to(url.replace("twilio", "vonage"))).status).toBe(404);
    expect((await to(url.replace("twilio", "api"))).status).toBe(404);
    expect((await to(url, "a".repeat(MAX_MESSAGE_BYTES + 1))).status).toBe(413);
    expect((await send(new Request(url))).status).toBe(405);
    await env.DB.prepare("UPDATE stores SET deleted_at = 1 WHERE id = ?1").bind(storeId).run();
    expect((await to(url)).status).toBe(404);
  });

  it("of Telnyx with a time of six minutes ago is refused, and so is what CallRail said months ago", async () => {
    const { id: storeId } = await createStore();
    const telnyx = await connectCarrier(storeId, "telnyx");
    const told = standCall({ id: "call", to: "+493012345678" });
    const [event = expect.fail()] = telnyx.carrier.messagesOf(told);
    const old = await telnyx.carrier.request(telnyx.url, event, Date.now() - 6 * MINUTE);
    expect((await send(old)).status).toBe(401);

    const callrail = await connectCarrier(storeId, "callrail");
    const months = standCall({ id: "old", to: "+493012345678", startedAt: Date.now() - 70 * 86_400_000 });
    // It is signed: a refusal would have CallRail end its webhooks.
    expect(await callrail.carrier.call(callrail.url, months, { send })).toEqual([200, 200]);
    expect(await callRows()).toEqual([]);
    const { body } = await api("GET", `/calls/events?store=${storeId}&verdict=refused`);
    expect(body).toMatchObject({ data: [{ reason: { code: "too_old" } }, { reason: { code: "too_old" } }] });
  });

  it("with fields twice, odd names or none is kept as what can't be used, and answered", async () => {
    const { id: storeId } = await createStore();
    const { carrier, url } = await connectCarrier(storeId, "twilio");
    const form = "application/x-www-form-urlencoded";
    const bodies = [
      "CallSid=CA1&CallStatus=busy&CallStatus=completed",
      "CallSid=CA1&CallSid=CA2&CallStatus=completed",
      "CallSid=CA1&CallStatus=__proto__",
      "CallSid=<script>&CallStatus=completed",
      "CallSid=CA1&CallStatus=completed&Timestamp=yesterday",
      "__proto__=1&constructor=2&toString=3",
      "",
    ];
    for (const body of bodies) {
      // Of a field with several values each is signed once, in order: as the stand-in has them here.
      const response = await send(await carrier.request(url, { type: form, body }));
      expect(response.status, body).toBe(200);
    }
    expect(await callRows()).toEqual([]);
    const events = await rowsOf<{ verdict: string; code: string }>(
      "SELECT verdict, reason_code AS code FROM call_events ORDER BY id",
    );
    expect(events.map(({ code }) => code)).toEqual([
      "bad_status",
      "missing_call_id",
      // Nothing is kept of what no id can be, so that the same is left of it: one row.
      "bad_status",
      "bad_time",
      "missing_call_id",
    ]);
  });

  it("BXX-6: counts for whom the number belonged to when the call began, whatever it is bound to since", async () => {
    const { id: storeId } = await createStore();
    const { carrier, url } = await connectCarrier(storeId, "twilio");
    const number = await putNumber({ storeId, createdAt: 0 });
    const told = standCall({ id: "before", to: number.number });
    const moved = told.startedAt + 5_000;
    await putBinding(number, { channel: "radio", endsAt: moved });
    await putBinding(number, { channel: "flyer", startsAt: moved });
    await carrier.call(url, told, { send });
    await carrier.call(url, standCall({ id: "after", to: number.number, startedAt: moved }), { send });
    expect(await callRows()).toMatchObject([
      { external_id: "after", channel: "flyer", caller_call: 2 },
      { external_id: "before", channel: "radio", caller_call: 1 },
    ]);
    const freedAt = Date.now() - 60_000;
    // Freed, and registered by another store: past calls stay, also if they are told of once more.
    await env.DB.prepare("UPDATE phone_numbers SET deleted_at = ?1").bind(freedAt).run();
    await env.DB.prepare("UPDATE number_bindings SET ends_at = ?1 WHERE ends_at IS NULL").bind(freedAt).run();
    const { id: otherId } = await createStore();
    await putBinding(await putNumber({ storeId: otherId, number: number.number, createdAt: freedAt }), {
      startsAt: freedAt,
    });
    await carrier.call(url, told, { send });
    await carrier.call(url, standCall({ id: "later", to: number.number, startedAt: Date.now() }), { send });
    expect(await callRows()).toMatchObject([
      { external_id: "after", channel: "flyer" },
      { external_id: "before", channel: "radio" },
      { external_id: "later", match: "none", number_id: null },
    ]);
  });

  it("of CallRail names the click by which its caller came, if that is one of ours", async () => {
    const { id: storeId, clickParam } = await createStore();
    const link = "lnk_0000000000000007";
    await insertLink({ id: link, storeId });
    const { carrier, url } = await connectCarrier(storeId, "callrail");
    const page = async (token: string): Promise<string> => `https://shop.example/?${clickParam}=${token}`;
    const at = { to: "+493012345678" };
    const own = await tokenOf(link, Date.now() - 2 * 3_600_000);
    await carrier.call(url, standCall({ ...at, id: "a", landing: await page(own) }), { send });
    const forged = `${own.slice(0, -3)}AAA`;
    await carrier.call(url, standCall({ ...at, id: "b", landing: await page(forged) }), { send });
    expect(await callRows()).toMatchObject([
      { external_id: "a", match: "lease", link_id: link, click_id: expect.stringMatching(/^clk_/) },
      { external_id: "b", match: "none", link_id: null, click_id: null },
    ]);
    expect(await everything()).not.toContain(own);
  });
});

describe("a voice request", () => {
  it.each(["twilio", "texml"] as const)("of %s is answered by whom the number leads to", async (name) => {
    const { id: storeId } = await createStore();
    const announcement = `<b>Recorded</b> & "kept"`;
    expect((await api("PUT", `/stores/${storeId}/call-settings`, { announcement })).status).toBe(200);
    const { carrier, url } = await connectCarrier(storeId, name);
    const number = await putNumber({ storeId, forwardsTo: FORWARD });
    const inPages = await putNumber({ storeId, target: "+493012345678" });
    const nobodys = await putNumber({ storeId });
    const answerTo = async (to: string): Promise<string> => {
      const [request = expect.fail()] = carrier.messagesOf(standCall({ id: `call ${to}`.replace(" ", "-"), to }));
      const response = await send(await carrier.request(url, request));
      expect(response.headers.get("content-type")).toContain("text/xml");
      return response.text();
    };
    const xml = await answerTo(number.number);
    expect(xml).toContain("<Say>&lt;b&gt;Recorded&lt;/b&gt; &amp; &quot;kept&quot;</Say>");
    expect(xml).toContain(`action="${url}"`);
    expect(xml).toContain(`>${FORWARD}</Number>`);
    expect(await answerTo(inPages.number)).toContain(">+493012345678</Number>");
    expect(await answerTo(nobodys.number)).toContain("<Reject");
    expect(await answerTo("+493099999999")).toContain("<Reject");
  });

  it("is answered though nothing can be kept of it", async () => {
    const { id: storeId } = await createStore();
    const { carrier, url } = await connectCarrier(storeId, "twilio");
    const number = await putNumber({ storeId, forwardsTo: FORWARD });
    await env.DB.prepare(
      "CREATE TRIGGER full BEFORE INSERT ON call_events BEGIN SELECT raise(ABORT, 'full'); END",
    ).run();
    const messages = carrier.messagesOf(standCall({ id: "call", to: number.number }));
    const [voice = expect.fail(), , , , ended = expect.fail()] = messages;
    expect(await (await send(await carrier.request(url, voice))).text()).toContain(FORWARD);
    expect((await send(await carrier.request(url, ended))).status).toBe(503);
    await env.DB.prepare("DROP TRIGGER full").run();
  });
});

describe("a connection to a carrier", () => {
  it("shows no secret, and takes what is signed with the one before for an hour", async () => {
    const { id: storeId } = await createStore();
    const first = await connectCarrier(storeId, "callrail");
    const [, message = expect.fail()] = first.carrier.messagesOf(standCall({ id: "call", to: "+493012345678" }));
    const second = await connectCarrier(storeId, "callrail");
    expect((await send(await first.carrier.request(first.url, message))).status).toBe(200);
    expect((await send(await second.carrier.request(first.url, message))).status).toBe(200);
    const path = `/stores/${storeId}/carriers/callrail`;
    const shown = bodyOf(carrierSchema, await api("GET", path));
    expect(shown).toMatchObject({ carrier: "callrail", webhookUrl: first.url, account: expect.stringMatching(/^COM/) });
    expect(shown.previousUntil).not.toBeNull();
    const stored = (await everything()) + JSON.stringify(await api("GET", `/stores/${storeId}/carriers`));
    for (const { carrier } of [first, second]) expect(stored).not.toContain(carrier.credentials["signingKey"]);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ROTATION_MS + 1 });
    expect((await send(await first.carrier.request(first.url, message))).status).toBe(401);
    expect((await send(await second.carrier.request(first.url, message))).status).toBe(200);
    expect((await api("DELETE", path)).status).toBe(204);
    expect((await send(await second.carrier.request(first.url, message))).status).toBe(404);
    expect((await api("GET", path)).status).toBe(404);
  });

  it("is called at the address that was set, where something stands in front", async () => {
    const { id: storeId } = await createStore();
    const carrier = await makeCarrier("twilio");
    const publicUrl = "https://phone.brand.example/in/twilio";
    const path = `/stores/${storeId}/carriers/twilio`;
    bodyOf(carrierSchema, await api("PUT", path, { ...carrier.credentials, publicUrl }));
    const [, , , , ended = expect.fail()] = carrier.messagesOf(standCall({ id: "call", to: "+493012345678" }));
    const at = `https://go.brand.example/webhooks/twilio/${storeId}`;
    const proxied = (signedFor: string) =>
      carrier
        .request(signedFor, ended)
        .then(({ headers }) => new Request(at, { method: "POST", headers, body: ended.body }));
    expect((await send(await proxied(publicUrl))).status).toBe(200);
    expect((await send(await proxied(at))).status).toBe(401);
    expect((await send(await proxied("https://elsewhere.example/in/twilio"))).status).toBe(401);
  });

  it("takes nothing for a secret that can't be one", async () => {
    const { id: storeId } = await createStore();
    const path = (carrier: string): string => `/stores/${storeId}/carriers/${carrier}`;
    expectInvalid(await api("PUT", path("twilio"), { authToken: "short" }), "authToken");
    expectInvalid(await api("PUT", path("twilio"), { authToken: "x".repeat(32), publicUrl: "ftp://a" }), "publicUrl");
    expectInvalid(await api("PUT", path("twilio"), { authToken: "x".repeat(32), extra: 1 }), "extra");
    expectInvalid(await api("PUT", path("telnyx"), { publicKey: "AAAA" }), "publicKey");
    expectInvalid(await api("PUT", path("callrail"), { signingKey: " ".repeat(20) }), "signingKey");
    expect(problemOf(await api("PUT", path("vonage"), {})).status).toBe(422);
    const nowhere = "/stores/str_0000000000000009/carriers/twilio";
    expect(problemOf(await api("PUT", nowhere, { authToken: "x".repeat(32) })).status).toBe(404);
  });

  it("whose messages are refused again and again raises an alarm, at a write a minute, that ends with those that are taken", async () => {
    const { id: storeId } = await createStore();
    const { carrier, url } = await connectCarrier(storeId, "callrail");
    const stranger = await makeCarrier("callrail");
    const [, message = expect.fail()] = carrier.messagesOf(standCall({ id: "call", to: "+493012345678" }));
    const subject = `${storeId} callrail`;
    vi.useFakeTimers({ toFake: ["Date"] });
    for (let times = 0; times < 4; times++) await send(await stranger.request(url, message));
    expect(await alarmsOf(subject)).toEqual({});
    await send(await stranger.request(url, message));
    expect(await alarmsOf(subject)).toMatchObject({ carrier_refused: { storeId, carrier: "callrail", refused: 5 } });
    const [before] = await rowsOf("SELECT last_refused_at FROM carrier_connections");
    vi.setSystemTime(Date.now() + 30_000);
    await send(await stranger.request(url, message));
    expect(await rowsOf("SELECT last_refused_at FROM carrier_connections")).toEqual([before]);
    // Ten minutes later, of few calls a day.
    vi.setSystemTime(Date.now() + 11 * MINUTE);
    await send(await carrier.request(url, message));
    expect(await alarmsOf(subject)).toEqual({});
  });

  it("that refuses all of few calls a day raises an alarm too", async () => {
    const { id: storeId } = await createStore();
    const { carrier, url } = await connectCarrier(storeId, "callrail");
    const stranger = await makeCarrier("callrail");
    const [, message = expect.fail()] = carrier.messagesOf(standCall({ id: "call", to: "+493012345678" }));
    vi.useFakeTimers({ toFake: ["Date"] });
    await send(await stranger.request(url, message));
    vi.setSystemTime(Date.now() + 3_600_000);
    await send(await stranger.request(url, message));
    expect(await alarmsOf(`${storeId} callrail`)).toHaveProperty("carrier_refused");
  });
});
