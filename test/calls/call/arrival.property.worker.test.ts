import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { StandName } from "../../../scripts/calls/messages.ts";
import { histories } from "../../property-runs.ts";
import { rowsOf } from "../../ground/rows.ts";
import { createStore } from "../../programme/fixtures.ts";
import { putBinding, putLease, putNumber, putPool, putPoolNumber } from "../call-rows.ts";
import { callRows, connectCarrier, send, standCall } from "../carrier-fixtures.ts";

const HOUR = 3_600_000;

describe.each(["twilio", "telnyx", "texml", "callrail"] as const satisfies StandName[])("%s", (name) => {
  it("BXX-5, BXX-6, BX-9: messages in any order, and however often, are one call, the same each time", async () => {
    const { id: storeId } = await createStore();
    const { carrier, url } = await connectCarrier(storeId, name);
    const pool = await putPool({ storeId, target: "+493012345678" });
    const number = await putPoolNumber(pool, { createdAt: 0 });
    const began = Math.floor(Date.now() / 1000) * 1000 - 2 * HOUR;
    await putLease(number, { storeId, startsAt: began - 60_000, visitorHash: "the visitor" });
    const other = await putNumber({ storeId, createdAt: 0 });
    await putBinding(other, { endsAt: began + 5_000 });
    let count = 0;
    const outcomes = fc.constantFrom("answered" as const, "missed" as const, "busy" as const);
    const arrival = fc.record({
      outcome: outcomes,
      leased: fc.boolean(),
      order: fc.array(fc.nat(5), { minLength: 1, maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(arrival, async ({ outcome, leased, order }) => {
        await env.DB.batch([env.DB.prepare("DELETE FROM calls"), env.DB.prepare("DELETE FROM call_events")]);
        count += 1;
        const to = leased ? number.number : other.number;
        const told = standCall({ id: `call-${count}`, to, startedAt: began, outcome, tags: ["sale"] });
        const all = [...carrier.messagesOf(told).keys()];
        expect(new Set(await carrier.call(url, told, { send }))).toEqual(new Set([200]));
        const [straight] = await callRows();
        await env.DB.batch([env.DB.prepare("DELETE FROM calls"), env.DB.prepare("DELETE FROM call_events")]);
        // All of them at the end, so that nothing is missing; what came before is repeated by that.
        await carrier.call(url, told, { places: [...order, ...all.toReversed(), ...order], send });
        const rows = await callRows();
        expect(rows).toEqual([straight]);
        expect(straight).toMatchObject({ caller_call: 1, ...(leased ? { match: "lease" } : { match: "static" }) });
        const events = await rowsOf<{ verdict: string }>("SELECT verdict FROM call_events");
        expect(events).toHaveLength(all.length);
        expect(events.every(({ verdict }) => verdict === "used")).toBe(true);
      }),
      { numRuns: histories(3), endOnFailure: true },
    );
  });
});

it("BXX-5: messages of a call that come at the same moment are one call", async () => {
  const { id: storeId } = await createStore();
  const { carrier, url } = await connectCarrier(storeId, "twilio");
  const number = await putNumber({ storeId, createdAt: 0 });
  await putBinding(number);
  const told = standCall({ id: "at-once", to: number.number });
  vi.spyOn(console, "warn").mockReturnValue();
  await Promise.all(carrier.messagesOf(told).map(async (message) => send(await carrier.request(url, message))));
  expect(await callRows()).toMatchObject([{ external_id: "at-once", status: "completed", talk_seconds: 110 }]);
  expect(await rowsOf("SELECT 1 FROM call_events WHERE verdict = 'pending'")).toEqual([]);
});
