import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { recordGoals } from "../../../src/conversions/count/record-run.ts";
import { type Preview, previewSchema } from "../../../src/conversions/definition/preview-schema.ts";
import type { DefinitionRow } from "../../../src/conversions/definition/store.ts";
import { evaluateDue } from "../../../src/conversions/due-run.ts";
import { type EventRow, goalEventOf } from "../../../src/conversions/event/goal-event.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { conversions } from "../../../src/ground/db/schema/conversion.ts";
import type { Trigger } from "../../../src/ground/model/conversion.ts";
import type { EvidenceData } from "../../../src/ground/model/evidence.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { STORE } from "../../programme/generation-fixtures.ts";
import { confirmed, insertShop, recordOne } from "../../sales/order-fixtures.ts";
import { conversionRow } from "../conversion-rows.ts";
import { ANN, ANN_HASH, BEN, BEN_HASH, countDeps, insertContact, link } from "../count/count-fixtures.ts";
import { activate, define } from "../definition-fixtures.ts";

const DAY = 86_400_000;
const DRAFT = { storeId: STORE, status: "draft", effectiveFrom: null, activatedAt: null } as const;

/** Fixed as a test begins: previews count back from the moment at which they are asked for. */
let now = 0;

beforeEach(async () => {
  now = Date.now() - 60_000;
  await insertShop();
});

let count = 0;

/** An event in the inbox, as a page told of it some days ago, that waits to be held against definitions. */
async function told(type: string, data: Record<string, unknown>, rest: Record<string, unknown> = {}, daysAgo = 1) {
  count += 1;
  const time = now - daysAgo * DAY;
  const body = { v: 1, type, consent: "granted", data, url: "https://shop.example/", ...rest };
  await env.DB.prepare(
    `INSERT INTO inbox (id, received_at, source, store_key, store_id, body_hash, body, meta, verdict, reason_code, attempts, next_at)
     VALUES (?1, ?2, 'snippet', 'shop', ?3, ?1, ?4, '{"country":"DE"}', 'waiting', 'to_evaluate', 0, 0)`,
  )
    .bind(`inb_${String(time).padStart(14, "0")}${String(count).padStart(2, "0")}`, time, STORE, JSON.stringify(body))
    .run();
}

async function preview(definition: Pick<DefinitionRow, "id">): Promise<Preview> {
  return bodyOf(previewSchema.strict(), await api("POST", `/conversion-definitions/${definition.id}/preview`));
}

const lead: Trigger = { type: "event", event: "lead", where: [] };
const order: Trigger = { type: "order", which: "any", minimumMinor: null, skus: [] };

describe("a preview (ACX-5)", () => {
  it("says what counting then does, under the limit, and writes nothing", async () => {
    await insertContact(ANN, ANN_HASH);
    await link("visitor-ann", ANN);
    const definition = await define({
      ...DRAFT,
      key: "vip",
      triggers: [lead, { type: "url", url: { is: "contains", value: "/thanks" }, where: [] }, order],
      value: { mode: "event" },
      limit: { times: 1, windowDays: null },
    });
    await told("track", { event: "lead", value: "12.50" }, { visitorHash: "visitor-ann", id: "twice" }, 5);
    // The same event again, and another of the same contact under her other name.
    await told("track", { event: "lead" }, { visitorHash: "visitor-ann", id: "twice" }, 4);
    await told("page", {}, { customerHash: ANN_HASH, url: "https://shop.example/Thanks?order=1" }, 3);
    await told("track", { event: "lead" }, { view: "a" }, 2);
    await told("track", { event: "lead", value: "many" }, { view: "b" }, 2);
    await told("track", { event: "other" }, { visitorHash: "visitor-ann" }, 2);
    await told("track", { event: "lead" }, { visitorHash: "visitor-ann" }, 31);
    const bought = { currency: "EUR", totalMinor: 5_000, customerHash: BEN_HASH } satisfies EvidenceData;
    const at = (days: number) => ({ receivedAt: now, sourceTime: now, placedAt: now - days * DAY });
    await recordOne(confirmed({ ...bought, placedAt: now - 2 * DAY }, { externalId: "1", ...at(2) }));
    await recordOne(confirmed({ ...bought, placedAt: now - 40 * DAY }, { externalId: "2", ...at(40) }));

    const found = await preview(definition);
    expect(found).toMatchObject({
      looked: { events: 6, orders: 1, conversions: 0, contacts: 0 },
      partial: false,
      met: 5,
      counted: 4,
      converters: 2,
      notToldApart: 2,
      byTrigger: [{ met: 3 }, { met: 1 }, { met: 1, summary: "An order is bought" }],
      value: { amountMinor: 1_250, currency: "EUR" },
      valueless: 3,
    });
    expect(found.samples).toHaveLength(5);
    expect(found.samples.filter(({ counted }) => !counted)).toMatchObject([
      { kind: "page", contactId: ANN, trigger: 1 },
    ]);
    expect(JSON.stringify(found)).not.toMatch(/visitor-ann|customer-hash/);
    expect(await env.DB.prepare("SELECT count(*) FROM conversions").first("count(*)")).toBe(0);

    await activate(definition, 0);
    await env.DB.prepare("UPDATE conversion_definitions SET effective_from = ?1")
      .bind(now - 30 * DAY)
      .run();
    await env.DB.prepare(
      "INSERT INTO conversions_due (kind, id, store_id, mark, attempts, since, next_at) SELECT 'order', id, store_id, 1, 0, 0, 0 FROM orders",
    ).run();
    const { results } = await env.DB.prepare(
      "SELECT id, received_at AS receivedAt, source, store_id AS storeId, body, meta FROM inbox",
    ).all<EventRow & { meta: string }>();
    const events = results.map((row) => goalEventOf({ ...row, meta: JSON.parse(row.meta) as EventRow["meta"] }));
    await recordGoals(
      await countDeps(now),
      STORE,
      events.filter((event) => event !== null),
    );
    await evaluateDue(env, now);
    const recorded = await env.DB.prepare(
      `SELECT count(*) AS met, sum(uncounted IS NULL) AS counted, count(DISTINCT subject) AS subjects,
         sum(iif(uncounted IS NULL, value_minor, 0)) AS value FROM conversions`,
    ).first();
    expect(recorded).toEqual({
      met: found.met,
      counted: found.counted,
      subjects: found.converters + found.notToldApart,
      value: 1_250,
    });
    // Recorded or not, it is asked about as before.
    expect(await preview(definition)).toMatchObject({ met: 5, counted: 4, converters: 2 });
  });

  it("knows contacts that meet a segment, other conversions, and who became known; and says what it can't know", async () => {
    await insertContact(ANN, ANN_HASH, { plan: "pro" });
    await insertContact(BEN, BEN_HASH, { plan: "free" });
    const other = await define({ storeId: STORE });
    await openDatabase(env.DB)
      .insert(conversions)
      .values(
        conversionRow({ definitionId: other.id, storeId: STORE, time: now - DAY, subject: "v:1", visitorHash: "1" }),
      );
    await link("visitor-ben", BEN, now - 40 * DAY);
    const said = (visitorHash: string, customerHash: string) => told("identify", {}, { visitorHash, customerHash });
    await said("visitor-ben", BEN_HASH);
    await said("visitor-new", BEN_HASH);
    await said("visitor-new", BEN_HASH);
    const definition = await define({
      ...DRAFT,
      triggers: [
        { type: "segment", all: [{ about: "field", field: "plan", is: "equals", value: "pro" }] },
        { type: "conversion", definitionId: other.id },
        { type: "identified" },
        { type: "manual" },
        { type: "segment", all: [{ about: "field", field: "plan", is: "exists" }] },
      ],
      value: { mode: "none" },
    });
    const found = await preview(definition);
    expect(found).toMatchObject({
      looked: { events: 3, orders: 0, conversions: 1, contacts: 2 },
      met: 4,
      counted: 4,
      byTrigger: [{ met: 1 }, { met: 1 }, { met: 1 }, { met: null }, { met: 1 }],
      value: null,
      valueless: 0,
    });
    expect(found.byTrigger[3]?.note).toContain("by hand");
  });

  it("looks at 20,000 of the newest at most, and says so", { timeout: 60_000 }, async () => {
    const definition = await define({ ...DRAFT, triggers: [lead] });
    const body = JSON.stringify({ v: 1, type: "track", data: { event: "lead" }, view: "a" });
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20500)
       INSERT INTO inbox (id, received_at, source, store_key, store_id, body_hash, body, meta, verdict, attempts)
       SELECT printf('inb_%016d', i), ?1 + i, 'snippet', 'shop', ?2, i, iif(i <= 500, 'unread', ?3), '{}', 'kept', 0 FROM n`,
    )
      .bind(now - DAY, STORE, body)
      .run();
    expect(await preview(definition)).toMatchObject({
      looked: { events: 20_000 },
      partial: true,
      met: 20_000,
      converters: 0,
    });
  });
});

describe("a preview of what isn't there (DSH-3)", () => {
  it("says the same as that of its draft, and writes nothing", async () => {
    await told("track", {}, { name: "lead" });
    const body = { storeId: STORE, name: "Lead", triggers: [{ type: "event", event: "lead" }] };
    const seen = bodyOf(previewSchema.strict(), await api("POST", "/conversion-definitions/preview", body));
    expect((await api("GET", "/conversion-definitions")).body).toMatchObject({ data: [] });
    const made = await api("POST", "/conversion-definitions", body);
    const { id } = made.body as { id: string };
    const { from, to, ...rest } = await preview({ id });
    expect(seen).toMatchObject(rest);
    expect(Date.parse(to) - Date.parse(from)).toBe(30 * DAY);
  });

  it("says what is wrong at its field", async () => {
    const triggers = [{ type: "url", url: { is: "equals", value: "/thanks" } }];
    const answer = await api("POST", "/conversion-definitions/preview", { storeId: STORE, name: "Lead", triggers });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: "triggers.0.url.value" }] } });
  });
});
