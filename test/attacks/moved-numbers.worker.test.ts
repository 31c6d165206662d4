import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { matchGrounds } from "../../src/calls/call/grounds-load.ts";
import { matchOf } from "../../src/calls/call/match.ts";
import { claimNumbers } from "../../src/calls/lease/claim-write.ts";
import { wishOf } from "../calls/lease/lease-fixtures.ts";
import { bind, createPool, nextNumber, registerNumber } from "../calls/number-fixtures.ts";
import { createStore } from "../programme/fixtures.ts";

/*
 * Numbers move while visitors have them: nobody's call becomes another's by that.
 */

test("a number that stood for something else in between is nobody's of before, and rests for all (BXX-6)", async () => {
  const { id: storeId } = await createStore();
  const target = nextNumber();
  const number = await registerNumber({ storeId, target });
  const pool = await createPool({ storeId, target, numberIds: [number.id] });
  const ask = async (more = {}) =>
    (await claimNumbers(env.DB, [wishOf(target, "anna", { storeId, ...more })], Date.now()))[0]?.number ?? null;
  expect(await ask()).toBe(number.number);
  await bind(number.id, { channel: "social", replaces: true });
  // Whoever comes by a post is shown it now.
  expect(await ask({ visitorHash: "bert", channel: "social" })).toBe(number.number);
  await bind(number.id, { poolId: pool.id, replaces: true });
  expect(await ask()).toBeNull();
  const call = { direction: "inbound" as const, startedAt: Date.now() + 60_000, number: number.number, click: null };
  expect(matchOf(call, await matchGrounds(env.DB, storeId, call))).toMatchObject({ match: "none", leaseId: null });
  const kept = "SELECT lease_network AS network, lease_id AS lease FROM phone_numbers";
  expect(await env.DB.prepare(kept).first()).toEqual({ network: null, lease: null });
  expect(await ask({ shown: number.number })).toBeNull();
});
