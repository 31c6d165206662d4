import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { auditSchema } from "../../src/journal/audit/schema.ts";
import { creatorSchema } from "../../src/programme/creator/schema.ts";
import { runCron } from "../../src/cron.ts";
import { pageOf } from "../../src/ground/http/pagination.ts";
import { orderSchema } from "../../src/sales/order/schema.ts";
import { api, bodyOf, problemOf } from "../ground/api.ts";
import { createCreator } from "../programme/fixtures.ts";
import { enter } from "../portal/money/money-fixtures.ts";
import { createShop, join, look, NOON, sell } from "../portal/portal-fixtures.ts";
import { visitToTheEnd } from "../edge/visit.ts";

/** A profile of which every part can be told wherever it turns up. */
const PROFILE = {
  firstName: "Zephyrine",
  lastName: "Quillfeather",
  email: "zq.private@creator.example",
  handles: { instagram: "zq.makes", tiktok: "zq.dances" },
  externalId: "hr-file-77123",
};
const LATER = { firstName: "Zephyria", email: "zq.later@creator.example" };
const LABEL = "for Zephyrine's phone";
const MARKS = /zephyr|quillfeather|zq\.|hr-file-77123/i;

const NIGHT = "17 3 * * *";
const direct = { ...env, CLICK_QUEUE: undefined } as unknown as Env;

/** Names of the tables, and of KV and R2, in which a mark is found. */
async function placesOf(marks: RegExp): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'",
  ).all<{ name: string }>();
  const found: string[] = [];
  for (const { name } of results) {
    const rows = (await env.DB.prepare(`SELECT * FROM "${name}"`).all()).results;
    if (marks.test(JSON.stringify(rows))) found.push(name);
  }
  for (const { name } of (await env.LINKS.list()).keys) {
    if (marks.test(`${name} ${await env.LINKS.get(name)}`)) found.push("KV");
  }
  for (const { key } of (await env.ARCHIVE.list()).objects) {
    if (marks.test(`${key} ${await (await env.ARCHIVE.get(key))?.text()}`)) found.push("R2");
  }
  return found;
}

async function ok(answer: Promise<{ status: number; body: unknown }>): Promise<void> {
  const { status, body } = await answer;
  expect(status, JSON.stringify(body)).toBeLessThan(300);
}

/** A creator who did all that a creator does, with everything taken back that a deletion asks for. */
async function leavingCreator() {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const shop = await createShop({ name: "Linen" });
  await ok(api("POST", "/webhook-endpoints", { url: "https://hooks.brand.com/" }));
  const once = { "Idempotency-Key": "new creator" };
  const { id } = bodyOf(creatorSchema, await api("POST", "/creators", PROFILE, once));
  await ok(api("POST", "/creators/bulk", { creators: [{ firstName: "Zephyrine Two" }] }, { "Idempotency-Key": "b" }));
  await ok(api("PATCH", `/creators/${id}`, LATER));
  const portal = (await api("POST", `/creators/${id}/portal-links`, { label: LABEL })).body as { url: string };
  const entered = { accountHolder: "Zephyrine Quillfeather", iban: "DE02120300000000202051" };
  expect((await enter(new URL(portal.url).pathname, entered)).status).toBe(303);
  const account = { method: "paypal", accountHolder: "Zephyrine Quillfeather", email: PROFILE.email };
  await ok(api("PUT", `/creators/${id}/payout-details`, account));
  const plan = { codePattern: "SUMMER77", utm: { source: "{{creator}}", content: "{{username}}" } };
  const { campaignId, code, linkId } = await join(shop, id, { name: "Summer" }, plan);
  const link = (await api("GET", `/links/${linkId}`)).body as { slug: string };
  expect((await visitToTheEnd(`/${link.slug}`, {}, direct)).headers.get("location")).toContain("zq.makes");
  await sell(shop, code, NOON);
  const { results } = await env.DB.prepare("SELECT id FROM links WHERE creator_id = ?1").bind(id).all<{ id: string }>();
  await ok(api("POST", `/campaigns/${campaignId}/creators/${id}/reject`, { reason: "left" }));
  for (const row of results) await ok(api("DELETE", `/links/${row.id}`));
  const codeId = await env.DB.prepare("SELECT id FROM codes WHERE creator_id = ?1").bind(id).first<string>("id");
  await ok(api("DELETE", `/codes/${codeId}`));
  // As a plan says whose pattern leaves too little of a name, and as a listener is told.
  const failing = env.DB.prepare("UPDATE plan_creators SET state = ?1, failure_detail = 'Of Zephyria Z is left'");
  await failing.bind("failed").run();
  await failing.bind("withdrawn").run();
  return { id, shop, once, portal: new URL(portal.url).pathname };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("G-11: a creator who is deleted", () => {
  test("is nowhere as a person, and stays as an id for money and history", async () => {
    const { id, once, portal } = await leavingCreator();
    expect(await placesOf(MARKS)).toEqual(
      expect.arrayContaining(["creators", "audit_log", "portal_tokens", "plan_creators", "events", "click_batches"]),
    );
    await env.DB.prepare("DELETE FROM creators WHERE first_name = 'Zephyrine Two'").run();

    await ok(api("DELETE", `/creators/${id}`));
    // Clicks are many, so they wait for the night.
    expect(await placesOf(MARKS)).toEqual(["click_batches", "clicks"]);
    await runCron(NIGHT, env, Date.now());
    expect(await placesOf(MARKS)).toEqual([]);
    const ids = await placesOf(new RegExp(id));
    // Sealed, nobody could find it by a mark.
    expect(ids).not.toContain("payout_details");
    expect(ids).not.toContain("payout_detail_proposals");
    expect(ids).toEqual(
      expect.arrayContaining(["creators", "audit_log", "orders", "order_commissions", "codes", "links"]),
    );

    const [order] = bodyOf(pageOf(orderSchema), await api("GET", "/orders")).data;
    expect(order?.attribution?.creatorId).toBe(id);
    const explanation = JSON.stringify((await api("GET", `/orders/${order?.id}/explanation`)).body);
    expect(explanation).toContain(id);
    for (const path of ["creators", "links", "codes", "campaigns"]) {
      const answer = await api("GET", `/reports/${path}?from=2026-01-01&to=2027-12-31`);
      expect(answer.status, path).toBe(200);
      expect(JSON.stringify(answer.body)).not.toMatch(MARKS);
    }
    const report = await api("GET", "/reports/creators?from=2026-01-01&to=2027-12-31");
    expect(report.body).toMatchObject({ data: [{ creatorId: id, name: "Deleted creator", conversions: 1 }] });
    expect((await look(portal)).status).toBe(404);

    const log = bodyOf(pageOf(auditSchema), await api("GET", `/audit?entity=creator&entityId=${id}`)).data;
    const erased = { id, firstName: "", lastName: "", email: null, handles: {}, externalId: null, erased: true };
    expect(log).toMatchObject([
      { action: "delete", before: erased, after: null },
      { action: "update", before: erased, after: erased },
      { action: "create", before: null, after: erased },
    ]);
    // Sealed until somebody has its key, an answer of before must not tell either.
    const again = await api("POST", "/creators", PROFILE, once);
    expect(problemOf(again)).toMatchObject({ status: 409, code: "idempotency_key_reused" });
    expect(JSON.stringify(again.body)).not.toMatch(MARKS);
  });

  test("takes nothing of anybody else", async () => {
    const [gone, other] = [
      await createCreator(PROFILE),
      await createCreator({ email: "ben@creator.example", externalId: "b" }),
    ];
    const portal = await api("POST", `/creators/${other.id}/portal-links`, { label: "Ben's" });
    expect(portal.status).toBe(201);
    const audit = await env.DB.prepare("SELECT * FROM audit_log WHERE entity_id <> ?1 ORDER BY id").bind(gone.id).all();
    await ok(api("DELETE", `/creators/${gone.id}`));
    await runCron(NIGHT, env, Date.now());
    expect((await api("GET", `/creators/${other.id}`)).body).toEqual(other);
    expect(await env.DB.prepare("SELECT label, revoked_at FROM portal_tokens").first()).toEqual({
      label: "Ben's",
      revoked_at: null,
    });
    const now = await env.DB.prepare("SELECT * FROM audit_log WHERE entity_id <> ?1 ORDER BY id").bind(gone.id).all();
    expect(now.results).toEqual(audit.results);
  });

  test("before any of this was done is erased in the next night, and only once", async () => {
    const creator = await createCreator(PROFILE);
    await ok(api("PATCH", `/creators/${creator.id}`, LATER));
    await ok(api("POST", `/creators/${creator.id}/portal-links`, { label: LABEL }));
    await env.DB.prepare("UPDATE creators SET deleted_at = 1").run();
    await env.DB.prepare(
      `INSERT INTO audit_log (id, time, actor, action, entity, entity_id, before, after, request_id)
       VALUES ('aud_0000000000000000', 1, 'bootstrap', 'delete', 'creator', ?1, ?2, NULL, 'r')`,
    )
      .bind(creator.id, JSON.stringify(creator))
      .run();
    expect((await placesOf(MARKS)).toSorted()).toEqual(["audit_log", "creators", "portal_tokens"]);
    await runCron(NIGHT, env, Date.now());
    expect(await placesOf(MARKS)).toEqual([]);
    const before = await env.DB.prepare("SELECT * FROM audit_log").all();
    await runCron(NIGHT, env, Date.now());
    expect((await env.DB.prepare("SELECT * FROM audit_log").all()).results).toEqual(before.results);
  });

  test("is credited no own purchase that was told while the address was known", async () => {
    const { id, shop } = await ownPurchase();
    await ok(api("DELETE", `/creators/${id}`));
    await sell(shop, "SUMMER77", NOON, { orderId: "own", customerId: PROFILE.email, amount: "90.00" });
    const [order] = bodyOf(pageOf(orderSchema), await api("GET", "/orders")).data;
    expect(order).toMatchObject({ total: { amountMinor: 9_000 }, attribution: null });
  });
});

/** A creator who bought by their own code, which is retired by now. */
async function ownPurchase() {
  const shop = await createShop({ name: "Linen" });
  const { id } = await createCreator(PROFILE);
  const { campaignId, linkId } = await join(shop, id, { name: "Summer" }, { codePattern: "SUMMER77" });
  await sell(shop, "SUMMER77", NOON, { orderId: "own", customerId: PROFILE.email });
  const [order] = bodyOf(pageOf(orderSchema), await api("GET", "/orders")).data;
  expect(order?.attribution).toBeNull();
  await ok(api("POST", `/campaigns/${campaignId}/creators/${id}/reject`, { reason: "left" }));
  const { results } = await env.DB.prepare("SELECT id FROM links WHERE creator_id = ?1").bind(id).all<{ id: string }>();
  expect(results.map((row) => row.id)).toContain(linkId);
  for (const row of results) await ok(api("DELETE", `/links/${row.id}`));
  const codeId = await env.DB.prepare("SELECT id FROM codes").first<string>("id");
  await ok(api("DELETE", `/codes/${codeId}`));
  return { id, shop };
}
