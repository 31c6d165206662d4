import { setTimeout as delay } from "node:timers/promises";
import type { AdminApi } from "../../scripts/admin-api.ts";
import { clickMessage } from "../clicks/click-message.ts";

const DAY = 86_400_000;

/** How long codes, links and orders may take, which are made behind answers, ms. */
const WITHIN_MS = 30_000;

/** Of the world that is being filled. */
let tick: () => Promise<unknown>;

interface Named {
  id: string;
}

/** A store, with the secret that its server has. */
export interface Store extends Named {
  key: string;
  secret: string;
}

interface Page<Item> {
  data: Item[];
}

/** What pages of the desk are crawled with: an API to write by, and where it is. */
export interface FillingWorld {
  api: AdminApi;
  /** The API's. */
  key: string;
  /** Without a slash at its end. */
  origin: string;
  /** Sees to what is made behind answers, where nothing does so by itself. */
  tick?: () => Promise<unknown>;
}

/** What a filled world has most of. */
export interface Filled {
  store: Store;
  /** A creator in the campaign, with a code, links, orders, calls and payouts. */
  noraId: string;
  /** A creator whose code could not be made. */
  anyoneId: string;
  campaignId: string;
  planId: string;
  linkId: string;
}

/** Gives every page of the desk something to show, beside what the demo has. */
export async function fillWorld(world: FillingWorld): Promise<Filled> {
  const { api } = world;
  tick = world.tick ?? (async () => undefined);
  const store = await api.call<Store>("POST", "/stores", {
    name: "Linen & Co, a shop with a name that is rather long",
    currency: "EUR",
    timezone: "Europe/Paris",
    homeUrl: "https://linen.example/",
    origins: ["https://linen.example"],
  });
  const [nora = "", anyone = ""] = await makeCreators(api);
  const { linkId, campaignId, planId } = await makeCampaigns(api, store, { nora, anyone });
  await sendClicks(api, linkId);
  await tellOrders(world, store);
  await decideOrders(api, store.id);
  await makeConversions(world, store, planId);
  await makeMoney(world, store, nora);
  await makeVisits(api, store.id);
  await makeCalls(world, store, linkId);
  await makeCostsAndRates(api, store.id);
  await makeSettings(world, { storeId: store.id, linkId, creatorId: nora });
  const { url } = await api.call<{ url: string }>("POST", `/creators/${nora}/portal-links`, { label: "For the desk" });
  await enterAccount(world.origin, url);
  await api.call("POST", `/campaigns/${campaignId}/creators`, { creatorIds: [anyone], status: "applied" });
  return { store, noraId: nora, anyoneId: anyone, campaignId, planId, linkId };
}

async function makeCreators(api: AdminApi): Promise<string[]> {
  const bodies = [
    {
      firstName: "Nora",
      lastName: "Lind-Söderström",
      email: "nora@creator.example",
      handles: { instagram: "nora.lind", tiktok: "nora" },
    },
    // Who has no name is shown too.
    { email: "somebody.with.a.rather.long.address@creators-of-the-world.example" },
  ];
  const made: string[] = [];
  for (const body of bodies) made.push((await api.call<Named>("POST", "/creators", body)).id);
  return made;
}

/** A campaign whose creator has a code and a link, and one whose creator's could not be made. */
async function makeCampaigns(
  api: AdminApi,
  store: Store,
  { nora, anyone }: { nora: string; anyone: string },
): Promise<{ linkId: string; campaignId: string; planId: string }> {
  const { id, planId } = await api.call<Named & { planId: string }>("POST", "/campaigns", {
    name: "Spring looks for a rather long weekend & more",
    creatorsSeePerformance: true,
    plan: {
      name: "Spring at Linen",
      storeId: store.id,
      discount: { type: "percentage", value: 10 },
      codePattern: "NORA10",
      commission: { type: "percentage", value: 12, holdDays: 0 },
    },
  });
  await api.call("POST", `/campaigns/${id}/creators`, { creatorIds: [nora], status: "approved" });
  const member = () => api.call<{ state: string; linkId?: string }>("GET", `/campaigns/${id}/creators/${nora}`);
  await until("Nora's code and link", async () => (await member()).state === "ready");
  const failing = await api.call<Named>("POST", "/campaigns", {
    name: "Codes of first names",
    plan: { name: "Codes of first names", storeId: store.id, codePattern: "{{firstName}}20" },
  });
  await api.call("POST", `/campaigns/${failing.id}/creators`, { creatorIds: [anyone], status: "applied" });
  await api.call("POST", `/campaigns/${failing.id}/creators/bulk`, { action: "approve", all: true });
  await api.call("POST", `/campaigns/${id}/launch`);
  await api.call("POST", "/campaigns", { name: "A draft without a plan" });
  return { linkId: (await member()).linkId ?? "", campaignId: id, planId };
}

async function sendClicks(api: AdminApi, linkId: string): Promise<void> {
  const now = Date.now();
  const clicks = Array.from({ length: 120 }, (_none, n) =>
    clickMessage({
      id: `clk_desk_${n}`,
      linkId,
      time: now - ((n * n) % 50) * DAY - n,
      pseudonym: `visitor ${n}`,
    }),
  );
  await api.call("POST", "/clicks/restore", { clicks });
}

function orderBody(n: number, more: object = {}): object {
  return {
    orderId: `desk-${n}`,
    amount: "79.90",
    currency: "EUR",
    codes: ["NORA10"],
    status: "paid",
    customerId: `customer-${n % 4}`,
    placedAt: new Date(Date.now() - (40 - n * 3) * DAY).toISOString(),
    ...more,
  };
}

async function tellOrders({ api, origin }: FillingWorld, store: Store): Promise<void> {
  const bearer = `Bearer ${store.key}.${store.secret}`;
  const tell = (path: string, body: object, headers: Record<string, string>) =>
    fetch(`${origin}${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  for (const n of Array.from({ length: 12 }).keys()) {
    const more =
      n === 3 ? { status: "cancelled" } : n === 4 ? { refunded: "20.00" } : n === 5 ? { currency: "USD" } : {};
    const { status } = await tell("/t/orders", orderBody(n, more), { Authorization: bearer });
    if (status !== 202) throw new Error(`order ${n} was answered ${status}`);
  }
  await fetch(`${origin}/t/contacts/customer-1`, {
    method: "PUT",
    headers: { "Content-Type": "application/json", Authorization: bearer },
    body: JSON.stringify({ fields: { plan: "gold", seats: 7 } }),
  });
  // A browser only claims, and what a shop's server says wrongly is kept.
  await tellOfPage(origin, store, {
    v: 1,
    id: "o1",
    type: "order",
    data: { orderId: "desk-20", amount: "79.90", currency: "EUR", codes: ["NORA10"] },
  });
  await tell("/t/orders", orderBody(21, { currency: "EURO" }), { Authorization: bearer });
  const known = () => api.call<Page<Named>>("GET", `/orders?store=${store.id}&limit=200`);
  await until("orders", async () => (await known()).data.length >= 12);
}

async function decideOrders(api: AdminApi, storeId: string): Promise<void> {
  const { data } = await api.call<Page<Named & { externalId: string; status: string }>>(
    "GET",
    `/orders?store=${storeId}&limit=200`,
  );
  const idOf = (n: number): string => data.find(({ externalId }) => externalId === `desk-${n}`)?.id ?? "";
  await api.call("POST", `/orders/${idOf(10)}/dispute`, { reason: "The customer says that they never bought it" });
  await api.call("POST", `/orders/${idOf(8)}/decline`, { reason: "An order of our own" });
}

/** Definitions of which pages show more than of others. */
const TRIGGERS = [
  ["A button", { type: "script" }],
  ["Big accounts", { type: "segment", all: [{ about: "field", field: "seats", is: "greater", value: 10 }] }],
] as const;

async function makeConversions({ api, origin }: FillingWorld, store: Store, planId: string): Promise<void> {
  const define = async (template: string): Promise<string> => {
    const { id } = await api.call<Named>("POST", "/conversion-definitions", { storeId: store.id, template });
    return id;
  };
  const lead = await define("lead-form");
  await api.call("POST", `/conversion-definitions/${lead}/activate`, {});
  const call = await define("call");
  await api.call("POST", `/conversion-definitions/${call}/activate`, {});
  const rate = { amount: "5.00", holdDays: 14 };
  await api.call("PUT", `/tracking-plans/${planId}/conversion-rates/${call}`, rate);
  for (const [name, trigger] of TRIGGERS) {
    const { id } = await api.call<Named>("POST", "/conversion-definitions", {
      storeId: store.id,
      name,
      triggers: [trigger],
      ...(trigger.type === "script" && { value: { mode: "event" } }),
    });
    await api.call("POST", `/conversion-definitions/${id}/activate`, {});
  }
  // A draft can be changed and deleted.
  await define("sign-up");
  await api.call("POST", `/conversion-definitions/${call}/conversions`, {
    call: { talkSeconds: 95 },
    codes: ["NORA10"],
    customerId: "customer-1",
    reason: "Asked for a sample",
  });
  const told = { v: 1, id: "l1", type: "track", data: { event: "lead", form: "contact" } };
  await tellOfPage(origin, store, told);
  const counted = () => api.call<Page<Named>>("GET", `/conversions?store=${store.id}`);
  await until("a conversion", async () => (await counted()).data.length > 0);
}

/** What the snippet tells of a page of the store. */
async function tellOfPage(origin: string, store: Store, event: object): Promise<void> {
  const { status } = await fetch(`${origin}/t/events?s=${store.key}`, {
    method: "POST",
    headers: { "Content-Type": "text/plain", Origin: "https://linen.example" },
    body: JSON.stringify(event),
  });
  if (status >= 300) throw new Error(`an event of a page was answered ${status}`);
}

/** Enters another account on a creator's own page, twice: the second takes the place of the first. */
async function enterAccount(origin: string, url: string): Promise<void> {
  for (const iban of ["NL91ABNA0417164300", "DE89370400440532013000"]) {
    const { status } = await fetch(`${origin}${new URL(url).pathname}/money/payout-details`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded", Origin: origin },
      body: new URLSearchParams({ accountHolder: "Nora Lind", iban }).toString(),
      redirect: "manual",
    });
    if (status !== 303) throw new Error(`an account on a creator's page was answered ${status}`);
  }
}

async function makeMoney({ api, key, origin }: FillingWorld, store: Store, creatorId: string): Promise<void> {
  const { id: storeId } = store;
  const to = (days: number): string => new Date(Date.now() - days * DAY).toISOString();
  await api.call("PUT", `/stores/${storeId}/payer`, { name: "Linen & Co", iban: "DE02120300000000202051" });
  await api.call("PUT", `/creators/${creatorId}/payout-details`, {
    method: "sepa",
    accountHolder: "Nora Lind",
    iban: "FR1420041010050500013M02606",
  });
  await api.call("POST", "/ledger", {
    type: "bonus",
    creatorId,
    storeId,
    amount: "25.00",
    currency: "EUR",
    reason: "A good month",
  });
  const booked = () => api.call<Page<Named>>("GET", `/ledger?store=${storeId}&type=accrual&limit=200`);
  await until("commissions", async () => (await booked()).data.length >= 6);
  // What is booked now belongs to the time that ends now.
  const locked = await api.call<Named>("POST", "/periods", { storeId, to: to(0), note: "Before the summer" });
  await api.call("POST", `/periods/${locked.id}/lock`, {});
  await delay(10);
  await api.call("POST", "/periods", { storeId, to: to(0) });
  const paid = { storeId, currency: "USD", minimum: "1.00", holdDays: 0, note: "The first" };
  const { id: paidId } = await api.call<Named>("POST", "/payouts", paid);
  await api.call("POST", `/payouts/${paidId}/pay`, { reference: "Wire 7" });
  await api.call("POST", "/payouts", { storeId, minimum: "1.00", holdDays: 0 });
  const csv = [
    "order_id,placed_at,currency,total,subtotal,refunded,status,codes",
    `desk-1,${to(37)},EUR,79.90,79.90,10.00,paid,NORA10`,
    `desk-11,${to(7)},EUR,69.90,69.90,0.00,paid,NORA10`,
    `unknown-1,${to(5)},EUR,59.50,50.00,0.00,paid,NORA10`,
    "broken,never,EUR,1.00,1.00,0.00,paid,",
  ].join("\n");
  const answer = await fetch(`${origin}/api/v1/reconciliations?store=${storeId}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "text/csv" },
    body: csv,
  });
  await fetch(`${origin}/api/v1/reconciliations?store=${storeId}&dryRun=true`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "text/csv" },
    body: csv,
  });
  if (!answer.ok) throw new Error(`the reconciliation was answered ${answer.status}: ${await answer.text()}`);
}

async function makeVisits(api: AdminApi, storeId: string): Promise<void> {
  const plan = (name: string) =>
    api.call<Named>("POST", "/tagging-plans", {
      storeId,
      name,
      pages: {
        engagement: true,
        scroll: true,
        heatmap: true,
        aliases: [{ pattern: "/products/*", alias: "/products" }],
      },
      rules: [
        { kind: "click", selector: ".add-to-basket", event: "Add to basket" },
        { kind: "form", selector: "#contact", event: "Enquiry" },
      ],
      checkout: { steps: [{ name: "Pay", page: "/checkout/pay" }], abandonedAfterMinutes: 30 },
    });
  const { id } = await plan("Shop, autumn");
  await api.call("POST", `/tagging-plans/${id}/activate`, {});
  await plan("Shop, winter");
}

async function makeCalls({ api, origin }: FillingWorld, store: Store, linkId: string): Promise<void> {
  const { id: storeId } = store;
  await api.call("PUT", `/stores/${storeId}/carriers/twilio`, { authToken: "0123456789abcdef0123456789abcdef" });
  const numbers = ["+33199002011", "+33199002012", "+33199002013"];
  const [poster, nora, pooled] = numbers.map((number, index) => ({ storeId, number, label: `Number ${index + 1}` }));
  await api.call("POST", "/phone-numbers", { ...poster, binding: { channel: "poster", offline: true } });
  await api.call("POST", "/phone-numbers", { ...nora, binding: { linkId } });
  const { id } = await api.call<Named>("POST", "/phone-numbers", pooled);
  await api.call("POST", "/number-pools", { storeId, name: "Website", target: "+33199001010", numberIds: [id] });
  // A call begins after its number stood for somebody.
  await delay(1000);
  const { status } = await fetch(`${origin}/t/calls`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${store.key}.${store.secret}` },
    body: JSON.stringify({
      callId: "desk-1",
      number: numbers[1],
      status: "completed",
      startedAt: new Date().toISOString(),
      talkSeconds: 95,
      customerId: "customer-1",
    }),
  });
  if (status >= 300) throw new Error(`a call was answered ${status}`);
}

async function makeCostsAndRates(api: AdminApi, storeId: string): Promise<void> {
  const day = (before: number): string => new Date(Date.now() - before * DAY).toISOString().slice(0, 10);
  const cost = { storeId, channel: "poster", from: day(30), to: day(1), amount: "1200.00", note: "Underground" };
  await api.call("POST", "/channel-costs", cost);
  const rate = { from: "EUR", to: "USD", date: day(1), rate: "1.1580", source: "ECB" };
  await api.call("POST", "/exchange-rates", { rates: [rate] });
}

async function makeSettings(
  { api, origin }: FillingWorld,
  { storeId, linkId, creatorId }: { storeId: string; linkId: string; creatorId: string },
): Promise<void> {
  const hook = { url: "https://hooks.example.com/waymark", description: "The warehouse", storeId };
  const endpoint = await api.call<Named>("POST", "/webhook-endpoints", hook);
  await api.call("POST", `/webhook-endpoints/${endpoint.id}/test`).catch(() => undefined);
  const sink = { format: "ndjson", endpoint: "https://collect.example.com/waymark", secrets: { token: "asked-for" } };
  await api.call("PUT", `/stores/${storeId}/analytics-export`, sink);
  await api.call("POST", "/stores", { name: "Linen on Shopify", provider: "shopify" });
  await api.call("POST", "/domains", { hostname: "go.linen.example", storeId });
  await api.call("POST", "/blocked-hosts", { host: "phishing.example", reason: "Imitates a bank" });
  await api.call("POST", "/api-keys", { name: "Agency", scopes: ["reports:read"], storeIds: [storeId] });
  const amazon = { name: "Linen on Amazon", provider: "amazon", homeUrl: "https://www.amazon.de/stores/linen" };
  const { id: amazonId } = await api.call<Named>("POST", "/stores", amazon);
  const tag = "maas=maas_adg_api_1_static_2";
  await api.call("PUT", `/stores/${amazonId}/attribution-tags/${creatorId}`, { tag });
  const { slug } = await api.call<{ slug: string }>("GET", `/links/${linkId}`);
  const body = new URLSearchParams({ do: "report", kind: "phishing", detail: "It asks for my password." });
  const headers = { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };
  await fetch(`${origin}/${slug}+`, { method: "POST", body, headers, redirect: "manual" });
}

/** SQL with its values that makes what no caller can bring about: an alarm, and a message that could not be processed. */
export function troubles(now: number): [sql: string, ...values: (string | number)[]][] {
  return [
    [
      "INSERT INTO alarms (id, kind, subject, detail, raised_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?)",
      "alm_0000000000000001",
      "cron_failed",
      "segments",
      JSON.stringify({ error: "It took too long" }),
      now,
      now,
    ],
    [
      "INSERT INTO dead_letters (id, queue, message_id, body, reason, received_at) VALUES (?, ?, ?, ?, ?, ?)",
      "ded_0000000000000001",
      "waymark-clicks",
      "m-1",
      "[]",
      "unreadable",
      now,
    ],
  ];
}

/** Waits for what is made behind answers. Throws an `Error` with `what` it was. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`${what}: nothing after ${WITHIN_MS / 1000} s`);
    await tick();
    await delay(100);
  }
}
