import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { attributionReportSchema } from "../../../src/shops/amazon/report-schema.ts";
import { api, bodyOf, pagesOf, problemOf } from "../../ground/api.ts";
import { createReadyCreator } from "../../programme/campaign-fixtures.ts";
import { apiRow, createAmazon, createTagged, enterTag, imported, importReport, rowsOf } from "./amazon-fixtures.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** What rows say, shortly. */
async function shown(storeId: string) {
  return (await rowsOf(storeId)).map(({ day, names, purchases, salesMinor }) => [
    day,
    names.adGroupId,
    purchases,
    salesMinor,
  ]);
}

const reportsOf = async (storeId: string) =>
  (await pagesOf(attributionReportSchema, `/stores/${storeId}/attribution-reports?limit=50`)).flat();

describe("UPF-2: a report of Amazon Attribution", () => {
  test("SHP-28: is put in place of what its days had: returned, sales are 0 while the purchases stay", async () => {
    const store = await createAmazon();
    await imported(store.id, [apiRow("20261101", "lea"), apiRow("20261102", "lea"), apiRow("20261102", "tom")]);
    const returned = apiRow("20261102", "lea", { attributedSales14d: 0, totalAttributedSales14d: 0 });
    await imported(store.id, [returned]);
    expect(await shown(store.id)).toEqual([
      ["2026-11-02", "lea", 2, 0],
      ["2026-11-01", "lea", 2, 7180],
    ]);
  });

  test("SHP-28: of 30 days, brought each day, is what the last of them says, day by day", async () => {
    const store = await createAmazon();
    const day = (n: number) => `202611${String(n).padStart(2, "0")}`;
    for (let until = 10; until <= 12; until++) {
      const rows = Array.from({ length: until }, (_none, index) =>
        apiRow(day(index + 1), "lea", { attributedPurchases14d: until, attributedSales14d: until * 10 + index }),
      );
      await imported(store.id, { reports: rows, startDate: day(1), endDate: day(until) });
    }
    const rows = await shown(store.id);
    expect(rows).toHaveLength(12);
    expect(rows.every(([, , purchases]) => purchases === 12)).toBe(true);
    expect(rows.at(-1)).toEqual(["2026-11-01", "lea", 12, 12_000]);
    expect((await reportsOf(store.id)).map(({ standing, days }) => [standing, days])).toEqual([
      [12, 12],
      [0, 11],
      [0, 10],
    ]);
  });

  test("empties days that it was asked for and has no row of, and leaves those alone that it wasn't", async () => {
    const store = await createAmazon();
    await imported(
      store.id,
      ["20261101", "20261102", "20261103", "20261104"].map((day) => apiRow(day, "lea")),
    );
    await imported(store.id, [apiRow("20261103", "tom")], "?from=2026-11-02&to=2026-11-03");
    expect((await shown(store.id)).map(([day, name]) => [day, name])).toEqual([
      ["2026-11-04", "lea"],
      ["2026-11-03", "tom"],
      ["2026-11-01", "lea"],
    ]);
    await imported(store.id, [], "?from=2026-11-04&to=2026-11-04");
    expect((await shown(store.id)).map(([day]) => day)).toEqual(["2026-11-03", "2026-11-01"]);
  });

  test("that says what is there already changes nothing, whatever it is written like", async () => {
    const store = await createAmazon();
    const rows = [apiRow("20261101", "lea"), apiRow("20261102", "tom")];
    const first = await imported(store.id, rows);
    const audited = async () => bodyOf(pageOf(auditSchema), await api("GET", "/audit?limit=200")).data.length;
    const before = await audited();
    for (const body of [rows, rows.toReversed(), { reports: rows }]) {
      const again = await importReport(store.id, body);
      expect(again.status).toBe(200);
      expect(again.body).toMatchObject({ id: first.id, standing: 2, repeated: true });
    }
    expect(await audited()).toBe(before);
    // After another of one of its days it is no repeat.
    await imported(store.id, [apiRow("20261102", "tom", { attributedPurchases14d: 9 })]);
    expect((await importReport(store.id, rows)).body).toMatchObject({ repeated: false });
    expect((await shown(store.id))[0]).toEqual(["2026-11-02", "tom", 2, 7180]);
  });

  test("of which two come at once stands whole, one of them", async () => {
    const store = await createAmazon();
    const report = (purchases: number) =>
      ["lea", "tom", "ada"].map((name) =>
        apiRow("20261101", `${name}${purchases}`, { attributedPurchases14d: purchases }),
      );
    const answers = await Promise.all([1, 2, 3, 4].map((purchases) => importReport(store.id, report(purchases))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const rows = await rowsOf(store.id);
    expect(rows).toHaveLength(3);
    expect(new Set(rows.map(({ purchases }) => purchases)).size).toBe(1);
    const standing = (await reportsOf(store.id)).filter((report) => report.standing === 1);
    expect(standing.map(({ id }) => id)).toEqual([rows[0]?.reportId]);
  });

  test("is kept in the log with who brought it, and listed with its sums", async () => {
    const store = await createAmazon();
    const csv =
      "date,ad group,clicks,purchases,sales,currency\n2026-11-01,Lea,7,1,10.50,USD\n2026-11-01,Lea,3,2,9,EUR\nTotal,,10,3,,";
    const { id, totals, totalLines } = await imported(store.id, csv);
    expect(totalLines).toBe(1);
    expect(totals).toMatchObject([
      { currency: "EUR", clicks: 3, purchases: 2, salesMinor: 900, units: null },
      { currency: "USD", clicks: 7, purchases: 1, salesMinor: 1050, units: null },
    ]);
    const { data } = bodyOf(pageOf(auditSchema), await api("GET", `/audit?entity=attributionReport`));
    expect(data).toMatchObject([
      { action: "import", entityId: id, actor: "bootstrap", after: { rows: 2, storeId: store.id } },
    ]);
  });

  test("is answered once for a key, and never imported twice by it", async () => {
    const store = await createAmazon();
    const once = { "idempotency-key": "november" };
    const first = await importReport(store.id, [apiRow("20261101", "lea")], "", once);
    await imported(store.id, [apiRow("20261101", "tom")]);
    const again = await importReport(store.id, [apiRow("20261101", "lea")], "", once);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect((await shown(store.id)).map(([, name]) => name)).toEqual(["tom"]);
    const other = await importReport(store.id, [apiRow("20261101", "ada")], "", once);
    expect(problemOf(other)).toMatchObject({ status: 409, code: "idempotency_key_reused" });
  });
});

describe("whose a row is", () => {
  test("follows the tags: one that nobody has is kept, unassigned, and the creator's once the tag is entered", async () => {
    const store = await createAmazon();
    const { unassigned } = await imported(store.id, [apiRow("20261101", "1", { adGroupName: "Léa  Martin" })]);
    expect(unassigned).toMatchObject({ sources: 1, names: [{ adGroup: "Léa  Martin", adGroupId: "1" }] });
    const owners = async () => (await rowsOf(store.id)).map(({ creatorId }) => creatorId);
    expect(await owners()).toEqual([null]);
    expect(await rowsOf(store.id, "&unassigned=true")).toHaveLength(1);
    const lea = await createReadyCreator();
    // Composed or not, and in capitals.
    await enterTag(store.id, lea.id, "LE\u0301A MARTIN");
    expect(await owners()).toEqual([lea.id]);
    expect(await rowsOf(store.id, `&creator=${lea.id}`)).toHaveLength(1);
    expect(await rowsOf(store.id, "&unassigned=true")).toEqual([]);
    await enterTag(store.id, lea.id, "somebody else");
    expect(await owners()).toEqual([null]);
  });

  test("goes by what is most specific", async () => {
    const store = await createAmazon();
    const [lea, tom] = [await createReadyCreator(), await createReadyCreator()];
    const put = (id: string, by: string, value: string) =>
      api("PUT", `/stores/${store.id}/attribution-tags/${id}`, { tag: "maas_adg_1", matches: [{ by, value }] });
    await put(lea.id, "publisher", "instagram");
    await put(tom.id, "adGroupId", "7");
    await imported(store.id, [apiRow("20261101", "7"), apiRow("20261101", "8")]);
    const owners = (await rowsOf(store.id)).map(({ names, creatorId }) => [names.adGroupId, creatorId]);
    expect(new Map(owners as [string, string][])).toEqual(
      new Map([
        ["7", tom.id],
        ["8", lea.id],
      ]),
    );
  });

  test("is told store by store: a name of another store's creator is nobody's here", async () => {
    const [store, other] = [await createAmazon(), await createAmazon()];
    await createTagged(other.id, "lea");
    await imported(store.id, [apiRow("20261101", "1", { adGroupName: "lea" })]);
    expect((await rowsOf(store.id)).map(({ creatorId }) => creatorId)).toEqual([null]);
    expect(await rowsOf(other.id)).toEqual([]);
  });
});

describe("what is refused", () => {
  test("is refused whole, each line by its number: nothing of it is imported", async () => {
    const store = await createAmazon();
    await imported(store.id, [apiRow("20261101", "lea")]);
    const file = "date,ad group,clicks\n2026-11-01,Lea,7\n2026-11-02,Lea,seven\n2026-11-xx,Lea,7";
    const problem = problemOf(await importReport(store.id, file));
    expect(problem).toMatchObject({ status: 422, code: "validation_failed" });
    expect(problem.errors?.map(({ path }) => path)).toEqual(["line 3", "line 4"]);
    expect(await shown(store.id)).toEqual([["2026-11-01", "lea", 2, 7180]]);
  });

  test.each([
    ["a body past its bound", "text/csv", new Uint8Array(8_388_609).fill(97), 413, "body_too_large"],
    [
      "more rows than fit",
      "text/csv",
      `date,tag,clicks\n${"2026-11-01,a,1\n".repeat(50_001)}`,
      422,
      "validation_failed",
    ],
    ["broken JSON", "application/json", "{", 400, "malformed_json"],
    ["a page of the browser", "text/html", "<p>", 415, "unsupported_type"],
    ["a row without an end", "text/csv", `date,tag,clicks\n"${"x".repeat(70_000)}`, 422, "validation_failed"],
    ["UTF-16 without its mark", "text/csv", new Uint8Array([0, 97, 0, 98]), 422, "validation_failed"],
    ["a number", "application/json", "7", 422, "validation_failed"],
  ])("%s", async (_what, type, body, status, code) => {
    const store = await createAmazon();
    const path = `/stores/${store.id}/attribution-reports`;
    expect(problemOf(await api("POST", path, body, { "content-type": type }))).toMatchObject({ status, code });
  });

  test.each([
    "?from=2026-11-31&to=2026-11-30",
    "?from=2026-11-01",
    "?dateOrder=ymd",
    "?to=2099-01-01&from=2099-01-01",
    "?x=1",
  ])("%s", async (query) => {
    const store = await createAmazon();
    const answer = problemOf(await importReport(store.id, [apiRow("20261101", "lea")], query));
    expect(answer).toMatchObject({ status: 422, code: "validation_failed" });
  });

  test("a store that isn't there, and lists of it", async () => {
    const gone = "str_0000000000000zzz";
    expect((await importReport(gone, [apiRow("20261101", "lea")])).status).toBe(404);
    for (const path of ["attribution-reports", "attribution-reports/rows", "attribution-tags"]) {
      expect((await api("GET", `/stores/${gone}/${path}`)).status).toBe(404);
    }
    const store = await createAmazon();
    const rows = `/stores/${store.id}/attribution-reports/rows`;
    expect(problemOf(await api("GET", `${rows}?cursor=x`))).toMatchObject({ status: 422 });
  });
});

test("rows come page by page, and as CSV that no spreadsheet runs", async () => {
  const store = await createAmazon();
  const names = ["=1+1", "@sum(a1)", "a;-2", "lea"];
  await imported(
    store.id,
    names.map((adGroupName, index) => apiRow("20261101", String(index), { adGroupName, brb_bonus_amount: -1.25 })),
  );
  const pages = await api("GET", `/stores/${store.id}/attribution-reports/rows?limit=3`);
  expect(pages.body).toMatchObject({ data: { length: 3 }, nextCursor: expect.any(String) });
  const listed = (await rowsOf(store.id)).map(({ names: { adGroup } }) => String(adGroup));
  expect(listed.toSorted()).toEqual(names.toSorted());
  const response = await exports.default.fetch(
    `https://go.brand.example/api/v1/stores/${store.id}/attribution-reports/rows?format=csv`,
    { headers: { authorization: `Bearer ${env.ADMIN_API_KEY}` } },
  );
  expect(response.headers.get("content-type")).toContain("text/csv");
  const lines = (await response.text()).trim().split("\r\n");
  expect(lines).toHaveLength(5);
  const text = lines.join("\n");
  for (const name of [`"'=1+1"`, `"'@sum(a1)"`, "a;'-2", "lea"]) expect(text).toContain(name);
  expect(text).not.toMatch(/(?:^|[,;"])[=@]/m);
  // Amounts in dollars, also below 0.
  expect(text).toContain(",71.80,104.30,-1.25,");
});
