import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { z } from "@hono/zod-openapi";
import doc from "../../../docs/reports.md?raw";
import { ingestAll } from "../../clicks/log-fixtures.ts";
import type { ClickMessage } from "../../../src/edge/click/message.ts";
import { readConfig } from "../../../src/ground/config.ts";
import type { AttributionSettings } from "../../../src/ground/model/attribution.ts";
import { balancesSchema } from "../../../src/books/ledger/schema.ts";
import type { EvidenceData } from "../../../src/ground/model/evidence.ts";
import { reportOf, ROW_SCHEMAS, trafficReport } from "../../../src/reports/report/schema.ts";
import { rebuildRollups } from "../../../src/reports/rollup/rebuild-run.ts";
import { rollUpOrders } from "../../../src/reports/rollup/orders-run.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { BROWSER, clickMessage } from "../../clicks/click-message.ts";
import { opening } from "../../opening.ts";
import { putCall } from "../../calls/call-rows.ts";
import { CAMPAIGN, id, NOW, PLAN, STORE } from "../../programme/generation-fixtures.ts";
import {
  claimed,
  clickOn,
  confirmed,
  DAY,
  HOUR,
  insertShop,
  LEA,
  LEA_LINK,
  POLICY,
  putLink,
  record,
  ZOE,
  ZOE_LINK,
} from "../../sales/order-fixtures.ts";
import { insertVersion, tenPercent } from "../../programme/rule-fixtures.ts";
import { orderRow, settleAll } from "../../books/settle-fixtures.ts";

/** The blocks of SQL of the document, by what they are named. */
const SQL = new Map(
  [...doc.matchAll(/^```sql\n-- (\w+)\n(.*?)\n```$/gms)].map(([, name = "", text = ""]) => [name, text] as const),
);

/** Numbers of creators, and the field of a report's row that each must agree with. */
const COUNTS = [
  "clicks",
  "uniqueClicks",
  "conversions",
  "claimedConversions",
  "linkConversions",
  "codeConversions",
  "callConversions",
  "codeUses",
  "waitingCommissions",
] as const;
const AMOUNTS = ["grossMinor", "refundedMinor", "salesMinor", "commissionMinor", "claimedSalesMinor"] as const;
const RATIOS = ["cvr", "epcMinor", "aovMinor"] as const;

/** A link of the store that is nobody's. */
const BARE_LINK = id("lnk", 903);

/** The night of this day in Berlin has 25 hours: clocks go back at 01:00 UTC. */
const LONG_DAY = "2026-10-25";
const MIDNIGHT = Date.UTC(2026, 9, 24, 22);

/** Draws the same numbers each time, from 0 to before `limit` (mulberry32). */
function drawing(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

const ingest = (clicks: readonly ClickMessage[]) => ingestAll(readConfig({}), clicks, NOW);

/** The shop, and what happened there. */
async function play(): Promise<void> {
  await insertShop();
  await env.DB.prepare("UPDATE stores SET timezone = 'Europe/Berlin' WHERE id = ?1").bind(STORE).run();
  await putLink({ id: BARE_LINK, kind: "tracking", planId: null, campaignId: null });
  // Of what is placed from then on, commissions of dollars hang on a rate that nobody enters.
  await insertVersion(PLAN, tenPercent({ capPerOrderMinor: 1_000_000 }), {
    version: 2,
    effectiveFrom: MIDNIGHT + HOUR,
  });
  await history(drawing(11));
}

/**
 * Forty days of a shop in Berlin around the day on which clocks go back, by what the Worker itself does: clicks
 * of all kinds, some late; orders that are claimed, confirmed, split, refunded, declined, tests, by hand, in
 * two currencies; and roll-ups in between, so that some of it is rolled up and some isn't.
 */
async function history(draw: (limit: number) => number): Promise<void> {
  const times = [MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + 25 * HOUR - 1, MIDNIGHT + 25 * HOUR, MIDNIGHT + 3 * HOUR];
  const time = () => (draw(3) === 0 ? (times[draw(times.length)] ?? 0) : NOW - 40 * DAY + draw(40 * DAY));
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item => items[draw(items.length)] ?? items[0];
  const click = (index: number): ClickMessage =>
    clickMessage({
      id: `clk_${index}`,
      linkId: pick([LEA_LINK, LEA_LINK, ZOE_LINK, BARE_LINK, id("lnk", 999)]),
      time: time(),
      pseudonym: pick([null, `visitor ${draw(3)}`]),
      bucket: pick(["visit", "visit", "visit", "head", "prefetch", "embedded", "inactive"] as const),
      userAgent: pick([BROWSER, BROWSER, BROWSER, "Googlebot/2.1"]),
    });
  const data = (): EvidenceData => ({
    currency: pick(["EUR", "EUR", "USD"]),
    totalMinor: 3_000 + draw(20_000),
    ...(draw(2) === 0 && { refundedMinor: draw(3_000) }),
    ...(draw(8) === 0 && { status: "cancelled" as const }),
    ...(draw(12) === 0 && { test: true }),
    codes: pick([["LEA10"], ["ZOE10"], ["LEA10", "ZOE10"], [], ["UNKNOWN"]]),
    ...(draw(3) === 0 && { phoneHash: "phone" }),
  });
  const callOf = { creatorId: LEA, campaignId: CAMPAIGN, callerHash: "phone" };
  for (const days of [20, 41]) await putCall({ ...callOf, startedAt: NOW - days * DAY });
  const policies: [AttributionSettings, ...AttributionSettings[]] = [
    POLICY,
    { ...POLICY, model: "split" },
    { ...POLICY, model: "split", windowDays: 7 },
    { ...POLICY, codePriority: true },
  ];
  const orderIds: string[] = [];
  for (let round = 0; round < 4; round++) {
    await ingest(Array.from({ length: 60 }, (_none, index) => click(round * 60 + index)));
    const reports = Array.from({ length: 30 }, (_none, index) => {
      const externalId = `${round}-${index}`;
      const placedAt = time();
      const clicks = [LEA_LINK, ZOE_LINK].filter(() => draw(2) === 0).map((linkId) => clickOn(linkId, placedAt - HOUR));
      // What only a browser tells of was placed when it came.
      return draw(4) === 0
        ? claimed({ ...data(), clicks }, { externalId, receivedAt: placedAt })
        : confirmed({ ...data(), clicks, placedAt }, { externalId, receivedAt: NOW - DAY + round });
    });
    for (const [policy, reported] of Map.groupBy(reports, () => pick(policies))) {
      orderIds.push(...(await record(reported, policy)).values());
    }
    await settleAll(NOW + round);
    if (round < 3) {
      await rollUpClicks(env, NOW);
      await rollUpOrders(env, NOW);
    }
    for (const orderId of orderIds.filter(() => draw(10) === 0)) {
      const { status, externalId } = await orderRow(orderId);
      if (status === "test" || status === "received") continue;
      const path = `/orders/${orderId}`;
      const refund = { ...data(), refundedMinor: draw(5_000) };
      await pick([
        () => api("POST", `${path}/attribute`, { creatorId: pick([LEA, ZOE, null]), reason: "by hand" }),
        () => api("POST", `${path}/dispute`, { reason: "unclear" }),
        () => api("POST", `${path}/decline`, { reason: "fraud" }),
        () => record([confirmed(refund, { externalId, receivedAt: NOW + round, sourceTime: NOW + round })]),
      ])();
    }
  }
  await api("POST", "/ledger", {
    type: "bonus",
    creatorId: ZOE,
    storeId: STORE,
    amount: "-3.50",
    currency: "EUR",
    reason: "agreed",
  });
}

/** Runs a block of the document for the shop, from one local day to another. */
async function run<Row>(name: string, from: string, to: string, withClaims = false): Promise<Row[]> {
  const values = { store: STORE, from, to };
  const given: string[] = [];
  const sql = SQL.get(name) ?? "";
  const text = (withClaims ? addClaims(sql) : sql).replaceAll(
    /:(store|from|to)\b/g,
    (_all, key: keyof typeof values) => {
      given.push(values[key]);
      return `?${given.length}`;
    },
  );
  const { results } = await env.DB.prepare(text)
    .bind(...given)
    .all<Row>();
  return results;
}

/** A block as the document says how to change it for `trust=all`. */
function addClaims(sql: string): string {
  return sql
    .replaceAll("o.status IN ('pending'", "o.status IN ('received', 'pending'")
    .replace(/\n +AND NOT EXISTS \(\n.*o\.trust = 'claimed'\)/, "");
}

const creatorsReport = reportOf(ROW_SCHEMAS.creators);
type CreatorRow = z.infer<typeof creatorsReport>["data"][number];

const report = async (from: string, to: string, query = "") =>
  bodyOf(creatorsReport, await api("GET", `/reports/creators?store=${STORE}&from=${from}&to=${to}${query}`));

/** What a report says of each creator: what isn't 0, by the creator and, of amounts, the currency. */
function said(rows: readonly CreatorRow[], value: (row: CreatorRow) => readonly (readonly [string, number | null])[]) {
  return new Map(
    rows.flatMap((row) =>
      value(row).flatMap(([of, number]) => (number ? [[`${row.creatorId} ${of}`, number] as const] : [])),
    ),
  );
}

/** What a block says, in the same form. */
function counted(rows: readonly Record<string, string | number | null>[], name: string) {
  return new Map(
    rows.flatMap((row) => {
      const number = Number(row[name]);
      return number === 0 ? [] : [[`${row["creatorId"]} ${row["currency"] ?? ""}`, number] as const];
    }),
  );
}

const sorted = (map: ReadonlyMap<string, number>) =>
  Object.fromEntries([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** A number of a creator in each currency. */
const byCurrency =
  (name: (typeof AMOUNTS)[number]) =>
  (row: CreatorRow): (readonly [string, number])[] =>
    [{ ...row, currency: row.currency ?? "" }, ...row.otherCurrencies].map(
      (part) => [part.currency, part[name]] as const,
    );

/** Local days from and to: all, the day on which clocks go back, and some around a change of months. */
const SPANS = [
  ["2026-10-11", "2026-11-20"],
  [LONG_DAY, LONG_DAY],
  ["2026-10-24", "2026-11-02"],
] as const;

const open = opening(play);

describe("the SQL of docs/reports.md", () => {
  it("counts what the report counts", async () => {
    await open();
    for (const [from, to] of SPANS) {
      const { data, total } = await report(from, to);
      for (const name of COUNTS) {
        const rows = counted(await run(name, from, to), name);
        expect(sorted(rows), name).toEqual(sorted(said(data, (row) => [["", row[name]]])));
        expect(
          [...rows.values()].reduce((sum, count) => sum + count, 0),
          name,
        ).toBe(total[name]);
        expect(total[name], name).toBeGreaterThan(0);
      }
    }
  });

  it("sums what the report sums, currency by currency", async () => {
    await open();
    for (const [from, to] of SPANS) {
      const { data, total } = await report(from, to);
      for (const name of AMOUNTS) {
        const rows = counted(await run(name, from, to), name);
        expect(sorted(rows), name).toEqual(sorted(said(data, byCurrency(name))));
        expect(total[name], name).toBeGreaterThan(0);
      }
    }
  });

  it("divides as the report divides", async () => {
    await open();
    for (const [from, to] of SPANS) {
      const { data } = await report(from, to);
      for (const name of RATIOS) {
        const rows = counted(await run(name, from, to), name);
        expect(sorted(rows), name).toEqual(sorted(said(data, (row) => [["", row[name]]])));
        expect(rows.size, name).toBeGreaterThan(0);
      }
    }
  });

  it("G-6: adds what is only claimed as trust=all does", async () => {
    await open();
    for (const [from, to] of SPANS) {
      const { data, total } = await report(from, to, "&trust=all");
      for (const name of [...COUNTS, ...RATIOS]) {
        const rows = counted(await run(name, from, to, true), name);
        expect(sorted(rows), name).toEqual(sorted(said(data, (row) => [["", row[name]]])));
      }
      for (const name of AMOUNTS) {
        expect(sorted(counted(await run(name, from, to, true), name)), name).toEqual(
          sorted(said(data, byCurrency(name))),
        );
      }
      const { total: confirmed } = await report(from, to);
      expect(total.conversions).toBe(confirmed.conversions + confirmed.claimedConversions);
      expect(total.salesMinor).toBe(confirmed.salesMinor + confirmed.claimedSalesMinor);
      expect(total.codeUses).toBeGreaterThan(confirmed.codeUses);
    }
  });

  it("counts requests by bucket", async () => {
    await open();
    for (const [from, to] of SPANS) {
      const answer = await api("GET", `/reports/traffic?store=${STORE}&from=${from}&to=${to}`);
      const { requests, start: _start, ...buckets } = bodyOf(trafficReport, answer).total;
      const rows = await run<{ bucket: string; requests: number }>("requests", from, to);
      const found = Object.fromEntries(rows.map((row) => [row.bucket, row.requests]));
      expect(found).toEqual(Object.fromEntries(Object.entries(buckets).filter(([, count]) => count > 0)));
      expect(Object.keys(found).length).toBeGreaterThan(3);
      expect(rows.reduce((sum, row) => sum + row.requests, 0)).toBe(requests);
    }
  });

  it("is run over a history that has all of this", async () => {
    await open();
    const all = async (sql: string) =>
      (await env.DB.prepare(sql).all<{ value: unknown }>()).results.map(({ value }) => value);
    expect(await all("SELECT DISTINCT status AS value FROM orders ORDER BY 1")).toEqual([
      "approved",
      "declined",
      "disputed",
      "orphan",
      "pending",
      "received",
      "test",
    ]);
    expect(await all("SELECT DISTINCT method AS value FROM orders WHERE method IS NOT NULL ORDER BY 1")).toEqual([
      "call",
      "click",
      "code",
      "manual",
    ]);
    expect(await all("SELECT DISTINCT bucket AS value FROM clicks ORDER BY 1")).toEqual([
      "bot",
      "counted",
      "duplicate",
      "embedded",
      "head",
      "inactive",
      "prefetch",
    ]);
    const found = async (sql: string) =>
      expect((await all(`SELECT count(*) AS value ${sql}`))[0], sql).toBeGreaterThan(0);
    await found(
      "FROM orders WHERE json_array_length(shares) = 2 AND refunded_minor % 2 = 1 AND status IN ('pending', 'approved')",
    );
    await found("FROM orders WHERE json_array_length(shares) = 2 AND total_minor % 2 = 1 AND currency = 'USD'");
    await found("FROM clicks WHERE visitor_key IS NULL AND bucket = 'counted'");
    await found("FROM clicks WHERE seq > (SELECT value FROM watermarks WHERE name = 'clicks')");
    await found("FROM order_rollups_due d JOIN order_facts f ON f.order_id = d.order_id");
    await found("FROM ledger WHERE type = 'accrual'");
  });

  it("is all run here", () => {
    const run = [...COUNTS, ...AMOUNTS, ...RATIOS, "requests", "balance", "unapproved"];
    expect([...SQL.keys()].toSorted()).toEqual(run.toSorted());
    expect(doc.match(/^```sql$/gm)).toHaveLength(run.length);
  });

  it("has a block for each number that the document's table names", () => {
    const table = doc.slice(doc.indexOf("| number "), doc.indexOf("Conversions that neither"));
    const numbers = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(numbers.length).toBeGreaterThanOrEqual(15);
    for (const name of numbers) expect(SQL.has(name ?? ""), name).toBe(true);
  });

  it("sums balances as the ledger does", async () => {
    await open();
    const { data } = bodyOf(balancesSchema, await api("GET", `/ledger/balances?store=${STORE}`));
    const of = (part: "balance" | "paid" | "unapproved") =>
      sorted(
        new Map(
          data.flatMap((row) => {
            const amount = row[part]?.amountMinor ?? 0;
            return amount === 0 ? [] : [[`${row.creatorId} ${row.currency}`, amount] as const];
          }),
        ),
      );
    const balances = await run<Record<string, string | number>>("balance", "", "");
    expect(sorted(counted(balances, "balance"))).toEqual(of("balance"));
    expect(sorted(counted(balances, "paid"))).toEqual(of("paid"));
    expect(sorted(counted(await run("unapproved", "", ""), "unapproved"))).toEqual(of("unapproved"));
    expect(Object.keys(of("balance")).length).toBeGreaterThan(1);
    expect(Object.keys(of("unapproved")).length).toBeGreaterThan(0);
  });

  it("agrees before and after everything is rolled up, and after a rebuild", async () => {
    await open();
    const [from, to] = SPANS[0];
    const before = await report(from, to);
    await rollUpClicks(env, NOW);
    await rollUpOrders(env, NOW);
    expect(await report(from, to)).toEqual(before);
    await api("POST", "/rollups/rebuild");
    await rebuildRollups(env, NOW);
    await rollUpOrders(env, NOW);
    expect(await report(from, to)).toEqual(before);
  });
});
