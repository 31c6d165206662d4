import { describe, expect, it } from "vitest";
import { sampleOf } from "../../../src/desk/reconcile/sample.ts";
import { differenceTexts } from "../../../src/desk/reconcile/words.ts";

const READING = {
  format: "csv",
  preset: null,
  map: {},
  dateOrder: null,
  statuses: {},
  currency: "EUR",
  timezone: "Europe/Berlin",
  now: Date.parse("2026-11-30T00:00:00Z"),
} as const;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("a file before it is sent", () => {
  it("is read as the comparison would, from its beginning alone", () => {
    const csv =
      "Id,Name,Created at,Currency,Total,Financial Status\n1,#1,2026-11-01,EUR,10.00,flown\n2,#2,2026-11-02,EUR,1";
    const found = sampleOf(bytes(csv), false, { ...READING, preset: "shopify" });
    expect(found).toMatchObject({ preset: "shopify", looked: 1, faulty: 0, unknown: ["flown"], problem: null });
    expect(found.headers).toContain("Financial Status");
    const mended = sampleOf(bytes(csv), false, { ...READING, preset: "shopify", statuses: { Flown: "paid" } });
    expect(mended.rows[0]?.row).toMatchObject({ status: "paid", totalMinor: 1000 });
  });

  it("says why it would be refused, and which columns there are to choose among", () => {
    const found = sampleOf(bytes("Nummer;Summe\n1;2\n"), true, READING);
    expect(found.problem?.fields.map(({ path }) => path)).toContain("order_id");
    expect(found.headers).toEqual(["Nummer", "Summe"]);
    const unclear = "order_id,placed_at,currency,total\n1,03/11/2026,EUR,1\n";
    const shopify = unclear.replace(
      "order_id,placed_at,currency,total",
      "Id,Created at,Currency,Total,Financial Status",
    );
    const dates = sampleOf(bytes(shopify.replace("EUR,1", "EUR,1,paid")), true, READING);
    expect(dates.problem?.fields[0]?.path).toBe("dateOrder");
  });

  it("has the fields of its first objects, wherever the beginning ends", () => {
    const json = '{"rows": [{"order_id": "1", "note": "a \\"}] b", "total": {"a": [1]}}, {"extra": 1, "un';
    expect(sampleOf(bytes(json), false, { ...READING, format: "json" }).headers).toEqual(["order_id", "note", "total"]);
    expect(sampleOf(bytes('{"a":1}\n{"b":2}\n'), true, { ...READING, format: "ndjson" }).headers).toEqual(["a", "b"]);
  });
});

describe("what differs", () => {
  it("has amounts in the currency of their side", () => {
    const money = (minor: number, currency: string): string => `${minor} ${currency}`;
    const total = { field: "total", store: 100, tracker: 200 } as const;
    const store = { total: { amountMinor: 100, currency: "EUR" } } as never;
    expect(differenceTexts({ differences: [total], store }, money)).toEqual([
      { field: "total", store: "100 EUR", tracker: "200 EUR" },
    ]);
    const lacking = [
      { field: "order", store: null, tracker: "77" },
      { field: "currency", store: null, tracker: "USD" },
      { field: "total", store: null, tracker: 5 },
    ] as const;
    expect(differenceTexts({ differences: [...lacking], store: null }, money)).toEqual([
      { field: "order", store: "lacks it", tracker: "77" },
      { field: "currency", store: "–", tracker: "USD" },
      { field: "total", store: "–", tracker: "5 USD" },
    ]);
  });
});
