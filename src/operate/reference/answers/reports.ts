import type { ToldBy } from "./tell.ts";
import { CLICK_ID, CLICKED_AT, DAYS, euros, id, MOMENTS, NOW, SECOND_CREATOR } from "./world.ts";

/** What links, codes and calls brought in the days of the samples: 15 + 8 + 1 orders. */
const ALL = {
  clicks: 480,
  uniqueClicks: 455,
  conversions: 24,
  claimedConversions: 0,
  linkConversions: 15,
  codeConversions: 8,
  callConversions: 1,
  codeUses: 9,
  waitingCommissions: 0,
  currency: "EUR",
  grossMinor: 198_240,
  refundedMinor: 12_390,
  salesMinor: 185_850,
  commissionMinor: 18_585,
  claimedSalesMinor: 0,
  cvr: 0.05,
  epcMinor: 387.1875,
  aovMinor: 7743.75,
  otherCurrencies: [],
};

/** What was bought after clicks and calls alone. */
const BY_LINK = {
  ...ALL,
  conversions: 16,
  codeConversions: 0,
  codeUses: 0,
  grossMinor: 132_390,
  salesMinor: 120_000,
  commissionMinor: 12_000,
  cvr: 0.0333,
  epcMinor: 250,
  aovMinor: 7500,
};

/** What was bought with the code alone. */
const BY_CODE = {
  ...ALL,
  conversions: 8,
  linkConversions: 0,
  callConversions: 0,
  grossMinor: 65_850,
  refundedMinor: 0,
  salesMinor: 65_850,
  commissionMinor: 6585,
  cvr: 0.0167,
  epcMinor: 137.1875,
  aovMinor: 8231.25,
};

/** A report of one row, which its total is. */
function report(row: object, numbers: object = ALL): object {
  const whole = { start: null, ...numbers };
  return { data: [{ ...row, ...whole }], total: numbers, range: MOMENTS, nextCursor: null };
}

const SUMMARY_AMOUNTS = {
  currency: "EUR",
  salesMinor: 185_850,
  refundedMinor: 12_390,
  commissionMinor: 18_585,
  claimedSalesMinor: 0,
};

const SUMMARY = {
  clicks: 480,
  conversions: 8,
  sales: 24,
  claimedSales: 0,
  waitingCommissions: 0,
  cvr: 0.05,
};

const CONVERTED = {
  conversions: 8,
  converters: 8,
  visitors: 412,
  rate: 0.0194,
  notToldApart: 0,
  claimed: 0,
  backfilled: 0,
  uncounted: { limit: 1, withdrawn: 0 },
  amounts: [{ currency: "EUR", valueMinor: 2000, commissionMinor: 4000 }],
};

/** Reports on links and sales, clicks, and what is found and waits. */
export const REPORTS_ANSWERS: ToldBy = {
  Click: {
    id: CLICK_ID,
    seq: 1_839_185_326_246_784,
    time: CLICKED_AT,
    bucket: "counted",
    reason: "first_in_window",
    rule: null,
    visitorKey: "XgeNvJ9OEkVOAF7v",
    unique: true,
    country: "FR",
    region: "Auvergne-Rhône-Alpes",
    city: "Lyon",
    device: "mobile",
    browser: "Mobile Safari",
    os: "iOS",
    language: "fr-FR",
    referrerHost: "l.instagram.com",
    source: "social",
    utm: { source: "instagram", medium: "creator", campaign: "summer", term: null, content: null },
    consent: "deferred",
    consentSource: "region",
    ingestedAt: "2026-11-20T18:31:04.000Z",
  },
  Decisions: {
    data: [
      {
        kind: "order_disputed",
        severity: "soon",
        count: 1,
        more: false,
        oldestAt: "2026-11-20T18:42:13.000Z",
        sums: [euros(12_390)],
        samples: [{ id: id("ord"), name: "1001", aboutId: null, time: "2026-11-20T18:42:13.000Z" }],
        list: "/api/v1/orders?status=disputed",
      },
    ],
    hidden: [],
  },
  SearchAnswer: {
    data: [{ kind: "creator", id: SECOND_CREATOR, name: "Lea Sommer", detail: "lea@creator.example", storeId: null }],
    hidden: [],
  },
  SummaryReport: {
    from: "2026-11-20",
    to: "2026-11-20",
    before: null,
    stores: [
      {
        ...SUMMARY,
        ...SUMMARY_AMOUNTS,
        epcMinor: 387.1875,
        otherCurrencies: [],
        name: "Linen & Co",
        before: null,
        shop: {
          state: "connected",
          lastOrderAt: "2026-11-20T18:42:13.000Z",
          lastPollAt: "2026-11-21T08:58:00.000Z",
        },
      },
    ],
    total: { ...SUMMARY, amounts: [{ ...SUMMARY_AMOUNTS, epcMinor: 387.1875 }], before: null },
    series: [
      {
        day: "2026-11-20",
        clicks: 480,
        conversions: 8,
        sales: 24,
        amounts: [{ currency: "EUR", salesMinor: 185_850, commissionMinor: 18_585 }],
      },
    ],
    freshness: {
      asOf: NOW,
      clicks: { waiting: 0, lagSeconds: 0, rolledUpAt: "2026-11-21T08:59:00.000Z" },
      orders: { waiting: 0, lagSeconds: 0, rolledUpAt: "2026-11-21T08:59:00.000Z" },
      rebuilding: false,
    },
  },
  TrafficRow: {
    start: null,
    requests: 571,
    counted: 480,
    bot: 40,
    prefetch: 12,
    head: 7,
    embedded: 5,
    duplicate: 25,
    inactive: 2,
  },
  TrafficReport: { range: MOMENTS },
  LinksReport: report({ slug: "nora", domain: null }, BY_LINK),
  CreatorReport: {
    ...report({ name: "Spring looks" }),
    links: [{ slug: "nora", domain: null, start: null, ...BY_LINK }],
    codes: [{ code: "NORA10", start: null, ...BY_CODE }],
  },
  CampaignPerformance: report({ name: "Nora Lind" }),
  "GET /reports/creators": report({ name: "Nora Lind" }),
  "GET /reports/campaigns": report({ name: "Spring looks" }),
  "GET /reports/plans": report({ name: "Spring looks" }),
  "GET /reports/codes": report({ code: "NORA10" }, BY_CODE),
  "GET /reports/countries": report({ country: "FR" }),
  "GET /reports/sources": report({ source: "social" }),
  "GET /reports/devices": report({ device: "mobile" }),
  ConversionsReport: {
    data: [{ name: "Newsletter", creatorId: null, creatorName: null, start: null, ...CONVERTED }],
    total: CONVERTED,
    measuredShare: 0.6204,
    range: DAYS,
    nextCursor: null,
  },
};
