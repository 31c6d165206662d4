import type { ToldBy } from "./tell.ts";
import { ACTOR, CLICK_ID, CLICKED_AT, DUE_AT, euros, id, NOW, PLACED_AT, WHOLE } from "./world.ts";

/** 2 shirts with 10 % off, and shipping: 132.00 − 13.20 + 5.10. Of it 19.80 is tax, which the subtotal is without. */
const AMOUNTS = {
  total: euros(12_390),
  subtotal: euros(9900),
  discount: euros(1320),
  shipping: euros(510),
  tax: euros(1980),
  refunded: null,
  items: [{ sku: "LINEN-01", name: "Linen shirt", quantity: 2, price: euros(6600), category: "Shirts" }],
};

/** What 10 % of the order without tax and shipping come to. */
const EARNED = euros(990);

const DECISION = "Nora Lind's link was clicked 11 minutes before the order, the only click in the window of 30 days.";

const REVIEW = { reason: "Agreed by mail", actor: ACTOR, at: NOW, reconciliationId: null };

const APPROVED = {
  status: "approved",
  review: { ...REVIEW, decision: "approved" },
  approvedAt: NOW,
  approvalDueAt: null,
  commission: { shares: [{ booked: EARNED }] },
  updatedAt: NOW,
};

const TOUCH = {
  id: CLICK_ID,
  kind: "click",
  trust: "confirmed",
  time: CLICKED_AT,
  creatorId: id("crt"),
  campaignId: id("cmp"),
  planId: id("pln"),
  linkId: id("lnk"),
  channel: null,
};

/** The window of 30 days before a moment, to 10 minutes after it. */
const WINDOW = { from: "2026-10-21T18:42:10.000Z", to: "2026-11-20T18:52:10.000Z" };

/** Orders, what is reported of them, and why they are whose they are. */
export const SALES_ANSWERS: ToldBy = {
  Order: {
    status: "pending",
    trust: "confirmed",
    sourceStatus: "paid",
    ...AMOUNTS,
    placedAt: PLACED_AT,
    review: null,
    approvalDueAt: DUE_AT,
    createdAt: "2026-11-20T18:42:13.000Z",
    updatedAt: "2026-11-20T18:42:13.000Z",
  },
  OrderAttribution: { codeId: null, shares: [{ codeId: null, weight: WHOLE, amount: euros(12_390) }] },
  OrderCommissionSummary: {
    shares: [{ ruleVersion: 2, amount: EARNED, reasonCode: null, missingRates: [], booked: euros(0) }],
    total: EARNED,
  },
  OrderEvidence: {
    source: "order",
    trust: "confirmed",
    sourceTime: "2026-11-20T18:42:13.000Z",
    receivedAt: "2026-11-20T18:42:13.000Z",
    data: {
      ...AMOUNTS,
      status: "paid",
      placedAt: PLACED_AT,
      clicks: [{ clickId: CLICK_ID, time: CLICKED_AT }],
      badClicks: [],
      customer: true,
      callIds: [],
    },
  },
  "POST /orders/{id}/attribute": {
    attribution: { method: "manual", linkId: null, shares: [{ linkId: null }] },
    updatedAt: NOW,
  },
  "POST /orders/{id}/approve": APPROVED,
  "POST /orders/{id}/decline": {
    ...APPROVED,
    status: "declined",
    review: { ...REVIEW, decision: "declined" },
    approvedAt: null,
    commission: { shares: [{ booked: euros(0) }] },
  },
  "POST /orders/{id}/dispute": {
    ...APPROVED,
    status: "disputed",
    review: { ...REVIEW, decision: "disputed" },
    approvedAt: null,
    commission: { shares: [{ booked: euros(0) }] },
  },
  OrderExplanation: {
    decision: DECISION,
    rule: "last_click",
    ruleVersion: 3,
    policy: { model: "last_click", windowDays: 30, customerClicks: "confirmed" },
    window: WINDOW,
    candidates: [
      {
        touch: TOUCH,
        reasonCode: null,
        reason: "Nora Lind's link was clicked 11 minutes before the order. It decides.",
      },
      {
        touch: { ...TOUCH, id: `code:${id("cod")}`, kind: "code", time: PLACED_AT, linkId: null, codeId: id("cod") },
        reasonCode: null,
        reason: "Nora Lind's code was used in the order. It counts, but it does not decide.",
      },
    ],
    unverifiedClicks: [],
    wouldHaveBeen: { first_click: id("crt"), code_wins: id("crt"), link_wins: id("crt"), split: id("crt") },
    manual: null,
  },
  OrderStep: {
    time: "2026-11-20T18:42:13.000Z",
    from: null,
    to: "pending",
    cause: "source",
    actor: null,
    reason: null,
    periodId: null,
    payoutId: null,
  },
  DecidedOrders: {
    counts: { changed: 1, refused: 0 },
    results: [{ index: 0, status: 200, change: { from: "pending", to: "approved" } }],
  },

  Report: {
    source: "order",
    storeKey: "linen",
    verdict: "used",
    reason: null,
    attempts: 0,
    receivedAt: "2026-11-20T18:42:13.000Z",
    processedAt: "2026-11-20T18:42:13.000Z",
    ignored: [],
    ignoredMore: 0,
  },
  ReportDetail: {
    body: { orderId: "1001", amount: "123.90", currency: "EUR", status: "paid", codes: ["NORA10"] },
    country: null,
    consent: "granted",
  },
  "POST /inbox/{id}/retry": { attempts: 1 },
  ReportSummary: {
    from: "2026-11-14T09:00:00.000Z",
    to: NOW,
    total: 138,
    counts: { pending: 0, used: 137, waiting: 0, refused: 1, kept: 0 },
    reasons: [{ source: "order", verdict: "refused", code: "amount_too_large", count: 1 }],
  },

  CustomerPath: {
    contact: { createdAt: CLICKED_AT },
    order: { status: "pending", trust: "confirmed", placedAt: PLACED_AT, total: euros(12_390) },
    decision: {
      text: DECISION,
      rule: "last_click",
      model: "last_click",
      method: "click",
      creator: { name: "Nora Lind" },
    },
    hidden: [
      {
        what: "visits",
        why: "no_consent",
        text: "What was done on pages, and what led there: no browser of the customer's is known that consented, or it was forgotten since.",
      },
    ],
    summary: {
      firstAt: CLICKED_AT,
      lastAt: PLACED_AT,
      firstToOrderMs: 668_000,
      visits: 0,
      pages: 0,
      links: 1,
      calls: 0,
      conversions: 0,
      orders: 1,
      spent: [euros(12_390)],
      commission: [],
      paid: [],
    },
  },
  PathStep: {
    time: CLICKED_AT,
    kind: "link",
    what: {
      text: "Opened the link nora of Nora Lind in Spring looks",
      source: null,
      page: null,
      creator: { name: "Nora Lind" },
      campaign: { name: "Spring looks" },
      call: null,
      conversion: null,
      order: null,
      entry: null,
      payout: null,
      amount: null,
    },
    evidence: { kind: "click", id: CLICK_ID, trust: "confirmed" },
    touch: {
      credited: true,
      reason: "Nora Lind's link was clicked 11 minutes before the order. It decides.",
    },
  },
  "GET /contacts/{id}/path": { order: null, decision: null },

  Reconciliation: {
    status: "ready",
    fileHash: "215f124a204f1da878b43eef8f3aa4edb791d0ff46eabcec2e41d3f08dd99c87",
    bytes: 2977,
    progress: { rows: 52, classified: 52, selected: 0, applied: 0 },
    from: "2026-10-31T23:00:00.000Z",
    to: "2026-11-21T08:00:00.000Z",
    sameFileAs: null,
    createdAt: NOW,
  },
  ReconciliationDetail: {
    counts: { matched: 51, amount_mismatch: 1 },
    totals: {
      matched: { store: [euros(392_376)], tracker: [euros(392_376)] },
      amount_mismatch: { store: [euros(11_890)], tracker: [euros(12_390)] },
    },
  },
  "POST /reconciliations": {
    status: "receiving",
    dryRun: true,
    fileHash: null,
    bytes: 0,
    progress: { rows: 0, classified: 0 },
    from: null,
    to: null,
    counts: { matched: undefined, amount_mismatch: undefined },
    totals: null,
  },
  "POST /reconciliations/{id}/apply": { status: "applying", progress: { selected: 51 } },
  Discrepancy: {
    n: 7,
    class: "amount_mismatch",
    store: {
      placedAt: PLACED_AT,
      total: euros(11_890),
      subtotal: null,
      discount: null,
      shipping: null,
      tax: null,
      refunded: null,
      status: "paid",
    },
    differences: [{ field: "total", store: 11_890, tracker: 12_390 }],
    outcome: null,
  },
};
