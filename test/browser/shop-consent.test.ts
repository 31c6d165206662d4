import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  answerBanner,
  buy,
  expectForgotten,
  explanationOf,
  follow,
  type Mall,
  newShopper,
  openMall,
  openStore,
  orderNumbers,
  orderOf,
  type Shopper,
  storedBy,
} from "./shop.ts";

describe("an order in the demo shop, by what the shopper allowed", () => {
  let mall: Mall;
  let shopper: Shopper;
  /** Numbers of all orders so far. */
  const placed: string[] = [];

  beforeAll(async () => {
    mall = await openMall();
  });

  afterAll(async () => {
    await mall?.close();
  });

  beforeEach(async () => {
    shopper = await newShopper(mall);
  });

  afterEach(async () => {
    await shopper.context.close();
    expect(shopper.problems).toEqual([]);
    expect((await orderNumbers(mall)).toSorted()).toEqual(placed.toSorted());
  });

  async function order(options?: Parameters<typeof buy>[1]): Promise<string> {
    const number = await buy(shopper.page, options);
    placed.push(number);
    return number;
  }

  it("is the creator's whose link led there, once the banner is accepted", async () => {
    const token = await follow(mall, shopper.page, "lea");
    await answerBanner(shopper.page, "accept");
    const number = await order();

    const found = await orderOf(mall, number);
    expect(found).toMatchObject({
      externalId: number,
      status: "received",
      trust: "claimed",
      total: { amountMinor: 4990, currency: "EUR" },
      attribution: { creatorId: mall.creators.lea, method: "click", model: "last_click" },
    });
    expect(found.evidence).toHaveLength(1);
    expect((await explanationOf(mall, found)).candidates).toHaveLength(1);
    const { cookies, local } = await storedBy(shopper, mall);
    expect(local["shop-consent"]).toBe("granted");
    expect(Object.values({ ...cookies, ...local }).filter((value) => value.includes(token))).toHaveLength(1);
  });

  it("is nobody's when the banner is rejected, and nothing is kept but the answer", async () => {
    const token = await follow(mall, shopper.page, "lea");
    await answerBanner(shopper.page, "reject");
    const number = await order({ email: "ana@shopper.example" });

    const found = await orderOf(mall, number);
    expect(found.total).toEqual({ amountMinor: 4990, currency: "EUR" });
    await expectForgotten(mall, found, token);
    expect(JSON.stringify(found)).not.toContain("ana@");
    expect(await storedBy(shopper, mall)).toEqual({ cookies: {}, local: { "shop-consent": "denied" } });
  });

  it("is nobody's while the banner is unanswered, and nothing is kept", async () => {
    const token = await follow(mall, shopper.page, "lea");
    const number = await order();

    await expectForgotten(mall, await orderOf(mall, number), token);
    expect(await storedBy(shopper, mall)).toEqual({ cookies: {}, local: {} });
  });

  it("stays nobody's when the banner is accepted only after the click id is gone", async () => {
    const token = await follow(mall, shopper.page, "lea");
    const number = await order();
    await answerBanner(shopper.page, "accept");

    await expectForgotten(mall, await orderOf(mall, number), token);
    expect(await storedBy(shopper, mall)).toEqual({ cookies: {}, local: { "shop-consent": "granted" } });
  });

  it("becomes the creator's when the banner is accepted on the page that has the click id", async () => {
    const token = await follow(mall, shopper.page, "lea");
    // A shop of one page: the landing's address is that of the thank-you page too.
    const placing = await shopper.context.request.post(`${mall.shop}/checkout`, {
      form: { product: "linen-shirt", quantity: "2", action: "order" },
    });
    const number = new URL(placing.url()).searchParams.get("order") ?? "";
    placed.push(number);
    await shopper.page.goto(`${mall.shop}/thank-you?order=${number}&wm_click=${token}`, { waitUntil: "networkidle" });
    await expectForgotten(mall, await orderOf(mall, number), token);

    await answerBanner(shopper.page, "accept");

    await expect
      .poll(async () => (await orderOf(mall, number)).attribution, { timeout: 10_000 })
      .toMatchObject({ creatorId: mall.creators.lea, method: "click" });
    expect((await orderOf(mall, number)).total.amountMinor).toBe(9980);
  });

  it("is nobody's once consent is withdrawn, and the click id is gone from the browser", async () => {
    const token = await follow(mall, shopper.page, "lea");
    await answerBanner(shopper.page, "accept");
    expect(JSON.stringify(await storedBy(shopper, mall))).toContain(token);
    await shopper.page.getByRole("button", { name: "Withdraw consent" }).click();
    await shopper.page.getByRole("status").getByText("Withdrawn").waitFor();
    const number = await order();

    await expectForgotten(mall, await orderOf(mall, number), token);
    expect(await storedBy(shopper, mall)).toEqual({ cookies: {}, local: { "shop-consent": "denied" } });
  });

  it("keeps its owner when consent is withdrawn afterwards", async () => {
    await follow(mall, shopper.page, "lea");
    await answerBanner(shopper.page, "accept");
    const number = await order();
    await orderOf(mall, number);
    await shopper.page.getByRole("button", { name: "Withdraw consent" }).click();
    await shopper.page.reload({ waitUntil: "networkidle" });

    expect((await orderOf(mall, number)).attribution).toMatchObject({ creatorId: mall.creators.lea });
    expect(await storedBy(shopper, mall)).toEqual({ cookies: {}, local: { "shop-consent": "denied" } });
  });

  it("is one, however often the thank-you page is reloaded", async () => {
    await follow(mall, shopper.page, "lea");
    await answerBanner(shopper.page, "accept");
    const number = await order();
    for (let reload = 0; reload < 3; reload += 1) await shopper.page.reload({ waitUntil: "networkidle" });

    const found = await orderOf(mall, number);
    expect(found).toMatchObject({ total: { amountMinor: 4990 }, attribution: { creatorId: mall.creators.lea } });
    expect(found.evidence).toHaveLength(1);
  });

  it("is the later creator's where two links were opened in two tabs", async () => {
    await follow(mall, shopper.page, "lea");
    await answerBanner(shopper.page, "accept");
    const other = await shopper.context.newPage();
    await follow(mall, other, "max");
    await other.waitForLoadState("networkidle");
    const number = await order();

    const found = await orderOf(mall, number);
    expect(found).toMatchObject({
      total: { amountMinor: 4990 },
      attribution: { creatorId: mall.creators.max, method: "click" },
    });
  });

  it("stays the later creator's where the earlier link's page is loaded again", async () => {
    await follow(mall, shopper.page, "lea");
    await answerBanner(shopper.page, "accept");
    const other = await shopper.context.newPage();
    await follow(mall, other, "max");
    await other.waitForLoadState("networkidle");
    await shopper.page.reload({ waitUntil: "networkidle" });
    const number = await order();

    expect((await orderOf(mall, number)).attribution).toMatchObject({ creatorId: mall.creators.max });
  });

  it("follows the click before the code, and the code without a click", async () => {
    await follow(mall, shopper.page, "lea");
    await answerBanner(shopper.page, "accept");
    const both = await orderOf(mall, await order({ code: "MAX10" }));
    expect(both).toMatchObject({
      total: { amountMinor: 4491 },
      attribution: { creatorId: mall.creators.lea, method: "click" },
    });

    await shopper.page.getByRole("button", { name: "Withdraw consent" }).click();
    await shopper.page.goto(`${mall.shop}/products/wool-beanie`);
    const code = await orderOf(mall, await order({ code: "MAX10" }));
    expect(code).toMatchObject({
      status: "received",
      total: { amountMinor: 2205 },
      attribution: { creatorId: mall.creators.max, method: "code" },
    });
  });

  it("is the creator's on another device too, where the shopper is known by e-mail and allowed it", async () => {
    const email = "ana@shopper.example";
    await follow(mall, shopper.page, "lea");
    await answerBanner(shopper.page, "accept");
    await orderOf(mall, await order({ email }));

    const onDevice = async (choice: "accept" | "reject") => {
      await shopper.context.close();
      shopper = await newShopper(mall);
      await shopper.page.goto(`${mall.shop}/products/rain-jacket`);
      await answerBanner(shopper.page, choice);
      return orderOf(mall, await order({ email: ` ${email.toUpperCase()}` }));
    };
    expect(await onDevice("reject")).toMatchObject({ attribution: null });
    // Browsers alone say so: a store that wants it believes them.
    expect(await onDevice("accept")).toMatchObject({ attribution: null });
    const believe = (customerClicks: "any" | "confirmed") =>
      mall.waymark.api.call("PATCH", `/stores/${mall.storeId}`, { attribution: { customerClicks } });
    await believe("any");
    const allowed = await onDevice("accept");
    await believe("confirmed");
    expect(allowed.attribution).toMatchObject({ creatorId: mall.creators.lea });
    expect(JSON.stringify(allowed).toLowerCase()).not.toContain("ana@");
  });

  it("is nobody's with Global Privacy Control, whatever the banner says", async () => {
    await shopper.context.close();
    shopper = await newShopper(mall, { extraHTTPHeaders: { "Sec-GPC": "1" } });
    await shopper.context.addInitScript({
      content: `Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true });`,
    });
    expect(await follow(mall, shopper.page, "lea")).toBe("");
    // One from before the signal was set.
    const earlier = await newShopper(mall);
    const token = await follow(mall, earlier.page, "lea");
    await earlier.context.close();
    await shopper.page.goto(`${mall.shop}/products/linen-shirt?wm_click=${token}`);
    await answerBanner(shopper.page, "accept");
    const number = await order();

    await expectForgotten(mall, await orderOf(mall, number), token);
    expect(await storedBy(shopper, mall)).toEqual({ cookies: {}, local: { "shop-consent": "granted" } });
  });

  it("is the creator's before the banner is answered where consent is implied, and nobody's once it is rejected", async () => {
    const store = await openStore(mall, "implied");
    try {
      const { page } = shopper;
      await page.goto(store.link);
      const token = new URL(page.url()).searchParams.get("wm_click") ?? "";
      const unanswered = await orderOf(mall, await buy(page), store.id);
      expect(unanswered.attribution).toMatchObject({ creatorId: mall.creators.lea, method: "click" });

      const other = await newShopper(mall);
      await other.page.goto(store.link);
      const otherToken = new URL(other.page.url()).searchParams.get("wm_click") ?? "";
      expect(otherToken).not.toBe(token);
      await answerBanner(other.page, "reject");
      const rejected = await orderOf(mall, await buy(other.page), store.id);
      await other.context.close();
      await expectForgotten(mall, rejected, otherToken, store.id);
    } finally {
      store.close();
    }
  });
});
