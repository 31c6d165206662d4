import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { expect, vi } from "vitest";
import { startDemoShop } from "../../scripts/demo-shop.ts";
import { launchChromium } from "./chromium.ts";
import { startWaymark, type Waymark } from "./waymark.ts";

/** An order as `GET /api/v1/orders/{id}` shows it, as far as these tests look. */
export interface Order {
  id: string;
  externalId: string;
  status: string;
  trust: "claimed" | "confirmed";
  total: { amountMinor: number; currency: string };
  codes: unknown[];
  attribution: { creatorId: string; method: string; model: string } | null;
  evidence: unknown[];
}

/** `GET /api/v1/orders/{id}/explanation`, as far as these tests look. */
export interface Explanation {
  candidates: unknown[];
}

/** Keys and values that a browser holds for the shop. */
export interface Stored {
  cookies: Record<string, string>;
  local: Record<string, string>;
}

/** A browser of a person of their own, with what went wrong on its pages. */
export interface Shopper {
  context: BrowserContext;
  page: Page;
  /** Errors of scripts, and what the console calls an error: a policy's violations are among them. */
  problems: string[];
  /** Paths of Waymark's that pages called, with the method. */
  calls: string[];
}

/** Waymark with its demo shop, and a browser. */
export interface Mall {
  waymark: Waymark;
  browser: Browser;
  /** Where Waymark is. */
  origin: string;
  /** Where the shop is. */
  shop: string;
  storeId: string;
  /** Ids of creators, by the slug of their link. */
  creators: { lea: string; max: string };
  close: () => Promise<void>;
}

/** Answers to the banner. */
export type Choice = "accept" | "reject";

let persons = 0;

/**
 * Starts all of it, with a store under whose policy a link hands a click id on and the redirector
 * itself stores nothing: what the browser then holds is the snippet's. The shop's server keeps silent, so that
 * orders are what the pages claim.
 */
export async function openMall(): Promise<Mall> {
  const browser = await launchChromium();
  const waymark = await startWaymark({ confirms: false });
  const { api, demoLink } = waymark;
  const landing = await fetch(demoLink, { redirect: "manual" });
  const shop = new URL(landing.headers.get("Location") ?? "").origin;
  const storeId = (await api.find<{ id: string; key: string }>("/stores", {}, ({ key }) => key === "demo"))?.id ?? "";
  await api.call("PATCH", `/stores/${storeId}`, { consentPolicy: "deferred" });
  await takeNumbers(api, storeId);
  const creator = async (externalId: string): Promise<string> =>
    (await api.find<{ id: string; externalId: string }>("/creators", { externalId }, () => true))?.id ?? "";
  // The creators' codes are made behind the start, by the queue.
  const members = async () => {
    const campaign = await api.find<{ id: string; name: string }>(
      "/campaigns",
      {},
      ({ name }) => name === "Spring looks",
    );
    return api.call<{ data: { state: string }[] }>("GET", `/campaigns/${campaign?.id}/creators`);
  };
  await vi.waitFor(
    async () => {
      const { data } = await members();
      expect(data.map(({ state }) => state)).toEqual(["ready", "ready", "ready"]);
    },
    { timeout: 15_000, interval: 200 },
  );
  return {
    waymark,
    browser,
    origin: new URL(demoLink).origin,
    shop,
    storeId,
    creators: { lea: await creator("demo-lea"), max: await creator("demo-max") },
    close: async () => {
      await browser.close();
      expect(await waymark.stop()).toBe(0);
    },
  };
}

/** Another store with a shop of its own. */
export interface OtherStore {
  id: string;
  /** Léa's link to a product of its shop. */
  link: string;
  close: () => void;
}

/** Opens another store. Where `hasServer`, its shop's server reports orders too. */
export async function openStore(
  { waymark: { api }, origin, creators }: Mall,
  consentPolicy: "deferred" | "implied",
  { hasServer = false } = {},
): Promise<OtherStore> {
  const store = await api.call<{ id: string; key: string; secret: string }>("POST", "/stores", {
    name: "Another shop",
    consentPolicy,
  });
  const shop = await startDemoShop(0, {
    waymark: origin,
    store: store.key,
    secret: hasServer ? store.secret : undefined,
  });
  await api.call("PATCH", `/stores/${store.id}`, { origins: [shop.origin] });
  const link = await api.call<{ shortUrl: string }>("POST", "/links", {
    kind: "affiliate",
    creatorId: creators.lea,
    storeId: store.id,
    url: `${shop.origin}/products/linen-shirt`,
  });
  return { id: store.id, link: link.shortUrl, close: shop.close };
}

/** Opens a fresh profile of a person of their own. */
export async function newShopper(mall: Mall, options: BrowserContextOptions = {}): Promise<Shopper> {
  persons += 1;
  const userAgent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${200 + persons}.0.0.0 Safari/537.36`;
  const context = await mall.browser.newContext({ userAgent, ...options });
  const problems: string[] = [];
  const calls: string[] = [];
  context.on("weberror", (error) => problems.push(error.error().message));
  context.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.pathname.startsWith("/t/")) calls.push(`${request.method()} ${url.pathname}`);
  });
  return { context, page: await context.newPage(), problems, calls };
}

/** Follows a creator's link, and returns the click id that it brought along. */
export async function follow(mall: Mall, page: Page, slug: "lea" | "max"): Promise<string> {
  await page.goto(`${mall.origin}/${slug}`);
  expect(new URL(page.url()).origin).toBe(mall.shop);
  return new URL(page.url()).searchParams.get("wm_click") ?? "";
}

/** Answers the banner, and waits until the snippet has heard of it. */
export async function answerBanner(page: Page, choice: Choice): Promise<void> {
  await page.getByRole("button", { name: choice === "accept" ? "Accept" : "Reject" }).click();
  await page.getByRole("region", { name: "May we remember" }).waitFor({ state: "hidden" });
  await page.waitForLoadState("networkidle");
}

/** Buys what the product page is about, and returns the order's number. */
export async function buy(page: Page, { code = "", email = "" } = {}): Promise<string> {
  await page.getByRole("link", { name: /^Buy / }).click();
  await page.getByLabel("Discount code").fill(code);
  await page.getByLabel("E-mail").fill(email);
  await page.waitForLoadState("networkidle");
  await page.getByRole("button", { name: "Place the order" }).click();
  await page.waitForURL("**/thank-you?*");
  const id = await page.locator("#order").textContent();
  await page.waitForLoadState("networkidle");
  return id ?? "";
}

/** What the browser holds for the shop, whoever put it there. */
export async function storedBy({ context, page }: Shopper, mall: Mall): Promise<Stored> {
  const cookies = await context.cookies(mall.shop);
  return {
    cookies: Object.fromEntries(cookies.map(({ name, value }) => [name, value])),
    local: await page.evaluate("({ ...localStorage })"),
  };
}

/** Has the demo shop's pages show no number but their own: what they tell then is of orders alone. */
export async function takeNumbers(api: Waymark["api"], storeId: string): Promise<void> {
  for (const path of ["/phone-numbers", "/number-pools"]) {
    const { data } = await api.call<{ data: { id: string }[] }>("GET", `${path}?store=${storeId}`);
    for (const { id } of data) await api.call("DELETE", `${path}/${id}`);
  }
}

/** All orders of the demo store by the shop's number, newest first, but for the one that the demo sold on the phone. */
export async function orderNumbers({ waymark, storeId }: Mall): Promise<string[]> {
  const list = await waymark.api.call<{ data: Order[]; nextCursor: string | null }>(
    "GET",
    `/orders?store=${storeId}&limit=200`,
  );
  expect(list.nextCursor).toBeNull();
  return list.data.map(({ externalId }) => externalId).filter((number) => !number.startsWith("call-"));
}

/**
 * Waits until an order has arrived and nothing waits to be read, and returns it. Fails if there is
 * more than one with this number.
 */
export async function orderOf(mall: Mall, number: string, storeId = mall.storeId): Promise<Order> {
  const { api } = mall.waymark;
  const found = async () =>
    (await api.call<{ data: Order[] }>("GET", `/orders?store=${storeId}&limit=200`)).data.filter(
      ({ externalId }) => externalId === number,
    );
  const pending = async () =>
    (await api.call<{ data: unknown[] }>("GET", `/inbox?store=${storeId}&verdict=pending`)).data;
  await expect.poll(found, { timeout: 10_000 }).not.toEqual([]);
  await expect.poll(pending, { timeout: 10_000 }).toEqual([]);
  const orders = await found();
  expect(orders).toHaveLength(1);
  return api.call<Order>("GET", `/orders/${orders[0]?.id}`);
}

/** Why an order is whose it is. */
export function explanationOf({ waymark }: Mall, order: Order): Promise<Explanation> {
  return waymark.api.call("GET", `/orders/${order.id}/explanation`);
}

/** Fails unless neither the order nor anything that was received holds the click. */
export async function expectForgotten(mall: Mall, order: Order, token: string, storeId = mall.storeId): Promise<void> {
  expect(token).toMatch(/^[\w-]{56}$/);
  expect(order).toMatchObject({ attribution: null, status: "orphan", trust: "claimed" });
  const explanation = await explanationOf(mall, order);
  expect(explanation.candidates).toEqual([]);
  const inbox = await mall.waymark.api.call<{ data: { id: string }[] }>("GET", `/inbox?store=${storeId}&limit=200`);
  const entries = await Promise.all(inbox.data.map(({ id }) => mall.waymark.api.call("GET", `/inbox/${id}`)));
  expect(entries.length).toBeGreaterThan(0);
  // Its time and nonce, which name the click without its signature too.
  const clickId = token.slice(16, 36);
  expect(JSON.stringify([order, explanation, inbox, entries])).not.toContain(clickId);
}
