import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { processInbox } from "../../src/sales/capture/process-run.ts";
import { runCron } from "../../src/cron.ts";
import { settleOrders } from "../../src/books/ledger/settle-run.ts";
import { orderDetail, orderExplanation, orderSchema } from "../../src/sales/order/schema.ts";
import { api, bodyOf, problemOf } from "../ground/api.ts";
import { call, postEvents, postOrder, reports, rowsOf, type ShopStore, tokenOf } from "../sales/capture-fixtures.ts";
import { createPlan } from "../programme/campaign-fixtures.ts";
import { createCode } from "../programme/code-fixtures.ts";
import { insertLink } from "../links/link-fixtures.ts";
import { createCreator, createStore } from "../programme/fixtures.ts";

const DAY_MS = 86_400_000;
const ORDER = { orderId: "1001", amount: "100.00", currency: "EUR" };

let store: ShopStore;
let lea: Awaited<ReturnType<typeof createCreator>>;
let zoe: Awaited<ReturnType<typeof createCreator>>;
const [LEA_LINK, ZOE_LINK] = ["lnk_atk0000000000001", "lnk_atk0000000000002"];

beforeEach(async () => {
  store = await createStore();
  const plan = await createPlan({
    storeId: store.id,
    commission: { type: "percentage", value: 10, holdDays: 30 },
  });
  [lea, zoe] = [
    await createCreator({ email: "lea@creator.example", externalId: "crm-lea" }),
    await createCreator({ email: "zoe@creator.example", externalId: "crm-zoe" }),
  ];
  for (const [id, creator] of [
    [LEA_LINK, lea],
    [ZOE_LINK, zoe],
  ] as const) {
    await insertLink({ id, storeId: store.id, planId: plan.id, kind: "affiliate", creatorId: creator.id });
  }
  await createCode({ planId: plan.id, creatorId: lea.id, code: "LEA10" });
  await createCode({ planId: plan.id, creatorId: zoe.id, code: "ZOE10" });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** What anybody can send: an order as a page that has the shopper's consent tells of it. */
async function claim(data: object, click?: string): Promise<void> {
  const event = { v: 1, type: "order", consent: "granted", data: { ...ORDER, ...data }, ...(click && { click }) };
  expect((await postEvents(store.key, event)).status).toBe(202);
}

async function readOrder(externalId = "1001") {
  const { results } = await env.DB.prepare("SELECT id FROM orders WHERE external_id = ?1")
    .bind(externalId)
    .all<{ id: string }>();
  const [row] = results;
  if (row === undefined) throw new Error(`no order ${externalId}`);
  return bodyOf(orderDetail, await api("GET", `/orders/${row.id}`));
}

const explain = async (id: string) => bodyOf(orderExplanation, await api("GET", `/orders/${id}/explanation`));

/** What of an order a claim must not touch. */
async function core(externalId?: string) {
  const {
    evidence: _evidence,
    country: _country,
    updatedAt: _updated,
    createdAt: _created,
    id: _id,
    ...order
  } = await readOrder(externalId);
  return order;
}

describe("a claim against what a server confirmed", () => {
  it("G-1: a browser's customer makes no own purchase of the creator whom the server names", async () => {
    const click = await tokenOf(LEA_LINK, Date.now() - DAY_MS);
    expect((await postOrder(store, { ...ORDER, clickId: click })).status).toBe(202);
    const before = await core();
    expect(before.attribution).toMatchObject({ creatorId: lea.id });
    for (const customerId of ["lea@creator.example", "crm-lea"]) await claim({ customerId });
    expect(await core()).toEqual(before);
  });

  it("G-1: nor before the order, nor after it was approved and settled", async () => {
    await claim({ customerId: "crm-lea" });
    await postOrder(store, { ...ORDER, clickId: await tokenOf(LEA_LINK, Date.now() - DAY_MS) });
    const { id } = await readOrder();
    expect((await readOrder()).attribution).toMatchObject({ creatorId: lea.id });
    expect((await api("POST", `/orders/${id}/approve`, { reason: "x" })).status).toBe(200);
    const before = await core();
    await claim({ customerId: "lea@creator.example", amount: "1.00" }, await tokenOf(ZOE_LINK));
    expect(await core()).toEqual(before);
    expect((await readOrder()).evidence.at(-1)).toMatchObject({ trust: "claimed", late: true });
    const { results } = await env.DB.prepare("SELECT creator_id, sum(amount_minor) AS n FROM ledger GROUP BY 1").all();
    expect(results).toEqual([{ creator_id: lea.id, n: 1000 }]);
  });

  it("G-1: whether a customer is new is the server's to say", async () => {
    await claim({ orderId: "old", customerId: "c-9" });
    await postOrder(store, { ...ORDER, orderId: "old" });
    await postOrder(store, { ...ORDER, customerId: "c-9" });
    const hashes = await rowsOf("orders");
    expect(hashes.map((row) => [row["external_id"], row["customer_hash"] === null])).toEqual([
      ["old", true],
      ["1001", false],
    ]);
  });

  it("G-2: a claim ahead of the order sets neither its time, nor its rules, nor its policy", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 40 * DAY_MS });
    await claim({});
    vi.useRealTimers();
    await api("PATCH", `/stores/${store.id}`, { attribution: { windowDays: 7 } });
    const click = await tokenOf(LEA_LINK, Date.now() - 3_600_000);
    await postOrder(store, { ...ORDER, clickId: click });
    const order = await readOrder();
    expect(Date.now() - Date.parse(order.placedAt)).toBeLessThan(DAY_MS);
    expect(order).toMatchObject({ status: "pending", attribution: { creatorId: lea.id } });
    expect((await explain(order.id)).policy).toMatchObject({ windowDays: 7 });
    await settleOrders(env, Date.now());
    expect((await readOrder()).status).toBe("pending");
    expect(Date.parse((await readOrder()).approvalDueAt ?? "")).toBeGreaterThan(Date.now() + 29 * DAY_MS);
  });

  it("G-3: a claim fills what the server left open, until the approval", async () => {
    await postOrder(store, ORDER);
    expect((await readOrder()).status).toBe("orphan");
    await claim({}, await tokenOf(LEA_LINK, Date.now() - DAY_MS));
    expect(await readOrder()).toMatchObject({ status: "pending", attribution: { creatorId: lea.id } });
  });

  it("G-3: two claims for different creators credit nobody: alarmed, approved by no rule, decided by hand", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    await postOrder(store, { ...ORDER, placedAt: new Date(Date.now() - 60 * DAY_MS).toISOString(), codes: [] });
    const placed = Date.now() - 60 * DAY_MS;
    await claim({}, await tokenOf(LEA_LINK, placed - DAY_MS));
    await claim({}, await tokenOf(ZOE_LINK, placed - DAY_MS));
    const order = await readOrder();
    await settleOrders(env, Date.now());
    expect(await readOrder()).toMatchObject({ status: "contested", attribution: null, commission: null });
    const told = await explain(order.id);
    expect(told.rule).toBe("contested");
    expect(told.candidates.map(({ touch, eligible }) => [touch.creatorId, eligible])).toEqual(
      expect.arrayContaining([
        [lea.id, true],
        [zoe.id, true],
      ]),
    );
    expect(problemOf(await api("POST", `/orders/${order.id}/approve`, { reason: "x" })).code).toBe("order_contested");

    await runCron("* * * * *", env, Date.now());
    const alarms = () =>
      env.DB.prepare(
        "SELECT kind, subject, detail, resolved_at IS NULL AS open FROM alarms WHERE kind = 'orders_contested'",
      ).all();
    expect((await alarms()).results).toEqual([
      {
        kind: "orders_contested",
        subject: store.id,
        detail: JSON.stringify({ orders: 1, first: [order.id] }),
        open: 1,
      },
    ]);

    const decided = await api("POST", `/orders/${order.id}/attribute`, {
      creatorId: zoe.id,
      reason: "Told on the phone",
    });
    expect(bodyOf(orderSchema, decided)).toMatchObject({ status: "pending", attribution: { creatorId: zoe.id } });
    // Another claim moves it no more.
    await claim({ codes: ["LEA10"] });
    expect(await readOrder()).toMatchObject({ attribution: { creatorId: zoe.id } });
    await runCron("* * * * *", env, Date.now());
    expect((await alarms()).results).toMatchObject([{ open: 0 }]);
  });

  it("G-3: whoever claims an old order that nobody is credited with waits as long as for a new one", async () => {
    const old = Date.now() - 300 * DAY_MS;
    await postOrder(store, { ...ORDER, placedAt: new Date(old).toISOString() });
    await claim({ codes: ["ZOE10"] });
    await settleOrders(env, Date.now());
    const order = await readOrder();
    expect(order).toMatchObject({ status: "pending", attribution: { creatorId: zoe.id } });
    expect(Date.parse(order.approvalDueAt ?? "")).toBeGreaterThan(Date.now() + 29 * DAY_MS);
    // Claiming it again, with more, puts the approval off for nobody.
    await claim({ codes: ["ZOE10", "zoe10 "], amount: "1.00" });
    await settleOrders(env, Date.now());
    expect((await readOrder()).approvalDueAt).toBe(order.approvalDueAt);
    // A server's word needs no such wait.
    await postOrder(store, { ...ORDER, codes: ["ZOE10"], placedAt: new Date(old).toISOString() });
    await settleOrders(env, Date.now());
    expect((await readOrder()).status).toBe("approved");
  });

  it("G-3: an order that is only claimed raises no alarm, whatever anybody sends", async () => {
    await claim({ codes: ["LEA10"] });
    await claim({ codes: ["ZOE10"] });
    expect(await readOrder()).toMatchObject({ status: "contested", trust: "claimed", attribution: null });
    await runCron("* * * * *", env, Date.now());
    expect((await env.DB.prepare("SELECT * FROM alarms").all()).results).toEqual([]);
    await postOrder(store, { ...ORDER, codes: ["LEA10"] });
    expect(await readOrder()).toMatchObject({ status: "pending", attribution: { creatorId: lea.id } });
  });

  it("G-3: a creator's own claim moves a sale by code to no better plan", async () => {
    const better = await createPlan({ storeId: store.id, commission: { type: "percentage", value: 50 } });
    const link = "lnk_atk0000000000003";
    await insertLink({ id: link, storeId: store.id, planId: better.id, kind: "affiliate", creatorId: lea.id });
    await postOrder(store, { ...ORDER, codes: ["LEA10"] });
    const before = await core();
    await claim({}, await tokenOf(link, Date.now() - 1000));
    expect(await core()).toEqual(before);
  });
});

describe("G-4: what a browser says of a customer", () => {
  const identify = async (customerId: string, link: string) => {
    const event = { v: 1, type: "identify", consent: "granted", data: { customerId }, click: await tokenOf(link) };
    expect((await postEvents(store.key, event)).status).toBe(202);
  };

  it("credits nobody with the next orders of guessed customers", async () => {
    for (const customerId of ["1", "2", "3"]) await identify(customerId, ZOE_LINK);
    await postOrder(store, { ...ORDER, customerId: "2" });
    const order = await readOrder();
    expect(order).toMatchObject({ status: "orphan", attribution: null });
    expect((await explain(order.id)).candidates).toMatchObject([
      { eligible: false, reasonCode: "browser_link", touch: { creatorId: zoe.id } },
    ]);
  });

  it("nor with an order that a claim names a customer for", async () => {
    await claim({ orderId: "7", customerId: "2" }, await tokenOf(ZOE_LINK));
    await postOrder(store, { ...ORDER, customerId: "2" });
    expect(await readOrder()).toMatchObject({ status: "orphan" });
  });

  it("counts where the store takes a browser's word, and a server's word counts everywhere", async () => {
    await postOrder(store, { ...ORDER, orderId: "first", customerId: "2", clickId: await tokenOf(LEA_LINK) });
    await postOrder(store, { ...ORDER, customerId: "2" });
    expect(await readOrder()).toMatchObject({ attribution: { creatorId: lea.id } });

    await api("PATCH", `/stores/${store.id}`, { attribution: { customerClicks: "any" } });
    await identify("5", ZOE_LINK);
    await postOrder(store, { ...ORDER, orderId: "1002", customerId: "5" });
    expect(await readOrder("1002")).toMatchObject({ attribution: { creatorId: zoe.id } });
  });

  it("pushes no click out that the server reported", async () => {
    await postOrder(store, {
      ...ORDER,
      orderId: "first",
      customerId: "2",
      clickId: await tokenOf(LEA_LINK, Date.now() - 5000),
    });
    const rows = Array.from(
      { length: 300 },
      (_none, n) =>
        `('${store.id}', (SELECT customer_hash FROM customer_touches LIMIT 1), 'clk_${n}', '${ZOE_LINK}', 'claimed', ${Date.now() - 1000}, 1)`,
    );
    await env.DB.prepare(
      `INSERT INTO customer_touches (store_id, customer_hash, click_id, link_id, trust, time, created_at) VALUES ${rows.join(", ")}`,
    ).run();
    await postOrder(store, { ...ORDER, customerId: "2" });
    expect(await readOrder()).toMatchObject({ attribution: { creatorId: lea.id } });
  });
});

describe("G-5: bounds", () => {
  it("an order takes 50 claims, is contested then, and always has a place for what a server says", async () => {
    const pixels = Array.from(
      { length: 55 },
      (_none, n) => `/pixel.gif?s=${store.key}&order=1001&amount=${n}.00&currency=EUR&codes=ZOE10`,
    );
    for (const path of pixels) expect((await call(path)).status).toBe(200);
    await processInbox(env, Date.now());
    expect(await rowsOf("order_evidence")).toHaveLength(50);
    expect((await readOrder()).status).toBe("contested");
    const kept = await reports();
    expect(kept.filter(({ verdict }) => verdict === "used")).toHaveLength(50);
    const refused = kept.filter(({ verdict }) => verdict === "refused");
    expect(refused.map((row) => row.reason_code)).toEqual(Array(5).fill("too_many_claims"));
    expect(refused.every((row) => row.order_id !== null)).toBe(true);

    // A thief who fills the order first shuts nobody out: a person decides.
    await postOrder(store, ORDER);
    expect(await readOrder()).toMatchObject({ trust: "confirmed", status: "contested" });
    await postOrder(store, { ...ORDER, codes: ["LEA10"] });
    expect(await readOrder()).toMatchObject({ status: "pending", attribution: { creatorId: lea.id } });
    expect(await rowsOf("order_evidence")).toHaveLength(52);
  });

  it("clicks and codes of an order are bounded, so that its row fits", async () => {
    const events = await Promise.all(
      Array.from({ length: 60 }, async (_none, n) => ({
        v: 1,
        type: "order",
        consent: "granted",
        click: await tokenOf(ZOE_LINK, Date.now() - n * 1000),
        data: {
          ...ORDER,
          clickId: await tokenOf(LEA_LINK, Date.now() - n * 1000),
          codes: Array.from({ length: 20 }, (_no, c) => `CODE-${n}-${c}`),
        },
      })),
    );
    for (let at = 0; at < events.length; at += 20) await postEvents(store.key, events.slice(at, at + 20));
    await processInbox(env, Date.now());
    const [row] = await rowsOf("orders");
    expect(JSON.parse(String(row?.["touches"]))).toHaveLength(100);
    expect(JSON.parse(String(row?.["codes"]))).toHaveLength(200);
    expect(JSON.stringify(row).length).toBeLessThan(500_000);
  });

  it("an address is weighed by its events, and a store by what is claimed of it", async () => {
    const calls: string[] = [];
    const counting = (name: string, allowed: number) => ({
      limit: ({ key }: { key: string }) => {
        calls.push(`${name} ${key}`);
        return Promise.resolve({ success: calls.filter((one) => one.startsWith(name)).length <= allowed });
      },
    });
    const bindings = (page: number, claims: number) =>
      ({ ...env, PAGE_REPORTS: counting("page", page), STORE_CLAIMS: counting("claim", claims) }) as unknown as Env;
    const send = (events: unknown[], on: Env) =>
      call(`/events?s=${store.key}`, { method: "POST", body: JSON.stringify(events) }, on);
    const orders = Array.from({ length: 10 }, (_none, n) => ({
      v: 1,
      type: "order",
      data: { ...ORDER, orderId: `o${n}` },
    }));
    const pages = Array.from({ length: 5 }, () => ({ v: 1, type: "page", data: {} }));

    expect((await send([...orders, ...pages], bindings(100, 100))).status).toBe(202);
    expect(calls.filter((one) => one.startsWith("page"))).toHaveLength(15);
    expect(calls.filter((one) => one === `claim ${store.id}`)).toHaveLength(10);
    calls.length = 0;
    const kept = (await reports()).length;
    expect((await send(orders, bindings(9, 100))).status).toBe(429);
    calls.length = 0;
    expect((await send(orders, bindings(100, 9))).status).toBe(429);
    expect(await reports()).toHaveLength(kept);
    calls.length = 0;
    expect((await call(`/pixel.gif?s=${store.key}&order=9&amount=1`, {}, bindings(100, 0))).status).toBe(200);
    expect(await reports()).toHaveLength(kept);
  });
});
