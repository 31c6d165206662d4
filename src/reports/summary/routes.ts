import { requires } from "../../ground/http/auth.ts";
import { adminRoutes, createRouter, jsonContent, problems } from "../../ground/http/openapi.ts";
import { readSummary } from "./load-summary.ts";
import { storeFigures, summaryQuery, summaryReport, totalFigures } from "./schema.ts";

const route = adminRoutes("Reports");

/** `/reports/summary`: how things stand, in one answer. */
export const summaryRoutes = createRouter({ SummaryFigures: storeFigures, SummaryTotal: totalFigures }).openapi(
  route("get", "/reports/summary", requires("reports:read"), {
    summary: "Clicks, conversions, sales and commission by store and day",
    description:
      "The same numbers as all reports, with as many days before, for whoever wants to see how things stand. Each store's amounts are in its own currency.",
    request: { query: summaryQuery },
    responses: { 200: jsonContent(summaryReport, "Stores, all together, and day by day"), ...problems("unavailable") },
  }),
  async (c) => c.json(await readSummary(c.env.deps, c.req.valid("query")), 200),
);
