import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { settleOrders } from "../../../src/books/ledger/settle-run.ts";
import { PROVIDER_TABLE, type ProviderId } from "../../../src/ground/model/provider.ts";
import { codeSchema } from "../../../src/programme/code/schema.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { linkSchema } from "../../../src/links/link/schema.ts";
import { orderDetail } from "../../../src/sales/order/schema.ts";
import { syncCodes } from "../../../src/shops/code/run.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { rowsOf } from "../../ground/rows.ts";
import { destination, visit } from "../../edge/visit.ts";
import { addCreators, createCampaign, createPlan, generateAll, holdQueue } from "../../programme/campaign-fixtures.ts";
import { connectionOf } from "../../shops/connection-fixtures.ts";
import { change, connectLive, hear, type LiveShop, PLATFORMS, placeOrder } from "../../sales/shop/live-fixtures.ts";

beforeEach(() => {
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** A programme's creators by platform, each with a code: as many as a large programme has, or as takes several steps. */
const CREATORS: Partial<Record<ProviderId, number>> = { shopify: 1_000 };
const FEW = 250;

/** Creators straight into the table: the API takes them one by one. */
async function insertCreators(count: number): Promise<string[]> {
  const rows = Array.from({ length: count }, (_none, index) => ({
    id: `crt_${String(index + 1).padStart(16, "0")}`,
    name: `lea${index + 1}`,
  }));
  await env.DB.prepare(
    `INSERT INTO creators (id, first_name, last_name, email, handles, created_at, updated_at)
     SELECT value ->> 'id', 'Lea', 'Martin', (value ->> 'name') || '@creator.example',
       json_object('instagram', value ->> 'name'), 0, 0 FROM json_each(?1)`,
  )
    .bind(JSON.stringify(rows))
    .run();
  return rows.map(({ id }) => id);
}

/** Everything that waits for the shop's codes. */
async function allCodesLive(storeId: string): Promise<void> {
  for (let run = 0; run < 20; run++) {
    const { left } = await syncCodes(env, storeId, Date.now() + run * 60_000);
    const { codes } = await connectionOf(storeId);
    if (!left && codes.pending === 0) return;
  }
  throw new Error("some codes stay pending");
}

/** What a creator is owed for an order by now, minor units. */
async function owed(orderId: string): Promise<number> {
  await settleOrders(env, Date.now());
  const [row] = await rowsOf<{ amount: number | null }>(
    "SELECT sum(amount_minor) AS amount FROM order_commissions WHERE order_id = ?1",
    orderId,
  );
  return row?.amount ?? 0;
}

/** The order with a shop's id, as the API has it, once all that the shop told of it is done with. */
async function tracked(live: LiveShop, externalId: string) {
  await hear(live);
  const [row] = await rowsOf<{ id: string }>("SELECT id FROM orders WHERE external_id = ?1", externalId);
  return bodyOf(orderDetail, await api("GET", `/orders/${row?.id ?? "none"}`));
}

describe.each(PLATFORMS)("a programme at %s", (platform) => {
  it(
    "UPF-2, UPF-3, UPF-41, UPF-42: has its codes at the checkout, and follows an order from the click to the cent",
    { timeout: 300_000 },
    async () => {
      const count = CREATORS[platform] ?? FEW;
      holdQueue();
      const hasDiscountLink = PROVIDER_TABLE[platform].capabilities.affiliateLink === "discount_link";
      const live = await connectLive(platform, {}, {}, { homeUrl: "https://shop.example/" });
      const { storeId } = live;
      const plan = await createPlan({
        storeId,
        codePattern: "{{username}}",
        discount: { type: "percentage", value: 10 },
        affiliateLink: hasDiscountLink,
        commission: { type: "percentage", value: 10, holdDays: null },
      });
      const campaign = await createCampaign({ planId: plan.id, generateOn: "added" });
      const creatorIds = await insertCreators(count);
      for (let start = 0; start < count; start += 200) {
        expect((await addCreators(campaign.id, creatorIds.slice(start, start + 200), "approved")).status).toBe(201);
      }
      await generateAll();
      await allCodesLive(storeId);
      expect((await connectionOf(storeId)).codes).toEqual({ live: count, pending: 0, failed: 0, withdrawn: 0 });

      // One of them, as its creator and the shop see it.
      const [creatorId = ""] = creatorIds;
      const [code] = bodyOf(pageOf(codeSchema), await api("GET", `/codes?creator=${creatorId}`)).data;
      expect(code?.store.state).toBe("live");
      const links = bodyOf(
        pageOf(linkSchema),
        await api("GET", `/links?creator=${creatorId}&kind=${hasDiscountLink ? "affiliate" : "tracking"}`),
      ).data;
      const location = destination(await visit(`/${links[0]?.slug ?? ""}`));
      if (hasDiscountLink) expect(location.pathname).toBe(`/discount/${code?.code ?? ""}`);
      const click = location.searchParams.get("wm_click") ?? "";

      // Shops tell seconds apart, not less.
      let now = Date.now() - 600_000;
      const aMinuteLater = () => live.shop.clock((now += 60_000));
      await aMinuteLater();

      // Two of 50.00 less 10 %, and shipping.
      const externalId = await placeOrder(live, {
        codes: [code?.code],
        ...(click !== "" && { click }),
        customer: { id: "7001", email: "anna@shopper.example" },
      });
      const placed = await tracked(live, externalId);
      expect(placed).toMatchObject({
        externalId,
        trust: "confirmed",
        total: { amountMinor: 9_500, currency: "EUR" },
        subtotal: { amountMinor: 9_000, currency: "EUR" },
        attribution: { creatorId },
      });
      expect(await owed(placed.id)).toBe(900);

      await aMinuteLater();
      await change(live, "edit", externalId, { add: [{ price: "20.00", quantity: 1, sku: "CAP", name: "Cap" }] });
      const edited = await tracked(live, externalId);
      const goods = edited.subtotal?.amountMinor ?? 0;
      expect(goods).toBeGreaterThan(9_000);
      expect(await owed(placed.id)).toBe(Math.round(goods / 10));

      await aMinuteLater();
      await change(live, "refund", externalId, { lines: [{ line: 0, quantity: 1 }] });
      const refunded = await tracked(live, externalId);
      const [total, back] = [refunded.total?.amountMinor ?? 0, refunded.refunded?.amountMinor ?? 0];
      expect(back).toBe(4_500);
      expect(await owed(placed.id)).toBe(Math.round((goods / 10) * ((total - back) / total)));

      await aMinuteLater();
      await change(live, "cancel", externalId);
      expect((await tracked(live, externalId)).status).toBe("declined");
      expect(await owed(placed.id)).toBe(0);
    },
  );
});
