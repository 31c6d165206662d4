import { expect, test } from "vitest";
import { formatsOf } from "../../../src/ground/language/formats.ts";
import { LANGUAGES } from "../../../src/ground/language/language.ts";
import type { Visit } from "../../../src/portal/frame/admit-page.ts";
import type { PortalCampaign } from "../../../src/portal/frame/load-campaigns.ts";
import { barsOf, spanUntil } from "../../../src/portal/frame/span.ts";
import type { PortalFigures } from "../../../src/portal/overview/load-figures.ts";
import type { PlanProgress } from "../../../src/portal/overview/load-progress.ts";
import { overviewPage } from "../../../src/portal/overview/page.ts";
import { NOON } from "../portal-fixtures.ts";

const LONG = "&".repeat(118);

/** So many campaigns, newest first, each third of another store, all with everything that a card can have. */
function campaignsOf(count: number, stores: number): PortalCampaign[] {
  return Array.from({ length: count }, (_none, n) => ({
    id: `cmp_00000000000000${String(n).padStart(2, "0")}`,
    name: `${String(n).padStart(2, "0")}${LONG}`,
    planId: "pln_0000000000000001",
    visible: true,
    ended: false,
    store: {
      id: `str_${n % stores}`,
      name: `${n % stores} ${LONG}`,
      currency: "EUR",
      timezone: "UTC",
      color: "#1b6f5c",
      logo: `/t/logo/${"0".repeat(64)}`,
    },
    code: "MAXIMILIANE123456",
    link: { id: `lnk_00000000000000${String(n).padStart(2, "0")}`, domain: "go.linen.example", slug: "spring" },
  }));
}

const days = spanUntil("30d", "2026-11-22");
const numbers = {
  clicks: 1_234_567,
  sales: 98_765,
  claimed: 3,
  waiting: 2,
  money: ["EUR", "USD"].map((currency) => ({
    currency,
    sales: 1,
    salesMinor: 9_876_543_21,
    commissionMinor: 987_654_32,
  })),
};
const progress: PlanProgress = {
  rule: {
    type: "percentage",
    basisPoints: 1_000,
    tiers: [{ fromMinor: 30_000_00, value: 1_200 }],
    special: [{ products: ["a"], categories: [], type: "percentage", basisPoints: 1 }],
    capPerOrderMinor: null,
    capPerCreatorMinor: 100_000_00,
    newCustomersOnly: true,
    includeTax: false,
    includeShipping: false,
    holdDays: 30,
    payIn: null,
  },
  salesMinor: 12_345_67,
  value: 1_000,
  next: { fromMinor: 30_000_00, value: 1_200, leftMinor: 17_654_33 },
  cap: { capMinor: 100_000_00, usedMinor: 1_234_56 },
  currency: "EUR",
  until: "2026-11-30",
  waiting: 2,
};
const figures: PortalFigures = {
  total: numbers,
  before: { numbers: { ...numbers, clicks: 1_000_000 }, days: { by: "days", first: "2026-09-24", last: "2026-10-23" } },
  bars: barsOf(days).map((span, n) => ({ span, clicks: (n * 37) % 101, sales: n % 3 })),
  of: () => ({ ...numbers, clicksByBar: barsOf(days).map((_span, n) => (n * 37) % 101) }),
  balances: [],
  balancesHidden: false,
  coming: null,
  currency: "EUR",
  amazon: null,
  conversions: { conversions: 3, commissions: [] },
  calls: { calls: 5, qualified: 2 },
  progress: new Map([["pln_0000000000000001", progress]]),
  topLinks: new Map(),
  someHidden: true,
};

test.each([
  [LANGUAGES[0], 1],
  [LANGUAGES[1], 3],
  [LANGUAGES[2], 14],
  [LANGUAGES[3], 45],
] as const)(
  "in %s, with %d stores, each campaign is on one page, and no page is larger than it may be",
  async (language, stores) => {
    const campaigns = campaignsOf(45, stores);
    const visit = {
      guest: { name: LONG, creatorId: "crt_0000000000000001", tokenId: "ptk_1", expiresAt: NOON, language },
      token: "t".repeat(43),
      campaigns,
      brand: null,
      language,
      lang: language,
      locale: language,
      formats: formatsOf(language),
      now: NOON,
      timezone: "UTC",
      origin: "https://go.brand.example",
    } as unknown as Visit;
    const found: string[] = [];
    let skipped = 0;
    while (skipped < campaigns.length) {
      const text = await (await overviewPage(visit, { span: "30d", days, skipped, figures })).text();
      expect(new TextEncoder().encode(text).length).toBeLessThan(30_000);
      const own = [...text.matchAll(/<h3 id="c\d+">(\d\d)&amp;/g)].map(([, name = ""]) => name);
      expect(own.length).toBeGreaterThan(0);
      expect(text.match(/<section class="shop/g)?.length ?? 1).toBe(
        new Set(own.map((name) => Number(name) % stores)).size,
      );
      found.push(...own);
      skipped += own.length;
      expect(text.includes(`skip=${skipped}&amp;lang=${language}"`)).toBe(skipped < campaigns.length);
    }
    expect(found.toSorted()).toEqual(campaigns.map(({ name }) => name.slice(0, 2)).toSorted());
  },
);
