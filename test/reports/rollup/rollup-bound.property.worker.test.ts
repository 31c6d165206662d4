import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { MOST_OF_ANY, mostOfOrder } from "../../../src/ground/money/bound.ts";
import { askRebuild } from "../../../src/journal/due/write-rebuild.ts";
import { rollUpOrders } from "../../../src/reports/rollup/orders-run.ts";
import { id, insertStore, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { finishRollups } from "../rollup-fixtures.ts";
import { histories } from "../../property-runs.ts";

/** Currencies of every bound. */
const CURRENCIES = ["EUR", "JPY", "KRW", "CZK", "INR", "HUF", "NGN", "IDR", "IQD", "IRR"];

/** Orders of one history: claims most of all, in hundreds. */
const ORDERS = 400;

const STATUSES = ["received", "received", "received", "pending", "approved", "declined", "disputed", "test"];

/** What becomes of each of the orders that a step is of: `mod` by `mod` from `from` on. */
const anyStep = fc.record({
  from: fc.integer({ min: 0, max: 5 }),
  mod: fc.integer({ min: 1, max: 6 }),
  status: fc.constantFrom(...STATUSES),
  currency: fc.constantFrom(...CURRENCIES),
  /** Minor units less than the bound; `null`: as much as a number holds, as before there was one. */
  less: fc.option(fc.constantFrom(0, 0, 1, 7), { freq: 5 }),
  shares: fc.integer({ min: 1, max: 3 }),
  refunded: fc.constantFrom(0, 1, 2),
  paid: fc.boolean(),
  day: fc.integer({ min: 0, max: 40 }),
  rollUp: fc.constantFrom(0, 0, 60, 500),
});

type Step = typeof anyStep extends fc.Arbitrary<infer Of> ? Of : never;

async function take({ from, mod, status, currency, less, shares, refunded, paid, day, rollUp }: Step): Promise<void> {
  const total = less === null ? Number.MAX_SAFE_INTEGER : mostOfOrder(currency) - less;
  const parts = Array.from({ length: shares }, (_part, index) => ({
    creatorId: id("crt", index + 1),
    amountMinor: Math.floor(total / shares) + (index < total % shares ? 1 : 0),
  }));
  const ids = Array.from({ length: ORDERS }, (_id, index) => id("ord", index + 1)).filter(
    (_id, index) => index % mod === from % mod,
  );
  const values = [JSON.stringify(ids), status, currency, total, refunded === 0 ? 0 : Math.floor(total / refunded)];
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO orders (id, store_id, external_id, status, trust, currency, total_minor, refunded_minor, codes, test,
         placed_at, policy, touches, explanation, shares, method, version, created_at, updated_at)
       SELECT value, ?6, value, ?2, 'claimed', ?3, ?4, ?5, '[]', 0, ?7, '{}', '[]', '{}', ?8, 'code', 1, 0, 0
       FROM json_each(?1) WHERE TRUE
       ON CONFLICT (id) DO UPDATE SET status = excluded.status, currency = excluded.currency,
         total_minor = excluded.total_minor, refunded_minor = excluded.refunded_minor, shares = excluded.shares,
         placed_at = excluded.placed_at`,
    ).bind(...values, STORE, NOW - day * 86_400_000, JSON.stringify(parts)),
    env.DB.prepare("DELETE FROM order_commissions WHERE order_id IN (SELECT value FROM json_each(?1))").bind(values[0]),
    ...(paid
      ? [
          env.DB.prepare(
            `INSERT INTO order_commissions (order_id, creator_id, store_id, placed_at, month, currency, amount_minor,
               sales_minor, uncapped_minor, note, updated_at)
             SELECT o.value, ?2, ?3, 0, '2026-10', ?4, ?5, 0, 0, '{}', 0 FROM json_each(?1) o`,
          ).bind(values[0], id("crt", 1), STORE, currency, total),
        ]
      : []),
  ]);
  if (rollUp > 0) await rollUpOrders(env, NOW, { chunk: rollUp });
}

/** All sums to the digit: D1's own answers are rounded to what a number holds. */
async function sums(): Promise<string[]> {
  const amounts = ["conversions", "gross_minor", "refunded_minor", "commission_minor"];
  const rowsOf = (table: string, day: string): string =>
    `SELECT '${table} ' || ${[day, "creator_id", "claimed", "currency", ...amounts.flatMap((name) => [`typeof(${name})`, name])].join(" || ' ' || ")} AS row
     FROM ${table}`;
  const { results } = await env.DB.prepare(
    `${rowsOf("order_days", "day")} UNION ALL ${rowsOf("order_months", "month")} ORDER BY 1`,
  ).all<{ row: string }>();
  return results.map(({ row }) => row);
}

it(
  "G2-1: sums of hundreds of claims at the bound end, corrected, where a rebuild ends, and are whole numbers",
  { timeout: 240_000 },
  async () => {
    await insertStore({ id: STORE, timezone: "Europe/Berlin" });
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 2, maxLength: 10 }), async (steps) => {
        for (const table of ["order_facts", "order_days", "order_months", "order_commissions", "orders"]) {
          await env.DB.prepare(`DELETE FROM ${table}`).run();
        }
        for (const step of steps) await take(step);
        await finishRollups();
        const found = await sums();
        expect(found.join()).not.toContain("real");
        await env.DB.batch([env.DB.prepare("DELETE FROM order_days"), env.DB.prepare("DELETE FROM order_months")]);
        await askRebuild(env.DB, "", "asked", 0).run();
        await finishRollups();
        expect(await sums()).toEqual(found);

        // Of one fact more than any bound, a hundred thousand would break 64 bits.
        const most = await env.DB.prepare(
          "SELECT coalesce(max(max(gross_minor, refunded_minor, commission_minor)), 0) AS most FROM order_facts",
        ).first<number>("most");
        expect(most).toBeLessThanOrEqual(MOST_OF_ANY);

        // Declined, they leave nothing behind.
        await env.DB.prepare("UPDATE orders SET status = 'declined'").run();
        await finishRollups();
        expect(await sums()).toEqual([]);
      }),
      { numRuns: histories(3) },
    );
  },
);
