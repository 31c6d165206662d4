import { type Context, Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { deskOf } from "../frame/desk-load.ts";
import { addReport } from "../report/mount-routes.ts";
import { reportCsv, reportPage } from "../report/report-page.tsx";
import { ABANDONMENT } from "./abandonment.tsx";
import { AMAZON } from "./amazon.ts";
import { CALLS, CHANNELS } from "./calls.ts";
import { ABANDONERS, CARTS } from "./carts.tsx";
import { CHECKOUT } from "./checkout.tsx";
import { CONVERSIONS } from "./conversions.tsx";
import { exportFile, exportsPage } from "./exports-page.tsx";
import { ofCampaign, ofCreator } from "./of-one-load.ts";
import { CAMPAIGN_PERFORMANCE, CREATOR_REPORT } from "./of-one.tsx";
import { BY_DIMENSION, dimensionIn } from "./performance.tsx";
import { TRAFFIC } from "./traffic.ts";
import { CONSENT, EVENTS, PAGES, VISITS } from "./visits.ts";

/** Answers the report on performance that an address names, by what its rows are of. */
function answerPerformance(c: Context<AppTypes>, answer: typeof reportPage | typeof reportCsv): Promise<Response> {
  const by = dimensionIn(deskOf(c).url.searchParams);
  switch (by) {
    case "creators":
      return answer(c, BY_DIMENSION.creators);
    case "links":
      return answer(c, BY_DIMENSION.links);
    case "campaigns":
      return answer(c, BY_DIMENSION.campaigns);
    case "plans":
      return answer(c, BY_DIMENSION.plans);
    case "codes":
      return answer(c, BY_DIMENSION.codes);
    case "countries":
      return answer(c, BY_DIMENSION.countries);
    case "sources":
      return answer(c, BY_DIMENSION.sources);
    case "devices":
      return answer(c, BY_DIMENSION.devices);
  }
}

const reports = new Hono<AppTypes>()
  .get("/reports", (c) => answerPerformance(c, reportPage))
  .get("/reports/export.csv", (c) => answerPerformance(c, reportCsv));

addReport(reports, "/reports/traffic", TRAFFIC);
addReport(reports, "/reports/conversions", CONVERSIONS);
addReport(reports, "/reports/channels", CHANNELS);
addReport(reports, "/reports/calls", CALLS);
addReport(reports, "/reports/amazon", AMAZON);
addReport(reports, "/reports/pages", PAGES);
addReport(reports, "/reports/visits", VISITS);
addReport(reports, "/reports/events", EVENTS);
addReport(reports, "/reports/consent", CONSENT);
addReport(reports, "/reports/checkout", CHECKOUT);
addReport(reports, "/reports/abandonment", ABANDONMENT);
addReport(reports, "/carts", CARTS);
addReport(reports, "/abandoners", ABANDONERS);
addReport(reports, "/campaigns/:id/performance", CAMPAIGN_PERFORMANCE, ofCampaign);
addReport(reports, "/creators/:id/report", CREATOR_REPORT, ofCreator);
reports.get("/exports", exportsPage).get("/exports/:name", exportFile);

/** Reports, the carts behind some of them, and exports. */
export const reportPages = reports;
