import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { createIdSource } from "../../../src/ground/id.ts";
import { settleDue } from "../../../src/books/ledger/settle-run.ts";
import { receive } from "../../../src/books/reconcile/receive-run.ts";
import {
  type Discrepancy,
  discrepancySchema,
  reconciliationDetail,
  reconciliationSchema,
} from "../../../src/books/reconcile/schema.ts";
import { tidyReconciliations } from "../../../src/books/reconcile/tidy-run.ts";
import { reconcile } from "../../../src/books/reconcile/run.ts";
import { recordDeals } from "../../../src/calls/deal/record-run.ts";
import { findStore } from "../../../src/programme/store/store.ts";
import { runCron } from "../../../src/cron.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { id, insertStore, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { leaCall, putDeal } from "../../calls/credit-fixtures.ts";
import { book } from "../money-fixtures.ts";
import {
  allRows,
  claimed,
  confirmed,
  DAY,
  HOUR,
  insertShop,
  LEA,
  record,
  recordDeps,
} from "../../sales/order-fixtures.ts";
import { SHOPIFY } from "./reconcile-files.ts";

const HEADER = "order_id,placed_at,currency,total,subtotal,refunded,status,codes";
const LOST = new Error("D1_ERROR: Network connection lost.");

beforeEach(async () => {
  await insertShop();
});

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  // What is left behind answers would run into the next test's database.
  for (const { id: reconciliation, status } of (
    await pagesOf(reconciliationSchema, "/reconciliations?limit=50")
  ).flat()) {
    if (status === "classifying" || status === "applying") await done(reconciliation);
  }
});

const iso = (time: number): string => new Date(time).toISOString();

/** A line of the generic CSV: an order of today that is paid. */
function line(orderId: string, cells: Partial<Record<string, string>> = {}): string {
  const known = { order_id: orderId, placed_at: iso(NOW - HOUR), currency: "EUR", total: "49.90", status: "paid" };
  const row: Partial<Record<string, string>> = { ...known, ...cells };
  return HEADER.split(",")
    .map((name) => row[name] ?? "")
    .join(",");
}

const csvOf = (...lines: string[]): string => [HEADER, ...lines].join("\n");

const CSV = { "content-type": "text/csv" };

function post(body: unknown, query = "", headers: Record<string, string> = CSV) {
  return api("POST", `/reconciliations?store=${STORE}${query}`, body, headers);
}

/** Uploads a file, and answers its reconciliation as it was answered. */
async function upload(body: unknown, query = "", headers: Record<string, string> = CSV) {
  const answer = await post(body, query, headers);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return bodyOf(reconciliationDetail, answer);
}

async function read(reconciliation: string) {
  return bodyOf(reconciliationDetail, await api("GET", `/reconciliations/${reconciliation}`));
}

/** The reconciliation once nothing of it is under way: by the work behind the answer, or else the cron's. */
async function done(reconciliation: string) {
  for (let [tries, still, before] = [0, 0, ""]; tries < 1000; tries++) {
    const found = await read(reconciliation);
    if (found.status === "ready" || found.status === "failed") return found;
    const now = JSON.stringify(found);
    still = now === before ? still + 1 : 0;
    before = now;
    if (still > 20) await reconcile(env, NOW + HOUR);
    await scheduler.wait(20);
  }
  throw new Error("it is never done");
}

/** Uploads a file, and waits until it is compared. */
async function compared(body: unknown, query = "", headers: Record<string, string> = CSV) {
  const { id: reconciliation } = await upload(body, query, headers);
  return done(reconciliation);
}

async function rowsOf(reconciliation: string, name?: string): Promise<Discrepancy[]> {
  const filter = name === undefined ? "" : `&class=${name}`;
  const pages = await pagesOf(discrepancySchema, `/reconciliations/${reconciliation}/discrepancies?limit=200${filter}`);
  return pages.flat();
}

/** What differs, as CSV. */
function csvFrom(reconciliation: string): Promise<Response> {
  const path = `/api/v1/reconciliations/${reconciliation}/discrepancies?format=csv`;
  return exports.default.fetch(`https://go.brand.example${path}`, {
    headers: { authorization: `Bearer ${env.ADMIN_API_KEY}` },
  });
}

/** Applies rows, however little matches. */
async function apply(reconciliation: string, body: Record<string, unknown>) {
  const confirmed = { confirmUnmatched: true, ...body };
  const answer = await api("POST", `/reconciliations/${reconciliation}/apply`, confirmed);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return done(reconciliation);
}

const PAID = { currency: "EUR", totalMinor: 4990, status: "paid", placedAt: NOW - HOUR } as const;

/** Records an order as the store's server reports it. */
const tracked = (externalId: string, data: Parameters<typeof confirmed>[0] = {}) =>
  confirmed({ ...PAID, ...data }, { externalId });

/** Locks the store's books up to a time. */
async function lockUpTo(toAt: number): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO periods (id, store_id, from_at, to_at, locked_at, locked_by, created_at)
     VALUES (?1, ?2, 0, ?3, ?4, 'bootstrap', ?4)`,
  )
    .bind(id("per", 1), STORE, toAt, NOW)
    .run();
}

/** Orders and a file that give every class once. */
async function everyClass(): Promise<string> {
  const early = NOW - 11 * DAY;
  await lockUpTo(NOW - 10 * DAY);
  await record([
    tracked("1001", { codes: ["LEA10"] }),
    tracked("1003"),
    tracked("1004", { totalMinor: 5000 }),
    tracked("1005", { currency: "USD", totalMinor: 5500 }),
    tracked("1006"),
    tracked("1008"),
    tracked("1009", { totalMinor: 4000, placedAt: early }),
    tracked("1011", { test: true }),
    tracked("1012", { placedAt: NOW - 40 * DAY }),
    claimed({ currency: "EUR", totalMinor: 4990 }, { externalId: "1013" }),
  ]);
  // Sold on the phone, under no id of the shop's: no export has it.
  await putDeal((await leaCall()).id, { placedAt: NOW - HOUR });
  await recordDeals(env, NOW);
  await settleDue(recordDeps());
  return csvOf(
    line("1001", { subtotal: "45.00", codes: "LEA10" }),
    line("1002"),
    line("1004"),
    line("1005"),
    line("1006", { status: "cancelled" }),
    line("1001", { total: "1.00" }),
    line("1007", { codes: "VIP;lea10" }),
    line("1008", { refunded: "9.90" }),
    line("1009", { placed_at: iso(early) }),
    line("1010", { placed_at: iso(early) }),
    line("1014", { total: '"1,234"' }),
    line("1013"),
  );
}

const EVERY_CLASS: Readonly<Record<string, string[]>> = {
  amount_mismatch: ["1004"],
  code_without_conversion: ["1007"],
  currency_mismatch: ["1005"],
  duplicate: ["1001"],
  late_after_lock: ["1009", "1010"],
  matched: ["1001"],
  missing_in_store: ["1003"],
  missing_in_tracker: ["1002"],
  refund_not_applied: ["1008"],
  status_mismatch: ["1006", "1013"],
  unreadable: ["1014"],
};

describe("comparing an export", () => {
  test("gives each row its class, and finds what the export lacks", async () => {
    const { id: reconciliation, ...found } = await compared(await everyClass());
    expect(found).toMatchObject({
      storeId: STORE,
      status: "ready",
      dryRun: false,
      preset: "generic",
      format: "csv",
      progress: { rows: 12, classified: 12, selected: 0, applied: 0 },
      from: "2026-11-09T00:00:00.000Z",
      to: "2026-11-21T00:00:00.000Z",
      sameFileAs: null,
      failure: null,
    });
    expect(found.counts).toEqual(
      Object.fromEntries(Object.entries(EVERY_CLASS).map(([name, ids]) => [name, ids.length])),
    );
    for (const [name, ids] of Object.entries(EVERY_CLASS)) {
      const rows = await rowsOf(reconciliation, name);
      expect(
        rows.map(({ externalId }) => externalId),
        name,
      ).toEqual(ids);
    }
  });

  test("tells of each row what the store says, what differs, and which order it is", async () => {
    const { id: reconciliation } = await compared(await everyClass());
    const orders = (await allRows()).orders;
    const orderId = (externalId: string) => orders.find((row) => row["external_id"] === externalId)?.["id"];
    const [late] = await rowsOf(reconciliation, "late_after_lock");
    expect(late).toEqual({
      n: 9,
      externalId: "1009",
      class: "late_after_lock",
      orderId: orderId("1009"),
      store: {
        placedAt: iso(NOW - 11 * DAY),
        total: { amountMinor: 4990, currency: "EUR" },
        subtotal: null,
        discount: null,
        shipping: null,
        tax: null,
        refunded: null,
        status: "paid",
        unknownStatus: null,
        codes: [],
      },
      fault: null,
      differences: [{ field: "total", store: 4990, tracker: 4000 }],
      selectedAt: null,
      appliedAt: null,
      outcome: null,
    });
    expect(await rowsOf(reconciliation, "code_without_conversion")).toMatchObject([
      {
        n: 7,
        orderId: null,
        store: { codes: ["VIP", "lea10"] },
        differences: [{ field: "order", store: "1007", tracker: null }],
      },
    ]);
    expect(await rowsOf(reconciliation, "missing_in_store")).toMatchObject([
      {
        n: 13,
        orderId: orderId("1003"),
        store: null,
        differences: [
          { field: "order", store: null, tracker: "1003" },
          { field: "currency", store: null, tracker: "EUR" },
          { field: "total", store: null, tracker: 4990 },
        ],
      },
    ]);
    expect(await rowsOf(reconciliation, "unreadable")).toMatchObject([
      { n: 11, store: null, fault: "total: 1,234 is no amount, or can be read in two ways", differences: [] },
    ]);
  });

  test("sums each class up, as the store and as the tracker has it, currency by currency", async () => {
    const { totals } = await compared(await everyClass());
    const eur = (amountMinor: number) => [{ amountMinor, currency: "EUR" }];
    expect(totals).toEqual({
      matched: { store: eur(4990), tracker: eur(4990) },
      amount_mismatch: { store: eur(4990), tracker: eur(5000) },
      currency_mismatch: { store: eur(4990), tracker: [{ amountMinor: 5500, currency: "USD" }] },
      status_mismatch: { store: eur(9980), tracker: eur(9980) },
      refund_not_applied: { store: eur(4990), tracker: eur(4990) },
      late_after_lock: { store: eur(9980), tracker: eur(4000) },
      missing_in_tracker: { store: eur(4990), tracker: [] },
      code_without_conversion: { store: eur(4990), tracker: [] },
      missing_in_store: { store: [], tracker: eur(4990) },
      duplicate: { store: eur(100), tracker: [] },
      unreadable: { store: [], tracker: [] },
    });
  });

  test("sums up what is past a number's end", async () => {
    // The most that one order may come to: 90 of them fit.
    const most = { total: "1000000000000.00", currency: "IRR" };
    const lines = (count: number) => Array.from({ length: count }, (_line, index) => line(`${count}-${index}`, most));
    expect((await compared(csvOf(...lines(91)))).totals?.missing_in_tracker?.store).toEqual([
      { amountMinor: null, currency: "IRR" },
    ]);
    expect((await compared(csvOf(...lines(90)))).totals?.missing_in_tracker?.store).toEqual([
      { amountMinor: 90 * 10 ** 14, currency: "IRR" },
    ]);
  });

  test("G2-1: a row with more than an order may come to can't be read, and says so", async () => {
    const { id: reconciliation } = await compared(
      csvOf(line("1", { total: "10000000.01" }), line("2", { refunded: "90071992547409.92" }), line("3")),
    );
    const said =
      "must be 10000000.00 EUR at most, which no order comes to: is it in minor units, or in another currency?";
    expect((await rowsOf(reconciliation, "unreadable")).map(({ externalId, fault }) => [externalId, fault])).toEqual([
      ["1", `total: ${said}`],
      ["2", `refunded: ${said}`],
    ]);
  });

  test("G2-8: finds an order whose id has blanks around it, whether the file has them or not", async () => {
    await record([tracked(" 77 "), tracked("78 "), tracked(" 79"), tracked("80"), tracked("77x"), tracked(" 81 ")]);
    const file = csvOf(
      line("77"),
      line(" 78"),
      line(" 79"),
      line(" 80 ", { total: "50.00" }),
      line("77x"),
      line("81", { total: "50.00" }),
    );
    const found = await compared(file);
    expect(found.counts).toEqual({ matched: 4, amount_mismatch: 2 });
    const rows = await rowsOf(found.id);
    expect(rows.map(({ externalId, class: name }) => [externalId, name])).toEqual([
      ["80", "amount_mismatch"],
      ["81", "amount_mismatch"],
    ]);
    // What is applied is said of the order that is there.
    await apply(found.id, { classes: ["amount_mismatch"] });
    const { results } = await env.DB.prepare("SELECT external_id, total_minor FROM orders ORDER BY external_id").all<{
      external_id: string;
      total_minor: number;
    }>();
    expect(results.map((row) => [row.external_id, row.total_minor])).toEqual([
      [" 77 ", 4990],
      [" 79", 4990],
      [" 81 ", 5000],
      ["77x", 4990],
      ["78 ", 4990],
      ["80", 5000],
    ]);
  });

  test("G2-8: takes the order whose id it is to the letter, where there are two, and names the other", async () => {
    await record([tracked(" 77 "), tracked("77", { totalMinor: 100 })]);
    const { counts } = await compared(csvOf(line("77", { total: "1.00" })));
    expect(counts).toEqual({ matched: 1, tracked_twice: 1 });
  });

  test("lists what differs page by page, without what matches", async () => {
    const { id: reconciliation } = await compared(await everyClass());
    const path = `/reconciliations/${reconciliation}/discrepancies`;
    const pages = await pagesOf(discrepancySchema, `${path}?limit=5`);
    expect(pages.map((page) => page.length)).toEqual([5, 5, 2]);
    const all = Object.keys(EVERY_CLASS)
      .filter((name) => name !== "matched")
      .flatMap((name) => EVERY_CLASS[name]);
    expect(pages.flat().map(({ externalId }) => externalId)).toEqual(all);
    const one = await pagesOf(discrepancySchema, `${path}?limit=1&class=late_after_lock`);
    expect(one.map((page) => page.map(({ n }) => n))).toEqual([[9], [10]]);
    expectInvalid(await api("GET", `${path}?class=other`), "class");
    expectInvalid(await api("GET", `${path}?cursor=x`), "cursor");
  });

  test("gives the same list as CSV", async () => {
    const { id: reconciliation } = await compared(await everyClass());
    const response = await csvFrom(reconciliation);
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const [header, first, ...rest] = (await response.text()).trimEnd().split("\r\n");
    expect(header).toBe(
      "n,externalId,class,orderId,placedAt,storeCurrency,storeTotalMinor,storeRefundedMinor,storeStatus,codes,differences,fault,appliedAt,outcome",
    );
    expect(first).toMatch(
      /^3,1004,amount_mismatch,ord_\w{16},2026-11-20T11:00:00.000Z,EUR,4990,,paid,,"total: 4990 in the store, 5000 tracked",,,$/,
    );
    expect(rest.length).toBe(11);
  });

  test("looks for orders in the time that the caller names", async () => {
    await record([
      tracked("1"),
      tracked("2", { placedAt: NOW - 40 * DAY }),
      tracked("3", { placedAt: NOW - 50 * DAY }),
    ]);
    const file = csvOf(line("9"));
    const span = `&from=${iso(NOW - 50 * DAY)}&to=${iso(NOW - HOUR)}`;
    const found = await compared(file, span);
    expect((await rowsOf(found.id, "missing_in_store")).map(({ externalId }) => externalId)).toEqual(["3", "2"]);
    expect([found.from, found.to]).toEqual([iso(NOW - 50 * DAY), iso(NOW - HOUR)]);
    const fromAlone = await compared(file, `&from=${iso(NOW - 41 * DAY)}`);
    expect((await rowsOf(fromAlone.id, "missing_in_store")).map(({ externalId }) => externalId)).toEqual(["2", "1"]);
  });

  test("looks for no order where the file has no times", async () => {
    await record([tracked("1")]);
    const found = await compared(csvOf(line("9", { placed_at: "" })));
    expect([found.from, found.to, found.counts]).toEqual([null, null, { missing_in_tracker: 1 }]);
  });

  test("looks for no order that was placed after the file came", async () => {
    const now = NOW + HOUR;
    vi.useFakeTimers({ toFake: ["Date"], now });
    await record([tracked("1", { placedAt: now - 1000 }), tracked("2", { placedAt: now + HOUR })]);
    const found = await compared(csvOf(line("9", { placed_at: iso(now - 2000) })));
    expect((await rowsOf(found.id, "missing_in_store")).map(({ externalId }) => externalId)).toEqual(["1"]);
    expect(found.to).toBe(iso(now));
  });

  test("takes days for those of the store's time zone", async () => {
    await env.DB.prepare("UPDATE stores SET timezone = 'America/New_York'").run();
    const found = await compared(csvOf(line("9", { placed_at: "2026-11-20" })));
    expect([found.from, found.to]).toEqual(["2026-11-20T05:00:00.000Z", "2026-11-21T05:00:00.000Z"]);
  });

  test("takes an order that a row names for there, even if the row can't be read", async () => {
    await record([tracked("1"), tracked("2")]);
    expect((await compared(csvOf(line("1", { total: "?" }), line("2")))).counts).toEqual({ unreadable: 1, matched: 1 });
  });

  test("calls nothing a duplicate of a row that can't be read", async () => {
    expect((await compared(csvOf(line("1", { total: "?" }), line("1"), line("1")))).counts).toEqual({
      unreadable: 1,
      missing_in_tracker: 1,
      duplicate: 1,
    });
  });

  test("knows the orders and codes of the store alone", async () => {
    await insertStore({ id: id("str", 2), provider: "ast" });
    await record([tracked("1")]);
    const answer = await api(
      "POST",
      `/reconciliations?store=${id("str", 2)}`,
      csvOf(line("1", { codes: "LEA10" })),
      CSV,
    );
    expect((await done(bodyOf(reconciliationDetail, answer).id)).counts).toEqual({ missing_in_tracker: 1 });
  });

  test("reads a shop's own export, which its header tells", async () => {
    await record([tracked("#1001", { totalMinor: 9480, subtotalMinor: 8990, placedAt: Date.UTC(2026, 10, 20, 8) })]);
    const found = await compared(SHOPIFY);
    expect(found.preset).toBe("shopify");
    expect(found.counts).toEqual({ matched: 1, code_without_conversion: 1, missing_in_tracker: 2 });
    expectInvalid(await post(SHOPIFY, "&preset=magento"), "placed_at");
    expect((await compared(SHOPIFY, `&map=${encodeURIComponent('{"order_id": "Email"}')}`)).counts).toMatchObject({
      code_without_conversion: 1,
      unreadable: 3,
    });
  });

  test.each([
    ["application/json", (rows: unknown[]) => JSON.stringify(rows)],
    ["application/json; charset=utf-8", (rows: unknown[]) => JSON.stringify({ rows })],
    ["application/x-ndjson", (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join("\n")],
  ])("reads %s", async (type, write) => {
    await record([tracked("1")]);
    const rows = [{ order_id: "1", currency: "EUR", total: 49.9, status: "paid" }, 7];
    const found = await compared(write(rows), "", { "content-type": type });
    expect([found.format, found.preset, found.counts]).toEqual(["json", "generic", { matched: 1, unreadable: 1 }]);
  });

  test("tells of the same file that it was there before, whatever its name was", async () => {
    const file = csvOf(line("1"));
    const first = await upload(file);
    const second = await upload(file, "&dryRun=true");
    const other = await upload(`${file}\n`);
    expect([first.sameFileAs, second.sameFileAs, other.sameFileAs]).toEqual([null, first.id, null]);
    const third = await upload(file);
    expect([third.sameFileAs, (await read(third.id)).sameFileAs]).toEqual([second.id, second.id]);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(file));
    expect(first.fileHash).toBe(new Uint8Array(digest).toHex());
  });
});

describe("an upload", () => {
  test("is answered before it is compared, and listed", async () => {
    const answer = await upload(csvOf(line("1"), line("2")), "&dryRun=true");
    expect(answer).toMatchObject({
      status: "classifying",
      dryRun: true,
      counts: {},
      totals: null,
      bytes: csvOf(line("1"), line("2")).length,
      progress: { rows: 2, classified: 0, selected: 0, applied: 0 },
    });
    await done(answer.id);
    await upload(csvOf(line("1")));
    const pages = await pagesOf(reconciliationSchema, `/reconciliations?store=${STORE}&limit=1`);
    expect(pages.map((page) => page.length)).toEqual([1, 1]);
    expect(pages[1]?.[0]?.id).toBe(answer.id);
    expect(await pagesOf(reconciliationSchema, `/reconciliations?store=${id("str", 9)}&limit=1`)).toEqual([[]]);
  });

  test("is kept in the audit log", async () => {
    const { id: reconciliation } = await upload(csvOf(line("1")));
    const entry = await env.DB.prepare("SELECT action, entity, entity_id AS id, actor FROM audit_log").first();
    expect(entry).toEqual({ action: "import", entity: "reconciliation", id: reconciliation, actor: "bootstrap" });
  });

  test("of 20,000 rows comes in pieces and is compared to the last", async () => {
    await record([tracked("7"), tracked("19999"), tracked("none")]);
    const encoder = new TextEncoder();
    let n = -1;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const lines = Array.from({ length: 250 }, () => {
          n += 1;
          return n === 0 ? `${HEADER}\r\n` : `${line(`${n}`, { codes: "VIP" })}\r\n`;
        });
        controller.enqueue(encoder.encode(lines.join("")));
        if (n >= 19_999) controller.close();
      },
    });
    const answer = await upload(body);
    expect(answer.progress.rows).toBe(19_999);
    const found = await done(answer.id);
    expect(found.counts).toEqual({ missing_in_tracker: 19_997, matched: 2, missing_in_store: 1 });
    expect(found.totals?.missing_in_tracker?.store).toEqual([{ amountMinor: 19_997 * 4990, currency: "EUR" }]);
    expect(await rowsOf(found.id, "missing_in_store")).toMatchObject([{ n: 20_000, externalId: "none" }]);
    const [, ...lines] = (await (await csvFrom(found.id)).text()).trimEnd().split("\r\n");
    expect(new Set(lines.map((text) => Number(text.split(",")[0]))).size).toBe(19_998);
    expect(lines.length).toBe(19_998);
  });

  test("that breaks off is marked as failed", async () => {
    const encoder = new TextEncoder();
    let pulls = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulls += 1;
        if (pulls === 3) controller.error(new Error("gone"));
        else
          controller.enqueue(
            encoder.encode(pulls === 1 ? `${HEADER}\n` : `${Array(1500).fill(line("1")).join("\n")}\n`),
          );
      },
    });
    const store = await findStore({ db: openDatabase(env.DB) } as Parameters<typeof findStore>[0], STORE);
    if (store === null) throw new Error("there is no store");
    const given = {
      store,
      actor: "bootstrap",
      format: "csv",
      preset: null,
      map: {},
      dryRun: false,
      from: null,
      to: null,
      dateOrder: null,
      statuses: new Map<string, never>(),
    } as const;
    const deps = {
      d1: env.DB,
      now: () => NOW,
      newId: createIdSource(
        () => NOW,
        (bytes) => void crypto.getRandomValues(bytes),
      ),
    };
    await expect(receive(deps, given, body)).rejects.toThrow("gone");
    const [row] = (await pagesOf(reconciliationSchema, "/reconciliations?limit=5")).flat();
    expect(row).toMatchObject({ status: "failed", failure: "The upload broke off after 1500 rows.", fileHash: null });
    expect(problemOf(await api("POST", `/reconciliations/${row?.id}/apply`, { classes: ["matched"] })).code).toBe(
      "reconciliation_busy",
    );
  });

  test("that nothing is heard of any more is given up by the cron, one that goes on isn't", async () => {
    const columns =
      "id, store_id, status, dry_run, preset, format, bytes, rows, classified_to, selected, applied, actor, created_at, updated_at";
    const insert = env.DB.prepare(
      `INSERT INTO reconciliations (${columns}) VALUES (?1, '${STORE}', 'receiving', 0, 'generic', 'csv', 9, 7, 0, 0, 0, 'bootstrap', ?2, ?3)`,
    );
    const [gone, alive] = [id("rec", 1), id("rec", 2)];
    await env.DB.batch([
      insert.bind(gone, NOW - HOUR, NOW - HOUR / 4),
      insert.bind(alive, NOW - HOUR, NOW - HOUR / 4 + 1),
    ]);
    await reconcile(env, NOW);
    expect(await read(gone)).toMatchObject({ status: "failed", failure: "The upload broke off after 7 rows." });
    expect((await read(alive)).status).toBe("receiving");
  });

  test("outlives a moment in which D1 is gone", async () => {
    const write = env.DB.batch.bind(env.DB);
    const spy = vi.spyOn(env.DB, "batch");
    spy.mockImplementationOnce(async (statements) => {
      await write(statements);
      throw LOST;
    });
    const found = await compared(csvOf(line("1"), line("2")));
    expect(found.counts).toEqual({ missing_in_tracker: 2 });
  });

  test.each([
    ["text/plain"],
    ["application/vnd.ms-excel"],
    ["text/csv; charset=iso-8859-1"],
    ["multipart/form-data; boundary=x"],
    ["constructor"],
    [""],
  ])("as %j is refused", async (type) => {
    const answer = await post(new TextEncoder().encode(csvOf(line("1"))), "", { "content-type": type });
    expect(problemOf(answer)).toMatchObject({ status: 415, code: "unsupported_type" });
  });

  test.each([
    ["a header that is not known", "a,b\n1,2", CSV, 422, ["order_id", "currency", "total"]],
    ["nothing", "", CSV, 422, [""]],
    ["an object", '{"order_id": "1"}', { "content-type": "application/json" }, 422, [""]],
  ])("of %s is refused, and nothing of it is kept", async (_what, body, headers, status, paths) => {
    const problem = problemOf(await post(body, "", headers));
    expect(problem).toMatchObject({ status, code: "validation_failed" });
    expect(problem.errors?.map(({ path }) => path)).toEqual(paths);
    expect(await pagesOf(reconciliationSchema, "/reconciliations?limit=5")).toEqual([[]]);
  });

  test("of JSON that breaks is refused, and what came before is marked as failed", async () => {
    const rows = Array.from({ length: 1100 }, (_none, n) => ({ order_id: `${n}`, currency: "EUR", total: 1 }));
    const answer = await post(`${JSON.stringify(rows)}]`, "", { "content-type": "application/json" });
    expect(problemOf(answer)).toMatchObject({ status: 400, code: "malformed_json" });
    expect(await pagesOf(reconciliationSchema, "/reconciliations?limit=5")).toMatchObject([[{ status: "failed" }]]);
  });

  test.each([
    ["", "store"],
    ["store=str_0000000000000000", "store"],
    ["store=x", "store"],
    [`store=${STORE}&preset=etsy`, "preset"],
    [`store=${STORE}&dryRun=yes`, "dryRun"],
    [`store=${STORE}&from=yesterday`, "from"],
    [`store=${STORE}&from=2026-11-20T00:00:00Z&to=2026-11-20T00:00:00Z`, "to"],
    [`store=${STORE}&map={`, "map"],
    [`store=${STORE}&map=["a"]`, "map"],
    [`store=${STORE}&map={"colour":"red"}`, "map"],
    [`store=${STORE}&map={"total":7}`, "map"],
    [`store=${STORE}&map={"total":""}`, "map"],
    [`store=${STORE}&colour=red`, "colour"],
  ])("with ?%s is refused", async (query, path) => {
    expectInvalid(await api("POST", `/reconciliations?${query}`, csvOf(line("1")), CSV), path);
  });

  test("is refused by its announced length, by what comes, and by its rows", async () => {
    const announced = await post(new Uint8Array(67_108_865));
    expect(problemOf(announced)).toMatchObject({ status: 413, code: "body_too_large" });

    const filler = new TextEncoder().encode(`${line("1", { codes: "x".repeat(60_000) })}\n`);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(sent === 0 ? new TextEncoder().encode(`${HEADER}\n`) : filler);
        sent += filler.length;
        if (sent > 80_000_000) controller.error(new Error("nobody stops it"));
      },
    });
    const streamed = await post(endless);
    expect(problemOf(streamed)).toMatchObject({ status: 413, code: "body_too_large" });
    expect(sent).toBeLessThan(70_000_000);

    const rows = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("order_id,currency,total\n"));
        for (let n = 0; n < 201; n++) controller.enqueue(new TextEncoder().encode("1,EUR,5\n".repeat(1000)));
        controller.close();
      },
    });
    expect(problemOf(await post(rows))).toMatchObject({ status: 413, code: "body_too_large" });
    expect((await pagesOf(reconciliationSchema, "/reconciliations?limit=5")).flat()).toMatchObject([
      { status: "failed", progress: { rows: 200_000 } },
      { status: "failed", progress: { rows: 1000 } },
    ]);
  });

  test("is the only body that is read so: any other POST takes JSON of 1 MiB at most", async () => {
    const large = problemOf(await api("POST", "/stores", " ".repeat(2_000_000), CSV));
    expect(large).toMatchObject({ status: 413, code: "body_too_large" });
    expect(problemOf(await api("POST", `/reconciliations/${id("rec", 1)}/apply`, "x,y", CSV)).code).toBe(
      "malformed_json",
    );
  });

  test("with an Idempotency-Key is one upload, however often it comes", async () => {
    const headers = { ...CSV, "idempotency-key": "nightly-1" };
    const file = csvOf(line("1"));
    const first = await upload(file, "", headers);
    expect(await upload(file, "", headers)).toEqual(first);
    expect(problemOf(await post(csvOf(line("2")), "", headers))).toMatchObject({
      status: 409,
      code: "idempotency_key_reused",
    });
    const found = (await pagesOf(reconciliationSchema, "/reconciliations?limit=5")).flat();
    expect(found.map(({ id: one, status }) => (one === first.id ? "first" : status))).toEqual([
      "failed",
      "failed",
      "first",
    ]);
    expect((await done(first.id)).counts).toEqual({ missing_in_tracker: 1 });
  });

  test("and all that is done with it needs a key for orders", async () => {
    const { id: reconciliation } = await compared(csvOf(line("1")));
    await expectGuarded("POST", `/reconciliations?store=${STORE}`, "orders:write");
    await expectGuarded("GET", "/reconciliations", "orders:read");
    await expectGuarded("GET", `/reconciliations/${reconciliation}`, "orders:read");
    await expectGuarded("GET", `/reconciliations/${reconciliation}/discrepancies`, "orders:read");
    await expectGuarded("POST", `/reconciliations/${reconciliation}/apply`, "orders:write");
  });

  test("that isn't there is not found", async () => {
    const path = `/reconciliations/${id("rec", 1)}`;
    for (const answer of [
      await api("GET", path),
      await api("GET", `${path}/discrepancies`),
      await api("POST", `${path}/apply`, { classes: ["matched"] }),
    ]) {
      expect(problemOf(answer)).toMatchObject({ status: 404, code: "not_found" });
    }
  });
});

describe("work behind an upload", () => {
  /** Lets each batch that writes what `text` names fail once, after so many of them. */
  function failAfter(good: number, text: string, error = LOST) {
    const write = env.DB.batch.bind(env.DB);
    let seen = 0;
    return vi.spyOn(env.DB, "batch").mockImplementation(async (statements: D1PreparedStatement[]) => {
      const writes = statements.some((statement) =>
        (statement as unknown as { statement: string }).statement.includes(text),
      );
      if (writes && seen++ >= good) throw error;
      return write(statements);
    });
  }

  /** Waits until the reconciliation stands where it should. */
  async function until(reconciliation: string, holds: (found: Awaited<ReturnType<typeof read>>) => boolean) {
    for (let tries = 0; tries < 200; tries++) {
      const found = await read(reconciliation);
      if (holds(found)) return found;
      await scheduler.wait(20);
    }
    throw new Error("it never stands there");
  }

  const many = (count: number) => csvOf(...Array.from({ length: count }, (_none, n) => line(`m${n}`)));

  test("goes on where it failed, and tells how far it is", async () => {
    await record([tracked("m0"), tracked("gone")]);
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const spy = failAfter(1, "class = excluded.class");
    const { id: reconciliation } = await upload(many(2500));
    const stuck = await until(reconciliation, ({ progress }) => progress.classified === 1000);
    expect(stuck).toMatchObject({
      status: "classifying",
      counts: { matched: 1, missing_in_tracker: 999 },
      totals: null,
    });
    expect(
      problemOf(await api("POST", `/reconciliations/${reconciliation}/apply`, { classes: ["matched"] })),
    ).toMatchObject({
      status: 409,
      code: "reconciliation_busy",
    });
    await expect(reconcile(env, NOW)).rejects.toThrow(LOST.message);
    expect((await read(reconciliation)).progress.classified).toBe(1000);
    spy.mockRestore();
    expect((await done(reconciliation)).counts).toEqual({ matched: 1, missing_in_tracker: 2499, missing_in_store: 1 });
  });

  test("that failed for orders that are missing goes on there, and adds none twice", async () => {
    await record(Array.from({ length: 1200 }, (_none, n) => tracked(`t${n}`)));
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const spy = failAfter(1, "INSERT INTO reconciliation_rows (reconciliation_id, n, external_id, class");
    const { id: reconciliation } = await upload(csvOf(line("1")));
    await until(reconciliation, ({ counts }) => counts.missing_in_store === 1000);
    spy.mockRestore();
    await Promise.all([reconcile(env, NOW), reconcile(env, NOW)]);
    const found = await done(reconciliation);
    expect(found.counts).toEqual({ missing_in_tracker: 1, missing_in_store: 1200 });
    const { results } = await env.DB.prepare("SELECT n FROM reconciliation_rows ORDER BY n").all<{ n: number }>();
    expect(results.map(({ n }) => n)).toEqual(Array.from({ length: 1201 }, (_none, index) => index + 1));
    expect(new Set((await rowsOf(reconciliation)).map(({ orderId }) => orderId)).size).toBe(1201);
  });

  test("that fails for good is told, and holds up no other", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const spy = failAfter(0, "class = excluded.class", new Error("D1_ERROR: no such column: x"));
    const { id: bad } = await upload(csvOf(line("1")));
    const failed = await until(bad, ({ status }) => status === "failed");
    expect(failed.failure).toBe("Something went wrong on our side, and was logged.");
    expect(log.mock.calls.flat().join()).toContain("no such column: x");
    spy.mockRestore();
    const again = await compared(csvOf(line("1")));
    // Nothing came of the first: it is no file that was there before.
    expect([again.counts, again.sameFileAs]).toEqual([{ missing_in_tracker: 1 }, null]);
    expect((await upload(csvOf(line("1")))).sameFileAs).toBe(again.id);
    await done((await upload(csvOf(line("1")))).id);
    await env.DB.prepare("UPDATE reconciliations SET status = 'failed'").run();
    expect((await upload(csvOf(line("1")))).sameFileAs).toBeNull();
  });

  /**
   * Lets another run finish, and something happen, right before the one behind an upload writes `text`, or
   * does so for the second time.
   */
  async function overtaken(
    body: string,
    text: string,
    happen: (reconciliation: string) => Promise<unknown>,
    time: 1 | 2 = 1,
  ) {
    if (time === 2) beforeNextWrite(() => Promise.resolve(), text);
    // No promise: those of one request can't be settled by another.
    const happened: string[] = [];
    beforeNextWrite(async () => {
      const [open] = (await pagesOf(reconciliationSchema, "/reconciliations?limit=5")).flat();
      await reconcile(env, NOW);
      await happen(open?.id ?? "");
      happened.push(open?.id ?? "");
    }, text);
    const { id: reconciliation } = await upload(body);
    for (let tries = 0; happened.length === 0 && tries < 500; tries++) await scheduler.wait(20);
    await scheduler.wait(100);
    expect(happened).toEqual([reconciliation]);
    return done(reconciliation);
  }

  test.each([1, 2] as const)(
    "stops where another run was first, even if its rows are being applied by then: write %i",
    async (time) => {
      await record([tracked("1")]);
      // The first write is of classes, the second of no order that is missing.
      const found = await overtaken(
        csvOf(line("1"), line("2")),
        "missing_after = ?4",
        (reconciliation) =>
          env.DB.batch([
            env.DB.prepare(
              "UPDATE reconciliation_rows SET selected_at = 1 WHERE reconciliation_id = ?1 AND n = 1",
            ).bind(reconciliation),
            env.DB.prepare("UPDATE reconciliations SET status = 'applying', selected = 1 WHERE id = ?1").bind(
              reconciliation,
            ),
          ]),
        time,
      );
      expect(found.counts).toEqual({ matched: 1, missing_in_tracker: 1 });
      expect(found.progress).toMatchObject({ selected: 1, applied: 1 });
    },
  );

  test("adds no missing order that another run added first, and moves nothing", async () => {
    await record([tracked("gone")]);
    const insert = "INSERT INTO reconciliation_rows (reconciliation_id, n, external_id, class";
    const found = await overtaken(csvOf(line("1")), insert, (reconciliation) =>
      env.DB.prepare("UPDATE reconciliations SET updated_at = 7 WHERE id = ?1").bind(reconciliation).run(),
    );
    expect([found.status, found.counts, Date.parse(found.updatedAt)]).toEqual([
      "ready",
      { missing_in_tracker: 1, missing_in_store: 1 },
      7,
    ]);
  });

  test("is done once by runs side by side", async () => {
    const { id: reconciliation } = await upload(many(3000));
    await Promise.all(Array.from({ length: 4 }, () => reconcile(env, NOW)));
    const found = await done(reconciliation);
    expect([found.counts, found.progress.classified]).toEqual([{ missing_in_tracker: 3000 }, 3000]);
  });

  test("is the cron's", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const spy = failAfter(0, "class = excluded.class");
    const { id: reconciliation } = await upload(csvOf(line("1")));
    await scheduler.wait(100);
    spy.mockRestore();
    await runCron("* * * * *", env, Date.now());
    expect((await read(reconciliation)).status).toBe("ready");
  });

  test("takes few statements", async () => {
    const { id: reconciliation } = await upload(csvOf(line("1")));
    await done(reconciliation);
    await env.DB.prepare("UPDATE reconciliations SET status = 'classifying', rows = 2000, classified_to = 0").run();
    await env.DB.prepare(
      `WITH RECURSIVE more (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM more WHERE n < 2000)
       INSERT INTO reconciliation_rows (reconciliation_id, n, external_id, data)
       SELECT ?1, more.n, 'x' || more.n, json_set(data, '$.codes', json('["LEA10"]')) FROM more, reconciliation_rows r WHERE r.n = 1`,
    )
      .bind(reconciliation)
      .run();
    const prepare = vi.spyOn(env.DB, "prepare");
    await reconcile(env, NOW);
    // Uploads, the open ones, the lock; two pages; none is missing.
    expect(prepare.mock.calls.length).toBeLessThanOrEqual(3 + 2 * 6 + 3);
    prepare.mockRestore();
    expect((await read(reconciliation)).counts).toEqual({ missing_in_tracker: 1, code_without_conversion: 1999 });
  });
});

const evidenceRows = async () => (await allRows()).order_evidence;

describe("applying", () => {
  test("records what was selected, and leaves all else as it is", async () => {
    const { id: reconciliation } = await compared(await everyClass());
    const before = await allRows();
    const found = await apply(reconciliation, { classes: ["amount_mismatch", "refund_not_applied"] });
    expect(found.progress).toEqual({ rows: 12, classified: 12, selected: 2, applied: 2 });
    const after = await allRows();
    const known = new Set(before.orders.map((row) => JSON.stringify(row)));
    const changed = after.orders.filter((row) => !known.has(JSON.stringify(row)));
    expect(changed.map((row) => [row["external_id"], row["total_minor"], row["refunded_minor"]])).toEqual([
      ["1004", 4990, null],
      ["1008", 4990, 990],
    ]);
    expect(after.orders.length).toBe(before.orders.length);
    expect(after.order_evidence.length).toBe(before.order_evidence.length + 2);
    const [row] = await rowsOf(reconciliation, "amount_mismatch");
    expect(row).toMatchObject({ selectedAt: expect.any(String), appliedAt: expect.any(String), outcome: "recorded" });
    expect(await rowsOf(reconciliation, "status_mismatch")).toMatchObject([
      { selectedAt: null, appliedAt: null, outcome: null },
      {},
    ]);
  });

  test("takes rows by their numbers, beside classes", async () => {
    const { id: reconciliation } = await compared(await everyClass());
    const found = await apply(reconciliation, { classes: ["currency_mismatch"], rows: [5, 12, 5] });
    expect(found.progress.selected).toBe(3);
    const applied = (await rowsOf(reconciliation)).filter(({ appliedAt }) => appliedAt !== null);
    expect(applied.map(({ externalId }) => externalId)).toEqual(["1005", "1006", "1013"]);
    const orders = new Map((await allRows()).orders.map((row) => [row["external_id"], row]));
    expect(orders.get("1005")).toMatchObject({ currency: "EUR", total_minor: 4990 });
    expect(orders.get("1006")).toMatchObject({ source_status: "cancelled" });
    expect(orders.get("1013")).toMatchObject({ trust: "confirmed", source_status: "paid" });
  });

  test("keeps what it recorded as the store's word at the time of the upload, confirmed", async () => {
    await record([tracked("2", { totalMinor: 1 })]);
    const {
      id: reconciliation,
      createdAt,
      fileHash,
    } = await compared(csvOf(line("1", { subtotal: "45.00", refunded: "5.00", codes: "LEA10" }), line("2")));
    await apply(reconciliation, { rows: [1, 2] });
    const imports = (await evidenceRows()).filter((row) => row["source"] === "import");
    const time = Date.parse(createdAt);
    expect(imports.map(({ order_id: _order, ...row }) => row)).toContainEqual({
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      inbox_id: null,
      source: "import",
      trust: "confirmed",
      source_time: time,
      received_at: time,
      late: 0,
      data: JSON.stringify({
        currency: "EUR",
        totalMinor: 4990,
        subtotalMinor: 4500,
        refundedMinor: 500,
        status: "paid",
        codes: ["LEA10"],
        placedAt: NOW - HOUR,
      }),
    });
    // The moment that the store's server reported stays: clicks hang on it.
    expect(
      imports
        .map((row) => JSON.parse(String(row["data"])) as { placedAt?: number })
        .filter(({ placedAt }) => placedAt === undefined).length,
    ).toBe(1);
    expect(fileHash).not.toBeNull();
  });

  test("twice changes nothing, and neither does the same file uploaded and applied again", async () => {
    const file = await everyClass();
    const first = await compared(file);
    const all = { classes: Object.keys(EVERY_CLASS) };
    await apply(first.id, all);
    const before = await allRows();
    const again = await apply(first.id, all);
    expect(again.progress).toEqual({ rows: 12, classified: 12, selected: 13, applied: 13 });
    expect(await allRows()).toEqual(before);
    const { results } = await env.DB.prepare(
      "SELECT after ->> 'selected' AS n FROM audit_log WHERE action = 'apply' ORDER BY id",
    ).all();
    // Nobody is credited with the order that the store lacks: that alone was refused, and is tried again.
    expect(results).toEqual([{ n: 13 }, { n: 1 }]);

    const second = await compared(file);
    expect(second.sameFileAs).toBe(first.id);
    await apply(second.id, { classes: Object.keys(EVERY_CLASS).filter((name) => name !== "missing_in_store") });
    // But for when it was said last.
    const bare = ({ orders, order_evidence: evidence, ...rows }: Awaited<ReturnType<typeof allRows>>) => ({
      ...rows,
      orders: orders.map(({ version: _version, ...row }) => row),
      evidence: evidence.map(({ source_time: _time, ...row }) => row),
    });
    expect(bare(await allRows())).toEqual(bare(before));
  });

  test("of another file with the same rows is other evidence, and changes no order's worth", async () => {
    const file = csvOf(line("1"));
    await apply((await compared(file)).id, { classes: ["missing_in_tracker"] });
    const second = await compared(`${file}\n\n`);
    expect(second.counts).toEqual({ matched: 1 });
    await apply(second.id, { classes: ["matched"] });
    expect((await evidenceRows()).length).toBe(2);
  });

  test("declines an order that the store lacks, by hand and with its reason", async () => {
    await record([
      tracked("1", { codes: ["LEA10"] }),
      tracked("2", { status: "cancelled", codes: ["LEA10"] }),
      tracked("3"),
    ]);
    const { id: reconciliation } = await compared(csvOf(line("9")));
    const found = await apply(reconciliation, { classes: ["missing_in_store"] });
    // What was cancelled is missed by nobody.
    expect(found.progress).toMatchObject({ selected: 2, applied: 2 });
    const rows = new Map(
      (await rowsOf(reconciliation, "missing_in_store")).map((row) => [row.externalId, row.outcome]),
    );
    expect(rows.get("1")).toBe("declined");
    expect(rows.has("2")).toBe(false);
    expect(rows.get("3")).toMatch(/^refused: Nobody is credited with it/);
    const [one] = (await allRows()).orders.filter((row) => row["external_id"] === "1");
    expect(one).toMatchObject({ status: "declined" });
    expect(JSON.parse(String(one?.["review"]))).toMatchObject({
      decision: "declined",
      reason: `not in the store's export ${reconciliation}`,
      actor: "bootstrap",
    });
    const history = await env.DB.prepare(
      "SELECT from_status AS was, to_status AS is_, cause, actor FROM order_history WHERE order_id = ?1 ORDER BY seq DESC",
    )
      .bind(one?.["id"])
      .first();
    expect(history).toEqual({ was: "pending", is_: "declined", cause: "admin", actor: "bootstrap" });

    // What was refused may be selected again; what was declined is left as it is.
    await record([tracked("3", { codes: ["LEA10"] })]);
    const again = await apply(reconciliation, { classes: ["missing_in_store"] });
    expect(again.progress).toMatchObject({ selected: 2, applied: 2 });
    const outcomes = (await rowsOf(reconciliation, "missing_in_store")).map((row) => [row.externalId, row.outcome]);
    expect(Object.fromEntries(outcomes)).toEqual({
      "1": "declined",
      "3": "declined",
    });
  });

  let runs = 0;

  /** Puts a commission of an approved order into a payout run. Answers the run's id. */
  async function putInRun(externalId: string, status: "draft" | "paid"): Promise<string> {
    runs += 1;
    const order = (await allRows()).orders.find((row) => row["external_id"] === externalId);
    const seq = await book({ orderId: String(order?.["id"]), time: NOW });
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO payouts (id, store_id, currency, status, minimum_minor, hold_days, created_at, created_by)
         VALUES (?1, ?2, 'EUR', ?3, 0, 0, ?4, 'bootstrap')`,
      ).bind(id("pay", runs), STORE, status, NOW),
      env.DB.prepare("UPDATE orders SET status = 'approved', approved_at = ?2 WHERE id = ?1").bind(order?.["id"], NOW),
      env.DB.prepare(
        "INSERT INTO payout_entries (payout_id, entry_seq, creator_id, order_id, live) VALUES (?1, ?2, ?3, ?4, 1)",
      ).bind(id("pay", runs), seq, LEA, order?.["id"]),
    ]);
    return id("pay", runs);
  }

  async function declined() {
    const { id: reconciliation } = await compared(csvOf(line("9")));
    return async (): Promise<Record<string, string | null>> => {
      await apply(reconciliation, { classes: ["missing_in_store"] });
      const rows = await rowsOf(reconciliation, "missing_in_store");
      return Object.fromEntries(rows.map(({ externalId, outcome }) => [externalId, outcome]));
    };
  }

  test("declines no order whose commission is in a draft payout run, even if it gets there meanwhile", async () => {
    await record(["1", "2", "3"].map((one) => tracked(one, { codes: ["LEA10"] })));
    await settleDue(recordDeps());
    const first = await putInRun("3", "draft");
    const run = await declined();
    let second = "";
    beforeNextWrite(async () => {
      second = await putInRun("1", "draft");
    }, "INSERT INTO order_history");
    expect(await run()).toEqual({
      "1": expect.stringMatching(`^refused: .*${second}`),
      "2": "declined",
      "3": expect.stringMatching(`^refused: .*${first}`),
    });
    expect((await allRows()).orders.map((row) => row["status"])).toEqual(["approved", "declined", "approved"]);
  });

  test("declines one that is paid, but not while more of it is in a draft payout run", async () => {
    await record(["1", "2", "3"].map((one) => tracked(one, { codes: ["LEA10"] })));
    await settleDue(recordDeps());
    for (const one of ["1", "2", "3"]) await putInRun(one, "paid");
    const first = await putInRun("3", "draft");
    const run = await declined();
    let second = "";
    beforeNextWrite(async () => {
      second = await putInRun("1", "draft");
    }, "INSERT INTO order_history");
    const outcomes = await run();
    expect(outcomes).toEqual({
      "1": expect.stringMatching(`^refused: .*${second}`),
      "2": "declined",
      "3": expect.stringMatching(`^refused: .*${first}`),
    });
    expect(second).not.toBe("");
  });

  test("tells that an order was declined where its outcome was lost", async () => {
    await record([tracked("1", { codes: ["LEA10"] })]);
    const { id: reconciliation } = await compared(csvOf(line("9")));
    await apply(reconciliation, { classes: ["missing_in_store"] });
    const before = await allRows();
    await env.DB.batch([
      env.DB.prepare("UPDATE reconciliation_rows SET applied_at = NULL, outcome = NULL WHERE selected_at IS NOT NULL"),
      env.DB.prepare("UPDATE reconciliations SET status = 'applying', applied = 0"),
    ]);
    expect((await done(reconciliation)).progress).toMatchObject({ selected: 1, applied: 1 });
    expect(await rowsOf(reconciliation, "missing_in_store")).toMatchObject([{ outcome: "declined" }]);
    expect(await allRows()).toEqual(before);
  });

  test("has nothing to do about duplicates and what can't be read", async () => {
    const { id: reconciliation } = await compared(await everyClass());
    const before = await allRows();
    await apply(reconciliation, { classes: ["duplicate", "unreadable"] });
    expect(await allRows()).toEqual(before);
    for (const name of ["duplicate", "unreadable"]) {
      expect(await rowsOf(reconciliation, name)).toMatchObject([{ outcome: "nothing to apply" }]);
    }
  });

  test("never makes an order that is paid for by itself", async () => {
    const { id: reconciliation } = await compared(csvOf(line("1", { codes: "LEA10" })));
    await apply(reconciliation, { classes: ["code_without_conversion"] });
    const later = recordDeps(env.DB, NOW + 400 * DAY);
    await env.DB.prepare("INSERT OR REPLACE INTO settlements_due SELECT id, 1, 0, 0 FROM orders").run();
    await settleDue(later);
    const [order] = (await allRows()).orders;
    expect(order).toMatchObject({ status: "pending", imported_only: 1, approved_at: null, due_at: null });
    const booked = await env.DB.prepare("SELECT count(*) AS n FROM ledger").first<{ n: number }>();
    expect(booked?.n).toBe(0);
  });

  test("is not for dry runs", async () => {
    const { id: reconciliation } = await compared(await everyClass(), "&dryRun=true");
    const before = await allRows();
    const answer = await api("POST", `/reconciliations/${reconciliation}/apply`, { classes: ["matched"] });
    expect(problemOf(answer)).toMatchObject({ status: 409, code: "reconciliation_dry" });
    expect(await allRows()).toEqual(before);
  });

  test("is for a dry run that was kept, which no night deletes", async () => {
    const { id: reconciliation, createdAt } = await compared(await everyClass(), "&dryRun=true");
    const kept = await api("POST", `/reconciliations/${reconciliation}/keep`);
    expect(kept).toMatchObject({ status: 200, body: { dryRun: false, status: "ready" } });
    expect(await api("POST", `/reconciliations/${reconciliation}/keep`)).toMatchObject({ status: 200 });
    await tidyReconciliations(env.DB, Date.parse(createdAt) + 8 * 86_400_000);
    expect((await apply(reconciliation, { rows: [1] })).progress).toMatchObject({ selected: 1, applied: 1 });
  });

  test.each([
    [{}, "classes"],
    [{ classes: [] }, "classes"],
    [{ classes: ["other"] }, "classes.0"],
    [{ rows: [] }, "rows"],
    [{ rows: [0] }, "rows.0"],
    [{ rows: [99] }, "rows"],
    [{ rows: Array.from({ length: 1001 }, (_none, n) => n + 1) }, "rows"],
  ])("of %j is refused", async (body, path) => {
    const { id: reconciliation } = await compared(csvOf(line("1")));
    expectInvalid(await api("POST", `/reconciliations/${reconciliation}/apply`, body), path);
  });

  test("of a class without rows is done at once", async () => {
    const { id: reconciliation } = await compared(csvOf(line("1")));
    const answer = bodyOf(
      reconciliationDetail,
      await api("POST", `/reconciliations/${reconciliation}/apply`, { classes: ["matched"] }),
    );
    expect([answer.status, answer.progress.selected]).toEqual(["ready", 0]);
    expect(
      (await env.DB.prepare("SELECT count(*) AS n FROM audit_log WHERE action = 'apply'").first<{ n: number }>())?.n,
    ).toBe(0);
  });

  test("is kept in the audit log with what was selected, and answers the same to the same key", async () => {
    const { id: reconciliation } = await compared(await everyClass());
    const path = `/reconciliations/${reconciliation}/apply`;
    const key = { "idempotency-key": "once" };
    const first = await api("POST", path, { classes: ["amount_mismatch"], rows: [5] }, key);
    const second = await api("POST", path, { classes: ["amount_mismatch"], rows: [5] }, key);
    expect(second.body).toEqual(first.body);
    expect(first.body).toMatchObject({ status: "applying", progress: { selected: 2, applied: 0 } });
    await done(reconciliation);
    const { results } = await env.DB.prepare(
      "SELECT entity_id AS id, after FROM audit_log WHERE action = 'apply'",
    ).all<{
      id: string;
      after: string;
    }>();
    expect(results.map(({ id: one, after }) => [one, JSON.parse(after)])).toEqual([
      [reconciliation, { classes: ["amount_mismatch"], rows: 1, selected: 2 }],
    ]);
  });

  test("goes on where it failed, and tells how far it is", async () => {
    const count = 600;
    const { id: reconciliation } = await compared(csvOf(...Array.from({ length: count }, (_none, n) => line(`m${n}`))));
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const write = env.DB.batch.bind(env.DB);
    const pages = { written: 0, lost: 0 };
    const spy = vi.spyOn(env.DB, "batch").mockImplementation(async (statements: D1PreparedStatement[]) => {
      const outcomes = statements.some((statement) =>
        (statement as unknown as { statement: string }).statement.includes("outcome = excluded.outcome"),
      );
      // The second page is recorded, and what became of it isn't written.
      if (outcomes && pages.written === 1) {
        pages.lost += 1;
        throw LOST;
      }
      if (outcomes) pages.written += 1;
      return write(statements);
    });
    const answer = await api("POST", `/reconciliations/${reconciliation}/apply`, {
      classes: ["missing_in_tracker"],
      confirmUnmatched: true,
    });
    expect(bodyOf(reconciliationDetail, answer).progress).toEqual({
      rows: count,
      classified: count,
      selected: count,
      applied: 0,
    });
    for (let tries = 0; pages.lost === 0 && tries < 500; tries++) await scheduler.wait(20);
    const stuck = await read(reconciliation);
    expect([stuck.status, stuck.progress.applied]).toEqual(["applying", 250]);
    expect(
      problemOf(await api("POST", `/reconciliations/${reconciliation}/apply`, { classes: ["matched"] })).code,
    ).toBe("reconciliation_busy");
    spy.mockRestore();
    const found = await done(reconciliation);
    expect([found.status, found.progress.applied]).toEqual(["ready", count]);
    expect([(await allRows()).orders.length, (await evidenceRows()).length]).toEqual([count, count]);
    const fresh = await rowsOf(reconciliation, "missing_in_tracker");
    expect(new Set(fresh.map(({ orderId }) => orderId)).size).toBe(count);
    // What they were classed by stays: they were missing when they were compared.
    expect(found.counts).toEqual({ missing_in_tracker: count });
    expect(found.totals?.missing_in_tracker?.tracker).toEqual([]);
  });

  test("counts a row once, though two runs applied it", async () => {
    const { id: reconciliation } = await compared(csvOf(line("1"), line("2")));
    const happened: string[] = [];
    beforeNextWrite(async () => {
      await reconcile(env, NOW);
      happened.push("applied");
    }, "outcome = excluded.outcome");
    await api("POST", `/reconciliations/${reconciliation}/apply`, {
      classes: ["missing_in_tracker"],
      confirmUnmatched: true,
    });
    for (let tries = 0; happened.length === 0 && tries < 500; tries++) await scheduler.wait(20);
    await scheduler.wait(100);
    const found = await done(reconciliation);
    expect([happened, found.progress.selected, found.progress.applied]).toEqual([["applied"], 2, 2]);
    expect((await evidenceRows()).length).toBe(2);
  });

  test("tells of an order that can't be written, takes the others, and may be asked again", async () => {
    const { id: reconciliation } = await compared(csvOf(line("1"), line("2")));
    await env.DB.prepare(
      "CREATE TRIGGER broken BEFORE INSERT ON orders WHEN NEW.external_id = '2' BEGIN SELECT RAISE(ABORT, 'no'); END",
    ).run();
    vi.spyOn(console, "error").mockImplementation(() => {});
    const found = await apply(reconciliation, { classes: ["missing_in_tracker"] });
    expect(found.progress).toMatchObject({ selected: 2, applied: 2 });
    expect((await rowsOf(reconciliation)).map(({ outcome }) => outcome)).toEqual([
      "recorded",
      "failed: it could not be written",
    ]);
    await env.DB.prepare("DROP TRIGGER broken").run();
    const again = await apply(reconciliation, { rows: [1, 2] });
    expect(again.progress).toMatchObject({ selected: 2, applied: 2 });
    expect((await rowsOf(reconciliation)).map(({ outcome }) => outcome)).toEqual(["recorded", "recorded"]);
  });

  test("brings the books up to date by its end", async () => {
    await record([tracked("1", { codes: ["LEA10"] })]);
    const { id: reconciliation } = await compared(csvOf(line("1", { refunded: "49.90" })));
    await apply(reconciliation, { classes: ["refund_not_applied"] });
    const due = await env.DB.prepare("SELECT count(*) AS n FROM settlements_due").first<{ n: number }>();
    expect(due?.n).toBe(0);
  });
});

describe("a file of which nearly nothing matches (G-15)", () => {
  const raw = (reconciliation: string, body: Record<string, unknown>) =>
    api("POST", `/reconciliations/${reconciliation}/apply`, body);

  test("warns, and is applied only once that is confirmed", async () => {
    await record(["#1001", "#1002"].map((one) => tracked(one, { codes: ["LEA10"] })));
    const found = await compared(csvOf(line("16718484078961"), line("16718484078962")));
    expect(found.warning).toBe(
      "Nearly nothing matches: of 2 orders of the file 0 are tracked, and of 2 that were tracked in its time 0 are in it. The file calls an order 16718484078961, and the store reported #1001. It may be another store's export, or name orders by other ids (see map).",
    );
    const before = await allRows();
    for (const body of [
      { classes: ["missing_in_store"] },
      { classes: ["missing_in_tracker"] },
      { rows: [3] },
      { rows: [1], confirmUnmatched: false },
    ]) {
      const problem = problemOf(await raw(found.id, body));
      expect(problem).toMatchObject({ status: 409, code: "reconciliation_unmatched" });
      expect(problem.detail).toContain("of 2 orders of the file 0 are tracked");
      expect(problem.detail).toContain("send confirmUnmatched: true");
    }
    expect(await allRows()).toEqual(before);
    await apply(found.id, { classes: ["missing_in_store"], confirmUnmatched: true });
    expect((await rowsOf(found.id, "missing_in_store")).map(({ outcome }) => outcome)).toEqual([
      "declined",
      "declined",
    ]);
  });

  test("asks nothing where enough matches, or where both sides have what is applied", async () => {
    await record([tracked("1"), tracked("2"), tracked("3", { totalMinor: 1 })]);
    const enough = await compared(csvOf(line("1"), line("2"), line("4")));
    expect(enough.warning).toBeNull();
    expect((await raw(enough.id, { classes: ["missing_in_tracker", "missing_in_store"] })).status).toBe(202);
    await done(enough.id);
    const others = Array.from({ length: 20 }, (_none, n) => line(`other-${n}`));
    const few = await compared(csvOf(line("3"), ...others));
    expect(few.warning).toContain("of 21 orders of the file 1 are tracked");
    expect((await raw(few.id, { classes: ["amount_mismatch"] })).status).toBe(202);
    await done(few.id);
  });
});

describe("an order of which a file makes two (G-15)", () => {
  test("is recorded under the id by which it is tracked", async () => {
    await record([tracked("#1001", { totalMinor: 9000, placedAt: Date.UTC(2026, 10, 20, 8) })]);
    const found = await compared(SHOPIFY);
    expect(found.counts).toMatchObject({ amount_mismatch: 1 });
    await apply(found.id, { classes: ["amount_mismatch"] });
    const { orders } = await allRows();
    expect(orders.map((row) => [row["external_id"], row["total_minor"]])).toEqual([["#1001", 9480]]);
  });
});

describe("the future (G-16)", () => {
  test("is no time at which an order of an older upload is recorded", async () => {
    const { id: reconciliation } = await compared(csvOf(line("1"), line("2")));
    const later = Date.now() + 30 * DAY;
    await env.DB.prepare(
      "UPDATE reconciliation_rows SET data = json_set(data, '$.placedAt', ?1) WHERE external_id = '1'",
    )
      .bind(later)
      .run();
    await apply(reconciliation, { classes: ["missing_in_tracker"] });
    expect((await rowsOf(reconciliation, "missing_in_tracker")).map(({ outcome }) => outcome)).toEqual([
      expect.stringMatching(/^refused: It would be placed in the future/),
      "recorded",
    ]);
    expect((await allRows()).orders.map((row) => row["external_id"])).toEqual(["2"]);
  });

  test("tells which part of a date is the day, thousands of rows later", async () => {
    const header = "Order ID,Order Date,Order Total (inc tax),Order Status,Order Currency Code";
    const rows = Array.from({ length: 2500 }, (_none, n) => `${n},03/11/2026,49.90,Completed,EUR`);
    const found = await compared([header, ...rows, "last,19/11/2026,49.90,Completed,EUR"].join("\n"));
    expect([found.from, found.to]).toEqual(["2026-11-03T00:00:00.000Z", "2026-11-20T00:00:00.000Z"]);
    const { results } = await env.DB.prepare(
      "SELECT data ->> '$.placedAt' AS placedAt, count(*) AS n, max(data ->> '$.dayFirst') AS other FROM reconciliation_rows GROUP BY 1 ORDER BY 1",
    ).all();
    expect(results).toEqual([
      { placedAt: Date.UTC(2026, 10, 3), n: 2500, other: null },
      { placedAt: Date.UTC(2026, 10, 19), n: 1, other: null },
    ]);
  });

  test("tells nothing where all dates can be read in two ways: thousands of rows are refused", async () => {
    const header = "Order ID,Order Date,Order Total (inc tax),Order Status,Order Currency Code";
    const rows = Array.from({ length: 1500 }, (_none, n) => `${n},03/05/2026,49.90,Completed,EUR`);
    const body = [header, ...rows].join("\n");
    expectInvalid(await post(body), "dateOrder");
    expect(await pagesOf(reconciliationSchema, "/reconciliations?limit=5")).toMatchObject([
      [{ status: "failed", failure: expect.stringContaining("dateOrder=dmy") }],
    ]);
    expect((await compared(body, "&dateOrder=dmy")).from).toBe("2026-05-03T00:00:00.000Z");
    expectInvalid(await post(body, "&dateOrder=ymd"), "dateOrder");
    expectInvalid(await post(body, "&statuses=[]"), "statuses");
  });
});

describe("a row of which nobody knows where it ends (G-17)", () => {
  test("declines nothing, by its class or by its number", async () => {
    await record(["Q1", "Q2", "Q3"].map((one) => tracked(one, { codes: ["LEA10"] })));
    const { id: reconciliation } = await compared(csvOf(line("Q0"), line("Q1", { codes: '"LEA10' }), line("Q2")));
    const rows = await rowsOf(reconciliation, "unclear_extent");
    expect(rows.map(({ externalId }) => externalId)).toEqual([null, "Q1", "Q2", "Q3"]);
    expect(rows[0]?.fault).toBe("from line 3 on its quotes don't match");
    await settleDue(recordDeps());
    const before = await allRows();
    await apply(reconciliation, {
      classes: ["unclear_extent", "missing_in_store"],
      rows: rows.map(({ n }) => n),
    });
    expect(await allRows()).toEqual(before);
    expect((await rowsOf(reconciliation, "unclear_extent")).map(({ outcome }) => outcome)).toEqual(
      Array(4).fill("nothing to apply"),
    );
  });
});

describe("a status that nobody knows (G-20)", () => {
  test("is told, and nothing of its row is recorded", async () => {
    await record([tracked("1", { totalMinor: 1 })]);
    const file = "order_id,order_total,order_currency,status\n1,49.90,EUR,Verloren\n2,49.90,EUR,Verloren";
    const { id: reconciliation } = await compared(file);
    const rows = await rowsOf(reconciliation, "unknown_status");
    expect(rows).toMatchObject([
      {
        store: { status: null, unknownStatus: "Verloren" },
        differences: [{ field: "total" }, { field: "status", store: "Verloren", tracker: "paid" }],
      },
      { differences: [{ field: "order" }, { field: "status", store: "Verloren", tracker: null }] },
    ]);
    await settleDue(recordDeps());
    const before = await allRows();
    await apply(reconciliation, { classes: ["unknown_status"] });
    expect(await allRows()).toEqual(before);
  });
});

describe("a refund without an amount (G-22)", () => {
  test("of an order that is called refunded is all of it, though 0.00 is named", async () => {
    await record([tracked("1", { refundedMinor: 0, codes: ["LEA10"] })]);
    const file = "Name,Financial Status,Currency,Total,Refunded Amount\n1,refunded,EUR,49.90,0.00";
    const { id: reconciliation } = await compared(file);
    expect(await rowsOf(reconciliation, "status_mismatch")).toMatchObject([
      { differences: [{ field: "status", store: "refunded", tracker: "paid" }] },
    ]);
    await apply(reconciliation, { classes: ["status_mismatch"] });
    expect((await allRows()).orders).toMatchObject([{ status: "declined", refunded_minor: 4990 }]);
    expect((await compared(file)).counts).toEqual({ matched: 1 });
  });
});

test("dry runs and failures are deleted a week later, the rest is kept", async () => {
  const dry = await compared(csvOf(line("1"), line("2")), "&dryRun=true");
  const real = await compared(csvOf(line("1")));
  await post(`${csvOf(...Array(1100).fill(line("1")))}\n"${"x".repeat(70_000)}`);
  const week = 7 * DAY;
  const counts = async () =>
    (
      await env.DB.prepare(
        "SELECT reconciliation_id AS id, count(*) AS n FROM reconciliation_rows GROUP BY 1 ORDER BY 1",
      ).all()
    ).results;
  expect((await counts()).length).toBe(3);
  await tidyReconciliations(env.DB, Date.parse(dry.createdAt) + week - 1);
  expect((await counts()).length).toBe(3);
  await tidyReconciliations(env.DB, Date.parse(dry.createdAt) + week);
  expect((await counts()).map(({ id: one }) => one)).not.toContain(dry.id);
  await runCron("17 3 * * *", env, Date.now() + week);
  expect(await counts()).toEqual([{ id: real.id, n: 1 }]);
  const left = await pagesOf(reconciliationSchema, "/reconciliations?limit=5");
  expect(left.flat().map(({ id: one }) => one)).toEqual([real.id]);
});
