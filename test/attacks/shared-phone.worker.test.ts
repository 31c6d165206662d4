import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ordersOfCalls } from "../../src/calls/call/due-store.ts";
import { tellCallsDue } from "../../src/calls/call/due-run.ts";
import type { DueCall } from "../../src/calls/call/goal.ts";
import { putPhone } from "../calls/call-rows.ts";
import { credits, leaCall, order } from "../calls/credit-fixtures.ts";
import { NOW, STORE } from "../programme/generation-fixtures.ts";
import { confirmed, insertShop, LEA, record } from "../sales/order-fixtures.ts";

/*
 * Some shops fill in one phone for all who give none. Whoever calls a creator's number and shows that one, which costs
 * a minute, must not have all their orders.
 */

beforeEach(async () => {
  await insertShop();
});

afterEach(() => {
  vi.restoreAllMocks();
});

test("a phone that many guests have is nobody's: no call from it credits their orders", async () => {
  for (let index = 0; index < 25; index++) await order(`${index}`, { phoneHash: "phone-1" });
  await leaCall();
  await tellCallsDue(env, NOW);
  expect(new Set(Object.values(await credits()).map(([creatorId]) => creatorId))).toEqual(new Set([null]));
  // Nor the next one's.
  await order("more", { phoneHash: "phone-1" });
  expect((await credits())["more"]?.[0]).toBeNull();
});

test("guests of one phone that nobody knew to be shared lose what a call from it brought them once it is", async () => {
  await leaCall();
  for (let index = 0; index < 20; index++) await order(`${index}`, { phoneHash: "phone-1" });
  expect(new Set(Object.values(await credits()).map(([creatorId]) => creatorId))).toEqual(new Set([LEA]));
  await order("20", { phoneHash: "phone-1" });
  await tellCallsDue(env, NOW);
  expect(new Set(Object.values(await credits()).map(([creatorId]) => creatorId))).toEqual(new Set([null]));
});

test("a call of a customer who has more orders than a run can judge is done with, and holds up nobody", async () => {
  vi.spyOn(console, "error").mockReturnValue();
  const said = { currency: "EUR", totalMinor: 10_000, placedAt: NOW, customerHash: "guest" };
  await record(Array.from({ length: 101 }, (_none, index) => confirmed(said, { externalId: `${index}` })));
  await leaCall({ customerHash: "guest", customerTrust: "confirmed" });
  await tellCallsDue(env, NOW, { pages: 1 });
  const creators = Object.values(await credits()).map(([creatorId]) => creatorId);
  expect([creators.length, creators.filter((creatorId) => creatorId === LEA).length]).toEqual([101, 100]);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM calls WHERE due_since IS NOT NULL").first("n")).toBe(0);
  expect(console.error).toHaveBeenCalledWith(expect.stringContaining("calls_of_too_many_orders"));
});

test("a call from a phone that a thousand customers have, or guests, has no order judged anew", async () => {
  await order("1", { customerHash: "anna" });
  await putPhone({ phoneHash: "phone-1", customerHash: "anna" });
  await order("2", { phoneHash: "phone-2" });
  const found = async (callerHash: string) => {
    const call = { id: "cal_1", startedAt: NOW, callerHash, customerHash: null } as DueCall;
    return (await ordersOfCalls(env.DB, STORE, [call], "", 100)).map(({ externalId }) => externalId);
  };
  expect([await found("phone-1"), await found("phone-2")]).toEqual([["1"], ["2"]]);
  const many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)";
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO customer_phones (store_id, phone_hash, customer_hash, time)
       ${many} SELECT '${STORE}', 'phone-1', 'customer ' || i, 1 FROM n`,
    ),
    env.DB.prepare(
      `INSERT INTO order_evidence (order_id, hash, source, trust, source_time, received_at, data)
       SELECT e.order_id, e.hash || n.i, e.source, e.trust, e.source_time, e.received_at, e.data FROM (${many} SELECT i FROM n) n CROSS JOIN order_evidence e
       WHERE e.data ->> '$.phoneHash' = 'phone-2'`,
    ),
  ]);
  expect([await found("phone-1"), await found("phone-2")]).toEqual([[], []]);
});
