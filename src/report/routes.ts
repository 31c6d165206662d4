import { createRoute, z } from "@hono/zod-openapi";
import { archivedEnds } from "../archive/edges.ts";
import type { Deps } from "../deps.ts";
import { requires } from "../http/auth.ts";
import { csvHeaders, csvLines } from "../http/csv.ts";
import { isoOf } from "../http/fields.ts";
import { createRouter, problems, SECURITY } from "../http/openapi.ts";
import { Problem } from "../http/problem.ts";
import { type ReportRange, reportRange } from "./range.ts";
import { linksQuery, linksReport, trafficQuery, trafficReport, type TrafficQuery } from "./schema.ts";
import { readLinks, readTraffic } from "./store.ts";

const LINK_COLUMNS = [
  "linkId",
  "slug",
  "domain",
  "storeId",
  "creatorId",
  "campaignId",
  "start",
  "clicks",
  "uniqueClicks",
] as const;
const TRAFFIC_COLUMNS = ["start", "requests", "counted", "bot", "prefetch", "head", "duplicate", "inactive"] as const;

/** `/reports`: counts that are exact at the moment they are read. */
export const reportRoutes = createRouter()
  .openapi(
    createRoute({
      method: "get",
      path: "/reports/traffic",
      tags: ["Reports"],
      summary: "Requests by bucket",
      description: "Every request to a link is in exactly one bucket, and `requests` is their sum.",
      security: SECURITY,
      middleware: requires("reports:read"),
      request: { query: trafficQuery },
      responses: {
        200: reportContent(trafficReport, "Rows, oldest first, and their total"),
        ...problems("range_archived"),
      },
    }),
    async (c) => {
      const query = c.req.valid("query");
      const range = rangeOf(query, c.env.deps);
      const report = await readTraffic(c.env.deps.d1, range, query, query.interval);
      await refuseArchivedEnds(range, c.env.deps);
      if (query.format === "csv") return csvReport("traffic.csv", TRAFFIC_COLUMNS, report.data);
      return c.json({ ...report, range: spanOf(range) }, 200);
    },
  )
  .openapi(
    createRoute({
      method: "get",
      path: "/reports/links",
      tags: ["Reports"],
      summary: "Clicks by link",
      security: SECURITY,
      middleware: requires("reports:read"),
      request: { query: linksQuery },
      responses: {
        200: reportContent(linksReport, "A page of rows, and the total of all"),
        ...problems("range_archived"),
      },
    }),
    async (c) => {
      const query = c.req.valid("query");
      const range = rangeOf(query, c.env.deps);
      const report = await readLinks(c.env.deps.d1, range, query, query);
      await refuseArchivedEnds(range, c.env.deps);
      if (query.format === "csv") return csvReport("links-report.csv", LINK_COLUMNS, report.data, report.nextOffset);
      return c.json({ ...report, range: spanOf(range) }, 200);
    },
  );

function reportContent<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { content: { "application/json": { schema }, "text/csv": { schema: z.string() } }, description };
}

function rangeOf(query: Pick<TrafficQuery, "from" | "to">, deps: Deps): ReportRange {
  const range = reportRange(query.from, query.to, deps.now());
  if (range === null) throw Problem.invalid("to", "must come after from, by ten years at most");
  return range;
}

/** Throws a `Problem` (422) if what was read can't be exact, because an end of the span cuts through an archived hour. */
async function refuseArchivedEnds(range: ReportRange, deps: Deps): Promise<void> {
  const ends = await archivedEnds(deps.d1, range);
  if (ends.length === 0) return;
  const message = "must be a full hour (UTC): clicks of that time are archived";
  throw new Problem(
    "range_archived",
    `${ends.join(" and ")} ${message}`,
    ends.map((path) => ({ path, message })),
  );
}

function spanOf(range: ReportRange) {
  return { from: isoOf(range.from), to: isoOf(range.to) };
}

/** A page of a report as CSV; `X-Next-Offset` says where the next one begins. */
function csvReport<Row extends Record<string, unknown>>(
  filename: string,
  columns: readonly (keyof Row & string)[],
  rows: readonly Row[],
  nextOffset: number | null = null,
): Response {
  const headers: Record<string, string> = csvHeaders(filename);
  if (nextOffset !== null) headers["X-Next-Offset"] = String(nextOffset);
  return new Response(csvLines([columns, ...rows.map((row) => columns.map((column) => row[column]))]), { headers });
}
