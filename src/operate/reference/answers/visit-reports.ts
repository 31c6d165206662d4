import type { ToldBy } from "./tell.ts";
import { DAYS, id } from "./world.ts";

/** A report on visits or calls, of one row. */
function visitsReport(row: object, numbers: object): object {
  return { ...channelsReport({ start: null, ...row }, numbers), nextCursor: null };
}

/** The same, whole in one answer. */
function channelsReport(row: object, numbers: object): object {
  const share = "measuredShare" in numbers ? { measuredShare: numbers.measuredShare } : {};
  return { data: [{ ...row, ...numbers }], total: numbers, previous: null, ...share, range: DAYS };
}

const CARTS = {
  carts: 40,
  open: 2,
  abandoned: 10,
  recovered: 3,
  bought: 25,
  replaced: 0,
  recoveryRate: 0.2308,
  amounts: [
    {
      currency: "EUR",
      openMinor: 15_400,
      abandonedMinor: 81_200,
      recoveredMinor: 22_900,
      boughtMinor: 193_700,
      replacedMinor: 0,
    },
  ],
};

/** The carts behind a step of the checkout. */
const CART_STEP = `/api/v1/carts?store=${id("str")}&from=${DAYS.from}&to=${DAYS.to}&step=cart`;

/** Reports on visits, carts, calls and channels. */
export const VISIT_REPORTS_ANSWERS: ToldBy = {
  PagesReport: visitsReport(
    { page: "/tea" },
    {
      views: 664,
      measured: 412,
      visitors: 300,
      entries: 210,
      exits: 190,
      engagedMs: 9_064_000,
      averageEngagedMs: 22_000,
      averageScroll: 0.64,
      measuredShare: 0.6205,
    },
  ),
  VisitsReport: visitsReport(
    { source: "social", rule: null, key: "social", name: null },
    {
      visits: 300,
      measured: 186,
      share: 1,
      bounces: 60,
      bounceRate: 0.3226,
      pagesPerVisit: 2.4,
      averageEngagedMs: 41_000,
      measuredShare: 0.62,
    },
  ),
  EventsReport: visitsReport(
    { kind: "click", event: "size_guide", label: null, page: "/tea" },
    { count: 200, measured: 124, measuredShare: 0.62 },
  ),
  ConsentReport: visitsReport({ page: "/tea" }, { shown: 500, granted: 310, denied: 120, unanswered: 70, rate: 0.62 }),
  CheckoutReport: {
    data: [
      {
        step: "cart",
        events: 48,
        measuredEvents: 40,
        entered: 40,
        continued: 28,
        left: 10,
        open: 2,
        lostShare: 0.25,
        medianMsToNext: 48_000,
        measuredShare: 0.8333,
        lists: {
          entered: CART_STEP,
          continued: `${CART_STEP}&outcome=continued`,
          left: `${CART_STEP}&outcome=left`,
          open: `${CART_STEP}&outcome=open`,
        },
      },
    ],
    total: { carts: 40, bought: 28 },
    measuredShare: 0.8333,
    range: DAYS,
  },
  AbandonmentReport: {
    data: [{ source: null, ...CARTS }],
    total: CARTS,
    abandonedAfterMinutes: 30,
    range: DAYS,
    nextCursor: null,
  },
  CallsReport: visitsReport(
    { key: "outdoor", name: null, number: null },
    {
      calls: 4,
      answered: 4,
      missed: 0,
      open: 0,
      missedShare: 0,
      qualified: 3,
      firstTimeCallers: 3,
      talkSeconds: 955,
      averageTalkSeconds: 239,
      measured: 4,
      measuredShare: 1,
      deals: 1,
      otherDeals: 0,
      salesMinor: 24_000,
      costMinor: 0,
      costPerCallMinor: null,
      costPerQualifiedMinor: null,
    },
  ),
  ChannelsReport: {
    ...channelsReport(
      { channel: "creator" },
      {
        clicks: 480,
        visits: 300,
        calls: 0,
        qualified: 0,
        orders: 24,
        credited: 24,
        otherOrders: 0,
        salesMinor: 185_850,
        commissionMinor: 18_585,
        costMinor: 0,
        spentMinor: 18_585,
        spentPerVisitMinor: 61.95,
        spentPerCallMinor: null,
        spentPerOrderMinor: 774.375,
        returnOnSpent: 10,
      },
    ),
    complete: true,
  },
};
