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

/** What a page says, in one line. */
const textOf = async (page: Page): Promise<string> => (await page.locator("main").innerText()).replaceAll(/\s+/g, " ");

/** What the portal says of its creator, without the page's order. */
const portalOf = async ({ portal }: Waymark): Promise<string> => asNewcomer(portal, textOf);

/**
 * Follows the demo's link, allows the shop to remember it, and buys; says what the page that thanks says, and the one at
 * its foot that says what is known of the visit.
 */
const purchase = async ({ demoLink }: Waymark): Promise<Record<"number" | "thanks" | "own" | "known", string>> =>
  asNewcomer(demoLink, async (page) => {
    await answerBanner(page, "accept");
    const number = await buy(page);
    const own = await page.getByRole("link", { name: "own page" }).getAttribute("href");
    const thanks = await textOf(page);
    await page.getByRole("link", { name: "What this shop knows of my visit" }).click();
    await page.waitForURL(/\/t\/me\?s=demo&visitor=[\w-]{22}&click=/);
    return { number, thanks, own: own ?? "", known: await textOf(page) };
  });

/** A start says what it does and how long each step took, before it says that it is ready. */
function expectSteps(printed: string, expected: readonly string[]): void {
  const lines = printed.split("\n").filter((line) => / …(?: \.)* \d+\.\d s$/.test(line));
  expect(lines.map((line) => line.split(" …")[0])).toEqual(expected);
  expect(printed).toMatch(/^Waymark is starting\./);
  expect(printed).toMatch(/Waymark is ready after \d+\.\d s/);
}

const OPENING = ["Starting the Worker", "Opening the demo: its shop, its creators' pages, a stand-in Shopify"];

it(
  "G-27, G-28: the first purchase in the demo is the creator's at once, and the shop says so",
  { timeout: STARTS_MS },
  async () => {
    const waymark = await startWaymark({ history: true });
    try {
      expectSteps(waymark.printed, ["Making the local database, and sixty days of the demo", ...OPENING]);
      const rows = async (path: string) => (await all<Row>(waymark, path)).filter(({ name }) => name !== null);
      const [creators, campaigns] = ["/reports/creators", "/reports/campaigns"];
      const before = { creators: await rows(creators), campaigns: await rows(campaigns) };
      const namesOf = (found: readonly Row[]) => new Set(found.map(({ name }) => name));
      expect(namesOf(before.creators)).toEqual(new Set(["Léa Moreau", "Max Lindner", "Nina Costa"]));
      expect(namesOf(before.campaigns)).toEqual(new Set(["Autumn looks", "Spring looks"]));

      const { number, thanks, own, known } = await purchase(waymark);
      const order = await confirmed(waymark, number);
      const campaign = (await all<{ id: string; name: string; planId: string }>(waymark, "/campaigns")).find(
        ({ name }) => name === "Spring looks",
      );
      expect(order).toMatchObject({
        status: "pending",
        total: { amountMinor: 4990, currency: "EUR" },
        attribution: { method: "click", campaignId: campaign?.id, planId: campaign?.planId },
      });
      // The rate of the month's tier, which her sales of the last days decide.
      const { commission } = order as Order & { commission: { total: { amountMinor: number } } };
      const { amountMinor } = commission.total;
      expect([599, 748]).toContain(amountMinor);
      expect(thanks).toContain(
        `Waymark credits this order to Léa Moreau, who earns ${(amountMinor / 100).toFixed(2)} EUR`,
      );
      expect(thanks).toContain(`/api/v1/orders/${order.id}/explanation`);
      expect(own).toBe(waymark.portal);
      expect(known).toContain("A link of Léa Moreau to Demo shop was opened");

      const more = ({ name, clicks, conversions, salesMinor, commissionMinor }: Row, of: string): Partial<Row> => {
        const sums = { name, clicks, conversions, salesMinor, commissionMinor };
        if (name !== of) return sums;
        return {
          name,
          clicks: clicks + 1,
          conversions: conversions + 1,
          salesMinor: salesMinor + 4990,
          commissionMinor: commissionMinor + amountMinor,
        };
      };
      await expect
        .poll(async () => rows(creators), { timeout: 10_000 })
        .toMatchObject(before.creators.map((row) => more(row, "Léa Moreau")));
      expect(await rows(campaigns)).toMatchObject(before.campaigns.map((row) => more(row, "Spring looks")));
      const portal = await portalOf(waymark);
      expect(portal).toContain("Spring looks");
      expect(portal).toContain("Autumn looks");
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
    expectSteps(before.printed, ["Making the local database", ...OPENING]);
    const links = await all<Link>(before, "/links?limit=200");
    const creators = links.filter(({ slug }) => ["lea", "max", "nina"].includes(slug));
    expect(creators).toHaveLength(3);
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
      const mended = (await all<Link>(after, "/links?limit=200")).filter(({ slug }) =>
        ["lea", "max", "nina"].includes(slug),
      );
      expect(mended.map(partsOf)).toEqual(creators.map(partsOf));
      kept = await readFile(file, "utf8");
      expect(kept).not.toBe(lost);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      await confirmed(after, (await purchase(after)).number);
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
