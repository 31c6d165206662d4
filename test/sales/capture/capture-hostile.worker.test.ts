import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { processInbox } from "../../../src/sales/capture/process-run.ts";
import { MAX_CAPTURE_BYTES } from "../../../src/sales/capture/routes.ts";
import worker from "../../../src/index.ts";
import { D1_FAILURES } from "../../whole/faults/faulty.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { SHORT_ORIGIN } from "../../edge/visit.ts";
import {
  call,
  everything,
  postEvents,
  postOrder,
  reports,
  rowsOf,
  type ShopStore,
  signatureOf,
  tokenOf,
} from "../capture-fixtures.ts";

const LINK = "lnk_cap0000000000000";
const ORDER = { orderId: "1001", amount: "12.50", currency: "EUR" };
const DAY_MS = 86_400_000;

let store: ShopStore;

beforeEach(async () => {
  store = await createStore({ origins: ["https://shop.example"] });
  const creator = await createCreator();
  await insertLink({ id: LINK, storeId: store.id, kind: "affiliate", creatorId: creator.id });
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function isGif(answer: Response): Promise<void> {
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "image/gif"]);
  expect((await answer.arrayBuffer()).byteLength).toBe(43);
}

/** Spies that let nothing of D1 be reached. */
function breakDatabase(text: string): void {
  const fail = (): never => {
    throw new Error(text);
  };
  vi.spyOn(env.DB, "batch").mockImplementation(fail);
  vi.spyOn(env.DB, "prepare").mockImplementation(fail);
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
}

async function signed(body: string, time: number, change: Record<string, string> = {}): Promise<number> {
  const headers = {
    "Waymark-Signature": await signatureOf(store.secret, body, time),
    "Waymark-Store": store.key,
    ...change,
  };
  return (await call("/orders", { method: "POST", headers, body })).status;
}

describe("who is not the store", () => {
  const body = JSON.stringify(ORDER);

  it.each([
    {},
    { Authorization: "Bearer" },
    { Authorization: "Basic c2hvcDpzZWNyZXQ=" },
    { Authorization: "Bearer nobody.secret" },
    { Authorization: `Bearer ${"x".repeat(5000)}.y` },
    { "Waymark-Store": "nobody", "Waymark-Signature": `t=1,v1=${"0".repeat(64)}` },
    { "Waymark-Signature": "t=1" },
  ])("is turned away with %j, and leaves nothing", async (headers) => {
    const answer = await call("/orders", { method: "POST", headers: headers as Record<string, string>, body });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(await answer.json()).toMatchObject({ code: "unsigned" });
    expect(await reports()).toEqual([]);
  });

  it("is turned away with another store's secret, or one that is nearly right", async () => {
    const other = await createStore();
    expect((await postOrder({ key: store.key, secret: other.secret }, ORDER)).status).toBe(401);
    expect((await postOrder({ key: store.key, secret: `${store.secret}x` }, ORDER)).status).toBe(401);
    expect((await postOrder({ key: store.key, secret: store.secret.slice(0, -1) }, ORDER)).status).toBe(401);
  });

  it("is turned away with a signature of another body, secret or time", async () => {
    const time = Math.floor(Date.now() / 1000);
    const good = await signatureOf(store.secret, body, time);
    expect(await signed(body, time, { "Waymark-Signature": await signatureOf("guess", body, time) })).toBe(401);
    expect(await signed(`${body} `, time, { "Waymark-Signature": good })).toBe(401);
    expect(await signed(body, time, { "Waymark-Signature": good.replace(`t=${time}`, `t=${time + 1}`) })).toBe(401);
    expect(await signed(body, time, { "Waymark-Signature": good.slice(0, -2) })).toBe(401);
    expect(await signed(body, time, { "Waymark-Signature": `${good},v1=00` })).toBe(401);
    const hash = await env.DB.prepare("SELECT secret_hash AS hash FROM stores WHERE id = ?1")
      .bind(store.id)
      .first<string>("hash");
    // What the table has is no key.
    expect(await signed(body, time, { "Waymark-Signature": await signatureOf(hash ?? "", body, time) })).toBe(401);
    expect(await reports()).toEqual([]);
    expect(await signed(body, time)).toBe(202);
  });

  it.each([
    [-301, 401],
    [-300, 202],
    [300, 202],
    [301, 401],
  ])("may have a clock that is %i s off: %i", async (apart, status) => {
    const now = Date.UTC(2026, 10, 21, 12, 0, 0, 999);
    vi.spyOn(Date, "now").mockReturnValue(now);
    expect(await signed(body, Math.floor(now / 1000) + apart)).toBe(status);
  });

  it("can't sign for a store whose secret isn't sealed", async () => {
    await env.DB.prepare("UPDATE stores SET secret_sealed = NULL").run();
    expect(await signed(body, Math.floor(Date.now() / 1000))).toBe(401);
    expect((await postOrder(store, ORDER)).status).toBe(202);
  });
});

describe("a body", () => {
  const padded = (size: number): string => {
    const body = JSON.stringify({ ...ORDER, note: "" });
    return JSON.stringify({ ...ORDER, note: "x".repeat(size - body.length) });
  };

  it("may have 64 KiB, and not a byte more", async () => {
    expect(padded(MAX_CAPTURE_BYTES)).toHaveLength(65_536);
    expect((await postOrder(store, padded(MAX_CAPTURE_BYTES))).status).toBe(202);
    expect((await postOrder(store, padded(MAX_CAPTURE_BYTES + 1))).status).toBe(413);
    const event = JSON.stringify({ type: "track", data: { note: "" } });
    const events = (size: number): string => event.replace('""', `"${"x".repeat(size - event.length)}"`);
    expect((await postEvents(store.key, events(MAX_CAPTURE_BYTES))).status).toBe(202);
    const large = await postEvents(store.key, events(MAX_CAPTURE_BYTES + 1));
    expect([large.status, large.headers.get("access-control-allow-origin")]).toEqual([413, "*"]);
    expect(await reports()).toHaveLength(2);
  });

  it("may not go deep or have no end", async () => {
    const deep = `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`;
    const long = `[${"1,".repeat(32_000)}1]`;
    for (const [body, status, code] of [
      [deep, 400, "too_deep"],
      [long, 413, "too_many_events"],
      ["[".repeat(65_000), 400, "too_deep"],
      ["{", 400, "malformed_json"],
      ["", 400, "malformed_json"],
      ["\ud800", 400, "malformed_json"],
    ] as const) {
      const answer = await postEvents(store.key, body);
      expect([answer.status, (await answer.json<{ code: string }>()).code]).toEqual([status, code]);
    }
    expect((await reports()).map(({ verdict }) => verdict)).toEqual(Array(6).fill("refused"));
    expect((await postOrder(store, deep)).status).toBe(400);
    const hundred = await postEvents(store.key, `[${"1,".repeat(99)}1]`);
    expect([hundred.status, (await hundred.json<{ rejected: unknown[] }>()).rejected.length]).toEqual([202, 100]);
    expect((await postEvents(store.key, `[${"1,".repeat(100)}1]`)).status).toBe(413);
  });

  it.each([
    [{ amount: "12,50" }, "bad_amount"],
    [{ amount: -1 }, "bad_amount"],
    [{ amount: "NaN" }, "bad_amount"],
    ['{"orderId":"1","currency":"EUR","amount":1e309}', "bad_amount"],
    [{ orderId: "1\r\nX-Evil: 1" }, "bad_order_id"],
    [{ orderId: "1\u0000" }, "bad_order_id"],
    ['{"orderId":"\\ud800","currency":"EUR","amount":1}', "bad_order_id"],
    [{ codes: ["A\r\nB"] }, "bad_codes"],
    [{ currency: "__proto__" }, "bad_currency"],
    ["[1,2]", "malformed"],
    ["null", "malformed"],
  ])("of %j is refused with its reason", async (change, code) => {
    const answer = await postOrder(store, typeof change === "string" ? change : { ...ORDER, ...change });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(await reports()).toMatchObject([{ verdict: "refused", reason_code: code }]);
    expect(await rowsOf("orders")).toEqual([]);
  });
});

describe("the pixel", () => {
  it.each([
    "",
    "?",
    "?s=",
    "?s=%00%0d%0a",
    "?s=NO SUCH&order=1",
    "?s=nobody&order=1&amount=1",
    "?%%%=%&&&===",
    `?s=shop&order=${"x".repeat(100_000)}`,
    `?${"a=1&".repeat(20_000)}`,
    "?s[]=1&order[]=1&__proto__=1",
    "?order=%F0%9F%92%A9&amount=1e309&currency=%ED%A0%80",
  ])("answers %.40s", async (query) => {
    await isGif(await call(`/pixel.gif${query}`));
    expect((await reports()).map(({ verdict }) => verdict)).toHaveLength(1);
  });

  it.each(["order=1&amount=12,50", "order=1%0D%0Ax&amount=1", "amount=1", `order=1&x=${"y".repeat(20_000)}`])(
    "records what is wrong with %.30s",
    async (query) => {
      await isGif(await call(`/pixel.gif?s=${store.key}&${query}`));
      const [row] = await reports();
      expect(row).toMatchObject({ source: "pixel", verdict: "refused", reason_code: expect.stringMatching(/_/) });
      expect(row?.reason_detail).not.toBe("");
    },
  );

  it("answers by other methods as it should", async () => {
    expect((await call("/pixel.gif", { method: "HEAD" })).status).toBe(200);
    expect((await call("/pixel.gif", { method: "POST" })).status).toBe(405);
  });
});

describe("while D1 is down", () => {
  it.each(D1_FAILURES)("the pixel answers, and the others ask to come again: %s", async (text) => {
    breakDatabase(text);
    await isGif(await call(`/pixel.gif?s=${store.key}&order=1&amount=1`));
    const events = await postEvents(store.key, { type: "order", data: ORDER });
    expect([events.status, events.headers.get("retry-after")]).toEqual([503, "5"]);
    expect((await postOrder(store, ORDER)).status).toBe(503);
    expect((await call(`/postback?s=${store.key}&token=${store.secret}&order=1`)).status).toBe(503);
    vi.restoreAllMocks();
    expect(await reports()).toEqual([]);
    expect((await postOrder(store, ORDER)).status).toBe(202);
  });

  it("the pixel waits for no database that hangs", async () => {
    const hanging = Promise.withResolvers<D1Result[]>();
    vi.spyOn(env.DB, "batch").mockImplementation(() => hanging.promise);
    vi.spyOn(console, "error").mockImplementation(() => {});
    const request = new Request<unknown, IncomingRequestCfProperties>(
      `${SHORT_ORIGIN}/t/pixel.gif?s=${store.key}&order=1&amount=1`,
    );
    const context = createExecutionContext();
    await isGif(await worker.fetch(request, env, context));
    hanging.reject(new Error(D1_FAILURES[1]));
    await waitOnExecutionContext(context);
  });

  it("loses nothing that was kept: what could not be processed comes later", async () => {
    const write = env.DB.batch.bind(env.DB);
    vi.spyOn(console, "error").mockImplementation(() => {});
    vi.spyOn(console, "warn").mockImplementation(() => {});
    let calls = 0;
    vi.spyOn(env.DB, "batch").mockImplementation((statements) => {
      calls += 1;
      return calls === 1 ? write(statements) : Promise.reject(new Error(D1_FAILURES[0]));
    });
    expect((await postOrder(store, ORDER)).status).toBe(202);
    vi.restoreAllMocks();
    expect(await rowsOf("orders")).toEqual([]);
    expect(await reports()).toMatchObject([{ verdict: "pending" }]);
    await processInbox(env, Date.now());
    expect(await rowsOf("orders")).toHaveLength(1);
    expect(await reports()).toMatchObject([{ verdict: "used" }]);
  });
});

describe("the same again", () => {
  it("at once is one report, one order, one piece of evidence", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => postOrder(store, ORDER)));
    expect(answers.map(({ status }) => status).filter((status) => status === 202)).toHaveLength(1);
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(7);
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(bodies).size).toBe(1);
    await Promise.all([processInbox(env, Date.now()), processInbox(env, Date.now())]);
    expect(await reports()).toHaveLength(1);
    expect(await rowsOf("orders")).toHaveLength(1);
    expect(await rowsOf("order_evidence")).toHaveLength(1);
  });

  it("from elsewhere first doesn't keep out the shop's own page", async () => {
    const path = `/pixel.gif?s=${store.key}&order=1&amount=1`;
    await call(path, { headers: { Referer: "https://evil.example/" } });
    expect(await reports()).toMatchObject([{ verdict: "refused", reason_code: "origin_not_allowed" }]);
    await call(path, { headers: { Referer: "https://shop.example/thanks" } });
    expect(await reports()).toMatchObject([{ verdict: "used", reason_code: null }]);
    await call(path, { headers: { Referer: "https://evil.example/" } });
    expect(await reports()).toMatchObject([{ verdict: "used" }]);
  });
});

describe("a page that is not the store's", () => {
  it("is refused, and another store's origin is no help", async () => {
    await createStore({ origins: ["https://evil.example"] });
    const event = { type: "order", data: ORDER };
    for (const [origin, accepted] of [
      ["https://evil.example", 0],
      // A page without referrer sends this: it tells as much as silence.
      ["null", 1],
      ["https://shop.example.evil.example", 0],
      ["https://SHOP.example", 1],
    ] as const) {
      const answer = await postEvents(store.key, { ...event, id: origin }, { Origin: origin });
      expect(await answer.json()).toEqual({
        accepted,
        rejected: accepted === 1 ? [] : [{ index: 0, code: "origin_not_allowed" }],
      });
    }
    expect(await rowsOf("orders")).toHaveLength(1);
    const silent = await postEvents(store.key, { ...event, id: "none" });
    expect(await silent.json()).toEqual({ accepted: 1, rejected: [] });
    const open = await createStore();
    const anywhere = await postEvents(open.key, event, { Origin: "https://anywhere.example" });
    expect(await anywhere.json()).toEqual({ accepted: 1, rejected: [] });
  });

  it("can only claim, whatever it says", async () => {
    const said = { ...ORDER, trust: "confirmed", source: "order", status: "paid", placedAt: "2000-01-01T00:00:00Z" };
    await postEvents(store.key, { type: "order", consent: "granted", source: "order", trust: "confirmed", data: said });
    await call(`/pixel.gif?s=${store.key}&order=1002&amount=1&trust=confirmed&source=order&status=paid`);
    expect(await rowsOf("orders")).toMatchObject([
      { trust: "claimed", source_status: null },
      { trust: "claimed", source_status: null },
    ]);
    expect((await rowsOf("order_evidence")).map(({ trust }) => trust)).toEqual(["claimed", "claimed"]);
  });
});

describe("a click token", () => {
  it("that is forged, cut, foreign or old credits nobody by itself", async () => {
    const token = await tokenOf(LINK);
    const forged = `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`;
    for (const [index, clickId] of [forged, token.slice(0, -1), `${token}A`, "x", "\u0000".repeat(56)].entries()) {
      await postOrder(store, { ...ORDER, orderId: `bad-${index}`, clickId });
    }
    await postOrder(store, { ...ORDER, orderId: "old", clickId: await tokenOf(LINK, Date.now() - 40 * DAY_MS) });
    await postOrder(store, { ...ORDER, orderId: "good", clickId: token });
    await postOrder(store, { ...ORDER, orderId: "replayed", clickId: token });
    const evidence = (await rowsOf("order_evidence")).map(
      ({ data }) => JSON.parse(String(data)) as { clicks?: unknown[]; badClicks?: string[] },
    );
    expect(evidence.filter(({ badClicks }) => badClicks?.length === 1)).toHaveLength(5);
    expect(evidence.filter(({ clicks }) => clicks?.length === 1)).toHaveLength(3);
    const orders = await rowsOf("orders");
    expect(orders).toHaveLength(8);
    for (const { external_id, explanation } of orders) {
      const { candidates } = JSON.parse(String(explanation)) as { candidates: { reasonCode: string }[] };
      if (external_id === "old") expect(candidates).toMatchObject([{ reasonCode: "outside_window" }]);
      if (external_id === "good") expect(candidates).toMatchObject([{ reasonCode: null }]);
      if (String(external_id).startsWith("bad")) expect(candidates).toEqual([]);
    }
  });
});

describe("what is left of a shopper", () => {
  const EMAIL = "jane.marker@mail.example";
  const MARKS = [
    EMAIL,
    "JANE.MARKER",
    "jane.marker",
    "cust-marker-4711",
    "203.0.113.7",
    "198.51.100.77",
    "Marker Street",
  ];

  it("is never a plain customer, an address or the store's secret, by whichever way", async () => {
    const click = await tokenOf(LINK);
    const full = {
      ...ORDER,
      clickId: click,
      customerId: "cust-marker-4711",
      email: EMAIL,
      customer: { id: "cust-marker-4711", email: EMAIL },
      billing: { address_1: "Marker Street 1" },
      client_ip: "198.51.100.77",
      note: `call ${EMAIL} at 198.51.100.77`,
      customerHash: "cust-marker-4711",
    };
    await postOrder(store, full);
    await postOrder(store, { ...full, amount: "12,50" });
    await postOrder(store, JSON.stringify(full).slice(0, -5));
    await postEvents(store.key, {
      type: "order",
      consent: "granted",
      click,
      data: full,
      customerHash: "cust-marker-4711",
    });
    await postEvents(store.key, { type: "identify", consent: "granted", click, data: { customerId: EMAIL } });
    await postEvents(store.key, JSON.stringify({ type: "order", data: full }).slice(0, -5));
    await postEvents("unknown-shop", { type: "order", consent: "granted", data: full });
    await postEvents("Unknown Shop", { type: "order", consent: "granted", data: full });
    const query = `order=5&amount=1&customer=cust-marker-4711&email=${encodeURIComponent(EMAIL)}`;
    await call(`/pixel.gif?s=${store.key}&consent=granted&${query}`);
    await call(`/pixel.gif?s=${store.key}&${query}&x=${"y".repeat(20_000)}`);
    await call(`/postback?s=${store.key}&token=${store.secret}&${query}&currency=EUR`);
    await processInbox(env, Date.now());
    expect(await reports()).toHaveLength(11);
    const text = await everything();
    for (const mark of [...MARKS, store.secret]) expect(text.includes(mark), mark).toBe(false);
    // Nor a hash that whoever guesses the customer can work out without the key.
    const bytes = new TextEncoder().encode("cust-marker-4711");
    expect(text).not.toContain(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex());
    expect((await rowsOf("orders")).filter(({ customer_hash }) => customer_hash !== null).length).toBeGreaterThan(0);
  });

  it.each([
    ["denied consent", "denied", {}],
    ["no answer yet", "unknown", {}],
    ["Global Privacy Control", "granted", { "Sec-GPC": "1" }],
    ["Do Not Track", "granted", { DNT: "1" }],
  ] as const)("is no identifier under %s, and the order still counts", async (_name, consent, headers) => {
    const [click, cookie] = [await tokenOf(LINK), await tokenOf(LINK)];
    const sent = { Cookie: `__Secure-wm_click=${cookie}`, ...headers };
    const data = { ...ORDER, clickId: click, customerId: "cust-marker-4711", note: click };
    await postEvents(store.key, { type: "order", consent, click, url: `https://shop.example/?c=${click}`, data }, sent);
    await postEvents(store.key, { type: "identify", consent, click, data: { customerId: "cust-marker-4711" } }, sent);
    await call(
      `/pixel.gif?s=${store.key}&order=2&amount=1&consent=${consent}&click=${click}&customer=cust-marker-4711`,
      {
        headers: sent,
      },
    );
    const text = await everything();
    const traces = [click, cookie].flatMap((token) => [token, token.slice(16, 36)]);
    for (const mark of ["cust-marker-4711", ...traces]) expect(text.includes(mark), mark).toBe(false);
    expect(await rowsOf("customer_touches")).toEqual([]);
    expect(await rowsOf("orders")).toMatchObject([
      { external_id: "1001", customer_hash: null },
      { external_id: "2", customer_hash: null },
    ]);
  });

  it("is no customer where no key hashes them", async () => {
    const { VISITOR_KEY: _key, ...rest } = env;
    const answer = await call(
      "/orders",
      {
        method: "POST",
        headers: { Authorization: `Bearer ${store.key}.${store.secret}` },
        body: JSON.stringify({ ...ORDER, customerId: "cust-marker-4711" }),
      },
      { ...rest } as unknown as Env,
    );
    expect(answer.status).toBe(202);
    expect(await rowsOf("orders")).toMatchObject([{ customer_hash: null }]);
    expect(await everything()).not.toContain("cust-marker-4711");
  });
});

describe("a flood from one address", () => {
  /** Limits that have run out, and whom they were asked about. */
  function spent() {
    const asked: string[] = [];
    const limit = async ({ key }: { key: string }) => {
      asked.push(key);
      return { success: false };
    };
    return { asked, limit };
  }

  it("is answered 429 by events, and by the pixel as ever, and nothing of it is kept", async () => {
    const store = await createStore();
    const log = vi.spyOn(console, "error");
    const event = JSON.stringify({ v: 1, id: "a", type: "order", data: ORDER });
    for (const [key, name, other] of [
      [store.key, "PAGE_REPORTS", "UNKNOWN_STORES"],
      ["nobody", "UNKNOWN_STORES", "PAGE_REPORTS"],
    ] as const) {
      const [limiter, idle] = [spent(), spent()];
      const bindings = { ...env, [name]: { limit: limiter.limit }, [other]: { limit: idle.limit } } as unknown as Env;
      const headers = { "CF-Connecting-IP": "2001:db8:1:2:3:4:5:6" };
      const refused = await call(`/events?s=${key}`, { method: "POST", body: event, headers }, bindings);
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
      expect(await refused.json()).toMatchObject({ code: "rate_limited" });
      const pixel = await call(`/pixel.gif?s=${key}&order=1&amount=5`, { headers }, bindings);
      expect([pixel.status, pixel.headers.get("content-type")]).toEqual([200, "image/gif"]);
      // By network: one person has as many addresses of IPv6 as they like.
      expect(new Set(limiter.asked)).toEqual(new Set(["2001:db8:1:2::/64"]));
      expect(idle.asked).toEqual([]);
    }
    expect(await reports()).toEqual([]);
    expect(log).not.toHaveBeenCalled();
  });

  it("holds up no server that proves itself, and a limiter that fails holds up nobody", async () => {
    const store = await createStore();
    const { asked, limit } = spent();
    const bindings = { ...env, PAGE_REPORTS: { limit }, UNKNOWN_STORES: { limit } } as unknown as Env;
    const headers = { Authorization: `Bearer ${store.key}.${store.secret}` };
    const answer = await call("/orders", { method: "POST", body: JSON.stringify(ORDER), headers }, bindings);
    expect([answer.status, asked]).toEqual([202, []]);

    const down = { limit: () => Promise.reject(new Error("down")) };
    const broken = { ...env, PAGE_REPORTS: down } as unknown as Env;
    const event = JSON.stringify({ v: 1, id: "a", type: "order", data: ORDER });
    expect((await call(`/events?s=${store.key}`, { method: "POST", body: event }, broken)).status).toBe(202);
    const without = { ...env, PAGE_REPORTS: undefined } as unknown as Env;
    expect((await call(`/events?s=${store.key}`, { method: "POST", body: event }, without)).status).toBe(202);
  });
});
