import { requires } from "../../ground/http/auth.ts";
import { csvStream } from "../../ground/http/csv.ts";
import { adminRoutes, createRouter, jsonOrCsv, problems } from "../../ground/http/openapi.ts";
import { readPage } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { reportSpan } from "../../ground/time/range.ts";
import { todayIn } from "../report/load-pages.ts";
import { AMAZON_COLUMNS, amazonPages } from "./load-csv.ts";
import { type AmazonRow, byAmazonPlace, readAmazon, readAmazonTotals } from "./load-amazon.ts";
import { amazonQuery, amazonReport } from "./schema.ts";

const route = adminRoutes("Reports");

/** `/reports/amazon`: what Amazon says that came of creators' links. */
export const amazonReportRoutes = createRouter().openapi(
  route("get", "/reports/amazon", requires("reports:read"), {
    summary: "Amazon's figures by creator",
    description:
      "As reports of Amazon Attribution say them, which were imported for stores of Amazon: of each day by the last report that covered it. They stand beside orders and are never added to them.",
    request: { query: amazonQuery },
    responses: { 200: jsonOrCsv(amazonReport, "A page of rows, and the totals of all"), ...problems() },
  }),
  async (c) => {
    const { deps } = c.env;
    const query = c.req.valid("query");
    const { interval, format } = query;
    const today = query.to ?? (await todayIn(deps, query.store));
    const span = reportSpan(query.from, query.to, { interval, today, now: deps.now() });
    if (span?.by !== "days") throw Problem.invalid("to", "must come after from, by ten years at most");
    if (format === "csv") {
      const pages = amazonPages(deps, span, query, interval);
      return csvStream("amazon-report.csv", AMAZON_COLUMNS, pages);
    }
    const [{ rows, nextCursor }, sums] = await Promise.all([
      readPage(query, byAmazonPlace, (stretch) => readAmazon(deps, span, query, interval, stretch)),
      readAmazonTotals(deps, span, query),
    ]);
    const range = { from: span.first, to: span.last };
    return c.json({ source: "amazon" as const, data: rows.map(presentRow), ...sums, range, nextCursor }, 200);
  },
);

function presentRow({ start, ...row }: AmazonRow) {
  return { source: "amazon" as const, ...row, start: start === "" ? null : start };
}
