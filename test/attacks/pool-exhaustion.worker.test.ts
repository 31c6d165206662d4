import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { claimNumbers, releaseLeases } from "../../src/calls/lease/claim-write.ts";
import type { Wish } from "../../src/calls/lease/wish.ts";
import { dropVisitor } from "../../src/visits/forget/write-forget.ts";
import { poolOf, wishOf } from "../calls/lease/lease-fixtures.ts";
import { NOW, STORE } from "../programme/generation-fixtures.ts";
import { insertShop } from "../sales/order-fixtures.ts";

/*
 * Somebody wants all numbers of a pool, from one network or two, so that no visitor gets one: three are what they get. Or
 * that nobody knows whose calls are: they get what they would by having a number once more.
 */

const MINUTE = 60_000;

let target: string;

beforeEach(async () => {
  await insertShop();
  ({ target } = (await poolOf(12)).pool);
});

const ask = async (now: number, wish: Wish) => (await claimNumbers(env.DB, [wish], now))[0]?.number ?? null;
const thief = (index: number, more: Partial<Wish> = {}) =>
  wishOf(target, `thief-${index}`, { network: "den", ...more });

/** Numbers that nobody else can have at a time. */
async function away(now: number): Promise<number> {
  const found = env.DB.prepare("SELECT count(*) AS n FROM phone_numbers WHERE free_at > ?1").bind(now);
  return (await found.first<number>("n")) ?? 0;
}

test("who takes numbers and gives them back at once has them rest on their own account (BXX-3)", async () => {
  for (let index = 0; index < 12; index++) {
    await ask(NOW, thief(index));
    await env.DB.batch(releaseLeases(env.DB, STORE, `thief-${index}`, NOW));
  }
  expect(await away(NOW)).toBe(3);
  for (let index = 0; index < 12; index++) {
    await ask(NOW + 1, thief(100 + index));
    await env.DB.batch(dropVisitor(env.DB, STORE, `thief-${100 + index}`, NOW + 1));
  }
  expect(await away(NOW + 1)).toBe(3);
});

test("who goes on with numbers from another network has them on the account of the first (BXX-3)", async () => {
  for (let index = 0; index < 12; index++) {
    await ask(NOW, thief(index));
    await ask(NOW + 1, thief(index, { network: "den 2" }));
  }
  // Two networks have twice as many, and no third share by turns.
  expect(await away(NOW + 1)).toBe(6);
});

test("who goes on with what was theirs once it is free has no more than others may (BXX-3)", async () => {
  const shown = new Map<number, string>();
  for (let round = 0; round < 4; round++) {
    const now = NOW + round * 36 * MINUTE;
    for (let index = round * 3; index < round * 3 + 3; index++) {
      const number = await ask(now, thief(index));
      if (number !== null) shown.set(index, number);
    }
    for (const [index, number] of shown) {
      await ask(now + 1, thief(index, { shown: number }));
      await ask(now + 1, thief(index, { shown: number, asks: false }));
    }
    expect(await away(now + 1)).toBe(3);
  }
});

test("who says again and again that a page shows another's number still is believed once (BXX-2)", async () => {
  const number = await ask(NOW, thief(0));
  const free = NOW + 35 * MINUTE;
  for (const index of Array.from({ length: 12 }).keys()) await ask(free, wishOf(target, `visitor-${index}`));
  for (let minutes = 1; minutes < 20 * 60; minutes += 200) {
    await ask(free + minutes * MINUTE, thief(0, { shown: number, asks: false }));
  }
  const late = env.DB.prepare("SELECT late_at AS at FROM number_leases WHERE visitor_hash = 'thief-0'");
  expect(await late.first("at")).toBe(free + MINUTE);
});
