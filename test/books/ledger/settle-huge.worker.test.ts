import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { markDue } from "../../../src/journal/due/write-settlement.ts";
import { MOST_SUM } from "../../../src/ground/money/sum.ts";
import { markOrdersSince } from "../../../src/programme/plan/rule-store.ts";
import { openAlarms } from "../../clicks/archive-fixtures.ts";
import { NOW, PLAN } from "../../programme/generation-fixtures.ts";
import { DAY, HOUR, insertShop } from "../../sales/order-fixtures.ts";
import { insertVersion, tenPercent } from "../../programme/rule-fixtures.ts";
import {
  booked,
  kept,
  orderRow,
  PLACED,
  putRate,
  queue,
  settleAll,
  settleMarked,
  shopSays,
} from "../settle-fixtures.ts";

beforeEach(async () => {
  await insertShop();
  vi.spyOn(console, "error").mockImplementation(() => {});
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function ruleOf(values: Parameters<typeof tenPercent>[0]): Promise<void> {
  await insertVersion(PLAN, tenPercent(values), { version: 2 });
  await markOrdersSince({ d1: env.DB }, PLAN, 0).run();
}

/** Makes an order what one from before there was a bound may be. */
async function makeHuge(orderId: string, totalMinor = MOST_SUM): Promise<void> {
  const set = "SET total_minor = ?2, confirmed = json_set(confirmed, '$.totalMinor', ?2), version = version + 1";
  await env.DB.prepare(`UPDATE orders ${set} WHERE id = ?1`).bind(orderId, totalMinor).run();
  await env.DB.batch(markDue({ d1: env.DB }, [orderId]));
}

/** The month of a creator: one order before the huge one, and two after it. */
async function monthWithHuge(): Promise<string[]> {
  const days = [5, 4, 3, 2];
  const ids: string[] = [];
  for (const day of days) ids.push(await shopSays(`of ${day}`, { placedAt: PLACED - day * DAY }));
  await makeHuge(ids[1] ?? "");
  return ids;
}

const TIERS = { tiers: [{ fromMinor: 15_000, value: 2_000 }] };
const CAPPED = { capPerCreatorMinor: 2_500 };

describe("an order that can't be settled", () => {
  it.each([
    ["tiers", TIERS, ["accrual 1000", "accrual 1000", "accrual 2000"]],
    ["a cap", CAPPED, ["accrual 1000", "accrual 1000", "accrual 500"]],
  ])("G2-2: from before there was a bound holds up no other of the month, by %s", async (_name, values, expected) => {
    await ruleOf(values);
    const [first = "", huge = "", ...later] = await monthWithHuge();
    await settleAll();
    expect(await Promise.all([first, ...later].map(async (id) => (await booked(id)).join()))).toEqual(expected);
    expect(await booked(huge)).toEqual([]);
    expect(await openAlarms()).toEqual([`settlement_failed ${huge}`]);
    const { detail } = (await env.DB.prepare("SELECT detail FROM alarms").first<{ detail: string }>()) ?? {
      detail: "",
    };
    expect(detail).toMatch(
      /the total of 90071992547409\.91 EUR is more than the 10000000\.00 EUR that .* is its amount wrong\?/,
    );

    // What comes after it, comes through; once it is put right, all is as if it had been right from the start.
    const last = await shopSays("last", { placedAt: PLACED - DAY });
    await settleAll();
    expect(await booked(last)).toHaveLength(values === TIERS ? 1 : 0);
    await makeHuge(huge, 10_000);
    await settleAll(NOW + 12 * HOUR);
    expect([await openAlarms(), await queue()]).toEqual([[], []]);
    const amounts = await Promise.all(
      [first, huge, ...later, last].map(async (id) => (await kept(id))[0]?.amount_minor),
    );
    expect(amounts).toEqual(values === TIERS ? [1000, 1000, 2000, 2000, 2000] : [1000, 1000, 500, 0, 0]);
  });

  it.each([
    ["tiers", TIERS, "accrual 2000"],
    ["a cap", CAPPED, undefined],
  ])("G2-2: nor does what was kept of two such, past what a number holds, by %s", async (_name, values, expected) => {
    const [first = "", huge = "", other = "", later = ""] = await monthWithHuge();
    await settleAll(PLACED + DAY);
    await env.DB.prepare(
      `INSERT INTO order_commissions (order_id, creator_id, store_id, plan_id, placed_at, month, currency, amount_minor,
         sales_minor, uncapped_minor, note, updated_at)
       SELECT o.id, r.creator_id, o.store_id, r.plan_id, o.placed_at, r.month, 'EUR', ?3, ?3, ?3, r.note, 0
       FROM orders o CROSS JOIN order_commissions r ON r.order_id = ?4 WHERE o.id IN (?1, ?2)
       ON CONFLICT DO UPDATE SET amount_minor = ?3, sales_minor = ?3, uncapped_minor = ?3`,
    )
      .bind(huge, other, MOST_SUM, first)
      .run();
    await makeHuge(other);
    await ruleOf(values);
    await settleAll();
    expect((await booked(later))[0]).toBe(expected);
    expect(await openAlarms()).toEqual([`settlement_failed ${huge}`, `settlement_failed ${other}`]);
  });

  it("G2-2: is taken back like any other when it is cancelled", async () => {
    const orderId = await shopSays("1");
    await settleAll();
    await makeHuge(orderId);
    await settleMarked();
    expect(await openAlarms()).toEqual([`settlement_failed ${orderId}`]);
    await env.DB.prepare("UPDATE orders SET source_status = 'cancelled', version = version + 1").run();
    await env.DB.batch(markDue({ d1: env.DB }, [orderId]));
    await settleMarked();
    expect((await orderRow(orderId)).status).toBe("declined");
    expect(await booked(orderId)).toEqual(["accrual 1000", "reversal -1000"]);
    expect([await openAlarms(), await queue()]).toEqual([[], []]);
  });

  it("G2-1: by a rate that is far off books nothing, names itself, and holds up no other", async () => {
    await ruleOf({ payIn: "USD", ...TIERS });
    const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);
    await putRate("EUR", "USD", dayOf(PLACED), "999999999999.5");
    await putRate("EUR", "USD", dayOf(PLACED + DAY), "1.1");
    const [far, ...others] = [await shopSays("1"), await shopSays("2", { placedAt: PLACED + DAY })];
    await settleAll(NOW + DAY);
    expect(await booked(far)).toEqual([]);
    expect(await Promise.all(others.map((id) => booked(id)))).toEqual([["accrual 1100"]]);
    expect(await openAlarms()).toEqual([`settlement_failed ${far}`]);
  });
});
