import type { ToldBy } from "./tell.ts";
import { ACTOR, BEGAN, euros, id, NOW } from "./world.ts";

const FIGURES = {
  currency: "EUR",
  clicks: 120,
  purchases: 6,
  salesMinor: 21_540,
};

/** Amazon's figures that are added up. */
export const AMAZON_FIGURES = FIGURES;

/** The day that the report in samples is about. */
const DAY = "2026-11-20";

/** Connected shops, Amazon Attribution, exports of visits and webhooks. */
export const SHOPS_ANSWERS: ToldBy = {
  ShopConnection: {
    provider: "shopify",
    account: "linen-example.myshopify.com",
    apiVersion: "2026-10",
    scopes: ["read_orders", "read_all_orders", "read_customers", "read_products", "write_discounts"],
    webhookUrl: `https://go.brand.com/webhooks/shopify/${id("str")}`,
    webhooks: [{ topic: "orders/create", state: "active", lastAt: "2026-11-20T18:42:13.000Z" }],
    orders: {
      lastAt: "2026-11-20T18:42:13.000Z",
      lastPollAt: "2026-11-21T08:58:00.000Z",
      nextPollAt: "2026-11-21T09:03:00.000Z",
    },
    codes: { live: 1, pending: 0, failed: 0, withdrawn: 0 },
    sync: null,
    settings: { renewals: "none", giftCards: false, testGateways: [] },
    failure: null,
    problems: [],
    checkedAt: "2026-11-21T03:10:00.000Z",
    connectedAt: BEGAN,
  },
  "PUT /stores/{id}/connection": {
    connectedAt: NOW,
    checkedAt: NOW,
    webhooks: [{ lastAt: null }],
    orders: { lastAt: null, lastPollAt: null, nextPollAt: NOW },
    codes: { live: 0, pending: 1 },
  },
  "POST /stores/{id}/connection/check": { checkedAt: NOW },
  "POST /stores/{id}/connection/sync": {
    sync: { from: BEGAN, orders: 0, skipped: 0, startedAt: NOW, updatedAt: NOW, finishedAt: null },
  },

  AttributionTag: {
    tag: "maas=maas_adg_api_5884463875201_static_12_26&ref_=aa_maas&aa_adgroupid=nora-lind",
    matches: [{ by: "adGroupId", value: "nora-lind" }],
    createdAt: BEGAN,
    updatedAt: BEGAN,
  },
  "PUT /stores/{id}/attribution-tags/{creatorId}": { createdAt: NOW, updatedAt: NOW },
  EnteredAttributionTag: { lacking: { count: 0, creatorIds: [] } },
  AttributionTagsResult: {
    results: [{ index: 0, line: 2, status: 200 }],
    lacking: { count: 0, creatorIds: [] },
  },
  AttributionReport: {
    firstDay: DAY,
    lastDay: DAY,
    days: 1,
    standing: 1,
    rows: 1,
    totalLines: 0,
    totals: [FIGURES],
    createdAt: NOW,
  },
  ImportedAttributionReport: { unassigned: { sources: 0, names: [] } },
  AttributionRow: { day: DAY, names: { campaign: "Autumn", adGroup: "Nora Lind" }, ...FIGURES },

  AnalyticsExport: {
    format: "ga4",
    endpoint: "https://www.google-analytics.com/mp/collect",
    hasSecrets: true,
    enabled: true,
    waiting: 0,
  },
  AnalyticsExportTest: { taken: true, status: 204 },

  WebhookEndpoint: {
    url: "https://hooks.brand.com/waymark",
    storeId: null,
    types: null,
    description: "Back office",
  },
  WebhookEndpointWithSecret: { secret: "whsec_uXCLgOxYyaLqatbzwTO9oSq2X3pRjdES/l46UfJm5aw=" },
  WebhookDelivery: {
    seq: 42,
    status: "delivered",
    attempts: 1,
    lastStatus: 204,
    createdAt: "2026-11-20T18:42:13.000Z",
    deliveredAt: "2026-11-20T18:42:14.000Z",
  },
  "POST /webhook-endpoints/{id}/deliveries/{seq}/replay": {
    status: "pending",
    attempts: 0,
    nextAttemptAt: NOW,
    lastStatus: null,
    deliveredAt: null,
  },
  WebhookEvent: {
    type: "order.attributed",
    time: "2026-11-20T18:42:13.000Z",
    subjectId: id("ord"),
    data: {
      externalId: "1001",
      status: "pending",
      creatorId: id("crt"),
      campaignId: id("cmp"),
      planId: id("pln"),
      total: euros(12_390),
      refunded: null,
    },
  },
  WebhookReplayed: { replayed: 12 },

  ApiKey: {
    name: "Dashboard",
    prefix: "wmk_ndfypc4e",
    scopes: ["reports:read", "links:read"],
    storeIds: null,
    expiresAt: "2028-01-01T00:00:00.000Z",
    lastUsedAt: NOW,
  },
  ApiKeyWithKey: { key: "wmk_ndfypc4eq6k9zc3f0bq9e1zqe74wnsnq", lastUsedAt: null, createdAt: NOW },
  CallingKey: {
    id: ACTOR,
    name: "Dashboard",
    scopes: ["reports:read", "links:read"],
    storeIds: null,
    expiresAt: "2028-01-01T00:00:00.000Z",
  },
};
