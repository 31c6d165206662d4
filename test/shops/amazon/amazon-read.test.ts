import { describe, expect, test } from "vitest";
import { Problem } from "../../../src/ground/http/problem.ts";
import { columnName } from "../../../src/shops/amazon/columns.ts";
import { amountOf, countOf } from "../../../src/shops/amazon/figure.ts";
import { type ReadReport, readReport, type ReportOptions } from "../../../src/shops/amazon/read-report.ts";
import { readTable, type TableFormat } from "../../../src/shops/amazon/table.ts";

const OPTIONS: ReportOptions = { currency: "USD", from: null, to: null, dateOrder: null, latestDay: "2026-11-30" };

function read(
  body: unknown,
  options: Partial<ReportOptions> = {},
  encoding: (text: string) => Uint8Array = utf8,
): ReadReport {
  const format: TableFormat = typeof body === "string" ? "csv" : "json";
  const bytes = encoding(typeof body === "string" ? body : JSON.stringify(body));
  return readReport(readTable(bytes, format, 1000), { ...OPTIONS, ...options });
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) =>
  new Uint8Array(Uint16Array.from(`\ufeff${text}`, (letter) => letter.charCodeAt(0)).buffer);

function faultsOf(body: unknown, options: Partial<ReportOptions> = {}): { path: string; message: string }[] {
  try {
    read(body, options);
  } catch (error) {
    if (error instanceof Problem && error.code === "validation_failed") return [...error.fields];
    throw error;
  }
  return [];
}

/** A row as Amazon's API answers it. */
const row = (values: Record<string, unknown> = {}) => ({
  date: "20261102",
  advertiserName: "Linen & Co",
  publisher: "TikTok",
  campaignId: "autumn",
  adGroupId: "Lea-1",
  creativeId: "c-9",
  "Click-throughs": "31",
  attributedPurchases14d: 2,
  attributedSales14d: 58.97,
  ...values,
});

/** Its figures. */
const LEA = {
  clicks: 31,
  detailPageViews: null,
  addToCarts: null,
  purchases: 2,
  units: null,
  totalDetailPageViews: null,
  totalAddToCarts: null,
  totalPurchases: null,
  totalUnits: null,
  salesMinor: 5897,
  totalSalesMinor: null,
  bonusMinor: null,
};

describe("a report of the API", () => {
  test("is read as it is answered, as its rows, and as its pages", () => {
    const expected = {
      days: ["2026-11-02"],
      totalLines: 0,
      rows: [
        {
          day: "2026-11-02",
          key: '["c-9","lea-1",null,null,"autumn",null,"tiktok"]',
          names: { creativeId: "c-9", adGroupId: "Lea-1", campaignId: "autumn", publisher: "TikTok" },
          currency: "USD",
          figures: LEA,
        },
      ],
    };
    expect(read([row()])).toEqual(expected);
    expect(read({ reports: [row()], size: 1, cursorId: null })).toEqual(expected);
    const other = row({ date: "20261103" });
    const pages = [
      { reports: [row()], cursorId: "next" },
      { reports: [other], cursorId: "" },
    ];
    expect(read(pages).days).toEqual(["2026-11-02", "2026-11-03"]);
  });

  test("that goes on behind a cursor is no whole day, and is refused", () => {
    expect(faultsOf({ reports: [row()], cursorId: "eyJ" })).toMatchObject([
      { message: expect.stringContaining("cursorId") },
    ]);
  });

  test("covers the days that it was asked for, if they are named beside it", () => {
    const body = { reports: [row()], startDate: "20261101", endDate: "20261103" };
    expect(read(body).days).toEqual(["2026-11-01", "2026-11-02", "2026-11-03"]);
    expect(read({ ...body, reports: [] }).rows).toEqual([]);
    expect(read([row(), row({ date: "20261105" })]).days).toEqual(["2026-11-02", "2026-11-05"]);
  });
});

describe("a report of the console", () => {
  const header = "Date,Campaign,Ad group,Publisher,Click-throughs,Detail page views (DPV),Add to cart (ATC),Purchases";
  const more =
    "Units sold,Product sales,Total DPV,Total ATC,Total purchases,Total units sold,Total product sales,Brand Referral Bonus";

  test("is read by its own names of columns, whatever they are written like", () => {
    const file = [
      `${header},${more}`,
      `"Nov 2, 2026",Autumn,Lea  Martin,Instagram,"1,204",310,44,7,9,"$1,249.30",402,60,11,14,"$1,980.05",-$3.07`,
      `Total,,,,"1,204",310,44,7,9,"$1,249.30",402,60,11,14,"$1,980.05",-$3.07`,
      "",
    ].join("\r\n");
    const expected = {
      days: ["2026-11-02"],
      totalLines: 1,
      rows: [
        {
          day: "2026-11-02",
          key: '[null,null,"lea martin",null,null,"autumn","instagram"]',
          names: { adGroup: "Lea  Martin", campaign: "Autumn", publisher: "Instagram" },
          currency: "USD",
          figures: {
            clicks: 1204,
            detailPageViews: 310,
            addToCarts: 44,
            purchases: 7,
            units: 9,
            totalDetailPageViews: 402,
            totalAddToCarts: 60,
            totalPurchases: 11,
            totalUnits: 14,
            salesMinor: 124_930,
            totalSalesMinor: 198_005,
            bonusMinor: -307,
          },
        },
      ],
    };
    expect(read(file)).toEqual(expected);
    expect(read(file, {}, utf16)).toEqual(expected);
  });

  test("in Europe, with its semicolons, commas and days first", () => {
    const file = "Datum;date;ad_group;14 day sales (EUR)\n;13/11/2026;Lea;1.249,30\n;02/11/2026;Lea;0,5";
    const { rows } = read(file);
    expect(rows.map(({ day, currency, figures }) => [day, currency, figures.salesMinor])).toEqual([
      ["2026-11-13", "EUR", 124_930],
      ["2026-11-02", "EUR", 50],
    ]);
    expect(faultsOf("date,tag,clicks\n02/11/2026,x,1")).toMatchObject([{ path: "dateOrder" }]);
    expect(read("date,tag,clicks\n02/11/2026,x,1", { dateOrder: "dmy" }).days).toEqual(["2026-11-02"]);
  });

  test("names a tag by its maas, of an address too", () => {
    const keys = read("date,URL,clicks\n2026-11-02,https://a.example/dp/1?maas=maas_X&ref_=aa,1\n2026-11-01,maas_X,1");
    expect(keys.rows.map(({ key }) => key)).toEqual(Array(2).fill('[null,null,null,"maas_x",null,null,null]'));
  });
});

test("lines that can't be read are named, all of them, and then nothing is read", () => {
  const file = [
    "date,ad group,currency,clicks,sales",
    "2026-11-02,Lea,USD,1,2.00",
    "2026-02-30,Lea,USD,1,2.00",
    "2026-12-02,Lea,USD,1,2.00",
    "2026-11-03,Lea,USD,1.5,2.00",
    "2026-11-04,Lea,USD,-1,2.00",
    '2026-11-05,Lea,USD,1,"1,234"',
    "2026-11-06,Lea,USD,1,2.005",
    "2026-11-07,Lea,USD,1,-2.00",
    "2026-11-08,Lea,XXQ,1,2.00",
    "2026-11-09,Lea,USD,1,€2.00 EUR",
    "2026-11-02,LEA,USD,1,2.00",
    "2026-11-10,Lea,USD,1,2.00,7",
    ",Lea,USD,1,2.00",
    "2026-11-11,Lea,USD,many,100000000.00",
  ].join("\n");
  const faults = faultsOf(file);
  expect(faults.map(({ path }) => path)).toEqual(
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15].map((n) => `line ${n}`),
  );
  expect(faults[9]?.message).toContain("line 2");
});

test.each([
  ["nothing", "", "empty"],
  ["no day", "ad group,clicks\nLea,1", "date"],
  ["nothing to know a row by", "date,clicks\n2026-11-02,1", "adGroupId"],
  ["no figure", "date,ad group\n2026-11-02,Lea", "Click-throughs"],
  ["products", [row({ productAsin: "B0X" })], "PERFORMANCE"],
  ["another type", { reportType: "PRODUCTS", reports: [row()] }, "PERFORMANCE"],
  ["no rows, and no days named", [], "from and to"],
  ["text that isn't an object", { reports: ["x"] }, "object"],
  ["a day out of the span", { reports: [row()], startDate: "20261103", endDate: "20261104" }, "between"],
  ["half a span", { reports: [row()], startDate: "20261103" }, "needed"],
  ["a span that ends before it begins", { reports: [row()], startDate: "20261103", endDate: "20261102" }, "before"],
  ["days to come", { reports: [row()], startDate: "20261101", endDate: "20261201" }, "2026-11-30"],
  ["years", { reports: [row()], startDate: "20200101", endDate: "20261102" }, "400"],
  ["a name of two lines", [row({ adGroupId: "a\nb" })], "one line"],
  ["a name that is no text", [row({ adGroupId: { a: 1 } })], "text"],
])("is refused: %s", (_what, body, named) => {
  expect(faultsOf(body)[0]?.message).toContain(named);
});

test.each([
  ["Click-throughs", "clickthroughs"],
  ["attributedTotalAddToCartClicks14d", "totaladdtocartclicks"],
  ["totalAttributedSales14d", "totalsales"],
  ["14-day purchases", "purchases"],
  ["Sales (USD)", "sales"],
  ["brb_bonus_amount", "brbbonusamount"],
])("a column is known by its words: %s", (header, name) => {
  expect(columnName(header)).toBe(name);
});

test.each([
  ["12", 12],
  [12, 12],
  ["1,204", 1204],
  ["1.204", 1204],
  ["1 204 331", 1_204_331],
  ["12.00", 12],
  ["-", null],
  ["N/A", null],
  ["", null],
])("a count is read of %s", (text, count) => {
  expect(countOf(text)).toBe(count);
});

test.each(["-1", "1.5", "1e3", "12,34", "x", "9999999999", true, {}, Number.NaN])("and not of %s", (value) => {
  expect(countOf(value)).toHaveProperty("fault");
});

test.each([
  ["$1,249.30", "USD", 124_930],
  ["US$ 3", "USD", 300],
  ["3.10 USD", "USD", 310],
  ["1.249,30 €", "EUR", 124_930],
  ["¥1249", "JPY", 1249],
  [58.970000000000006, "USD", 5897],
  [0.1 + 0.2, "USD", 30],
  [71.8, "USD", 7180],
  [0, "USD", 0],
  ["-0.00", "USD", 0],
  ["--", "USD", null],
])("an amount is read of %s in %s", (value, currency, minor) => {
  expect(amountOf(value, currency, false)).toBe(minor);
});

test("a bonus, which Amazon estimates, is rounded and may be taken back; sales are neither", () => {
  expect(amountOf(7.185, "USD", true)).toBe(719);
  expect(amountOf("7.184", "USD", true)).toBe(718);
  expect(amountOf("-0.4", "USD", true)).toBe(-40);
  expect(amountOf("($1.25)", "USD", true)).toBe(-125);
  for (const value of [7.185, 1234567.891234567, "7.184", "-0.4", "($1.25)", "1e3", "1,234", "GBP 3", "three", false]) {
    expect(amountOf(value, "USD", false), String(value)).toHaveProperty("fault");
  }
});
