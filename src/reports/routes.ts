import { api, type Routes } from "../ground/wing.ts";
import { reportRoutes } from "./report/routes.ts";
import { performanceRoutes } from "./report/performance-routes.ts";
import { rollupRoutes } from "./rollup/routes.ts";
import { exportRoutes } from "./export/routes.ts";
import { portalLinkRoutes } from "./portal/routes.ts";
import { portalRoutes } from "./portal/page-routes.ts";

/** What it all comes to. */
export const reportsRoutes: Routes = [
  ...api(reportRoutes, performanceRoutes, rollupRoutes, exportRoutes, portalLinkRoutes),
  { at: "/creator", router: portalRoutes },
];
