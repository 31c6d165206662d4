import { describe, expect, it } from "vitest";
import { ABANDONMENT } from "../../../src/desk/reports/abandonment.tsx";
import { CHECKOUT } from "../../../src/desk/reports/checkout.tsx";
import type { ReportView } from "../../../src/desk/report/report.ts";
import { ReportTable } from "../../../src/desk/report/table.tsx";
import { formatsFor } from "../../../src/ground/language/formats.ts";

const view = {
  desk: { formats: formatsFor("en"), timezone: "UTC", stores: [], store: null },
  names: {},
  here: new URL("https://desk.invalid/admin/reports/checkout?store=str_0000000000000001&days=7"),
} as unknown as ReportView;

/** A part of a page as HTML. */
async function textOf(part: unknown): Promise<string> {
  return ((await part) as { toString: () => string }).toString();
}

const shown = { sort: null, interval: "total", all: true };

const list = (outcome: string): string => `/api/v1/carts?store=str_0000000000000001&step=Pay&outcome=${outcome}`;

describe("DSH-6: the checkout", () => {
  it("is drawn step by step, and each number leads to its carts", async () => {
    const row = {
      step: "Pay",
      events: 20,
      measuredEvents: 10,
      entered: 8,
      continued: 6,
      left: 1,
      open: 1,
      lostShare: 0.125,
      medianMsToNext: 65_000,
      measuredShare: 0.5,
      lists: { entered: list("entered"), continued: list("continued"), left: list("left"), open: list("open") },
    };
    const answer = { data: [row], total: { carts: 8, bought: 2 } as unknown as typeof row };
    const above = await textOf(CHECKOUT.above?.(answer, view));
    expect(above).toContain("8 came to it, 100% of all; 12.5% of these left here");
    expect(above).toContain('width="25"');
    const table = await textOf(ReportTable({ report: CHECKOUT, answer, view, shown }));
    expect(table).toContain('<a href="/admin/carts?store=str_0000000000000001&amp;step=Pay&amp;outcome=left">1</a>');
    expect(table).toContain("1 min 5 s");
    expect(table).not.toContain("<tfoot");
  });

  it("says what carts of each state are worth, and leads to those that were left", async () => {
    const row = {
      start: null,
      source: "paid Google",
      carts: 5,
      open: 1,
      abandoned: 2,
      recovered: 1,
      bought: 1,
      replaced: 0,
      recoveryRate: 0.3333,
      amounts: [
        { currency: "EUR", openMinor: 0, abandonedMinor: 4_990, recoveredMinor: 0, boughtMinor: 0, replacedMinor: 0 },
      ],
    };
    const answer = { data: [row], total: row, abandonedAfterMinutes: 30 };
    const table = await textOf(ReportTable({ report: ABANDONMENT, answer, view, shown }));
    expect(table).toContain("€49.90");
    expect(table).toContain("33.33%");
    expect(table).toContain("source=paid+Google");
    const notes = await textOf(ABANDONMENT.notes?.(answer, view));
    expect(notes).toContain("after 30 minutes");
    expect(notes).toContain("/admin/carts?store=str_0000000000000001&amp;days=7&amp;state=abandoned");
  });
});
