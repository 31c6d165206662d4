import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { demoSecretFile } from "../../scripts/demo-secret.ts";
import { launchChromium } from "./chromium.ts";
import { answerBanner, buy, type Order } from "./shop.ts";
import { startWaymark, type Waymark } from "./waymark.ts";

interface Link {
  id: string;
  slug: string;
  creatorId: string | null;
  campaignId: string | null;
  planId: string | null;
  codeId: string | null;
}

interface Row {
  name: string | null;
  clicks: number;
  conversions: number;
  salesMinor: number;
  commissionMinor: number;
}

let browser: Browser;
let state: string;

beforeAll(async () => {
  browser = await launchChromium();
  state = await mkdtemp(join(tmpdir(), "waymark-demo-"));
});

afterAll(async () => {
  await browser?.close();
  await rm(state, { recursive: true, force: true });
});

/** A start and what is done with it, on a machine that is busy, ms. */
const STARTS_MS = 90_000;

const SHOPPER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/151.0.0.0 Safari/537.36";

/** Opens a page as a newcomer would, does something on it, and closes it. */
async function asNewcomer<Result>(address: string, act: (page: Page) => Promise<Result>): Promise<Result> {
  const context = await browser.newContext({ userAgent: SHOPPER });
  try {
    const page = await context.newPage();
    await page.goto(address);
    return await act(page);
  } finally {
    await context.close();
  }
}

const all = async <Item>({ api }: Waymark, path: string): Promise<Item[]> =>
  (await api.call<{ data: Item[] }>("GET", path)).data;

/** The order with this number once the shop's server has confirmed it. */
async function confirmed(waymark: Waymark, number: string): Promise<Order> {
  const found = async () => (await all<Order>(waymark, "/orders")).find(({ externalId }) => externalId === number);
  await expect.poll(async () => (await found())?.trust, { timeout: 15_000 }).toBe("confirmed");
  return waymark.api.call<Order>("GET", `/orders/${(await found())?.id}`);
}

/** What the portal says of its creator, without the page's order. */
const portalOf = async ({ portal }: Waymark): Promise<string> =>
  asNewcomer(portal, async (page) => (await page.locator("main").innerText()).replaceAll(/\s+/g, " "));

/** Follows the demo's link, allows the shop to remember it, and buys. */
const purchase = async ({ demoLink }: Waymark): Promise<string> =>
  asNewcomer(demoLink, async (page) => {
    await answerBanner(page, "accept");
    return buy(page);
  });

/** A start says what it does and how long each step took, before it says that it is ready. */
function expectSteps(printed: string): void {
  const lines = printed.split("\n").filter((line) => / …(?: \.)* \d+\.\d s$/.test(line));
  expect(lines.map((line) => line.split(" …")[0])).toEqual([
    "Bringing the local database up to date",
    "Starting the Worker",
    "Loading the demo: stores, two creators, campaigns, three links, some calls",
  ]);
  expect(printed).toMatch(/Waymark is ready after \d+\.\d s/);
}

it(
  "G-27, G-28: the first purchase in the demo shows the creator's click, order and commission in reports and portal",
  { timeout: STARTS_MS },
  async () => {
    const waymark = await startWaymark({ state });
    try {
      expectSteps(waymark.printed);
      const number = await purchase(waymark);
      const order = await confirmed(waymark, number);
      const campaigns = await all<{ id: string; name: string; planId: string }>(waymark, "/campaigns");
      const campaign = campaigns.find(({ name }) => name === "Spring looks");
      expect(order).toMatchObject({
        status: "pending",
        total: { amountMinor: 4990, currency: "EUR" },
        attribution: { method: "click", campaignId: campaign?.id, planId: campaign?.planId },
        commission: { total: { amountMinor: 599, currency: "EUR" } },
      });

      // The demo itself sold for 149.00 on the phone, by a call to Léa's number.
      const numbers = { clicks: 1, conversions: 2, salesMinor: 19890, commissionMinor: 2387, callConversions: 1 };
      const rows = async (path: string) => (await all<Row>(waymark, path)).filter(({ conversions }) => conversions > 0);
      await expect
        .poll(async () => rows("/reports/creators"), { timeout: 10_000 })
        .toMatchObject([{ name: "Léa Moreau", ...numbers }]);
      expect(await rows("/reports/campaigns")).toMatchObject([{ name: "Spring looks", ...numbers }]);
      expect(await rows(`/campaigns/${campaign?.id}/performance`)).toMatchObject([numbers]);
      const portal = await portalOf(waymark);
      expect(portal).toContain("Clicks 1 Sales 2 EPC €198.90");
      expect(portal).toContain("Commission €23.87");
      expect(portal).toContain("Waiting for approval €23.87");
    } finally {
      expect(await waymark.stop()).toBe(0);
    }
  },
);

/** What ports and times of a start don't change. */
const partsOf = ({ id, slug, creatorId, campaignId, planId, codeId }: Link) => {
  return { id, slug, creatorId, campaignId, planId, codeId };
};

it(
  "G-27: a demo of the version before is mended by the next start, and nothing is made twice",
  { timeout: 3 * STARTS_MS },
  async () => {
    const before = await startWaymark({ state });
    const links = await all<Link>(before, "/links?limit=200");
    const creators = links.filter(({ slug }) => slug === "lea" || slug === "max");
    expect(creators).toHaveLength(2);
    for (const { campaignId, planId, codeId } of creators) {
      expect([campaignId, planId, codeId]).toEqual([
        expect.stringMatching(/^cmp_/),
        expect.stringMatching(/^pln_/),
        expect.stringMatching(/^cod_/),
      ]);
    }
    // As it was: links in no campaign, and nobody who knows the store's secret.
    for (const { id } of creators) {
      await before.api.call("PATCH", `/links/${id}`, { campaignId: null, planId: null, codeId: null });
    }
    const file = demoSecretFile(state);
    const lost = await readFile(file, "utf8");
    await rm(file);
    const counts = async (waymark: Waymark) =>
      Promise.all(
        ["stores", "creators", "campaigns", "tracking-plans", "codes", "links"].map(
          async (name) => (await all(waymark, `/${name}?limit=200`)).length,
        ),
      );
    const made = await counts(before);
    expect(await before.stop()).toBe(0);

    let kept = "";
    const after = await startWaymark({ state });
    try {
      expect(await counts(after)).toEqual(made);
      const mended = (await all<Link>(after, "/links?limit=200")).filter(
        ({ slug }) => slug === "lea" || slug === "max",
      );
      expect(mended.map(partsOf)).toEqual(creators.map(partsOf));
      kept = await readFile(file, "utf8");
      expect(kept).not.toBe(lost);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      await confirmed(after, await purchase(after));
    } finally {
      expect(await after.stop()).toBe(0);
    }
    // Once more: a start that finds all as it should be changes nothing.
    const again = await startWaymark({ state });
    try {
      expect(await readFile(file, "utf8")).toBe(kept);
      const audit = await all<{ action: string; entity: string }>(again, "/audit?limit=200");
      expect(audit.filter(({ action, entity }) => entity === "store" && action === "rotate")).toHaveLength(1);
    } finally {
      expect(await again.stop()).toBe(0);
    }
  },
);
