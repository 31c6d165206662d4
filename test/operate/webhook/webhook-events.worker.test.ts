import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { raiseAlarm } from "../../../src/journal/alarm/store.ts";
import { generate } from "../../../src/programme/generation/run.ts";
import { EVENT_TYPES } from "../../../src/ground/model/event.ts";
import { eventBody } from "../../../src/operate/webhook/schema.ts";
import { api } from "../../ground/api.ts";
import { holdQueue } from "../../programme/campaign-fixtures.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import {
  addMembers,
  CAMPAIGN,
  id,
  insertCreators,
  insertStore,
  NOW,
  PLAN,
  STORE,
} from "../../programme/generation-fixtures.ts";
import { book } from "../../books/money-fixtures.ts";
import { earned, putConversion } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { clickOn, confirmed, DAY, insertShop, LEA, LEA_LINK, recordOne, ZOE } from "../../sales/order-fixtures.ts";
import { draft, lockTo, step } from "../../books/payout-fixtures.ts";
import { allEvents, changeEndpoint, createEndpoint, deliveriesTo, happen, world } from "../webhook-fixtures.ts";
import { tenPercent } from "../../programme/rule-fixtures.ts";
import { tellCallsDue } from "../../../src/calls/call/due-run.ts";
import { tellAbandoned } from "../../../src/visits/cart/tell-run.ts";
import { leaCall } from "../../calls/credit-fixtures.ts";
import { filled, putCart, putPlan } from "../../visits/visit-rows.ts";

const TOTAL = { currency: "EUR", totalMinor: 1001 };
const OWNED = { ...TOTAL, clicks: [clickOn(LEA_LINK)] };
const eur = (amountMinor: number) => ({ amountMinor, currency: "EUR" });

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
  holdQueue();
  // Approved by hand alone.
  await insertShop({ commission: tenPercent({ holdDays: null }), codePattern: "{{instagram}}10" });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function review(orderId: string, action: "approve" | "decline"): Promise<void> {
  const answer = await api("POST", `/orders/${orderId}/${action}`, { reason: "Agreed" });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}

async function failACode(): Promise<void> {
  await insertCreators([{ id: id("crt", 3), handles: { tiktok: "ida" } }]);
  await addMembers([id("crt", 3)]);
  await generate(env, NOW);
}

/** Whatever there is an event for, once. */
async function allThatCanHappen(): Promise<string> {
  const orderId = await recordOne(confirmed(OWNED));
  await review(orderId, "approve");
  await recordOne(confirmed({ currency: "EUR", refundedMinor: 400 }, { sourceTime: NOW + 1 }));
  await review(orderId, "decline");
  await book({ amountMinor: 2500, time: NOW - 10 * DAY });
  await book({ amountMinor: 1250, time: NOW - 10 * DAY, creatorId: ZOE });
  await lockTo(NOW - DAY);
  await step((await draft()).id, "pay", { reference: "SEPA 42" });
  await failACode();
  await raiseAlarm(env.DB, { kind: "rollup_drift", subject: "2026-11-19", detail: { differingHours: 2 } }, NOW);
  await convert();
  await abandon();
  await leaCall({ startedAt: NOW + 1_000, number: "+4930123456" });
  await tellCallsDue(env, NOW + 30 * 60_000);
  return orderId;
}

/** Has somebody leave a cart. */
async function abandon(): Promise<void> {
  await putPlan({ checkout: { steps: [], abandonedAfterMinutes: 30 } });
  await putCart([filled(NOW)], { visitorHash: "visitor-hash", cartKey: "cart-key" });
  await tellAbandoned(env.DB, NOW + 30 * 60_000);
}

/** Has Lea credited with a conversion, which is approved and then declined. */
async function convert(): Promise<void> {
  const { id: definitionId } = await define({ storeId: STORE });
  const conversionId = await putConversion({ definitionId, valueMinor: 1200, earns: [earned()] });
  for (const action of ["approve", "decline"]) {
    expect((await api("POST", `/conversions/${conversionId}/${action}`)).status).toBe(200);
  }
}

describe("what happens", () => {
  it("is told once, of every type, with amounts in minor units beside their currency", async () => {
    await createEndpoint();
    const orderId = await allThatCanHappen();
    const { messages, run } = world();
    await run();
    const sent = messages.map(({ event }) => eventBody.strict().parse(event));
    expect(new Set(sent.map(({ type }) => type))).toEqual(new Set(EVENT_TYPES));
    const [alarm] = (await env.DB.prepare("SELECT id FROM alarms").all<{ id: string }>()).results;
    const [payout] = (await env.DB.prepare("SELECT id FROM payouts").all<{ id: string }>()).results;
    const order = { externalId: "1001", creatorId: LEA, campaignId: CAMPAIGN, planId: PLAN, total: eur(1001) };
    const ofOrder = { storeId: STORE, subjectId: orderId, time: "2026-11-20T12:00:00.000Z" };
    const made = await env.DB.prepare("SELECT id, definition_id AS definitionId FROM conversions").first<
      Record<"id" | "definitionId", string>
    >();
    const ofConversion = { storeId: STORE, subjectId: made?.id, time: "2026-11-20T12:00:00.000Z" };
    const conversion = { definitionId: made?.definitionId, creatorId: LEA };
    const commissions = [{ creatorId: LEA, amountMinor: 500, currency: "EUR" }];
    expect(sent).toEqual([
      {
        id: "evt_1",
        type: "order.attributed",
        ...ofOrder,
        data: { ...order, status: "pending", refunded: null },
      },
      { id: "evt_2", type: "order.approved", ...ofOrder, data: { ...order, status: "approved", refunded: null } },
      { id: "evt_3", type: "order.refunded", ...ofOrder, data: { ...order, status: "approved", refunded: eur(400) } },
      { id: "evt_4", type: "order.declined", ...ofOrder, data: { ...order, status: "declined", refunded: eur(400) } },
      {
        id: "evt_5",
        type: "payout.paid",
        time: "2026-11-20T12:00:00.000Z",
        storeId: STORE,
        subjectId: payout?.id,
        data: { amount: eur(3750), creators: 2, reference: "SEPA 42" },
      },
      {
        id: "evt_6",
        type: "code.failed",
        time: "2026-11-20T12:00:00.000Z",
        storeId: STORE,
        subjectId: id("crt", 3),
        data: {
          creatorId: id("crt", 3),
          planId: PLAN,
          campaignId: CAMPAIGN,
          failure: { code: "missing_handle", detail: "The handle on instagram is missing." },
        },
      },
      {
        id: "evt_7",
        type: "alarm.raised",
        time: "2026-11-20T12:00:00.000Z",
        storeId: null,
        subjectId: alarm?.id,
        data: { kind: "rollup_drift", subject: "2026-11-19", detail: { differingHours: 2 } },
      },
      {
        id: "evt_8",
        type: "conversion.recorded",
        ...ofConversion,
        data: { ...conversion, trigger: "script", trust: "confirmed", value: { amountMinor: 1200, currency: "EUR" } },
      },
      { id: "evt_9", type: "conversion.approved", ...ofConversion, data: { ...conversion, commissions } },
      { id: "evt_10", type: "conversion.declined", ...ofConversion, data: { ...conversion, commissions } },
      {
        id: "evt_11",
        type: "cart.abandoned",
        time: "2026-11-20T12:30:00.000Z",
        storeId: STORE,
        subjectId: expect.stringMatching(/^cart_[0-9a-z]{16}$/),
        data: {
          abandonedAt: "2026-11-20T12:30:00.000Z",
          items: 1,
          value: eur(1000),
          step: null,
          source: "direct",
          contactId: null,
        },
      },
      {
        id: "evt_12",
        type: "call.ended",
        time: "2026-11-20T12:30:00.000Z",
        storeId: STORE,
        subjectId: expect.stringMatching(/^cal_[0-9a-z]{16}$/),
        data: {
          number: "+4930123456",
          direction: "inbound",
          status: "completed",
          startedAt: "2026-11-20T12:00:01.000Z",
          endedAt: "2026-11-20T12:02:06.000Z",
          talkSeconds: 120,
          qualified: true,
          callerCall: 1,
          match: "static",
          source: { channel: "tv", creatorId: LEA, campaignId: CAMPAIGN, linkId: null },
        },
      },
    ]);
    expect(messages.map(({ text }) => text).join()).not.toMatch(
      /@|creator\.example|whsec_|Martin|visitor-hash|cart-key|phone-1/,
    );
  });

  it("is told of an order that is credited later, by hand, and when it changes hands", async () => {
    await createEndpoint();
    const orderId = await recordOne(confirmed(TOTAL));
    expect(await allEvents()).toEqual([]);
    for (const creatorId of [LEA, ZOE]) {
      const body = { creatorId, campaignId: CAMPAIGN, reason: "Agreed by phone" };
      expect((await api("POST", `/orders/${orderId}/attribute`, body)).status).toBe(200);
    }
    const events = await allEvents();
    expect(events.map(({ type }) => type)).toEqual(["order.attributed", "order.attributed"]);
    expect(events.map(({ data }) => (JSON.parse(data) as { creatorId: string }).creatorId)).toEqual([LEA, ZOE]);
  });

  it("is not written down while no endpoint is live", async () => {
    const { id: deleted } = await createEndpoint();
    await api("DELETE", `/webhook-endpoints/${deleted}`);
    const { id: disabled } = await createEndpoint();
    await changeEndpoint(disabled, { disabled: true });
    await allThatCanHappen();
    expect(await allEvents()).toEqual([]);
  });

  it("is not told of orders that are tests", async () => {
    await createEndpoint();
    await recordOne(confirmed({ ...OWNED, test: true, refundedMinor: 5 }));
    expect(await allEvents()).toEqual([]);
  });
});

describe("an event goes to the endpoints", () => {
  const heard = async (endpointId: string) => (await deliveriesTo(endpointId)).map(({ seq }) => seq).toReversed();

  it("that want its type and its store", async () => {
    await insertStore({ id: id("str", 2) });
    const all = await createEndpoint();
    const typed = await createEndpoint({ types: ["order.declined", "alarm.raised"] });
    const ofStore = await createEndpoint({ storeId: STORE });
    const ofOther = await createEndpoint({ storeId: id("str", 2), types: ["order.approved"] });
    await happen(1, "order.approved", STORE);
    await happen(1, "order.declined", STORE);
    await happen(1, "order.approved", id("str", 2));
    await happen(1, "alarm.raised");
    const { messages, run } = world();
    await run();
    expect(await heard(all.id)).toEqual([1, 2, 3, 4]);
    expect(await heard(typed.id)).toEqual([2, 4]);
    expect(await heard(ofStore.id)).toEqual([1, 2]);
    expect(await heard(ofOther.id)).toEqual([3]);
    expect(messages).toHaveLength(9);
  });

  it("as they were when it happened: made, changed or enabled since makes no difference", async () => {
    const first = await createEndpoint({ types: ["order.approved"] });
    await happen();
    const second = await createEndpoint();
    await changeEndpoint(first.id, { types: ["order.declined"] });
    await happen();
    await changeEndpoint(second.id, { disabled: true });
    await happen(1, "order.declined");
    await changeEndpoint(second.id, { disabled: false });
    await happen(1, "order.declined");
    await world().run();
    expect(await heard(first.id)).toEqual([1, 3, 4]);
    expect(await heard(second.id)).toEqual([2, 4]);
  });

  it("each once, however many there are and however often they are handed out", async () => {
    const { id: endpointId } = await createEndpoint();
    await happen(1234);
    const { run } = world(() => Promise.reject(new Error("down")));
    await Promise.all([run(), run()]);
    await env.DB.prepare("DELETE FROM watermarks WHERE name = 'events'").run();
    await run();
    const count = await env.DB.prepare("SELECT count(*) AS n FROM webhook_deliveries WHERE endpoint_id = ?1")
      .bind(endpointId)
      .first<{ n: number }>();
    expect(count?.n).toBe(1234);
  });

  it("while an event happens as an endpoint is made, it is told of it or not, and never twice", async () => {
    const first = await createEndpoint();
    beforeNextWrite(() => happen());
    const second = await createEndpoint();
    await happen();
    await world().run();
    expect(await heard(first.id)).toEqual([1, 2]);
    expect(await heard(second.id)).toEqual([2]);
  });

  it("but not the alarm about an endpoint to the endpoint itself", async () => {
    const [down, up] = [await createEndpoint(), await createEndpoint()];
    await raiseAlarm(env.DB, { kind: "webhook_dead", subject: down.id, detail: {} }, NOW);
    await raiseAlarm(env.DB, { kind: "code_leak", subject: down.id, detail: {} }, NOW);
    await world().run();
    expect(await heard(down.id)).toEqual([2]);
    expect(await heard(up.id)).toEqual([1, 2]);
  });
});
