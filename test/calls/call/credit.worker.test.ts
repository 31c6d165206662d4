import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { simulateAttribution } from "../../../src/sales/attribution/simulate-run.ts";
import { customerHasher } from "../../../src/sales/capture/customer.ts";
import { forgetAllCalls } from "../../../src/sales/shop/forget-calls-write.ts";
import { forgetCustomer } from "../../../src/sales/shop/privacy-run.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { calls, customerPhones } from "../../../src/ground/db/schema/call.ts";
import { orders } from "../../../src/ground/db/schema/order.ts";
import { booked } from "../../books/settle-fixtures.ts";
import { CAMPAIGN, id, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { histories } from "../../property-runs.ts";
import { clickOn, DAY, HOUR, insertShop, LEA, LEA_LINK, ZOE, ZOE_LINK } from "../../sales/order-fixtures.ts";
import { putPhone } from "../call-rows.ts";
import { credits, leaCall, order, putDeal, settled } from "../credit-fixtures.ts";

beforeEach(() => insertShop());

const db = () => openDatabase(env.DB);

describe("an order's customer who called", () => {
  it("is known by the phone that the order names, by their own, or by who they are (BX-15)", async () => {
    await leaCall();
    await leaCall({ callerHash: "phone-2", creatorId: ZOE, startedAt: NOW - 2 * HOUR });
    await leaCall({ callerHash: null, customerHash: "cleo", customerTrust: "confirmed" });
    await putPhone({ phoneHash: "phone-2", customerHash: "ben" });
    await order("anna", { phoneHash: "phone-1" });
    await order("ben", { customerHash: "ben" });
    await order("cleo", { customerHash: "cleo" });
    await order("dora", { customerHash: "dora", phoneHash: "phone-9" });
    expect(await credits()).toEqual({
      anna: [LEA, "call", "pending"],
      ben: [ZOE, "call", "pending"],
      cleo: [LEA, "call", "pending"],
      dora: [null, null, "orphan"],
    });
    const [anna] = await db().select().from(orders);
    expect(anna?.explanation.decision).toBe(
      `${LEA}'s number was called by the same customer 1 hour before the order, the only call in the window of 30 days.`,
    );
    expect(anna).toMatchObject({ campaignId: CAMPAIGN, linkId: null });
    expect(anna?.explanation.candidates[0]?.touch).toMatchObject({ kind: "customer_call", trust: "confirmed" });
  });

  it("leads to the creator of the link that the number stood for, under its plan, and to nobody by a tracking link", async () => {
    await leaCall({ linkId: LEA_LINK, campaignId: null });
    await order("1", { phoneHash: "phone-1" });
    await env.DB.prepare("UPDATE links SET kind = 'tracking' WHERE id = ?1").bind(LEA_LINK).run();
    await order("2", { phoneHash: "phone-1" });
    const rows = await db().select().from(orders);
    expect(rows[0]).toMatchObject({ creatorId: LEA, campaignId: CAMPAIGN, linkId: LEA_LINK });
    expect(rows[1]?.explanation.candidates[0]?.reasonCode).toBe("tracking_link");
  });

  it("with an earlier click too is credited by the later of both; a short call, or one outside the window, is none (BXX-5)", async () => {
    await leaCall({ startedAt: NOW - 2 * HOUR });
    await leaCall({ qualified: false });
    await leaCall({ startedAt: NOW - 31 * DAY });
    await order("1", { phoneHash: "phone-1", clicks: [clickOn(ZOE_LINK, NOW - 3 * HOUR)] });
    const [row] = await db().select().from(orders);
    // Of what a server confirms a click and a customer's call stand side by side.
    expect([row?.creatorId, row?.method]).toEqual([LEA, "call"]);
    expect(row?.explanation.candidates.map(({ reasonCode }) => reasonCode)).toEqual([null, null, "not_qualified"]);
  });

  it("who has a phone of more than 20 others' is nobody, whoever came first", async () => {
    await leaCall();
    for (let n = 0; n < 20; n++) await order(`o${n}`, { customerHash: `c${n}`, phoneHash: "phone-1" });
    await settled();
    expect(new Set(Object.values(await credits()).map(([creator]) => creator))).toEqual(new Set([LEA]));
    await order("o20", { customerHash: "c20", phoneHash: "phone-1" });
    await settled();
    const found = await credits();
    // The first of them is who called, as far as anybody knows.
    expect(Object.keys(found).filter((name) => found[name]?.[0] === LEA)).toEqual(["o0"]);
  });

  it("is looked for further back by a simulation with a longer window", async () => {
    await leaCall({ startedAt: NOW - 40 * DAY });
    await order("1", { phoneHash: "phone-1" });
    await order("2", { phoneHash: "phone-1", customerHash: "anna" });
    const deps = { d1: env.DB, db: db(), customerHashOf: customerHasher(env.VISITOR_KEY) };
    const policy = { model: "last_click", windowDays: 60, codePriority: false, customerClicks: "confirmed" } as const;
    const span = { from: NOW - DAY, to: NOW + DAY, after: null, limit: 10 };
    const { changes } = await simulateAttribution(deps, { id: STORE }, policy, span);
    expect(changes.map(({ after }) => [after.creatorId, after.method])).toEqual([
      [LEA, "call"],
      [LEA, "call"],
    ]);
  });

  it("reads calls in the round trips that it takes anyway", async () => {
    await leaCall();
    const batches: number[] = [];
    const batch = env.DB.batch.bind(env.DB);
    const d1 = Object.assign(Object.create(env.DB) as D1Database, {
      prepare: env.DB.prepare.bind(env.DB),
      batch: async (statements: D1PreparedStatement[]) => {
        batches.push(statements.length);
        return batch(statements);
      },
    });
    const { loadTouches } = await import("../../../src/sales/attribution/load-touches.ts");
    const asked = { key: "1", placedAt: NOW, windowDays: 30, customerHash: "anna", phoneHash: "phone-1" };
    const deps = { d1, customerHashOf: customerHasher(env.VISITOR_KEY) };
    const touches = await loadTouches(deps, { id: STORE }, [
      { ...asked, clicks: [{ ...clickOn(ZOE_LINK), trust: "confirmed" }], codes: [] },
    ]);
    expect(touches.get("1")).toHaveLength(2);
    expect(batches).toEqual([2, 1]);
  });
});

describe("who was forgotten", () => {
  it("leaves credit and ledger as they are, and nothing that says who called", async () => {
    const { id: callId } = await leaCall();
    await putDeal(callId, { customerHash: "anna" });
    await order("1", { customerHash: "anna", phoneHash: "phone-1" });
    await order("2", { phoneHash: "phone-1" });
    await settled();
    const [before, ledger] = [await credits(), await booked()];
    expect(before).toMatchObject({ "1": [LEA, "call", "approved"], "2": [LEA, "call", "approved"] });
    await forgetCustomer(env.DB, STORE, ["anna"]);
    const dump = async () =>
      JSON.stringify(
        await env.DB.batch(
          ["calls", "call_deals", "customer_phones", "order_evidence", "orders"].map((table) =>
            env.DB.prepare(`SELECT * FROM ${table}`),
          ),
        ).then((all) => all.map(({ results }) => results)),
      );
    expect(await dump()).not.toMatch(/"anna"|phone-1|\\"anna\\"/);
    // What is heard of the orders later is judged by what is known still.
    await order("1", { customerHash: "anna", refundedMinor: 0, status: "paid" }, NOW + HOUR);
    await order("2", { status: "paid" }, NOW + HOUR);
    await settled(NOW + HOUR);
    expect(await credits()).toMatchObject({ "2": [LEA, "call", "approved"] });
    expect(await booked()).toEqual(ledger);
    expect(await db().select().from(customerPhones)).toEqual([]);
    const [call] = await db().select().from(calls);
    expect(call).toMatchObject({ callerHash: null, customerHash: null, creatorId: LEA, callerCall: 1 });
  });

  it("with a whole store is nobody either", async () => {
    await leaCall({ customerHash: "anna", customerTrust: "confirmed" });
    await order("1", { phoneHash: "phone-1", customerHash: "anna" });
    await settled();
    await env.DB.batch(forgetAllCalls(env.DB, STORE));
    expect(await db().select().from(customerPhones)).toEqual([]);
    expect(await db().select().from(calls)).toMatchObject([{ callerHash: null, customerHash: null }]);
    await order("1", { status: "paid" }, NOW + HOUR);
    expect(await credits()).toEqual({ "1": [LEA, "call", "approved"] });
  });
});

/** What may become known of two calls and some orders, each told of once, in any sequence; their names begin with `run`. */
const toldOf = (run: number) => {
  const [lea, zoe, name] = [id("cal", run * 10 + 1), id("cal", run * 10 + 2), (text: string) => `${run}:${text}`];
  const [phone1, phone2, anna] = [name("phone-1"), name("phone-2"), name("anna")];
  return {
    call: () => leaCall({ id: lea, callerHash: phone1 }),
    zoes: () => leaCall({ id: zoe, creatorId: ZOE, startedAt: NOW - 2 * HOUR, callerHash: phone2 }),
    bought: () => order(name("1"), { customerHash: anna }),
    phone: () => order(name("2"), { customerHash: anna, phoneHash: phone1, totalMinor: 5_000 }),
    second: () => order(name("3"), { customerHash: anna, phoneHash: phone2, totalMinor: 300 }),
    stranger: () => order(name("4"), { phoneHash: phone2, totalMinor: 70 }),
    deal: () => putDeal(zoe, { orderExternalId: name("1"), amountMinor: 1 }),
    own: () => putDeal(lea, { orderExternalId: name("5") }),
  };
};

const NAMES = ["call", "zoes", "bought", "phone", "second", "stranger", "deal", "own"] as const;

it("BXX-5, BX-15: call, order, phone and deal give the same credit, and the same is owed, in whichever sequence they come", async () => {
  const anySequence = fc.shuffledSubarray([...NAMES], { minLength: NAMES.length }).filter(
    // Somebody enters a deal for a call that there is.
    (all) => all.indexOf("deal") > all.indexOf("zoes") && all.indexOf("own") > all.indexOf("call"),
  );
  let run = 70;
  let clean: unknown = null;
  await fc.assert(
    fc.asyncProperty(anySequence, fc.array(fc.nat({ max: NAMES.length }), { maxLength: 4 }), async (told, pauses) => {
      run += 1;
      const all = toldOf(run);
      for (const [place, name] of told.entries()) {
        await all[name]();
        if (pauses.includes(place)) await settled(NOW + place);
      }
      await settled(NOW + 100_000);
      await settled(NOW + 200_000);
      // Names of this run are those of any.
      const plain = <Value>(value: Value): Value =>
        JSON.parse(
          JSON.stringify(value)
            .replaceAll(`${run}:`, "")
            .replaceAll(id("cal", run * 10), "")
            .replaceAll(id("cal", run * 10 + 1), "lea")
            .replaceAll(id("cal", run * 10 + 2), "zoe"),
        ) as Value;
      const ofRun = async (sql: string) => (await env.DB.prepare(sql).bind(`${run}:*`).all()).results;
      const ledger = await ofRun(
        `SELECT o.external_id, l.creator_id, sum(l.amount_minor) AS sum FROM ledger l JOIN orders o ON o.id = l.order_id
         WHERE o.external_id GLOB ?1 GROUP BY 1, 2 HAVING sum(l.amount_minor) <> 0 ORDER BY 1, 2`,
      );
      const owed = await ofRun(
        `SELECT o.external_id, c.creator_id, c.amount_minor AS sum FROM order_commissions c JOIN orders o ON o.id = c.order_id
         WHERE o.external_id GLOB ?1 AND c.amount_minor <> 0 ORDER BY 1, 2`,
      );
      expect(ledger).toEqual(owed);
      const rows = (await db().select().from(orders)).filter(({ externalId }) => externalId.startsWith(`${run}:`));
      const found = rows.map(({ externalId, creatorId, method, status, totalMinor, placedAt, explanation }) => ({
        order: [externalId, creatorId, method, status, totalMinor, placedAt],
        touches: explanation.candidates.map(({ touch, reasonCode }) => [touch.id, touch.kind, touch.trust, reasonCode]),
      }));
      const outcome = plain({
        owed,
        found: found.toSorted((a, b) => String(a.order[0]).localeCompare(String(b.order[0]))),
      });
      clean ??= outcome;
      expect(outcome).toEqual(clean);
    }),
    { numRuns: histories(8) },
  );
  expect(clean).toMatchObject({
    owed: [{ sum: 1_000 }, { sum: 500 }, { sum: 30 }, { sum: 7 }, { sum: 1_000 }],
    found: [
      // The deal's amount gives way to the shop's; the later call of the two is the customer's own.
      { order: ["1", LEA, "call", "approved", 10_000, NOW] },
      { order: ["2", LEA, "call", "approved", 5_000, NOW] },
      { order: ["3", LEA, "call", "approved", 300, NOW] },
      { order: ["4", ZOE, "call", "approved", 70, NOW] },
      { order: ["5", LEA, "call", "approved", 10_000, NOW] },
    ],
  });
});
