import { describe, expect, it } from "vitest";
import type { Field } from "../../../src/desk/form/field.ts";
import { readForm } from "../../../src/desk/form/read.ts";

/** What one field makes of a text: its value, or what it says is wrong. */
function read(kind: "decimal" | "number" | "moment" | "when" | "whole", text: string): unknown {
  const fields: readonly Field[] = [{ kind, name: "it", label: "It" }];
  const { body, faults } = readForm(fields, new Map([["it", [text]]]), true);
  return faults[0]?.message ?? body["it"];
}

describe("DSH-3: what a person types", () => {
  it.each(["decimal", "number"] as const)("is no guess where a comma could part thousands: %s", (kind) => {
    for (const text of ["1,000", "-1,250", "12,345,678"])
      expect(read(kind, text)).toContain("a thousand or a fraction");
    expect(Number(read(kind, "12,5"))).toBe(12.5);
    expect(Number(read(kind, "0,925"))).toBe(0.925);
    expect(Number(read(kind, "1000.50"))).toBe(1000.5);
  });

  it("is a time only where it is written as one", () => {
    expect(read("moment", "2026-03-01T09:30")).toBe("2026-03-01T09:30:00.000Z");
    expect(read("moment", "2026-03-01T09:30:15")).toBe("2026-03-01T09:30:15.000Z");
    expect(read("moment", "2026-03-01T09:30:00+02:00")).toBe("2026-03-01T07:30:00.000Z");
    expect(read("moment", "2026-03-01")).toBe("2026-03-01T00:00:00.000Z");
    for (const text of ["yesterday 5", "3/4/2026 10:00", "1", "2026-13-01T00:00"])
      expect(read("moment", text)).toBe("must be a date and a time");
  });

  it("is a day where it is one, and a time of UTC where it is that", () => {
    expect(read("when", "2026-03-01")).toBe("2026-03-01");
    expect(read("when", "2026-02-28T23:00")).toBe("2026-02-28T23:00:00.000Z");
    expect(read("when", "2026-02-28T23:00:00.000Z")).toBe("2026-02-28T23:00:00.000Z");
    for (const text of ["yesterday!", "2026-13-01", "3/4/2026"])
      expect(read("when", text)).toBe("must be a date, with a time or without");
  });

  it("is said to be too much, and never cut", () => {
    const of: readonly Field[] = [{ kind: "text", name: "", label: "" }];
    const fields: readonly Field[] = [{ kind: "list", name: "all", label: "All", item: "One", of }];
    const entries = (count: number) =>
      new Map(Array.from({ length: count }, (_none, index): [string, string[]] => [`all.${index * 7}.`, ["x"]]));
    expect(readForm(fields, entries(200), false)).toMatchObject({ body: { all: { length: 200 } }, faults: [] });
    expect(readForm(fields, entries(201), false).faults).toMatchObject([{ path: "all" }]);
  });

  it("keeps every digit, or says that it can't", () => {
    expect(read("whole", "999999999999999")).toBe(999_999_999_999_999);
    expect(read("whole", "9007199254740993")).toBe("must be a whole number");
    expect(read("decimal", "12345678901234567890.12")).toBe("12345678901234567890.12");
  });
});
