import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { VisitOrigin } from "../../../src/ground/model/visit.ts";
import { abandonmentAnswer, cartsAnswer, checkoutAnswer } from "../../../src/reports/visits/cart-schema.ts";
import { consentAnswer, pagesAnswer, visitsAnswer } from "../../../src/reports/visits/schema.ts";
import { recordVisits } from "../../../src/visits/log/record-run.ts";
import type { TakenEvent, TakenFacts, TakenRequest } from "../../../src/visits/take/taken.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { confirmed, insertShop, LEA, LEA_LINK, recordOne } from "../../sales/order-fixtures.ts";
import { identify, putPlan } from "../../visits/visit-rows.ts";

const MINUTE = 60_000;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertShop();
  await putPlan();
});

afterEach(() => {
  vi.useRealTimers();
});

const NOWHERE: VisitOrigin = {
  referrer: null,
  utmSource: null,
  utmMedium: null,
  utmCampaign: null,
  adIds: [],
  linkId: null,
};

let told = 0;

/** What a page told so many minutes ago, of a visitor who consents (their page of the visit), or of nobody. */
function tell(
  minutesAgo: number,
  path: string,
  facts: TakenFacts[],
  visitor: { hash: string; page: number; before: string | null; origin?: Partial<VisitOrigin> } | null,
): TakenRequest {
  return {
    storeId: STORE,
    receivedAt: NOW - minutesAgo * MINUTE,
    country: "FR",
    device: "mobile",
    untaken: [],
    visits:
      visitor === null
        ? []
        : [
            {
              visitorHash: visitor.hash,
              id: `visit-${visitor.hash}`,
              page: visitor.page,
              landing: "/tea",
              before: visitor.before,
              origin: { ...NOWHERE, ...visitor.origin },
            },
          ],
    events: facts.map((one): TakenEvent => ({
      seen: String((told += 1)).padStart(11, "0"),
      plan: 1,
      age: 0,
      consent: visitor === null ? "denied" : "granted",
      path,
      visit: visitor === null ? null : 0,
      ...one,
    })),
  };
}

const view: TakenFacts = { type: "page" };

test("DIO-1, DIO-3, DIO-5: what pages tell is what the reports say, whether it is told in one message or in many", async () => {
  const origin = { linkId: LEA_LINK, referrer: "l.instagram.com" };
  const lea = { hash: "lea", origin };
  const cartKey = "cart-of-lea";
  const cart: TakenFacts = {
    type: "cart",
    cartKey,
    items: 2,
    valueMinor: 3980,
    currency: "EUR",
  };
  const requests = [
    tell(200, "/tea", [view, { type: "engage", ms: 40_000, scroll: 80, n: 1 }], { ...lea, page: 1, before: null }),
    tell(198, "/cart", [view, cart], { ...lea, page: 2, before: "/tea" }),
    tell(197, "/checkout", [view, { type: "step", step: "address", cartKey }], { ...lea, page: 3, before: "/cart" }),
    tell(100, "/tea", [view], { hash: "max", page: 1, before: null, origin: { referrer: "www.google.de" } }),
    tell(
      90,
      "/tea",
      [
        { type: "banner", state: "shown" },
        { type: "banner", state: "denied" },
      ],
      null,
    ),
    tell(89, "/tea", [{ type: "page", entry: { ...NOWHERE, referrer: "www.google.de" } }], null),
    tell(88, "/tea", [view, { type: "step", step: "address", cartKey: null }], null),
  ];
  await recordVisits(env.DB, [{ id: "m1", requests: requests.slice(0, 3) }], NOW);
  await recordVisits(
    env.DB,
    [
      { id: "m1", requests: requests.slice(0, 3) },
      ...requests.slice(3).map((request, index) => ({ id: `m${index + 2}`, requests: [request] })),
    ],
    NOW,
  );

  const get = async (path: string, query = "") => api("GET", `/${path}?store=${STORE}&${query}`);
  const pages = bodyOf(pagesAnswer, await get("reports/pages"));
  expect(pages.data[0]).toMatchObject({
    page: "/tea",
    views: 4,
    measured: 2,
    visitors: 2,
    entries: 3,
    exits: 1,
    averageEngagedMs: 40_000,
    averageScroll: 80,
    measuredShare: 0.5,
  });
  expect(pages.total).toMatchObject({ views: 6, measured: 4, visitors: 2, entries: 3, exits: 2 });
  const { data, total } = bodyOf(visitsAnswer, await get("reports/visits"));
  expect(data).toMatchObject([
    { source: "search", name: "Google", visits: 2, measured: 1, bounces: 1 },
    { source: "creator", visits: 1, measured: 1, bounces: 0, pagesPerVisit: 3, averageEngagedMs: 40_000 },
  ]);
  expect(total).toMatchObject({ visits: 3, measuredShare: 0.6667 });
  expect(bodyOf(visitsAnswer, await get("reports/visits", "by=creator")).data).toMatchObject([
    { key: null, visits: 2 },
    { key: LEA, visits: 1 },
  ]);
  expect(bodyOf(consentAnswer, await get("reports/consent")).total).toMatchObject({ shown: 1, denied: 1, rate: 0 });
  const { data: steps } = bodyOf(checkoutAnswer, await get("reports/checkout"));
  expect(steps[0]).toMatchObject({ step: "address", events: 2, measuredEvents: 1, entered: 1, left: 1 });
  const left = bodyOf(cartsAnswer, await get("carts", "step=address&outcome=left")).data;
  expect(left).toMatchObject([
    { state: "abandoned", items: 2, value: { amountMinor: 3980 }, source: "creator", contactId: null },
  ]);

  // Hours later she buys it at home, logged in.
  const contactId = await identify("lea", "customer-1");
  await recordOne(confirmed({ currency: "EUR", totalMinor: 3980, placedAt: NOW - MINUTE, customerHash: "customer-1" }));
  const { total: carts } = bodyOf(abandonmentAnswer, await get("reports/abandonment"));
  expect(carts).toMatchObject({ abandoned: 0, recovered: 1, recoveryRate: 1 });
  expect(bodyOf(cartsAnswer, await get("carts")).data).toMatchObject([
    { id: left[0]?.id, state: "recovered", contactId },
  ]);
});
