import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { enteredDeal } from "../../../src/calls/deal/schema.ts";
import { clickSchema } from "../../../src/clicks/click/schema.ts";
import { contactSchema } from "../../../src/conversions/contact/schema.ts";
import { runCron } from "../../../src/cron.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { linkSchema } from "../../../src/links/link/schema.ts";
import { channelsAnswer } from "../../../src/reports/calls/schema.ts";
import { type CustomerPath, pathSchema } from "../../../src/reports/path/schema.ts";
import { orderSchema } from "../../../src/sales/order/schema.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { draft, lockTo, step } from "../../books/payout-fixtures.ts";
import { createPool, nextNumber, registerNumber } from "../../calls/number-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { destination, visit } from "../../edge/visit.ts";
import { createPlan } from "../../programme/campaign-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { call, everything, postEvents, type ShopStore } from "../../sales/capture-fixtures.ts";
import { insertPlan, tell } from "../../visits/take-fixtures.ts";

const START = Date.UTC(2026, 10, 20, 9);
const MINUTE = 60_000;
const VISITOR = "visitor-of-a-browser_1";
const CALLER = "+49 151 23456789";

let store: ShopStore;
let creatorId: string;
let slug: string;
let linkId: string;
let pooled: string;
let target: string;
let own: string;

const at = (minutes: number) => START + minutes * MINUTE;
const iso = (minutes: number) => new Date(at(minutes)).toISOString();

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: START });
  store = await createStore({ origins: ["https://shop.example"], currency: "EUR", consentPolicy: "implied" });
  await insertPlan(store.id);
  await define({ storeId: store.id, name: "A call", triggers: [{ type: "call", minTalkSeconds: 30, numbers: [] }] });
  creatorId = (await createCreator()).id;
  const plan = await createPlan({ storeId: store.id, commission: { type: "percentage", value: 10 } });
  const made = { url: "https://shop.example/tea", storeId: store.id, creatorId, planId: plan.id, kind: "affiliate" };
  ({ slug, id: linkId } = bodyOf(linkSchema, await api("POST", "/links", made)));
  target = nextNumber();
  const inPool = await registerNumber({ storeId: store.id, label: "Pool 1" });
  pooled = inPool.number;
  await createPool({ storeId: store.id, target, numberIds: [inPool.id] });
  own = (await registerNumber({ storeId: store.id, label: "Lea's", target, binding: { linkId } })).number;
});

afterEach(() => {
  vi.useRealTimers();
});

/** Opens the link from an advertisement, and answers the token that the shop's page is opened with. */
async function openLink(): Promise<string> {
  vi.setSystemTime(at(1));
  const response = await visit(`/${slug}?gclid=an-ad`);
  const token = destination(response).searchParams.get("wm_click") ?? "";
  await vi.waitFor(
    async () => {
      const clicks = bodyOf(
        pageOf(clickSchema),
        await api("GET", `/clicks?link=${linkId}&from=2026-11-20&to=2026-11-21`),
      );
      expect(clicks.data).toHaveLength(1);
    },
    { timeout: 20_000, interval: 100 },
  );
  return token;
}

/** Views pages of the shop, and asks for the number that is to be shown on them. Answers it. */
async function browse(consent: "granted" | "denied", click: string): Promise<string | null> {
  const origin = { referrer: "www.google.com", adIds: ["gclid"], click };
  const known = (page: number) =>
    consent === "denied"
      ? {}
      : {
          visitor: VISITOR,
          visit: { id: "visit-12345", page, landing: "/tea", before: page === 1 ? null : "/tea", origin },
        };
  for (const [page, path] of ["/tea", "/contact"].entries()) {
    vi.setSystemTime(at(2 + page));
    const url = `https://shop.example${path}`;
    const view = {
      v: 1,
      type: "page",
      consent,
      id: `event-number-${page}`,
      view: `view-${page}`,
      url,
      plan: 1,
      age: 0,
      data: {},
    };
    const { response } = await tell(store.key, [{ ...view, ...known(page + 1) }]);
    expect(response.status).toBe(202);
  }
  const wish = { v: 1, consent, url: "https://shop.example/contact", targets: [target] };
  const body = JSON.stringify({ ...wish, ...(consent === "denied" ? { origin } : known(2)) });
  const headers = { "Content-Type": "text/plain", Origin: "https://shop.example" };
  const answer = await call(`/numbers?s=${store.key}`, { method: "POST", headers, body });
  const { numbers } = await answer.json<{ numbers: { number: string | null }[] }>();
  return numbers[0]?.number ?? null;
}

/** Calls a number; who calls is told by the store's telephone system. Answers the call's id. */
async function phone(number: string): Promise<string> {
  vi.setSystemTime(at(8));
  const told = {
    callId: "pbx-1",
    number,
    caller: CALLER,
    status: "completed",
    startedAt: iso(5),
    answeredAt: iso(5),
    endedAt: iso(8),
    talkSeconds: 170,
  };
  const response = await call("/calls", {
    method: "POST",
    headers: { Authorization: `Bearer ${store.key}.${store.secret}` },
    body: JSON.stringify(told),
  });
  expect(response.status).toBe(202);
  const row = await env.DB.prepare("SELECT id FROM calls WHERE external_id = 'pbx-1'").first<{ id: string }>();
  return row?.id ?? "";
}

/** Sells on the phone, pays what it earns, and answers the order's id. */
async function sell(callId: string): Promise<string> {
  vi.setSystemTime(at(10));
  const deal = { amount: "200.00", currency: "EUR", customerId: "ada@shopper.example" };
  bodyOf(enteredDeal, await api("POST", `/calls/${callId}/deal`, deal));
  const { data } = bodyOf(pageOf(orderSchema), await api("GET", `/orders?store=${store.id}`));
  const orderId = data[0]?.id ?? "";
  vi.setSystemTime(at(20));
  bodyOf(orderSchema, await api("POST", `/orders/${orderId}/approve`, { reason: "paid" }));
  await runCron("* * * * *", env, at(21));
  vi.setSystemTime(at(30));
  await lockTo(at(25), store.id);
  vi.setSystemTime(at(40));
  await step((await draft({ storeId: store.id, currency: "EUR" })).id, "pay", { reference: "SEPA 7" });
  return orderId;
}

const told = ({ steps }: CustomerPath) =>
  steps.map(({ time, kind, evidence }) => [
    (Date.parse(time) - START) / MINUTE,
    kind,
    `${evidence.kind} ${evidence.trust}`,
  ]);

async function paths(orderId: string): Promise<[contact: CustomerPath, order: CustomerPath]> {
  const contacts = bodyOf(pageOf(contactSchema), await api("GET", `/contacts?store=${store.id}`));
  return [
    bodyOf(pathSchema, await api("GET", `/contacts/${contacts.data[0]?.id}/path`)),
    bodyOf(pathSchema, await api("GET", `/orders/${orderId}/path`)),
  ];
}

/** Has the store's server say that it knows Ada, who may have no browser here. */
async function tellOfAda(): Promise<void> {
  const response = await call("/contacts/ada%40shopper.example", {
    method: "PUT",
    headers: { Authorization: `Bearer ${store.key}.${store.secret}` },
    body: JSON.stringify({ fields: {} }),
  });
  expect(response.status).toBe(200);
}

test("BX-3, BX-11, BX-12, BX-13, BX-14, BXX-7: from the advertisement to the payout, in one answer by its customer and one by its order", async () => {
  const number = await browse("granted", await openLink());
  expect(number).toBe(pooled);
  vi.setSystemTime(at(4));
  await postEvents(store.key, {
    v: 1,
    id: "who",
    type: "identify",
    consent: "granted",
    visitor: VISITOR,
    data: { customerId: "ada@shopper.example" },
  });
  await runCron("* * * * *", env, at(4));
  const callId = await phone(pooled);
  const orderId = await sell(callId);
  const [contact, order] = await paths(orderId);
  const way = [
    // The click is known by the lease of the number that was called: a browser brought it.
    [1, "ad", "click claimed"],
    [1, "link", "click claimed"],
    [2, "visit", "visit claimed"],
    [2, "page", "visit claimed"],
    [3, "page", "visit claimed"],
    [5, "call", "call confirmed"],
    [5, "conversion", "conversion confirmed"],
    [10, "order", "order confirmed"],
    [20, "commission", "ledger confirmed"],
    [40, "payout", "payout confirmed"],
  ];
  expect(told(contact)).toEqual(way);
  expect(told(order)).toEqual(way);
  expect(contact.hidden).toEqual([]);
  expect(contact.summary).toMatchObject({
    firstToOrderMs: 9 * MINUTE,
    spent: [{ currency: "EUR", amountMinor: 20_000 }],
    commission: [{ currency: "EUR", amountMinor: 2_000 }],
    paid: [{ currency: "EUR", amountMinor: 2_000 }],
  });
  // What a creator asks: was it me, and by what?
  expect(order.decision).toMatchObject({ method: "call", creator: { id: creatorId, name: "Lea Martin" } });
  const called = order.steps.find(({ kind }) => kind === "call");
  expect(called).toMatchObject({
    what: { call: { id: callId, label: "Pool 1", match: "lease", qualified: true } },
    touch: { eligible: true, credited: true },
  });
  const { data, total } = bodyOf(
    channelsAnswer,
    await api("GET", `/reports/channels?store=${store.id}&from=2026-11-20&to=2026-11-20`),
  );
  expect(data).toMatchObject([
    {
      channel: "creator",
      clicks: 1,
      visits: 1,
      calls: 1,
      qualified: 1,
      orders: 1,
      credited: 1,
      salesMinor: 20_000,
      commissionMinor: 2_000,
    },
  ]);
  expect(total.orders).toBe(1);
  for (const secret of [VISITOR, "ada@", "23456789"]) expect(await everything(), secret).not.toContain(secret);
});

test("BX-3, BX-5, BXX-7: of a browser that nobody knows by name the call to the number that it alone was shown leads back to its pages", async () => {
  expect(await browse("granted", await openLink())).toBe(pooled);
  const orderId = await sell(await phone(pooled));
  const order = bodyOf(pathSchema, await api("GET", `/orders/${orderId}/path`));
  expect(order.steps.map(({ kind }) => kind)).toEqual([
    "ad",
    "link",
    "visit",
    "page",
    "page",
    "call",
    "order",
    "commission",
    "payout",
  ]);
  expect(order.hidden).toEqual([]);
});

test("BX-3, BXX-7: without consent the number is the link's own, and the path has no page, and says so", async () => {
  const number = await browse("denied", await openLink());
  expect(number).toBe(own);
  await tellOfAda();
  const orderId = await sell(await phone(own));
  const [contact, order] = await paths(orderId);
  const way = [
    [5, "call", "call confirmed"],
    [10, "order", "order confirmed"],
    [20, "commission", "ledger confirmed"],
    [40, "payout", "payout confirmed"],
  ];
  expect(told(contact)).toEqual(way);
  expect(told(order)).toEqual(way);
  expect(contact.hidden.map(({ what, why }) => [what, why])).toEqual([["visits", "no_consent"]]);
  expect(order.decision).toMatchObject({ method: "call", creator: { id: creatorId } });
  expect(JSON.stringify([contact, order])).not.toMatch(/\/tea|\/contact\b|visit-12345/);
});
