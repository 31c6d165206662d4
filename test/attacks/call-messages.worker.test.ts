import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { tellCallsDue } from "../../src/calls/call/due-run.ts";
import { api } from "../ground/api.ts";
import { rowsOf } from "../ground/rows.ts";
import { putCall, putBinding, putNumber } from "../calls/call-rows.ts";
import { callRows, connectCarrier, send, standCall } from "../calls/carrier-fixtures.ts";
import { insertLink } from "../links/link-fixtures.ts";
import { createCreator, createStore } from "../programme/fixtures.ts";
import { call, everything, tokenOf } from "../sales/capture-fixtures.ts";

/*
 * What a carrier or a server says of calls is signed, and may be nonsense all the same: it costs nobody else anything.
 */

const DAY = 86_400_000;

beforeEach(() => {
  vi.spyOn(console, "error").mockReturnValue();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";
const FAR = "+275760-09-12T23:59:59.000Z";

/** Messages of calls at times that no call can be at. */
const FAR_OFF = {
  twilio: [
    { type: FORM, body: "CallDuration=345600&CallSid=CA1&CallStatus=completed&Timestamp=12 Sep 275760 23:59:59 GMT" },
    { type: FORM, body: "CallDuration=345600&CallSid=CA2&CallStatus=completed&Timestamp=1 Jan 1600 00:00:00 GMT" },
  ],
  telnyx: [
    {
      type: JSON_TYPE,
      body: JSON.stringify({
        data: {
          event_type: "call.hangup",
          occurred_at: "2026-11-30T00:00:00Z",
          payload: {
            call_session_id: "S1",
            direction: "incoming",
            to: "+493012345678",
            end_time: FAR,
            start_time: FAR,
          },
        },
      }),
    },
  ],
  callrail: [
    {
      type: JSON_TYPE,
      body: JSON.stringify({
        resource_id: "CAL1",
        start_time: FAR,
        answered: true,
        duration: 345_600,
        lead_status: "x",
      }),
    },
  ],
} as const;

describe("a signed message", () => {
  it.each(["twilio", "telnyx", "callrail"] as const)(
    "of %s of a time that no call can be at is no call",
    async (name) => {
      const { id: storeId } = await createStore();
      const { carrier, url } = await connectCarrier(storeId, name);
      for (const message of FAR_OFF[name]) {
        expect((await send(await carrier.request(url, message))).status).toBe(200);
      }
      expect(await callRows()).toEqual([]);
      expect(await rowsOf("SELECT verdict, reason_code AS code FROM call_events")).toEqual(
        FAR_OFF[name].map(() => ({ verdict: "refused", code: "bad_time" })),
      );
      expect((await api("GET", `/calls?store=${storeId}`)).status).toBe(200);
    },
  );

  it("that made a call which can't be told of holds up no other store's", async () => {
    const [{ id: odd }, { id: other }] = [await createStore(), await createStore()];
    const started = Date.now() - 60_000;
    await putCall({ storeId: odd, startedAt: started, endedAt: 8.64e15 + 1, dueSince: started });
    const { id } = await putCall({ storeId: other, startedAt: started, dueSince: started + 1 });
    await tellCallsDue(env, Date.now());
    expect(await rowsOf("SELECT id, due_since AS due FROM calls WHERE id = ?1", id)).toEqual([{ id, due: null }]);
  });

  it("of a call that the store made leaves the other's number nowhere, whichever field has it", async () => {
    const store = await createStore();
    const own = await putNumber({ storeId: store.id, createdAt: 0 });
    const person = "+4915112345678";
    const told = { direction: "outbound", status: "completed", startedAt: new Date(Date.now() - DAY).toISOString() };
    for (const [callId, number] of [
      ["a", person],
      ["b", own.number],
    ]) {
      const response = await call("/calls", {
        method: "POST",
        headers: { Authorization: `Bearer ${store.key}.${store.secret}` },
        body: JSON.stringify({ ...told, callId, number, caller: person }),
      });
      expect(response.status).toBe(202);
    }
    expect(await everything()).not.toContain(person.slice(1));
    await vi.waitFor(
      async () =>
        expect(await callRows()).toMatchObject([
          { external_id: "a", number: null },
          { external_id: "b", number: own.number },
        ]),
      { timeout: 20_000 },
    );
  });

  it("of a trunk's call to a person leaves their number nowhere", async () => {
    const { id: storeId } = await createStore();
    const own = await putNumber({ storeId, createdAt: 0 });
    const { carrier, url } = await connectCarrier(storeId, "twilio");
    const person = "4915112345678";
    const said = { CallSid: "CA1", CallStatus: "completed", Direction: "trunking-terminating", From: own.number };
    const body = new URLSearchParams({ ...said, To: `+${person}` }).toString();
    expect((await send(await carrier.request(url, { type: FORM, body }))).status).toBe(200);
    expect(await callRows()).toMatchObject([{ direction: "outbound", number: own.number, channel: "outbound" }]);
    expect(await everything()).not.toContain(person);
  });

  it("brings no credit by a click that is older than the store's window", async () => {
    const { id: storeId, clickParam } = await createStore();
    const { id: creatorId } = await createCreator();
    const link = "lnk_0000000000000007";
    await insertLink({ id: link, storeId, creatorId, kind: "affiliate" });
    const number = await putNumber({ storeId, createdAt: 0 });
    await putBinding(number);
    const { carrier, url } = await connectCarrier(storeId, "callrail");
    for (const days of [1, 200]) {
      const landing = `https://shop.example/?${clickParam}=${await tokenOf(link, Date.now() - days * DAY)}`;
      await carrier.call(url, standCall({ id: `${days}`, to: number.number, landing }), { send });
    }
    expect(await callRows()).toMatchObject([
      { external_id: "1", creator_id: creatorId, link_id: link },
      { external_id: "200", creator_id: null, link_id: null, channel: "tv" },
    ]);
  });
});
