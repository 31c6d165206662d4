import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import Papa from "papaparse";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CALL_MATCHES, CALL_STATUSES } from "../../../src/ground/model/call.ts";
import { CALLS_BY } from "../../../src/reports/calls/figures.ts";
import { callsAnswer } from "../../../src/reports/calls/schema.ts";
import { ratio } from "../../../src/ground/money/ratio.ts";
import { api, bodyOf, expectInvalid, holding, problemOf } from "../../ground/api.ts";
import { type CallRow, putCall, putNumber } from "../../calls/call-rows.ts";
import { putOrder } from "../../books/payout-fixtures.ts";
import { visit } from "../../edge/visit.ts";
import { histories } from "../../property-runs.ts";
import { CAMPAIGN, id, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { DAY, HOUR, insertShop, LEA, LEA_LINK, ZOE } from "../../sales/order-fixtures.ts";

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertShop();
});

afterEach(() => {
  vi.useRealTimers();
});

const report = async (query = "") => bodyOf(callsAnswer, await api("GET", `/reports/calls?store=${STORE}&${query}`));

/** Has a call make a deal: an order of its own unless one is named. */
async function putDeal(
  callId: string,
  values: Parameters<typeof putOrder>[0] = {},
  externalId?: string,
  cancelled = false,
) {
  const name = externalId ?? `call-${callId}`;
  if (externalId === undefined) await putOrder({ externalId: name, currency: "EUR", totalMinor: 1000, ...values });
  await env.DB.prepare(
    `INSERT INTO call_deals (call_id, store_id, order_external_id, placed_at, cancelled, actor, created_at)
     VALUES (?1, ?2, ?3, ?4, ?5, 'bootstrap', ?4)`,
  )
    .bind(callId, STORE, name, NOW, cancelled ? 1 : 0)
    .run();
}

async function putCost(channel: string, amount: number, from: string, to: string, currency = "EUR") {
  const cost = { storeId: STORE, channel, amount, from, to, currency };
  expect((await api("POST", "/channel-costs", cost)).status).toBe(201);
}

describe("BX-8, BX-9: calls by their source", () => {
  test("are counted with what they came to and what their channel cost", async () => {
    const { id: numberId, number } = await putNumber({ label: "Spot" });
    const tv = await putCall({ numberId, number, callerCall: 1 });
    const again = await putCall({ numberId, number, callerCall: 2, qualified: false, talkSeconds: 9 });
    await putCall({ numberId, number, status: "missed", answeredAt: null, talkSeconds: null, qualified: false });
    await putCall({ numberId, number, status: "ringing", talkSeconds: null, qualified: false });
    await putCall({ direction: "outbound", number: "+4915100000000" });
    await putCall({ channel: "creator", creatorId: LEA, campaignId: CAMPAIGN, linkId: LEA_LINK, match: "ambiguous" });
    await putDeal(tv.id, { refundedMinor: 100 });
    await putDeal(tv.id, {}, `call-${tv.id}`);
    // The same order, told of by another call too; in another currency; and such as are no sale.
    await putDeal(again.id, {}, `call-${tv.id}`);
    await putDeal(again.id, { currency: "USD" });
    for (const values of [
      { status: "declined" },
      { status: "test" },
      { status: "received", trust: "claimed" },
    ] as const) {
      await putOrder({ ...values, externalId: `no-${values.status}`, totalMinor: 5000 });
      await putDeal(tv.id, {}, `no-${values.status}`);
    }
    await putCost("tv", 300, "2026-11-01", "2026-11-30");
    await putCost("tv", 9, "2026-11-20", "2026-11-20", "USD");
    await putCost("radio", 7, "2026-11-20", "2026-11-20");

    const { data, total, measuredShare } = await report("from=2026-11-20&to=2026-11-20&compare=previous");
    const row = {
      start: null,
      key: "tv",
      name: null,
      number: null,
      calls: 4,
      answered: 2,
      missed: 1,
      open: 1,
      missedShare: 0.25,
      qualified: 1,
      firstTimeCallers: 1,
      talkSeconds: 129,
      averageTalkSeconds: 65,
      measured: 4,
      measuredShare: 1,
      deals: 2,
      otherDeals: 1,
      currency: "EUR",
      salesMinor: 900,
      costMinor: 1000,
      costPerCallMinor: 250,
      costPerQualifiedMinor: 1000,
    };
    expect(data[0]).toEqual(row);
    expect(data.map(({ key, calls, costMinor }) => [key, calls, costMinor])).toEqual([
      ["tv", 4, 1000],
      ["creator", 1, 0],
      ["radio", 0, 700],
    ]);
    expect(total).toMatchObject({ calls: 5, costMinor: 1700, measured: 4 });
    expect(measuredShare).toBe(0.8);
    const only = async (query: string) => (await report(query)).data.map(({ key, name, calls }) => [key, name, calls]);
    expect(await only("by=number&match=static")).toEqual([[numberId, "Spot", 4]]);
    expect(await only(`by=creator&creator=${LEA}`)).toEqual([[LEA, "Lea Martin 1", 1]]);
    expect((await report("by=link")).data.find(({ key }) => key === LEA_LINK)?.calls).toBe(1);
    expect((await report("by=campaign")).data.find(({ key }) => key === CAMPAIGN)?.calls).toBe(1);
    expect((await report("by=number&direction=outbound")).data).toMatchObject([{ key: null, number: null, calls: 1 }]);
    expect((await report("by=creator")).total.costMinor).toBeNull();
    expect((await report("currency=USD&from=2026-11-20")).total).toMatchObject({
      salesMinor: 1000,
      otherDeals: 1,
      costMinor: 900,
    });
  });

  test("have a deal as long as it stands: an order of the shop's that one call gives back is the next one's", async () => {
    const [tv, radio] = [await putCall(), await putCall({ channel: "radio" })];
    await putOrder({ externalId: "shop-1", currency: "EUR", totalMinor: 1000 });
    const deals = async () => (await report("sort=key")).data.map(({ key, deals }) => `${key} ${deals}`);
    await putDeal(tv.id, {}, "shop-1");
    await putDeal(radio.id, {}, "shop-1");
    // Another amount is another word on the same deal.
    await putDeal(tv.id, {}, "shop-1");
    expect(await deals()).toEqual(["radio 0", "tv 1"]);
    await putDeal(tv.id, {}, "shop-1", true);
    expect(await deals()).toEqual(["radio 1", "tv 0"]);
    await putDeal(tv.id, {}, "shop-1");
    expect(await deals()).toEqual(["radio 0", "tv 1"]);
  });

  test("are written as CSV, with amounts in the major unit", async () => {
    const { id: callId } = await putCall();
    await putDeal(callId, { totalMinor: 12_345 });
    await putCost("tv", 0.3, "2026-11-20", "2026-11-20");
    const response = await visit(`/api/v1/reports/calls?store=${STORE}&format=csv`, holding(env.ADMIN_API_KEY));
    const [row] = Papa.parse<Record<string, string>>(await response.text(), { header: true }).data;
    expect(row).toMatchObject({
      key: "tv",
      calls: "1",
      sales: "123.45",
      cost: "0.30",
      costPerCall: "0.30",
      currency: "EUR",
    });
  });

  test("of another store are another's, and what can't be asked is refused", async () => {
    await putCall({ storeId: STORE });
    expect(problemOf(await api("GET", `/reports/calls?store=${id("str", 99)}`)).code).toBe("not_found");
    expectInvalid(await api("GET", `/reports/calls?store=${STORE}&by=caller`), "by");
    expectInvalid(await api("GET", `/reports/calls?store=${STORE}&by=day&from=2020-01-01`), "from");
    expectInvalid(await api("GET", `/reports/calls?store=${STORE}&cursor=abc`), "cursor");
  });
});

/** How clocks of a zone show a time: `2026-10-25T02`. */
function hourIn(timeZone: string, time: number): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
  }).formatToParts(time);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("year")}-${of("month")}-${of("day")}T${of("hour")}`;
}

test("BX-8, BX-9: all cuts add up to a plain recount, by the hours of the store's clocks as they are set back and forward", async () => {
  const zone = "Europe/Berlin";
  await env.DB.prepare("UPDATE stores SET timezone = ?1").bind(zone).run();
  const numbers = await Promise.all([putNumber(), putNumber()]);
  // Nights on which clocks are set, and edges of the span.
  const near = [Date.UTC(2026, 9, 25, 1), Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 9, 1), Date.UTC(2026, 10, 1)];
  const call = fc.record({
    startedAt: fc.oneof(
      fc
        .tuple(fc.constantFrom(...near), fc.integer({ min: -3 * HOUR, max: 3 * HOUR }))
        .map(([time, off]) => time + off),
      fc.integer({ min: NOW - 60 * DAY, max: NOW }),
    ),
    status: fc.constantFrom(...CALL_STATUSES),
    match: fc.constantFrom(...CALL_MATCHES),
    channel: fc.constantFrom("tv", "creator", "website"),
    sourceName: fc.constantFrom("", "a", "b"),
    creatorId: fc.constantFrom(null, LEA, ZOE),
    linkId: fc.constantFrom(null, LEA_LINK),
    campaignId: fc.constantFrom(null, CAMPAIGN),
    numberId: fc.constantFrom(null, ...numbers.map(({ id }) => id)),
    direction: fc.constantFrom("inbound" as const, "inbound" as const, "outbound" as const),
    qualified: fc.boolean(),
    talkSeconds: fc.option(fc.nat(1000)),
    callerCall: fc.option(fc.integer({ min: 1, max: 3 })),
  });
  const keysOf: Record<(typeof CALLS_BY)[number], (row: CallRow) => string> = {
    channel: ({ channel }) => channel,
    source: ({ channel, sourceName }) => `${channel} ${sourceName}`,
    number: ({ numberId }) => numberId ?? "",
    creator: ({ creatorId }) => creatorId ?? "",
    campaign: ({ campaignId }) => campaignId ?? "",
    link: ({ linkId }) => linkId ?? "",
    hour: ({ startedAt }) => hourIn(zone, startedAt).slice(11),
    day: ({ startedAt }) => hourIn(zone, startedAt).slice(0, 10),
    status: ({ status }) => status,
    match: ({ match }) => match,
  };
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 30 }), async (values) => {
      await env.DB.prepare("DELETE FROM calls").run();
      const rows = [];
      for (const value of values) rows.push(await putCall(value));
      for (const [from, to] of [
        ["2026-10-01", "2026-10-31"],
        ["2026-03-29", "2026-03-29"],
      ] as const) {
        const days = (row: CallRow) => hourIn(zone, row.startedAt).slice(0, 10);
        const asked = rows.filter((row) => row.direction === "inbound" && from <= days(row) && days(row) <= to);
        for (const by of CALLS_BY) {
          const { data, total } = await report(`by=${by}&from=${from}&to=${to}`);
          const groups = Map.groupBy(asked, keysOf[by]);
          const shown = data.map(
            ({ key, name, ...row }) => [by === "source" ? `${key} ${name ?? ""}` : (key ?? ""), row] as const,
          );
          expect(shown.length).toBe(groups.size);
          for (const [key, row] of shown) expect(row).toMatchObject(recount(groups.get(key) ?? []));
          expect(total).toMatchObject(recount(asked));
        }
        const { data } = await report(`by=channel&interval=hour&from=${from}&to=${to}`);
        const hours = Map.groupBy(asked, (row) => `${hourIn(zone, row.startedAt)} ${row.channel}`);
        expect(new Map(data.map(({ start, key, calls }) => [`${start} ${key}`, calls]))).toEqual(
          new Map([...hours].map(([key, calls]) => [key, calls.length])),
        );
      }
    }),
    { numRuns: histories(6), endOnFailure: true },
  );
});

function recount(rows: readonly CallRow[]) {
  const count = (is: (row: CallRow) => boolean) => rows.filter(is).length;
  const answered = count(({ status }) => status === "completed" || status === "in_progress");
  const open = count(({ status }) => status === "ringing");
  const missed = rows.length - answered - open;
  return {
    calls: rows.length,
    answered,
    missed,
    open,
    missedShare: ratio(missed, rows.length),
    qualified: count(({ qualified }) => qualified),
    firstTimeCallers: count(({ callerCall }) => callerCall === 1),
    talkSeconds: rows.reduce((sum, { talkSeconds }) => sum + (talkSeconds ?? 0), 0),
    measured: count(({ match }) => match === "lease" || match === "static"),
  };
}
