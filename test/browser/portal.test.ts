import axe from "axe-core";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { clickMessage } from "../clicks/click-message.ts";
import { launchChromium } from "./chromium.ts";
import { startWaymark, type Waymark } from "./waymark.ts";

const DAY = 86_400_000;
const NAME = "Spring looks for a rather long weekend & more";

/** How long codes, links and orders may take, which are made behind answers. */
const WAIT = { timeout: 20_000, interval: 200 };

interface Named {
  id: string;
}

interface Member {
  state: string;
  code?: string;
  link?: string;
  linkId?: string;
}

let waymark: Waymark;
let browser: Browser;
let portal: string;
let shown: Member;
let context: BrowserContext | undefined;

beforeAll(async () => {
  browser = await launchChromium();
  waymark = await startWaymark();
  portal = await insertWorld();
});

afterEach(async () => {
  await context?.close();
  context = undefined;
});

afterAll(async () => {
  await browser.close();
  await waymark.stop();
});

/** A creator in two campaigns, of which one shows its numbers, with clicks and sales of a month. Answers their page. */
async function insertWorld(): Promise<string> {
  const { api } = waymark;
  const store = await api.call<Named & { key: string; secret: string }>("POST", "/stores", {
    name: "Linen & Co",
    currency: "EUR",
    timezone: "Europe/Paris",
    homeUrl: "https://linen.example/",
  });
  const creator = await api.call<Named>("POST", "/creators", {
    firstName: "Nora",
    lastName: "Lind-Söderström",
    email: "nora@creator.example",
    handles: { instagram: "nora.lind" },
  });
  const join = async (name: string, creatorsSeePerformance: boolean): Promise<Member> => {
    const campaign = await api.call<Named>("POST", "/campaigns", {
      name,
      creatorsSeePerformance,
      plan: {
        name,
        storeId: store.id,
        discount: { type: "percentage", value: 10 },
        codePattern: creatorsSeePerformance ? "NORA10" : "NORA20",
        commission: { type: "percentage", value: 12 },
      },
    });
    await api.call("POST", `/campaigns/${campaign.id}/creators`, { creatorIds: [creator.id], status: "approved" });
    const member = () => api.call<Member>("GET", `/campaigns/${campaign.id}/creators/${creator.id}`);
    await vi.waitFor(async () => expect((await member()).state).toBe("ready"), WAIT);
    return member();
  };
  shown = await join(NAME, true);
  await join("Quiet campaign", false);

  const now = Date.now();
  const clicks = Array.from({ length: 300 }, (_none, n) =>
    clickMessage({
      id: `clk_browser_${n}`,
      linkId: shown.linkId ?? "",
      time: now - ((n * n) % 29) * DAY - n,
      pseudonym: `visitor ${n}`,
    }),
  );
  await api.call("POST", "/clicks/restore", { clicks });
  for (const n of Array.from({ length: 12 }).keys()) {
    const response = await fetch(`${new URL(waymark.demoLink).origin}/t/orders`, {
      method: "POST",
      headers: { Authorization: `Bearer ${store.key}.${store.secret}`, "Content-Type": "application/json" },
      body: JSON.stringify({
        orderId: `nora-${n}`,
        amount: "79.90",
        currency: n === 5 ? "USD" : "EUR",
        codes: ["NORA10"],
        status: "paid",
        placedAt: new Date(now - ((n * 5) % 27) * DAY).toISOString(),
      }),
    });
    expect(response.status).toBe(202);
  }
  const { url } = await api.call<{ url: string }>("POST", `/creators/${creator.id}/portal-links`, {});
  const sales = async () => /<dt>Sales<\/dt><dd>(\d+)</.exec(await (await fetch(url)).text())?.[1];
  await vi.waitFor(async () => expect(await sales()).toBe("12"), WAIT);
  return url;
}

/** Opens the page as a browser with these settings does, and collects what goes wrong in it. */
async function open(options: BrowserContextOptions, url = portal): Promise<{ page: Page; faults: string[] }> {
  context = await browser.newContext(options);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("console", (message) => faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("requestfailed", (request) => faults.push(request.url()));
  expect((await page.goto(url))?.status()).toBe(200);
  return { page, faults };
}

async function openDetails(page: Page): Promise<void> {
  for (const summary of await page.locator("summary").all()) await summary.click();
}

/** What axe finds against WCAG 2.2 at levels A and AA (the size of targets is not asked by itself), and against good practice. */
async function violationsOn(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>(
    "axe.run(document, { rules: { 'target-size': { enabled: true } } })",
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}

const VIEWPORTS = [
  ["phone", { width: 390, height: 844 }],
  ["desktop", { width: 1280, height: 800 }],
  ["narrowest", { width: 320, height: 640 }],
] as const;

describe.each(VIEWPORTS)("on a %s", (_name, viewport) => {
  it.each(["light", "dark"] as const)(
    "has nothing that axe objects to, in %s colours, and fits its width",
    async (scheme) => {
      const { page, faults } = await open({ viewport, colorScheme: scheme });
      expect(await violationsOn(page)).toEqual([]);
      await openDetails(page);
      expect(await violationsOn(page)).toEqual([]);
      const [content, width] = await page.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
      );
      expect(content).toBe(width);
      expect(width).toBe(viewport.width);
      const background = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      expect(background === "rgb(245, 244, 241)").toBe(scheme === "light");
      // Its own policy lets all of it through.
      expect(faults).toEqual([]);
    },
  );
});

it("copies code and link, says so, and shows the button again", async () => {
  const { page } = await open({ permissions: ["clipboard-read", "clipboard-write"] });
  const card = page.getByRole("article").filter({ hasText: NAME });
  const clipboard = () => page.evaluate<string>("navigator.clipboard.readText()");
  await card.getByRole("button", { name: "Copy code" }).click();
  await expect.poll(clipboard).toBe("NORA10");
  expect(await page.getByRole("status").textContent()).toBe("Copied: NORA10");
  await card.getByRole("button", { name: "Copied" }).waitFor();
  await card.getByRole("button", { name: "Copy link" }).click();
  await expect.poll(clipboard).toBe(shown.link);
  await card.getByRole("button", { name: "Copy code" }).waitFor();
});

it("copies in a browser without a clipboard of its own, as those of apps are", async () => {
  context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const reader = await context.newPage();
  await reader.goto(portal);
  const page = await context.newPage();
  await page.addInitScript("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
  await page.goto(portal);
  const card = page.getByRole("article").filter({ hasText: NAME });
  await card.getByRole("button", { name: "Copy link" }).click();
  await card.getByRole("button", { name: "Copied" }).waitFor();
  await reader.bringToFront();
  expect(await reader.evaluate<string>("navigator.clipboard.readText()")).toBe(shown.link);
});

it("can be read and used without JavaScript", async () => {
  const { page, faults } = await open({ javaScriptEnabled: false });
  const seen = (text: string | RegExp) => expect(page.getByText(text).first().isVisible()).resolves.toBe(true);
  for (const text of [
    "Nora Lind-Söderström",
    "NORA10",
    shown.link ?? "",
    "NORA20",
    "Quiet campaign",
    "€",
    "This campaign doesn’t show its numbers.",
  ]) {
    await seen(text);
  }
  // Languages are chosen by a form; what needs a script isn't shown.
  expect((await page.locator("button:visible").allTextContents()).map((text) => text.trim())).toEqual([
    "English",
    "Français",
    "Deutsch",
    "Español",
  ]);
  const picture = page.waitForResponse((response) => response.url().endsWith("/qr.svg"));
  // Without scripts, browsers load lazy pictures at once.
  await page.reload();
  expect((await picture).status()).toBe(200);
  await openDetails(page);
  expect(await page.getByRole("cell").count()).toBeGreaterThan(20);
  await page.getByRole("link", { name: "This year" }).click();
  await page.waitForURL(/span=year/);
  await seen(/sales by (week|day)/);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Numbers as CSV", exact: true }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^report-\d{4}-01-01-\d{4}-\d\d-\d\d\.csv$/);
  expect(faults.filter((fault) => !fault.includes("report.csv"))).toEqual([]);
});

it("UPF-3: the demo's creator has a page with a code and a link of the campaign", async () => {
  const { page } = await open({}, waymark.portal);
  await page.getByRole("heading", { name: "Léa Moreau" }).waitFor();
  await page.getByText("LEA10").waitFor();
  expect(await violationsOn(page)).toEqual([]);
});
