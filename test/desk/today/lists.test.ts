import { describe, expect, it } from "vitest";
import { routing } from "../../../src/ground/http/routing.ts";
import { DECISION_KINDS, KINDS } from "../../../src/reports/decisions/kinds.ts";
import { deskRoutes } from "../../../src/desk/routes.ts";
import { DECISION_WORDS } from "../../../src/desk/today/decision-words.ts";
import { deskListOf } from "../../../src/desk/frame/lists.ts";
import { periodOf } from "../../../src/desk/report/period.ts";

describe("DSH-1: what waits", () => {
  it.each(DECISION_KINDS)("%s leads to a list of the desk with the filters of the API's", (kind) => {
    const asked = { store: "str_0000000000000001", now: Date.UTC(2026, 10, 30) };
    const list = KINDS[kind].list(asked, null);
    const path = deskListOf(list);
    expect(path).toMatch(/^\/admin\/[a-z-]+/);
    expect(new URL(path, "https://desk.invalid").search).toBe(new URL(list, "https://desk.invalid").search);
    expect(path).not.toContain("/ledger/");
    expect(DECISION_WORDS[kind].many).not.toBe("");
  });

  it("of one thing is on its own page", () => {
    expect(deskListOf("/api/v1/reconciliations/rec_1/discrepancies")).toBe("/admin/reconciliations/rec_1/rows");
    expect(deskListOf("/api/v1/campaigns/cmp_1/creators?state=failed")).toBe(
      "/admin/campaigns/cmp_1/creators?state=failed",
    );
  });

  it("is on the first page alone: no other path loads it", () => {
    const begins = (path: string) => routing(deskRoutes)(path).flatMap((route) => route.begins);
    expect(begins("/admin")).toEqual(["/$"]);
    expect(begins("/admin/links")).toEqual(["/links"]);
    const all = deskRoutes.flatMap((route) => route.begins);
    expect(all.filter((begin, index) => all.indexOf(begin) !== index)).toEqual([]);
  });
});

describe("DSH-2: the period of a page", () => {
  const of = (query: string) => periodOf(new URLSearchParams(query), "2026-03-01");

  it("is so many days up to today, or what the address says", () => {
    expect(of("")).toEqual({ days: 30, from: "2026-01-31", to: "2026-03-01" });
    expect(of("days=7")).toEqual({ days: 7, from: "2026-02-23", to: "2026-03-01" });
    expect(of("days=8")).toMatchObject({ days: 30 });
    expect(of("days=7&from=2026-01-01&to=")).toEqual({ days: null, from: "2026-01-01", to: null });
  });
});
