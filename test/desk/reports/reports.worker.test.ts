import { beforeEach, describe, expect, it } from "vitest";
import { api } from "../../ground/api.ts";
import { deskGet, signIn } from "../desk-fixtures.ts";

/** Reports of one store alone, and those of any. */
const REPORTS = [
  ...["creators", "links", "campaigns", "plans", "codes", "countries", "sources", "devices"].map(
    (by) => `/admin/reports?by=${by}&compare=previous&columns=all`,
  ),
  ...["traffic", "conversions", "channels", "calls", "amazon", "pages", "visits", "events", "consent", "checkout"].map(
    (name) => `/admin/reports/${name}?days=7`,
  ),
  "/admin/reports/abandonment?by=source",
  "/admin/carts?state=abandoned",
  "/admin/abandoners",
];

let cookie: string;
let creator: string;

beforeEach(async () => {
  cookie = await signIn();
  expect((await deskGet("/admin/reports/calls", cookie)).text).toContain("There is no store yet.");
  const made = await api("POST", "/stores", {
    name: "Linen & Co",
    currency: "EUR",
    timezone: "Europe/Paris",
    homeUrl: "https://linen.example/",
  });
  const { id } = made.body as { id: string };
  const named = await api("POST", "/creators", { firstName: "Nora", lastName: "Lind", email: "nora@creator.example" });
  creator = (named.body as { id: string }).id;
  await api("POST", "/links", { url: "https://linen.example/a", slug: "nora", creatorId: creator, storeId: id });
});

/** Whether a page of a report, and the CSV that it leads to, can be opened. */
async function stands(path: string): Promise<void> {
  const page = await deskGet(path, cookie);
  expect(page.status, path).toBe(200);
  expect(page.text).toContain('aria-label="Filters"');
  expect(page.text).not.toMatch(/ style=|\[object|undefined/);
  const csv = /href="([^"]+\/export\.csv[^"]*)"/.exec(page.text)?.[1]?.replaceAll("&amp;", "&");
  if (csv === undefined) {
    expect(path).toContain("/admin/carts");
    return;
  }
  const file = await deskGet(csv, cookie);
  expect(file.status, csv).toBe(200);
  expect(file.headers.get("content-type")).toContain("text/csv");
}

describe("DSH-3, DSH-6: reports on the desk", () => {
  it("stand, each with its filters and its CSV", async () => {
    for (const path of REPORTS) await stands(path);
  });

  it("show what curl would: names that lead on, sorting, pages, and what they are narrowed to", async () => {
    const page = await deskGet(`/admin/reports?by=links&creator=${creator}&sort=-clicks&limit=1`, cookie);
    expect(page.text).toMatch(/<a href="\/admin\/links\/lnk_[0-9a-z]+">nora<\/a>/);
    expect(page.text).toContain(`<a href="/admin/creators/${creator}">Nora Lind</a>`);
    expect(page.text).toMatch(/aria-sort="descending"[^>]*><a href="[^"]*sort=clicks[&"]/);
    expect(page.text).toContain(`value="Nora Lind (${creator})"`);
    const report = await deskGet(`/admin/creators/${creator}/report`, cookie);
    expect(report.text).toContain("Report on Nora Lind");
    expect(report.text).toContain("Their links");
  });

  it("say at its field what a filter asks wrongly, and keep the rest", async () => {
    const page = await deskGet("/admin/reports?by=links&limit=5000&from=2026-01-01&to=2026-02-01", cookie);
    expect(page.status).toBe(422);
    expect(page.text).toContain('href="#f-limit"');
    expect(page.text).toContain('value="2026-01-01"');
    const named = await deskGet("/admin/reports?by=links&creator=Nobody", cookie);
    expect(named.status).toBe(422);
    expect(named.text).toContain("is the name of nothing");
  });

  it("are for keys that may read them alone; exports are streamed through", async () => {
    const { body } = await api("POST", "/api-keys", { name: "links", scopes: ["links:read"] });
    const other = await signIn((body as { key: string }).key);
    expect((await deskGet("/admin/reports", other)).status).toBe(403);
    expect((await deskGet("/admin/exports", other)).status).toBe(403);
    expect((await deskGet("/admin/exports", cookie)).text).toContain('action="/admin/exports/ledger"');
    const file = await deskGet("/admin/exports/orders?from=2026-01-01T10:00&to=&store=&format=ndjson", cookie);
    expect(file.status).toBe(200);
    expect(file.text).toBe('{"end":true,"rows":0}\n');
    expect((await deskGet("/admin/exports/secrets", cookie)).status).toBe(404);
  });
});
