import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readLogRows } from "../../../src/visits/log/read-store.ts";
import { recordVisits } from "../../../src/visits/log/record-run.ts";
import { readMessage } from "../../../src/visits/take/taken.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { everything, reports, tokenOf } from "../../sales/capture-fixtures.ts";
import { deliver, insertPlan, rowsIn, tell } from "../take-fixtures.ts";

const LINK = "lnk_vst0000000000000";
const VISITOR = "visitor-of-a-browser_1";
const ORIGIN = { referrer: "www.google.com", adIds: [] as string[] };

let drawn = 0;

afterEach(() => void vi.restoreAllMocks());

/** An event as a consenting visitor's page tells it. */
function event(type: string, data: object = {}, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    v: 1,
    type,
    consent: "granted",
    id: `event-number-${drawn++}`,
    view: "view-1",
    url: "https://shop.example/products/tea?utm_source=x#top",
    plan: 1,
    age: 0,
    visitor: VISITOR,
    visit: { id: "visit-12345", page: 1, landing: "/", before: null, origin: ORIGIN },
    data,
    ...more,
  };
}

/** The same of a visitor who did not consent, with all that a page must not send then. */
function denied(type: string, data: object = {}, more: Record<string, unknown> = {}): Record<string, unknown> {
  return event(type, data, { consent: "denied", ...more });
}

/** A database that takes nothing more of visits. */
function broken(d1: D1Database): D1Database {
  return new Proxy(d1, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (name === "batch") return () => Promise.reject(new Error("no more"));
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function storeWithPlan(body: Record<string, unknown> = {}) {
  const store = await createStore({ timezone: "Europe/Berlin", ...body });
  await insertPlan(store.id);
  return store;
}

async function logged(storeId: string) {
  const events = [];
  for await (const rows of readLogRows(env.DB, { storeId, from: 0, to: Infinity })) {
    events.push(...rows.flatMap((row) => row.events));
  }
  return events;
}

describe("what a page tells under a tagging plan", () => {
  it("DIO-1, DIO-4, DIO-5: is counted by hour, logged and followed to its cart", async () => {
    const store = await storeWithPlan();
    await insertLink({ id: LINK });
    const click = await tokenOf(LINK);
    const second = { id: "visit-12345", page: 2, landing: "/", before: "/", origin: { ...ORIGIN, click } };
    const { response } = await tell(store.key, [
      event("page"),
      event("engage", { ms: 1_500, scroll: 40, n: 1 }),
      event("engage", { ms: 500, scroll: 10, n: 2 }),
      event("click", { rule: "buy", label: "Hello Jane" }),
      event("download", { rule: "guide", file: "/files/care.PDF?user=jane@mail.example" }),
      event("cart", { cartId: "c-1", items: [{ sku: "TEA-1", quantity: 2 }], value: "19.90" }),
      event("step", { step: "shipping", cartId: "c-1" }),
      event("cart", { cartId: "c-1", orderId: "1001" }),
      event("zones", { band: "wide", width: 1400, height: 3000, cells: { "3:4": 2 }, fixed: { "1:1": 1 }, scroll: 9 }),
      event("page", {}, { visit: second, url: "https://shop.example/about" }),
    ]);
    expect([response.status, await response.json()]).toEqual([202, { accepted: 10, rejected: [] }]);

    const pages = await rowsIn("page_sums");
    const hour = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d$/);
    const sums = { store_id: store.id, span: hour, consent: "granted" };
    expect(pages).toHaveLength(4);
    expect(pages).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...sums, page: "", views: 2, entries: 1, nexts: 1, engaged_ms: 2_000, visitors: 1 }),
        expect.objectContaining({ ...sums, page: "/", views: 0, entries: 0, nexts: 1, visitors: null }),
        expect.objectContaining({
          ...sums,
          page: "/products/:name",
          views: 1,
          entries: 1,
          nexts: 0,
          engaged_ms: 2_000,
          engaged: 1,
          scroll: 50,
        }),
        expect.objectContaining({ ...sums, page: "/about", views: 1, entries: 0 }),
      ]),
    );
    expect(await rowsIn("visit_sums")).toMatchObject([
      { source: "creator", link_id: LINK, landing: "/", visits: 0, seconds: 1, views: 1, engaged_ms: 0 },
      { source: "search", link_id: "", landing: "/", visits: 1, seconds: 0, views: 1, engaged_ms: 2_000 },
    ]);
    expect((await rowsIn("behaviour_sums")).map(({ kind, name, label, count }) => [kind, name, label, count])).toEqual([
      ["click", "buy_click", "Buy button", 1],
      ["download", "guide_download", "care.PDF", 1],
      ["step", "shipping", "", 1],
    ]);
    expect(await rowsIn("carts")).toMatchObject([
      { items: 2, value_minor: 1_990, currency: "EUR", step: "shipping", order_external_id: "1001", source: /search/ },
    ]);
    expect(await rowsIn("heat_days")).toMatchObject([
      { page: "/products/:name", band: "wide", views: 1, counts: expect.stringContaining('"f1:1":1') },
    ]);
    const events = await logged(store.id);
    expect(events.map(({ type }) => type)).toEqual([
      "page",
      "engage",
      "engage",
      "click",
      "download",
      "cart",
      "step",
      "cart",
      "page",
    ]);
    expect(events[0]).toMatchObject({ country: "DE", device: "mobile", page: "/products/:name", pageOfVisit: 1 });
    expect(await everything()).not.toMatch(/Jane|jane|visitor-of-a-browser|event-number/);
  });

  it("keeps no file that is named by an order or a person, and by the hour alone when it came", async () => {
    const store = await storeWithPlan();
    const files = ["1048576.pdf", "jane%40mail.example.pdf", "9f86d081884c7d659a2feaa0c55ad015.pdf", "care-2026.pdf"];
    await tell(
      store.key,
      files.map((file) => denied("download", { rule: "guide", file })),
    );
    const labels = (await rowsIn("behaviour_sums")).map(({ label, count }) => [label, count]);
    expect(labels).toEqual([
      [":id.pdf", 3],
      ["care-2026.pdf", 1],
    ]);
    for (const { first_at: first, last_at: last } of await rowsIn("visit_quality")) {
      expect([Number(first) % 3_600_000, Number(last) % 3_600_000]).toEqual([0, 0]);
    }
  });

  it("counts by the plan that held when it was told, however late the queue is", async () => {
    const store = await storeWithPlan();
    const { messages } = await tell(store.key, [denied("banner", { state: "shown" })]);
    await env.DB.batch(["visit_writes", "visit_sums_waiting"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
    // The plan is retired now, and the message comes two hours later; or it was retired two hours before.
    const retire = (time: number) =>
      env.DB.prepare("UPDATE tagging_plans SET status = 'retired', retired_at = ?1").bind(time).run();
    await retire(Date.now());
    const read = messages.map((body) => readMessage(body)).filter((message) => message !== null);
    await recordVisits(env.DB, read, Date.now() + 7_200_000);
    expect(await rowsIn("behaviour_sums")).toMatchObject([{ kind: "banner", count: 1 }]);
    await retire(Date.now() - 7_200_000);
    await tell(store.key, [denied("banner", { state: "shown" })]);
    expect(await rowsIn("behaviour_sums")).toMatchObject([{ kind: "banner", count: 1 }]);
  });

  it("takes back no view but the one that was counted: nobody lowers another page, answer or source", async () => {
    const store = await storeWithPlan();
    const direct = { entry: true, origin: {} };
    const victim = "https://shop.example/sale";
    await tell(store.key, [denied("page", {}, { url: victim, entry: true, origin: ORIGIN, id: "honest-view-0001" })]);
    const junk = Array.from({ length: 4 }, (_none, n) => `made-up-view-${n}`);
    await tell(
      store.key,
      junk.map((id) => denied("page", {}, { id, url: "https://shop.example/junk", ...direct })),
    );
    const again = (n: number, more: object) => event("page", {}, { id: junk[n], was: "denied", ...direct, ...more });
    await tell(store.key, [
      again(0, { url: victim }),
      again(1, { url: "https://shop.example/junk", was: "unknown" }),
      again(2, { url: "https://shop.example/junk", origin: ORIGIN }),
      again(3, { url: "https://shop.example/junk" }),
    ]);
    const pages = (await rowsIn("page_sums")).map(({ page, consent, views }) => [page, consent, views]);
    expect(pages).toContainEqual(["/sale", "denied", 1]);
    expect(pages).toContainEqual(["/junk", "denied", 3]);
    expect(pages).not.toContainEqual(["/junk", "unknown", expect.anything()]);
    const least = "SELECT min(views) AS views, min(entries) AS n FROM page_sums";
    expect(await env.DB.prepare(least).first()).toEqual({ views: 1, n: 1 });
    expect(await env.DB.prepare("SELECT min(visits) AS n FROM visit_sums").first("n")).toBe(1);
  });

  it("follows a cart of whoever told of it alone: its id opens it to nobody else", async () => {
    const store = await storeWithPlan();
    const item = [{ sku: "TEA-1", quantity: 1.5 }];
    const theft = { visitor: "stranger-of-no-standin", age: 3_599_000 };
    await tell(store.key, [event("cart", { cartId: "c-1", items: item, value: "19.90" })]);
    await tell(store.key, [
      event("cart", { cartId: "c-1", items: [], value: "0" }, { ...theft, age: 0 }),
      event("cart", { cartId: "c-1", items: item, value: "0.01" }, theft),
      event("cart", { cartId: "c-1", orderId: "1001" }, theft),
    ]);
    const carts = (await rowsIn("carts")).toSorted((a, b) => Number(b["value_minor"]) - Number(a["value_minor"]));
    expect(carts).toMatchObject([
      { items: 2, value_minor: 1_990, order_external_id: null },
      { items: 0, order_external_id: "1001" },
    ]);
    expect(carts[0]?.["visitor_hash"]).not.toBe(carts[1]?.["visitor_hash"]);
    // Of the goods nothing is kept: no figure is made of them.
    expect(await everything()).not.toContain("TEA-1");
  });

  it("DIO-10, DIO-11: leaves nothing but a day's counts of whoever did not consent", async () => {
    const store = await storeWithPlan();
    const strict = await storeWithPlan({ consentPolicy: "strict" });
    const events = (tell: typeof event) => [
      tell("banner", { state: "shown" }),
      tell("page", {}, { entry: true, origin: { ...ORIGIN, click: "x".repeat(56), utmCampaign: "spring-of-jane" } }),
      tell("click", { rule: "buy" }),
      tell("step", { step: "payment", cartId: "c-1" }),
      tell("engage", { ms: 900, n: 1 }),
      tell("cart", { items: [{ sku: "TEA-1", quantity: 1 }] }),
      tell("zones", { band: "wide" }),
    ];
    const rejected = [4, 5, 6].map((index) => ({ index, code: "no_consent" }));
    for (const [key, told, headers] of [
      [store.key, events(denied), {}],
      [store.key, events(event), { "Sec-GPC": "1" }],
      [strict.key, events(event), {}],
    ] as const) {
      const { response } = await tell(key, told, headers);
      expect(await response.json()).toEqual({ accepted: 4, rejected });
    }
    for (const table of ["visit_log", "visitor_days", "carts", "heat_days", "page_outlines"]) {
      expect(await rowsIn(table), table).toEqual([]);
    }
    const day = expect.stringMatching(/^\d{4}-\d\d-\d\d$/);
    const rows = [...(await rowsIn("page_sums")), ...(await rowsIn("visit_sums")), ...(await rowsIn("behaviour_sums"))];
    expect(rows).toHaveLength(2 * (2 + 1 + 3));
    for (const row of rows) expect(row).toMatchObject({ span: day, consent: "denied" });
    expect(await rowsIn("page_sums")).toMatchObject([
      { page: "", views: 2, entries: 2, visitors: null },
      { views: 2, entries: 2 },
      { page: "", views: 1 },
      { views: 1 },
    ]);
    expect(await rowsIn("visit_sums")).toMatchObject([{ source: "search", campaign: "", link_id: "", visits: 2 }, {}]);
    expect(await everything()).not.toMatch(/visitor-of-a-browser|visit-12345|spring-of-jane|c-1"/);
  });

  it("DIO-13, DIX-1, DIX-9: says of each event what became of it, counts it, and keeps nothing beside the plan", async () => {
    const store = await storeWithPlan();
    const again = event("page");
    const { response } = await tell(store.key, [
      again,
      { ...again, age: 20 },
      event("click", { rule: "nobody's" }),
      event("form", { rule: "buy" }),
      event("download", { rule: "guide", file: "setup.exe" }),
      event("engage", { ms: 60_001, n: 1 }),
      event("engage", { ms: -1, n: 1 }),
      event("engage", { n: 1 }),
      event("page", {}, { id: undefined }),
      event("page", {}, { plan: 7 }),
      event("cart", { items: [], value: "12.345" }),
    ]);
    expect(await response.json()).toEqual({
      accepted: 6,
      rejected: [
        { index: 5, code: "implausible" },
        { index: 6, code: "malformed" },
        { index: 7, code: "missing" },
        { index: 8, code: "missing" },
        { index: 10, code: "malformed" },
      ],
    });
    const quality = await rowsIn("visit_quality");
    expect(quality.map(({ kind, rule, outcome, count }) => [kind, rule, outcome, count])).toEqual([
      ["cart", "", "malformed", 1],
      ["click", "", "unplanned", 1],
      ["download", "guide", "unplanned", 1],
      ["engage", "", "implausible", 1],
      ["engage", "", "malformed", 1],
      ["engage", "", "missing", 1],
      ["form", "buy", "unplanned", 1],
      ["page", "", "duplicate", 1],
      ["page", "", "missing", 1],
      ["page", "", "unplanned", 1],
      ["page", "", "valid", 1],
    ]);
  });

  it("DIO-13, DIX-9: of a program is only counted as such", async () => {
    const store = await storeWithPlan();
    const { response } = await tell(store.key, [event("page"), event("engage", {})], { "User-Agent": "curl/8" });
    expect(await response.json()).toEqual({ accepted: 2, rejected: [] });
    expect(await rowsIn("visit_quality")).toMatchObject([
      { kind: "engage", outcome: "bot" },
      { kind: "page", outcome: "bot" },
    ]);
    for (const table of ["page_sums", "visit_sums", "visit_log", "visitor_days"])
      expect(await rowsIn(table)).toEqual([]);
  });

  it("stands beside what the inbox takes, each in its place", async () => {
    const store = await storeWithPlan({ origins: ["https://shop.example"] });
    const order = { v: 1, id: "o1", type: "order", data: { orderId: "9", amount: "1.00" } };
    const events = [
      { v: 1, id: "old", type: "page", url: "https://shop.example/old" },
      event("page", {}, { goals: true }),
      event("engage", { ms: -5, n: 1 }),
      order,
      7,
    ];
    const own = { Origin: "https://shop.example" };
    const { response } = await tell(store.key, events, own);
    expect(await response.json()).toEqual({
      accepted: 3,
      rejected: [
        { index: 2, code: "malformed" },
        { index: 4, code: "malformed" },
      ],
    });
    const kept = (await reports()).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(kept.map(({ type }) => type)).toEqual(["page", "page", "order", undefined]);
    expect(kept[1]).not.toHaveProperty("visit");
    expect(kept[1]).not.toHaveProperty("plan");
    expect(await logged(store.id)).toHaveLength(1);

    const foreign = await tell(store.key, [event("page"), event("banner", { state: "shown" })], {
      Origin: "https://thief.example",
    });
    expect(await foreign.response.json()).toMatchObject({
      rejected: [
        { index: 0, code: "origin_not_allowed" },
        { index: 1, code: "origin_not_allowed" },
      ],
    });
    const nowhere = await tell("no-such-store", [event("page"), event("page", {}, { goals: true })]);
    expect(await nowhere.response.json()).toMatchObject({
      rejected: [
        { index: 0, code: "unknown_store" },
        { index: 1, code: "unknown_store" },
      ],
    });
    expect([foreign.messages, nowhere.messages]).toEqual([[], []]);
  });

  it("counts by tens for its limit, and holds up no order", async () => {
    const store = await storeWithPlan();
    const calls: string[] = [];
    const limit = (name: string, success: boolean) => ({
      limit: () => (calls.push(name), Promise.resolve({ success })),
    });
    const views = Array.from({ length: 11 }, () => event("page"));
    const order = { v: 1, id: "o1", type: "order", data: { orderId: "9", amount: "1.00" } };
    const real = { PAGE_BEHAVIOUR: env.PAGE_BEHAVIOUR, PAGE_REPORTS: env.PAGE_REPORTS };
    Object.assign(env, { PAGE_BEHAVIOUR: limit("behaviour", true), PAGE_REPORTS: limit("report", true) });
    try {
      await tell(store.key, views);
      expect(calls).toEqual(["behaviour", "behaviour"]);
      Object.assign(env, { PAGE_BEHAVIOUR: limit("behaviour", false) });
      expect((await tell(store.key, views)).response.status).toBe(429);
      const mixed = await tell(store.key, [order, event("page")]);
      expect([mixed.response.status, await mixed.response.json()]).toEqual([
        202,
        { accepted: 1, rejected: [{ index: 1, code: "rate_limited" }] },
      ]);
    } finally {
      Object.assign(env, real);
    }
  });

  it("finds its way without a queue, and past one that refuses what it took", async () => {
    const store = await storeWithPlan();
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    await tell(store.key, [event("page")], {}, { VISIT_QUEUE: undefined });
    expect(await logged(store.id)).toHaveLength(1);
    const bodies: string[] = [];
    const send = (body: string) => (bodies.push(body), Promise.reject(new Error("too busy")));
    await tell(store.key, [event("page")], {}, { VISIT_QUEUE: { send } });
    expect(await logged(store.id)).toHaveLength(2);
    await deliver([...bodies, "{", JSON.stringify({ v: 2 }), ...bodies]);
    expect(await logged(store.id)).toHaveLength(2);
    expect(await rowsIn("visit_quality")).toMatchObject([{ outcome: "valid", count: 2 }]);
    expect(await rowsIn("dead_letters")).toMatchObject([{ reason: "unreadable" }, { reason: "unreadable" }]);

    await tell(store.key, [event("page")], {}, { VISIT_QUEUE: { send }, DB: broken(env.DB) });
    expect(error.mock.calls.map(([line]) => String(line)).join("\n")).toMatch(/visits_unlogged/);
    expect(error.mock.calls.map(([line]) => String(line)).join("\n")).not.toMatch(/visit-12345|shop\.example/);
  });

  it("takes whatever comes without a fault of its own", async () => {
    const store = await storeWithPlan();
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    const deep = JSON.parse(`${'{"a":'.repeat(20)}1${"}".repeat(20)}`) as unknown;
    const odd: unknown[] = [
      null,
      0,
      -1,
      1e308,
      "",
      "__proto__",
      "constructor",
      "\u0000\ud800",
      "x".repeat(5_000),
      [],
      {},
      deep,
      true,
      JSON.parse('{"__proto__": {"rule": "buy"}, "constructor": 1}'),
    ];
    const fields = ["plan", "id", "age", "url", "visitor", "visit", "data", "consent", "v", "origin", "view"];
    const types = ["page", "engage", "click", "download", "cart", "step", "zones", "banner"];
    const inData = ["ms", "n", "rule", "file", "items", "value", "step", "band", "cells", "outline", "state", "scroll"];
    const events = [
      ...types.flatMap((type, place) =>
        // A page that names no plan is the inbox's.
        fields
          .slice(type === "page" ? 1 : 0)
          .flatMap((field) => [event(type, {}, { [field]: odd[(place * 5 + field.length) % odd.length] })]),
      ),
      ...inData.flatMap((field) => odd.map((value, place) => event(types[place % 8] ?? "page", { [field]: value }))),
      ...odd.map((value) => event("page", {}, { visit: { id: value, page: value, landing: value, origin: value } })),
    ];
    for (let at = 0; at < events.length; at += 20) {
      const { response } = await tell(store.key, events.slice(at, at + 20));
      expect(response.status).toBe(202);
    }
    expect(error).not.toHaveBeenCalled();
    const quality = await rowsIn("visit_quality");
    expect(quality.reduce((sum, { count }) => sum + Number(count), 0)).toBe(events.length);
  });
});
