import { api, type Routes } from "../ground/wing.ts";

/** What it all comes to. */
export const reportsRoutes: Routes = [
  api(["/decisions"], async () => (await import("./decisions/routes.ts")).decisionRoutes),
  api(["/search"], async () => (await import("./search/routes.ts")).searchRoutes),
  api(["/reports/summary"], async () => (await import("./summary/routes.ts")).summaryRoutes),
  api(["/reports/amazon"], async () => (await import("./amazon/routes.ts")).amazonReportRoutes),
  api(["/reports/conversions"], async () => (await import("./conversions/routes.ts")).conversionsReportRoutes),
  api(
    ["/reports/pages", "/reports/visits", "/reports/events", "/reports/consent"],
    async () => (await import("./visits/routes.ts")).visitReportRoutes,
  ),
  api(
    ["/reports/checkout", "/reports/abandonment", "/carts", "/audiences/abandoners"],
    async () => (await import("./visits/cart-routes.ts")).cartReportRoutes,
  ),
  api(["/heatmaps"], async () => (await import("./visits/heat-routes.ts")).heatRoutes),
  api(["/reports/calls", "/reports/channels"], async () => (await import("./calls/routes.ts")).callReportRoutes),
  api(["/reports"], async () => (await import("./report/routes.ts")).reportRoutes),
  api(
    ["/creators/:id/report", "/campaigns/:id/performance"],
    async () => (await import("./report/performance-routes.ts")).performanceRoutes,
  ),
  api(["/contacts/:id/path", "/orders/:id/path"], async () => (await import("./path/routes.ts")).pathRoutes),
  api(["/rollups"], async () => (await import("./rollup/routes.ts")).rollupRoutes),
  api(["/export"], async () => (await import("./export/routes.ts")).exportRoutes),
];
