import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { rebuildRollups } from "../../../src/reports/rollup/rebuild-run.ts";
import { dropAll } from "../../storage.ts";

type Row = Record<string, unknown>;

/** Rows that each table gets after each migration. */
const ROWS = 2;

/** Commissions as plans had them before they had versions. */
const COMMISSIONS = [
  { type: "percentage", basisPoints: 1250, tiers: [{ fromMinor: 100_000, value: 1500 }] },
  { type: "fixed", amountMinor: 500, currency: "EUR", tiers: [] },
];

/** Values that mean something to a migration or a trigger; any other value will do elsewhere. */
const VALUES: Readonly<Record<string, (index: number, count: number) => unknown>> = {
  // A letter for each click.
  "click_batches.count": () => 3,
  "click_batches.verdicts": () => "ucd",
  "tracking_plans.commission": (index) => JSON.stringify(COMMISSIONS[index % COMMISSIONS.length]),
  "order_evidence.data": (_index, count) =>
    JSON.stringify({ customerHash: `customer ${count}`, clicks: [{ clickId: `click ${count}` }] }),
  "order_evidence.trust": (index) => (index === 0 ? "confirmed" : "claimed"),
  // After every period.
  "ledger.time": (_index, count) => 1_000_000_000 + count,
};

let count = 1000;

beforeEach(() => dropAll(env.DB));

async function all(sql: string): Promise<Row[]> {
  return (await env.DB.prepare(sql).all()).results;
}

async function tables(): Promise<string[]> {
  const found = await all(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'
       AND name <> 'd1_migrations' ORDER BY name`,
  );
  return found.map(({ name }) => String(name));
}

/** A table's columns, and those of them that name rows of other tables. */
interface Shape {
  columns: { name: string; type: string }[];
  referring: { from: string; to: string; table: string }[];
}

/** All tables, each after those that it refers to. */
async function inOrder(): Promise<[table: string, shape: Shape][]> {
  const names = await tables();
  const found = await env.DB.batch(
    names.flatMap((table) => [
      env.DB.prepare(`PRAGMA table_info(${table})`),
      env.DB.prepare(`PRAGMA foreign_key_list(${table})`),
    ]),
  );
  const open = new Map(
    names.map((table, index): [string, Shape] => {
      const [columns, referring] = found.slice(2 * index).map(({ results }) => results);
      return [table, { columns, referring } as Shape];
    }),
  );
  const ordered: [string, Shape][] = [];
  while (open.size > 0) {
    const next = [...open].find(([, { referring }]) => referring.every(({ table }) => !open.has(table)));
    if (next === undefined) throw new Error(`these refer to one another: ${[...open.keys()].join(", ")}`);
    open.delete(next[0]);
    ordered.push(next);
  }
  return ordered;
}

/** Puts new rows with a value in every column into a table. */
async function fill(table: string, { columns, referring }: Shape): Promise<void> {
  for (let index = 0; index < ROWS; index++) {
    count += 1;
    const values: unknown[] = [];
    for (const { name, type } of columns) {
      const reference = referring.find(({ from }) => from === name);
      values.push(reference === undefined ? valueOf(table, name, type, index) : await named(reference, index));
    }
    const names = columns.map(({ name }) => `"${name}"`).join(", ");
    const marks = values.map((_value, place) => `?${place + 1}`).join(", ");
    // Some rows are there already, by triggers of other tables.
    await env.DB.prepare(`INSERT OR REPLACE INTO ${table} (${names}) VALUES (${marks})`)
      .bind(...values)
      .run();
  }
}

function valueOf(table: string, column: string, type: string, index: number): unknown {
  const known = VALUES[`${table}.${column}`];
  if (known !== undefined) return known(index, count);
  return type.toLowerCase() === "text" ? `${table} ${column} ${count}` : count;
}

/** What a reference has of one of the newest rows of its table. */
async function named({ table, to }: { table: string; to: string }, index: number): Promise<unknown> {
  const [row] = await all(`SELECT "${to}" AS value FROM ${table} ORDER BY rowid DESC LIMIT 1 OFFSET ${index}`);
  if (row === undefined) throw new Error(`${table} has too few rows`);
  return row["value"];
}

/** All rows of all tables. */
async function everything(): Promise<Map<string, Row[]>> {
  const names = await tables();
  // Before the first migration there are none, and a batch has at least one statement.
  if (names.length === 0) return new Map();
  const found = await env.DB.batch<Row>(names.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)));
  return new Map(names.map((table, index) => [table, found[index]?.results ?? []]));
}

/** What a migration changes on purpose, by migration: the columns in which rows may differ. */
const CHANGED: Readonly<Record<string, readonly string[]>> = { "0006_money.sql": ["tracking_plans.commission"] };

/** What a migration renames, by migration: each table, and its name from then on. */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "0015_packed_click_log.sql": { clicks: "click_rows" },
};

/** Expects every row of before still to be there, as it was. */
async function expectKept(before: ReadonlyMap<string, Row[]>, migration: string): Promise<void> {
  const after = await everything();
  for (const [table, rows] of before) {
    expect(rows.length, table).toBeGreaterThan(0);
    const columns = Object.keys(rows[0] ?? {}).filter(
      (column) => CHANGED[migration]?.includes(`${table}.${column}`) !== true,
    );
    const textOf = (row: Row) => JSON.stringify(columns.map((column) => [column, row[column]]));
    const left = new Set((after.get(RENAMED[migration]?.[table] ?? table) ?? []).map(textOf));
    const lost = rows.map(textOf).filter((text) => !left.has(text));
    expect(lost, `${migration} lost a row of ${table}, or a value`).toEqual([]);
  }
}

/** Expects what the migration of the money makes of plans and orders. */
async function expectMoney(before: ReadonlyMap<string, Row[]>): Promise<void> {
  const plans = before.get("tracking_plans") ?? [];
  const orders = before.get("orders") ?? [];
  expect([plans.length, orders.length]).toEqual([3 * ROWS, 2 * ROWS]);
  const rules = await all("SELECT * FROM plan_rules");
  expect(rules).toHaveLength(plans.length);
  for (const plan of plans) {
    const commission = {
      ...(JSON.parse(String(plan["commission"])) as object),
      special: [],
      capPerOrderMinor: null,
      capPerCreatorMinor: null,
      newCustomersOnly: false,
      includeTax: false,
      includeShipping: false,
      holdDays: 30,
      payIn: null,
    };
    const [now] = await all(`SELECT commission FROM tracking_plans WHERE id = '${String(plan["id"])}'`);
    expect(JSON.parse(String(now?.["commission"]))).toEqual(commission);
    const rule = rules.find((row) => row["plan_id"] === plan["id"]);
    expect(rule).toMatchObject({ version: 1, effective_from: 0, reason: null, actor: "rule" });
    expect(rule?.["created_at"]).toBe(plan["created_at"]);
    expect(JSON.parse(String(rule?.["rule"]))).toEqual(commission);
  }
  const ids = (await all("SELECT id FROM orders ORDER BY id")).map(({ id }) => id);
  expect(new Set(ids)).toEqual(new Set(orders.map(({ id }) => id)));
  const history = await all("SELECT * FROM order_history ORDER BY order_id");
  expect(history.map((row) => row["order_id"])).toEqual(ids);
  for (const row of history) {
    const order = orders.find(({ id }) => id === row["order_id"]);
    expect(row).toMatchObject({ time: order?.["created_at"], from_status: null, to_status: order?.["status"] });
    expect(row).toMatchObject({ cause: "source", actor: null, reason: null });
  }
  const due = await all("SELECT * FROM settlements_due ORDER BY order_id");
  expect(due).toEqual(ids.map((id) => ({ order_id: id, mark: 1, attempts: 0, next_at: 0 })));
  const amounts = await all("SELECT DISTINCT confirmed, imported_only, review, approved_at, due_at FROM orders");
  expect(amounts).toEqual([{ confirmed: null, imported_only: 0, review: null, approved_at: null, due_at: null }]);
}

/** Expects what the migration of the reports asks for: what was rolled up has no days yet, and orders no facts. */
async function expectReports(before: ReadonlyMap<string, Row[]>): Promise<void> {
  const ids = (before.get("orders") ?? []).map(({ id }) => String(id));
  expect(ids.length).toBeGreaterThan(0);
  const due = await all("SELECT * FROM order_rollups_due ORDER BY order_id");
  expect(due).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)).map((id) => ({ order_id: id, mark: 1 })));
  expect(await all("SELECT store_id, step, done FROM rollup_rebuilds")).toEqual([
    { store_id: "", step: "clicks", done: "" },
  ]);
  const hours = (before.get("click_hours") ?? []).map(({ hour }) => Number(hour));
  expect(await all("SELECT value FROM watermarks WHERE name = 'latest_click'")).toEqual([
    { value: Math.max(...hours) + 3_600_000 },
  ]);
}

/** Puts a customer's click for each piece of evidence. */
async function putCustomers(): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO customer_touches (store_id, customer_hash, click_id, link_id, time, created_at)
     SELECT o.store_id, e.data ->> 'customerHash', e.data ->> '$.clicks[0].clickId', 'link', 1, 1
     FROM order_evidence e JOIN orders o ON o.id = e.order_id`,
  ).run();
}

/** Expects what the migration of the claims makes of customers' clicks: a server's word is told from a browser's. */
async function expectClaims(): Promise<void> {
  const trusts = await all(
    `SELECT e.trust, t.trust AS known, count(*) AS n FROM order_evidence e JOIN customer_touches t
       ON t.customer_hash = e.data ->> 'customerHash' GROUP BY 1, 2 ORDER BY 1`,
  );
  expect(trusts).toMatchObject([
    { trust: "claimed", known: "claimed" },
    { trust: "confirmed", known: "confirmed" },
  ]);
  const unsaid = await all("SELECT DISTINCT trust FROM customer_touches WHERE customer_hash NOT GLOB 'customer *'");
  expect(unsaid).toEqual([{ trust: "claimed" }]);
}

/** Expects that hours from before embedded loads were told apart say that there were none: G-13. */
async function expectNoneEmbedded(before: ReadonlyMap<string, Row[]>): Promise<void> {
  const hours = before.get("click_hours") ?? [];
  expect(hours.length).toBeGreaterThan(0);
  expect((await all("SELECT embedded FROM click_hours")).map(({ embedded }) => embedded)).toEqual(hours.map(() => 0));
}

/** Puts what there was before there were totals: two creators of a store, a link without one, and months of all. */
async function putMonths(): Promise<void> {
  const link = (id: string, store: string | null, creator: string | null) =>
    env.DB.prepare(
      `INSERT INTO links (id, domain, slug, slug_key, url, kind, store_id, creator_id, campaign_id, plan_id, utm, rules,
         disabled, created_at, updated_at)
       VALUES (?1, '', ?1, ?1, 'https://shop.example/', 'affiliate', ?2, ?3, NULL, NULL, '{}', '[]', 0, 0, 0)`,
    ).bind(id, store, creator);
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, click_param, attribution, secret_hash,
         created_at, updated_at)
       VALUES ('str_1', 'one', 'One', 'ast', '[]', 'EUR', 'UTC', 'wm_click', '{}', '', 0, 0)`,
    ),
    env.DB.prepare(
      `INSERT INTO creators (id, first_name, last_name, email, handles, created_at, updated_at)
       VALUES ('crt_1', 'Ada', 'A', 'ada@creator.example', '{}', 0, 0), ('crt_2', 'Ben', 'B', 'ben@creator.example', '{}', 0, 0)`,
    ),
    link("lnk_1", "str_1", "crt_1"),
    link("lnk_2", "str_1", "crt_1"),
    link("lnk_3", null, null),
    env.DB.prepare(
      `INSERT INTO click_months (link_id, month, counted, unique_of_day)
       VALUES ('lnk_1', '2026-10', 5, 4), ('lnk_1', '2026-11', 1, 1), ('lnk_2', '2026-11', 2, 2), ('lnk_3', '2026-11', 7, 6)`,
    ),
    env.DB.prepare(
      `INSERT INTO click_hours (link_id, hour, counted, unique_of_day, bot, prefetch, head, embedded, duplicate, inactive)
       VALUES ('lnk_1', 3600000, 5, 4, 0, 0, 0, 0, 0, 0), ('lnk_3', 7200000, 7, 6, 0, 0, 0, 0, 0, 0)`,
    ),
    env.DB.prepare(
      `INSERT INTO orders (id, store_id, external_id, status, trust, currency, total_minor, codes, test, placed_at, policy,
         touches, explanation, shares, method, version, created_at, updated_at)
       SELECT 'ord_' || value, 'str_1', value, 'approved', 'confirmed', 'EUR', 900, '[]', 0, 0, '{}', '[]', '{}',
         '[{"creatorId":"crt_2","amountMinor":900}]', 'code', 1, 0, 0 FROM json_each('[1,2]')`,
    ),
    env.DB.prepare("DELETE FROM order_rollups_due"),
    env.DB.prepare(
      `INSERT INTO order_facts (order_id, store_id, creator_id, campaign_id, plan_id, link_id, code_id, country, device, source,
         method, claimed, placed_at, day, currency, conversions, gross_minor, refunded_minor, commission_minor,
         commission_currency, awaits)
       SELECT id, store_id, 'crt_2', '', '', '', '', '', '', '', 'code', 0, 0, '1970-01-01', 'EUR', 1, 900, 0, 0, 'EUR', ''
       FROM orders`,
    ),
  ]);
}

test("totals are made of the months that there are when they come", async () => {
  const at = env.TEST_MIGRATIONS.findIndex(({ name }) => name.endsWith("_report_totals.sql"));
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, at));
  await putMonths();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, at + 1));
  expect(await all("SELECT store_id, step, done FROM rollup_rebuilds")).toEqual([
    { store_id: "", step: "orders", done: "str_" },
  ]);
  expect(await all("SELECT value FROM watermarks WHERE name = 'earliest_click'")).toEqual([{ value: 3_600_000 }]);

  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  await rebuildRollups(env, 1);
  expect(await all("SELECT * FROM rollup_rebuilds")).toEqual([]);
  const totals = await all(
    "SELECT dim, key, store_id AS store, currency, clicks, uniques, by_code, gross_minor AS gross FROM report_totals WHERE dim IN ('all', 'creators')",
  );
  const none = { clicks: 0, uniques: 0, by_code: 0, gross: 0 };
  expect(totals).toEqual([
    { dim: "all", key: "", store: "", currency: "", ...none, clicks: 7, uniques: 6 },
    { dim: "all", key: "", store: "str_1", currency: "EUR", clicks: 8, uniques: 7, by_code: 2, gross: 1800 },
    { dim: "creators", key: "", store: "", currency: "", ...none, clicks: 7, uniques: 6 },
    { dim: "creators", key: "crt_1", store: "str_1", currency: "EUR", ...none, clicks: 8, uniques: 7 },
    { dim: "creators", key: "crt_2", store: "str_1", currency: "EUR", ...none, by_code: 2, gross: 1800 },
  ]);
});

test("a rebuild of all that is past some stores, as totals come, goes through all of them again", async () => {
  const at = env.TEST_MIGRATIONS.findIndex(({ name }) => name.endsWith("_report_totals.sql"));
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, at));
  await putMonths();
  await env.DB.prepare("INSERT INTO rollup_rebuilds VALUES ('', 'asked', 'orders', 'str_1', 5, 5)").run();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, at + 1));
  expect(await all("SELECT reason, step, done FROM rollup_rebuilds")).toEqual([
    { reason: "asked", step: "orders", done: "str_" },
  ]);
});

test("months have all days that there are when days are kept apart from them, and links move with both", async () => {
  const at = env.TEST_MIGRATIONS.findIndex(({ name }) => name.endsWith("_lean_sums.sql"));
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, at));
  await putMonths();
  // Half past noon of 21 November: the 22nd in Kiritimati.
  await env.DB.prepare("INSERT INTO watermarks VALUES ('latest_click', ?1, 0)")
    .bind(Date.UTC(2026, 10, 21, 12, 30))
    .run();
  await env.DB.prepare("INSERT INTO rollup_rebuilds VALUES ('', 'asked', 'clicks', 'lnk_1', 5, 5)").run();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, at + 1));
  expect(
    await all("SELECT date(value * 86400, 'unixepoch') AS day FROM watermarks WHERE name = 'click_months'"),
  ).toEqual([{ day: "2026-11-22" }]);
  expect(await all("SELECT step, done FROM rollup_rebuilds")).toEqual([{ step: "clicks", done: "" }]);

  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO click_days VALUES ('lnk_1', '2026-11-22', 9, 9, NULL), ('lnk_1', '2026-11-23', 3, 2, NULL)",
    ),
    env.DB.prepare("UPDATE links SET creator_id = 'crt_2' WHERE id = 'lnk_1'"),
  ]);
  expect(await all("SELECT key, clicks, uniques FROM report_totals WHERE dim = 'creators' ORDER BY key")).toEqual([
    { key: "crt_1", clicks: -9, uniques: -7 },
    { key: "crt_2", clicks: 9, uniques: 7 },
  ]);
});

test("payments of before get references as those of now have them", async () => {
  const at = env.TEST_MIGRATIONS.findIndex(({ name }) => name.endsWith("_desk.sql"));
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, at));
  await env.DB.batch(
    [
      "INSERT INTO creators SELECT 'crt_' || value, 'Lea', '', NULL, '{}', NULL, 0, 0, NULL FROM json_each('[1, 2, 3]')",
      `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, click_param, attribution, secret_hash, created_at, updated_at)
       VALUES ('str_1', 'k', 'n', 'custom', '[]', 'EUR', 'UTC', 'c', '{}', 'h', 0, 0)`,
      `INSERT INTO payouts (id, store_id, currency, status, minimum_minor, hold_days, created_at, created_by)
       SELECT 'pay_' || value, 'str_1', 'EUR', 'draft', 0, 0, 0, 'bootstrap' FROM json_each('["0a", "0b"]')`,
      `INSERT INTO payout_lines (payout_id, creator_id, amount_minor, entries)
       SELECT p.id, c.id, 5, 1 FROM payouts p JOIN creators c ON p.id = 'pay_0a' OR c.id = 'crt_2'`,
    ].map((sql) => env.DB.prepare(sql)),
  );
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, at + 1));
  expect(
    await all("SELECT creator_id AS creator, reference FROM payout_lines ORDER BY payout_id, creator_id DESC"),
  ).toEqual([
    { creator: "crt_3", reference: "WM-0A-1" },
    { creator: "crt_2", reference: "WM-0A-2" },
    { creator: "crt_1", reference: "WM-0A-3" },
    { creator: "crt_2", reference: "WM-0B-1" },
  ]);
});

test("links that plans have are told from those of admins", async () => {
  const at = env.TEST_MIGRATIONS.findIndex(({ name }) => name.endsWith("_portal.sql"));
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, at));
  await putMonths();
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO tracking_plans (id, name, name_key, store_id, utm, affiliate_link, track_clicks, limits, commission, created_at, updated_at)
       VALUES ('pln_1', 'n', 'n', 'str_1', '{}', 1, 1, '{}', '{}', 0, 0)`,
    ),
    env.DB.prepare(
      `INSERT INTO plan_creators (plan_id, creator_id, state, affiliate_link_id, tracking_link_id, queued_at, updated_at)
       VALUES ('pln_1', 'crt_1', 'ready', 'lnk_1', NULL, 0, 0), ('pln_1', 'crt_2', 'ready', NULL, 'lnk_3', 0, 0)`,
    ),
    env.DB.prepare("DELETE FROM link_changes"),
  ]);
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, at + 1));
  expect(await all("SELECT id, made_by, withdrawn_at FROM links ORDER BY id")).toEqual([
    { id: "lnk_1", made_by: "plan", withdrawn_at: null },
    { id: "lnk_2", made_by: "admin", withdrawn_at: null },
    { id: "lnk_3", made_by: "plan", withdrawn_at: null },
  ]);
  // No redirect asks for it; of what it does ask for it still hears.
  expect(await all("SELECT subject FROM link_changes")).toEqual([]);
  await env.DB.prepare("UPDATE links SET disabled = 1 WHERE id = 'lnk_2'").run();
  expect(await all("SELECT subject FROM link_changes")).toEqual([{ subject: "lnk_2" }]);
});

test("every migration keeps every row of a database that has data in every table", async () => {
  const migrations = env.TEST_MIGRATIONS;
  expect(migrations.length).toBeGreaterThan(6);
  let seen = 0;
  for (const [index, { name }] of migrations.entries()) {
    const before = await everything();
    await applyD1Migrations(env.DB, migrations.slice(0, index + 1));
    await expectKept(before, name);
    if (name === "0006_money.sql") await expectMoney(before);
    if (name === "0007_reports.sql") await expectReports(before);
    if (name === "0008_claims.sql") await expectClaims();
    if (name.endsWith("_embedded_loads.sql")) await expectNoneEmbedded(before);
    for (const [table, shape] of await inOrder()) await fill(table, shape);
    if (name === "0007_reports.sql") await putCustomers();
    expect(await all("PRAGMA foreign_key_check"), name).toEqual([]);
    const filled = await everything();
    for (const [table, rows] of filled) expect(rows.length, table).toBeGreaterThanOrEqual(ROWS);
    expect(filled.size, name).toBeGreaterThanOrEqual(seen);
    seen = filled.size;
  }
  expect(seen).toBeGreaterThan(35);
});
