import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ingestAll } from "../../clicks/log-fixtures.ts";
import { clickSchema } from "../../../src/clicks/click/schema.ts";
import { readConfig } from "../../../src/ground/config.ts";
import { ORDER_COLUMNS, orderPages } from "../../../src/reports/export/load-orders.ts";
import { WINDOW_ROWS } from "../../../src/reports/export/walk.ts";
import { SCOPES } from "../../../src/ground/http/auth.ts";
import { ndjsonStream } from "../../../src/ground/http/ndjson.ts";
import { balancesSchema, entrySchema, type LedgerEntry } from "../../../src/books/ledger/schema.ts";
import { type Order, orderSchema } from "../../../src/sales/order/schema.ts";
import { reportOf, ROW_SCHEMAS } from "../../../src/reports/report/schema.ts";
import { api, bodyOf, expectInvalid, pagesOf } from "../../ground/api.ts";
import { clickMessage } from "../../clicks/click-message.ts";
import {
  askExport,
  copyOrder,
  EVER,
  exportDeps,
  exported,
  exportedCsv,
  putClicks,
  stepper,
  textOf,
} from "../export-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createKey, expectGuarded } from "../../operate/key-fixtures.ts";
import { id, insertStore, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { book } from "../../books/money-fixtures.ts";
import { DAY, HOUR, insertShop, LEA_LINK } from "../../sales/order-fixtures.ts";
import { PLACED, settleAll, shopSays } from "../../books/settle-fixtures.ts";

const OTHER_STORE = id("str", 2);
const OTHER_LINK = id("lnk", 950);

afterEach(() => {
  vi.restoreAllMocks();
});

beforeEach(async () => {
  await insertShop();
  await insertStore({ id: OTHER_STORE });
  await insertLink({ id: OTHER_LINK, storeId: OTHER_STORE });
});

const clickAt = (clickId: string, time: number, parts: Parameters<typeof clickMessage>[0] | object = {}) =>
  ingestAll(readConfig({}), [clickMessage({ id: clickId, linkId: LEA_LINK, time, pseudonym: clickId, ...parts })], NOW);

const at = (time: number) => new Date(time).toISOString();

/** All of a list of the API, oldest first. */
async function listed<Item extends Parameters<typeof pagesOf>[0]>(item: Item, path: string) {
  return (await pagesOf(item, path)).flat().toReversed();
}

describe("who may export", () => {
  test.each([
    ["clicks", "reports:read"],
    ["ledger", "orders:read"],
  ] as const)("%s: who may read %s", async (name, scope) => {
    await expectGuarded("GET", `/export/${name}?from=2100-01-01T00:00:00Z`, scope);
  });

  test("orders: who may read both reports and orders", async () => {
    expect((await askExport("orders", "")).status).toBe(401);
    for (const missing of ["reports", "orders"] as const) {
      const { key } = await createKey(SCOPES.filter((scope) => !scope.startsWith(missing)));
      expect((await askExport("orders", key)).status, missing).toBe(403);
    }
    const { key } = await createKey(["reports:read", "orders:read"]);
    expect((await askExport("orders", key)).status).toBe(200);
  });
});

describe("what is exported", () => {
  test("clicks are as GET /clicks shows them, in the order of arrival", async () => {
    await clickAt("clk_b", NOW - HOUR, { utmSource: "insta", referrerHost: null });
    await clickAt("clk_a", NOW - 2 * HOUR, { bucket: "head", reason: "head" });
    const rows = await exported("clicks");
    expect(rows).toHaveLength(2);
    expect(rows).toEqual(await listed(clickSchema, "/clicks?limit=200"));
  });

  test("orders are as GET /orders shows them, with what became of their commission", async () => {
    await shopSays("1001", { refundedMinor: 1_000, items: [{ sku: "a", quantity: 2, priceMinor: 5_000 }] });
    await shopSays("1002", { codes: [] });
    await settleAll();
    const rows = await exported<Order>("orders");
    expect(rows.map(({ externalId }) => externalId)).toEqual(["1001", "1002"]);
    expect(rows[0]).toMatchObject({ status: "approved", commission: { total: { amountMinor: 900, currency: "EUR" } } });
    expect(rows).toEqual(await listed(orderSchema, "/orders?limit=200"));
  });

  test("entries are as GET /ledger shows them", async () => {
    await shopSays("1001");
    await settleAll();
    await api("POST", "/ledger", {
      type: "bonus",
      creatorId: id("crt", 1),
      storeId: STORE,
      amount: "-5.00",
      currency: "EUR",
      reason: "agreed",
    });
    const rows = await exported<LedgerEntry>(`ledger?${EVER}`);
    expect(rows.map(({ amount }) => amount.amountMinor)).toEqual([1_000, -500]);
    expect(rows).toEqual(await listed(entrySchema, "/ledger?limit=200"));
  });

  test("no customer, no address and no evidence goes along", async () => {
    await shopSays("1001", { customerHash: "c0ffee".repeat(10), clicks: [] });
    await clickAt("clk_a", NOW - HOUR);
    await settleAll();
    for (const name of ["clicks", "orders", "ledger"]) {
      for (const format of ["ndjson", "csv"]) {
        const text = await textOf(await askExport(`${name}?${EVER}&format=${format}`));
        expect(text.split("\n").length, name).toBeGreaterThan(2);
        expect(text).not.toMatch(/c0ffee|@creator\.example|customer|colo|TXL/i);
      }
    }
  });

  test.each(["clicks", "orders", "ledger", "conversions"])(
    "%s: none is no line but the end, and a header alone",
    async (name) => {
      expect(await exported(`${name}?${EVER}`)).toEqual([]);
      const csv = await askExport(`${name}?${EVER}&format=csv`);
      expect((await textOf(csv)).split("\r\n")).toEqual([expect.stringMatching(/^id,\w+(,\w+)+$/), ""]);
    },
  );

  test.each([
    ["ndjson", "application/x-ndjson"],
    ["csv", "text/csv; charset=utf-8"],
  ])("is a download that nobody keeps: %s", async (format, type) => {
    const { headers, body } = await askExport(`ledger?format=${format}`);
    await body?.cancel();
    expect(headers.get("content-type")).toBe(type);
    expect(headers.get("content-disposition")).toBe(`attachment; filename="ledger.${format}"`);
    expect(headers.get("cache-control")).toBe("no-store");
  });
});

describe("as CSV", () => {
  test("has the same values, money as minor units beside its currency", async () => {
    await shopSays("1001", { refundedMinor: 1_000 });
    await clickAt("clk_a", NOW - HOUR, { utmSource: "insta" });
    await settleAll();
    await book({ amountMinor: -800, type: "payout" });

    const [order] = await exportedCsv(`orders?${EVER}`);
    expect(Object.keys(order ?? {})).toEqual([...ORDER_COLUMNS]);
    const [{ attribution, commission } = {} as Order] = await exported<Order>("orders");
    expect(order).toMatchObject({
      externalId: "1001",
      currency: "EUR",
      totalMinor: "10000",
      refundedMinor: "1000",
      taxMinor: "",
      test: "false",
      codes: '["LEA10"]',
      placedAt: at(PLACED),
      creatorId: attribution?.creatorId,
      method: "code",
      model: "last_click",
      commissionCurrency: "EUR",
      commissionMinor: "900",
      reviewReason: "",
    });
    expect(JSON.parse(order?.["shares"] ?? "")).toEqual(attribution?.shares);
    expect(JSON.parse(order?.["commissionShares"] ?? "")).toEqual(commission?.shares);

    const [click] = await exportedCsv(`clicks?${EVER}`);
    const [shown] = await exported("clicks");
    expect(click).toMatchObject({ id: "clk_a", time: at(NOW - HOUR), unique: "true", utmSource: "insta", rule: "" });
    // One that begins with a dash would be a formula.
    expect(click?.["visitorKey"]?.replace(/^'-/, "-")).toBe(shown?.["visitorKey"]);
    expect(shown?.["visitorKey"]).toMatch(/./);

    const entries = await exportedCsv(`ledger?${EVER}`);
    expect(entries).toMatchObject([
      { type: "accrual", amountMinor: "900", currency: "EUR", conversionRate: "" },
      { type: "payout", amountMinor: "-800", currency: "EUR", time: at(NOW) },
    ]);
  });

  test("names what an amount was converted from", async () => {
    await book();
    await env.DB.prepare("DROP TRIGGER IF EXISTS ledger_kept").run();
    const seq = await book({ amountMinor: 1 });
    await env.DB.prepare(
      `INSERT INTO ledger (id, key, store_id, creator_id, type, amount_minor, currency, original_currency, rate, rate_date, rate_source, reason, actor, time)
       SELECT id || 'x', key || 'x', store_id, creator_id, type, 923, 'EUR', 'USD', '1/1.08', '2026-11-20', 'ECB', reason, actor, time FROM ledger WHERE seq = ?1`,
    )
      .bind(seq)
      .run();
    expect((await exportedCsv(`ledger?${EVER}`)).at(-1)).toMatchObject({
      amountMinor: "923",
      conversionFrom: "USD",
      conversionRate: "1/1.08",
      conversionDate: "2026-11-20",
      conversionSource: "ECB",
    });
  });

  test("hands no spreadsheet a formula, and breaks at no quote, comma or line", async () => {
    const hostile = '=HYPERLINK("https://evil.example","Free")';
    await shopSays(hostile, { codes: ["LEA10", '@SUM(1), "x"\r\ny'] });
    await clickAt("clk_a", NOW - HOUR, { utmSource: "+cmd|' /C calc'!A0", utmTerm: 'a,"b"' });
    await api("POST", "/ledger", {
      type: "bonus",
      creatorId: id("crt", 1),
      storeId: STORE,
      amount: 1,
      currency: "EUR",
      reason: "-2+3",
    });
    const [order] = await exportedCsv(`orders?${EVER}`);
    expect(order?.["externalId"]).toBe(`'${hostile}`);
    expect(JSON.parse(order?.["codes"] ?? "")).toContain('@SUM(1), "x"\r\ny');
    expect(await exportedCsv(`clicks?${EVER}`)).toMatchObject([{ utmSource: "'+cmd|' /C calc'!A0", utmTerm: 'a,"b"' }]);
    expect(await exportedCsv(`ledger?${EVER}`)).toMatchObject([{ reason: "'-2+3" }]);
    // NDJSON is for programs: the text is as it was.
    expect(await exported("orders")).toMatchObject([{ externalId: hostile }]);
  });
});

describe("the range", () => {
  const query = (from: number, to: number) => `from=${at(from)}&to=${at(to)}`;

  test("has its first moment, and not its last", async () => {
    const [first, last] = [PLACED, PLACED + HOUR];
    for (const [index, time] of [first - 1, first, last - 1, last].entries()) {
      await clickAt(`clk_${index}`, time);
      await shopSays(`100${index}`, { placedAt: time });
      await book({ time, amountMinor: index });
    }
    expect((await exported(`clicks?${query(first, last)}`)).map((row) => row["id"])).toEqual(["clk_1", "clk_2"]);
    expect((await exported(`orders?${query(first, last)}`)).map((row) => row["externalId"])).toEqual(["1001", "1002"]);
    const entries = await exported<LedgerEntry>(`ledger?${query(first, last)}`);
    expect(entries.map(({ amount }) => amount.amountMinor)).toEqual([1, 2]);
  });

  test("begins with the first and ends now unless it is told", async () => {
    await clickAt("clk_1", Date.UTC(2020, 0, 1));
    await clickAt("clk_2", Date.now() + HOUR);
    expect((await exported("clicks")).map((row) => row["id"])).toEqual(["clk_1"]);
    expect((await exported(`clicks?from=${at(Date.UTC(2021, 0, 1))}`)).map((row) => row["id"])).toEqual([]);
  });

  test("finds what came late, whatever came in between", async () => {
    const day = NOW - 10 * DAY;
    const others = Array.from({ length: 2 * WINDOW_ROWS }, (_none, index) => NOW - DAY + index);
    await putClicks([day], [LEA_LINK]);
    await putClicks(others, [LEA_LINK]);
    await putClicks([day + 1, NOW, day + 2], [LEA_LINK]);
    const rows = await exported(`clicks?${query(day, day + DAY)}`);
    expect(rows.map((row) => row["time"])).toEqual([day, day + 1, day + 2].map(at));
  });

  test("is of one store if one is named", async () => {
    await clickAt("clk_1", NOW - HOUR);
    await clickAt("clk_2", NOW - HOUR, { linkId: OTHER_LINK });
    await clickAt("clk_3", NOW - HOUR, { linkId: id("lnk", 999) });
    const orderId = await shopSays("1001");
    await copyOrder(orderId, 1);
    await env.DB.prepare("UPDATE orders SET store_id = ?1 WHERE external_id = 'copy-1'").bind(OTHER_STORE).run();
    await book({ amountMinor: 1 });
    await book({ amountMinor: 2, storeId: OTHER_STORE });
    const of = async (store: string) => [
      (await exported(`clicks?store=${store}`)).map((row) => row["id"]),
      (await exported(`orders?store=${store}`)).map((row) => row["externalId"]),
      (await exported<LedgerEntry>(`ledger?${EVER}&store=${store}`)).map(({ amount }) => amount.amountMinor),
    ];
    expect(await of(STORE)).toEqual([["clk_1"], ["1001"], [1]]);
    expect(await of(OTHER_STORE)).toEqual([["clk_2"], ["copy-1"], [2]]);
    expect(await of(id("str", 3))).toEqual([[], [], []]);
    expect(await exported("clicks")).toHaveLength(3);
    expect(await exported("orders")).toHaveLength(2);
    expect(await exported(`ledger?${EVER}`)).toHaveLength(2);
  });

  test.each([
    ["to", "from=2026-11-02T00:00:00Z&to=2026-11-02T00:00:00Z"],
    ["to", "from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z"],
    ["from", "from=2026-11-31"],
    ["to", "to=yesterday"],
    ["store", "store=all"],
    ["format", "format=xml"],
    ["creator", "creator=crt_0000000000000001"],
  ])("refuses what it can't use: %s of %s", async (path, wrong) => {
    for (const name of ["clicks", "orders", "ledger"]) {
      expectInvalid(await api("GET", `/export/${name}?${wrong}`), path);
    }
  });
});

describe("a long export", () => {
  const MANY = 10 * WINDOW_ROWS + 2;

  test("holds a page at a time, however many rows there are", async () => {
    const orderId = await shopSays("1001");
    const ids = await copyOrder(orderId, MANY);
    const prepare = vi.spyOn(env.DB, "prepare");
    const stream = stepper(ndjsonStream("x", orderPages(exportDeps, { from: 0, to: NOW, store: null })));
    let most = 0;
    while (await stream.step()) {
      const asked = prepare.mock.calls.filter(([text]) => text.includes("SELECT max(id)")).length;
      most = Math.max(most, asked - Math.ceil(stream.lines() / WINDOW_ROWS));
    }
    // The stream has a page ready, and the decoder that reads it here another.
    expect(most).toBeLessThanOrEqual(2);
    const rows = await stream.rest<Order>();
    expect(rows.map((row) => row.id)).toEqual([...ids, orderId].toSorted());
  });

  test("has every click of many links", async () => {
    const links = Array.from({ length: 30 }, (_none, index) => id("lnk", index + 1));
    for (let hour = 0; hour < 3; hour++) {
      await putClicks(
        Array.from({ length: MANY / 3 }, (_none, index) => NOW - hour * HOUR + index),
        links,
      );
    }
    const rows = await exported(`clicks?${EVER}`);
    expect(rows.map((row) => row["seq"])).toEqual(Array.from({ length: rows.length }, (_none, index) => index + 1));
    expect(rows.length).toBeGreaterThan(10_000);
  });

  test("has every entry", async () => {
    await book();
    await env.DB.prepare(
      `INSERT INTO ledger (id, key, store_id, creator_id, type, amount_minor, currency, reason, actor, time)
       SELECT value, value, store_id, creator_id, ledger.type, amount_minor, currency, reason, actor, time FROM ledger, json_each(?1)`,
    )
      .bind(JSON.stringify(Array.from({ length: 2 * WINDOW_ROWS + 1 }, (_none, index) => id("led", index + 1))))
      .run();
    const { results } = await env.DB.prepare("SELECT id FROM ledger ORDER BY seq").all<{ id: string }>();
    expect((await exported(`ledger?${EVER}`)).map((row) => row["id"])).toEqual(results.map((row) => row.id));
  });

  test("has each row once that was there before it began, whatever is added and corrected meanwhile", async () => {
    const orderId = await shopSays("1001");
    const ids = await copyOrder(orderId, 2 * WINDOW_ROWS, `${PLACED} + n`);
    const stream = stepper(ndjsonStream("x", orderPages(exportDeps, { from: PLACED, to: NOW, store: null })));
    await stream.step();
    expect(stream.lines()).toBe(WINDOW_ROWS);
    // Those that were read go to the end of the range, those that were not to its beginning; and there are new ones.
    await env.DB.prepare(
      "UPDATE orders SET placed_at = CASE WHEN id < ?1 THEN ?2 ELSE ?3 END WHERE external_id LIKE 'copy-%'",
    )
      .bind(ids[WINDOW_ROWS] ?? "", NOW - 1, PLACED)
      .run();
    const fresh = await shopSays("1002");
    const rows = (await stream.rest<Order>()).map((row) => row.id);
    expect(new Set(rows).size).toBe(rows.length);
    expect(rows.filter((row) => row !== fresh)).toEqual([...ids, orderId].toSorted());
  });

  test.each(["ndjson", "csv"])("that breaks off is heard of: %s", async (format) => {
    const orderId = await shopSays("1001");
    await copyOrder(orderId, WINDOW_ROWS + 1);
    const prepare = env.DB.prepare.bind(env.DB);
    let reads = 0;
    vi.spyOn(env.DB, "prepare").mockImplementation((query) => {
      if (query.includes("SELECT max(id)")) reads += 1;
      if (reads === 2) throw new Error("D1_ERROR: Network connection lost.");
      return prepare(query);
    });
    const response = await askExport(`orders?format=${format}`);
    expect(response.status).toBe(200);
    await expect(textOf(response)).rejects.toThrow();
    expect(reads).toBe(2);
  });

  test("whose reader goes away reads no further", async () => {
    const orderId = await shopSays("1001");
    await copyOrder(orderId, 3 * WINDOW_ROWS);
    const pages = orderPages(exportDeps, { from: 0, to: NOW, store: null });
    const reader = ndjsonStream("x", pages).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(await pages.next()).toEqual({ done: true, value: undefined });
  });
});

describe("what it costs", () => {
  /** How SQLite goes about the statements that an export makes. */
  async function plansOf(path: string): Promise<string[]> {
    const prepare = vi.spyOn(env.DB, "prepare");
    await exported(path);
    const texts = [...new Set(prepare.mock.calls.map(([text]) => text))].filter((text) => !text.includes("api_keys"));
    prepare.mockRestore();
    const plans = await Promise.all(
      texts.map(async (text) => {
        const places: string[] = text.match(/\?\d*/g) ?? [];
        const count = places.includes("?")
          ? places.length
          : Math.max(0, ...places.map((place) => Number(place.slice(1))));
        const statement = env.DB.prepare(`EXPLAIN QUERY PLAN ${text}`).bind(
          ...Array.from({ length: count }, () => null),
        );
        return statement.all<{ detail: string }>();
      }),
    );
    return plans.flatMap(({ results }) => results.map(({ detail }) => detail));
  }

  test.each([
    [
      "clicks",
      "",
      [
        "click_batches USING COVERING INDEX click_batches_time",
        "click_batches USING INTEGER PRIMARY KEY",
        "c USING COVERING INDEX clicks_link_time",
        "click_rows USING INTEGER PRIMARY KEY",
      ],
    ],
    ["clicks", `&store=${STORE}`, ["click_batches USING COVERING INDEX click_batches_time"]],
    ["orders", "", ["o USING INDEX orders_store_placed", "orders USING INDEX sqlite_autoindex_orders_1"]],
    [
      "orders",
      `&store=${STORE}`,
      ["o USING INDEX orders_store_placed", "orders USING INDEX sqlite_autoindex_orders_1"],
    ],
    ["ledger", "", ["l USING COVERING INDEX ledger_store", "ledger USING INTEGER PRIMARY KEY"]],
    ["ledger", `&store=${STORE}`, ["l USING COVERING INDEX ledger_store", "ledger USING INTEGER PRIMARY KEY"]],
  ])("%s%s: goes by an index wherever the rows are many, and sorts none", async (name, filter, indexes) => {
    await shopSays("1001");
    await settleAll();
    await clickAt("clk_a", NOW - HOUR);
    const plans = await plansOf(`${name}?${EVER}${filter}`);
    for (const index of indexes) expect(plans.join("\n")).toContain(index);
    expect(plans.filter((step) => /SCAN (clicks|c|orders|o|ledger|l)\b/.test(step))).toEqual([]);
    expect(plans.filter((step) => step.includes("TEMP B-TREE"))).toEqual([]);
  });

  test("follows the range, not what was before it and came after", async () => {
    const rowsRead = async () => {
      const batch = env.DB.batch.bind(env.DB);
      let read = 0;
      vi.spyOn(env.DB, "batch").mockImplementation(async (statements) => {
        const results = await batch(statements);
        for (const { meta } of results) read += meta.rows_read;
        return results;
      });
      const rows = await exported(`clicks?from=${at(NOW)}&to=${at(NOW + HOUR)}`);
      vi.restoreAllMocks();
      expect(rows).toHaveLength(100);
      return read;
    };
    const spread = (from: number) =>
      putClicks(
        Array.from({ length: 5_000 }, (_n, index) => from + index),
        [LEA_LINK],
      );
    await spread(NOW - DAY);
    await putClicks(
      Array.from({ length: 100 }, (_n, index) => NOW + index),
      [LEA_LINK],
    );
    await spread(NOW + DAY);
    const before = await rowsRead();
    await spread(NOW + 2 * DAY);
    await spread(NOW + 3 * DAY);
    expect(await rowsRead()).toBe(before);
    expect(before).toBeLessThan(100 + 6 * WINDOW_ROWS);
  });
});

describe("sums", () => {
  test("counted clicks of an export are what the report counts", async () => {
    for (let index = 0; index < 20; index++) {
      await clickAt(`clk_${index}`, NOW - index * HOUR, { pseudonym: `somebody ${index % 3}` });
    }
    const [from, to] = [NOW - 12 * HOUR, NOW];
    const rows = await exported(`clicks?from=${at(from)}&to=${at(to)}`);
    const answer = await api("GET", `/reports/traffic?from=${at(from)}&to=${at(to)}`);
    const { total } = answer.body as { total: { requests: number; counted: number } };
    expect(rows).toHaveLength(total.requests);
    expect(rows.filter((row) => row["bucket"] === "counted")).toHaveLength(total.counted);
  });

  test("orders of an export are what the report sums", async () => {
    const [from, to] = [PLACED, PLACED + 3 * HOUR];
    const ends = { first: from - 1, second: from, third: to - 1, fourth: to };
    for (const [externalId, placedAt] of Object.entries(ends)) {
      await shopSays(externalId, { placedAt, refundedMinor: placedAt % 1_000, totalMinor: 10_000 + (placedAt % 7) });
    }
    await shopSays("cancelled", { placedAt: from + 1, status: "cancelled" });
    await shopSays("nobody's", { placedAt: from + 1, codes: [] });
    await settleAll();
    await shopSays("pending", { placedAt: from + 1, totalMinor: 777, codes: ["ZOE10"] });
    const rows = await exported<Order>(`orders?store=${STORE}&from=${at(from)}&to=${at(to)}`);
    const counting = rows.filter(({ status }) => ["pending", "approved", "disputed"].includes(status));
    const sum = (of: (order: Order) => number | undefined) =>
      counting.reduce((total, order) => total + (of(order) ?? 0), 0);
    expect(rows).toHaveLength(5);
    expect(counting).toHaveLength(3);
    const answer = await api("GET", `/reports/creators?store=${STORE}&from=${at(from)}&to=${at(to)}`);
    expect(bodyOf(reportOf(ROW_SCHEMAS.creators), answer).total).toMatchObject({
      conversions: 3,
      grossMinor: sum(({ total }) => total?.amountMinor),
      refundedMinor: sum(({ refunded }) => refunded?.amountMinor),
      commissionMinor: sum(({ commission }) => commission?.total?.amountMinor),
    });
  });

  test("entries of an export are the balance", async () => {
    await shopSays("1001", { totalMinor: 12_345 });
    await settleAll();
    await shopSays("1001", { totalMinor: 12_345, refundedMinor: 2_345 });
    await settleAll();
    const rows = await exported<LedgerEntry>(`ledger?${EVER}`);
    expect(rows.length).toBe(2);
    const balances = bodyOf(balancesSchema, await api("GET", "/ledger/balances"));
    expect(balances.totals.map(({ balance }) => balance.amountMinor)).toEqual([
      rows.reduce((sum, { amount }) => sum + amount.amountMinor, 0),
    ]);
  });
});
