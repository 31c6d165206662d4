import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { contactDetail, contactEvent, contactSchema } from "../../../src/conversions/contact/schema.ts";
import { runCron } from "../../../src/cron.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { api, bodyOf, pagesOf } from "../../ground/api.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { call, everything, postOrder, type ShopStore, signatureOf } from "../../sales/capture-fixtures.ts";
import { define } from "../definition-fixtures.ts";
import { opening } from "../../opening.ts";
import { putContact, putContacts } from "./contact-fixtures.ts";

const open = opening(() => createStore({ provider: "ast" }));
let store: ShopStore;

beforeEach(async () => {
  store = await open();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const tell = async (customerId: string, fields: unknown) =>
  contactSchema.parse(await (await putContact(store, customerId, { fields })).json());

const rows = async () => (await env.DB.prepare("SELECT * FROM contacts ORDER BY id").all()).results;

describe("PUT /t/contacts/{customerId}", () => {
  it("AC-8: merges fields, takes dates as dates, removes what is null, and knows the customer by a hash alone", async () => {
    const made = await tell("anna@shopper.example", { plan: "Gold", seats: 3, vip: true, since: "2026-11-01" });
    expect(made).toMatchObject({
      storeId: store.id,
      trust: "confirmed",
      fields: { plan: "Gold", seats: 3, vip: true, since: "2026-11-01T00:00:00.000Z" },
    });
    const changed = await tell(" Anna@Shopper.example", { plan: null, seats: 4.5, born: "1965-04-01" });
    expect(changed).toMatchObject({
      id: made.id,
      fields: { seats: 4.5, vip: true, since: "2026-11-01T00:00:00.000Z", born: "1965-04-01T00:00:00.000Z" },
    });
    expect(Object.keys(changed.fields)).not.toContain("plan");
    expect((await everything()).toLowerCase()).not.toContain("anna@");
  });

  it("changes nothing when it is said again", async () => {
    await tell("7", { plan: "Gold", seats: 1e21, small: 0.1, quoted: 'it\'s "it"' });
    const before = await rows();
    await tell("7", { plan: "Gold", seats: 1e21, small: 0.1, quoted: 'it\'s "it"', gone: null });
    await tell("7", {});
    expect(await rows()).toEqual(before);
  });

  it("takes a signature instead of the secret, and neither of another store", async () => {
    const whole = { customerId: 7, fields: { plan: "gold" } };
    const now = Math.floor(Date.now() / 1000);
    const signed = (secret: string, key = store.key, customer = "7", body = JSON.stringify(whole)) =>
      signatureOf(secret, body, now).then((signature) =>
        call(`/contacts/${customer}`, {
          method: "PUT",
          headers: { "Waymark-Signature": signature, "Waymark-Store": key },
          body,
        }),
      );
    expect((await signed(store.secret)).status).toBe(200);
    // It is over the body: a request that somebody caught says nothing of anybody else.
    expect((await signed(store.secret, store.key, "8")).status).toBe(422);
    expect((await signed(store.secret, store.key, "8", JSON.stringify({ consent: "denied" }))).status).toBe(422);
    expect((await putContact(store, "8", whole)).status).toBe(422);
    const other = await createStore({ provider: "ast" });
    expect((await signed(other.secret)).status).toBe(401);
    expect((await putContact({ key: store.key, secret: other.secret }, "8", { fields: {} })).status).toBe(401);
    expect((await call("/contacts/8", { method: "PUT", body: JSON.stringify(whole) })).status).toBe(401);
    // The same customer of two stores is two contacts.
    expect((await signed(other.secret, other.key)).status).toBe(200);
    expect(new Set((await rows()).map((row) => row["store_id"]))).toEqual(new Set([store.id, other.id]));
  });

  it.each([
    ["an e-mail address", { mail: "anna@shopper.example" }],
    ["one in a text", { note: "write to anna@shopper.example soon" }],
    ["an escaped one", { note: "anna%40shopper.example" }],
    ["an international telephone number", { call: "+49 170 1234567" }],
    ["a national one", { call: "(030) 123-4567" }],
    ["another one", { call: "555-123-4567" }],
    ["one as a number, in a field that says so", { mobile: 491701234567 }],
    ["an address of the internet protocol", { from: "192.0.2.7" }],
  ])("refuses %s and says so without repeating it", async (_what, fields) => {
    const response = await putContact(store, "7", { fields });
    expect(response.status).toBe(422);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code: "personal_value" });
    for (const value of Object.values(fields)) expect(text).not.toContain(String(value));
    expect(await rows()).toEqual([]);
  });

  it.each([
    ["no object", []],
    ["another field", { field: {} }],
    ["fields that are no object", { fields: [] }],
    ["a name with a quote", { fields: { 'a"b': 1 } }],
    ["a name with a dot", { fields: { "a.b": 1 } }],
    ["a name that is a path", { fields: { "$[0]": 1 } }],
    ["an empty name", { fields: { "": 1 } }],
    ["a long name", { fields: { ["x".repeat(61)]: 1 } }],
    ["a name of no letters", { fields: { größe: 1 } }],
    ["a nested value", { fields: { a: { b: 1 } } }],
    ["a list", { fields: { a: [1] } }],
    ["an empty text", { fields: { a: "" } }],
    ["a long text", { fields: { a: "x ".repeat(101) } }],
    ["a text of two lines", { fields: { a: "a\nb" } }],
    ["half of a surrogate pair", { fields: { a: "\ud800" } }],
    ["51 fields", { fields: Object.fromEntries(Array.from({ length: 51 }, (_none, n) => [`f${n}`, n])) }],
    ["a consent that is none", { fields: {}, consent: "maybe" }],
  ])("refuses %s", async (_what, body) => {
    const response = await putContact(store, "7", body);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: "validation_failed" });
    expect(await rows()).toEqual([]);
  });

  it("refuses what readers of JSON trip over: a prototype, numbers past any, depth, and more than 64 KiB", async () => {
    const send = (body: string) => putContact(store, "7", body);
    expect((await send('{"fields": {"__proto__": 1}}')).status).toBe(422);
    expect((await send('{"fields": {"a": 1e999}}')).status).toBe(422);
    expect(await (await send("[".repeat(40))).json()).toMatchObject({ code: "too_deep" });
    expect(await (await send('{"fields"')).json()).toMatchObject({ code: "malformed_json" });
    expect((await send(JSON.stringify({ fields: { a: "x".repeat(66_000) } }))).status).toBe(413);
    expect((await putContact(store, "{customer}", { fields: {} })).status).toBe(422);
    expect((await putContact(store, "%20", { fields: {} })).status).toBe(422);
    expect(await rows()).toEqual([]);
    // Names of what every object has are names like any other.
    expect((await tell("7", { constructor: "x", toString: true })).fields).toEqual({
      constructor: "x",
      toString: true,
    });
  });

  it("keeps to 50 fields with those that were there, and writes nothing else of it", async () => {
    const some = (from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_none, n) => [`f${from + n}`, n]));
    await tell("7", some(0, 50));
    const before = await rows();
    expect((await putContact(store, "7", { fields: some(50, 1) })).status).toBe(422);
    expect(await rows()).toEqual(before);
    expect(Object.keys((await tell("7", { ...some(50, 1), f0: null })).fields)).toHaveLength(50);
  });
});

describe("PUT /t/contacts", () => {
  it("takes 1,000 customers at once, a number as its text, the later word on the same one last", async () => {
    const contacts = Array.from({ length: 1_000 }, (_none, n) => ({ customerId: n, fields: { n } }));
    const { contacts: made } = await (await putContacts(store, contacts)).json<{ contacts: { id: string }[] }>();
    expect(new Set(made.map(({ id }) => id)).size).toBe(1_000);
    const before = await rows();
    await putContacts(store, contacts);
    expect(await rows()).toEqual(before);

    const again = [
      { customerId: "5", fields: { a: 1, b: 1 } },
      { customerId: 5, fields: { a: null, b: 2 } },
    ];
    const { contacts: twice } = await (await putContacts(store, again)).json<{ contacts: { id: string }[] }>();
    expect(twice.map(({ id }) => id)).toEqual([made[5]?.id, made[5]?.id]);
    const answer = await api("GET", `/contacts?store=${store.id}&customer=5`);
    expect(bodyOf(pageOf(contactSchema), answer).data).toMatchObject([{ fields: { n: 5, b: 2 } }]);
  });

  it.each([
    ["1,001 of them", Array.from({ length: 1_001 }, (_none, n) => ({ customerId: n, fields: {} }))],
    ["none", []],
    ["one without an id", [{ fields: {} }]],
    ["one that is no object", [7]],
    ["one with more", [{ customerId: "7", fields: {}, consent: "denied" }]],
  ])("refuses %s, and writes none of the others", async (_what, contacts) => {
    const response = await putContacts(store, contacts);
    expect(response.status).toBe(422);
    const mixed = await putContacts(store, [
      { customerId: "1", fields: { a: 1 } },
      { customerId: "2", fields: { a: [] } },
    ]);
    expect(await mixed.json()).toMatchObject({ errors: [{ path: "contacts.1.fields.a" }] });
    expect(await rows()).toEqual([]);
  });
});

describe("GET /contacts", () => {
  it("ACX-9: finds contacts by a field, whatever its case, by their customer, and page by page", async () => {
    const other = await createStore({ provider: "ast" });
    const anna = await tell("anna", { plan: "Gold", seats: 7, vip: true, since: "2026-11-01" });
    const ben = await tell("ben", { plan: "gold", seats: "7" });
    await tell("cleo", { plan: "silver", vip: false });
    await putContact(other, "anna", { fields: { plan: "gold" } });
    const found = async (query: string) =>
      bodyOf(pageOf(contactSchema), await api("GET", `/contacts?store=${store.id}&${query}`)).data.map(({ id }) => id);
    expect(await found("q=plan:GOLD")).toEqual([ben.id, anna.id]);
    expect(await found("q=seats:7")).toEqual([ben.id, anna.id]);
    expect(await found("q=vip:true")).toEqual([anna.id]);
    expect(await found("q=since:2026-11-01")).toEqual([anna.id]);
    expect(await found(`q=${encodeURIComponent("plan:' OR 1=1 --")}`)).toEqual([]);
    expect(await found("customer=anna")).toEqual([anna.id]);
    expect(await found("customer=nobody")).toEqual([]);
    const pages = await pagesOf(contactSchema, `/contacts?store=${store.id}&limit=2`);
    expect(pages.map((page) => page.length)).toEqual([2, 1]);
    for (const bad of ["customer=anna", "q=plan", "q=a.b:1", "q=:x", "q=plan:"]) {
      expect((await api("GET", `/contacts?${bad}`)).status, bad).toBe(422);
    }
  });

  it("shows what there is of a contact in numbers, and what they did, without what they are known by", async () => {
    const { id } = await tell("anna", { plan: "gold" });
    const at = Date.now();
    await env.DB.batch([
      ...[1, 2, 3].map((n) =>
        env.DB.prepare(
          `INSERT INTO visitor_events (store_id, event_key, kind, name, visitor_hash, contact_id, time)
           VALUES (?1, ?2, 'track', 'sign_up', 'visitor-1', ?3, ?4)`,
        ).bind(store.id, `e:${n}`, id, at - (n > 1 ? 60_000 : 0)),
      ),
      env.DB.prepare("INSERT INTO visitor_contacts VALUES (?1, 'visitor-1', ?2, ?3), (?1, 'visitor-1', ?4, ?3)").bind(
        store.id,
        at,
        id,
        at + 1,
      ),
    ]);
    await postOrder(store, { orderId: "1", amount: "20.00", currency: "EUR", customerId: "anna", status: "paid" });
    await postOrder(store, {
      orderId: "2",
      amount: "5",
      currency: "USD",
      customerId: "anna",
      status: "paid",
      refunded: "2",
    });
    await postOrder(store, { orderId: "3", amount: "9", currency: "EUR", customerId: "anna", status: "cancelled" });
    const answer = await api("GET", `/contacts/${id}`);
    expect(bodyOf(contactDetail.strict(), answer)).toMatchObject({
      visitors: 1,
      events: 3,
      conversions: 0,
      orders: {
        count: 2,
        totals: [
          { amountMinor: 2_000, currency: "EUR" },
          { amountMinor: 300, currency: "USD" },
        ],
      },
    });
    const pages = await pagesOf(contactEvent.strict(), `/contacts/${id}/events?limit=2`);
    expect(pages.flat()).toHaveLength(3);
    expect(pages[0]?.[0]?.time).toBe(new Date(at).toISOString());
    expect((await api("GET", `/contacts/${id}/events?cursor=x`)).status).toBe(422);
    expect((await api("GET", "/contacts/con_0000000000000000")).status).toBe(404);
  });
});

describe("consent that is denied", () => {
  it("takes the contact's browsers from it, and what they did from then on is nobody's", async () => {
    const { id } = await tell("anna", { plan: "gold" });
    const { id: definitionId } = await define({ storeId: store.id });
    await env.DB.batch([
      env.DB.prepare("INSERT INTO visitor_contacts VALUES (?1, 'visitor-1', 5, ?2)").bind(store.id, id),
      env.DB.prepare(
        `INSERT INTO visitor_events (store_id, event_key, kind, visitor_hash, contact_id, time)
         VALUES (?1, 'e:1', 'page', 'visitor-1', ?2, 6), (?1, 'e:2', 'page', NULL, ?2, 6)`,
      ).bind(store.id, id),
      conversionOf(definitionId, id, { visitor: "visitor-1", key: "e:1" }),
    ]);
    for (let time = 0; time < 2; time++) {
      expect((await putContact(store, "anna", { consent: "denied" })).status).toBe(200);
      expect(await env.DB.prepare("SELECT count(*) AS n FROM visitor_contacts").first("n")).toBe(0);
      const { results } = await env.DB.prepare("SELECT contact_id AS c FROM visitor_events ORDER BY event_key").all();
      expect(results).toEqual([{ c: null }, { c: id }]);
      expect(await env.DB.prepare("SELECT contact_id, subject, uncounted FROM conversions").first()).toEqual({
        contact_id: null,
        subject: "v:visitor-1",
        uncounted: null,
      });
    }
    expect(await rows()).toHaveLength(1);
  });
});

describe("DELETE /contacts/{id}", () => {
  it("leaves a conversion by an order, and by a segment, counted though they are looked at anew", async () => {
    const limit = { times: 1, windowDays: null };
    await define({
      storeId: store.id,
      triggers: [{ type: "order", which: "first", minimumMinor: null, skus: [] }],
      limit,
    });
    const gold = { about: "field", field: "plan", is: "equals", value: "gold" } as const;
    await define({ storeId: store.id, triggers: [{ type: "segment", all: [gold] }], limit });
    const { id } = await tell("anna", { plan: "gold" });
    await postOrder(store, { orderId: "1", amount: "20.00", currency: "EUR", customerId: "anna", status: "paid" });
    await runCron("* * * * *", env, Date.now());
    const counted = async () =>
      (
        await env.DB.prepare(
          "SELECT trigger_type AS type, uncounted, contact_id IS NULL AS nobody, substr(subject, 1, 2) AS subject FROM conversions ORDER BY type",
        ).all()
      ).results;
    const one = { uncounted: null, nobody: 0, subject: "c:" };
    expect(await counted()).toEqual([
      { ...one, type: "order" },
      { ...one, type: "segment" },
    ]);
    expect((await api("DELETE", `/contacts/${id}`)).status).toBe(204);
    await runCron("* * * * *", env, Date.now());
    await postOrder(store, { orderId: "1", amount: "20.00", currency: "EUR", refunded: "5", status: "paid" });
    await runCron("* * * * *", env, Date.now() + 60_000);
    const nobody = { uncounted: null, nobody: 1, subject: "e:" };
    expect(await counted()).toEqual([
      { ...nobody, type: "order" },
      { ...nobody, type: "segment" },
    ]);
  });

  it("erases who it was everywhere; what counted, orders and all money stay as they were", async () => {
    const { id } = await tell("anna", { plan: "gold" });
    const { id: definitionId } = await define({ storeId: store.id });
    await postOrder(store, { orderId: "1", amount: "20.00", currency: "EUR", customerId: "anna", status: "paid" });
    const creator = await createCreator();
    const hash = await env.DB.prepare("SELECT customer_hash AS h FROM contacts").first<string>("h");
    await env.DB.batch([
      env.DB.prepare("INSERT INTO visitor_contacts VALUES (?1, 'visitor-hash-1', 5, ?2)").bind(store.id, id),
      env.DB.prepare(
        `INSERT INTO visitor_events (store_id, event_key, kind, visitor_hash, contact_id, time)
         VALUES (?1, 'e:1', 'page', 'visitor-hash-1', ?2, ?3)`,
      ).bind(store.id, id, Date.now()),
      conversionOf(definitionId, id, { visitor: "visitor-hash-1", key: "e:1" }),
      conversionOf(definitionId, id, {
        visitor: "visitor-hash-1",
        key: `identified:visitor-hash-1:${id}`,
        id: "cvn_0000000000000002",
      }),
      conversionOf(definitionId, null, { subject: `h:${hash}`, key: "order:1", id: "cvn_0000000000000003" }),
      env.DB.prepare(
        `INSERT INTO ledger (id, key, store_id, order_id, creator_id, type, amount_minor, currency, reason, actor, time)
         SELECT 'led_0000000000000001', 'order:1', ?1, id, ?2, 'accrual', 200, 'EUR', '', 'rule', 5 FROM orders`,
      ).bind(store.id, creator.id),
      env.DB.prepare("UPDATE inbox SET body = json_set(body, '$.visitorHash', 'visitor-hash-1')"),
    ]);
    const money = () =>
      env.DB.prepare(
        `SELECT o.status, o.total_minor, o.shares, o.confirmed, l.key, l.amount_minor,
           (SELECT json_group_array(json_array(id, uncounted, value_minor, time)) FROM conversions) AS counted
         FROM orders o JOIN ledger l ON l.order_id = o.id`,
      ).all();
    const before = (await money()).results;
    expect(before).toHaveLength(1);

    // What fails in the middle is asked for once more.
    await env.DB.prepare(
      "CREATE TRIGGER broken BEFORE DELETE ON contacts BEGIN SELECT RAISE(ABORT, 'broken'); END",
    ).run();
    expect((await api("DELETE", `/contacts/${id}`)).status).toBe(500);
    await env.DB.prepare("DROP TRIGGER broken").run();
    expect((await api("DELETE", `/contacts/${id}`)).status).toBe(204);

    expect((await money()).results).toEqual(before);
    const dump = await everything();
    expect(dump).not.toContain(hash);
    expect(dump).not.toContain("visitor-hash-1");
    expect(await rows()).toEqual([]);
    const { results } = await env.DB.prepare(
      "SELECT contact_id AS c, visitor_hash AS v, subject FROM conversions ORDER BY id",
    ).all();
    expect(results).toEqual([
      { c: null, v: null, subject: "e:e:1" },
      { c: null, v: null, subject: "e:identified:cvn_0000000000000002" },
      { c: null, v: null, subject: "e:order:1" },
    ]);
    const audit = await env.DB.prepare("SELECT action, before, after FROM audit_log WHERE entity = 'contact'").all();
    expect(audit.results).toMatchObject([{ action: "delete", after: null }]);
    expect(JSON.parse(String(audit.results[0]?.["before"]))).toMatchObject({ fields: 1, visitors: 1, events: 1 });
    expect((await api("DELETE", `/contacts/${id}`)).status).toBe(404);
    // Told of again, the customer is somebody new.
    expect((await tell("anna", {})).id).not.toBe(id);
  });
});

function conversionOf(
  definitionId: string,
  contactId: string | null,
  values: { key: string; visitor?: string; subject?: string; id?: string },
): D1PreparedStatement {
  return env.DB.prepare(
    `INSERT INTO conversions (id, definition_id, store_id, event_key, trigger_type, trigger_index, origin, trust, time, subject,
       visitor_hash, contact_id, value_minor, explanation, shares, commission, version, created_at, updated_at)
     VALUES (?1, ?2, ?3, ?4, 'script', 0, 'live', 'claimed', 6, ?5, ?6, ?7, 500, ?8, '[]', 'none', 1, 6, 6)`,
  ).bind(
    values.id ?? "cvn_0000000000000001",
    definitionId,
    store.id,
    values.key,
    values.subject ?? `c:${contactId}`,
    values.visitor ?? null,
    contactId,
    JSON.stringify({
      decision: "Nobody.",
      rule: "none",
      ruleVersion: 1,
      candidates: [],
      unverifiedClicks: [],
      wouldHaveBeen: {},
    }),
  );
}
