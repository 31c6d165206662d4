import type { Context, Hono } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import type { Report } from "./report.ts";
import { type Placed, reportCsv, reportPage } from "./report-page.tsx";

/**
 * Adds the page of a report and its CSV, at a path below `/admin`. `placed` says where it stands, for one that is of one
 * thing alone.
 */
export function addReport<R extends F, F extends object>(
  app: Hono<AppTypes>,
  path: string,
  report: Report<R, F>,
  placed?: (c: Context<AppTypes>) => Promise<Placed>,
): Hono<AppTypes> {
  app.get(path, async (c) => reportPage(c, report, await placed?.(c)));
  if (report.noCsv !== true) app.get(`${path}/export.csv`, async (c) => reportCsv(c, report, await placed?.(c)));
  return app;
}
