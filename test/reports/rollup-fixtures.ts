import { env } from "cloudflare:workers";
import type { Share, Touch } from "../../src/ground/model/attribution.ts";
import { rollUpOrders } from "../../src/reports/rollup/orders-run.ts";
import { rebuildRollups } from "../../src/reports/rollup/rebuild-run.ts";
import { rollUpClicks } from "../../src/reports/rollup/run.ts";
import { logDatabases } from "../clicks/databases-fixtures.ts";
import { viewedClicks } from "../clicks/log-fixtures.ts";
import { NOW } from "../programme/generation-fixtures.ts";

/** A row of a roll-up, or of what it is made from. */
export type Row = Record<string, string | number | null>;

/** The tables of sums, by name; each row as it is stored, in one order. */
export type Sums = Record<string, Row[]>;

const ORDER_TABLES = ["order_facts", "order_days", "order_months"] as const;

/**
 * The roll-ups of clicks by day, month and split: months with the days that they don't have yet, splits wherever they are
 * kept.
 */
export async function clickSums(): Promise<Sums> {
  const last = "date(coalesce((SELECT value FROM watermarks WHERE name = 'click_months'), 0) * 86400, 'unixepoch')";
  const [days, months, splits] = await env.DB.batch<Row>(
    [
      "SELECT link_id, day, counted, unique_of_day FROM click_days",
      `SELECT link_id, month, sum(counted) AS counted, sum(unique_of_day) AS unique_of_day FROM (
         SELECT * FROM click_months
         UNION ALL SELECT link_id, substr(day, 1, 7), counted, unique_of_day FROM click_days WHERE day > ${last}
       ) GROUP BY 1, 2`,
      `SELECT link_id, day, dim, value, sum(counted) AS counted, sum(unique_of_day) AS unique_of_day FROM (
         SELECT * FROM click_splits
         UNION ALL
         SELECT d.link_id, d.day, s.key, v.key, v.value ->> 0, v.value ->> 1
         FROM click_days d CROSS JOIN json_each(d.splits) s CROSS JOIN json_each(s.value) v
       ) GROUP BY 1, 2, 3, 4`,
    ].map((sql) => env.DB.prepare(sql)),
  );
  return {
    click_days: inOrder(days?.results ?? []),
    click_months: inOrder(months?.results ?? []),
    click_splits: inOrder(splits?.results ?? []),
  };
}

/** Makes splits rows of their own, as they were kept before days had a column for them. */
export async function splitsAsRows(): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO click_splits (link_id, day, dim, value, counted, unique_of_day)
       SELECT d.link_id, d.day, s.key, v.key, v.value ->> 0, v.value ->> 1
       FROM click_days d CROSS JOIN json_each(d.splits) s CROSS JOIN json_each(s.value) v`,
    ),
    env.DB.prepare("UPDATE click_days SET splits = NULL"),
  ]);
}

/** The roll-ups of orders. What a fact awaits hangs on when it was made. */
export async function orderSums(): Promise<Sums> {
  const sums = await sumsOf(ORDER_TABLES);
  const facts = sums["order_facts"] ?? [];
  return { ...sums, order_facts: inOrder(facts.map(({ awaits: _awaits, ...fact }) => fact)) };
}

async function sumsOf(tables: readonly string[]): Promise<Sums> {
  const found = await env.DB.batch<Row>(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)));
  return Object.fromEntries(tables.map((table, index) => [table, inOrder(found[index]?.results ?? [])]));
}

/** Rolls up and rebuilds until nothing is left to be done. */
export async function finishRollups(): Promise<void> {
  await rollUpClicks(env, NOW);
  await rebuildRollups(env, NOW);
  await rollUpOrders(env, NOW);
  const left = await env.DB.prepare(
    "SELECT (SELECT count(*) FROM rollup_rebuilds) + (SELECT count(*) FROM order_rollups_due) AS n",
  ).first<number>("n");
  if (left !== 0) throw new Error(`${left} are left to be done`);
}

/** Puts a click that counts, or not, into the log as it is, past all rules. */
export async function putClick(values: {
  id: string;
  linkId: string;
  time: number;
  bucket?: string;
  unique?: number;
  country?: string | null;
  device?: string;
  source?: string;
}): Promise<void> {
  const {
    id,
    linkId,
    time,
    bucket = "counted",
    unique = 1,
    country = "DE",
    device = "mobile",
    source = "social",
  } = values;
  await env.DB.prepare(
    `INSERT INTO click_rows (id, link_id, time, bucket, reason, window_start, unique_of_day, country, device, source, consent,
       consent_source, ingested_at) VALUES (?1, ?2, ?3, ?4, 'anonymous', ?3, ?5, ?6, ?7, ?8, 'deferred', 'policy', ?3)`,
  )
    .bind(id, linkId, time, bucket, unique, country, device, source)
    .run();
}

const days = new Map<string, Intl.DateTimeFormat>();

/** The day of a time in a zone as Intl has it. */
export function dayOf(zone: string, time: number): string {
  const format = days.get(zone) ?? new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" });
  days.set(zone, format);
  return format.format(time);
}

/** Adds rows up that have the same values in all columns but `sums`. */
function addUp(rows: readonly Row[], sums: readonly string[]): Row[] {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const key = JSON.stringify(Object.entries(row).filter(([name]) => !sums.includes(name)));
    const sum = found.get(key);
    if (sum === undefined) found.set(key, { ...row });
    else for (const name of sums) sum[name] = Number(sum[name]) + Number(row[name]);
  }
  return inOrder([...found.values()].filter((row) => sums.some((name) => row[name] !== 0)));
}

/** Rows by their values, whatever the order of their columns. */
function inOrder(rows: readonly Row[]): Row[] {
  const named = (row: Row): Row => Object.fromEntries(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return rows.map(named).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** What {@link clickSums} should be, counted one by one from the log and the clicks that have left it. */
export async function recountClicks(archived: readonly Row[] = []): Promise<Sums> {
  const logs = await Promise.all(logDatabases().map((d1) => d1.prepare("SELECT * FROM clicks").all<Row>()));
  const links = await env.DB.prepare(
    "SELECT l.id, s.timezone FROM links l JOIN stores s ON s.id = l.store_id",
  ).all<Row>();
  const zones = new Map(links.results.map(({ id, timezone }) => [id, String(timezone)]));
  const all = new Map([...archived, ...logs.flatMap(({ results }) => results)].map((click) => [click["id"], click]));
  const rows = [...all.values()]
    .filter(({ bucket }) => bucket === "counted")
    .map((click) => {
      const { link_id = null, unique_of_day = null } = click;
      const day = dayOf(zones.get(link_id) ?? "UTC", Number(click["time"]));
      return { click, counts: { counted: 1, unique_of_day }, of: { link_id, day } };
    });
  const sums = ["counted", "unique_of_day"];
  return {
    click_days: addUp(
      rows.map(({ counts, of }) => ({ ...of, ...counts })),
      sums,
    ),
    click_months: addUp(
      rows.map(({ counts, of: { link_id, day } }) => ({ link_id, month: day.slice(0, 7), ...counts })),
      sums,
    ),
    click_splits: addUp(
      rows.flatMap(({ click, counts, of }) =>
        ["country", "device", "source"].map((dim) => ({ ...of, dim, value: click[dim] ?? "", ...counts })),
      ),
      sums,
    ),
  };
}

/** The totals, without whether they are one of several rows of their key. */
export async function totals(): Promise<Row[]> {
  const { report_totals: rows = [] } = await sumsOf(["report_totals"]);
  return inOrder(rows.map(({ shared: _shared, ...row }) => row));
}

/** What {@link totals} should be, by the months that there are and what the links belong to now. */
export async function recountTotals(): Promise<Row[]> {
  const { click_months: clicks = [] } = await clickSums();
  const found = await env.DB.batch<Row>(
    ["order_months", "links", "stores"].map((table) => env.DB.prepare(`SELECT * FROM ${table}`)),
  );
  const [orders = [], links = [], stores = []] = found.map(({ results }) => results);
  const linkOf = new Map(links.map((link) => [link["id"], link]));
  const currencyOf = new Map(stores.map(({ id, currency = "" }) => [id, currency]));
  const numbers = ["conversions", "gross_minor", "refunded_minor", "commission_minor", "by_link", "by_code", "by_call"];
  const sums = ["clicks", "uniques", ...numbers, ...numbers.map((name) => `claimed_${name}`)];
  const nothing = Object.fromEntries(sums.map((name) => [name, 0]));
  const each = ({ creator_id, campaign_id, plan_id }: Row, row: Row): Row[] =>
    Object.entries({ all: "", creators: creator_id, campaigns: campaign_id, plans: plan_id }).map(([dim, key]) => ({
      ...nothing,
      dim,
      key: key ?? "",
      ...row,
    }));
  return addUp(
    [
      ...clicks.flatMap(({ link_id = null, counted = 0, unique_of_day = 0 }) => {
        const link = linkOf.get(link_id);
        if (link === undefined) return [];
        const { store_id = null } = link;
        const currency = currencyOf.get(store_id) ?? "";
        return each(link, { store_id: store_id ?? "", currency, clicks: counted, uniques: unique_of_day });
      }),
      ...orders.flatMap((order) => {
        const { store_id = "", currency = "", method, claimed, conversions = 0 } = order;
        const { gross_minor = 0, refunded_minor = 0, commission_minor = 0 } = order;
        const by = (name: string) => (method === name ? conversions : 0);
        const own: Row = { conversions, gross_minor, refunded_minor, commission_minor };
        const told: Row = { ...own, by_link: by("click"), by_code: by("code"), by_call: by("call") };
        const named = Object.entries(told).map(([name, sum]) => [claimed === 1 ? `claimed_${name}` : name, sum]);
        return each(order, { store_id, currency, ...(Object.fromEntries(named) as Row) });
      }),
    ],
    sums,
  );
}

interface StoredOrder {
  id: string;
  store_id: string;
  status: string;
  currency: string | null;
  refunded_minor: number | null;
  country: string | null;
  placed_at: number;
  method: string | null;
  shares: string;
  touches: string;
}

/** What {@link orderSums} should be, worked out order by order. `gone` are clicks that have left the log. */
export async function recountOrders(gone: ReadonlyMap<string, Row> = new Map()): Promise<Sums> {
  const all = async <Found>(sql: string) => (await env.DB.prepare(sql).all<Found>()).results;
  const stores = new Map((await all<Row>("SELECT * FROM stores")).map((store) => [store["id"], store]));
  const clicks = new Map([...gone, ...(await viewedClicks()).map((row) => [row["id"], row] as const)]);
  const commissions = await all<Row>("SELECT * FROM order_commissions");
  const facts = (await all<StoredOrder>("SELECT * FROM orders")).flatMap((order) => {
    if (!["received", "pending", "approved", "disputed"].includes(order.status)) return [];
    const store = stores.get(order.store_id);
    const shares = JSON.parse(order.shares) as Share[];
    const touches = JSON.parse(order.touches) as Touch[];
    const refunds = partsOf(order.refunded_minor ?? 0, shares.length);
    const currency = String(order.currency ?? store?.["currency"]);
    return shares.map((share, index): Row => {
      const [touch] = touches
        .filter(({ kind, linkId }) => kind !== "code" && linkId !== null && linkId === share.linkId)
        .toSorted((a, b) => b.time - a.time || (a.id < b.id ? -1 : 1));
      const click = clicks.get(touch?.id ?? "");
      const earned = commissions.find((row) => row["order_id"] === order.id && row["creator_id"] === share.creatorId);
      const known = earned?.["amount_minor"] != null && earned["currency"] != null;
      // Counted in no currency: it can't be said yet.
      const unsaid = earned?.["amount_minor"] === null && earned["currency"] !== null;
      return {
        order_id: order.id,
        store_id: order.store_id,
        creator_id: share.creatorId,
        campaign_id: share.campaignId ?? "",
        plan_id: share.planId ?? "",
        link_id: share.linkId ?? "",
        code_id: share.codeId ?? "",
        country: order.country ?? click?.["country"] ?? "",
        device: click?.["device"] ?? "",
        source: click?.["source"] ?? "",
        method: order.method ?? "",
        claimed: order.status === "received" ? 1 : 0,
        placed_at: order.placed_at,
        day: dayOf(String(store?.["timezone"]), order.placed_at),
        currency,
        conversions: index === 0 ? 1 : 0,
        gross_minor: Math.min(share.amountMinor ?? 0, order.status === "received" ? 1e12 : Infinity),
        refunded_minor: refunds[index] ?? 0,
        commission_minor: known ? (earned["amount_minor"] ?? 0) : Number(unsaid),
        commission_currency: known ? (earned["currency"] ?? "") : unsaid ? "" : currency,
      };
    });
  });
  return { order_facts: inOrder(facts), ...sumsOfFacts(facts) };
}

/** What the sums of facts should be. */
export function sumsOfFacts(facts: readonly Row[]): Sums {
  const fed = facts.flatMap(
    ({ order_id: _order, placed_at: _at, commission_minor = 0, commission_currency = "", ...fact }) => [
      { ...fact, commission_minor: 0 },
      { ...fact, currency: commission_currency, conversions: 0, gross_minor: 0, refunded_minor: 0, commission_minor },
    ],
  );
  const sums = ["conversions", "gross_minor", "refunded_minor", "commission_minor"];
  const months = fed.map(({ link_id: _l, code_id: _c, country: _co, device: _d, source: _s, day, ...rest }: Row) => ({
    ...rest,
    month: String(day).slice(0, 7),
  }));
  return { order_days: addUp(fed, sums), order_months: addUp(months, sums) };
}

/** Parts of an amount that are equal but for the units that are left over, which go to the first. */
function partsOf(amount: number, count: number): number[] {
  return Array.from({ length: count }, (_part, index) => Math.floor(amount / count) + (index < amount % count ? 1 : 0));
}
