import { requires } from "../../ground/http/auth.ts";
import { csvHeaders, csvLines } from "../../ground/http/csv.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonOrCsv, problems } from "../../ground/http/openapi.ts";
import { Problem } from "../../ground/http/problem.ts";
import { answerReport } from "./load-answer.ts";
import { refuseCutHours } from "./load-archived.ts";
import { DIMENSIONS, type Dimension } from "./dimension.ts";
import type { ReportScope } from "./page-query.ts";
import { reportRange } from "../../ground/time/range.ts";
import {
  linksQuery,
  linksReport,
  numbers,
  reportOf,
  reportQuery,
  ROW_SCHEMAS,
  trafficQuery,
  trafficReport,
} from "./schema.ts";
import type { Always } from "./page-statement.ts";
import { readTraffic } from "./load-traffic.ts";

const route = adminRoutes("Reports");

const TRAFFIC_COLUMNS = [
  "start",
  "requests",
  "counted",
  "bot",
  "prefetch",
  "head",
  "embedded",
  "duplicate",
  "inactive",
] as const;

const SUMMARIES: Readonly<Record<Dimension, string>> = {
  links: "Clicks and sales by link",
  creators: "Clicks and sales by creator",
  campaigns: "Clicks and sales by campaign",
  plans: "Clicks and sales by tracking plan",
  codes: "Clicks and sales by code",
  countries: "Clicks and sales by country",
  sources: "Clicks and sales by source of the click",
  devices: "Clicks and sales by device of the click",
};

/** Of these, there is a row even for what came to nothing. */
const ALWAYS: Partial<Record<Dimension, Always>> = { links: "links", codes: "codes" };

const DESCRIPTION =
  "Exact at the moment it is read. Orders count on the day on which they were placed, by what is known of them now, and in the sums once a server confirmed them: what only browsers claim stands beside. A click counts for what its link belongs to now. Over the same filter every report has the same total.";

/** `/reports`: counts that are exact at the moment they are read. */
export const reportRoutes = createRouter({ ReportNumbers: numbers }).openapi(
  route("get", "/reports/traffic", requires("reports:read"), {
    summary: "Requests by bucket",
    description: "Every request to a link is in exactly one bucket, and `requests` is their sum.",
    request: { query: trafficQuery },
    responses: {
      200: jsonOrCsv(trafficReport, "Rows, oldest first, and their total"),
      ...problems("range_archived", "too_many_clicks", "unavailable"),
    },
  }),
  async (c) => {
    const query = c.req.valid("query");
    const range = reportRange(query.from, query.to, c.env.deps.now());
    if (range === null) throw Problem.invalid("to", "must come after from, by ten years at most");
    const report = await readTraffic(c.env.deps, range, query, query.interval);
    await refuseCutHours(c.env.deps.d1, range);
    if (query.format === "csv") {
      const lines = [TRAFFIC_COLUMNS, ...report.data.map((row) => TRAFFIC_COLUMNS.map((column) => row[column]))];
      return new Response(csvLines(lines), { headers: csvHeaders("traffic.csv") });
    }
    return c.json({ ...report, range: { from: isoOf(range.from), to: isoOf(range.to) } }, 200);
  },
);

for (const dimension of DIMENSIONS) {
  const isLinks = dimension === "links";
  reportRoutes.openapi(
    route("get", `/reports/${dimension}`, requires("reports:read"), {
      summary: SUMMARIES[dimension],
      description: DESCRIPTION,
      request: { query: isLinks ? linksQuery : reportQuery },
      responses: {
        200: jsonOrCsv(
          isLinks ? linksReport : reportOf(ROW_SCHEMAS[dimension]),
          "A page of rows, and the total of all",
        ),
        ...problems("range_archived", "too_many_clicks", "unavailable"),
      },
    }),
    async (c) => {
      const query = c.req.valid("query");
      const { store, campaign, creator, plan, link, code } = query;
      const filter = { store, campaign, creator, plan, link, code };
      const scope: ReportScope = { dimension, filter, always: ALWAYS[dimension] ?? null };
      return answerReport(c.env.deps, scope, query, `${dimension}-report.csv`);
    },
  );
}
