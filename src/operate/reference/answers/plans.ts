import type { ToldBy } from "./tell.ts";
import { BEGAN, euros, MOMENTS, NOW, SECOND_CREATOR, SECOND_LINK, WHOLE } from "./world.ts";

const COMMISSION = {
  type: "percentage",
  value: 10,
  tiers: [{ from: 5000, value: 12 }],
  special: [],
  holdDays: 30,
};

/** Tracking plans, and what they and policies come to. */
export const PLANS_ANSWERS: ToldBy = {
  TrackingPlan: {
    discount: { type: "percentage", value: 10 },
    affiliateLink: true,
    limits: { oncePerCustomer: true, minimum: { type: "cartValue", value: 40 } },
    commission: COMMISSION,
  },
  "PATCH /tracking-plans/{id}": { endsAt: "2027-06-01T00:00:00.000Z" },
  "POST /tracking-plans": {
    commission: {
      tiers: [
        { from: 1000, value: 12 },
        { from: 5000, value: 15 },
      ],
    },
  },
  CreatedTrackingPlan: { warnings: [] },
  TrackingPlanPreview: {
    code: { text: "NORA10", example: "NORA10" },
    link: {
      url: "https://linen.example/spring?wm_click=[click id]",
      shortUrl: "https://go.brand.com/c8sJNUk",
    },
    trackingLink: null,
    failure: null,
  },
  CommissionRule: {
    version: 2,
    commission: COMMISSION,
    effectiveFrom: "2026-11-01T00:00:00.000Z",
    createdAt: "2026-10-28T09:00:00.000Z",
  },
  "POST /tracking-plans/{id}/commission-rules": {
    version: 3,
    commission: { type: "fixed", value: 5, currency: "EUR", tiers: [{ from: 1000, value: 7.5 }] },
    effectiveFrom: "2026-12-01T00:00:00.000Z",
    createdAt: NOW,
    ordersDue: 0,
  },
  ConversionRate: {
    name: "Newsletter",
    current: { amount: { amountMinor: 500 }, holdDays: 14, effectiveFrom: BEGAN, createdAt: BEGAN },
    versions: [{ amount: { amountMinor: 500 }, holdDays: 14, effectiveFrom: BEGAN, createdAt: BEGAN }],
  },
  "PUT /tracking-plans/{id}/conversion-rates/{definitionId}": {
    current: { effectiveFrom: NOW, createdAt: NOW },
    versions: [{ effectiveFrom: NOW, createdAt: NOW }],
  },
  Provider: {
    id: "shopify",
    name: "Shopify",
    capabilities: {
      discountCodes: true,
      affiliateLink: "discount_link",
      oncePerCustomer: true,
      totalUses: true,
      minimumCartValue: true,
      minimumQuantity: true,
      products: true,
      startDate: true,
      endDate: true,
      orders: "webhooks",
      code: { minLength: 3, maxLength: 64, alphabet: "A-Za-z0-9_-" },
    },
    notes: {
      affiliateLink: {
        effort: "full",
        says: "/discount/CODE applies the code and goes on to the page.",
        wayRound: null,
      },
    },
  },
  AttributionSimulation: {
    policy: { model: "first_click", windowDays: 30, customerClicks: "confirmed" },
    orders: 24,
    changed: 1,
    changes: [
      {
        total: euros(12_390),
        before: { method: "click", shares: [{ codeId: null, weight: WHOLE, amountMinor: 12_390 }] },
        after: {
          creatorId: SECOND_CREATOR,
          method: "click",
          shares: [
            {
              creatorId: SECOND_CREATOR,
              linkId: SECOND_LINK,
              codeId: null,
              weight: WHOLE,
              amountMinor: 12_390,
            },
          ],
        },
        decision: "Lea Sommer's link was clicked 6 days before the order, the first click in the window of 30 days.",
      },
    ],
    byCreator: [
      {
        before: { orders: 24, totals: [euros(198_240)] },
        after: { orders: 23, totals: [euros(185_850)] },
      },
      {
        creatorId: SECOND_CREATOR,
        before: { orders: 0, totals: [] },
        after: { orders: 1, totals: [euros(12_390)] },
      },
    ],
    nextCursor: null,
    range: MOMENTS,
  },
};
