import { describe, expect, it } from "vitest";
import { MOST_SUM } from "../../../src/ground/money/sum.ts";
import { isOfCampaign } from "../../../src/ground/db/belongs.ts";
import { DecimalCell } from "../../../src/ground/http/csv.ts";
import { csvRows } from "../../../src/portal/overview/csv.ts";
import { formatsFor } from "../../../src/ground/language/formats.ts";
import { sumNumbers } from "../../../src/portal/overview/numbers.ts";
import { barsOf, spanUntil } from "../../../src/portal/frame/span.ts";

/** What a line of orders has in the columns of other conversions. */
const NO_CONVERSION = [null, null, null, null];

/** Intl's spaces as plain ones. */
const plain = (text: string): string => text.replaceAll(/\s/gu, " ");

describe("spans", () => {
  it.each([
    ["30d", "2026-11-22", "2026-10-24", 30],
    ["90d", "2026-11-22", "2026-08-25", 90],
    ["30d", "2028-03-01", "2028-02-01", 30],
    ["year", "2026-04-10", "2026-01-01", 100],
    ["year", "2027-01-01", "2027-01-01", 1],
  ] as const)("%s until %s begin on %s and have a bar a day", (name, last, first, days) => {
    const span = spanUntil(name, last);
    expect(span).toEqual({ by: "days", first, last });
    const bars = barsOf(span);
    expect(bars).toHaveLength(days);
    expect(bars.every((bar) => bar.first === bar.last)).toBe(true);
    expect([bars[0]?.first, bars.at(-1)?.last]).toEqual([first, last]);
  });

  it("has a bar a week, from Monday to Sunday, where days would be too many", () => {
    // 2026-01-01 is a Thursday, 2026-04-11 a Saturday.
    const bars = barsOf(spanUntil("year", "2026-04-11")).map(({ first, last }) => [first, last]);
    expect(bars.slice(0, 2)).toEqual([
      ["2026-01-01", "2026-01-04"],
      ["2026-01-05", "2026-01-11"],
    ]);
    expect(bars.at(-1)).toEqual(["2026-04-06", "2026-04-11"]);
    expect(barsOf(spanUntil("year", "2026-12-31"))).toHaveLength(53);
    expect(barsOf(spanUntil("year", "2028-12-31")).map(({ last }) => new Date(last).getUTCDay())).toEqual(
      Array(53).fill(0),
    );
  });
});

describe("formats", () => {
  it.each([
    ["en-US", "1,234,567", "-€1,234.50", "12.5%", "Nov 22"],
    ["de", "1.234.567", "-1.234,50 €", "12,5 %", "22. November"],
    ["fr-CA;q=0.3, fr;q=0.7", "1 234 567", "-1 234,50 €", "12,5 %", "22 nov."],
    ["zz, 1, a-, *, en-u-ca-buddhist-nu-thai", "1,234,567", "-€1,234.50", "12.5%", "Nov 22"],
    [null, "1,234,567", "-€1,234.50", "12.5%", "Nov 22"],
  ])("for %s are those of the language", (header, count, money, share, day) => {
    const formats = formatsFor(header);
    expect(plain(formats.count(1_234_567))).toBe(count);
    expect(plain(formats.money(-123_450, "EUR"))).toBe(money);
    expect(plain(formats.share(1, 8))).toBe(share);
    expect(plain(formats.day("2026-11-22"))).toBe(day);
  });

  it("keep to the calendar and the digits of the page's words", () => {
    for (const language of ["ar-EG", "fa", "th", "ja-u-ca-japanese"]) {
      const { date, count } = formatsFor(language);
      expect(date("2026-11-22")).toMatch(/2026/);
      expect(count(42)).toBe("42");
    }
  });

  it("write each currency with its own decimals, exactly", () => {
    const { money } = formatsFor("en-US");
    expect(money(1_234, "JPY")).toBe("¥1,234");
    expect(plain(money(1_234, "KWD"))).toBe("KWD 1.234");
    expect(money(9_007_199_254_740_991, "USD")).toBe("$90,071,992,547,409.91");
    expect(() => money(1, "XQX")).toThrow(RangeError);
  });

  it("divide to as many decimals whatever comes of it, tell little from nothing, and a dash where nothing divides", () => {
    const { moneyEach, share, decimal } = formatsFor("en-US");
    expect(moneyEach(10_000, 7, "EUR")).toBe("€14.29");
    expect(moneyEach(100, 3, "EUR")).toBe("€0.33");
    expect(moneyEach(2, 3, "EUR")).toBe("€0.01");
    expect(moneyEach(1, 2, "EUR")).toBe("€0.01");
    expect(moneyEach(1, 3, "EUR")).toBe("<€0.01");
    expect(moneyEach(1, 10_000_000, "EUR")).toBe("<€0.01");
    expect(moneyEach(-100, 3, "EUR")).toBe("-€0.33");
    expect(moneyEach(0, 3, "EUR")).toBe("€0.00");
    expect(moneyEach(100, 3, "JPY")).toBe("¥33.33");
    expect(plain(moneyEach(100, 3, "KWD"))).toBe("KWD 0.033");
    expect([8.6704, 8.036, 3].map(decimal)).toEqual(["8.67", "8.04", "3.00"]);
    expect(moneyEach(1, 4, "JPY")).toBe("¥0.25");
    expect(moneyEach(5, 0, "EUR")).toBe("–");
    expect(share(1, 3)).toBe("33.33%");
    expect(share(0, 0)).toBe("–");
  });

  it("write a week as a span, and a time in its zone", () => {
    const { day, moment } = formatsFor("en-GB");
    expect(plain(day({ by: "days", first: "2026-11-30", last: "2026-12-06" }))).toBe("30 Nov – 6 Dec");
    expect(day({ by: "days", first: "2026-11-30", last: "2026-11-30" })).toBe("30 Nov");
    expect(moment(Date.UTC(2026, 10, 22, 23, 30), "Europe/Paris")).toBe("23 Nov 2026, 00:30 CET");
    expect(plain(formatsFor("en-US").moment(Date.UTC(2026, 10, 22, 21, 8), "UTC"))).toBe("Nov 22, 2026, 9:08 PM UTC");
  });

  it("write German months out, also where others shorten them", () => {
    const { date, day, longDay, moment } = formatsFor("de-AT");
    expect(day("2026-11-22")).toBe(longDay("2026-11-22", 2026));
    expect(date("2026-11-22")).toBe(longDay("2026-11-22", 2027));
    expect(moment(Date.UTC(2026, 10, 22, 8, 5), "Europe/Paris")).toBe("22. November 2026 um 09:05 MEZ");
  });
});

describe("numbers", () => {
  const eur = { currency: "EUR", sales: 1, salesMinor: 1_000, commissionMinor: 100 };
  const usd = { currency: "USD", sales: 2, salesMinor: 50, commissionMinor: -5 };

  it("are summed by currency", () => {
    const sum = sumNumbers([
      { clicks: 3, sales: 3, claimed: 2, waiting: 1, money: [usd, eur] },
      { clicks: 1, sales: 1, claimed: 5, waiting: 2, money: [eur] },
    ]);
    expect(sum).toEqual({
      clicks: 4,
      sales: 4,
      claimed: 7,
      waiting: 3,
      money: [{ currency: "EUR", sales: 2, salesMinor: 2_000, commissionMinor: 200 }, usd],
    });
    expect(sumNumbers([])).toEqual({ clicks: 0, sales: 0, claimed: 0, waiting: 0, money: [] });
  });

  it("G2-1: are not summed past what a number holds: sums end there", () => {
    const most = { ...eur, salesMinor: MOST_SUM - 1 };
    const sum = sumNumbers([{ clicks: 0, sales: 1, claimed: 0, waiting: 0, money: [most, eur] }]);
    expect(sum.money).toMatchObject([{ salesMinor: MOST_SUM, commissionMinor: 200 }]);
  });

  it("of one day and campaign are one row of a CSV, whatever else they belong to", () => {
    const row = {
      day: "2026-11-22",
      campaignId: "cmp_1",
      campaignIds: ["cmp_1"],
      clicks: 3,
      sales: 1,
      claimed: 1,
      waiting: 0,
      money: [eur],
    };
    const other = { ...row, campaignIds: ["cmp_2", "cmp_1"], clicks: 4 };
    expect(csvRows([row, other], [], new Map([["cmp_1", "Spring"]]))).toEqual([
      ["2026-11-22", "Spring", 7, 2, "EUR", new DecimalCell("20.00"), new DecimalCell("2.00"), 2, 0, ...NO_CONVERSION],
    ]);
  });

  it("are rows of a CSV, with clicks and claims in the first of a day's currencies alone", () => {
    const row = {
      day: "2026-11-22",
      campaignId: "cmp_1",
      campaignIds: ["cmp_1"],
      clicks: 3,
      sales: 3,
      claimed: 4,
      waiting: 2,
      money: [eur, usd],
    };
    expect(
      csvRows([row, { ...row, campaignId: "cmp_2", sales: 0, money: [] }], [], new Map([["cmp_1", "Spring"]])),
    ).toEqual([
      ["2026-11-22", "Spring", 3, 1, "EUR", new DecimalCell("10.00"), new DecimalCell("1.00"), 4, 2, ...NO_CONVERSION],
      [
        "2026-11-22",
        "Spring",
        null,
        2,
        "USD",
        new DecimalCell("0.50"),
        new DecimalCell("-0.05"),
        null,
        null,
        ...NO_CONVERSION,
      ],
      ["2026-11-22", "cmp_2", 3, 0, null, null, null, 4, 2, ...NO_CONVERSION],
    ]);
  });
});

it("G-26: what a creator has belongs to a campaign that names it, and to each with its plan", () => {
  const campaigns = [
    { id: "a", planId: "pln_1" },
    { id: "b", planId: "pln_1" },
    { id: "c", planId: "pln_2" },
    { id: "d", planId: null },
  ];
  const ofEach = (campaignId: string | null, planId: string | null) =>
    campaigns.filter((campaign) => isOfCampaign({ campaignId, planId }, campaign)).map(({ id }) => id);
  expect(ofEach("a", "pln_1")).toEqual(["a", "b"]);
  expect(ofEach(null, "pln_1")).toEqual(["a", "b"]);
  expect(ofEach("gone", "pln_2")).toEqual(["c"]);
  // Credited before the campaign took its present plan.
  expect(ofEach("c", "pln_1")).toEqual(["a", "b", "c"]);
  expect(ofEach("d", null)).toEqual(["d"]);
  expect(ofEach(null, null)).toEqual([]);
});
