import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startDemoShop } from "../../scripts/demo-shop.ts";
import {
  answerBanner,
  buy,
  expectForgotten,
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

describe("an order in the demo shop, in browsers where something is missing", () => {
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
    expect((await orderNumbers(mall)).toSorted()).toEqual(placed.toSorted());
  });

  async function order(options?: Parameters<typeof buy>[1]): Promise<string> {
    const number = await buy(shopper.page, options);
    placed.push(number);
    return number;
  }

  /** Follows Léa's link with consent, and buys. */
  async function orderByLea(): Promise<string> {
    await follow(mall, shopper.page, "lea");
    await answerBanner(shopper.page, "accept");
    return order();
  }

  const creditedTo = (creatorId: string, method: "click" | "code") => ({
    status: "received",
    trust: "claimed",
    attribution: { creatorId, method, model: "last_click" },
  });

  it("goes by a beacon, and breaks no rule of the page's policy", async () => {
    await shopper.context.addInitScript({
      content: `addEventListener("securitypolicyviolation", (event) => console.error("violation", event.blockedURI));`,
    });
    const number = await orderByLea();

    expect(await orderOf(mall, number)).toMatchObject(creditedTo(mall.creators.lea, "click"));
    expect(shopper.problems).toEqual([]);
    expect(shopper.calls.filter((call) => call !== "GET /t/ast.js")).toEqual(["POST /t/events"]);
  });

  it("goes by fetch without sendBeacon", async () => {
    await shopper.context.addInitScript({ content: "delete Navigator.prototype.sendBeacon;" });
    const number = await orderByLea();

    expect(await orderOf(mall, number)).toMatchObject(creditedTo(mall.creators.lea, "click"));
    expect(shopper.problems).toEqual([]);
    expect(shopper.calls.filter((call) => call.startsWith("POST"))).toEqual(["POST /t/events"]);
  });

  it("goes by fetch where the beacon's queue is full", async () => {
    await shopper.context.addInitScript({ content: "Navigator.prototype.sendBeacon = () => false;" });
    const number = await orderByLea();

    expect(await orderOf(mall, number)).toMatchObject(creditedTo(mall.creators.lea, "click"));
    expect(shopper.calls.filter((call) => call.startsWith("POST"))).toEqual(["POST /t/events"]);
  });

  it("goes by the pixel without sendBeacon and fetch", async () => {
    await shopper.context.addInitScript({ content: "delete Navigator.prototype.sendBeacon; delete window.fetch;" });
    const number = await orderByLea();

    expect(await orderOf(mall, number)).toMatchObject(creditedTo(mall.creators.lea, "click"));
    expect(shopper.problems).toEqual([]);
    expect(shopper.calls.filter((call) => call !== "GET /t/ast.js")).toEqual(["GET /t/pixel.gif"]);
  });

  it("goes by the pixel without sendBeacon where fetch fails", async () => {
    await shopper.context.addInitScript({ content: "delete Navigator.prototype.sendBeacon;" });
    await shopper.context.route("**/t/events*", (route) => route.abort("blockedbyclient"));
    const number = await orderByLea();

    expect(await orderOf(mall, number)).toMatchObject(creditedTo(mall.creators.lea, "click"));
    expect(shopper.calls).toContain("GET /t/pixel.gif");
  });

  it("arrives from a page that tells nobody where it is", async () => {
    await shopper.context.addInitScript({
      content: `
        new MutationObserver((changes, observer) => {
          if (document.head === null) return;
          observer.disconnect();
          const meta = document.createElement("meta");
          meta.name = "referrer";
          meta.content = "no-referrer";
          document.head.prepend(meta);
        }).observe(document, { childList: true, subtree: true });`,
    });
    const number = await orderByLea();

    expect(await orderOf(mall, number)).toMatchObject(creditedTo(mall.creators.lea, "click"));
    expect(shopper.problems).toEqual([]);
  });

  it("is refused from the pages of another shop", async () => {
    const stranger = await startDemoShop(0, { waymark: mall.origin, store: "demo" });
    try {
      await shopper.page.goto(`${stranger.origin}/products/linen-shirt`);
      const number = await buy(shopper.page, { code: "LEA10" });
      const refused = async () =>
        JSON.stringify(await mall.waymark.api.call("GET", `/inbox?store=${mall.storeId}&verdict=refused`));
      await expect.poll(refused, { timeout: 10_000 }).toContain("origin_not_allowed");
      expect(await orderNumbers(mall)).not.toContain(number);
      expect(shopper.problems).toEqual([]);
    } finally {
      stranger.close();
    }
  });

  it("goes by the page's own pixel where the snippet is blocked, and is the code's", async () => {
    await shopper.context.route("**/t/ast.js*", (route) => route.abort("blockedbyclient"));
    const token = await follow(mall, shopper.page, "lea");
    await shopper.page.getByRole("button", { name: "Accept" }).click();
    const number = await order({ code: "MAX10" });

    const found = await orderOf(mall, number);
    expect(found).toMatchObject({ ...creditedTo(mall.creators.max, "code"), total: { amountMinor: 4491 } });
    expect(shopper.calls).toContain("GET /t/pixel.gif");
    expect(JSON.stringify(await storedBy(shopper, mall))).not.toContain(token);
  });

  it("tells by the page's own pixel that the banner was rejected, whatever cookie the link left", async () => {
    const store = await openStore(mall, "implied");
    try {
      const { page, context } = shopper;
      await context.route("**/t/ast.js*", (route) => route.abort("blockedbyclient"));
      await page.goto(store.link);
      const token = new URL(page.url()).searchParams.get("wm_click") ?? "";
      expect((await context.cookies(mall.origin)).map(({ value }) => value)).toEqual([token]);
      await page.getByRole("button", { name: "Reject" }).click();
      const number = await buy(page);

      await expectForgotten(mall, await orderOf(mall, number, store.id), token, store.id);
    } finally {
      store.close();
    }
  });

  it("goes by the page's own pixel where scripts are off", async () => {
    await shopper.context.close();
    shopper = await newShopper(mall, { javaScriptEnabled: false });
    const token = await follow(mall, shopper.page, "lea");
    const without = await order();
    await shopper.page.goto(`${mall.shop}/products/rain-jacket`);
    const withCode = await order({ code: "LEA10" });

    await expectForgotten(mall, await orderOf(mall, without), token);
    expect(await orderOf(mall, withCode)).toMatchObject(creditedTo(mall.creators.lea, "code"));
    expect(await shopper.context.cookies(mall.shop)).toEqual([]);
  });

  it("finds the click again where cookies are refused in silence", async () => {
    await shopper.context.addInitScript({
      content: `Object.defineProperty(Document.prototype, "cookie", { get: () => "", set: () => {} });`,
    });
    const number = await orderByLea();

    expect(await orderOf(mall, number)).toMatchObject(creditedTo(mall.creators.lea, "click"));
    expect(shopper.problems).toEqual([]);
    expect((await storedBy(shopper, mall)).cookies).toEqual({});
  });

  it("arrives, without the click, where cookies and storage throw", async () => {
    await shopper.context.addInitScript({
      content: `
        const refuse = () => { throw new DOMException("The operation is insecure.", "SecurityError"); };
        Object.defineProperty(Document.prototype, "cookie", { get: refuse, set: refuse });
        for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
          Object.defineProperty(window, name, { get: refuse });
        }`,
    });
    const token = await follow(mall, shopper.page, "lea");
    await answerBanner(shopper.page, "accept");
    const number = await order();

    await expectForgotten(mall, await orderOf(mall, number), token);
    expect(shopper.problems).toEqual([]);
    expect(await shopper.context.cookies()).toEqual([]);
  });

  it("is one when the shopper goes back to the checkout and forward again", async () => {
    const number = await orderByLea();
    const { page } = shopper;
    await page.goBack({ waitUntil: "commit" });
    expect(new URL(page.url()).pathname).toBe("/checkout");
    await page.goForward({ waitUntil: "commit" });
    expect(await page.locator("#order").textContent()).toBe(number);

    expect(await orderOf(mall, number)).toMatchObject(creditedTo(mall.creators.lea, "click"));
    expect((await orderOf(mall, number)).evidence).toHaveLength(1);
    expect(shopper.problems).toEqual([]);
  });

  it("is another when it is placed again from the checkout", async () => {
    const first = await orderByLea();
    await shopper.page.goBack({ waitUntil: "commit" });
    await shopper.page.getByRole("button", { name: "Place the order" }).click();
    await shopper.page.waitForURL("**/thank-you?*");
    const second = (await shopper.page.locator("#order").textContent()) ?? "";
    placed.push(second);

    expect(second).not.toBe(first);
    for (const number of [first, second]) {
      expect(await orderOf(mall, number)).toMatchObject(creditedTo(mall.creators.lea, "click"));
    }
  });

  it("is one when the browser brings the thank-you page back as it was left", async () => {
    const number = await orderByLea();
    const { page } = shopper;
    await page.evaluate(`
      addEventListener("pageshow", (event) => {
        document.title = event.persisted ? "brought back" : "loaded";
      });`);
    await page.getByRole("link", { name: "Demo shop" }).click();
    await page.waitForURL(`${mall.shop}/`);
    await page.goBack({ waitUntil: "commit" });
    expect(await page.locator("#order").textContent()).toBe(number);
    await expect.poll(() => page.title()).toBe("brought back");

    expect((await orderOf(mall, number)).evidence).toHaveLength(1);
    expect(shopper.calls.filter((call) => call === "POST /t/events")).toHaveLength(1);
  });

  it("is confirmed when the shop's server reports it too, and is still one", async () => {
    const store = await openStore(mall, "deferred", { hasServer: true });
    try {
      await shopper.page.goto(store.link);
      await answerBanner(shopper.page, "accept");
      const number = await buy(shopper.page, { email: "ana@shopper.example" });

      await expect
        .poll(async () => (await orderOf(mall, number, store.id)).trust, { timeout: 10_000 })
        .toBe("confirmed");
      await expect
        .poll(async () => (await orderOf(mall, number, store.id)).evidence, { timeout: 10_000 })
        .toHaveLength(2);
      const found = await orderOf(mall, number, store.id);
      expect(found).toMatchObject({
        status: "pending",
        total: { amountMinor: 4990, currency: "EUR" },
        attribution: { creatorId: mall.creators.lea, method: "click" },
      });
      expect(JSON.stringify(found)).not.toContain("ana@");
    } finally {
      store.close();
    }
  });
});
