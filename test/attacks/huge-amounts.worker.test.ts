import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { settleOrders } from "../../src/books/ledger/settle-run.ts";
import { MOST_SUM } from "../../src/ground/money/sum.ts";
import { rebuildRollups } from "../../src/reports/rollup/rebuild-run.ts";
import { rollUpOrders } from "../../src/reports/rollup/orders-run.ts";
import { api, problemOf } from "../ground/api.ts";
import { createReadyCreator } from "../programme/campaign-fixtures.ts";
import { call, postEvents, postOrder, reports, type ShopStore } from "../sales/capture-fixtures.ts";
import { createShop, join, type Joined, NOON, sell } from "../portal/portal-fixtures.ts";

let shop: ShopStore;
let lea: Joined;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  shop = await createShop();
  lea = await join(shop, (await createReadyCreator({ firstName: "Lea", lastName: "Roy" })).id, { name: "Lea's" });
  await sell(shop, lea.code, NOON - 86_400_000, { amount: "150.00" });
  await settleOrders(env, NOON);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const claim = (orderId: string, amount: string, currency: string) =>
  call(`/pixel.gif?s=${shop.key}&order=${orderId}&amount=${amount}&currency=${currency}&codes=${lea.code}`);

/** Makes so many of a claim that is there: they come as it came, under ids of their own. */
async function multiply(externalId: string, times: number): Promise<void> {
  const row = await env.DB.prepare("SELECT * FROM orders WHERE external_id = ?1").bind(externalId).first();
  const columns = Object.keys(row ?? {});
  const values = columns.map((name) =>
    name === "id" ? "printf('ord_%016d', i)" : name === "external_id" ? `external_id || '-' || i` : name,
  );
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     INSERT INTO orders (${columns.join(", ")}) SELECT ${values.join(", ")} FROM n CROSS JOIN orders
     WHERE external_id = ?1`,
  )
    .bind(externalId, times - 1)
    .run();
}

const READ = ["/reports/creators", "/reports/plans", "/reports/codes", "/reports/links", "/reports/campaigns"];

/** All reports of the creator's, with and without claims. */
async function readAll(): Promise<Record<string, unknown>[]> {
  const paths = [...READ, `/creators/${lea.creatorId}/report`, `/campaigns/${lea.campaignId}/performance`];
  const read: Record<string, unknown>[] = [];
  for (const path of paths) {
    for (const query of [
      "?trust=all&currency=EUR&sort=-claimedSalesMinor",
      "?interval=day&compare=previous&sort=-aovMinor",
    ]) {
      const { status, body } = await api("GET", `${path}${query}`);
      expect(status, path).toBe(200);
      // A declined order is a use of its code still.
      const { codeUses: _uses, ...total } = (body as { total: Record<string, unknown> }).total;
      read.push(total);
    }
  }
  return read;
}

async function rebuild(): Promise<void> {
  await api("POST", "/rollups/rebuild");
  await rebuildRollups(env, NOON);
  await rollUpOrders(env, NOON);
}

/** The sums of orders to the digit, and whether they are whole numbers still. */
async function sums(): Promise<unknown[]> {
  const amounts = ["conversions", "gross_minor", "refunded_minor", "commission_minor"];
  const told = amounts.map((name) => `typeof(${name}) || ' ' || ${name}`).join(" || ', ' || ");
  const { results } = await env.DB.prepare(
    `SELECT day AS at, method, claimed, currency, ${told} AS amounts FROM order_days
     UNION ALL SELECT month, method, claimed, currency, ${told} FROM order_months ORDER BY 1, 2, 3, 4`,
  ).all();
  return results;
}

describe("amounts that no shop has", () => {
  test("G2-1: are refused of a browser, and its report is kept with the reason", async () => {
    for (const amount of ["90071992547409.91", "10000000.01"]) {
      expect((await claim(`fake-${amount}`, amount, "EUR")).status).toBe(200);
    }
    const event = { v: 1, id: "fake", type: "order" };
    const answer = await postEvents(shop.key, {
      ...event,
      data: { orderId: "fake-3", currency: "EUR", amount: 1, items: [{ sku: "A", quantity: 2, price: "5000000.01" }] },
    });
    expect(await answer.json()).toEqual({ accepted: 0, rejected: [{ index: 0, code: "amount_too_large" }] });
    expect((await reports()).slice(-3)).toMatchObject(
      ["amount", "amount", "data.items.0"].map((path) => ({
        verdict: "refused",
        reason_code: "amount_too_large",
        reason_detail: expect.stringMatching(new RegExp(`^${path} must be 10000000.00 EUR at most`)),
      })),
    );
    expect(await env.DB.prepare("SELECT count(*) FROM orders").first("count(*)")).toBe(1);
    // What is just in the bound counts as it is.
    await claim("real", "10000000.00", "EUR");
    await settleOrders(env, NOON);
    expect((await api("GET", "/reports/creators")).body).toMatchObject({
      total: { salesMinor: 15_000, claimedSalesMinor: 10 ** 9 },
    });
  });

  test("G2-1: are refused of a server with the path, the bound and the way out", async () => {
    for (const body of [{ amount: "90071992547409.91" }, { amount: 1e21 }, { amount: 10_000_000.01 }]) {
      const response = await postOrder(shop, { orderId: "big", currency: "EUR", status: "paid", ...body });
      const { status, headers } = response;
      const shown = problemOf({ status, headers, body: await response.json() });
      expect(response.status).toBe(422);
      expect(shown).toMatchObject({
        errors: [
          {
            path: "amount",
            message:
              "must be 10000000.00 EUR at most, which no order comes to: is it in minor units, or in another currency?",
          },
        ],
      });
    }
  });

  test(
    "G2-1: past what a number holds end there in all reports, and are gone when they are declined",
    { timeout: 120_000 },
    async () => {
      await rollUpOrders(env, NOON);
      const [before, summed] = [await readAll(), await sums()];
      // Anybody may choose the currency of least worth; ten thousand claims of it are no more than a number holds in euros.
      await claim("fake", "1000000000000.00", "IRR");
      await settleOrders(env, NOON);
      await multiply("fake", 10_000);
      const claimed = { currency: "IRR", claimedConversions: 10_000, claimedSalesMinor: MOST_SUM };
      for (const step of ["not rolled up", "rolled up", "rebuilt"]) {
        if (step === "rolled up") await rollUpOrders(env, NOON);
        if (step === "rebuilt") await rebuild();
        const [all, own] = await readAll();
        expect(all, step).toMatchObject({
          salesMinor: 15_000,
          otherCurrencies: [{ ...claimed, grossMinor: MOST_SUM, salesMinor: MOST_SUM, refundedMinor: 0 }],
        });
        expect(own, step).toMatchObject({ salesMinor: 15_000, otherCurrencies: [claimed] });
      }
      // A correction ends where a rebuild ends, without one.
      await env.DB.prepare(
        "UPDATE orders SET status = 'declined' WHERE currency = 'IRR' AND id > 'ord_0000000000005'",
      ).run();
      await rollUpOrders(env, NOON);
      const corrected = await sums();
      await rebuild();
      expect(await sums()).toEqual(corrected);
      await env.DB.prepare("UPDATE orders SET status = 'declined' WHERE currency = 'IRR'").run();
      await rollUpOrders(env, NOON);
      expect(await sums()).toEqual(summed);
      expect(await readAll()).toEqual(before);
    },
  );

  test("G2-1: recorded before there was a bound leave nothing behind either", { timeout: 60_000 }, async () => {
    await rollUpOrders(env, NOON);
    const [before, summed] = [await readAll(), await sums()];
    await claim("fake", "1", "EUR");
    await settleOrders(env, NOON);
    await env.DB.prepare(
      "UPDATE orders SET total_minor = ?1, shares = json_set(shares, '$[0].amountMinor', ?1) WHERE external_id = 'fake'",
    )
      .bind(MOST_SUM)
      .run();
    await multiply("fake", 1_033);
    await readAll();
    await rollUpOrders(env, NOON);
    await readAll();
    await env.DB.prepare("UPDATE orders SET status = 'declined' WHERE external_id LIKE 'fake%'").run();
    await readAll();
    await rollUpOrders(env, NOON);
    expect(await sums()).toEqual(summed);
    expect(await readAll()).toEqual(before);
  });

  test("G2-1: are paid by no plan's rule", async () => {
    const [{ planId } = { planId: "" }] = (
      (await api("GET", "/reports/plans?trust=all")).body as { data: { planId: string }[] }
    ).data;
    const refused = async (commission: Record<string, unknown>) => {
      const answer = await api("POST", `/tracking-plans/${planId}/commission-rules`, {
        commission,
        reason: "Too much",
      });
      return [answer.status, ...(problemOf(answer).errors ?? []).map(({ path, message }) => `${path} ${message}`)];
    };
    const most = "must be 10000000.00 EUR at most, which no order comes to";
    expect(
      await refused({
        type: "fixed",
        value: "10000000.01",
        tiers: [{ from: "1", value: 90_071_992_547_409 }],
        special: [{ type: "fixed", value: "10000001", products: ["A"] }],
      }),
    ).toEqual([
      422,
      `commission.value ${most}`,
      `commission.tiers.0.value ${most}`,
      `commission.special.0.value ${most}`,
    ]);
    // What sums are only compared with may be more.
    const large = { tiers: [{ from: "50000000", value: 20 }], capPerOrder: "20000000", capPerCreator: "90000000000" };
    const answer = await api("POST", `/tracking-plans/${planId}/commission-rules`, {
      commission: { type: "percentage", value: 10, ...large },
      reason: "A large shop",
    });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  });
});
