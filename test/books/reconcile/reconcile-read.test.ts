import * as fc from "fast-check";
import { JSONParser } from "@streamparser/json";
import { describe, expect, test, vi } from "vitest";
import { Problem } from "../../../src/ground/http/problem.ts";
import { MAX_ROW } from "../../../src/ground/file/csv.ts";
import { plainDecimal } from "../../../src/ground/file/decimal.ts";
import { localTime } from "../../../src/ground/file/local-time.ts";
import { PRESET_NAMES, type PresetName, PRESETS, statusOf } from "../../../src/books/reconcile/preset.ts";
import { readTime } from "../../../src/ground/file/read-time.ts";
import { statusKey, TRANSLATED_STATUSES } from "../../../src/books/reconcile/status-words.ts";
import { faultsOf, read, reader, type Reading, readPieces, rowsOf, SHOPIFY } from "./reconcile-files.ts";

const utc = (text: string): number => Date.parse(text);

/** A row that says no more than it must. */
const BARE = {
  placedAt: null,
  subtotalMinor: null,
  discountMinor: null,
  shippingMinor: null,
  taxMinor: null,
  refundedMinor: null,
  status: null,
  codes: [],
};

const GENERIC = [
  "order_id,placed_at,currency,total,subtotal,refunded,status,codes",
  "1001,2026-11-20T09:00:00Z,EUR,49.90,45.00,0,paid,LEA10",
  "1002,2026-11-20 10:00,usd,12,,,cancelled,",
  '1003,2026-11-20,JPY,"1,200,000",,,refunded,LEA10;zoe10',
].join("\n");

// As "Import and Export of WooCommerce Orders" has its columns.
const WOOCOMMERCE = [
  "order_id,order_number,order_date,paid_date,status,shipping_total,shipping_tax_total,fee_total,fee_tax_total,tax_total,cart_discount,order_discount,discount_total,order_total,order_subtotal,order_currency,payment_method,customer_email,shipping_items,fee_items,tax_items,coupon_items,refund_items,order_notes",
  "4415,4415,2026-11-20 09:00:00,2026-11-20 09:01:00,completed,4.90,0.93,0.00,0.00,8.15,5.00,5.00,5.00,58.14,49.09,EUR,stripe,lea@example.com,,,,code:lea10|amount:5.00,amount:10.00|reason:Too small|date:2026-11-21 10:00:00;amount:2.5|reason:|date:2026-11-22 10:00:00,",
  "4416,4416,11/20/2026 21:05:00,,wc-on-hold,0.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00,10.00,10.00,EUR,bacs,zoe@example.com,,,,,,",
  "4417,4417,2026-11-21 10:00:00,,shipped-by-drone,0.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00,10.00,10.00,EUR,bacs,zoe@example.com,,,,code:LEA10|description:a|amount:1;code:ZOE10|amount:2,,",
].join("\n");

const BIGCOMMERCE = [
  "Order ID,Customer ID,Customer Name,Customer Email,Customer Phone,Order Date,Order Status,Subtotal (inc tax),Subtotal (ex tax),Tax Total,Shipping Cost (inc tax),Shipping Cost (ex tax),Ship Method,Handling Cost (inc tax),Handling Cost (ex tax),Store Credit Redeemed,Gift Certificate Amount Redeemed,Gift Certificate Code,Gift Certificate Expiration Date,Coupon Details,Order Total (inc tax),Order Total (ex tax),Payment Method,Total Quantity,Total Shipped,Date Shipped,Order Currency Code,Exchange Rate,Order Notes,Product Details,Refund Amount,Channel ID,Channel Name",
  '105,1,Lea Martin,lea@example.com,,11/20/2026,Completed,598.8000,499.0000,99.8000,12.0000,10.0000,Post,0.0000,0.0000,0.0000,0.0000,,,"Coupon Code: LEA10, Coupon Value: 5.0000",610.8000,509.0000,Card,2,2,11/21/2026,EUR,1.0000000000,,"Product ID: 8, Product Qty: 2, Product SKU: M-1",100.0000,1,Shop',
  "106,0,Zoe Weber,zoe@example.com,,Nov 21st 2026,Awaiting Payment,10.0000,8.4000,1.6000,0.0000,0.0000,,0.0000,0.0000,0.0000,0.0000,,,,10.0000,8.4000,,1,0,,EUR,1.0000000000,,,0.0000,1,Shop",
  "107,0,Zoe Weber,zoe@example.com,,11/21/2026,Declined,10.0000,8.4000,1.6000,0.0000,0.0000,,0.0000,0.0000,0.0000,0.0000,,,,10.0000,8.4000,,1,0,,EUR,1.0000000000,,,0.0000,1,Shop",
].join("\n");

const MAGENTO = [
  'ID,"Purchase Point","Purchase Date","Bill-to Name","Ship-to Name","Grand Total (Base)","Grand Total (Purchased)",Status,"Billing Address","Shipping Address","Shipping Information","Customer Email","Customer Group",Subtotal,"Shipping and Handling","Customer Name","Payment Method","Total Refunded","Allocated sources"',
  '000000123,"Main Website\nMain Store","Nov 20, 2026 09:00:00 AM","Lea Martin","Lea Martin",36.3900,36.3900,Processing,"1 Street, Berlin","1 Street, Berlin","Flat Rate",lea@example.com,General,29.0000,5.0000,"Lea Martin",checkmo,,',
  '000000124,"Main Website","Nov 20, 2026 12:00:00 PM","Zoe Weber","Zoe Weber",20.0000,20.0000,Closed,"2 Street, Berlin","2 Street, Berlin","Flat Rate",zoe@example.com,General,15.0000,5.0000,"Zoe Weber",checkmo,20.0000,',
  '000000125,"Main Website","Nov 21, 2026 12:30:00 AM","Zoe Weber","Zoe Weber",20.0000,20.0000,Canceled,"2 Street, Berlin","2 Street, Berlin","Flat Rate",zoe@example.com,General,15.0000,5.0000,"Zoe Weber",checkmo,,',
].join("\n");

const FILES: Readonly<Record<PresetName, string>> = {
  generic: GENERIC,
  shopify: SHOPIFY,
  woocommerce: WOOCOMMERCE,
  bigcommerce: BIGCOMMERCE,
  magento: MAGENTO,
};

describe("an export of each preset", () => {
  test("generic: the tracker's own form", () => {
    expect(rowsOf(GENERIC)).toEqual([
      {
        ...BARE,
        externalId: "1001",
        placedAt: utc("2026-11-20T09:00:00Z"),
        currency: "EUR",
        totalMinor: 4990,
        subtotalMinor: 4500,
        refundedMinor: 0,
        status: "paid",
        codes: ["LEA10"],
      },
      {
        ...BARE,
        externalId: "1002",
        placedAt: utc("2026-11-20T10:00:00+01:00"),
        currency: "USD",
        totalMinor: 1200,
        status: "cancelled",
      },
      {
        ...BARE,
        externalId: "1003",
        placedAt: utc("2026-11-20T00:00:00+01:00"),
        currency: "JPY",
        totalMinor: 1_200_000,
        status: "refunded",
        codes: ["LEA10", "zoe10"],
      },
    ]);
  });

  test("Shopify: lines of items are folded in, quoted line feeds and all", () => {
    expect(rowsOf(SHOPIFY)).toEqual([
      {
        externalId: "5512345678901",
        placedAt: utc("2026-11-20T08:00:00Z"),
        currency: "EUR",
        totalMinor: 9480,
        subtotalMinor: 8990,
        discountMinor: 1000,
        shippingMinor: 490,
        taxMinor: 1514,
        refundedMinor: 0,
        status: "paid",
        codes: ["LEA10"],
      },
      {
        externalId: "5512345678902",
        placedAt: utc("2026-11-20T22:30:00Z"),
        currency: "EUR",
        totalMinor: 120_000,
        subtotalMinor: 120_000,
        discountMinor: 0,
        shippingMinor: 0,
        taxMinor: 19_160,
        refundedMinor: 20_000,
        status: "paid",
        codes: ["ZOE10", "VIP"],
      },
      {
        ...BARE,
        externalId: "#1003",
        placedAt: utc("2026-11-21T07:00:00Z"),
        currency: "EUR",
        totalMinor: 1000,
        subtotalMinor: 1000,
        refundedMinor: 0,
        status: "cancelled",
      },
      {
        ...BARE,
        externalId: "#1004",
        placedAt: utc("2026-11-21T07:00:00Z"),
        currency: "JPY",
        totalMinor: 5000,
        refundedMinor: 0,
        status: "pending",
      },
    ]);
  });

  test("Shopify: a blank total is an item's line only where the order goes on", () => {
    const lines = [
      "Name,Currency,Total,Subtotal,Financial Status",
      "#1,EUR,5.00,,paid",
      ",,,,",
      "#2,EUR,,,paid",
      "#1,,,,",
    ];
    expect(read(lines.join("\n")).map(({ externalId, fault }) => [externalId, fault])).toEqual([
      ["#1", null],
      ["#2", "total: is missing"],
      ["#1", "currency: is missing"],
    ]);
  });

  test("Shopify: a line with an amount is no line of items", () => {
    const text = "Name,Currency,Total,Subtotal,Financial Status\n#1,EUR,5.00,,paid\n#1,EUR,,5.00,paid";
    expect(faultsOf(text)).toEqual([null, "total: is missing"]);
  });

  test("WooCommerce: coupons may be a plain list, and a code of one's own may have a colon", () => {
    const text = "order_id,order_total,status,coupon_items\n1,5,completed,LEA10;ZOE10\n2,5,completed,amount:5";
    expect(rowsOf(text).map(({ codes }) => codes)).toEqual([["LEA10", "ZOE10"], []]);
    expect(rowsOf("order_id,currency,total,codes\n1,EUR,-0.00,VIP:10")).toMatchObject([
      { totalMinor: 0, codes: ["VIP:10"] },
    ]);
  });

  test("Shopify: a line of items that can't be told apart is no reason to lose an order", () => {
    const text =
      'Name,Currency,Total,Financial Status,Note\n#1,EUR,5,paid,\n#1,,,,"a"b\n#2,EUR,5,paid,"\n#1,,,,,x\n#3,EUR,5,paid,';
    expect(read(text).map(({ externalId, fault }) => [externalId, fault])).toEqual([
      ["#1", null],
      [null, "from line 3 on its quotes don't match"],
      ["#1", "has 6 cells, and the header 5"],
      ["#3", null],
    ]);
  });

  test("Shopify: an order that was cancelled is, whatever was paid", () => {
    const lines = ["Name,Currency,Total,Financial Status,Cancelled at", "#1,EUR,5.00,paid,2026-11-20 09:00:00 +0100"];
    expect(rowsOf(lines.join("\n"))).toMatchObject([{ status: "cancelled" }]);
  });

  test("WooCommerce: coupons and refunds are lists in a cell", () => {
    expect(rowsOf(WOOCOMMERCE)).toEqual([
      {
        externalId: "4415",
        placedAt: utc("2026-11-20T08:00:00Z"),
        currency: "EUR",
        totalMinor: 5814,
        // The total is not that of its parts: whether discounts are in it, nobody can tell.
        subtotalMinor: null,
        subtotalLimitMinor: 4409,
        discountMinor: 500,
        shippingMinor: 490,
        taxMinor: 815,
        refundedMinor: 1250,
        status: "paid",
        codes: ["lea10"],
      },
      expect.objectContaining({
        externalId: "4416",
        placedAt: utc("2026-11-20T20:05:00Z"),
        refundedMinor: null,
        status: "pending",
        codes: [],
      }),
      // A status of the shop's own.
      expect.objectContaining({
        externalId: "4417",
        status: null,
        unknownStatus: "shipped-by-drone",
        codes: ["LEA10", "ZOE10"],
      }),
    ]);
  });

  test("WooCommerce: the other plugin's names of date and refunds", () => {
    const lines = [
      "order_id,order_number,date,status,shipping_total,tax_total,discount_total,order_total,refunded_total,order_currency,coupon_items",
      "7,7,2026-11-20 09:00:00,refunded,0.00,0.00,0.00,12.00,-12.00,EUR,",
      "8,8,2026-11-20 09:00:00,failed,0.00,0.00,0.00,12.00,0.00,EUR,",
    ];
    expect(rowsOf(lines.join("\n"))).toMatchObject([
      { externalId: "7", placedAt: utc("2026-11-20T08:00:00Z"), refundedMinor: 1200, status: "refunded" },
      { externalId: "8", refundedMinor: 0, status: "cancelled" },
    ]);
  });

  test("BigCommerce: months come first, and amounts have four decimals", () => {
    expect(rowsOf(BIGCOMMERCE)).toEqual([
      {
        externalId: "105",
        placedAt: utc("2026-11-19T23:00:00Z"),
        currency: "EUR",
        totalMinor: 61_080,
        subtotalMinor: null,
        subtotalLimitMinor: 49_900,
        discountMinor: null,
        shippingMinor: 1000,
        taxMinor: 9980,
        refundedMinor: 10_000,
        status: "paid",
        codes: ["LEA10"],
      },
      expect.objectContaining({
        externalId: "106",
        placedAt: utc("2026-11-20T23:00:00Z"),
        status: "pending",
        codes: [],
      }),
      expect.objectContaining({ externalId: "107", status: "cancelled" }),
    ]);
  });

  test("BigCommerce: the time of the day has a column of its own", () => {
    const lines = [
      "Order ID,Order Date,Order Time,Order Status,Order Total (inc tax),Coupon Details",
      "1,11/20/2026,21:05:07,Shipped,5.0000,Discount: 5",
    ];
    expect(rowsOf(lines.join("\n"))).toMatchObject([
      { placedAt: utc("2026-11-20T20:05:07Z"), currency: "EUR", status: "paid", codes: [] },
    ]);
  });

  test("Magento: amounts are in the store's currency, for the grid names none", () => {
    expect(rowsOf(MAGENTO, { currency: "CHF" })).toEqual([
      {
        ...BARE,
        externalId: "000000123",
        placedAt: utc("2026-11-20T08:00:00Z"),
        currency: "CHF",
        totalMinor: 3639,
        // Before discounts, of which the grid tells nothing.
        subtotalLimitMinor: 2900,
        unnamed: { total: "36.39", refunded: null },
        shippingMinor: 500,
        status: "paid",
      },
      expect.objectContaining({
        externalId: "000000124",
        placedAt: utc("2026-11-20T11:00:00Z"),
        refundedMinor: 2000,
        status: "refunded",
      }),
      expect.objectContaining({ externalId: "000000125", placedAt: utc("2026-11-20T23:30:00Z"), status: "cancelled" }),
    ]);
  });

  test.each(PRESET_NAMES)("%s is known by its header, and by its name", (preset) => {
    for (const asked of [null, preset]) {
      const file = reader({ preset: asked });
      readPieces(file, [new TextEncoder().encode(FILES[preset])]);
      expect(file.preset).toBe(preset);
    }
  });
});

/** Cuts bytes at these places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

const JSON_ROWS = [
  { order_id: "Ä🎉", currency: "EUR", total: 5, codes: ["ZOË10"] },
  { order_id: "1001", currency: "EUR", total: 49.9, codes: ["LEA10"], placed_at: "2026-11-20T09:00:00Z" },
  { "Order ID": 1002, currency: "EUR", total: "12.00", note: 'ä "quoted" 🎉 \\ [{' },
  { order_id: "1003", currency: "EUR", total: "1,234" },
];

const PIECED: readonly (readonly [string, string, Reading])[] = [
  ...PRESET_NAMES.map((preset) => [preset, FILES[preset], { preset }] as const),
  ["generic with a byte order mark and semicolons", `\uFEFF${GENERIC.replaceAll(",", ";")}`, {}],
  [
    "quotes of all kinds",
    'order_id,currency,total\r\n"1","EUR" ,"5.00"\r\n"2,""x""\r\n","EUR",5\r\n3,EUR,"5"x\r\n4,EUR,5',
    {},
  ],
  ["letters of several bytes", "order_id,currency,total,codes\nÄ🎉1,EUR,5,ZOË10\n", {}],
  ["a JSON list", JSON.stringify(JSON_ROWS, null, 1), { format: "json" }],
  ["a JSON object", ` {"rows" : ${JSON.stringify(JSON_ROWS)}, "more": {"a": [1]}} `, { format: "json" }],
  ["NDJSON", JSON_ROWS.map((row) => JSON.stringify(row)).join("\r\n"), { format: "ndjson" }],
];

describe("the same rows wherever a file is cut:", () => {
  test.each(PIECED)("%s", (_name, text, options) => {
    const bytes = new TextEncoder().encode(text);
    const whole = readPieces(reader(options), [bytes]);
    expect(whole.length).toBeGreaterThan(0);
    expect(readPieces(reader(options), cut(bytes, [...bytes.keys()]))).toEqual(whole);
    for (let place = 0; place <= bytes.length; place++) {
      expect(readPieces(reader(options), cut(bytes, [place])), `cut at ${place}`).toEqual(whole);
    }
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), (places) => {
        expect(readPieces(reader(options), cut(bytes, places))).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  test("and any cells, quoted as they must be, come back as they were", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", ";", "\n", "\r", " ", "ä", "🎉"), maxLength: 8 });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(
        fc.array(cell, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (cells, places) => {
          const lines = cells.map((text, index) => `${quoted(text)},EUR,5,${quoted(`c${index}`)}`);
          const bytes = new TextEncoder().encode(["note,currency,total,order_id", ...lines].join("\n"));
          const ids = readPieces(reader({}), cut(bytes, places)).map(({ row }) => row?.externalId);
          expect(ids).toEqual(cells.map((_text, index) => `c${index}`));
        },
      ),
    );
  });
});

describe("a file", () => {
  const HEADER = "order_id,currency,total";

  test.each([
    ["comma", ","],
    ["semicolon", ";"],
    ["tab", "\t"],
  ])("may have a %s between its cells", (_name, mark) => {
    const text = [HEADER, "1,EUR,5"].join("\n").replaceAll(",", mark);
    expect(rowsOf(text)).toEqual([{ ...BARE, externalId: "1", currency: "EUR", totalMinor: 500 }]);
  });

  test("may spell its headers in any case, with spaces or underscores", () => {
    expect(rowsOf(' ORDER Id ,Currency," to tal "\n1,EUR,5')).toMatchObject([{ externalId: "1", totalMinor: 500 }]);
  });

  test("is of the preset that knows the most of its headers, whatever the caller names", () => {
    const file = reader({ map: { order_id: "Id" } });
    readPieces(file, [
      new TextEncoder().encode("Name,Id,Created at,Currency,Total,Financial Status\n#1,1,,EUR,1,paid"),
    ]);
    expect(file.preset).toBe("shopify");
  });

  test("may have marks and line feeds in its headers", () => {
    expect(rowsOf(`"Note; long; longer;\n of several lines",${HEADER}\nx,1,EUR,5`)).toMatchObject([
      { externalId: "1" },
    ]);
  });

  test("may have a header twice: the first counts", () => {
    expect(rowsOf(`${HEADER},total\n1,EUR,5,6`)).toMatchObject([{ totalMinor: 500 }]);
    expect(rowsOf(`${HEADER},TOTAL\n1,EUR,5,6`)).toMatchObject([{ totalMinor: 500 }]);
  });

  test("may have headers of its own, if the caller names them", () => {
    const text = "Name,Id,Currency,Total,Financial Status,Discount Code\n#1,77,EUR,5,paid,LEA10";
    expect(rowsOf(text, { preset: "shopify", map: { order_id: "Id", codes: null } })).toMatchObject([
      { externalId: "77", codes: [] },
    ]);
    expect(
      rowsOf("nummer;waehrung;summe\n1;EUR;5,00", {
        map: { order_id: "Nummer", currency: "Waehrung", total: "Summe" },
      }),
    ).toMatchObject([{ externalId: "1", totalMinor: 500 }]);
  });

  test.each([
    ["order_id,total\n1,5", {}, ["currency"]],
    ["a,b\n1,5", {}, ["order_id", "currency", "total"]],
    [HEADER, { preset: "bigcommerce" } as const, ["total", "status"]],
    [HEADER, { map: { codes: "Coupon" } }, ["codes"]],
    ["x", { preset: "magento" } as const, ["order_id", "placed_at", "total", "status"]],
  ])("that lacks a column is refused, and told which: %s %o", (text, options: Reading, fields) => {
    const refused = problemOf(() => read(text, options));
    expect(refused.code).toBe("validation_failed");
    expect(refused.fields.map(({ path }) => path)).toEqual(fields);
  });

  test("names the headers that would do", () => {
    const refused = problemOf(() => read("ID,Purchase Date,Status", { preset: "magento" }));
    expect(refused.message).toContain("Grand Total (Base) or Grand Total (Purchased)");
  });

  test.each([
    ["", "csv", "validation_failed"],
    ["\n\n", "csv", "validation_failed"],
    ["", "json", "validation_failed"],
    ["{}", "json", "validation_failed"],
    ['"rows"', "json", "validation_failed"],
    ['{"orders": []}', "json", "validation_failed"],
    ['{"rows": {"a": 1}}', "json", "validation_failed"],
    [`${" ".repeat(2000)}x`, "json", "validation_failed"],
    ["[1", "json", "malformed_json"],
    ["[1]]", "json", "malformed_json"],
    ['[{"a": 1} {"b": 2}]', "json", "malformed_json"],
    ["[{a: 1}]", "json", "malformed_json"],
  ] as const)("that is no list of rows is refused: %j as %s", (text, format, code) => {
    expect(problemOf(() => read(text, { format })).code).toBe(code);
  });

  test("that doesn't begin as it should is refused at once", () => {
    expect(() => reader({ format: "json" }).push(new TextEncoder().encode(" ".repeat(2000)))).toThrow(Problem);
  });

  test("may have no row at all", () => {
    // Of CSV that can't be told from lines that weren't recognised.
    for (const text of [HEADER, `${HEADER}\n\n  \n,,\n`]) {
      expect(problemOf(() => read(text)).message).toContain("has a header and no row beneath it");
    }
    expect(read("[]", { format: "json" })).toEqual([]);
    expect(read('{"rows": []}', { format: "json" })).toEqual([]);
    expect(read("\n", { format: "ndjson" })).toEqual([]);
  });

  test("with a row that never ends is refused before it is held", () => {
    const long = "x".repeat(MAX_ROW + 1);
    expect(problemOf(() => read(`${HEADER}\n"1,EUR,5\n${long}`)).message).toContain(`${MAX_ROW}`);
    expect(problemOf(() => read(long)).message).toContain(`${MAX_ROW}`);
    expect(problemOf(() => read(`[{"order_id": "${long}`, { format: "json" })).message).toContain(`${MAX_ROW}`);
    expect(problemOf(() => read("[".repeat(MAX_ROW * 2), { format: "json" })).message).toContain(`${MAX_ROW}`);
    expect(problemOf(() => read(`{"order_id": "${long}`, { format: "ndjson" })).message).toContain(`${MAX_ROW}`);
  });

  test("of JSON is let go of row by row", () => {
    const write = vi.spyOn(JSONParser.prototype, "write");
    const rows = Array.from({ length: 500 }, (_none, n) => ({ order_id: `${n}`, currency: "EUR", total: n }));
    for (const body of [rows, { rows }]) {
      const text = JSON.stringify(body);
      reader({ format: "json" }).push(new TextEncoder().encode(text.slice(0, -4)));
      // What the parser holds on to isn't shown by its type.
      const parser: unknown = write.mock.contexts.at(-1);
      const held = JSON.stringify((parser as { tokenParser: object }).tokenParser);
      expect(held.length).toBeLessThan(1000);
    }
    write.mockRestore();
  });

  test("is as long as it likes, row by row", () => {
    const rows = Array.from({ length: 3000 }, (_none, n) => ({
      order_id: `${n}`,
      currency: "EUR",
      total: n,
      note: "x".repeat(60),
    }));
    expect(read(JSON.stringify(rows), { format: "json" }).length).toBe(3000);
    expect(read(JSON.stringify({ rows }), { format: "json" }).length).toBe(3000);
    expect(read([HEADER, ...rows.map(({ order_id }) => `${order_id},EUR,5`)].join("\n")).length).toBe(3000);
  });
});

describe("a file as spreadsheets leave it (G-18)", () => {
  const ROWS = ["order_id,currency,total,note", '1,EUR,5,"a, b"', "2,EUR,6,"];
  const IDS = ["1", "2"];
  const idsOf = (text: string) => rowsOf(text).map(({ externalId }) => externalId);
  const utf16 = (text: string) => Uint8Array.from(Buffer.from(`\uFEFF${text}`, "utf16le"));

  test.each([
    ["LF", "\n"],
    ["CR LF", "\r\n"],
    ["CR", "\r"],
  ])("ends its lines with %s, with and without the last, wherever it is cut", (_name, end) => {
    for (const text of [ROWS.join(end), ROWS.join(end) + end, end + ROWS.join(end + end)]) {
      expect(idsOf(text)).toEqual(IDS);
      const bytes = new TextEncoder().encode(text);
      fc.assert(
        fc.property(fc.array(fc.nat(), { maxLength: 8 }), (places) => {
          expect(readPieces(reader({}), cut(bytes, places)).map(({ externalId }) => externalId)).toEqual(IDS);
        }),
      );
    }
  });

  test.each([",", ";", "\t", "|", "^"])("names the mark between its cells: sep=%j", (mark) => {
    for (const first of [`sep=${mark}`, `"sep=${mark}"`]) {
      const lines = ["order_id,currency,total,note", "1,EUR,5,a", "2,EUR,6,"].map((text) => text.replaceAll(",", mark));
      expect(idsOf([first, ...lines].join("\r\n"))).toEqual(IDS);
    }
  });

  test("is UTF-16 with its mark, wherever it is cut, in any format", () => {
    const json = [
      { order_id: "1", currency: "EUR", total: 5 },
      { order_id: "2", currency: "EUR", total: 6 },
    ];
    const files = [
      ["csv", ROWS.join("\n")],
      ["json", JSON.stringify(json)],
      ["ndjson", json.map((row) => JSON.stringify(row)).join("\r\n")],
    ] as const;
    for (const [format, text] of files) {
      for (const bytes of [utf16(text), utf16(text).subarray(2)]) {
        const marked = bytes[0] === 0xff;
        fc.assert(
          fc.property(fc.array(fc.nat(), { maxLength: 8 }), (places) => {
            const ids = () => readPieces(reader({ format }), cut(bytes, places)).map(({ externalId }) => externalId);
            if (marked) expect(ids()).toEqual(IDS);
            else expect(problemOf(ids).message).toContain("looks like UTF-16 without its byte order mark");
          }),
        );
      }
    }
  });

  test("begins with the mark of UTF-8", () => {
    expect(idsOf(`\uFEFF${ROWS.join("\n")}`)).toEqual(IDS);
    expect(idsOf(`\uFEFFsep=,\n${ROWS.join("\n")}`)).toEqual(IDS);
    const json = '\uFEFF[{"order_id": "1", "currency": "EUR", "total": 5}]';
    expect(rowsOf(json, { format: "json" })).toMatchObject([{ externalId: "1" }]);
  });

  test("has a row past the limit, which is named", () => {
    const long = "x".repeat(MAX_ROW + 1);
    const csv = [...ROWS.slice(0, 2), '"of two\nlines",EUR,5,', `4,EUR,5,"${long}`, "5,EUR,5,"].join("\n");
    expect(problemOf(() => read(csv)).message).toContain("the row that begins on line 5 (4,EUR,5,");
    // Whether it comes in one piece or in many.
    const closed = `${ROWS.join("\n")}\n3,EUR,5,"${long}"\n`;
    for (const size of [1 << 20, 1000]) {
      const bytes = new TextEncoder().encode(closed);
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_none, n) =>
        bytes.subarray(n * size, (n + 1) * size),
      );
      expect(problemOf(() => readPieces(reader({}), pieces)).message).toContain("on line 4");
    }
    const one = '{"order_id": "1", "currency": "EUR", "total": 5}';
    expect(problemOf(() => read(`[${one},{"a": "${long}${long}"}]`, { format: "json" })).message).toContain("row 2");
    expect(problemOf(() => read(`${one}\n{"a": "${long}`, { format: "ndjson" })).message).toContain("line 2");
  });
});

describe("codes (G-21)", () => {
  const codesIn = (cell: string) => {
    const text = `order_id,order_total,status,coupon_items\n1,5,completed,"${cell}"`;
    return rowsOf(text)[0]?.codes;
  };

  test.each([
    ["code:welcome5|description:Not with code: MIA10, only once|amount:3.00", ["welcome5"]],
    ["code:a|description:x; code:MIA10 too|amount:3.00;code:b|amount:1.00", ["a", "b"]],
    ["code:a|description:code:MIA10|discount_amount:3", ["a"]],
    ["code:a|amount:1;code:b|description:|amount:2", ["a", "b"]],
    ["code:a;code:b", ["a", "b"]],
    ["amount:5", []],
    ["description:code:MIA10|amount:5", []],
    ["Barcode:MIA10|amount:5", []],
  ])("of %j are %j", (cell, codes) => {
    expect(codesIn(cell)).toEqual(codes);
  });

  test("are never what a description says, whatever it says", () => {
    const words = fc.array(fc.constantFrom("code", ":", "MIA10", ",", " ", "; ", "|", "code:MIA10", "amount", "x"));
    fc.assert(
      fc.property(words, (parts) => {
        expect(codesIn(`code:welcome5|description:${parts.join("")}|amount:3.00`)).toEqual(["welcome5"]);
      }),
    );
  });
});

describe("words for where an order stands (G-20)", () => {
  test("mean one thing alone", () => {
    const all = Object.values(PRESETS).flatMap(({ statuses }) => Object.keys(statuses));
    for (const key of all) expect(statusKey(key)).toBe(key);
    expect(TRANSLATED_STATUSES.size).toBeGreaterThan(100);
    for (const [key, status] of TRANSLATED_STATUSES) {
      expect(statusKey(key.toUpperCase())).toBe(key);
      // A preset that knows better has its own.
      for (const preset of Object.values(PRESETS)) {
        if (!Object.hasOwn(preset.statuses, key)) expect(statusOf(key, preset)).toBe(status);
      }
    }
  });

  test("are nobody's if they are in no list", () => {
    for (const word of ["trash", "auto-draft", "constructor", "", "in Prüfung"]) {
      for (const preset of Object.values(PRESETS)) expect(statusOf(word, preset)).toBeNull();
    }
  });
});

function problemOf(run: () => unknown): Problem {
  try {
    run();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a row that can't be read is kept with its fault:", () => {
  const HEADER = "order_id,placed_at,currency,total,refunded,status,codes";

  test.each([
    [",,EUR,5,,,", null, /^order_id: is missing/],
    ["1,,,5,,,", "1", /^currency: is missing/],
    ["1,,EURO,5,,,", "1", /^currency: /],
    ["1,,EUR,,,,", "1", /^total: is missing/],
    ["1,,EUR,-5,,,", "1", /^total: /],
    ["1,,EUR,5.001,,,", "1", /^total: /],
    ['1,,EUR,"1,234",,,', "1", /^total: 1,234 is no amount, or can be read in two ways/],
    ["1,,EUR,five,,,", "1", /^total: five/],
    ["1,,JPY,5.5,,,", "1", /^total: /],
    ["1,,EUR,5,x,,", "1", /^refunded: x/],
    ["1,,EUR,99999999999999999999,,,", "1", /^total: /],
    ["1,,EUR,5,,payed,", "1", /^status: must be one of pending, paid, cancelled, refunded/],
    ["1,20.11.2026,EUR,5,,,", "1", /^placed_at: 20.11.2026/],
    ["1,11/20/2026,EUR,5,,,", "1", /^placed_at: /],
    ["1,2026-02-30,EUR,5,,,", "1", /^placed_at: /],
    ["1,1969-12-31,EUR,5,,,", "1", /^placed_at: /],
    [`${"x".repeat(201)},,EUR,5,,,`, null, /^order_id: /],
    ['"a\tb",,EUR,5,,,', null, /^order_id: must not have control characters/],
    ["a\u0000b,,EUR,5,,,", null, /^order_id: must not have control characters/],
    [`1,,EUR,5,,,${"x".repeat(256)}`, "1", /^codes.0: /],
    ["1,,EUR,5,,,LEA10,ZOE10", "1", /^has 8 cells, and the header 7/],
    ["1,,EUR,1,234,,paid,", "1", /^has 8 cells, and the header 7/],
    ['1,,EUR,"5"0,,,', null, /quotes don't match/],
    ['1,,EUR,5,,,"LEA10', null, /quotes don't match/],
  ])("%s", (line, externalId, fault) => {
    const [row, ...rest] = read(`${HEADER}\n${line}`);
    expect(rest).toEqual([]);
    expect(row).toMatchObject({ externalId, names: [], row: null, fault: expect.stringMatching(fault) });
  });

  test("and the rows around it are read", () => {
    const text = [HEADER, "1,,EUR,5,,,", "2,,EUR,x,,,", "3,,EUR,5,,,"].join("\n");
    expect(faultsOf(text)).toEqual([null, "total: x is no amount, or can be read in two ways", null]);
  });

  test("what isn't UTF-8, where it matters", () => {
    const encoder = new TextEncoder();
    const line = (note: number[], id: number[]) => [
      ...encoder.encode("\n"),
      ...id,
      ...encoder.encode(",EUR,5,"),
      ...note,
    ];
    const file = Uint8Array.from([
      ...encoder.encode("order_id,currency,total,note"),
      ...line([0xe4], [0x31]),
      ...line([], [0xe4]),
    ]);
    expect(readPieces(reader({}), [file]).map(({ externalId, fault }) => [externalId, fault])).toEqual([
      ["1", null],
      [null, "is not UTF-8: save the file as CSV UTF-8"],
    ]);
  });

  test.each([
    ["null", /must be an object/],
    ["[1]", /must be an object/],
    ["{}", /^order_id: is missing/],
    ['{"order_id": "1", "currency": "EUR"}', /^total: is missing/],
    ['{"order_id": "1", "total": 5}', /^currency: is missing/],
    ['{"order_id": 1.5, "currency": "EUR", "total": 5}', /^order_id: must be a text/],
    ['{"order_id": 12345678901234567890, "currency": "EUR", "total": 5}', /^order_id: must be a text/],
    ['{"order_id": {}, "currency": "EUR", "total": 5}', /^order_id: must be a text/],
    ['{"order_id": "1", "currency": ["EUR"], "total": 5}', /no text/],
    ['{"order_id": "1", "currency": "EUR", "total": {}}', /no text/],
    ['{"order_id": "1", "currency": "EUR", "total": 1e21}', /^total: /],
    ['{"order_id": "1", "currency": "EUR", "total": 0.1, "refunded": true}', /^refunded: true/],
    ['{"order_id": "1", "currency": "EUR", "total": 5, "codes": [7]}', /^codes.0: must be a text/],
    ['{"order_id": "a\\ud800", "currency": "EUR", "total": 5}', /half of a surrogate/],
    ['{"order_id": "1", "currency": "EUR", "total": 5, "placed_at": 1763629200000}', /^placed_at: /],
  ])("JSON %s", (text, fault) => {
    expect(faultsOf(`[${text}]`, { format: "json" })).toEqual([expect.stringMatching(fault)]);
    expect(faultsOf(text, { format: "ndjson" })).toEqual([expect.stringMatching(fault)]);
  });

  test("a line of NDJSON that is no JSON spoils no other", () => {
    const lines = [
      '{"order_id": "1", "currency": "EUR", "total": 5}',
      "{",
      '{"order_id": "2", "currency": "EUR", "total": 5}',
    ];
    expect(faultsOf(lines.join("\n"), { format: "ndjson" })).toEqual([null, "must be an object", null]);
  });
});

describe("an amount", () => {
  test.each([
    ["12.50", 2, "12.50"],
    ["0.500", 2, "0.50"],
    ["12.5", 2, "12.5"],
    [" 12 ", 2, "12"],
    ["12,50", 2, "12.50"],
    ["1,234.56", 2, "1234.56"],
    ["1.234,56", 2, "1234.56"],
    ["1.234.567", 2, "1234567"],
    ["1,234,567", 0, "1234567"],
    ["1 234,5", 2, "1234.5"],
    ["1\u202f234", 2, "1234"],
    ["1'234.50", 2, "1234.50"],
    ["36.3900", 2, "36.39"],
    ["5000.0000", 0, "5000"],
    ["1234.567", 2, "1234.567"],
    ["1.234", 3, "1.234"],
    ["1,234.5000", 2, "1234.50"],
  ])("%s with %i decimals is %s", (text, digits, plain) => {
    expect(plainDecimal(text, digits)).toBe(plain);
  });

  test.each([
    "1,234",
    "1.234",
    "12,345",
    "1,23,456",
    "1,2345,678",
    "1,234,56",
    "1.234.56",
    "01,234.5",
    "1e3",
    "",
    "-1",
    "€5",
    "1..2",
    ",5",
    "5,",
  ])("%j is none, or can be read in two ways", (text) => {
    expect(plainDecimal(text, 2)).toBeNull();
  });

  test("with a comma and three decimals is never clear, a point is where the currency has three", () => {
    expect([plainDecimal("1,234", 3), plainDecimal("1.234", 0), plainDecimal("1.234", 3)]).toEqual([
      null,
      null,
      "1.234",
    ]);
  });
});

describe("a time", () => {
  const read = (text: string, zone = "Europe/Berlin") =>
    readTime(text, ["iso", "numeric", "month_name", "day_name"], localTime(zone))?.mdy ?? null;

  test.each([
    ["2026-11-20T09:00:00Z", "2026-11-20T09:00:00.000Z"],
    ["2026-11-20T09:00:00.25+02:00", "2026-11-20T07:00:00.250Z"],
    ["2026-11-20 09:00:00 -0500", "2026-11-20T14:00:00.000Z"],
    ["2026-11-20 09:00:00 UTC", "2026-11-20T09:00:00.000Z"],
    ["2026-11-20 09:00", "2026-11-20T08:00:00.000Z"],
    ["2026-07-20", "2026-07-19T22:00:00.000Z"],
    ["7/4/2026 12:05 am", "2026-07-03T22:05:00.000Z"],
    ["07/04/2026", "2026-07-03T22:00:00.000Z"],
    ["Jul 4, 2026 12:05:00 PM", "2026-07-04T10:05:00.000Z"],
    ["July 4th 2026", "2026-07-03T22:00:00.000Z"],
    // Clocks are put back at three: the first of the two.
    ["2026-10-25 02:30:00", "2026-10-25T00:30:00.000Z"],
    ["2026-10-25 03:30:00", "2026-10-25T02:30:00.000Z"],
    // Clocks are put forward at two, and skip this.
    ["2026-03-29 02:30:00", "2026-03-29T01:30:00.000Z"],
    ["2026-03-29 03:30:00", "2026-03-29T01:30:00.000Z"],
  ])("%s is %s in a shop in Berlin", (text, time) => {
    expect(new Date(read(text) ?? NaN).toISOString()).toBe(time);
  });

  test.each([
    "",
    "yesterday",
    "2026-13-01",
    "2026-02-29",
    "2026-11-20T24:00:00Z",
    "2026-11-20T09:60:00Z",
    "20/11/2026",
    "11/20/2026 13:00 PM",
    "11/20/2026 0:00 AM",
    "Foo 4, 2026",
    "1969-06-01",
    "1763629200",
  ])("%j is none", (text) => {
    expect(read(text)).toBeNull();
  });

  test("of a day has the length that the day has there", () => {
    const berlin = localTime("Europe/Berlin");
    const days = ["2026-10-25T12:00:00Z", "2026-03-29T12:00:00Z", "2026-11-20T23:30:00Z"].map((time) => [
      new Date(berlin.dayStart(utc(time))).toISOString(),
      new Date(berlin.nextDayStart(utc(time))).toISOString(),
    ]);
    expect(days).toEqual([
      ["2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"],
      ["2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"],
      ["2026-11-20T23:00:00.000Z", "2026-11-21T23:00:00.000Z"],
    ]);
  });

  test.each(["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "America/Havana"])(
    "on the wall in %s is the moment that shows it",
    (zone) => {
      const local = localTime(zone);
      const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 2_000_000_000 }), (seconds) => {
          const [, ...parts] = /(\d+)-(\d+)-(\d+) (\d+):(\d+):(\d+)/.exec(clock.format(seconds * 1000)) ?? [];
          const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
          const moment = local.momentOf({ year, month, day, hour, minute, second });
          expect(clock.format(moment)).toBe(clock.format(seconds * 1000));
          expect(moment).toBeLessThanOrEqual(seconds * 1000);
          expect(local.dayStart(moment)).toBeLessThanOrEqual(moment);
          expect(local.nextDayStart(moment)).toBeGreaterThan(moment);
        }),
      );
    },
  );

  test("is right where clocks change a minute past midnight, as Newfoundland's did until 2011", () => {
    const { momentOf, dayStart } = localTime("America/St_Johns");
    // On 25 October 1987 at 00:01 daylight time (02:31 UTC) it became 23:01 of the day before.
    const before = Date.UTC(1987, 9, 25, 2, 30);
    expect(momentOf({ year: 1987, month: 10, day: 25, hour: 0, minute: 0, second: 0 })).toBe(before);
    expect(momentOf({ year: 1987, month: 10, day: 24, hour: 23, minute: 1, second: 0 })).toBe(before - 59 * 60_000);
    expect(momentOf({ year: 1987, month: 10, day: 25, hour: 0, minute: 1, second: 0 })).toBe(before + 61 * 60_000);
    expect(dayStart(before + 1000)).toBe(before);
  });
});
