import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LANGUAGES } from "../../../src/ground/language/language.ts";
import { book } from "../../books/money-fixtures.ts";
import { click, createGuest, createShop, join, look, NOON, sell, textOf } from "../portal-fixtures.ts";

const DAY = 86_400_000;

let lea: Awaited<ReturnType<typeof createGuest>>;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  lea = await createGuest();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const seen = async (query = "") => textOf((await look(lea.path + query)).text);

describe("the period before", () => {
  test("stands beside each number, with its days said once", async () => {
    const shop = await createShop();
    const { linkId, code } = await join(shop, lea.id);
    await click(linkId, NOON - 30 * DAY, 10);
    await sell(shop, code, NOON - 59 * DAY);
    await click(linkId, NOON - 60 * DAY, 99);
    await click(linkId, NOON - 29 * DAY, 4);
    await sell(shop, code, NOON, { amount: "25.00" });
    await sell(shop, code, NOON, { amount: "25.00", currency: "USD" });
    const read = await seen();
    expect(read).toContain(
      "Clicks 4 60% less Sales 2 100% more Value per click €6.25 38% less $6.25 new Sales in money per click (EPC) Conversion rate 50% 400% more",
    );
    expect(read).toContain("Commission €2.50 75% less $2.50 new Of orders, approved or not yet");
    expect(read).toContain("Compared with Sep 24, 2026 – Oct 23, 2026.");
    expect(read.match(/Compared/g)).toHaveLength(1);
    expect(await seen("?span=year")).not.toContain("Compared");
  });

  test("of a year is the same days of the one before; where it had nothing there is nothing to compare", async () => {
    const shop = await createShop();
    const { linkId } = await join(shop, lea.id);
    await click(linkId, NOON - 365 * DAY, 3);
    await click(linkId, NOON - 364 * DAY, 50);
    await click(linkId, NOON, 3);
    expect(await seen("?span=year")).toContain("Clicks 3 about the same Sales 0 Value per click");
    expect(await seen("?span=year")).toContain("Compared with Jan 1, 2025 – Nov 22, 2025.");
    expect(await seen()).not.toMatch(/Compared|about the same| new | more |NaN|∞/);
  });

  test("tells nothing of what a campaign hides", async () => {
    const shop = await createShop();
    const { linkId } = await join(shop, lea.id);
    const dark = await join(shop, lea.id, { creatorsSeePerformance: false });
    await click(linkId, NOON, 2);
    await click(dark.linkId, NOON - 40 * DAY, 50);
    expect(await seen()).toContain("Clicks 2 Sales 0 Value per click");
  });

  test("says nothing of what a store owes that hides a campaign's numbers, as the page of money does not", async () => {
    const [open, closed] = [await createShop(), await createShop({ name: "Closed House" })];
    await join(open, lea.id);
    const dark = await join(closed, lea.id, { creatorsSeePerformance: false });
    await book({ creatorId: lea.id, storeId: open.id, amountMinor: 1_000, time: NOON - DAY });
    await book({ creatorId: lea.id, storeId: closed.id, amountMinor: 7_700, time: NOON - DAY });
    await sell(closed, dark.code, NOON - DAY);
    const page = await seen();
    expect(page).toContain("Owed to you €10.00 Waiting for approval €0.00 Paid so far €0.00");
    expect(page).not.toMatch(/€87|€77/);
  });
});

describe("campaigns of several stores", () => {
  test("stand under their stores, with logos and colours, and side by side", async () => {
    const linen = await createShop({ name: "linen-eu", brandName: "Linen & Co", brandColor: "#1b6f5c" });
    const tea = await createShop({ name: "Tea", currency: "USD" });
    await env.DB.prepare("UPDATE stores SET logo_hash = ?1 WHERE id = ?2").bind("ab".repeat(32), linen.id).run();
    const spring = await join(linen, lea.id, { name: "Spring" });
    const leaves = await join(tea, lea.id, { name: "Leaves" });
    await join(linen, lea.id, { name: "Summer" });
    await click(spring.linkId, NOON - DAY, 8);
    await click(leaves.linkId, NOON - DAY, 2);
    await sell(tea, leaves.code, NOON, { amount: "10.00", currency: "USD" });
    const { text, headers } = await look(lea.path);
    expect(text).not.toContain('<p class="brand">');
    const [ofLinen = "", ofTea = "", ...more] = text.match(/<section class="shop.*?<\/section>/gs) ?? [];
    expect(more).toEqual([]);
    // The newest campaign is of linen.
    expect(textOf(ofLinen)).toMatch(/Linen &amp; Co .*Summer .*Spring /);
    expect(ofLinen).toContain(`<img src="/t/logo/${"ab".repeat(32)}" alt="" />`);
    expect(textOf(ofTea)).toMatch(
      /Tea .*Leaves .*Commission \$1\.00 Clicks 2 Sales 1 Value per click \$5\.00 Conversion rate 50%/,
    );
    expect(ofTea).not.toContain('<img src="/t/logo');
    expect(text).toContain(".s0{--accent:#1b6f5c}");
    expect(textOf(text)).toContain(
      "Side by side Campaign Clicks Sales Value per click Commission Leaves Tea 2 1 $5.00 $1.00 Spring Linen &amp; Co 8 0 €0.00 €0.00 Summer Linen &amp; Co 0 0 – €0.00",
    );
    expect(
      headers
        .get("content-security-policy")
        ?.match(/style-src [^;]*/)?.[0]
        .match(/sha256/g),
    ).toHaveLength(2);
  });

  test("of one store, the page wears its brand, and one campaign is compared with none", async () => {
    const shop = await createShop({ brandName: "Linen & Co", brandColor: "#ffff00" });
    await join(shop, lea.id);
    const { text, status } = await look(lea.path);
    expect(status).toBe(200);
    expect(text).toContain('<p class="brand"><span>Linen &amp; Co</span></p>');
    expect(text).toMatch(/:root\{--accent:#[0-9a-f]{6}\}/);
    expect(text).not.toContain("Side by side");
    expect(text).not.toContain('class="shop');
  });
});

test("each card has its clicks as a small drawing with words, and the words for the buttons of the script", async () => {
  const shop = await createShop();
  const [one] = [await join(shop, lea.id, { name: "One" }), await join(shop, lea.id, { name: "Two" })];
  await click(one.linkId, NOON - 29 * DAY, 1);
  await click(one.linkId, NOON - DAY, 4);
  const { text } = await look(lea.path);
  const drawings = text.match(/<svg[^>]*class="spark".*?<\/svg>/gs) ?? [];
  expect(drawings).toHaveLength(1);
  expect(drawings[0]).toContain('aria-label="Clicks: peak 4, Nov 21"');
  expect(drawings[0]).toContain('d="M0 12v-3h1v3h27v-12h1v12h1V12z"');
  expect(text).toContain('<div class="list" data-done="Copied" data-share="Share">');
  const german = (await look(`${lea.path}?lang=de`)).text;
  expect(german).toContain('aria-label="Klicks: Höchstwert 4, 21. November"');
  expect(german).toContain('data-done="Kopiert" data-share="Teilen"');
});

test("is whole in every language, and says no English in another", async () => {
  const shop = await createShop();
  const { linkId, code } = await join(shop, lea.id, { name: "Qx" });
  await click(linkId, NOON - 40 * DAY, 3);
  await click(linkId, NOON, 2);
  await sell(shop, code, NOON);
  for (const language of LANGUAGES) {
    const { text } = await look(`${lea.path}?lang=${language}`);
    expect(text).toContain(`<html lang="${language}">`);
    const isEnglish = /\b(Clicks|Sales|Copy|Compared|Waiting|Balance|Numbers|Share)\b/.test(
      text.replace(/<style>.*<\/style>/s, ""),
    );
    expect(isEnglish, language).toBe(language === "en");
    expect(text).not.toMatch(/\{\w+\}|undefined|NaN/);
  }
});

test("asks the database few questions, however many campaigns there are", async () => {
  const shop = await createShop();
  const tiers = [{ from: "300.00", value: 12 }];
  const plan = { commission: { type: "percentage", value: 10, tiers } };
  const asked = async () => {
    let count = 0;
    const [prepare, batch] = [env.DB.prepare.bind(env.DB), env.DB.batch.bind(env.DB)];
    vi.spyOn(env.DB, "prepare").mockImplementation((sql) => {
      count += 1;
      return prepare(sql);
    });
    vi.spyOn(env.DB, "batch").mockImplementation((statements) => batch(statements));
    await look(lea.path);
    vi.restoreAllMocks();
    return count;
  };
  const first = await join(shop, lea.id, {}, plan);
  await sell(shop, first.code, NOON);
  await look(lea.path);
  const one = await asked();
  for (let more = 0; more < 4; more++) await join(shop, lea.id, {}, plan);
  expect(await asked()).toBe(one);
  expect(one).toBeLessThanOrEqual(26);
});
