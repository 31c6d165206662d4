import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { forgetNetworks, tidyLeases } from "../../../src/calls/lease/tidy-run.ts";
import { eraseContacts } from "../../../src/sales/shop/forget-contacts-write.ts";
import { forgetVisitor } from "../../../src/visits/forget/write-forget.ts";
import { createStore } from "../../programme/fixtures.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { call, everything, postEvents, tokenOf } from "../../sales/capture-fixtures.ts";
import { insertShop, LEA, LEA_LINK } from "../../sales/order-fixtures.ts";
import { hashOf, visitorId } from "../../visits/log-fixtures.ts";
import { type PoolRow, putBinding, putLease, putNumber, putPool, putPoolNumber } from "../call-rows.ts";
import { counted, leases, poolOf } from "./lease-fixtures.ts";

const VISITOR = "visitor-of-a-browser_1";
const DAY = 86_400_000;
const ORIGIN = { referrer: "www.google.com", adIds: [] };

let key: string;
let storeId: string;
let pool: PoolRow;
let number: string;

beforeEach(async () => {
  await insertShop();
  const store = await createStore({ origins: ["https://shop.example"] });
  ({ key, id: storeId } = store);
  pool = await putPool({ storeId });
  ({ number } = await putPoolNumber(pool));
});

const post = (body: unknown, headers: Record<string, string> = {}, path = `/numbers?s=${key}`, more = {}) =>
  call(
    path,
    {
      method: "POST",
      headers: { "Content-Type": "text/plain", Origin: "https://shop.example", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    },
    { ...env, ...more },
  );

const wish = (more: Record<string, unknown> = {}) => ({
  v: 1,
  consent: "granted",
  visitor: VISITOR,
  visit: { id: "visit-12345", page: 2, landing: "/", origin: ORIGIN },
  url: "https://shop.example/orders/4711234567",
  targets: [pool.target],
  ...more,
});

const ask = async (more: Record<string, unknown> = {}, headers: Record<string, string> = {}) => {
  const response = await post(wish(more), headers);
  expect(response.status).toBe(200);
  const { numbers } = await response.json<{ numbers: { target: string; number: string | null; case: string }[] }>();
  return numbers;
};

const own = (fell: string) => [{ target: expect.any(String), number: null, case: fell }];

describe("POST /t/numbers", () => {
  it("BX-5: gives a consenting visitor a number, knows nobody's id, and says how often to ask", async () => {
    const click = await tokenOf(LEA_LINK);
    const response = await post(wish({ visit: { id: "visit-12345", landing: "/", origin: { ...ORIGIN, click } } }));
    expect(await response.json()).toEqual({
      numbers: [{ target: pool.target, number, case: "leased" }],
      heartbeatSeconds: 60,
    });
    // A page that shares its domain with the short links sends its cookies.
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("https://shop.example");
    expect(response.headers.get("Access-Control-Allow-Credentials")).toBe("true");
    expect(await leases()).toMatchObject([
      {
        channel: "creator",
        linkId: LEA_LINK,
        clickId: expect.stringMatching(/^clk_/),
        visit: "visit-12345",
        page: "/orders/:id",
      },
    ]);
    expect(await everything()).not.toContain(VISITOR);
    expect((await ask())[0]).toEqual({ target: pool.target, number, case: "kept" });
  });

  it.each([
    ["consent isn't known", { consent: "unknown" }, {}],
    ["it was denied", { consent: "denied" }, {}],
    ["no visitor is named", { visitor: undefined }, {}],
    ["what is named can't be one", { visitor: "anna" }, {}],
    ["of Global Privacy Control", {}, { "Sec-GPC": "1" }],
    ["of Do Not Track", {}, { DNT: "1" }],
    ["of an opt-out", {}, { Cookie: "wm_optout=1" }],
  ])("BXX-3: keeps nothing but a count where %s, and shows the source's static number", async (_why, body, headers) => {
    const ofLea = await putNumber({ storeId, target: pool.target });
    await putBinding(ofLea, { channel: "creator", creatorId: LEA });
    const click = await tokenOf(LEA_LINK);
    const told = { visit: undefined, origin: { ...ORIGIN, click }, ...body };
    expect(await ask(told, headers)).toEqual([{ target: pool.target, number: ofLea.number, case: "static" }]);
    expect(await ask({ ...body, visit: undefined, origin: ORIGIN }, headers)).toEqual(own("own"));
    expect(await leases()).toEqual([]);
    expect(await counted()).toEqual({ static: 1, own: 1 });
    expect(await everything()).not.toContain(click.slice(16, 36));
  });

  it("BXX-3: gives a strict store's visitors, and programs, none", async () => {
    await env.DB.prepare("UPDATE stores SET consent_policy = 'strict'").run();
    expect(await ask()).toEqual(own("own"));
    expect(
      await ask({}, { "User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)" }),
    ).toEqual(own("bot"));
    expect(await leases()).toEqual([]);
  });

  it("BXX-2: gives back what a visitor holds who withdraws consent", async () => {
    await ask();
    expect(await ask({ consent: "denied", visit: undefined })).toEqual(own("own"));
    const [lease] = await leases();
    expect(lease).toMatchObject({ visitorHash: "", visit: null });
    expect(lease?.endsAt).toBeLessThanOrEqual(Date.now());
    // It rests, and isn't theirs any more.
    expect(await ask()).toEqual(own("own_full"));
  });

  it("answers what can't be read, other sites, unknown stores and too many with a problem that a page may read", async () => {
    const limited = { PAGE_BEHAVIOUR: { limit: () => Promise.resolve({ success: false }) } };
    const found = await Promise.all([
      post("{"),
      post([]),
      post(wish({ targets: ["030 1234567"] })),
      post(wish({ targets: undefined })),
      post(wish({ targets: Array(11).fill(pool.target) })),
      post(wish({ url: "no url" })),
      post(wish(), { Origin: "https://other.example" }),
      post(wish(), {}, "/numbers?s=nobody"),
      post(wish({ page: "x".repeat(9_000) })),
      post(wish(), {}, undefined, limited),
    ]);
    expect(found.map(({ status }) => status)).toEqual([400, 422, 422, 422, 422, 422, 422, 404, 413, 429]);
    expect(found.every(({ headers }) => headers.get("Access-Control-Allow-Origin") !== null)).toBe(true);
    const preflight = await call("/numbers", { method: "OPTIONS" });
    expect([preflight.status, preflight.headers.get("Access-Control-Allow-Origin")]).toEqual([204, "*"]);
    expect(await counted()).toEqual({});
  });
});

describe("an event of a number that was shown", () => {
  const shown = (more: Record<string, unknown> = {}) => ({
    v: 1,
    type: "number",
    consent: "granted",
    visitor: VISITOR,
    data: { target: pool.target, number },
    ...more,
  });

  it("BXX-2: prolongs the lease of its visitor, and takes nothing of anybody else", async () => {
    await ask();
    await env.DB.prepare("UPDATE number_leases SET heard_at = heard_at - 1000, ends_at = ends_at - 1000").run();
    const [before] = await leases();
    const others = [shown({ visitor: visitorId("x") }), shown({ consent: "denied" }), shown({ data: { number: "x" } })];
    const response = await postEvents(key, [...others, { type: "track", consent: "granted", data: { event: "x" } }]);
    expect(await response.json()).toMatchObject({ accepted: 3, rejected: [{ index: 2, code: "missing" }] });
    expect(await leases()).toEqual([before]);
    await postEvents(key, shown());
    const [after] = await leases();
    expect(after?.endsAt).toBeGreaterThan(before?.endsAt ?? 0);
    expect(await counted()).toEqual({ leased: 1 });
    expect(await env.DB.prepare("SELECT count(*) AS n FROM inbox").first("n")).toBe(1);
  });
});

describe("what is kept of a lease", () => {
  it("is nobody's once the visitor or the customer is forgotten", async () => {
    const [anna, bert] = [await hashOf(visitorId("a")), await hashOf(visitorId("b"))];
    const { numbers } = await poolOf(3);
    for (const [index, visitorHash] of [anna, bert, "carl"].entries()) {
      await putLease(numbers[index] as never, { visitorHash, visit: "visit-1", clickId: "clk_a", clickAt: 1 });
    }
    await env.DB.batch([
      ...forgetVisitor(env.DB, STORE, anna, NOW),
      env.DB.prepare(
        `INSERT INTO contacts (id, store_id, customer_hash, fields, trust, version, created_at, updated_at)
         VALUES ('con_b', ?1, 'bert', '{}', 'confirmed', 1, 0, 0)`,
      ).bind(STORE),
      env.DB.prepare("INSERT INTO visitor_contacts VALUES (?1, ?2, 0, 'con_b')").bind(STORE, bert),
    ]);
    await env.DB.batch(await eraseContacts(env.DB, STORE, ["bert"], NOW));
    const nobodys = { visitorHash: "", visit: null, clickId: null, channel: "direct" };
    expect(await leases()).toMatchObject([nobodys, nobodys, { visitorHash: "carl", visit: "visit-1" }]);
    // What comes late of them isn't taken.
    expect(await env.DB.prepare("SELECT count(*) AS n FROM visitor_forgets").first("n")).toBe(2);
  });

  it("loses its visitor after 30 days, goes after 90, and of a network nothing is left once the number is free", async () => {
    const { numbers } = await poolOf(4);
    for (const [index, days] of [120, 40, 31, 1].entries()) {
      // One that began long ago and is heard of still is young.
      const startsAt = NOW - (index === 2 ? 40 : days) * DAY;
      await putLease(numbers[index] as never, {
        visitorHash: `v${index}`,
        startsAt,
        heardAt: NOW - (index === 2 ? 1 : days) * DAY,
      });
    }
    await env.DB.prepare("UPDATE phone_numbers SET lease_network = 'net', free_at = iif(id = ?1, ?2 + 1, ?2)")
      .bind(numbers[0]?.id ?? "", NOW)
      .run();
    await tidyLeases(env.DB, NOW);
    await forgetNetworks(env.DB, NOW);
    expect((await leases()).map(({ visitorHash }) => visitorHash)).toEqual(["", "v2", "v3"]);
    const { results } = await env.DB.prepare("SELECT id FROM phone_numbers WHERE lease_network IS NOT NULL").all();
    expect(results).toEqual([{ id: numbers[0]?.id }]);
  });
});
