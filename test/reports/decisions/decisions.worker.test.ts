import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { SCOPES } from "../../../src/ground/http/auth.ts";
import type { Alarm } from "../../../src/journal/alarm/store.ts";
import { DECISION_KINDS, type DecisionKind } from "../../../src/reports/decisions/kinds.ts";
import { decisionsAnswer, type Decisions } from "../../../src/reports/decisions/schema.ts";
import { book } from "../../books/money-fixtures.ts";
import { putOrder, putPayout, putPeriod } from "../../books/payout-fixtures.ts";
import { earned, putConversion } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { api, bodyOf, holding } from "../../ground/api.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createKey, expectGuarded } from "../../operate/key-fixtures.ts";
import {
  CAMPAIGN,
  id,
  insertCampaign,
  insertPlan,
  insertStore,
  PLAN,
  setMembers,
  STORE,
} from "../../programme/generation-fixtures.ts";
import { insertShop, LEA, LEA_CODE, ZOE } from "../../sales/order-fixtures.ts";

const OTHER = id("str", 2);
const OTHER_CODE = id("cod", 300);
const DAY = 86_400_000;

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run();

/** A code that its shop doesn't take. */
async function putFailedCode(storeId: string, planId: string): Promise<string> {
  const code = storeId === STORE ? LEA_CODE : OTHER_CODE;
  await run(
    `INSERT OR IGNORE INTO codes (id, store_id, plan_id, creator_id, text, state, origin, created_at, updated_at)
     VALUES (?1, ?2, ?3, ?4, ?1, 'active', 'hand', 0, 0)`,
    code,
    storeId,
    planId,
    LEA,
  );
  await run(
    "INSERT OR REPLACE INTO shop_codes (code_id, store_id, state, mark) VALUES (?1, ?2, 'failed', 1)",
    code,
    storeId,
  );
  return code;
}

/** One of everything that waits, in a store; the second store has it, too, so that no list mixes them up. */
async function putAll(storeId: string, planId: string, campaignId: string, number: number): Promise<void> {
  const now = Date.now();
  await putOrder({ storeId, status: "contested", currency: "EUR", totalMinor: 100 });
  await putOrder({ storeId, status: "disputed", currency: "EUR", totalMinor: 250 });
  await putOrder({ storeId, status: "pending" });
  await putOrder({ storeId, status: "pending", dueAt: now + DAY });
  await putOrder({ storeId, status: "received", trust: "claimed" });
  await run("DELETE FROM settlements_due");
  const definition = await define({ storeId, key: `goal-${number}` });
  await putConversion({ definitionId: definition.id, storeId, earns: [earned()] });
  await putConversion({ definitionId: definition.id, storeId, earns: [earned()], dueAt: now });
  await putConversion({ definitionId: definition.id, storeId });
  await run("DELETE FROM conversions_due");
  await env.DB.batch([setMembers([ZOE], "applied", campaignId), setMembers([LEA], "approved", campaignId)]);
  await run("DELETE FROM plan_creators WHERE plan_id = ?1", planId);
  await run(
    `INSERT INTO plan_creators (plan_id, creator_id, campaign_id, state, queued_at, updated_at) VALUES (?1, ?2, ?3, 'failed', 0, 0)`,
    planId,
    LEA,
    campaignId,
  );
  await run(
    `INSERT INTO shop_connections (store_id, provider, state, account, scopes, settings, created_at, updated_at)
     VALUES (?1, 'shopify', 'connected', ?1, '[]', '{}', 0, 0)`,
    storeId,
  );
  const code = await putFailedCode(storeId, planId);
  const alarms: Alarm[] = [
    { kind: "code_leak", subject: code, detail: { code: "LEA10" } },
    { kind: "code_drift", subject: storeId, detail: {} },
    { kind: "shop_failing", subject: storeId, detail: {} },
    { kind: "shop_webhooks_off", subject: storeId, detail: {} },
    { kind: "webhook_dead", subject: id("whk", number), detail: { host: "hooks.example", storeId } },
    { kind: "pool_exhausted", subject: id("npl", number), detail: { name: "Pool", storeId } },
    { kind: "numbers_expiring", subject: id("num", number), detail: { label: "Radio", storeId } },
    { kind: "tagging_silent", subject: `${storeId} click`, detail: { storeId, event: "buy" } },
    { kind: "settlement_failed", subject: `x${number}`, detail: { storeId } },
  ];
  for (const [index, { kind, subject, detail }] of alarms.entries()) {
    await run(
      "INSERT INTO alarms (id, kind, subject, detail, raised_at, last_seen_at) VALUES (?1, ?2, ?3, ?4, 0, 0)",
      id("alm", 100 * number + index),
      kind,
      subject,
      JSON.stringify({ ...detail, storeId }),
    );
  }
  await run(
    `INSERT INTO webhook_endpoints (id, url, store_id, secret_sealed, disabled, created_at, updated_at)
     VALUES (?1, 'https://hooks.example', ?2, '', 0, 0, 0)`,
    id("whk", number),
    storeId,
  );
  await run(
    `INSERT INTO number_pools (id, store_id, name, target, lease_minutes, quarantine_minutes, channel, version, created_at, updated_at)
     VALUES (?1, ?2, 'Pool', ?3, 5, 5, 'tv', 1, 0, 0)`,
    id("npl", number),
    storeId,
    `+4930${number}`,
  );
  await run(
    `INSERT INTO phone_numbers (id, store_id, number, label, version, created_at, updated_at) VALUES (?1, ?2, ?3, 'Radio', 1, 0, 0)`,
    id("num", number),
    storeId,
    `+49301${number}`,
  );
  for (const [index, rec] of [id("rec", 10 * number), id("rec", 10 * number + 1)].entries()) {
    await run(
      `INSERT INTO reconciliations (id, store_id, status, dry_run, preset, format, bytes, rows, classified_to, selected, applied, actor,
         created_at, updated_at) VALUES (?1, ?2, 'ready', 0, 'shopify', 'csv', 1, 1, 1, 0, 0, 'bootstrap', ?3, 0)`,
      rec,
      storeId,
      index,
    );
    await run(
      `INSERT INTO reconciliation_rows (reconciliation_id, n, class, external_id, applied_at) VALUES (?1, 1, 'amount_mismatch', 'A1', NULL),
         (?1, 2, 'amount_mismatch', 'A2', 5)`,
      rec,
    );
  }
  await putPeriod({ id: id("per", 10 * number), storeId, toAt: 1000, lockedAt: 2000, lockedBy: "bootstrap" });
  await putPeriod({ id: id("per", 10 * number + 1), storeId, fromAt: 1000, toAt: now - DAY });
  await putPeriod({ id: id("per", 10 * number + 2), storeId, fromAt: now - DAY, toAt: now + DAY });
  await insertLink({ id: id("lnk", number), storeId });
  await run(
    "INSERT INTO abuse_reports (id, link_id, kind, detail, created_at) VALUES (?1, ?2, 'spam', '', 0)",
    id("abu", number),
    id("lnk", number),
  );
  for (const [index, age] of [1, 8].entries()) {
    await run(
      `INSERT INTO inbox (id, received_at, source, store_key, store_id, body_hash, body, meta, verdict, reason_code, attempts)
       VALUES (?1, ?2, 'pixel', 'key', ?3, ?1, '', '{}', 'refused', 'unsigned', 1)`,
      id("inb", 10 * number + index),
      now - age * DAY,
      storeId,
    );
  }
}

async function decisions(query = "", key?: string): Promise<Decisions> {
  return bodyOf(
    decisionsAnswer,
    await api("GET", `/decisions${query}`, undefined, key === undefined ? {} : holding(key)),
  );
}

const byKind = ({ data }: Decisions) => new Map(data.map((one) => [one.kind, one]));

/** Kinds that are of no store. */
const OF_NO_STORE: readonly DecisionKind[] = ["payout_details_proposed", "dead_letter"];

/** Lists whose rows aren't what is counted: of campaigns, of what creators are owed, and of leaks, which are looked for anew. */
const OTHER_ROWS: readonly DecisionKind[] = ["payout_due", "code_leak", "alarm"];

beforeEach(async () => {
  await insertShop();
  await book({ storeId: STORE, time: 500 });
  await insertStore({ id: OTHER, currency: "USD" });
  await insertPlan({ id: id("pln", 2), storeId: OTHER });
  await insertCampaign({ id: id("cmp", 2), planId: id("pln", 2) });
  await book({ storeId: OTHER, time: 500 });
  await putAll(STORE, PLAN, CAMPAIGN, 1);
  await putAll(OTHER, id("pln", 2), id("cmp", 2), 2);
  await putPayout({ id: id("pay", 1), storeId: STORE, createdAt: 1999 });
  await run(
    "INSERT INTO payout_lines (payout_id, creator_id, amount_minor, entries) VALUES (?1, ?2, 700, 1)",
    id("pay", 1),
    LEA,
  );
  await putPayout({ id: id("pay", 2), storeId: OTHER, createdAt: 1999, currency: "USD" });
  await run(
    "INSERT INTO dead_letters (id, queue, message_id, body, reason, received_at) VALUES (?1, 'clicks', 'm', '', 'unreadable', 7)",
    id("ded", 1),
  );
  await run(
    `INSERT INTO payout_detail_proposals (id, creator_id, token_id, state, method, sealed, base_version, created_at)
     VALUES (?1, ?2, 'ptk_1', 'open', 'sepa', '', 0, 8), (?3, ?2, 'ptk_1', 'refused', 'sepa', '', 0, 7)`,
    id("pdp", 2),
    LEA,
    id("pdp", 1),
  );
});

describe("DSH-1 what waits for a decision", () => {
  test("of one store: each kind once, and its list has just that", async () => {
    const found = await decisions(`?store=${STORE}`);
    expect(found.hidden).toEqual(OF_NO_STORE.map((kind) => ({ kind, scope: null })));
    const shown = byKind(found);
    expect([...shown.keys()].toSorted()).toEqual(
      DECISION_KINDS.filter((kind) => !OF_NO_STORE.includes(kind)).toSorted(),
    );
    for (const [kind, { count, more, list, samples }] of shown) {
      expect([kind, count, more]).toEqual([kind, 1, false]);
      expect(
        samples.map(({ storeId }) => storeId),
        kind,
      ).toEqual([STORE]);
      const { status, body } = await api("GET", list.replace("/api/v1", ""));
      expect([kind, status]).toEqual([kind, 200]);
      if (!OTHER_ROWS.includes(kind))
        expect((body as { data: unknown[] }).data, `${kind} ${list}`).toHaveLength(
          kind === "reconciliation_open" ? 2 : 1,
        );
    }
    expect(shown.get("order_disputed")).toMatchObject({ sums: [{ currency: "EUR", amountMinor: 250 }] });
    expect(shown.get("payout_draft")).toMatchObject({ sums: [{ currency: "EUR", amountMinor: 700 }] });
    expect(shown.get("member_applied")).toMatchObject({
      samples: [{ id: ZOE, aboutId: CAMPAIGN }],
      list: `/api/v1/campaigns/${CAMPAIGN}/creators?status=applied`,
    });
    expect(shown.get("code_leak")?.samples[0]).toMatchObject({ name: "LEA10", aboutId: LEA_CODE });
  });

  test("of all stores: twice as much, and what is of no store", async () => {
    const found = byKind(await decisions());
    expect(found.get("dead_letter")).toMatchObject({ count: 1, severity: "urgent", samples: [{ name: "clicks" }] });
    expect(found.get("payout_details_proposed")).toMatchObject({
      count: 1,
      samples: [{ aboutId: LEA, time: expect.any(String) }],
    });
    expect((await api("GET", "/payout-detail-proposals?state=open")).body).toMatchObject({
      data: [{ id: id("pdp", 2) }],
    });
    for (const [kind, { count, list }] of found) {
      if (OF_NO_STORE.includes(kind) || kind === "alarm") continue;
      expect([kind, count]).toEqual([kind, 2]);
      const { body } = await api("GET", list.replace("/api/v1", ""));
      if (!OTHER_ROWS.includes(kind)) expect((body as { data: unknown[] }).data, `${kind} ${list}`).toHaveLength(2);
    }
    expect(found.get("code_failed")?.list).toBe("/api/v1/campaigns?waiting=failed");
  });

  test("lists tell stores and states apart", async () => {
    await run("DELETE FROM campaign_creators WHERE campaign_id = ?1 AND creator_id = ?2", id("cmp", 2), ZOE);
    const listed = async (path: string) => ((await api("GET", path)).body as { data: { id: string }[] }).data;
    const ids = async (path: string) => (await listed(path)).map((row) => row.id);
    expect(await ids(`/creators?store=${STORE}`)).toEqual([ZOE, LEA]);
    expect(await ids(`/creators?store=${OTHER}`)).toEqual([LEA]);
    expect(await ids(`/campaigns?store=${OTHER}`)).toEqual([id("cmp", 2)]);
    expect(await ids("/campaigns?waiting=applied")).toEqual([CAMPAIGN]);
    expect(await ids("/campaigns?waiting=failed&q=nothing")).toEqual([]);
    for (const [path, length] of [
      [`/periods?store=${STORE}&state=open`, 2],
      [`/periods?store=${STORE}&state=locked`, 1],
      ["/dead-letters?open=false", 0],
      [`/reconciliations?store=${STORE}&open=false`, 1],
      [`/alarms?open=true&store=${STORE}`, 9],
      [`/abuse-reports?store=${OTHER}&open=true`, 1],
      ["/conversions?approval=rule", 2],
      ["/conversions?commission=none", 2],
    ] as const) {
      expect([path, (await listed(path)).length]).toEqual([path, length]);
    }
  });

  test("what was decided waits no more", async () => {
    await env.DB.batch(
      [
        "UPDATE orders SET status = 'approved'",
        "UPDATE conversions SET commission = 'approved'",
        "UPDATE campaign_creators SET status = 'approved'",
        "UPDATE plan_creators SET state = 'ready'",
        "UPDATE shop_codes SET state = 'live'",
        "UPDATE alarms SET resolved_at = 1",
        "UPDATE reconciliation_rows SET applied_at = 1",
        "UPDATE periods SET to_at = to_at + 31536000000 WHERE locked_at IS NULL",
        "UPDATE payouts SET status = 'paid', created_at = 3000, paid_at = 3000",
        "UPDATE dead_letters SET replayed_at = 1",
        "UPDATE payout_detail_proposals SET state = 'confirmed'",
        "UPDATE abuse_reports SET resolved_at = 1",
        "UPDATE inbox SET verdict = 'used'",
      ].map((sql) => env.DB.prepare(sql)),
    );
    expect((await decisions()).data).toEqual([]);
  });

  test("counting ends at a thousand", async () => {
    await run(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
       INSERT INTO orders (id, store_id, external_id, status, trust, codes, test, placed_at, policy, touches, explanation, shares,
         contested, crowded, version, created_at, updated_at)
       SELECT printf('ord_%016d', 800000 + i), ?1, 'many' || i, 'disputed', 'confirmed', '[]', 0, i, '{}', '[]', '{}', '[]', 0, 0, 1, 0, 0 FROM n`,
      STORE,
    );
    const found = byKind(await decisions());
    expect(found.get("order_disputed")).toMatchObject({ count: 1000, more: true, sums: [] });
  });

  test("a key sees what it may, and which kinds it may not", async () => {
    await expectGuarded("GET", "/decisions", "reports:read");
    const { key } = await createKey(["reports:read", "orders:read"]);
    const { data, hidden } = await decisions("", key);
    expect(data.map(({ kind }) => kind)).toContain("order_disputed");
    const kinds = [...data.map(({ kind }) => kind), ...hidden.map(({ kind }) => kind)];
    expect(kinds.toSorted()).toEqual(DECISION_KINDS.toSorted());
    expect(new Set(hidden.map(({ scope }) => scope))).toEqual(new Set(["plans:read", "settings:read"]));
    expect(SCOPES).toContain("settings:read");
  });
});
