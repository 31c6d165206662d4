import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, it, vi } from "vitest";
import type { EvidenceData } from "../../../src/ground/model/evidence.ts";
import { failingAfter, NOW } from "../../programme/generation-fixtures.ts";
import {
  allRows,
  claimed,
  clickOn,
  confirmed,
  emptyRows,
  essence,
  HOUR,
  insertShop,
  LEA_LINK,
  POLICY,
  record,
  recordDeps,
  ZOE_LINK,
} from "../order-fixtures.ts";
import { histories } from "../../property-runs.ts";

type Report = ReturnType<typeof claimed>;

const few = <Value>(...values: Value[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
const [LEA_CLICK, ZOE_CLICK] = [clickOn(LEA_LINK, NOW - 5 * HOUR), clickOn(ZOE_LINK, NOW - 4 * HOUR)];

const anyData: fc.Arbitrary<EvidenceData> = fc.record({
  currency: fc.constantFrom("EUR", "EUR", "USD"),
  totalMinor: few(1001, 2000),
  refundedMinor: few(0, 500),
  status: few("paid", "cancelled"),
  placedAt: few(NOW - HOUR, NOW - 2 * HOUR),
  codes: few(["LEA10"], ["lea10", "ZOE10"], ["SUMMER"]),
  clicks: few([LEA_CLICK], [ZOE_CLICK], [ZOE_CLICK, LEA_CLICK]),
  customerHash: few("one", "two"),
  country: few("DE", "FR"),
  phoneHash: few("phone"),
  test: few(true, false),
});

/** What was said of the deal of one of two calls, instead. */
const anyDeal = few({ calls: [{ callId: "cal_1" }] }, { calls: [{ callId: "cal_2" }] });

/** Evidence of a few orders. No customer has two of them: an order knows such clicks as came before it was recorded. */
const anyReports = fc
  .array(fc.tuple(fc.nat({ max: 2 }), fc.boolean(), fc.nat({ max: 3 }), anyData, anyDeal), {
    minLength: 2,
    maxLength: 8,
  })
  .map((all) =>
    all.map(([order, server, hour, { customerHash, ...data }, deal]) => {
      const externalId = `order-${order}`;
      const said = { ...data, ...(customerHash !== undefined && { customerHash: `${externalId}-${customerHash}` }) };
      const values = { externalId, receivedAt: NOW + hour * HOUR };
      if (!server) return claimed(said, values);
      if (deal === undefined) return confirmed(said, values);
      // It names a call, and neither clicks nor codes.
      const { clicks: _clicks, codes: _codes, ...rest } = said;
      return confirmed({ ...rest, ...deal }, { ...values, source: "call" });
    }),
  );

/** The same, an hour later. */
function saidAgain({ evidence }: Report): Report {
  const time = evidence.receivedAt + HOUR;
  return { evidence: { ...evidence, receivedAt: time, sourceTime: time }, inboxId: null };
}

/** How reports reach the recorder: which of them in one call, and whether D1 fails the call or loses its answer. */
const anyDelivery = anyReports.chain((reports) => {
  const call = (chosen: fc.Arbitrary<Report[]>) =>
    fc.record({ reports: chosen, fault: fc.constantFrom("none", "none", "fails", "lost"), batch: fc.nat({ max: 2 }) });
  return fc.record({
    reports: fc.constant(reports),
    calls: fc.array(call(fc.subarray(reports, { minLength: 1 })), { maxLength: 6 }),
    last: fc.shuffledSubarray(reports, { minLength: reports.length }),
    late: fc.boolean(),
  });
});

/** Expects that each order's history is a chain that ends where it stands, and that its commission is due. */
async function expectHistory(): Promise<void> {
  const { orders, order_history: history, settlements_due: due } = await allRows();
  expect(due.map((row) => row["order_id"])).toEqual(orders.map((row) => row["id"]));
  for (const order of orders) {
    const steps = history.filter((row) => row["order_id"] === order["id"]);
    const stood = [null, ...steps.map((row) => row["to_status"])];
    expect(stood.slice(0, -1)).toEqual(steps.map((row) => row["from_status"]));
    expect(stood.at(-1)).toBe(order["status"]);
    expect(new Set(steps.map((row) => row["cause"]))).toEqual(new Set(["source"]));
    for (const { from_status: from, to_status: to } of steps) expect(from).not.toBe(to);
  }
}

it("orders end up the same whatever order, company and company's fate their evidence came in", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await insertShop();
  await fc.assert(
    fc.asyncProperty(anyDelivery, async ({ reports, calls, last, late }) => {
      await emptyRows();
      // Late, each is said once more.
      await record([...reports, ...(late ? reports.map(saidAgain) : [])]);
      const clean = await essence();

      await emptyRows();
      for (const call of calls) {
        const d1 = call.fault === "none" ? env.DB : failingAfter(call.batch + 1, call.fault === "lost");
        const outcome = record(call.reports, POLICY, recordDeps(d1)).catch((error: unknown) => error);
        if (call.fault === "none") expect(await outcome).toBeInstanceOf(Map);
        else await outcome;
      }
      // What failed is tried again by and by: each piece alone, some of it received twice.
      for (const report of last) {
        if (late) await record([saidAgain(report)]);
        await Promise.all([record([report]), record([report])]);
      }
      expect(await essence()).toEqual(clean);
      await expectHistory();
    }),
    { numRuns: histories(5) },
  );
});
