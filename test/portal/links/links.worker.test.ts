import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { api } from "../../ground/api.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { addCreators, createCampaign } from "../../programme/campaign-fixtures.ts";
import { click, createGuest, createShop, join, look, NOON, textOf } from "../portal-fixtures.ts";

const DAY = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const read = async (path: string, headers: Record<string, string> = {}) => textOf((await look(path, headers)).text);

describe("all links and codes of a creator", () => {
  test("are there by campaign and store, with how they stand, what they give and their clicks", async () => {
    const shop = await createShop({ provider: "bigcommerce" });
    const lea = await createGuest();
    const spring = await join(
      shop,
      lea.id,
      { name: "Spring looks" },
      {
        codePattern: "LEA10",
        affiliateLink: false,
        utm: { source: "x" },
        limits: { oncePerCustomer: true, minimum: { type: "cartValue", value: 40 }, totalUses: 500, products: ["1"] },
        endsAt: "2027-09-01",
      },
    );
    await insertLink({
      creatorId: lea.id,
      campaignId: spring.campaignId,
      slug: "hand",
      url: "https://shop.example/b?utm_source=x",
      startsAt: NOON + DAY,
    });
    await insertLink({ creatorId: lea.id, storeId: shop.id, slug: "loose", url: "https://shop.example/c" });
    await insertLink({ creatorId: lea.id, slug: "lost", url: "https://elsewhere.example/{{slug}}" });
    await click(spring.linkId, NOON - 2 * DAY, 3);
    await click(spring.linkId, NOON - 40 * DAY, 5);
    const page = await read(`${lea.path}/links`);
    const parts = [
      "Spring looks Linen &amp; Co",
      "Your code Works now Until Sep 2, 2027, 12:00 AM UTC.",
      "LEA10 Copy code 10% off For orders from €40.00 Only for some products Once per customer For the first 500 orders",
      "shop.example /sale Works now Until Sep 2, 2027",
      "This link counts clicks. Sales count when shoppers use your code.",
      `${spring.link} Copy link 3 clicks in the last 30 days QR code`,
      "shop.example /b Not started yet From Nov 23, 2026, 12:00 PM UTC.",
      "https://go.brand.example/hand Copy link No clicks in the last 30 days",
      "Other links elsewhere.example /lost Works now",
      "Other links: Linen &amp; Co shop.example /c Works now",
    ];
    let from = 0;
    for (const part of parts) {
      expect(page.slice(from), part).toContain(part);
      from = page.indexOf(part, from) + part.length;
    }
    // Numbers are a campaign's to show.
    expect(page.slice(from)).not.toContain("in the last 30 days");
    expect(page).not.toContain("utm_source");
    expect(await read(`${lea.path}/links`, { "Accept-Language": "de" })).toContain("3 Klicks in den letzten 30 Tagen");

    await api("PATCH", `/campaigns/${spring.campaignId}`, { creatorsSeePerformance: false });
    const hidden = await read(`${lea.path}/links`);
    expect(hidden).toContain("This campaign doesn’t show its numbers.");
    expect(hidden).not.toContain("clicks in the last");
  });

  test("clicks for a campaign that hides its numbers aren't told under another one of its plan", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    const { campaignId, linkId } = await join(shop, lea.id, { creatorsSeePerformance: false });
    const { planId } = (await api("GET", `/campaigns/${campaignId}`)).body as { planId: string };
    const { id } = await createCampaign({ planId, creatorsSeePerformance: true });
    await addCreators(id, [lea.id], "approved");
    await click(linkId, NOON - DAY, 3);
    expect(await read(`${lea.path}/links`)).not.toContain("clicks in the last");
    await env.DB.prepare("UPDATE links SET campaign_id = ?1 WHERE creator_id = ?2").bind(id, lea.id).run();
    expect(await read(`${lea.path}/links`)).toContain("3 clicks in the last");
  });

  test("what doesn't work says so, and can't be passed on", async () => {
    const lea = await createGuest();
    const url = "https://shop.example/";
    const own = { creatorId: lea.id, url };
    await insertLink({ ...own, slug: "off", disabled: true });
    await insertLink({ ...own, slug: "over", endsAt: NOON });
    await insertLink({ ...own, slug: "used", maxClicks: 1, id: "lnk_000000000000used" });
    await env.DB.prepare("INSERT INTO link_caps VALUES ('lnk_000000000000used', 1)").run();
    await insertLink({ ...own, slug: "bad", url: "https://evil.example/" });
    await api("POST", "/blocked-hosts", { host: "evil.example", scope: "host", reason: "phishing" });
    const { text } = await look(`${lea.path}/links`);
    for (const words of [
      "Switched off",
      "Has ended It ended on Nov 22, 2026, 12:00 PM UTC.",
      "Used up",
      "Has been blocked",
    ]) {
      expect(textOf(text)).toContain(words);
    }
    expect(text).not.toMatch(/qr\.svg|data-share=|Works now|This link counts/);
  });

  test("each has its QR code, of whichever campaign, and nobody else's", async () => {
    const lea = await createGuest();
    await insertLink({ creatorId: lea.id, id: "lnk_000000000000abcd", slug: "lea" });
    const qr = await look(`${lea.path}/links/lnk_000000000000abcd/qr.svg`);
    expect([qr.status, qr.headers.get("content-type")]).toEqual([200, "image/svg+xml"]);
    expect(qr.text).toMatch(/^<svg/);
    await env.DB.prepare("UPDATE links SET deleted_at = 1 WHERE id = 'lnk_000000000000abcd'").run();
    expect((await look(`${lea.path}/links/lnk_000000000000abcd/qr.svg`)).status).toBe(404);
  });

  test("hundreds of them come on pages below 30,000 bytes, each once", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    const long = "Ü".repeat(100);
    const spring = await join(shop, lea.id, { name: long });
    const links = Array.from({ length: 60 }, (_, n) => ({
      slug: `${"ü".repeat(40)}${n}`,
      url: `https://shop.example/${"ö".repeat(70)}${n}`,
      campaignId: n % 2 === 0 ? spring.campaignId : null,
    }));
    for (const link of links) await insertLink({ ...link, creatorId: lea.id, slugKey: link.slug });
    const seen: string[] = [];
    for (let path: string | null = `${lea.path}/links`, pages = 0; path !== null; pages++) {
      const { status, text } = await look(path);
      expect(status).toBe(200);
      expect(new TextEncoder().encode(text).length).toBeLessThan(30_000);
      seen.push(...[...text.matchAll(/<h3 id="(\w+)"/g)].map(([, id = ""]) => id));
      const next: string | undefined = /<a href="(\?skip=\d+)">More links</.exec(text)?.[1];
      path = next === undefined ? null : `${lea.path}/links${next}`;
      expect(pages).toBeLessThan(20);
    }
    // The plan's code and its two links are among them.
    expect(seen).toHaveLength(63);
    expect(new Set(seen).size).toBe(63);
    for (const skip of ["-1", "x", "1e9", "0.5"]) {
      expect(await read(`${lea.path}/links?skip=${skip}`)).toContain("Your code");
    }
  });

  test("whoever has none is told so", async () => {
    const { path } = await createGuest();
    expect(await read(`${path}/links`)).toContain("There are no links and no codes for you yet.");
    expect(await read(`${path}/links`, { "Accept-Language": "es" })).toContain(
      "Todavía no hay enlaces ni códigos para ti.",
    );
  });
});
