import { env } from "cloudflare:workers";
import { beforeEach, expect, it, vi } from "vitest";
import { evaluateEvents } from "../../../src/conversions/event/evaluate-run.ts";
import { eraseAllContacts, eraseContacts } from "../../../src/sales/shop/forget-contacts-write.ts";
import { forgetVisitors, tidyForgotten } from "../../../src/visits/forget/forget-run.ts";
import { forgetVisitor } from "../../../src/visits/forget/write-forget.ts";
import { unpackEvents } from "../../../src/visits/log/pack.ts";
import { putConversion } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { everything } from "../../sales/capture-fixtures.ts";
import { DAY, HOUR, insertShop } from "../../sales/order-fixtures.ts";
import { insertPlan, tell } from "../take-fixtures.ts";
import { countIn, event, hashOf, putCart, putLogged, visitorId } from "../log-fixtures.ts";

let anna: string;
let bert: string;

beforeEach(async () => {
  await insertShop();
  [anna, bert] = [await hashOf(visitorId("a")), await hashOf(visitorId("b"))];
});

const loggedOf = async () => {
  const { results } = await env.DB.prepare(
    "SELECT seq, earliest, latest, count, facts FROM visit_log ORDER BY seq",
  ).all<{
    seq: number;
    earliest: number;
    latest: number;
    count: number;
    facts: string;
  }>();
  return results.map((row) => ({ ...row, events: unpackEvents(row) }));
};

const forget = async (hash: string, now = NOW) => env.DB.batch(forgetVisitor(env.DB, STORE, hash, now));

/** What the shop knows of a visitor beside the log. */
async function insertKnown(hash: string, contact: string): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO contacts (id, store_id, customer_hash, fields, trust, version, created_at, updated_at)
       VALUES (?1, ?2, ?1, '{}', 'confirmed', 1, 0, 0)`,
    ).bind(contact, STORE),
    env.DB.prepare("INSERT INTO visitor_contacts VALUES (?1, ?2, 0, ?3)").bind(STORE, hash, contact),
    env.DB.prepare(
      "INSERT INTO visitor_events (store_id, event_key, kind, visitor_hash, contact_id, time) VALUES (?1, ?2, 'page', ?2, ?3, 1)",
    ).bind(STORE, hash, contact),
    env.DB.prepare(
      `INSERT INTO inbox (id, source, store_key, store_id, body, body_hash, meta, verdict, received_at, attempts)
       VALUES (?3, 'page', 'k', ?2, json_object('visitorHash', ?1), ?3, '{}', 'accepted', 0, 0)`,
    ).bind(hash, STORE, contact),
  ]);
  await putCart(hash);
}

it("DIO-12: a visitor is in no table any more once the minute was there, and all others are as they were", async () => {
  await insertKnown(anna, "con_anna");
  await insertKnown(bert, "con_bert");
  const { id: definitionId } = await define({ storeId: STORE });
  await putConversion({ definitionId, visitorHash: anna, subject: `v:${anna}`, eventKey: `identified:${anna}` });
  await putConversion({ definitionId, visitorHash: anna, subject: "c:con_anna", contactId: "con_anna" });
  await putConversion({ definitionId, visitorHash: bert, subject: `v:${bert}` });
  // Alone in a row, together with others, and around midnight of a day that another zone calls another.
  await putLogged([event({ visitorHash: anna, time: NOW - 40 * DAY })]);
  await putLogged([
    event({ visitorHash: anna }),
    event({ visitorHash: bert, time: NOW + 1 }),
    event({ visitorHash: anna }),
  ]);
  await putLogged([event({ visitorHash: bert, page: "/only-bert" })]);
  await env.DB.prepare(
    `INSERT INTO analytics_exports (store_id, format, endpoint, enabled, seq, sent, attempts, next_at, version, created_at, updated_at)
     VALUES (?1, 'ndjson', 'https://a.example/', 1, 1, 2, 0, 0, 1, 0, 0)`,
  )
    .bind(STORE)
    .run();

  await forget(anna);
  expect(await countIn("carts")).toBe(1);
  await forgetVisitors(env, NOW);

  const { results: left } = await env.DB.prepare(
    "SELECT visitor_hash AS hash, done_at AS doneAt FROM visitor_forgets",
  ).all();
  expect(left).toEqual([{ hash: anna, doneAt: NOW }]);
  await env.DB.prepare("DELETE FROM visitor_forgets").run();
  expect(await everything()).not.toContain(anna);
  expect(
    (await loggedOf()).map(({ count, earliest, latest, events }) => ({
      count,
      earliest,
      latest,
      pages: events.map(({ page }) => page),
    })),
  ).toEqual([
    { count: 1, earliest: NOW + 1, latest: NOW + 1, pages: ["/sale"] },
    { count: 1, earliest: NOW, latest: NOW, pages: ["/only-bert"] },
  ]);
  // Their conversions stay, those of a contact the contact's; and a row that was half sent is sent from its first.
  expect(await countIn("conversions", "visitor_hash IS NULL AND subject LIKE 'e:%'")).toBe(1);
  expect(
    await countIn("conversions", "visitor_hash IS NULL AND subject = 'c:con_anna' AND contact_id = 'con_anna'"),
  ).toBe(1);
  expect(await countIn("conversions", `visitor_hash = '${bert}'`)).toBe(1);
  expect(await countIn("visitor_contacts")).toBe(1);
  expect(await countIn("analytics_exports", "sent = 0 AND seq = 1")).toBe(1);
});

it("a run that breaks off, and one beside another, leave nothing behind and take nobody else's events", async () => {
  for (let row = 0; row < 30; row++) {
    await putLogged([event({ visitorHash: anna, time: NOW + row }), event({ visitorHash: bert, time: NOW + row })]);
  }
  await forget(anna);
  await forget(bert, NOW + 1);
  const batch = env.DB.batch.bind(env.DB);
  let left = 1;
  vi.spyOn(env.DB, "batch").mockImplementation((statements) => {
    if (left-- > 0) return batch(statements);
    throw new Error("D1 is away");
  });
  await expect(forgetVisitors(env, NOW)).rejects.toThrow("D1 is away");
  vi.restoreAllMocks();
  await Promise.all([forgetVisitors(env, NOW), forgetVisitors(env, NOW)]);
  expect(await loggedOf()).toEqual([]);
  expect(await countIn("visitor_days")).toBe(0);
  expect(await countIn("visitor_forgets", "done_at IS NULL")).toBe(0);
  // A month later it is forgotten that they were.
  await env.DB.batch(tidyForgotten(env.DB, NOW + 30 * DAY + 1));
  expect(await countIn("visitor_forgets")).toBe(1);
  await env.DB.batch(tidyForgotten(env.DB, NOW + 30 * DAY + HOUR));
  expect(await countIn("visitor_forgets")).toBe(0);
});

it("DIO-12: erasing a contact forgets its browsers, and shop/redact all of the store's", async () => {
  await insertKnown(anna, "con_anna");
  await putLogged([event({ visitorHash: anna }), event({ visitorHash: bert })]);
  await putCart(bert);
  await env.DB.batch(await eraseContacts(env.DB, STORE, ["con_anna"], NOW));
  await forgetVisitors(env, NOW);
  expect((await loggedOf()).flatMap(({ events }) => events.map(({ visitorHash }) => visitorHash))).toEqual([bert]);
  expect(await countIn("carts")).toBe(1);

  await eraseAllContacts(env.DB, STORE, NOW + 1);
  expect(await loggedOf()).toEqual([]);
  expect(await countIn("carts")).toBe(0);
  expect(await countIn("visitor_days")).toBe(0);
  expect(await countIn("visitor_forgets", `visitor_hash = '${bert}' AND asked_at = ${NOW + 1}`)).toBe(1);
});

it("what a page goes on telling of somebody who is forgotten is of nobody: in the log, among events and in the inbox", async () => {
  await env.DB.prepare("UPDATE stores SET key = 'late'").run();
  await insertPlan(STORE);
  await define({ storeId: STORE, key: "signed-up" });
  await forget(anna, Date.now());
  await forgetVisitors(env, Date.now());
  const shared = {
    v: 1,
    consent: "granted",
    visitor: visitorId("a"),
    url: "https://shop.example/",
  };
  await tell("late", [
    {
      ...shared,
      type: "page",
      id: "p".repeat(22),
      plan: 1,
      visit: { id: "visit-00009", page: 1, landing: "/", before: null, origin: {} },
      data: {},
    },
    { ...shared, type: "conversion", id: "c".repeat(22), data: { goal: "signed-up" } },
  ]);
  await evaluateEvents(env, Date.now() + HOUR);
  expect(await countIn("conversions")).toBe(1);
  await env.DB.batch(tidyForgotten(env.DB, Date.now()));
  expect(await countIn("visitor_forgets")).toBe(1);
  await env.DB.prepare("DELETE FROM visitor_forgets").run();
  const left = await everything();
  for (const trace of [anna, visitorId("a"), "visit-00009"]) expect(left).not.toContain(trace);
});
