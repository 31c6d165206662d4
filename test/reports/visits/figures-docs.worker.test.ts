import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import doc from "../../../docs/visits.md?raw";
import { api } from "../../ground/api.ts";
import { insertStore, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { putBehaviour, putPage, putVisits } from "../../visits/visit-rows.ts";

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertStore();
});

afterEach(() => {
  vi.useRealTimers();
});

/** The blocks of SQL of the document, by the report that each counts anew. */
const SQL = [...doc.matchAll(/^```sql\n-- (\w+)\n(.*?)\n```$/gms)].map(
  ([, report = "", text = ""]) => [report, text] as const,
);

const SPAN = { store: STORE, from: "2026-11-01", to: "2026-11-20" };

test.each(SQL)("the SQL of the docs on %s counts what the report counts", async (report, text) => {
  for (const [index, consent] of (["granted", "denied", "unknown"] as const).entries()) {
    for (const span of consent === "granted" ? ["2026-11-02", "2026-11-20T00", "2026-10-31"] : ["2026-11-20"]) {
      const page = { page: "/tea", span, consent };
      await putPage({ ...page, views: 7 + index, entries: 3, nexts: 2, engagedMs: 900, engaged: 2, scroll: 90 });
      await putVisits({ span, consent, source: "search", name: "Google", visits: 5 + index, seconds: 2, views: 9 });
      await putVisits({ span, consent, visits: 1 });
      await putBehaviour({ ...page, label: "top", count: 4 + index });
      for (const name of ["shown", "granted", "denied"]) await putBehaviour({ ...page, kind: "banner", name });
    }
  }
  const { body } = await api("GET", `/reports/${report}?${new URLSearchParams(SPAN).toString()}`);
  const { data } = body as { data: object[] };
  const statement = text.replaceAll(":store", "?1").replaceAll(":from", "?2").replaceAll(":to", "?3");
  const { results } = await env.DB.prepare(statement).bind(SPAN.store, SPAN.from, SPAN.to).all<object>();
  expect(results.length).toBeGreaterThan(0);
  expect(data).toHaveLength(results.length);
  for (const row of results) expect(data).toContainEqual(expect.objectContaining(row));
});

test("the docs have SQL for each report of sums", () => {
  expect(SQL.map(([report]) => report)).toEqual(["pages", "visits", "events", "consent"]);
});
