import { AMAZON_FIGURES } from "./shops.ts";
import type { ToldBy } from "./tell.ts";
import { ACTOR, BEGAN, euros, NOW, WHOLE } from "./world.ts";

/** What Nora Lind earned in October. */
const EARNED = euros(18_585);

const RUN = {
  minimum: euros(2500),
  holdDays: 0,
  total: EARNED,
  creators: 1,
  entries: 24,
};

const WAITING = [
  { code: "below_minimum", detail: "is less than the `minimum` for each of them.", amount: euros(1200), creators: 1 },
];

/** When October was paid. */
const PAID_AT = "2026-11-04T09:00:00.000Z";

/** Masked: only `reveal=true` shows them. */
const ACCOUNT = {
  method: "sepa",
  iban: "DE•• … 2051",
  country: null,
  email: null,
  note: null,
  reference: null,
};

const ENTRY = {
  type: "accrual",
  amount: euros(990),
  conversionId: null,
  reason: "The commission is approved.",
  time: NOW,
};

const APPROVED_CONVERSION = { review: { decision: "approved", reason: "Agreed by mail", actor: ACTOR, at: NOW } };

/** The ledger, periods, payouts and where creators are paid. */
export const MONEY_ANSWERS: ToldBy = {
  Period: {
    from: "2026-09-30T22:00:00.000Z",
    to: "2026-10-31T23:00:00.000Z",
    note: "Compared with the shop's export",
    lockedAt: "2026-11-02T09:00:00.000Z",
    lockedBy: ACTOR,
    openIssues: 0,
    createdAt: "2026-10-01T09:00:00.000Z",
  },
  PeriodTotals: {
    accruedMinor: 18_585,
    adjustedMinor: 0,
    reversedMinor: 0,
    clawedBackMinor: 0,
    bonusesMinor: 0,
    paidMinor: 0,
    sumMinor: 18_585,
    entries: 24,
  },
  "POST /periods": { note: null, lockedAt: null, lockedBy: null, totals: [] },
  "PATCH /periods/{id}": { note: null, lockedAt: null, lockedBy: null },

  Payout: { status: "draft", ...RUN, note: null, reference: null, createdAt: "2026-11-03T09:00:00.000Z" },
  PayoutDraft: { waiting: WAITING },
  PayoutPreview: { ...RUN, waiting: WAITING },
  PayoutLine: {
    name: "Nora Lind",
    externalId: "C-204",
    amount: EARNED,
    entries: 24,
    method: "sepa",
    proposalId: null,
    reference: "WM-06C4V8E5M1K2N3P4-1",
  },
  PayoutEntry: { ...ENTRY, time: "2026-10-20T18:42:10.000Z" },
  "POST /payouts/{id}/pay": { status: "paid", paidAt: PAID_AT },
  "POST /payouts/{id}/cancel": { status: "cancelled", closedAt: PAID_AT, closedReason: "Agreed by mail" },
  "POST /payouts/{id}/reverse": {
    status: "reversed",
    reference: "SEPA 2026-10",
    paidAt: PAID_AT,
    closedAt: NOW,
    closedReason: "Agreed by mail",
  },

  PayoutDetails: { ...ACCOUNT, updatedBy: ACTOR },
  "PUT /creators/{id}/payout-details": { iban: "DE•• … 2051" },
  "PUT /stores/{id}/payer": { iban: "DE•• … 2051" },
  Payer: { name: "Linen & Co", iban: "DE•• … 2051", bic: "BYLADEM1001", updatedBy: ACTOR },
  PayoutDetailProposal: {
    state: "open",
    method: "sepa",
    portalLink: { label: "Sent by mail", createdAt: BEGAN },
    createdAt: "2026-11-20T19:04:51.000Z",
    reason: null,
  },
  ShownPayoutDetailProposal: {
    details: ACCOUNT,
    inForce: { ...ACCOUNT, iban: "FR•• … 2606" },
    inForceSince: BEGAN,
    changed: ["iban"],
  },
  "POST /payout-detail-proposals/{id}/confirm": { state: "confirmed", decidedAt: NOW, decidedBy: ACTOR },
  "POST /payout-detail-proposals/{id}/refuse": { state: "refused", decidedAt: NOW, decidedBy: ACTOR },

  LedgerEntry: {
    ...ENTRY,
    payoutId: null,
    ruleVersion: 2,
    conversion: null,
    reportRows: null,
  },
  "POST /ledger": {
    orderId: null,
    planId: null,
    ruleVersion: null,
    time: NOW,
  },
  Balances: {
    data: [{ balance: euros(990), earned: euros(19_575), paid: EARNED, unapproved: euros(0) }],
    nextCursor: null,
    totals: [{ balance: euros(990), earned: euros(19_575), paid: EARNED, unapproved: euros(0), converted: null }],
    total: null,
    missingRates: [],
  },
  OrderCommission: {
    commissions: [
      {
        ruleVersion: 2,
        amount: euros(990),
        sales: euros(12_390),
        uncapped: euros(990),
        note: { reasonCode: null, missingRates: [], uncounted: [], without: null },
      },
    ],
    entries: [],
  },
  CommissionSum: {
    orderCurrency: "EUR",
    base: { totalMinor: 12_390, taxMinor: 1980, shippingMinor: 510, subtotalMinor: 9900, baseMinor: 9900 },
    general: {
      type: "percentage",
      value: 1000,
      salesBeforeMinor: 95_843,
      of: "9900",
      earns: "990",
    },
    special: [],
    currency: "EUR",
    whole: "990",
    weight: WHOLE,
    refundedMinor: 0,
    share: "990",
    caps: [],
    exact: "990",
    rates: [],
  },

  ConversionCommission: {
    time: "2026-11-20T18:35:40.000Z",
    trust: "confirmed",
    state: "pending",
    hindrance: null,
    dueAt: "2026-12-04T18:35:40.000Z",
    review: null,
    commissions: [{ amount: euros(500), holdDays: 14 }],
  },
  BookedConversionCommission: { entries: [] },
  "POST /conversions/{id}/approve": {
    ...APPROVED_CONVERSION,
    state: "approved",
    dueAt: null,
    approvedAt: NOW,
  },
  "POST /conversions/{id}/decline": {
    review: { decision: "declined", reason: "Agreed by mail", actor: ACTOR, at: NOW },
    state: "declined",
    dueAt: null,
  },
  DecidedConversions: {
    counts: { changed: 1, refused: 0 },
    results: [{ index: 0, status: 200, change: { from: "pending", to: "approved" } }],
  },
  ExchangeRate: { from: "USD", to: "EUR", source: "ECB" },
  ExchangeRatesWritten: { written: 1, unchanged: 0 },

  AmazonReport: {
    data: [{ name: "Nora Lind", start: null, ...AMAZON_FIGURES }],
    totals: [AMAZON_FIGURES],
    unassigned: [],
    range: { from: "2026-11-01", to: "2026-11-30" },
    nextCursor: null,
  },
};
