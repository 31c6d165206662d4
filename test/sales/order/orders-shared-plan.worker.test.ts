import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { settleDue } from "../../../src/books/ledger/settle-run.ts";
import { orderDetail, orderSchema } from "../../../src/sales/order/schema.ts";
import { api, bodyOf, pagesOf } from "../../ground/api.ts";
import { CAMPAIGN, id, insertCampaign, NOW, PLAN, setMembers } from "../../programme/generation-fixtures.ts";
import {
  clickOn,
  confirmed,
  DAY,
  HOUR,
  insertShop,
  LEA,
  LEA_LINK,
  recordDeps,
  recordOne,
  ZOE,
  ZOE_LINK,
} from "../order-fixtures.ts";
import { balance } from "../../books/payout-fixtures.ts";

const SECOND = id("cmp", 2);
const eur = (amountMinor: number) => ({ amountMinor, currency: "EUR" });

/** Who earns by an order, and who was booked how much for it. */
async function earners(orderId: string) {
  const [earned, booked] = await env.DB.batch<Record<string, unknown>>([
    env.DB.prepare("SELECT creator_id, campaign_id, amount_minor FROM order_commissions WHERE order_id = ?1").bind(
      orderId,
    ),
    env.DB.prepare("SELECT creator_id, type, amount_minor FROM ledger WHERE order_id = ?1 ORDER BY seq").bind(orderId),
  ]);
  return { earned: earned?.results, booked: booked?.results };
}

test("UPF-47: linking one plan to two campaigns is allowed and answers with a warning; an order then shows in both but has one payable owner", async () => {
  await insertShop();
  await insertCampaign({ id: SECOND, planId: null, status: "draft" });
  const linked = await api("PATCH", `/campaigns/${SECOND}`, { planId: PLAN });
  expect(linked.status).toBe(200);
  expect((linked.body as { warnings: unknown[] }).warnings).toHaveLength(1);
  await env.DB.batch([setMembers([LEA, ZOE], "approved", SECOND)]);

  // Two creators compete for it under either campaign: the last click wins, once.
  const clicks = [clickOn(ZOE_LINK, NOW - 2 * HOUR), clickOn(LEA_LINK)];
  const said = { currency: "EUR", totalMinor: 10_000, codes: ["ZOE10"], clicks };
  const orderId = await recordOne(confirmed(said));
  const settle = async (now: number) => settleDue(recordDeps(env.DB, now));
  await settle(NOW);
  const lea = { creator_id: LEA, campaign_id: CAMPAIGN, amount_minor: 1000 };
  expect(await earners(orderId)).toEqual({ earned: [lea], booked: [] });
  await env.DB.prepare("INSERT INTO settlements_due (order_id, mark, attempts, next_at) VALUES (?1, 1, 0, 0)")
    .bind(orderId)
    .run();
  await settle(NOW + 30 * DAY);

  for (const campaign of [CAMPAIGN, SECOND]) {
    const orders = (await pagesOf(orderSchema, `/orders?limit=50&campaign=${campaign}`)).flat();
    expect(orders).toMatchObject([
      {
        id: orderId,
        status: "approved",
        attribution: { creatorId: LEA, campaignId: CAMPAIGN, shares: [{ creatorId: LEA }] },
        commission: { shares: [{ creatorId: LEA, amount: eur(1000), booked: eur(1000) }], total: eur(1000) },
      },
    ]);
  }
  const accrual = { creator_id: LEA, type: "accrual", amount_minor: 1000 };
  expect(await earners(orderId)).toEqual({ earned: [lea], booked: [accrual] });

  // Reported again, credited by hand under the other campaign, then to the other creator: still one owner.
  await recordOne(confirmed({ ...said, country: "DE" }));
  await settle(NOW + 31 * DAY);
  expect((await earners(orderId)).booked).toEqual([accrual]);
  const attribute = async (creatorId: string) =>
    api("POST", `/orders/${orderId}/attribute`, { creatorId, campaignId: SECOND, reason: "Told us so" });
  expect((await attribute(LEA)).status).toBe(200);
  expect(await earners(orderId)).toEqual({ earned: [{ ...lea, campaign_id: SECOND }], booked: [accrual] });
  expect((await attribute(ZOE)).status).toBe(200);
  const { earned } = await earners(orderId);
  expect(earned).toEqual([{ creator_id: ZOE, campaign_id: SECOND, amount_minor: 1000 }]);
  expect([await balance(LEA), await balance(ZOE)]).toEqual([0, 1000]);
  const order = bodyOf(orderDetail, await api("GET", `/orders/${orderId}`));
  expect(order.commission?.shares.map(({ creatorId }) => creatorId)).toEqual([ZOE]);
});
