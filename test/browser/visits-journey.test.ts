import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { framed } from "../../scripts/demo-page.ts";
import { answerBanner, type Mall, newShopper, openMall, type Shopper } from "./shop.ts";

const BODY = `
<p><a href="/products/tea">Tea</a> <a href="/files/brochure.pdf">Brochure</a> <a href="/checkout">Checkout</a></p>
<button type="button" id="basket">Add to basket</button>
<button type="button" id="more">More</button>`;

const SCRIPT = `
document.getElementById("basket").addEventListener("click", () => {
  wm("cart", { items: [{ sku: "TEA", quantity: 2 }], value: "19.80", currency: "EUR" });
});
document.getElementById("more").addEventListener("click", () => history.pushState(null, "", "/products/pot"));
if (location.pathname === "/thanks") wm("order", { orderId: "5001", amount: "19.80", currency: "EUR" });
`;

const PLAN = {
  name: "Tea shop",
  pages: { engagement: true, scroll: true, heatmap: true, aliases: [{ pattern: "/products/*", alias: "/products" }] },
  rules: [
    { kind: "click", selector: "#basket", event: "Add to basket" },
    { kind: "download", extensions: ["pdf"], event: "Brochure" },
  ],
  checkout: { steps: [{ name: "Checkout", page: "/checkout" }] },
};

/** How long it takes at most until what a page told is counted, ms: the queue gathers for five seconds. */
const COUNTED_MS = 25_000;

type Row = Record<string, unknown>;

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** A journey from a page in Chromium through the queue to the reports, with nothing of ours replaced. */
describe("visits of a site, from its pages to the reports", () => {
  let mall: Mall;
  let store: { id: string; key: string };
  let site: string;
  let close = (): void => {};

  beforeAll(async () => {
    mall = await openMall();
    const { api } = mall.waymark;
    store = await api.call("POST", "/stores", { name: "Tea", consentPolicy: "deferred" });
    const { id } = await api.call<{ id: string }>("POST", "/tagging-plans", { storeId: store.id, ...PLAN });
    await api.call("POST", `/tagging-plans/${id}/activate`);
    const { html, policy } = framed(
      { title: "Tea", body: BODY, script: SCRIPT },
      { waymark: mall.origin, store: store.key },
    );
    const server = createServer((request, response) => {
      const isFile = request.url?.startsWith("/files/") === true;
      const type = isFile ? "application/pdf" : "text/html; charset=utf-8";
      response.writeHead(200, {
        "Content-Type": type,
        "Content-Security-Policy": policy,
        ...(isFile && { "Content-Disposition": "attachment" }),
      });
      response.end(isFile ? "%PDF-" : html);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    close = () => {
      server.close();
      server.closeAllConnections();
    };
    await api.call("PATCH", `/stores/${store.id}`, { origins: [site] });
  });

  afterAll(async () => {
    close();
    await mall?.close();
  });

  const report = (path: string) =>
    mall.waymark.api.call<{ data: Row[]; total: Row; measuredShare: string | null }>(
      "GET",
      `${path}${path.includes("?") ? "&" : "?"}store=${store.id}`,
    );

  async function shopping(visit: (shopper: Shopper) => Promise<void>): Promise<void> {
    const shopper = await newShopper(mall);
    await visit(shopper);
    await shopper.page.goto("about:blank");
    await shopper.page.waitForTimeout(300);
    await shopper.context.close();
    expect(shopper.problems).toEqual([]);
  }

  it("count what three shoppers did, each as far as they allow it (DIO-1 to DIO-5, DIO-10, DIO-11, DIO-15, DIX-10)", async () => {
    // One consents on the page where they land, and buys.
    await shopping(async ({ page }) => {
      await page.goto(`${site}/?utm_source=newsletter&utm_medium=email`, { waitUntil: "networkidle" });
      await page.waitForTimeout(1_500);
      await answerBanner(page, "accept");
      await page.getByRole("link", { name: "Tea" }).click();
      await page.getByRole("button", { name: "Add to basket" }).click();
      await page.getByRole("button", { name: "More" }).click();
      await page.getByRole("link", { name: "Checkout" }).click();
      await page.goto(`${site}/thanks`, { waitUntil: "networkidle" });
    });
    // Another one refuses, and one is not asked for long enough to answer.
    await shopping(async ({ page }) => {
      await page.goto(`${site}/`, { waitUntil: "networkidle" });
      await answerBanner(page, "reject");
      await page.getByRole("button", { name: "Add to basket" }).click();
      await page.getByRole("link", { name: "Brochure" }).click();
    });
    await shopping(async ({ page }) => {
      await page.goto(`${site}/products/tea`, { waitUntil: "networkidle" });
    });

    const total = async () => (await report("/reports/pages")).total;
    await expect.poll(total, { timeout: COUNTED_MS, interval: 500 }).toMatchObject({ views: 7, measured: 5 });
    const pages = await report("/reports/pages?sort=page");
    expect(
      pages.data.map(({ page, views, measured, entries, exits }) => [page, views, measured, entries, exits]),
    ).toEqual([
      ["/", 2, 1, 2, 0],
      ["/checkout", 1, 1, 0, 0],
      ["/products", 3, 2, 1, 0],
      ["/thanks", 1, 1, 0, 1],
    ]);
    expect(pages.total).toMatchObject({ visitors: 1 });
    expect(Number(pages.total["engagedMs"])).toBeGreaterThan(0);

    const visits = await report("/reports/visits");
    expect(
      visits.data
        .map(({ source, name, visits: all, measured, bounces }) => [source, name, all, measured, bounces])
        .toSorted(byText),
    ).toEqual([
      ["direct", null, 2, 0, 0],
      ["email", expect.any(String), 1, 1, 0],
    ]);
    const events = await report("/reports/events");
    expect(
      events.data
        .map(({ event, page, label, count, measured }) => [event, page, label, count, measured])
        .toSorted(byText),
    ).toEqual([
      ["Add to basket", "/", null, 1, 0],
      ["Add to basket", "/products", null, 1, 1],
      ["Brochure", "/", "brochure.pdf", 1, 0],
      ["Checkout", "/checkout", null, 1, 1],
    ]);
    expect((await report("/reports/consent")).total).toMatchObject({ shown: 3, granted: 1, denied: 1 });
    const carts = await report("/carts");
    expect(carts.data).toMatchObject([{ state: "bought", items: 2, value: { amountMinor: 1980, currency: "EUR" } }]);
    expect((await report("/audiences/abandoners")).data).toEqual([]);
    const quality = await mall.waymark.api.call<{ data: Row[] }>("GET", `/stores/${store.id}/quality`);
    for (const row of quality.data) expect(row["seen"], JSON.stringify(row)).toBe(row["valid"]);
  }, 90_000);
});
