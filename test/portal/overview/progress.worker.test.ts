import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { api } from "../../ground/api.ts";
import { createGuest, createShop, join, look, NOON, sell, textOf } from "../portal-fixtures.ts";

const DAY = 86_400_000;

let shop: Awaited<ReturnType<typeof createShop>>;
let lea: Awaited<ReturnType<typeof createGuest>>;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  shop = await createShop();
  lea = await createGuest();
});

afterEach(() => {
  vi.useRealTimers();
});

const cards = async () => ((await look(lea.path)).text.match(/<article.*?<\/article>/gs) ?? []).map(textOf);

/** What each order earned, as it is in the books, from the first on. */
async function earned(): Promise<number[]> {
  const { results } = await env.DB.prepare(
    "SELECT amount_minor AS minor FROM order_commissions ORDER BY placed_at, order_id",
  ).all<{ minor: number }>();
  return results.map(({ minor }) => minor);
}

const STEPS = {
  commission: {
    type: "percentage",
    value: 10,
    tiers: [
      { from: "300.00", value: 12 },
      { from: "1000", value: 15 },
    ],
  },
};

test("says what the next order earns and how far it is to the next step, just as the books pay it then", async () => {
  const { code } = await join(shop, lea.id, {}, STEPS);
  const said = async () => {
    const [card = ""] = await cards();
    return [
      /You earn (\S+)% of/.exec(card)?.[1],
      /Sell €(\S+) more by Nov 30, and you earn (\d+)%/.exec(card)?.slice(1),
    ];
  };
  let time = NOON - 10 * DAY;
  /** Sells at what the page says, and answers the per cent that the books gave. */
  const sellFor = async (amount: string) => {
    await sell(shop, code, (time += 1_000), { amount });
    const minor = (await earned()).at(-1) ?? 0;
    return (minor / Number(amount.replace(".", ""))) * 100;
  };
  // What was sold in another month counts in that alone.
  await sell(shop, code, NOON - 40 * DAY, { amount: "5000.00" });
  expect(await said()).toEqual(["10", ["300.00", "12"]]);
  expect(await sellFor("200.00")).toBe(10);
  expect(await sellFor("99.00")).toBe(10);
  expect(await said()).toEqual(["10", ["1.00", "12"]]);
  // A cent less than that is not enough.
  expect(await sellFor("0.99")).toBeCloseTo(10, -1);
  expect(await said()).toEqual(["10", ["0.01", "12"]]);
  expect(await sellFor("1.00")).toBe(10);
  expect(await said()).toEqual(["12", ["699.01", "15"]]);
  expect(await sellFor("699.01")).toBeCloseTo(12, 2);
  const [card = ""] = await cards();
  expect(card).toContain("You earn 15% of each sale now. You are on the highest step until Nov 30.");
  expect(await sellFor("100.00")).toBe(15);
  // All begins anew with the month.
  vi.setSystemTime(Date.UTC(2026, 11, 1));
  expect((await cards())[0]).toContain("Sell €300.00 more by Dec 31");
});

test("counts a creator's part of the sale that earns, and of a fixed amount says the amount", async () => {
  const tiers = [{ from: "100.00", value: "8.00" }];
  const { code } = await join(
    shop,
    lea.id,
    {},
    { commission: { type: "fixed", value: "5.00", currency: "EUR", tiers } },
  );
  await sell(shop, code, NOON - DAY, { amount: "120.00", tax: "20.00", shipping: "10.00", refunded: "60.00" });
  const { text } = await look(lea.path);
  // 90.00 without tax and shipping, of which half was given back.
  expect(textOf(text)).toContain(
    "You earn €5.00 for each sale now. Sell €55.00 more by Nov 30, and you earn €8.00 for each sale after that.",
  );
  expect(text).toContain('€45.00 of €100.00 in sales this month<progress max="10000" value="4500">');
});

test("says how much of a month's cap is used, to the cent that the books paid", async () => {
  const { code } = await join(
    shop,
    lea.id,
    {},
    { commission: { type: "percentage", value: 10, capPerCreator: "15.00" } },
  );
  await sell(shop, code, NOON - DAY);
  expect((await cards())[0]).toContain("€10.00 of the €15.00 that you can earn here this month.");
  await sell(shop, code, NOON - DAY + 1_000);
  expect(await earned()).toEqual([1_000, 500]);
  expect((await cards())[0]).toContain(
    "You have earned all of the €15.00 that you can earn here this month. Sales after Nov 30 count again.",
  );
});

test("says nothing where sales would show that a campaign hides, nor of one that is over, nor without steps", async () => {
  const plain = await join(shop, lea.id, { name: "Plain" });
  const steps = await join(shop, lea.id, { name: "Steps" }, STEPS);
  const { planId } = (await api("GET", `/campaigns/${steps.campaignId}`)).body as { planId: string };
  await sell(shop, plain.code, NOON - DAY);
  expect((await cards()).map((card) => card.includes("You earn"))).toEqual([true, false]);
  const dark = await join(shop, lea.id, { name: "Dark", planId, creatorsSeePerformance: false });
  expect((await cards()).map((card) => card.includes("You earn"))).toEqual([false, false, false]);
  // Nor where the creator isn't in that any more, while its sales count.
  await sell(shop, steps.code, NOON - DAY);
  await env.DB.prepare("UPDATE order_commissions SET campaign_id = ?1 WHERE plan_id = ?2")
    .bind(dark.campaignId, planId)
    .run();
  await env.DB.prepare("DELETE FROM campaign_creators WHERE campaign_id = ?1").bind(dark.campaignId).run();
  expect((await cards()).map((card) => card.includes("You earn"))).toEqual([false, false]);
  await env.DB.prepare("UPDATE campaigns SET creators_see_performance = 1").run();
  expect((await cards()).map((card) => card.includes("You earn"))).toEqual([true, false]);
  await env.DB.prepare("UPDATE tracking_plans SET ends_at = ?1 WHERE id = ?2").bind(NOON, planId).run();
  expect((await cards()).map((card) => card.includes("You earn"))).toEqual([false, false]);
});
