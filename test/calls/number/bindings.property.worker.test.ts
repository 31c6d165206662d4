import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { bindingsOf } from "../../../src/calls/number/store.ts";
import { api } from "../../ground/api.ts";
import { rowsOf } from "../../ground/rows.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { histories } from "../../property-runs.ts";
import { createPool, nextNumber } from "../number-fixtures.ts";

afterEach(() => {
  vi.useRealTimers();
});

const T0 = Date.UTC(2026, 10, 1);

/** What an admin does, and how long after what they did before, ms. */
const step = fc.record({
  after: fc.constantFrom(0, 1, 60_000, 86_400_000),
  act: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ bind: fc.constantFrom("tv", "radio", "creator", "pool"), replaces: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.constant("unbind" as const) },
    { weight: 1, arbitrary: fc.constant("drop the pool" as const) },
    { weight: 2, arbitrary: fc.record({ registerAt: fc.nat(1), bound: fc.boolean() }) },
    { weight: 2, arbitrary: fc.constant("delete" as const) },
  ),
});

test("BXX-6: whatever becomes of a number, its bindings never overlap, and what it was is what it was", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      vi.useFakeTimers({ toFake: ["Date"], now: T0 });
      const stores = [await createStore(), await createStore()];
      const { id: creatorId } = await createCreator();
      const number = nextNumber();
      const moments = new Set([T0 - 1, T0]);
      /** By store and time, whose the number was and what it stood for, as it was told first. */
      const past = new Map<string, string>();
      let now = T0;
      let poolId: string | null = null;

      const live = async () =>
        (
          await rowsOf<{ id: string; store_id: string }>(
            "SELECT id, store_id FROM phone_numbers WHERE number = ?1 AND deleted_at IS NULL",
            number,
          )
        )[0];
      const expectPast = async (storeId: string) => {
        const asked = [...moments].filter((time) => time < now).map((time) => ({ number, at: time }));
        for (const [index, { numberId, binding }] of (await bindingsOf(env.DB, storeId, asked)).entries()) {
          const moment = `${storeId} ${asked[index]?.at}`;
          const told = `${numberId} ${binding?.poolId ?? binding?.creatorId ?? binding?.channel}`;
          if (!past.has(moment)) past.set(moment, told);
          expect(told, moment).toBe(past.get(moment));
        }
      };

      for (const { after, act } of steps) {
        now += after;
        vi.setSystemTime(now);
        const is = await live();
        if (act === "delete") await api("DELETE", `/phone-numbers/${is?.id}`);
        else if (act === "unbind") await api("POST", `/phone-numbers/${is?.id}/unbind`);
        else if (act === "drop the pool") {
          if (poolId !== null) await api("DELETE", `/number-pools/${poolId}`);
          poolId = null;
        } else if ("registerAt" in act) {
          const storeId = stores[act.registerAt]?.id;
          const binding = act.bound ? { channel: "print" } : null;
          const { status } = await api("POST", "/phone-numbers", { storeId, number, binding });
          expect(status).toBe(is === undefined ? 201 : 409);
        } else if (is !== undefined) {
          if (act.bind === "pool") poolId ??= (await createPool({ storeId: is.store_id })).id;
          const what =
            act.bind === "pool" ? { poolId } : act.bind === "creator" ? { creatorId } : { channel: act.bind };
          // A pool of the other store's is refused.
          expect([200, 409, 422]).toContain(
            (await api("POST", `/phone-numbers/${is.id}/bind`, { ...what, replaces: act.replaces })).status,
          );
        }
        moments.add(now).add(now + 1);
        for (const { id: storeId } of stores) await expectPast(storeId);
      }

      const bindings = await rowsOf<{ starts_at: number; ends_at: number | null }>(
        "SELECT starts_at, ends_at FROM number_bindings WHERE number = ?1 ORDER BY seq",
        number,
      );
      for (const [index, { starts_at, ends_at }] of bindings.entries()) {
        const next = bindings[index + 1];
        if (next === undefined) continue;
        expect(ends_at).toBeGreaterThanOrEqual(starts_at);
        expect(next.starts_at).toBeGreaterThanOrEqual(ends_at ?? Infinity);
      }
      // What a number is bound to, and the pool that it is in, are told by two tables: they agree.
      expect(
        await rowsOf(
          `SELECT n.id FROM phone_numbers n LEFT JOIN number_bindings b ON b.number_id = n.id AND b.ends_at IS NULL
           WHERE b.pool_id IS NOT n.pool_id OR (n.deleted_at IS NOT NULL AND b.seq IS NOT NULL)`,
        ),
      ).toEqual([]);
    }),
    { numRuns: histories(8), endOnFailure: true },
  );
});
