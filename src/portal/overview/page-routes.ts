import { Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { csvHeaders, csvLines } from "../../ground/http/csv.ts";
import { Problem } from "../../ground/http/problem.ts";
import { admitted, PRIVATE } from "../frame/admit-page.ts";
import { type SpanName, SPANS } from "../frame/span.ts";
import { CSV_COLUMNS, csvRows } from "./csv.ts";
import { figuresOf, reportOf, spanOf } from "./load-figures.ts";
import { overviewPage } from "./page.ts";

/** `/creator/{token}`: what a creator sees first, who has no key but a link. */
export const overviewRoutes = new Hono<AppTypes>()
  .get("/:token", (c) =>
    admitted(c, async (visit) => {
      const { deps } = c.env;
      const { campaigns, guest, now } = visit;
      const span = SPANS.find((name) => name === c.req.query("span")) ?? "30d";
      const days = spanOf(span, campaigns, now);
      const skip = Number(c.req.query("skip") ?? 0);
      return overviewPage(visit, {
        span,
        days,
        skipped: Number.isInteger(skip) && skip > 0 && skip < campaigns.length ? skip : 0,
        figures: await figuresOf(deps, guest.creatorId, campaigns, { span, days, now }),
      });
    }),
  )
  .get("/:token/report.csv", (c) =>
    admitted(c, async ({ campaigns, guest, now }) => {
      const { deps } = c.env;
      const days = spanOf(spanAsked(c.req.query("span")), campaigns, now);
      const { rows, conversions } = await reportOf(deps, guest.creatorId, campaigns, c.req.query("campaign"), days);
      const names = new Map(campaigns.map(({ id, name }) => [id, name]));
      return c.body(csvLines([CSV_COLUMNS, ...csvRows(rows, conversions, names)]), 200, {
        ...csvHeaders(`report-${days.first}-${days.last}.csv`),
        ...PRIVATE,
      });
    }),
  );

/** Throws a `Problem` (422) for a span that there isn't. */
function spanAsked(asked = "30d"): SpanName {
  const span = SPANS.find((name) => name === asked);
  if (span === undefined) throw Problem.invalid("span", `must be one of ${SPANS.join(", ")}`);
  return span;
}
