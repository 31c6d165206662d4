import { env } from "cloudflare:workers";
import Papa from "papaparse";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { DefinitionRow } from "../../../src/conversions/definition/store.ts";
import { conversionsReport } from "../../../src/reports/conversions/schema.ts";
import { api, bodyOf, expectInvalid, holding } from "../../ground/api.ts";
import { visit } from "../../edge/visit.ts";
import { earned, putConversion, shareOf } from "../../conversions/conversion-fixtures.ts";
import { define } from "../../conversions/definition-fixtures.ts";
import { CAMPAIGN, id, insertStore, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { DAY, HOUR, insertShop, LEA, ZOE } from "../../sales/order-fixtures.ts";

let lead: DefinitionRow;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertShop();
  lead = await define({ storeId: STORE, name: "Lead" });
});

afterEach(() => {
  vi.useRealTimers();
});

const read = async (query = "") => bodyOf(conversionsReport, await api("GET", `/reports/conversions?${query}`));

const put = (values: Partial<Parameters<typeof putConversion>[0]> = {}) =>
  putConversion({ definitionId: lead.id, ...values });

let events = 0;

/** Has a visitor (`v:…`), or a contact (`c:…`), of a store look at a page. */
async function see(who: string, time = NOW, storeId = STORE): Promise<void> {
  events += 1;
  await env.DB.prepare(
    `INSERT INTO visitor_events (store_id, event_key, kind, visitor_hash, contact_id, time) VALUES (?1, ?2, 'page', ?3, ?4, ?5)`,
  )
    .bind(
      storeId,
      `i:${events}`,
      who.startsWith("v:") ? who.slice(2) : null,
      who.startsWith("c:") ? who.slice(2) : null,
      time,
    )
    .run();
}

async function csvOf(query: string): Promise<Record<string, string>[]> {
  const response = await visit(`/api/v1/reports/conversions?format=csv&${query}`, holding(env.ADMIN_API_KEY));
  expect(response.status).toBe(200);
  return Papa.parse<Record<string, string>>((await response.text()).trimEnd(), { header: true }).data;
}

describe("ACX-3: the rate", () => {
  test("is of people, whatever they did how often: conversions and converters stand apart, and it passes no 1", async () => {
    for (const who of ["v:a", "v:a", "v:b", "c:1"]) await see(who);
    for (const subject of ["v:a", "v:a", "v:a", "c:1", "h:2"]) await put({ subject });
    const { data, total, measuredShare } = await read();
    // Who converted was there, though no event tells of it: of a server's word there is none.
    const counts = { conversions: 5, converters: 3, visitors: 4, rate: 0.75, notToldApart: 0 };
    expect(data).toMatchObject([{ definitionId: lead.id, name: "Lead", creatorId: null, start: null, ...counts }]);
    expect(total).toMatchObject(counts);
    expect(measuredShare).toBe(1);
  });

  test("is null without visitors, and rounded half to even", async () => {
    expect(await read()).toMatchObject({
      data: [],
      total: { conversions: 0, visitors: 0, rate: null },
      measuredShare: null,
    });
    for (let n = 0; n < 32; n++) await see(`v:${n}`);
    await put({ subject: "v:0" });
    // 0.03125
    expect((await read()).total.rate).toBe(0.0312);
  });

  test("isn't told of creators and campaigns: nobody knows whom of the others they sent", async () => {
    await put({ subject: "v:a" });
    for (const query of ["by=creator", `creator=${LEA}`, `campaign=${CAMPAIGN}`]) {
      expect((await read(query)).data).toMatchObject([{ conversions: 1, converters: 1, visitors: null, rate: null }]);
    }
  });
});

test("ACX-8: says how many could not be told apart, what only browsers tell of, and what doesn't count", async () => {
  await put({ subject: "v:a", trust: "claimed" });
  await put({ subject: "p:view-1", trust: "claimed" });
  await put({ subject: "e:e:7" });
  await put({ subject: "v:a", uncounted: "limit" });
  await put({ subject: "v:b", uncounted: "withdrawn", trust: "claimed" });
  await put({ subject: "v:c", origin: "backfill" });
  const { data, measuredShare } = await read();
  expect(data).toMatchObject([
    {
      conversions: 4,
      converters: 2,
      notToldApart: 2,
      claimed: 2,
      backfilled: 1,
      uncounted: { limit: 1, withdrawn: 1 },
    },
  ]);
  expect(measuredShare).toBe(0.5);
});

test("amounts are by currency: values of what counts, commissions of what is owed or may be", async () => {
  await put({ valueMinor: 1000, earns: [earned()] });
  await put({ valueMinor: 250, earns: [earned({ currency: "USD", amountMinor: 70 })] });
  await put({ valueMinor: 9, earns: [earned()], commission: "declined" });
  await put({ valueMinor: 99_999, earns: [earned()], uncounted: "limit" });
  await put({ earns: [earned()], origin: "backfill" });
  expect((await read()).data[0]?.amounts).toEqual([
    { currency: "EUR", valueMinor: 1259, commissionMinor: 500 },
    { currency: "USD", valueMinor: 0, commissionMinor: 70 },
  ]);
  expect((await read()).total.amounts).toEqual((await read()).data[0]?.amounts);
});

test("of creators each share has its own value and commission, and the first one counts", async () => {
  const half = { numerator: 1, denominator: 2 };
  await put({
    subject: "v:a",
    valueMinor: 101,
    shares: [shareOf({ weight: half, amountMinor: 51 }), shareOf({ creatorId: ZOE, weight: half, amountMinor: 50 })],
    earns: [earned({ amountMinor: 7 }), earned({ creatorId: ZOE, amountMinor: 6 })],
  });
  await put({ subject: "v:b", shares: [], valueMinor: 5 });
  const { data, total } = await read("by=creator");
  expect(data).toMatchObject([
    { creatorId: null, creatorName: null, conversions: 1, amounts: [{ valueMinor: 5, commissionMinor: 0 }] },
    {
      creatorId: LEA,
      creatorName: expect.stringContaining("Lea"),
      conversions: 1,
      converters: 1,
      amounts: [{ valueMinor: 51, commissionMinor: 7 }],
    },
    { creatorId: ZOE, conversions: 0, converters: 0, amounts: [{ valueMinor: 50, commissionMinor: 6 }] },
  ]);
  expect(total).toMatchObject({ conversions: 2, amounts: [{ currency: "EUR", valueMinor: 106, commissionMinor: 13 }] });
  expect((await read(`creator=${ZOE}`)).total.amounts).toEqual([
    { currency: "EUR", valueMinor: 50, commissionMinor: 6 },
  ]);
});

test("days are the store's own, and a visitor of two of them is one in all", async () => {
  await insertStore({ id: id("str", 2), timezone: "Pacific/Auckland" });
  const away = await define({ storeId: id("str", 2), name: "Away" });
  // Noon in UTC is one in the morning of the next day there.
  await see("v:x", NOW, away.storeId);
  await see("v:x", NOW - DAY, away.storeId);
  await put({ definitionId: away.id, storeId: away.storeId, subject: "v:x" });
  await see("v:a", NOW - DAY);
  await put({ subject: "v:a" });
  const { data, total } = await read("interval=day");
  expect(data).toMatchObject([
    { start: "2026-11-20", name: "Lead", conversions: 1, visitors: 1, rate: 1 },
    { start: "2026-11-21", name: "Away", conversions: 1, visitors: 1, rate: 1 },
  ]);
  expect(total).toMatchObject({ conversions: 2, converters: 2, visitors: 2, rate: 1 });
  expect((await read("from=2026-11-21&to=2026-11-21")).data).toMatchObject([{ name: "Away", visitors: 1 }]);
  expect((await read(`definition=${away.id}`)).total).toMatchObject({ conversions: 1, visitors: 1 });
  expect(
    (await read(`from=${new Date(NOW - HOUR).toISOString()}&to=${new Date(NOW + 1).toISOString()}`)).range,
  ).toEqual({
    from: new Date(NOW - HOUR).toISOString(),
    to: new Date(NOW + 1).toISOString(),
  });
  expectInvalid(await api("GET", "/reports/conversions?from=2026-11-21&to=2026-11-20"), "to");
});

test("pages follow one another by day, definition and creator", async () => {
  const second = await define({ storeId: STORE, name: "Second" });
  for (const time of [NOW, NOW - DAY]) {
    for (const definitionId of [lead.id, second.id]) {
      for (const shares of [[], [shareOf()], [shareOf({ creatorId: ZOE })]]) await put({ definitionId, time, shares });
    }
  }
  const whole = (await read("by=creator&interval=day")).data;
  expect(whole).toHaveLength(12);
  const rows = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: Awaited<ReturnType<typeof read>> = await read(
      `by=creator&interval=day&limit=5${cursor === "" ? "" : `&cursor=${cursor}`}`,
    );
    rows.push(...page.data);
    cursor = page.nextCursor;
  }
  expect(rows).toEqual(whole);
  expectInvalid(await api("GET", "/reports/conversions?cursor=nonsense"), "cursor");
});

test("as CSV it has a line a currency, of which the first counts, and no formulas", async () => {
  const odd = await define({ storeId: STORE, name: "=HYPERLINK(1)" });
  await see("v:b");
  await put({
    definitionId: odd.id,
    subject: "v:a",
    valueMinor: 1250,
    earns: [earned({ currency: "JPY", amountMinor: 70 })],
  });
  expect(await csvOf("")).toMatchObject([
    {
      definitionId: odd.id,
      name: "'=HYPERLINK(1)",
      conversions: "1",
      visitors: "2",
      rate: "0.5",
      currency: "EUR",
      value: "12.50",
      commission: "0.00",
    },
    { definitionId: odd.id, conversions: "", visitors: "", rate: "", currency: "JPY", value: "0", commission: "70" },
  ]);
});
