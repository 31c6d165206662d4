import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { releaseLeases } from "../../../src/calls/lease/claim-write.ts";
import { giveNumbers, leaseEngine } from "../../../src/calls/lease/give-run.ts";
import type { Given, Wish } from "../../../src/calls/lease/wish.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { expectUntilSeen, histories } from "../../property-runs.ts";
import { insertShop } from "../../sales/order-fixtures.ts";
import { counted, leases, poolOf, wishOf } from "./lease-fixtures.ts";

const SECOND = 1_000;
const MINUTE = 60_000;

/** Two isolates of one database, the clock of the second off by so many ms. */
function isolates(skew: number) {
  const clock = { now: NOW };
  const engines = [leaseEngine(), leaseEngine()];
  const give = (isolate: number, wishes: Wish[]): Promise<Given[]> =>
    giveNumbers(
      { d1: env.DB, env, now: () => clock.now + isolate * skew, waitUntil: () => {} },
      wishes,
      engines[isolate],
    );
  return { clock, give };
}

beforeEach(async () => {
  await insertShop();
});

it("BX-5, BXX-1: 500 wishes at once, by two isolates, of a pool of 60: no number twice, and nobody unanswered", async () => {
  const { pool } = await poolOf(60);
  const { give } = isolates(0);
  const given = await Promise.all(
    Array.from({ length: 500 }, (_none, index) => give(index % 2, [wishOf(pool.target, `visitor-${index}`)])),
  );
  const numbers = given.flat().flatMap(({ number }) => number ?? []);
  expect(numbers).toHaveLength(60);
  expect(new Set(numbers).size).toBe(60);
  expect(await counted()).toEqual({ leased: 60, own_full: 440 });
});

interface Act {
  visitor: number;
  isolate: number;
  pool: number;
  kind: "come" | "beat" | "leave" | "withdraw";
  visit: number;
}

const acts: fc.Arbitrary<Act> = fc.record({
  visitor: fc.nat(5),
  isolate: fc.nat(1),
  pool: fc.nat(1),
  kind: fc.constantFrom("come", "come", "beat", "beat", "beat", "leave", "withdraw"),
  visit: fc.nat(1),
});

/** What is done at once, and how long nothing is done after it. */
const steps = fc.record({
  acts: fc.array(acts, { minLength: 1, maxLength: 7 }),
  rest: fc.constantFrom(0, 1, SECOND, MINUTE, 4 * MINUTE, 20 * MINUTE, 36 * MINUTE, 180 * MINUTE),
});

it("BXX-1, BXX-2: whatever comes between, no two visitors hold a number at once, and each wish is counted in one case", async () => {
  const seen = { kept: 0, leased: 0, own_full: 0, late: 0, released: 0 };
  const property = fc.asyncProperty(
    fc.array(steps, { minLength: 4, maxLength: 12 }),
    fc.constantFrom(0, 700, -1_300),
    async (history, skew) => {
      await env.DB.batch(
        ["number_leases", "number_hours", "number_bindings", "phone_numbers", "number_pools"].map((table) =>
          env.DB.prepare(`DELETE FROM ${table}`),
        ),
      );
      const pools = [await poolOf(2), await poolOf(3)].map(({ pool }) => pool);
      const { clock, give } = isolates(skew);
      /** By visitor and pool: what the page shows. */
      const shown = new Map<string, string | null>();
      const cases: Record<string, number> = {};
      for (const { acts, rest } of history) {
        const at = clock.now;
        const withdrawing = new Set(acts.flatMap(({ kind, visitor }) => (kind === "withdraw" ? [visitor] : [])));
        const answers = await Promise.all(
          acts.map(async ({ visitor, isolate, pool, kind, visit }) => {
            const [hash, key] = [`visitor-${visitor}`, `${visitor} ${pool}`];
            const target = pools[pool]?.target ?? "";
            if (withdrawing.has(visitor)) {
              await env.DB.batch(releaseLeases(env.DB, STORE, hash, at + isolate * skew));
              return null;
            }
            const [given] = await give(isolate, [
              wishOf(target, hash, {
                asks: kind !== "leave",
                shown: kind === "come" ? null : (shown.get(key) ?? null),
                visit: visit === 0 ? null : `visit-${visitor}-${Math.floor((at - NOW) / (30 * MINUTE))}`,
              }),
            ]);
            if (kind === "leave" || given === undefined) return null;
            cases[given.case] = (cases[given.case] ?? 0) + 1;
            return { key, visitor, number: given.number };
          }),
        );
        const told = answers.filter((answer) => answer !== null);
        for (const { key, number } of told) shown.set(key, number);
        for (const visitor of withdrawing) for (const pool of [0, 1]) shown.delete(`${visitor} ${pool}`);
        // Who is told of a number is the only one who is.
        const holders = Map.groupBy(
          told.filter(({ number }) => number !== null),
          ({ number }) => number,
        );
        for (const holding of holders.values()) {
          expect(new Set(holding.map(({ visitor }) => visitor)).size).toBe(1);
        }
        clock.now += rest;
      }

      expect(await counted()).toEqual(cases);
      const all = await leases();
      for (const [, ofNumber] of Map.groupBy(all, ({ numberId }) => numberId)) {
        for (const [index, lease] of ofNumber.entries()) {
          expect(lease.startsAt).toBeLessThanOrEqual(lease.endsAt);
          expect(lease.endsAt).toBeLessThanOrEqual(lease.freeAt);
          // Only what a page said of itself reaches beyond.
          if (lease.lateAt !== null) expect(lease.lateAt).toBeGreaterThanOrEqual(lease.freeAt);
          const next = ofNumber[index + 1];
          if (next !== undefined) expect(next.startsAt).toBeGreaterThanOrEqual(lease.freeAt);
        }
      }
      for (const [fell, count] of Object.entries(cases)) if (fell in seen) seen[fell as "kept"] += count;
      seen.late += all.filter(({ lateAt }) => lateAt !== null).length;
      seen.released += all.filter(({ visitorHash }) => visitorHash === "").length;
    },
  );
  await expectUntilSeen(property, histories(12), () => Object.keys(seen).filter((name) => seen[name as "kept"] === 0));
});
