import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { conversions } from "../../../src/ground/db/schema/conversion.ts";
import { customerHasher } from "../../../src/sales/capture/customer.ts";
import { processInbox } from "../../../src/sales/capture/process-run.ts";
import type { ShopMessage } from "../../../src/shops/platform.ts";
import { conversionRow } from "../../conversions/conversion-rows.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { everything, tokenOf } from "../capture-fixtures.ts";
import { HOUR, insertShop, LEA, LEA_LINK } from "../order-fixtures.ts";
import { ANNA, insertConnection, isoOf, orders, reading, take, tell } from "./shop-fixtures.ts";

const BERT = { id: "5002", email: "bert@shopper.example", phone: null };

beforeEach(async () => {
  await insertShop();
  await insertConnection();
});

const hashOf = async (known: string) => (await customerHasher(env.VISITOR_KEY)(STORE, known)) ?? "";

const redact: Extract<ShopMessage, { kind: "redact_customer" }> = {
  kind: "redact_customer",
  topic: "customers/redact",
  account: "linen.myshopify.com",
  at: null,
  customerId: ANNA.id,
  email: ANNA.email,
  orderIds: [],
};

/** An order on a click, and one that is credited by the customer alone; another customer's beside them. */
async function takeAll(): Promise<void> {
  const click = await tokenOf(LEA_LINK, NOW - 5 * HOUR);
  await take([reading({ orderId: "1", placedAt: isoOf(NOW - 4 * HOUR), click })]);
  await take([reading({ orderId: "2" }), reading({ orderId: "3" }, BERT)]);
}

const audits = async () =>
  (await env.DB.prepare("SELECT actor, action, entity, entity_id AS id, after FROM audit_log").all()).results;

/** Makes contacts of Anna and Bert, each with a browser of their own and what it did. */
async function insertContacts(): Promise<void> {
  for (const [name, known] of [
    ["anna", "5001"],
    ["bert", "5002"],
  ] as const) {
    const contact = `con_${name}`;
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO contacts (id, store_id, customer_hash, fields, trust, version, created_at, updated_at)
         VALUES (?1, ?2, ?3, '{"plan":"gold"}', 'confirmed', 1, 0, 0)`,
      ).bind(contact, STORE, await hashOf(known)),
      env.DB.prepare("INSERT INTO visitor_contacts VALUES (?1, ?2, 0, ?3)").bind(STORE, `browser-${name}`, contact),
      env.DB.prepare(
        `INSERT INTO visitor_events (store_id, event_key, kind, visitor_hash, contact_id, time)
         VALUES (?1, ?2, 'page', ?2, ?3, 1)`,
      ).bind(STORE, `browser-${name}`, contact),
    ]);
  }
}

describe("customers/redact", () => {
  it("erases the customer's contact with its browsers and what they did, and nobody else's", async () => {
    await takeAll();
    await insertContacts();
    await tell(redact);
    const dump = await everything();
    for (const gone of ["con_anna", "browser-anna"]) expect(dump).not.toContain(gone);
    for (const kept of ["con_bert", "browser-bert"]) expect(dump).toContain(kept);
  });

  it("takes a customer out of every row and leaves orders, credit and money as they are", async () => {
    await takeAll();
    const before = await orders();
    expect(before).toMatchObject([{ creator: LEA }, { creator: LEA, method: "click" }, { creator: null }]);
    const hashes = [await hashOf("5001"), await hashOf("Anna@shopper.example")];
    const dump = await everything();
    for (const hash of hashes) expect(dump).toContain(hash);

    await tell(redact);
    const after = await everything();
    for (const hash of hashes) expect(after).not.toContain(hash);
    expect(after).toContain(await hashOf("5002"));
    expect(await orders()).toEqual(before);
    expect(await audits()).toMatchObject([
      {
        actor: "shop",
        action: "erase",
        entity: "customer",
        id: STORE,
        after: '{"request":"redact_customer","orders":2}',
      },
    ]);

    // What comes later of the orders is credited as they were, though nobody knows the customer any more.
    const gone = { id: null, email: null, phone: null };
    await take([reading({ orderId: "2", refunded: "21.00", updatedAt: isoOf(NOW - 60_000) }, gone)]);
    expect(await orders()).toMatchObject([{ creator: LEA }, { creator: LEA, refunded: 2100 }, { creator: null }]);
  });

  it("knows orders by their own ids, and asked again changes nothing", async () => {
    await takeAll();
    await tell({ ...redact, customerId: null, email: null, orderIds: ["1"] });
    expect(await everything()).not.toContain(await hashOf("5001"));
    const rows = async () => (await env.DB.prepare("SELECT * FROM orders ORDER BY id").all()).results;
    const before = await rows();
    await tell({ ...redact, customerId: null, email: null, orderIds: ["1"] }, NOW + HOUR);
    expect(await rows()).toEqual(before);
    expect(await audits()).toHaveLength(2);
  });

  it("begun and ended in the middle goes on", async () => {
    await takeAll();
    await env.DB.prepare(
      "CREATE TRIGGER broken BEFORE UPDATE OF customer_hash ON orders BEGIN SELECT RAISE(ABORT, 'broken'); END",
    ).run();
    await tell(redact);
    expect(await everything()).toContain(await hashOf("5001"));
    await env.DB.prepare("DROP TRIGGER broken").run();
    await processInbox(env, NOW + HOUR);
    expect(await everything()).not.toContain(await hashOf("5001"));
    expect(await audits()).toHaveLength(1);
  });

  it("leaves an own purchase what it was", async () => {
    const { results } = await env.DB.prepare("SELECT email FROM creators WHERE id = ?1")
      .bind(LEA)
      .all<{ email: string }>();
    const lea = { id: "5001", email: results[0]?.email ?? "", phone: null };
    await take([reading({ orderId: "1", codes: ["LEA10"] }, lea)]);
    expect(await orders()).toMatchObject([{ status: "orphan" }]);
    await tell({ ...redact, email: lea.email });
    const update = reading(
      { orderId: "1", codes: ["LEA10"], updatedAt: isoOf(NOW - 60_000) },
      { id: null, email: null, phone: null },
    );
    await take([update]);
    expect(await orders()).toMatchObject([{ status: "orphan", creator: null }]);
  });
});

describe("shop/redact", () => {
  it("erases all contacts of the store, and all browsers that were there", async () => {
    await insertContacts();
    const { id } = await define({ storeId: STORE });
    const conversion = conversionRow({
      definitionId: id,
      storeId: STORE,
      subject: "v:browser-n",
      visitorHash: "browser-n",
    });
    await openDatabase(env.DB).insert(conversions).values(conversion);
    await env.DB.prepare(
      "INSERT INTO visitor_events (store_id, event_key, kind, visitor_hash, time) VALUES (?1, 'e:1', 'page', 'browser-n', 1)",
    )
      .bind(STORE)
      .run();
    await tell({ kind: "redact_shop", topic: "shop/redact", account: "linen.myshopify.com", at: null });
    expect(await everything()).not.toMatch(/con_anna|con_bert|browser-/);
    // It counts on, and is nobody's.
    expect(await env.DB.prepare("SELECT subject, uncounted FROM conversions").first()).toEqual({
      subject: `e:${conversion.eventKey}`,
      uncounted: null,
    });
  });

  it("takes all customers out of the store, each still one customer, and the shop's secret", async () => {
    await takeAll();
    const { kind: _kind, ...asked } = redact;
    await tell({ ...asked, kind: "customer_data", topic: "customers/data_request" });
    await env.DB.prepare("UPDATE shop_connections SET state = 'disconnected', secrets_sealed = 'x'").run();
    const before = await orders();
    await tell({ kind: "redact_shop", topic: "shop/redact", account: "linen.myshopify.com", at: null });
    const after = await everything();
    for (const known of ["5001", "5002", "anna@shopper.example", "bert@shopper.example"]) {
      expect(after).not.toContain(await hashOf(known));
    }
    expect(await orders()).toEqual(before);
    const { results } = await env.DB.prepare("SELECT customer_hash AS hash FROM orders ORDER BY external_id").all<{
      hash: string;
    }>();
    const [one, two, three] = results.map(({ hash }) => hash);
    expect(one).toMatch(/^forgotten:[0-9a-f]{32}$/);
    expect(two).toBe(one);
    expect(three).not.toBe(one);
    expect(await env.DB.prepare("SELECT secrets_sealed AS s FROM shop_connections").first("s")).toBeNull();
    expect((await audits()).slice(1)).toMatchObject([
      { action: "erase", after: '{"request":"redact_shop","orders":3}' },
    ]);
  });
});

describe("customers/data_request", () => {
  it("says by an alarm what is held, for people to hand over", async () => {
    await takeAll();
    const { kind: _kind, ...asked } = redact;
    const inboxId = await tell({ ...asked, kind: "customer_data", topic: "customers/data_request" });
    const alarm = await env.DB.prepare("SELECT kind, subject, detail FROM alarms").first<Record<string, string>>();
    expect(alarm).toMatchObject({ kind: "shop_privacy_request", subject: inboxId });
    expect(JSON.parse(alarm?.["detail"] ?? "")).toMatchObject({
      storeId: STORE,
      orders: [{ externalId: "1" }, { externalId: "2" }],
      more: false,
      fields: expect.arrayContaining(["orderId", "orderNumber", "items"]),
      clicks: 1,
    });
    expect(await audits()).toMatchObject([{ action: "export", entity: "customer" }]);
    expect(await everything()).toContain(await hashOf("5001"));
  });
});
